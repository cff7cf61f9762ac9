// Small comforts of every page; each page works without them.

const UNITS = ["B", "KB", "MB", "GB"];

/** Bytes as a person reads them: 1.5 MB. */
function size(bytes) {
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), UNITS.length - 1);
  return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${UNITS[step]}`;
}

/** Say under the file fields how much has been chosen. */
function tellChosen(form) {
  const line = form.querySelector("[data-chosen]");
  const inputs = [...form.querySelectorAll('input[type="file"]')];
  form.addEventListener("change", () => {
    const files = inputs.flatMap((input) => [...input.files]);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    line.textContent = files.length
      ? line.dataset.one.replace("{count}", files.length).replace("{size}", size(total))
      : "";
  });
}

/** A button that has been pressed says so, and a second press does nothing. */
function tellBusy(form) {
  const button = form.querySelector("[data-busy]");
  if (!button) return;
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    (button.querySelector("span") ?? button).textContent = button.dataset.busy;
  });
}

document.querySelectorAll("form[data-upload]").forEach(tellChosen);
document.querySelectorAll("form").forEach(tellBusy);
// Back from the next page: the browser may show this one as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
// A page that says what went wrong is read from there.
document.getElementById("problems")?.focus();
