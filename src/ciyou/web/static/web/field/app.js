// The phone app: what a tap does. It works without a network; with one it sends first and loads afterwards.

import * as asking from "./asking.js";
import * as enclosures from "./enclosures.js";
import * as phone from "./phone.js";
import * as retry from "./retry.js";
import * as screens from "./screens.js";
import * as store from "./store.js";
import * as sync from "./sync.js";
import * as visits from "./visits.js";

const IDLE = 5 * 60 * 1000;
const HERE = 60 * 1000;
let user = null;
let lastTouch = Date.now();
let saving = 0;
let lastAsked = null;

/** While this runs no new version takes over. */
async function busy(work) {
  saving += 1;
  try {
    return await work();
  } finally {
    saving -= 1;
  }
}

async function start() {
  if (/MicroMessenger/i.test(navigator.userAgent)) document.getElementById("wechat").hidden = false;
  if (!("indexedDB" in window) || !crypto.subtle || !navigator.locks) return screens.tell("no_store");
  keepShell();
  await asking.release();
  const wiped = await phone.expire();
  user = await store.currentUser();
  if (wiped) screens.tell("wiped_old");
  sync.asksAlone(() => Date.now() - lastTouch > HERE);
  retry.begin(() => user && send({ quiet: true }), screens.showAgain);
  await arrive();
}

/** Whoever is signed in is whose turn it is; without a network, whoever was last. */
async function arrive() {
  const signed = await sync.session();
  if (signed && signed.user !== user) await changeTo(signed.user);
  if (user) await obeyWipe();
  await count();
  const known = user && (await store.phoneOf(user));
  if (known) screens.show("locked");
  else screens.show(signed ? "setup" : "start");
  if (signed) await send({ signed, quiet: true });
}

async function changeTo(next) {
  await lockUp();
  user = next;
  await store.setCurrentUser(next);
}

async function obeyWipe() {
  const row = await store.phoneOf(user);
  if (!row || !(await sync.wipeOrdered(row.id))) return;
  await lockUp();
  await store.wipeReadable(user);
  screens.tell("wiped_order");
}

/** How much is unsent stands on the screen; of what may be sent the next try is planned. */
async function count() {
  const unsent = await store.unsentOf(user);
  screens.showUnsent(unsent.length);
  retry.see(sync.toSend(unsent));
}

/** A questionnaire that is left half-way: what was sealed of it is sent with the rest. */
async function leaveAsking() {
  await asking.leave();
  await count();
}

async function lockUp() {
  screens.clear();
  await asking.leave();
  phone.lock();
  await count();
}

async function setUp(form) {
  const [pin, again] = ["new-pin", "new-pin-again"].map((name) => form.elements[name].value);
  const fault = pin === again ? phone.pinFault(pin) : "pins_differ";
  if (fault) return screens.tell(fault);
  screens.tell("loading");
  const signed = await sync.session();
  const keys = signed && (await sync.newPhone(signed));
  if (!keys) return screens.tell(signed === undefined ? "offline" : "sign_in_again");
  await phone.setUp(pin, signed, keys);
  user = signed.user;
  await load(signed);
}

async function unlock(form) {
  const pin = form.elements.pin.value;
  form.elements.pin.value = "";
  const found = await phone.unlock(user, pin, askShare);
  if (found.state === "wrong") return screens.tell("wrong_pin", found);
  if (found.state === "share_over") return screens.tell("share_over");
  if (found.state !== "open") {
    screens.tell("wiped_pins");
    return screens.show("start");
  }
  screens.tell("");
  touch();
  await go("today");
  await send({ quiet: true });
}

async function askShare(id) {
  const signed = await sync.session();
  if (!signed || signed.user !== user) return null;
  const keys = await sync.share(signed, id);
  return keys === "gone" ? null : keys;
}

/** Send what is there; whatever comes of it, what is left is tried again. */
async function send(how = {}) {
  let told = null;
  retry.trial();
  try {
    told = await sendAndLoad(how);
  } finally {
    retry.ended(told ?? {});
    await count();
  }
}

/** Send; afterwards, where the store is open, load what is new. Gives how many arrived, and whether somebody has to sign in first. */
async function sendAndLoad({ signed = null, quiet = false }) {
  const now = signed ?? (await sync.session());
  if (now && now.user !== user) {
    await changeTo(now.user);
    return arrive();
  }
  if (!now) {
    if (!quiet) screens.tell(now === undefined ? "offline" : "sign_in_again");
    return { signedOut: now === null };
  }
  if (!quiet) screens.tell("sending");
  const told = await busy(() => sync.send(now, { again: !quiet }));
  await count();
  tellSent(told, quiet);
  await obeyWipe();
  const bundle = phone.isOpen() && (await phone.read("bundle"));
  const old = bundle && bundle.made_at.slice(0, 10) !== new Date().toISOString().slice(0, 10);
  if (phone.isOpen() && (told?.sent || old || !bundle)) await load(now, { quiet: true });
  return told;
}

