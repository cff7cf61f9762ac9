// Between phone and server. Sends one piece at a time and forgets it only when the server has said that it has it.

import * as store from "./store.js";

const GONE = 410;
const ACCEPTED = 202;
const PART = 32768;
const LONGEST = 120_000;
const LINE_GONE = 3;
// Pieces that the server itself did not take: asked for again by a tap, or when the app is opened anew.
const refused = new Set();
// How often the line broke at a piece: one at which it always does keeps no other back.
const broken = new Map();
// Without an end a request over a dead line would hold back every later one.
const within = (milliseconds) => ({ signal: AbortSignal.timeout(milliseconds) });
let alone = () => false;
const own = () => (alone() ? { "Ciyou-Alone": "1" } : {});
const ask = (address, { headers = {}, ...more } = {}) =>
  fetch(address, { redirect: "manual", cache: "no-store", credentials: "same-origin", ...within(LONGEST), ...more, headers: { ...headers, ...own() } });

/** What is asked while nobody touches the phone keeps no sign-in alive: `whether` says so at each request. */
export function asksAlone(whether) {
  alone = whether;
}

/** Who is signed in: {user, post, headers}; null where nobody is; undefined where there is no network, or no server behind it. */
export async function session() {
  try {
    const answer = await ask("/field/session/", within(8_000));
    if (answer.ok) return await answer.json();
    return answer.type === "opaqueredirect" || answer.status === 403 ? null : undefined;
  } catch {
    return undefined;
  }
}

const post = (address, headers, body, type) =>
  ask(address, { method: "POST", headers: { ...headers, "Content-Type": type }, body });

export async function newPhone(signed) {
  const form = new URLSearchParams({ label: navigator.userAgentData?.platform ?? "" });
  const answer = await post("/field/phones/new/", signed.headers, form, "application/x-www-form-urlencoded");
  return answer.ok ? answer.json() : null;
}

/** The share of a phone from the server; null where there is none to be had, "gone" where the phone was taken back. */
export async function share(signed, id) {
  try {
    const answer = await post(`/field/phones/${id}/share/`, signed.headers, "", "application/x-www-form-urlencoded");
    if (answer.status === GONE) return "gone";
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Whether the phone was ordered to wipe what it can read. */
export async function wipeOrdered(id) {
  try {
    return (await ask(`/field/phones/${id}/state/`)).status === GONE;
  } catch {
    return false;
  }
}

export async function bundle() {
  const answer = await ask("/field/bundle/", within(5 * LONGEST));
  return answer.ok ? answer.json() : null;
}

/** What is still to be sent of it, and what the server refused; neither what is held back while its form is open. */
export function toSend(unsent) {
  const free = unsent.filter((one) => !one.held);
  const out = free.filter((one) => refused.has(one.id)).length;
  return { left: free.length - out, refused: out };
}

/** Send a user's work; only one page of this phone sends at a time. Gives {sent, kept, failed, refused, states by id}, or null where another is at it.
 *  `again`: also what was refused before. */
export function send(signed, { again = false } = {}) {
  return navigator.locks.request("ciyou-field-send", { ifAvailable: true }, async (own) => (own ? sendAll(signed, again) : null));
}

async function sendAll(signed, again) {
  const told = { sent: 0, kept: 0, failed: 0, refused: 0, states: {} };
  const queue = inTurn((await store.unsentOf(signed.user)).filter((one) => !one.held && (again || !refused.has(one.id))));
  let cut = 0;
  for (const [place, piece] of queue.entries()) {
    const answer = await sendOne(signed, piece);
    cut = answer === undefined ? cut + 1 : 0;
    if (cut) broken.set(piece.id, (broken.get(piece.id) ?? 0) + 1);
    if (cut === LINE_GONE) {
      told.failed += queue.length - place;
      break;
    }
    if (!answer) told.failed += 1;
    else if (answer.state === "refused") told.refused += 1;
    else await received(piece, answer, told);
  }
  return told;
}

/** The earliest first: what was found later goes on from it. */
function inTurn(pieces) {
  const often = (one) => (broken.get(one.id) ?? 0) >= LINE_GONE;
  return [...pieces.filter((one) => !often(one)), ...pieces.filter(often)];
}

async function received(piece, answer, told) {
  await store.forgetWork(piece.id);
  told.sent += 1;
  told.states[piece.id] = answer.state;
  if (answer.state === "set_aside" || answer.state === "conflict") told.kept += 1;
}

/** A large piece in parts, from where the server has it: after a cut nothing is sent again. */
async function sendParts(signed, id, whole, sent_at) {
  let [at, part, before] = [0, "", -1];
  for (;;) {
    const asked = new URLSearchParams({ offset: at, total: whole.length, sent_at });
    const answer = await post(`/field/events/${id}/part/?${asked}`, signed.headers, part, "application/octet-stream");
    if (answer.status !== ACCEPTED) return answer;
    const { have } = await answer.json();
    if (have === before) return answer;
    before = have;
    [at, part] = [have, whole.slice(have, have + PART)];
  }
}

/** What the server says of a piece; null where something else answered, undefined where nothing did. */
async function sendOne(signed, piece) {
  try {
    const sent_at = new Date().toISOString();
    const whole = JSON.stringify(piece);
    const answer = whole.length > PART
      ? await sendParts(signed, piece.id, whole, sent_at)
      : await post("/field/events/", signed.headers, JSON.stringify({ piece, sent_at }), "application/json");
    return await understood(piece.id, answer);
  } catch {
    return undefined;
  }
}

// What speaks in the server's place (a portal of a hotel, a proxy) does not know the piece's number, and refuses in other words.
async function understood(id, answer) {
  const told = await answer.json().catch(() => null);
  if ([400, 403].includes(answer.status) && told?.state === "refused") {
    refused.add(id);
    return told;
  }
  return [200, 201].includes(answer.status) && told?.id === id ? told : null;
}
