// The form: what is typed is kept as it is typed, and what is sent is kept before it is sent.
import { ask, fetchedKey, ownKey } from "./own.js";
import { drop, keep, kept, sendOne } from "./sending.js";
import { seal, store, unseal } from "./store.js";

const CONTEXT = ["programme", "place", "learning_activity"];
const TYPING = 200;
const WHY = {
  network: "There is no network. ",
  server: "The site does not answer as it should. ",
  "signed-out": "You have been signed out. ",
};
export const form = document.querySelector("form[data-queue]");
const text = form?.querySelector("#text");
const said = document.getElementById("kept");
let writing = Promise.resolve();
let timer;
let busy = false;

const controls = () => [...form.elements].filter((one) => one.name && one.type !== "submit");
const once = () => form.elements.once;
const fieldsOf = () => [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "status");
const chosen = (name) => new FormData(form).get(name);

export function fill(fields) {
  const values = Map.groupBy ? Map.groupBy(fields, ([name]) => name) : grouped(fields);
  for (const one of controls()) {
    const given = (values.get(one.name) ?? []).map(([, value]) => value);
    if (one.name === "csrfmiddlewaretoken") continue;
    if (one.type === "radio" || one.type === "checkbox") one.checked = given.includes(one.value);
    else if (given.length) one.value = given[0];
  }
  sayContext();
}

function grouped(fields) {
  const groups = new Map();
  for (const pair of fields) groups.set(pair[0], [...(groups.get(pair[0]) ?? []), pair]);
  return groups;
}

// The one line that says where it was heard follows what is chosen beneath it.
function sayContext() {
  const words = CONTEXT.map((name) => {
    const one = form.elements[name];
    return one?.options ? one.value && one.selectedOptions[0].text : one?.value.trim();
  });
  document.getElementById("context-line").textContent = words.filter(Boolean).join(" · ") || "Where is it from?";
}

function say(words, ...more) {
  said.replaceChildren(words, ...more);
  said.hidden = !words;
}

// --- a draft, as it is typed

function keepDraft() {
  clearTimeout(timer);
  const [id, fields] = [once().value, fieldsOf()];
  writing = writing.then(async () => {
    const own = await ownKey();
    if (!own || !fields.some(([name, value]) => name === "text" && value)) return;
    await (await store()).put("drafts", { ...(await seal(own, id, { fields })), at: Date.now(), path: location.pathname });
  });
  return writing;
}

function dropDraft(id) {
  clearTimeout(timer);
  writing = writing.then(async () => (await store()).delete("drafts", id));
  return writing;
}

// Take a draft for this tab; no other tab takes it as long as this one lives, or until what is returned is called.
// Nothing is returned where another tab has it.
const take = (id) =>
  new Promise((resolve) => {
    const options = { signal: AbortSignal.timeout(500) };
    const hold = () => new Promise((release) => resolve(release));
    navigator.locks.request(`lhs-draft-${id}`, options, hold).catch(() => resolve(null));
  });

async function restoreDraft(own) {
  if (form.dataset.checked || text.value) return;
  const drafts = (await (await store()).getAll("drafts")).filter(
    (one) => one.person === own.person && one.path === location.pathname,
  );
  for (const draft of drafts.sort((one, other) => other.at - one.at)) {
    const release = await take(draft.id);
    if (!release) continue;
    const { fields } = await unseal(own, draft);
    if (text.value) return release();
    fill(fields);
    once().value = draft.id;
    const afresh = button("Start afresh", () => {
      clear();
      say("");
    });
    return say("Here is what you were writing. It is not saved yet. ", afresh);
  }
  await restoreContext(own);
}

// While nothing reaches the site, it is this device that remembers where one logs.
async function restoreContext(own) {
  const context = await (await store()).get("drafts", `context-${own.person}`);
  if (!context || !(await kept()).mine.length) return;
  const { fields } = await unseal(own, context);
  for (const [name, value] of fields) form.elements[name].value = value;
  sayContext();
}

