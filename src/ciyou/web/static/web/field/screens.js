// What is on the screen. Words come from the page itself; nothing of a child stays on it once it is locked.

const WORDS = Object.fromEntries(
  [...document.getElementById("words").content.children].map((one) => [one.dataset.word, one.textContent]),
);
const one = (selector) => document.querySelector(selector);

/** A sentence with its values filled in. */
export const words = (name, values = {}) => WORDS[name].replace(/\{(\w+)\}/g, (_whole, key) => values[key]);

export function tell(name, values) {
  one("#told").hidden = !name;
  one("#told").textContent = name ? words(name, values) : "";
}

const OPEN = ["today", "children", "visit", "more"];

/** Show one screen; help can be reached from everywhere, also while the store is locked. */
export function show(name) {
  for (const screen of document.querySelectorAll("[data-screen]")) screen.hidden = screen.dataset.screen !== name;
  one("#nav").hidden = name === "start" || name === "setup";
  for (const button of document.querySelectorAll("[data-go]")) {
    if (button.dataset.go === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  window.scrollTo(0, 0);
  one("#main").focus({ preventScroll: true });
}

export const needsOpen = (name) => OPEN.includes(name);

export function showUnsent(count) {
  one("#unsent").hidden = false;
  one("#unsent").textContent = count ? words("unsent_some", { count }) : words("unsent_none");
  one("#unsent").classList.toggle("field-waiting", count > 0);
}

/** Take everything about anybody off the page. */
export function clear() {
  for (const place of ["[data-tasks]", "[data-children]", "[data-visit]"]) one(place).replaceChildren();
  one("[data-used]").textContent = "";
  one("#find").value = "";
  for (const field of ["#pin", "#new-pin", "#new-pin-again"]) one(field).value = "";
}

export function showToday(bundle, visited) {
  const byId = Object.fromEntries(bundle.children.map((child) => [child.id, child]));
  one("[data-used]").textContent = words("used", { day: bundle.made_at.slice(0, 10) });
  const lines = bundle.tasks.map((task) => {
    const child = byId[task.child];
    return line(child, [task.name, task.left], visited, task.late);
  });
  one("[data-tasks]").replaceChildren(...(lines.length ? lines : [note("no_tasks")]));
}

export function showChildren(bundle, visited, wanted = "") {
  const found = bundle.children.filter((child) => child.name.includes(wanted.trim()));
  const lines = found.map((child) => line(child, [child.words, child.place], visited, false));
  one("[data-children]").replaceChildren(...(lines.length ? lines : [note("no_children")]));
}

export function showPage(page) {
  const parsed = new DOMParser().parseFromString(page, "text/html");
  one("[data-visit]").replaceChildren(...parsed.body.childNodes);
  return one("[data-visit]");
}

function note(name) {
  const item = document.createElement("li");
  item.textContent = words(name);
  return item;
}

function line(child, said, visited, late) {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = child.name;
  item.append(name);
  const done = visited[child.id] ? [words("visited")] : [];
  for (const text of [...said, ...done].filter(Boolean)) {
    const told = document.createElement("p");
    told.textContent = text;
    told.classList.toggle("field-late", late && text === said[1]);
    item.append(told);
  }
  const button = one("#visit-button").content.firstElementChild.cloneNode(true);
  button.dataset.child = child.id;
  button.setAttribute("aria-label", `${button.textContent} ${child.name}`);
  item.append(button);
  return item;
}
