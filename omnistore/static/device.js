// A shared tablet that nobody is on: its key, the PIN pad, and never a page from before.

import { canKeepKeys, csrf, findKey, makeKey, prove } from "./device-key.js";

const place = document.getElementById("main").dataset;
const enrol = document.getElementById("enrol");
const open = document.getElementById("open");
const pin = document.querySelector(".pin-input");
const go = document.getElementById("go");
let key;

function cannot() {
  document.getElementById("no-keys").hidden = false;
}

// Asking to be enrolled

if (enrol && canKeepKeys) {
  enrol.querySelector("button").disabled = false;
  enrol.addEventListener("submit", async (event) => {
    event.preventDefault();
    enrol.querySelector("button").disabled = true;
    try {
      enrol.elements.public_key.value = await makeKey();
    } catch {
      cannot();
      return;
    }
    enrol.submit();
  });
}

// Opening it

async function ready() {
  key = await findKey();
  if (key) fits();
  else {
    document.getElementById("enrol").hidden = false;
    open.hidden = true;
  }
}

/** The way in opens as soon as what was typed can be a PIN. */
function fits() {
  go.disabled = !key || (pin && !pin.validity.valid);
}

if (open) {
  open.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true; // a second tap is the same opening
    try {
      const { purpose } = open.dataset;
      const proof = await prove({ key, challenge: place.challenge, purpose, headers: csrf() });
      open.elements.nonce.value = proof.nonce;
      open.elements.signature.value = proof.signature;
    } catch {
      location.replace(place.start); // revoked, or no connection: the page that says so
      return;
    }
    open.submit();
  });
}

if (pin) {
  pin.addEventListener("input", () => {
    const digits = pin.value.replace(/\D/g, "");
    if (pin.value !== digits) pin.value = digits;
    fits();
  });
  document.addEventListener("keydown", (event) => { // wherever the focus is, digits are the PIN's
    if (/^\d$/.test(event.key) && event.target !== pin) pin.focus();
  });
  open.addEventListener("click", (event) => {
    const touched = event.target.closest("[data-digit], [data-erase]");
    if (!touched) return;
    if (touched.dataset.digit && pin.value.length < pin.maxLength) pin.value += touched.dataset.digit;
    else if (!touched.dataset.digit) pin.value = pin.value.slice(0, -1);
    pin.dispatchEvent(new Event("input"));
  });
}

if (!canKeepKeys && document.getElementById("no-keys")) cannot();
else if (open) ready().catch(cannot);

// Another tab of this tablet was opened or locked; a page that comes back from before is asked for anew.

const others = new BroadcastChannel("omnistore-tablet");
others.addEventListener("message", ({ data }) => {
  if (data === "opened") location.replace(place.start);
});
if (!open) others.postMessage("locked"); // said by the page that the server gives only then
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
