// The tablet's own key: made here, kept by the browser, never to be read, only to be used.

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const STORE = "keys";
const NAME = "tablet";

export const canKeepKeys = Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function keys(mode) {
  const opening = indexedDB.open("omnistore", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await finished(opening);
  return database.transaction(STORE, mode).objectStore(STORE);
}

/** A new key in place of the old; gives its public half, for the server. */
export async function makeKey() {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  await finished((await keys("readwrite")).put(pair.privateKey, NAME));
  return base64(await crypto.subtle.exportKey("spki", pair.publicKey));
}

export async function findKey() {
  return finished((await keys("readonly")).get(NAME));
}

/** The server's challenge, signed for one purpose: what goes with the request that it is asked for. */
export async function prove({ key, challenge, purpose, headers }) {
  const answer = await fetch(challenge, { method: "POST", headers });
  if (!answer.ok) throw new Error(`challenge: ${answer.status}`);
  const { nonce } = await answer.json();
  const text = new TextEncoder().encode(`omnistore:${purpose}:${nonce}`);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, text);
  return { nonce, signature: base64(signature) };
}

export const csrf = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"));

function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}
