// What this device keeps: a key of whoever is signed in, what waits to be sent, and drafts. Words are sealed, always.
import { openDB } from "idb";

let opened;

export const store = () =>
  (opened ??= openDB("lhs", 1, {
    upgrade(db) {
      db.createObjectStore("keys", { keyPath: "person" });
      db.createObjectStore("waiting", { keyPath: "id" });
      db.createObjectStore("drafts", { keyPath: "id" });
    },
  }));

const utf8 = new TextEncoder();

// A sealed record can be opened only as itself: whose it is and which one is part of the seal.
const about = (person, id) => utf8.encode(`${person}/${id}`);

export async function seal(own, id, said) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: about(own.person, id) };
  const sealed = await crypto.subtle.encrypt(how, own.key, utf8.encode(JSON.stringify(said)));
  return { id, person: own.person, iv, sealed };
}

export async function unseal(own, kept) {
  const how = { name: "AES-GCM", iv: kept.iv, additionalData: about(own.person, kept.id) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, own.key, kept.sealed)));
}
