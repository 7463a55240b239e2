// On every page: how much waits on this device, and sending it as soon as that is possible (docs/decisions/0020).
import { form, leaveSafely, mend, startForm } from "./form.js";
import { able, fetchedKey, forget, forgetOthers, gone, keepShell, others, someone } from "./own.js";
import { drop, here, kept, sendAll } from "./sending.js";
import { unseal } from "./store.js";

const AGAIN = 15_000;
const box = document.getElementById("waiting");
let sending = false;

const make = (tag, words, classes = "") =>
  Object.assign(document.createElement(tag), { textContent: words, className: classes });

function press(words, action) {
  const made = make("button", words, "nhsuk-button nhsuk-button--secondary nhsuk-button--small lhs-touch");
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

function link(words, href) {
  return Object.assign(make("a", words), { href });
}

// One after another: an older look never overwrites a newer one. What was said last stays until there is more to say.
let showing = Promise.resolve();
let last = {};
function show(more = last) {
  last = more;
  showing = showing.then(() => draw(more)).catch(console.warn);
  return showing;
}

async function draw(more) {
  const { own, mine, elsewhere } = await kept();
  const waiting = mine.filter((one) => one.state === "waiting");
  const refused = mine.filter((one) => one.state === "refused");
  const lines = [];
  if (more.sent) lines.push(make("p", `${more.sent} sent.`));
  if (waiting.length) {
    const line = make("p", `${waiting.length} waiting to send. `);
    if (more.trouble === "signed-out") line.append("You have been signed out. ", signIn());
    else line.append(press("Send now", sendAndShow));
    lines.push(line);
  }
  if (refused.length) {
    const line = make("p", `${refused.length} could not be saved. `);
    if (!form) line.append(link("Mend it", "/insights/log/"));
    lines.push(line);
  }
  if (elsewhere && own) {
    lines.push(
      make("p", `${elsewhere} waiting to send from someone else who used this device: sent when they sign in here.`),
    );
  } else if (elsewhere) {
    const line = make("p", `${elsewhere} waiting to send. `);
    if (!someone) line.append(signIn("Sign in to send yours"));
    lines.push(line);
  }
  box.replaceChildren(...lines);
  box.hidden = !lines.length;
  await Promise.all([showRefused(own, refused), showWords(own, waiting)]);
}

function signIn(words = "Sign in") {
  return link(words, `/sign-in/?next=${encodeURIComponent(location.pathname)}`);
}

// What could not be saved, with why: only its writer reads it, and only where it can be mended.
async function showRefused(own, refused) {
  const list = document.getElementById("to-mend");
  if (!list) return;
  const items = [];
  for (const one of refused) {
    const { fields, errors } = await unseal(own, one);
    const item = make("section", "", "lhs-mend");
    item.append(make("h2", "This could not be saved", "nhsuk-heading-s"));
    item.append(make("p", new Map(fields).get("text")), make("p", errors.join(" "), "nhsuk-body-s"));
    item.append(
      press("Mend it", () => mend(one, fields, errors)),
      press("Throw it away", async () => {
        if (!confirm("Throw this insight away? It cannot be brought back.")) return;
        await drop(one.id);
        await show();
      }),
    );
    items.push(item);
  }
  list.replaceChildren(...items);
}

async function showWords(own, waiting) {
  const list = document.getElementById("waiting-here");
  if (!list) return;
  const items = [];
  for (const one of [...waiting].reverse()) {
    const { fields } = await unseal(own, one);
    const item = make("li", new Map(fields).get("text"), "lhs-today__one");
    item.append(make("p", "Waiting to send", "nhsuk-body-s lhs-quiet"));
    items.push(item);
  }
  list.replaceChildren(...items);
  list.hidden = !items.length;
  const nothing = document.getElementById("nothing-today");
  if (nothing) nothing.hidden = items.length > 0;
}

async function sendAndShow() {
  if (sending) return;
  sending = true;
  try {
    const answer = await sendAll();
    const said = document.getElementById("kept");
    if (answer.sent && said) said.hidden = true;
    await show(answer);
  } finally {
    sending = false;
  }
}

// Sending anew, as long as something waits and somebody may look.
async function again() {
  if (document.hidden || !someone) return;
  if (form) await keepShell();
  const { mine } = await kept();
  if (mine.some((one) => one.state === "waiting")) await sendAndShow();
}

async function start() {
  await forgetOthers();
  for (const leave of document.querySelectorAll('form[action*="sign-out"], form[action*="logout"]')) {
    leave.addEventListener("submit", async (event) => {
      event.preventDefault();
      await leaveSafely();
      await forget().catch(() => null);
      leave.submit();
    });
  }
  others.addEventListener("message", async ({ data }) => {
    if (data === "changed") return show();
    // Whoever this page belongs to has signed out elsewhere: their words do not stay on the screen.
    if (!(await gone())) return;
    await leaveSafely();
    location.reload();
  });
  here.addEventListener("changed", () => show());
  addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  setInterval(again, AGAIN);
  if (form) {
    await startForm();
    keepShell({ fresh: true }).catch(console.warn);
  } else if ((await kept()).elsewhere) {
    await fetchedKey();
  }
  await sendAndShow();
}

if (able) start();
