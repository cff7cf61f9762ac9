// What lies on the phone: who set it up (wrapped keys), encrypted records, and sealed work. Nothing here is readable text about anybody.

const NAME = "ciyou-field";
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("phones", { keyPath: "user" });
      asked.result.createObjectStore("records", { keyPath: "name" });
      asked.result.createObjectStore("outbox", { keyPath: "id" }).createIndex("user", "user");
      asked.result.createObjectStore("state", { keyPath: "name" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** One transaction; resolves when it is on the disk, not before. */
async function within(stores, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const request = work(transaction);
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

const read = (store, key) => within([store], "readonly", (all) => all.objectStore(store).get(key));
const write = (store, row) => within([store], "readwrite", (all) => all.objectStore(store).put(row));

export const phoneOf = (user) => read("phones", user);
export const keepPhone = (row) => write("phones", row);
export const readRecord = (name) => read("records", name);
export const writeRecord = (row) => write("records", row);
export const removeRecord = (name) => within(["records"], "readwrite", (all) => all.objectStore("records").delete(name));
export const everyPhone = () => within(["phones"], "readonly", (all) => all.objectStore("phones").getAll());

/** Whose turn it is on this phone: whoever signed in last. */
export const currentUser = async () => (await read("state", "current"))?.user ?? null;
export const setCurrentUser = (user) => write("state", { name: "current", user });

/** One user's sealed work, the earliest first; nobody else's is ever given. */
export async function unsentOf(user) {
  if (!user) return [];
  const found = await within(["outbox"], "readonly", (all) => all.objectStore("outbox").index("user").getAll(user));
  return found.sort((one, other) => (one.made_at < other.made_at ? -1 : 1));
}

/** Pieces of work with the records that go with them, and without the one whose place it takes: all of it is kept, or none. */
export const keepWork = (pieces, replaces, records) =>
  within(["outbox", "records"], "readwrite", (all) => {
    if (replaces) all.objectStore("outbox").delete(replaces);
    for (const piece of pieces) all.objectStore("outbox").put(piece);
    for (const record of records) all.objectStore("records").put(record);
  });

/** What was held back while its form was open may be sent: one piece, or all of them when the app starts anew. */
export const releaseWork = (id = null) =>
  within(["outbox"], "readwrite", (all) => {
    const outbox = all.objectStore("outbox");
    outbox.openCursor(id).onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      const { held, ...piece } = cursor.value;
      if (held) cursor.update(piece);
      cursor.continue();
    };
  });

/** The server has it. */
export const forgetWork = (id) => within(["outbox"], "readwrite", (all) => all.objectStore("outbox").delete(id));

/** Everything that one user could read: records and keys. Unsent work stays. */
export const wipeReadable = (user) =>
  within(["phones", "records"], "readwrite", (all) => {
    all.objectStore("phones").delete(user);
    all.objectStore("records").delete(IDBKeyRange.bound(`${user}:`, `${user}:\uffff`));
  });
