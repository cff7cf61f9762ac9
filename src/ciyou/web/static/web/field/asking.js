// A questionnaire on the phone: who agreed, the questions, and at once what a flagged answer asks for.
// Nothing of it is kept readable. From the first flagged answer on it lies sealed among the unsent work, should the phone go dark while somebody calls.

import { admits, score } from "../questionnaire.js";
import * as phone from "./phone.js";
import { listChoices, showAsking, showUnsent, words } from "./screens.js";
import * as store from "./store.js";

const OPEN = "ciyou-asking";
let going = null;

/** While a form is open, no other page of the app lets go what was sealed of it. */
function hold(mine) {
  const closed = new Promise((done) => { mine.close = done; });
  navigator.locks.request(OPEN, { mode: "shared" }, () => closed);
}

/** What lies here of forms that nobody has open any more may go; held while a page has one open. */
export const release = () => navigator.locks.request(OPEN, { ifAvailable: true }, (free) => free && store.releaseWork());

const page = () => document.querySelector("[data-ask]");
const form = () => page().querySelector("[data-asking]");

/** Which questionnaires fit the child. */
export function choose(bundle, childId) {
  going = null;
  const child = bundle.children.find((one) => one.id === childId);
  listChoices(child, child.asks.codes.map((code) => ({ code, ...bundle.questionnaires[code] })));
}

/** One of them, with who may agree at this child's age. */
export function open(bundle, childId, code) {
  const child = bundle.children.find((one) => one.id === childId);
  const asked = bundle.questionnaires[code];
  going = { child, code, asked, sealed: null };
  hold(going);
  showAsking(asked.page);
  page().querySelector("[data-who]").textContent = [child.name, child.words, asked.respondent].join(" · ");
  for (const ground of page().querySelectorAll("[data-ground]")) {
    if (!child.asks.grounds.includes(ground.dataset.ground)) ground.remove();
  }
  form().addEventListener("change", change);
}

function answers() {
  const given = [...new FormData(form())].filter(([name]) => name.startsWith("answer:"));
  return Object.fromEntries(given.map(([name, points]) => [name.replace("answer:", ""), Number(points)]));
}

const consent = () => new FormData(form()).get("consent");
const result = () => score(going.asked.scoring, answers(), { age: going.child.asks.age });
const raised = (found) => Object.keys(found.flags).filter((kind) => found.flags[kind] === true);

async function change() {
  page().querySelector("[data-questions]").hidden = !consent();
  const found = result();
  const open = found.blanks.length;
  page().querySelector("[data-open-questions]").textContent = open ? words("ask_open", { count: open }) : words("ask_all");
  const flags = raised(found);
  for (const notice of page().querySelectorAll("[data-flag]")) notice.hidden = !flags.includes(notice.dataset.flag);
  if (flags.length || going.sealed) await seal(found, true);
}

/** Seal what was said so far in the place of what was sealed before; `held`: it is not sent while the form is open. */
async function seal(found, held) {
  const mine = going;
  const day = phone.localDay(new Date());
  const given = Object.entries(answers()).map(([item, points]) => [`answer:${item}`, String(points)]);
  const fields = {
    instrument: mine.code, version: mine.asked.version, consent: consent() ?? "", flags: raised(found).join(","), ...Object.fromEntries(given),
  };
  const said = { child: mine.child.id, visited_on: day, fields, base: {}, leads: {} };
  const before = mine.sealing;
  // One after the other: each takes the place of the one before.
  mine.sealing = (async () => {
    await before;
    mine.sealed = await phone.keepWork("questionnaire", said, {}, { held, replaces: mine.sealed });
  })();
  await mine.sealing;
  if (phone.isOpen()) showUnsent((await store.unsentOf(phone.holder())).length);
}

/** About whom a form is open: what was answered is still there. */
export const childId = () => going?.child.id ?? null;

/** Save it; gives what came of it, or null where nobody agreed or nothing was answered. */
export async function save() {
  const typed = form();
  if (!typed.reportValidity()) return null;
  const found = result();
  if (found.blanks.length === going.asked.scoring.items.length) return null;
  const mine = going;
  const { asked, child } = mine;
  await seal(found, false);
  // Locked meanwhile: it is sealed, and nothing of it is shown any more.
  if (going !== mine) return mine.sealed;
  going = null;
  mine.close();
  typed.remove();
  page().querySelector("[data-another]").remove();
  page().querySelector("[data-result]").hidden = false;
  page().querySelector("[data-verdict]").textContent = verdict(asked.scoring, child.asks.age, found);
  return mine.sealed;
}

/** What the points say, never that a child is well; scales without a line say nothing. */
function verdict(asked, age, found) {
  const lined = found.measured.filter((one) => asked.cut_offs.some((line) => line.scale === one.scale && admits(line.ages, age) !== false));
  const said = lined.map((one) => one.reached);
  const code = said.includes(true) ? "reached" : said.includes(null) || !said.length ? "unknown" : "below";
  const total = found.measured.find((one) => one.scale === "total");
  const points = total.points === null ? [] : [words("ask_points", { points: total.points })];
  return [...points, words(`ask_${code}`)].join(" · ");
}

/** After sending: what the server did with the piece that was just saved. */
export function tellSent(state) {
  for (const [name, wanted] of [["untold", false], ["told-now", state === "applied"], ["kept-now", state !== "applied"]]) {
    for (const told of page().querySelectorAll(`[data-${name}]`)) told.hidden = !wanted;
  }
}

/** The form is left: what was sealed of it may go. */
export async function leave() {
  const mine = going;
  going = null;
  if (mine?.sealing) {
    await mine.sealing;
    await store.releaseWork(mine.sealed);
  }
  mine?.close();
}
