// Who is signed in on this page, and the key that seals their words. The key cannot be read out of the browser, and it
// goes when they sign out, when their session would have ended, or when a page comes that somebody else, or nobody, is
// signed in to.
import { store } from "./store.js";

// Undefined on a page that does not know (an error page, the page for no network): such a page changes nothing.
export const whose = document.body.dataset.whose;
export const someone = Boolean(whose) && whose !== "nobody";
export const able = isSecureContext && Boolean(self.indexedDB && navigator.locks && crypto.subtle && self.BroadcastChannel);
export const others = able ? new BroadcastChannel("lhs-queue") : null;

const SHELL = "lhs-shell";
const PATIENCE = 20_000;
let own = null;

// Ask the site: {status, said}, or {trouble: "network" | "signed-out" | "server"}.
export async function ask(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });
  } catch {
    return { trouble: "network" };
  }
  if (answer.type === "opaqueredirect") return { trouble: "signed-out" };
  const json = answer.headers.get("content-type")?.startsWith("application/json");
  const said = json ? await answer.json().catch(() => null) : null;
  return said ? { status: answer.status, said } : { trouble: "server" };
}

// The key on this device of whoever this page belongs to: {person, key}, or null.
export async function ownKey() {
  if (own || !someone) return own;
  const kept = await (await store()).getAll("keys");
  own = kept.find((one) => one.whose === whose && one.until > Date.now()) ?? null;
  return own;
}

// The same, fetched from the site where it is not on this device yet.
export async function fetchedKey() {
  if (!someone || (await ownKey())) return own;
  const { said } = await ask("/queue/key/");
  // Somebody else may have signed in, in another tab, since this page was made.
  if (said?.whose !== whose) return null;
  const bytes = Uint8Array.from(atob(said.key), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  bytes.fill(0);
  own = { person: said.person, whose, key, until: Date.now() + said.lasts * 1000 };
  const db = await store();
  await db.clear("keys");
  await db.put("keys", own);
  return own;
}

// Forget whoever was here: their key and the pages kept for them. What waits stays, sealed, until they come back.
export async function forget() {
  await Promise.all([store().then((db) => db.clear("keys")), caches.delete(SHELL)]);
}

// On a page of somebody else, or of nobody: forget who was here, and have other tabs ask whom they belong to.
export async function forgetOthers() {
  if (whose === undefined) return;
  const kept = await (await store()).getAll("keys");
  const another = kept.some((one) => one.whose !== whose || one.until <= Date.now());
  if (another || !someone) await forget();
  if (another || !someone) others.postMessage("who is here?");
}

// Whether whoever this page belongs to is surely not signed in any more.
export async function gone() {
  if (!someone) return false;
  const { trouble, said } = await ask("/queue/here/");
  return trouble === "signed-out" || Boolean(said && said.whose !== whose);
}

// Keep the empty form on this device, so that it opens without a network: anew with each page (`fresh`), else where it
// is not there yet.
export async function keepShell({ fresh = false } = {}) {
  if (!navigator.serviceWorker || (!fresh && (await caches.match("/queue/shell/bedside/")))) return;
  await navigator.serviceWorker.register("/worker.js");
  (await navigator.serviceWorker.ready).active.postMessage("keep the shell");
}
