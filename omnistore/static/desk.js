// The desk's small helpers: pages that keep themselves fresh, "Add" buttons of a search, focus on errors.

// An element with data-tick="2" gets a "tick" event every two seconds while the page is visible; htmx listens for it.
// With data-live-feed or data-live-run it gets one as soon as the server says that this feed or run moved on. While
// that stream is heard the element's own clock only strikes every minute, because "5 min ago" ages by itself.
const LIVE = "[data-live-feed], [data-live-run]";
const QUIET = 12; // seconds without a heartbeat (one every 5 s): the link is gone, whatever the browser believes
const AGEING = 60; // seconds
let second = 0;
let stream = null;
let heard = 0; // the second of the last sign of life, or of the last attempt

const tick = (selector) => {
  for (const element of document.querySelectorAll(selector)) element.dispatchEvent(new CustomEvent("tick"));
};

function openStream() {
  const mine = (stream = new EventSource("/live/feeds"));
  heard = second;
  const on = (name, handle) => mine.addEventListener(name, (event) => {
    if (mine !== stream) return;
    heard = second;
    handle(event.data);
  });
  on("open", () => tick(LIVE)); // what happened before the stream was open was not told
  on("ping", () => {});
  on("feed", (code) => tick(`[data-live-feed="${CSS.escape(code)}"]`));
  on("run", (id) => tick(`[data-live-run="${CSS.escape(id)}"]`));
}

function closeStream() {
  stream?.close();
  stream = null;
}

addEventListener("pagehide", closeStream);

const pauseOf = (element) =>
  stream?.readyState === EventSource.OPEN && element.matches(LIVE) ? AGEING : Number(element.dataset.tick);

setInterval(() => {
  if (document.visibilityState !== "visible") return closeStream(); // nobody looks
  second += 1;
  const isWanted = document.querySelector(LIVE) !== null;
  if (!isWanted || second - heard > QUIET) closeStream();
  if (isWanted && !stream) openStream();
  for (const element of document.querySelectorAll("[data-tick]")) {
    if (second % pauseOf(element) === 0) element.dispatchEvent(new CustomEvent("tick"));
  }
}, 1000);

// A button with data-add and data-add-to puts its value on a new line of that text box, once.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add]");
  if (!button) return;
  const box = document.getElementById(button.dataset.addTo);
  const lines = box.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!lines.includes(button.dataset.add)) lines.push(button.dataset.add);
  box.value = lines.join("\n");
  box.dispatchEvent(new Event("input", { bubbles: true })); // as if typed: the preview listens
  button.disabled = true;
});

// What went wrong is read first, after a page load and after a swap.
const focusErrors = () => document.querySelector("[data-focus]")?.focus();
document.addEventListener("DOMContentLoaded", focusErrors);
document.addEventListener("htmx:after:swap", (event) => {
  if (event.target.querySelector?.("[data-focus]")) focusErrors();
});