function button(words, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small lhs-touch";
  made.textContent = words;
  made.addEventListener("click", action);
  return made;
}

// --- sending

// Empty the form for the next one; where it is from stays.
function clear() {
  dropDraft(once().value);
  for (const one of controls()) {
    if (one.type === "hidden" || CONTEXT.includes(one.name)) continue;
    const stays = one.name === "consent" || (one.name === "source_kind" && "bedside" in form.dataset);
    if (one.type === "radio" || one.type === "checkbox") one.checked = stays && one.defaultChecked;
    else one.value = "";
  }
  once().value = crypto.randomUUID();
  take(once().value);
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

function missing() {
  const faults = [];
  if ((text.value.trim() ?? "").length < 3) faults.push(["text", "Write down what was found, heard or recommended."]);
  if (!chosen("kind")) faults.push(["kind", "Choose what kind of insight this is."]);
  if (!chosen("source_kind")) faults.push(["source_kind", "Choose who said it."]);
  if (!["programme", "case_study", "learning_activity"].some(chosen))
    faults.push(["programme", "Say which programme this belongs to."]);
  return faults;
}

// Send it the plain way, for the site to say what is wrong beside each field; never into a dead network.
async function sendPlainly(status) {
  const here = await ask("/queue/here/");
  if (here.trouble === "network") return false;
  if (here.said) form.elements.csrfmiddlewaretoken.value = here.said.csrf;
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "status", value: status });
  form.append(hidden);
  form.submit();
  return true;
}

async function submit(status) {
  const own = await fetchedKey().catch(() => null);
  const faults = missing();
  await keepDraft();
  if (!own || faults.length) {
    if (await sendPlainly(status)) return;
    if (!faults.length) return say("There is no network, and this device cannot keep it. Leave this page open.");
    say(faults.map(([, words]) => words).join(" "));
    return document.getElementById(faults[0][0]).focus();
  }
  const id = once().value;
  const fields = [...fieldsOf(), ["status", status]];
  if ("bedside" in form.dataset) fields.push(["bedside", "yes"]);
  await keep(own, id, fields);
  await dropDraft(id);
  const answer = await sendOne(own, id, fields);
  if (answer.next) return location.assign(answer.next);
  if (answer.errors) {
    await keepDraft();
    if (await sendPlainly(status)) return drop(id);
  }
  const context = fields.filter(([name]) => CONTEXT.includes(name));
  await (await store()).put("drafts", { ...(await seal(own, `context-${own.person}`, { fields: context })), at: 0 });
  clear();
  say(`${WHY[answer.trouble] ?? ""}It is kept on this device and will be sent later.`);
}

// Put one that could not be saved back into the form.
export async function mend(one, fields, errors) {
  if (text.value.trim()) return say("Save what you are writing first, then mend the other.");
  fill(fields);
  once().value = one.id;
  take(one.id);
  for (const folded of form.querySelectorAll("details")) folded.open = true;
  say(errors.join(" "));
  text.focus();
}

export async function startForm() {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keepDraft, TYPING);
  });
  form.addEventListener("change", sayContext);
  form.addEventListener("htmx:beforeRequest", (event) => navigator.onLine || event.preventDefault());
  document.addEventListener("visibilitychange", () => document.hidden && keepDraft());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      await submit(event.submitter?.value ?? "draft");
    } catch (fault) {
      // This device keeps nothing (a private window, a full disk): then as without scripts.
      console.warn(fault);
      await sendPlainly(event.submitter?.value ?? "draft");
    } finally {
      busy = false;
    }
  });
  // The form that is kept on this device has no mark of its own yet.
  once().value ||= crypto.randomUUID();
  take(once().value);
  if (!form.dataset.checked) text.focus({ preventScroll: true });
  const own = await fetchedKey();
  if (!own) return;
  await restoreDraft(own);
  form.dataset.keeps = "yes";
}

export const leaveSafely = () => (form ? keepDraft() : Promise.resolve());
