// A shared tablet that somebody is on: it proves itself while it is touched, and locks when it is not.
// The server decides by its own clock; what happens here is only sooner and kinder.

import { csrf, findKey, prove } from "./device-key.js";

const PROVE_EVERY = 30_000;

const lock = document.getElementById("lock");
const others = new BroadcastChannel("omnistore-tablet");
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

if (lock) {
  const { idle, challenge, purpose, proof, start } = lock.dataset;
  let touched = performance.now();
  let proved = performance.now();

  const leave = () => {
    document.body.hidden = true; // not a glance at what was here while the lock screen loads
    location.replace(start);
  };

  const lockNow = async () => {
    if (document.body.hidden) return; // on its way
    document.body.hidden = true; // at once: a link that hangs keeps the answer, and the page, for minutes
    await fetch(lock.action, { method: "POST", headers: csrf(), redirect: "manual" }).catch(() => null);
    leave();
  };

  const goOn = async () => {
    proved = performance.now();
    try {
      const signed = await prove({ key: await findKey(), challenge, purpose, headers: csrf() });
      const answer = await fetch(proof, { method: "POST", headers: csrf(), body: new URLSearchParams(signed) });
      if (answer.status === 403 || answer.redirected) leave();
    } catch {
      proved = -PROVE_EVERY; // no connection: with the next touch
    }
  };

  const touch = () => {
    touched = performance.now();
    if (touched - proved < PROVE_EVERY) return;
    others.postMessage("touched");
    goOn();
  };

  const look = () => { if (performance.now() - touched > idle * 1000) lockNow(); };

  for (const kind of ["pointerdown", "keydown", "scroll", "wheel"]) {
    addEventListener(kind, touch, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  setInterval(look, 1000);
  others.addEventListener("message", ({ data }) => {
    if (data === "locked") leave();
    if (data === "touched") touched = proved = performance.now();
  });
  others.postMessage("opened");
}
