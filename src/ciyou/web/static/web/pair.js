// Keys for comparing pairs: the page works without them, and they answer only while the pair itself has the focus.

const pair = document.getElementById("pair");
const keys = new Map(
  [...document.querySelectorAll("[data-key]")].map((element) => [element.dataset.key.toLowerCase(), element]),
);

/** Press what a key stands for; a second press while the next page is on its way does nothing. */
function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  const target = keys.get(event.key.toLowerCase());
  if (!target || pair.dataset.left) return;
  event.preventDefault();
  pair.dataset.left = "1";
  if (target.matches("form")) target.requestSubmit();
  else target.click();
}

if (pair) {
  pair.addEventListener("keydown", press);
  pair.dataset.ready = "1";
  pair.querySelector("[data-pair-keys]").hidden = false;
  // What went wrong, where something did, is read first.
  if (!document.getElementById("problems")) pair.focus({ preventScroll: true });
}
