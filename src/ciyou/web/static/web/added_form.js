// Forms that a place adds to a visit: the same JSON, the same vectors and the same answers as core/forms/filling.py.
// null is unknown, and unknown is never a no: a question whose condition is not known yet is not shown yet.

const MOST = 1e15;
const TEXT_LENGTH = 500;
// What is no answer: all that Python or a browser takes for a space.
const BLANK = "[\\s\\ufeff\\x1c-\\x1f\\x85]";
const ENDS = new RegExp(`^${BLANK}+|${BLANK}+$`, "g");
const BETWEEN = new RegExp(`${BLANK}+`);

/** What answers (as typed, by row; several choices with a space between) come to on a day (ISO). */
export function fill(rows, answers, today) {
  // Without a prototype: a question may be called “constructor”.
  const known = Object.create(null);
  const asked = Object.create(null);
  const refused = [];
  const values = Object.create(null);
  for (const row of rows) {
    const state = truth(row.asked_if, known, null, today);
    asked[row.name] = state;
    if (row.kind === "result") {
      values[row.name] = state === true && row.value ? worth(row.value, known, null, today) : null;
      known[row.name] = values[row.name];
    } else if (state === true && row.kind !== "note") {
      const [value, fits] = readAnswer(row, Object.hasOwn(answers, row.name) ? answers[row.name] : "");
      if (!fits || (value !== null && truth(row.holds_if, known, value, today) === false)) refused.push(row.name);
      else known[row.name] = value;
    }
  }
  return { asked, refused, values };
}

function readAnswer(row, typed) {
  const text = typed.replace(ENDS, "");
  if (!text || (row.kind === "one" && text === "unknown")) return [null, true];
  if (row.kind === "one") return [text, row.choices.includes(text)];
  if (row.kind === "many") {
    const chosen = text.split(BETWEEN);
    return [row.choices.filter((one) => chosen.includes(one)), chosen.every((one) => row.choices.includes(one))];
  }
  if (row.kind === "number") return /^-?[0-9]{1,9}$/.test(text) ? [Number(text), true] : [null, false];
  if (row.kind === "date") return [text, isDate(text)];
  return [text, [...text].length <= TEXT_LENGTH];
}

function isDate(text) {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || text.startsWith("0000")) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text;
}

function truth(node, known, own, today) {
  if (!node) return true;
  const found = worth(node, known, own, today);
  return typeof found === "boolean" ? found : null;
}

function worth(node, known, own, today) {
  if (node.op === "question") return known[node.value] ?? null;
  if (node.op === "own") return own;
  if (node.op === "literal" || node.op === "date") return node.value;
  if (node.op === "today") return today;
  const parts = node.of.map((part) => worth(part, known, own, today));
  const open = parts.includes(null);
  if (node.op === "and") return parts.includes(false) ? false : open ? null : true;
  if (node.op === "or") return parts.includes(true) ? true : open ? null : false;
  if (node.op === "if") {
    const [held, yes, no] = parts;
    return held === null ? (yes === no ? yes : null) : held ? yes : no;
  }
  return open ? null : applied(node, parts);
}

function applied(node, [first, second]) {
  if (node.op === "not") return !first;
  if (node.op === "selected") return Array.isArray(first) ? first.includes(node.value) : first === node.value;
  if (node.op === "=") return first === second;
  if (node.op === "!=") return first !== second;
  if (node.op === "<") return first < second;
  if (node.op === "<=") return first <= second;
  if (node.op === ">") return first > second;
  if (node.op === ">=") return first >= second;
  const found = { "+": first + second, "-": first - second, "*": first * second, negative: -first }[node.op];
  return Math.abs(found) <= MOST ? found + 0 : null;
}

/** Show in a form what its answers call for, now and whenever one changes. `given`: rows by version, where the page holds none itself. */
export function tend(form, given = {}) {
  const sections = [...form.querySelectorAll("[data-added]")];
  const look = () => {
    const needed = new Set(sections.flatMap((section) => show(form, section, given)));
    for (const name of sections.flatMap((section) => Object.values(JSON.parse(section.dataset.fields)))) need(form, name, needed.has(name));
  };
  if (!sections.length) return;
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  look();
}

/** A fact is required wherever its field stands; one that is hidden is not. */
function need(form, name, needed) {
  for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) field.required = needed && !field.disabled;
}

/** Show a section as its answers have it; gives the fields of the facts that it requires. */
function show(form, section, given) {
  const rows = section.dataset.rows ? JSON.parse(section.dataset.rows) : given[section.dataset.added].rows;
  const fields = JSON.parse(section.dataset.fields);
  const fieldOf = (row) => (Object.hasOwn(fields, row.name) ? fields[row.name] : section.dataset.prefix + row.name);
  const typed = rows.map((row) => [row.name, answer(form, row, fieldOf(row))]);
  const filled = fill(rows, Object.fromEntries(typed), localDay());
  const met = form.elements.met?.value !== "nobody";
  for (const row of rows) {
    const place = section.querySelector(`[data-row="${row.name}"]`);
    if (!place) continue;
    place.hidden = filled.asked[row.name] !== true;
    const wrong = filled.refused.includes(row.name);
    for (const field of place.querySelectorAll("input, select")) {
      field.disabled = place.hidden;
      if (field.type === "radio") field.required = row.required && met && !place.hidden;
      field.setCustomValidity(wrong ? place.dataset.message : "");
    }
    const told = place.querySelector("[data-refused]");
    if (told) told.hidden = !wrong;
  }
  const needed = rows.filter((row) => row.required && met && filled.asked[row.name] === true && Object.hasOwn(fields, row.name));
  for (const block of section.querySelectorAll("[data-block]")) block.hidden = ![...block.querySelectorAll("[data-row]")].some((row) => !row.hidden);
  return needed.map((row) => fields[row.name]).filter((name) => inSight(form, section, name));
}

/** Whether a field stands in this form or always; what another form asks may be hidden with that. */
function inSight(form, section, name) {
  const place = form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest("[data-row]");
  return !place || section.contains(place);
}

function answer(form, row, field) {
  if (row.kind !== "many") return form.elements[field]?.value ?? "";
  const chosen = row.choices.filter((one) => form.elements[`${field}/${one}`]?.checked);
  return chosen.join(" ");
}

function localDay() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
