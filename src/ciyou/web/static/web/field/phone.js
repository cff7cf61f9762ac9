// One user's store: set up, opened by the PIN, locked, wiped. The key is in memory only while it is open.

import { makeStoreKey, openRecord, openStoreKey, sealForServer, sealRecord } from "./crypto.js";
import * as store from "./store.js";

export const WRONG_PINS = 10;
const HOUR = 3600 * 1000;
let held = null;

export const isOpen = () => held !== null;
export const holder = () => held?.row.user ?? null;
export const lock = () => {
  held = null;
};

/** Six digits that are not tried first: not repeated, not counted. */
export function pinFault(pin) {
  if (!/^\d{6}$/.test(pin)) return "pin_form";
  const steps = new Set([...pin].slice(1).map((sign, place) => (Number(sign) - Number(pin[place]) + 10) % 10));
  return steps.size === 1 || pin === pin.slice(0, 2).repeat(3) || pin === pin.slice(0, 3).repeat(2) ? "weak_pin" : "";
}

/** Set the phone up with what the server gave: keys, and from now on a store of its own. */
export async function setUp(pin, session, keys) {
  const { key, wrapped } = await makeStoreKey(pin, keys.share, session.user);
  const row = {
    user: session.user, post: session.post, id: keys.id, publicKey: keys.public, wrapped,
    share: keys.share, shareUntil: Date.now() + HOUR, endsAt: Date.now() + 24 * HOUR, failed: 0,
  };
  await store.wipeReadable(session.user);
  await store.keepPhone(row);
  await store.setCurrentUser(session.user);
  held = { row, key };
  await navigator.storage?.persist?.();
}

/** Open with the PIN: "open", "wrong" (how many tries are left), "wiped", or "share_over" where the server has to be asked again. */
export async function unlock(user, pin, askShare) {
  let row = await store.phoneOf(user);
  if (!row) return { state: "none" };
  if (!row.share || Date.now() > row.shareUntil) {
    const keys = await askShare(row.id);
    if (!keys) return { state: "share_over" };
    row = { ...row, share: keys.share, shareUntil: Date.now() + HOUR };
  }
  // Counted before it is judged: an app that is killed in between has used up its try.
  row = { ...row, failed: row.failed + 1 };
  await store.keepPhone(row);
  const key = await openStoreKey(pin, row.share, user, row.wrapped);
  if (!key) {
    if (row.failed < WRONG_PINS) return { state: "wrong", left: WRONG_PINS - row.failed };
    await store.wipeReadable(user);
    return { state: "wiped" };
  }
  row = { ...row, failed: 0 };
  await store.keepPhone(row);
  held = { row, key };
  return { state: "open" };
}

/** Keep what was loaded, and for how long it and the share may stay. */
export async function keepBundle(bundle, session) {
  const row = {
    ...held.row, post: session.post, endsAt: Date.parse(bundle.ends_at), shareUntil: Date.now() + bundle.share_hours * HOUR,
  };
  held.row = row;
  await store.keepPhone(row);
  await keep("bundle", bundle);
  await keep("visited", {});
}

export const phoneId = () => held?.row.id ?? null;
const nameOf = (name) => `${held.row.user}:${name}`;
const sealed = (name, content) => sealRecord(held.key, nameOf(name), content);

export async function keep(name, content) {
  if (held) await store.writeRecord(await sealed(name, content));
}

export async function read(name) {
  const row = held && (await store.readRecord(nameOf(name)));
  return row ? openRecord(held.key, row) : null;
}

export const drop = (name) => store.removeRecord(nameOf(name));

export const localDay = (now) => [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

/** Seal a piece of work with what is enclosed, each for itself, and keep it together with what the store then knows of it; in the place of one that was not sent, if any. */
export async function keepWork(kind, said, records, { held: waits = false, replaces = null, enclosed = [] } = {}) {
  const { user, post, id, publicKey } = held.row;
  const made_at = new Date().toISOString();
  const seal = (own, content) => sealForServer(publicKey, { id: crypto.randomUUID(), phone: id, user, post, kind: own, made_at }, content);
  const piece = await seal(kind, said);
  const pictures = enclosed.map((one) => seal("enclosure", { ...one, fields: { ...one.fields, visit: piece.id } }));
  const pieces = [waits ? { ...piece, held: true } : piece, ...(await Promise.all(pictures))];
  await store.keepWork(pieces, replaces, await Promise.all(Object.entries(records).map(([name, content]) => sealed(name, content))));
  return piece.id;
}

/** What is past its time goes, whoever's it is: readable data on its day, the share after its hours. Unsent work stays. */
export async function expire() {
  let wiped = false;
  for (const row of await store.everyPhone()) {
    if (Date.now() > row.endsAt) {
      await store.wipeReadable(row.user);
      wiped = true;
    } else if (row.share && Date.now() > row.shareUntil) {
      await store.keepPhone({ ...row, share: null });
    }
  }
  return wiped;
}
