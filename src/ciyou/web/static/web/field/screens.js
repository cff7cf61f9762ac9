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

const OPEN = ["today", "children", "visit", "ask", "more"];

/** Show one screen; help can be reached from everywhere, also while the store is locked. */
export function show(name) {
  for (const screen of document.querySelectorAll("[data-screen]")) screen.hidden = screen.dataset.screen !== name;
  one("#nav").hidden = name === "start" || name === "setup";
  // What is sent again and when is no news to whoever fills in a form, and would move it under the finger.
  document.body.classList.toggle("field-filling", isFilling());
  for (const button of document.querySelectorAll("[data-go]")) {
    if (button.dataset.go === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  window.scrollTo(0, 0);
  one("#main").focus({ preventScroll: true });
}

export const needsOpen = (name) => OPEN.includes(name);

/** Whether a form is on the screen. */
export const isFilling = () => ["visit", "ask"].some((name) => !one(`[data-screen="${name}"]`).hidden);

export function showUnsent(count) {
  one("#unsent").hidden = false;
  one("#unsent").textContent = count ? words("unsent_some", { count }) : words("unsent_none");
  one("#unsent").classList.toggle("field-waiting", count > 0);
}

/** That there is unsent work, when it is sent again, and what to do about it meanwhile; nothing where nothing is left to say. */
export function showAgain(next) {
  one("#again").hidden = !next;
  if (!next) return;
  const why = next.signedOut ? "again_signed_out" : navigator.onLine ? "again_at" : "again_offline";
  const time = new Date(next.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const said = [next.left ? words(why, { count: next.left, time }) : "", next.refused ? words("again_refused", { count: next.refused }) : ""];
  one("#again-words").textContent = said.filter(Boolean).join(" ");
  one("[data-again-send]").hidden = next.signedOut;
  one("[data-again-sign-in]").hidden = !next.signedOut;
  one("[data-again-export]").hidden = !next.refused;
}

/** Take everything about anybody off the page. */
export function clear() {
  for (const place of ["[data-tasks]", "[data-children]", "[data-visit]", "[data-ask]"]) one(place).replaceChildren();
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

export const showPage = (page) => put("[data-visit]", page);
export const showAsking = (page) => put("[data-ask]", page);

function put(place, page) {
  const parsed = new DOMParser().parseFromString(page, "text/html");
  one(place).replaceChildren(...parsed.body.childNodes);
  return one(place);
}

/** The questionnaires that fit a child, each to be chosen. */
export function listChoices(child, offered) {
  const list = document.createElement("ul");
  list.className = "field-list";
  list.append(...offered.map((each) => {
    const item = document.createElement("li");
    item.append(text("strong", each.name), text("p", each.respondent), button("#choose-button", child, each.name, { code: each.code }));
    return item;
  }));
  one("[data-ask]").replaceChildren(text("p", [child.name, child.words].join(" · ")), list);
}

function text(kind, words) {
  const made = document.createElement(kind);
  made.textContent = words;
  return made;
}

function button(template, child, name, more = {}) {
  const made = one(template).content.firstElementChild.cloneNode(true);
  Object.assign(made.dataset, { child: child.id, ...more });
  made.setAttribute("aria-label", `${made.textContent} ${name}`);
  return made;
}

const note = (name) => text("li", words(name));

function line(child, said, visited, late) {
  const item = document.createElement("li");
  item.append(text("strong", child.name));
  const done = visited[child.id] ? [words("visited")] : [];
  for (const each of [...said, ...done].filter(Boolean)) {
    const told = text("p", each);
    told.classList.toggle("field-late", late && each === said[1]);
    item.append(told);
  }
  item.append(button("#visit-button", child, child.name));
  if (child.asks) item.append(button("#ask-button", child, child.name));
  return item;
}
