// The search of the rule book: it looks through the list that is already on the page, so that it works without a server.
const box = document.querySelector("[data-book-search]");

if (box) {
  const input = box.querySelector("input");
  const status = box.querySelector('[role="status"]');
  const list = box.querySelector("ul");
  const lines = [...list.children];

  const look = () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const line of lines) {
      const fits = wanted.length > 0 && wanted.every((word) => line.dataset.words.includes(word));
      line.hidden = !fits;
      if (fits) count += 1;
    }
    list.hidden = count === 0;
    status.textContent = wanted.length === 0 ? "" : count ? status.dataset.some.replace("{count}", count) : status.dataset.none;
  };

  input.addEventListener("input", look);
  box.hidden = false;
  look();
}
