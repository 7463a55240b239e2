// Keys at the curator's desk: 1 to 5 tick a habit, Enter confirms, S skips, U takes the last one back. They can be
// turned off, and they are left alone while something is typed, or with Ctrl, Alt or the command key.
const keys = document.getElementById("keys");
const KEPT = "review-keys";
document.getElementById("keys-choice").hidden = false;
keys.checked = localStorage.getItem(KEPT) !== "off";
keys.addEventListener("change", () => localStorage.setItem(KEPT, keys.checked ? "on" : "off"));

const typesIn = (element) => element.matches("input:not([type=checkbox]), textarea, select");
// Enter on these has a meaning of its own.
const answersEnter = (element) => element.closest("a, button, summary, input, select, textarea");
let sent = false;

function press(id) {
  const button = document.getElementById(id);
  if (!button || sent) return;
  sent = true;
  button.click();
}

document.addEventListener("keydown", (event) => {
  if (!keys.checked || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.defaultPrevented || typesIn(event.target)) return;
  const choice = /^[1-9]$/.test(event.key) && document.getElementById(`code-${event.key}`);
  if (choice) choice.click();
  else if (event.key === "Enter" && !answersEnter(event.target)) press("confirm");
  else if (event.key.toLowerCase() === "s") press("skip");
  else if (event.key.toLowerCase() === "u") press("undo");
  else return;
  event.preventDefault();
});
// Whoever comes back by the browser's own button may press again.
addEventListener("pageshow", () => (sent = false));
