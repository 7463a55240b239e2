// The service worker: without a network, the empty form and the site's own scripts and styles come from this device.
// It keeps nothing else; what is typed is kept by the page, sealed (web/assets/queue).
const SHELL = "lhs-shell";
const SITE = "lhs-site";
const OFFLINE = "/offline/";
const FORMS = { "/insights/log/": "/queue/shell/", "/insights/log/bedside/": "/queue/shell/bedside/" };
// A name with a digest in it never changes what it holds.
const NAMED_BY_DIGEST = /^\/static\/.*\.[0-9a-f]{12}\.\w+$/;
// On a poor network, the form that is here comes before the one that may come.
const PATIENCE = 4_000;

// Keep a page with what it loads; only a page that is what was asked for, not one to sign in.
async function keep(name, path) {
  const answer = await fetch(path, { cache: "no-store", redirect: "manual" });
  if (!answer.ok) return;
  const parts = (await answer.clone().text()).match(/\/static\/[^"']+/g) ?? [];
  const cache = await caches.open(name);
  await Promise.all([...new Set(parts)].map((part) => cache.add(part)));
  await cache.put(path, answer);
}

async function keepShell() {
  for (const path of Object.values(FORMS)) await keep(SHELL, path);
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keep(SITE, OFFLINE));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data === "keep the shell") event.waitUntil(keepShell().catch(() => null));
});

async function page(request) {
  const kept = await caches.match(FORMS[new URL(request.url).pathname] ?? OFFLINE);
  const form = kept && new URL(request.url).pathname in FORMS;
  try {
    const answer = await (form ? Promise.race([fetch(request), late()]) : fetch(request));
    return form && answer.status >= 500 ? kept : answer;
  } catch {
    return kept ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
}

const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));

async function asset(request) {
  const known = NAMED_BY_DIGEST.test(new URL(request.url).pathname) && (await caches.match(request));
  if (known) return known;
  return fetch(request).catch(async () => (await caches.match(request)) ?? Response.error());
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(asset(request));
});