/** What came of a try. That one which the phone made by itself was in vain is not told: the line below says when the next is. */
function tellSent(told, quiet) {
  if (!quiet) screens.tell("");
  if (told?.failed && !quiet) screens.tell("send_failed", { count: told.failed });
  else if (told?.kept) screens.tell("sent_kept", { count: told.sent, kept: told.kept });
  else if (told?.sent || !(quiet || told?.refused)) screens.tell("sent_all", { count: told?.sent ?? 0 });
  if (told?.states[lastAsked]) asking.tellSent(told.states[lastAsked]);
}

async function load(signed = null, { quiet = false } = {}) {
  const now = signed ?? (await sync.session());
  if (!now || now.user !== user) return screens.tell(now === undefined ? "offline" : "sign_in_again");
  const bundle = await sync.bundle().catch(() => null);
  if (!bundle || !phone.isOpen()) return screens.tell("offline");
  await busy(() => phone.keepBundle(bundle, now));
  if (!quiet) screens.tell("loaded", { count: bundle.children.length, day: bundle.ends_at.slice(0, 10) });
  await go(quiet && screens.isFilling() ? "" : "today");
}

async function go(name) {
  if (!name) return;
  if (screens.needsOpen(name) && !phone.isOpen()) return screens.show("locked");
  if (name === "today" || name === "children") {
    const bundle = await phone.read("bundle");
    if (!bundle) return screens.show(name);
    const visited = (await phone.read("visited")) ?? {};
    if (name === "today") screens.showToday(bundle, visited);
    else screens.showChildren(bundle, visited, document.getElementById("find").value);
  }
  screens.show(name);
}

async function visit(childId) {
  await visits.open(await phone.read("bundle"), childId);
  screens.show("visit");
}

async function ask(childId, code) {
  if (asking.childId() === childId) return screens.show("ask");
  await leaveAsking();
  const bundle = await phone.read("bundle");
  if (code) asking.open(bundle, childId, code);
  else asking.choose(bundle, childId);
  screens.show("ask");
}

/** What was answered is sealed, and its hint stays in sight: whom to call, and whether anybody was told. */
async function saveAsked() {
  lastAsked = await busy(() => asking.save());
  if (!lastAsked) return screens.tell("ask_nothing");
  screens.tell("saved", { count: (await store.unsentOf(user)).length });
  window.scrollTo(0, 0);
  await send({ quiet: true });
}

/** After a visit was kept: say so, and what of it could not be kept, and send it if there is a network. */
async function kept(lost = 0) {
  await count();
  const unsent = (await store.unsentOf(user)).length;
  screens.tell(lost ? "saved_without" : "saved", { count: unsent, lost });
  await go("today");
  await send({ quiet: true });
}

async function saveVisit(form) {
  const lost = await busy(() => visits.saveForm(form));
  if (lost !== null) await kept(lost);
}

/** The sealed pieces as a file: as unreadable as they lie on the phone. */
async function exportWork() {
  const pieces = await store.unsentOf(user);
  const file = new Blob([JSON.stringify({ pieces })], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "ciyou-unsent.json" });
  link.click();
  URL.revokeObjectURL(link.href);
}

const DEEDS = {
  send: async () => {
    if (!screens.isFilling()) await leaveAsking();
    await send();
  },
  load: () => load(),
  export: exportWork,
  lock: async () => {
    await lockUp();
    screens.show("locked");
  },
  visit: (button) => visit(button.dataset.child),
  ask: (button) => ask(button.dataset.child, button.dataset.code),
  "clear-signature": (button) => enclosures.clear(button.closest("[data-piece]").querySelector("canvas")),
  another: async () => {
    const childId = asking.childId();
    await leaveAsking();
    await ask(childId);
  },
  "no-change": async () => {
    await kept(await busy(() => visits.saveNoChange()));
  },
};

/** One deed at a time: a second tap on a button that is still at work does nothing. */
async function deed(button, work) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do], [data-go]");
  if (!button) return;
  if (button.dataset.do !== "send") screens.tell("");
  deed(button, () => (button.dataset.go ? go(button.dataset.go) : DEEDS[button.dataset.do](button)));
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector('[type="submit"]');
  if (form.matches("[data-setup]")) deed(button, () => setUp(form));
  else if (form.matches("[data-unlock]")) deed(button, () => unlock(form));
  else if (form.matches("[data-asking]")) deed(button, saveAsked);
  else if (form.matches("[data-form]")) deed(button, () => saveVisit(form));
});
document.getElementById("find").addEventListener("input", () => go("children"));

function touch() {
  lastTouch = Date.now();
}
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, touch);
setInterval(lockIfIdle, 15000);
document.addEventListener("visibilitychange", lockIfIdle);
async function lockIfIdle() {
  if (await phone.expire()) {
    await lockUp();
    screens.show("start");
    screens.tell("wiped_old");
  } else if (phone.isOpen() && Date.now() - lastTouch > IDLE) {
    DEEDS.lock();
  }
}

/** Keep the shell; a newer one takes over when nothing is being saved or sent and nobody has the store open. */
async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  const registered = await navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" }).catch(() => null);
  setInterval(() => {
    if (!saving && !phone.isOpen()) registered?.waiting?.postMessage("take-over");
  }, 5000);
}

start();
