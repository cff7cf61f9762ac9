// Keeps the shell of the phone app, and nothing else: no page with a person, no answer of the server.
const CACHE = "ciyou-field-{{ version }}";
const PAGE = "{% url 'field' %}";
const FILES = [PAGE, ...{{ files|safe }}];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))));
});
self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name.startsWith("ciyou-field-") && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(others(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
// A new worker takes over only when the page says that nothing is being saved or sent.
self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin || !FILES.includes(address.pathname)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(address.pathname, { ignoreVary: true })).then((kept) => kept || fetch(event.request)));
});
