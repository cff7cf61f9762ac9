// When what could not be sent is tried again: later after each try in vain, no two phones at the same moment, and never while nobody looks.

const FIRST = 5_000;
const LONGEST = 600_000;

let act = () => {};
let tell = () => {};
let [left, refused] = [0, 0];
let [trying, vain] = [0, 0];
let signedOut = false;
let [at, timer] = [null, null];

/** Milliseconds until the next try after so many in vain: twice as long each time, at most ten minutes, half of it by chance. */
export function pauseAfter(tries, chance = Math.random()) {
  const most = Math.min(LONGEST, FIRST * 2 ** Math.max(0, tries - 1));
  return (most * (1 + chance)) / 2;
}

/** `send` makes one try; `show` gets what is to be said of the next one: {left, refused, at, signedOut}, or null where nothing is. */
export function begin(send, show) {
  [act, tell] = [send, show];
  document.addEventListener("visibilitychange", arm);
  window.addEventListener("online", () => {
    vain = 0;
    act();
  });
}

/** A try begins: none is planned meanwhile. */
export function trial() {
  trying += 1;
  arm();
}

/** A try is over: how many pieces arrived, and whether somebody has to sign in first. */
export function ended({ sent = 0, signedOut: out = false } = {}) {
  trying -= 1;
  vain = sent ? 0 : vain + 1;
  signedOut = out;
  at = null;
}

/** So many pieces may still be sent, so many were refused for good: the next try is planned where none is, and only for the former. */
export function see(counts) {
  ({ left, refused } = counts);
  if (!left) [at, vain] = [null, 0];
  else at ??= Date.now() + pauseAfter(vain);
  arm();
}

function arm() {
  clearTimeout(timer);
  const waits = !trying && (left || refused);
  tell(waits ? { left, refused, at, signedOut } : null);
  if (!waits || at === null || document.hidden) return;
  timer = setTimeout(act, Math.min(LONGEST, Math.max(0, at - Date.now())));
}
