// Between phone and server. Sends one piece at a time and forgets it only when the server has said that it has it.

import * as store from "./store.js";

const GONE = 410;
const ACCEPTED = 202;
const PART = 32768;
const ask = (address, more = {}) => fetch(address, { redirect: "manual", cache: "no-store", credentials: "same-origin", ...more });

/** Who is signed in: {user, post, headers}; null where nobody is; undefined where there is no network. */
export async function session() {
  try {
    const answer = await ask("/field/session/", { signal: AbortSignal.timeout(8000) });
    return answer.ok ? await answer.json() : null;
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
  const answer = await ask("/field/bundle/");
  return answer.ok ? answer.json() : null;
}

/** Send a user's work; only one page of this phone sends at a time. Gives {sent, kept, failed, states by id}, or null where another is at it. */
export function send(signed) {
  return navigator.locks.request("ciyou-field-send", { ifAvailable: true }, async (own) => (own ? sendAll(signed) : null));
}

async function sendAll(signed) {
  const told = { sent: 0, kept: 0, failed: 0, states: {} };
  const unsent = await store.unsentOf(signed.user);
  for (const piece of unsent.filter((one) => !one.held)) {
    const answer = await sendOne(signed, piece);
    if (answer === null) {
      told.failed += 1;
      continue;
    }
    await store.forgetWork(piece.id);
    told.sent += 1;
    told.states[piece.id] = answer.state;
    if (answer.state === "set_aside" || answer.state === "conflict") told.kept += 1;
  }
  return told;
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

async function sendOne(signed, piece) {
  try {
    const sent_at = new Date().toISOString();
    const whole = JSON.stringify(piece);
    const answer = whole.length > PART
      ? await sendParts(signed, piece.id, whole, sent_at)
      : await post("/field/events/", signed.headers, JSON.stringify({ piece, sent_at }), "application/json");
    const told = answer.status === 201 || answer.status === 200 ? await answer.json() : null;
    // What speaks in the server's place (a portal of a hotel, a proxy) does not know the piece's number.
    return told?.id === piece.id ? told : null;
  } catch {
    return null;
  }
}
