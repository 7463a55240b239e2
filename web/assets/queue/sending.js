// What waits, and how it is sent: one tab at a time, each once, deleted when the site has it.
import { ask, others, ownKey } from "./own.js";
import { seal, store, unseal } from "./store.js";

const LOCK = "lhs-sending";

// Put fields (pairs of name and value) into the queue; when this returns, they outlive the browser.
export async function keep(own, id, fields, more = {}) {
  const sealed = await seal(own, id, { fields, errors: more.errors ?? [] });
  const db = await store();
  const before = await db.get("waiting", id);
  const kept = { ...sealed, at: before?.at ?? Date.now(), state: more.state ?? "waiting" };
  await db.put("waiting", kept, undefined);
  others.postMessage("changed");
}

export async function drop(id) {
  await (await store()).delete("waiting", id);
  others.postMessage("changed");
}

// All that is kept here: own ones in the order they were written, and how many are somebody else's.
export async function kept() {
  const all = await (await store()).getAll("waiting");
  const own = await ownKey();
  const mine = all.filter((one) => one.person === own?.person).sort((one, other) => one.at - other.at);
  return { own, mine, elsewhere: all.length - mine.length };
}

async function introduced(own) {
  const here = await ask("/queue/here/");
  if (here.trouble) return here;
  return here.said.person === own.person ? here : { trouble: "signed-out" };
}

async function send(own, one, here) {
  const { fields } = await unseal(own, one);
  const body = new URLSearchParams(fields);
  body.set("person", own.person);
  const answer = await ask("/queue/send/", { method: "POST", body, headers: { "X-CSRFToken": here.said.csrf } });
  if (answer.status === 200) {
    await drop(one.id);
    return { next: answer.said.next };
  }
  if (answer.said?.errors) {
    await keep(own, one.id, fields, { state: "refused", errors: answer.said.errors });
    return { errors: answer.said.errors };
  }
  return { trouble: answer.trouble ?? "server" };
}

// Send one that was just kept: {next}, {errors} or {trouble}. Sent by another tab meanwhile, it is answered the same.
export const sendOne = (own, id, fields) =>
  navigator.locks.request(LOCK, async () => {
    const here = await introduced(own);
    if (here.trouble) return here;
    return send(own, await seal(own, id, { fields }), here);
  });

// Send all that wait, oldest first: {sent, trouble}. One that the site stumbles over does not hold up the others.
export const sendAll = () =>
  navigator.locks.request(LOCK, async () => {
    const { own, mine } = await kept();
    const waiting = mine.filter((one) => one.state === "waiting");
    if (!waiting.length) return { sent: 0 };
    const here = await introduced(own);
    if (here.trouble) return { sent: 0, trouble: here.trouble };
    let sent = 0;
    let trouble;
    for (const one of waiting) {
      const answer = await send(own, one, here);
      if (answer.next) sent += 1;
      if (answer.trouble) trouble = answer.trouble;
      if (trouble && trouble !== "server") break;
    }
    return { sent, trouble };
  });
