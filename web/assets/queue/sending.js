// What waits, and how it is sent: one tab at a time, each once, deleted when the site has it.
import { ask, others, ownKey } from "./own.js";
import { seal, store, unseal } from "./store.js";

const LOCK = "lhs-sending";
export const here = new EventTarget();

// Tell every tab, this one too, that something else waits now.
function tell() {
  others.postMessage("changed");
  here.dispatchEvent(new Event("changed"));
}

// Put fields (pairs of name and value) into the queue; when this returns, they outlive the browser.
export async function keep(own, id, fields, more = {}) {
  const sealed = await seal(own, id, { fields, errors: more.errors ?? [] });
  const db = await store();
  const before = await db.get("waiting", id);
  const kept = { ...sealed, at: before?.at ?? Date.now(), state: more.state ?? "waiting" };
  await db.put("waiting", kept);
  tell();
}

export async function drop(id) {
  await (await store()).delete("waiting", id);
  tell();
}

// All that is kept here: own ones in the order they were written, and how many are somebody else's.
export async function kept() {
  const all = await (await store()).getAll("waiting");
  const own = await ownKey();
  const mine = all.filter((one) => one.person === own?.person).sort((one, other) => one.at - other.at);
  return { own, mine, elsewhere: all.length - mine.length };
}

async function introduced(own) {
  const session = await ask("/queue/here/");
  if (session.trouble) return session;
  return session.said.person === own.person ? session : { trouble: "signed-out" };
}

async function send(own, one, session) {
  const { fields } = await unseal(own, one);
  const body = new URLSearchParams(fields);
  body.set("person", own.person);
  const answer = await ask("/queue/send/", { method: "POST", body, headers: { "X-CSRFToken": session.said.csrf } });
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
    const session = await introduced(own);
    if (session.trouble) return session;
    return send(own, await seal(own, id, { fields }), session);
  });

// Send all that wait, oldest first: {sent, trouble}. One that the site stumbles over does not hold up the others.
export const sendAll = () =>
  navigator.locks.request(LOCK, async () => {
    const { own, mine } = await kept();
    const waiting = mine.filter((one) => one.state === "waiting");
    if (!waiting.length) return { sent: 0 };
    const session = await introduced(own);
    if (session.trouble) return { sent: 0, trouble: session.trouble };
    let sent = 0;
    let trouble;
    for (const one of waiting) {
      const answer = await send(own, one, session);
      if (answer.next) sent += 1;
      if (answer.trouble) trouble = answer.trouble;
      if (trouble && trouble !== "server") break;
    }
    return { sent, trouble };
  });
