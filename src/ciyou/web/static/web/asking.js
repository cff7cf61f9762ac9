// While a questionnaire is filled in: how many questions are open, the points so far, and at once what a flagged answer asks for.
// The form works without this; what counts is what the server scores.

const own = document.getElementById("asking");
const { score } = await import(own.dataset.scorer);
const { asked, age } = JSON.parse(document.getElementById("scoring").textContent);
const form = document.getElementById("asking-form");
const line = document.getElementById("asking-hint");

/** The answers as the scorer reads them; a question without a chosen answer is not there. */
function answers() {
  const chosen = [...form.querySelectorAll("[data-item] input:checked")];
  return Object.fromEntries(chosen.map((input) => [input.closest("[data-item]").dataset.item, Number(input.value)]));
}

function tell() {
  const result = score(asked, answers(), { age });
  const total = result.measured.find((one) => one.scale === "total");
  const open = result.blanks.length;
  const words = [open ? line.dataset.blank.replace("{count}", open) : line.dataset.all];
  if (total.points !== null) words.push(line.dataset.points.replace("{points}", total.points));
  line.textContent = words.join(" · ");
  line.hidden = false;
  for (const notice of form.querySelectorAll("[data-flag]")) notice.hidden = result.flags[notice.dataset.flag] !== true;
}

form.addEventListener("change", tell);
if (form.querySelector("[data-item] input:checked")) tell();
