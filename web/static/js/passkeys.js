// Passkeys: asks the browser for one, puts what it answers into the form and sends it. A form says what it wants in
// data-passkey: "add" one, "use" one of mine, or "sign-in" with any. Without this script such forms stay hidden.
const REFUSED = "That did not work. Try again, or use another way.";
const { webauthnJSON } = window;

async function answer(form) {
  if (form.dataset.passkey === "sign-in") {
    const options = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!options.ok) throw new Error(`${options.status}`);
    return webauthnJSON.get((await options.json()).request_options);
  }
  const options = JSON.parse(form.dataset.options);
  if (form.dataset.passkey === "use") return webauthnJSON.get(options);
  const alone = form.elements.passwordless?.checked ?? false;
  const wanted = options.publicKey.authenticatorSelection;
  wanted.residentKey = alone ? "required" : "discouraged";
  wanted.requireResidentKey = alone;
  if (alone) wanted.userVerification = "required";
  return webauthnJSON.create(options);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !webauthnJSON) continue;
  form.hidden = false;
  const fault = form.querySelector("[data-passkey-fault]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await answer(form));
      form.submit();
    } catch {
      // The person said no, or has none: the browser does not tell which, and neither do we.
      fault.textContent = REFUSED;
      fault.hidden = false;
    }
  });
}
