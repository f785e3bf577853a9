// What is news to this person, what interrupts, and that nothing moves under a finger.

import { board, reloadBoard } from "./tablet.js";

const AT_REST = 4000; // ms without a touch or a key: only then may the list move by itself
const code = document.getElementById("code");
const notices = document.getElementById("notices");

let touched = -Infinity;
for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"]) {
  addEventListener(kind, () => { touched = performance.now(); }, { capture: true, passive: true });
}
export const quietFor = (milliseconds) => performance.now() - touched > milliseconds;
export const atRest = () => quietFor(AT_REST);

/** News is what the store was told after this person's last look; an event is everybody's and cannot know. */
export function judge(card) {
  const since = Number(board().dataset.since ?? -1);
  card.toggleAttribute("data-new", Number(card.dataset.news) > since);
}

// A card that would push others away waits, counted, until the list is at rest or asked for.

export function mayWait(card) {
  if (!atRest() && document.querySelector(".card:not([data-held])")) card.dataset.held = "";
}

const settling = new Map(); // what is still to be done when the list is at rest, by the card's id

export function whenAtRest(id, settle) {
  if (atRest()) settle();
  else settling.set(id, settle);
}

function settleAll() {
  for (const card of document.querySelectorAll(".card[data-held]")) delete card.dataset.held;
  for (const settle of settling.values()) settle();
  settling.clear();
}

setInterval(() => { if (atRest()) settleAll(); }, 1000);
document.addEventListener("click", (event) => { if (event.target.closest(".chip")) settleAll(); });
document.addEventListener("board:loaded", () => settling.clear());

// Notices

/** Put a notice that came over the stream on top, unless it is there already. */
export function interrupt(notice) {
  if (document.getElementById(notice.id)) return;
  notices.prepend(notice);
  htmx.process(notice);
  focusPolitely();
}

/** Somebody was nudged: whether it is who stands here, the server knows. */
export async function askForNotices() {
  const before = newest()?.id;
  await htmx.ajax("GET", notices.dataset.url, { target: "#notices", swap: "innerHTML" });
  if (newest() && newest().id !== before) focusPolitely();
}

const newest = () => notices.querySelector(".notice");

/** The notice gets the focus, so that it is read and at hand; never under somebody who types or taps. */
function focusPolitely() {
  if (quietFor(1500)) newest()?.focus({ preventScroll: true });
}

document.addEventListener("htmx:after:swap", (event) => {
  const { target } = event.detail.ctx;
  if (target === notices && !newest()) code.focus();
  const pane = document.getElementById("pane");
  if (target === pane && pane.querySelector("[data-answered]")) reloadBoard(); // read by the right answer
});
addEventListener("pageshow", () => { if (newest()) focusPolitely(); });
