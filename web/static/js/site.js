// Starts the design system's components. Its address comes from the page, because a published file's name has a
// digest in it that only the server knows.
const { initAll } = await import(document.body.dataset.components);
initAll();
// HTMX brings new pieces of page: components in them start too.
document.body.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) initAll(event.target);
});
