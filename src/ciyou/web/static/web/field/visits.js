// A household's form: what was typed is a draft until it is saved; saved, it is sealed and only the server reads it.

import { tend } from "../added_form.js";
import * as enclosures from "./enclosures.js";
import * as phone from "./phone.js";
import { showPage, words } from "./screens.js";

const TAKEN = "taken:pieces";
let going = null;

/** Show a household's form, with what was typed before. */
export async function open(bundle, childId) {
  const place = bundle.children.find((child) => child.id === childId).form;
  going = { bundle, place, form: bundle.forms[place] };
  const page = showPage(going.form.page);
  const draft = await phone.read(draftName());
  const typed = page.querySelector("[data-form]");
  // Pictures are not in a draft: whoever took them is told.
  const missing = Boolean(draft?.[TAKEN]);
  const mine = going;
  const keep = async () => {
    if (going !== mine || !phone.isOpen()) return;
    await phone.keep(draftName(), { ...answersIn(typed), [TAKEN]: missing || enclosures.any() });
  };
  enclosures.begin(page, keep);
  if (draft) fill(typed, draft);
  tend(typed, bundle.added);
  const again = page.querySelector("[data-take-again]");
  if (again) again.hidden = !missing;
  typed.addEventListener("input", keep);
  typed.addEventListener("change", () => checkReasons(typed));
}

const draftName = () => `draft:${going.form.child}`;

/** What was typed, without which versions of the place's forms the page holds. */
const answersIn = (typed) => Object.fromEntries([...new FormData(typed)].filter(([name]) => !/^[vw]:/.test(name)));

function fill(typed, draft) {
  for (const field of typed.elements) {
    // What the page says of itself is today's, also where an older draft kept it.
    if (field.type === "hidden" || !(field.name in draft)) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === draft[field.name];
    else field.value = draft[field.name];
  }
}

/** Nobody is “not to be found” without a reason. */
function checkReasons(typed) {
  for (const field of typed.querySelectorAll('select[name^="reason:"]')) {
    const result = new FormData(typed).get(field.name.replace("reason:", "result:"));
    field.setCustomValidity(result === "cannot_be_found" && !field.value ? words("choose_reason") : "");
  }
}

/** Everything is as on file. */
export const saveNoChange = () => save("no_change", {});

/** Keep what was typed; gives how many pieces were lost, or null where something that must be said is missing (the browser shows where). */
export async function saveForm(typed) {
  checkReasons(typed);
  if (!typed.reportValidity()) return null;
  const fields = Object.fromEntries([...new FormData(typed)].filter(([, value]) => value !== ""));
  // The words of each form of the place go with its answers: it may be asked otherwise by the time they arrive.
  for (const { dataset } of typed.querySelectorAll("[data-added]")) fields[`w:${dataset.added}`] = going.bundle.added[dataset.added].words;
  return save("visit", fields, typed);
}

async function save(kind, fields, typed = null) {
  const { bundle, place, form } = going;
  const day = phone.localDay(new Date());
  const said = { child: form.child, visited_on: day, fields: { ...fields, visited_on: day }, base: form.base, leads: form.leads };
  // A second visit before the first is sent goes on from what the first found.
  const base = { ...form.base, ...(typed ? found(typed) : {}) };
  const forms = bundle.forms.map((one, number) => (number === place ? { ...one, base } : one));
  const visited = { ...(await phone.read("visited")) };
  for (const child of bundle.children) if (child.form === place) visited[child.id] = day;
  const draft = draftName();
  const taken = await enclosures.collect();
  const whole = taken.filter(([, content]) => content !== null);
  const enclosed = whole.map(([piece, content]) => ({ ...said, fields: { piece, content }, base: {}, leads: {} }));
  await phone.keepWork(kind, said, { bundle: { ...bundle, forms }, visited }, { enclosed });
  await phone.drop(draft);
  going = null;
  return taken.length - whole.length;
}

/** What a form's answers come to as values, as far as a value can be read off them. */
function found(typed) {
  const values = {};
  for (const [name, text] of new FormData(typed)) {
    const field = typed.elements[name];
    if (!name.startsWith("q:") || !text || text === "unknown") continue;
    if (text === "yes" || text === "no") values[name] = JSON.stringify(text === "yes");
    else if (field.type === "date" || field.tagName === "SELECT") values[name] = JSON.stringify(text);
    else if (field.inputMode === "numeric" && /^\d+$/.test(text)) values[name] = text;
  }
  return values;
}
