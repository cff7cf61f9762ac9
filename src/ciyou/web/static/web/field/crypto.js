// Keys and seals. The store's key is wrapped by the PIN together with the server's share; work is sealed for the server alone.

const text = new TextEncoder();
export const ROUNDS = 600000;

/** Bytes as base64, and back. */
export const toText = (bytes) => btoa(Array.from(new Uint8Array(bytes), (one) => String.fromCharCode(one)).join(""));
export const toBytes = (base64) => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
export const random = (size) => crypto.getRandomValues(new Uint8Array(size));

/** The key that wraps the store's key: of a PIN alone, or of the share alone, it cannot be made. */
async function wrappingKey(pin, share, salt, rounds) {
  const typed = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveBits"]);
  const stretched = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, 256);
  const both = new Uint8Array([...new Uint8Array(stretched), ...share]);
  const mixed = await crypto.subtle.importKey("raw", both, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: text.encode("ciyou.field.store.1") };
  return crypto.subtle.deriveKey(how, mixed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** A new store key: to be used now, and wrapped for keeping. */
export async function makeStoreKey(pin, share, owner, rounds = ROUNDS) {
  const [raw, salt, iv] = [random(32), random(16), random(12)];
  const wrapping = await wrappingKey(pin, toBytes(share), salt, rounds);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(owner) }, wrapping, raw);
  return { key: await storeKey(raw), wrapped: { salt: toText(salt), iv: toText(iv), data: toText(data), rounds } };
}

/** The store key again; null where the PIN or the share is wrong. */
export async function openStoreKey(pin, share, owner, { salt, iv, data, rounds }) {
  const wrapping = await wrappingKey(pin, toBytes(share), toBytes(salt), rounds);
  const how = { name: "AES-GCM", iv: toBytes(iv), additionalData: text.encode(owner) };
  const raw = await crypto.subtle.decrypt(how, wrapping, toBytes(data)).catch(() => null);
  return raw && storeKey(raw);
}

const storeKey = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/** A record encrypted under its own name: copied to another name it does not open. */
export async function sealRecord(key, name, content) {
  const iv = random(12);
  const how = { name: "AES-GCM", iv, additionalData: text.encode(name) };
  return { name, iv, data: await crypto.subtle.encrypt(how, key, text.encode(JSON.stringify(content))) };
}

export async function openRecord(key, { name, iv, data }) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: text.encode(name) }, key, data);
  return JSON.parse(new TextDecoder().decode(plain));
}

/** A piece of work that only the server can open; the phone itself cannot read it again. The same as ciyou.vault.envelopes. */
export async function sealForServer(publicKey, head, said) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const server = await crypto.subtle.importKey("raw", toBytes(publicKey), curve, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, own.privateKey, 256);
  const mixed = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: text.encode(head.id), info: text.encode("ciyou.envelope.1") };
  const key = await crypto.subtle.deriveKey(how, mixed, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const nonce = random(12);
  const context = [head.id, head.phone, head.user, head.post, head.kind, head.made_at].join("|");
  const bound = { name: "AES-GCM", iv: nonce, additionalData: text.encode(context) };
  const cipher = await crypto.subtle.encrypt(bound, key, text.encode(JSON.stringify(said)));
  const sender = await crypto.subtle.exportKey("raw", own.publicKey);
  return { ...head, sender: toText(sender), nonce: toText(nonce), cipher: toText(cipher) };
}
