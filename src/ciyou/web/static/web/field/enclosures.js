// Photographs and signatures of a visit, where a document asks for them: drawn anew small, so that nothing a camera wrote goes along.

const MOST_BYTES = 200000;
const SIDES = [1280, 1024, 800, 640];
let taken = {};
let changed = () => {};

/** Begin a form: nothing is taken yet; `tell` is called after each change. */
export function begin(page, tell = () => {}) {
  taken = {};
  changed = tell;
  for (const input of page.querySelectorAll("[data-photo]")) input.addEventListener("change", () => take(input));
  for (const canvas of page.querySelectorAll("[data-signature]")) draw(canvas);
}

/** Whether anything was taken. */
export const any = () => Object.keys(taken).length > 0;

const codeOf = (field) => field.closest("[data-piece]").dataset.piece;

async function take(input) {
  const own = input.closest("[data-piece]");
  const canvas = own.querySelector("[data-picture]");
  const code = codeOf(input);
  delete taken[code];
  canvas.hidden = true;
  const file = input.files[0];
  if (!file) return changed();
  const small = createImageBitmap(file, { imageOrientation: "from-image" }).then((picture) => shrink(picture, canvas)).catch(() => null);
  taken[code] = small;
  const picture = await small;
  if (taken[code] !== small) return;
  own.querySelector("[data-no-picture]").hidden = picture !== null;
  canvas.hidden = picture === null;
  if (!picture) delete taken[code];
  changed();
}

/** The largest that fits: less sharp first, then smaller; null where the phone can make none. */
async function shrink(picture, canvas) {
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    for (const quality of [0.8, 0.6, 0.4]) {
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (blob && blob.size <= MOST_BYTES) return blob;
    }
  }
  return null;
}

function draw(canvas) {
  const pen = canvas.getContext("2d");
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  clear(canvas);
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    pen.lineTo(...at(event));
    pen.stroke();
    taken[codeOf(canvas)] = canvas;
  });
  canvas.addEventListener("pointerup", () => changed());
}

/** An empty sheet: white, whatever the colors of the phone. */
export function clear(canvas) {
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = "#000";
  pen.lineWidth = 4;
  pen.lineCap = "round";
  delete taken[codeOf(canvas)];
}

/** What was taken, by code, as base64; null where the phone can make no picture of it. */
export async function collect() {
  const found = [];
  for (const [code, one] of Object.entries(taken)) {
    const content = await one;
    const blob = content instanceof Blob ? content : await new Promise((done) => content.toBlob(done, "image/png"));
    found.push([code, blob && btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""))]);
  }
  return found;
}
