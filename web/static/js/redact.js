// One tap on “Replace with [name]” changes the text that is being typed; the server then looks at it again.
const text = document.getElementById("text");
const said = document.getElementById("typed-flags");

function replace(button) {
  text.value = text.value.replace(button.dataset.replace, () => button.dataset.with);
}

said?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !text) return;
  if (button.dataset.replace) replace(button);
  else if ("replaceAll" in button.dataset) said.querySelectorAll("[data-replace]").forEach(replace);
  else return;
  said.replaceChildren();
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});
