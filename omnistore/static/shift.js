// What is news to this person, what interrupts, and that nothing moves under a finger.

import { board, recount, reloadBoard } from "./tablet.js";

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

// A card that would push others away waits while somebody reads. Those told for this shift gather behind one button,
// those told for the day wait without a word; all of them for a tap, another view, or a tablet that nobody touches.

const PATIENCE = { NOW: AT_REST, SHIFT: 60_000, TODAY: 60_000 }; // ms without a hand at the tablet
const waiting = new Map(); // what waits, by the card's id

/** Whether the card is kept back; `shown` is called when it is let in. */
export function mayWait(card, { urgency, shown }) {
  const isAlone = !document.querySelector(".card:not([data-held])");
  if (isAlone || document.hidden || quietFor(PATIENCE[urgency])) return false;
  card.dataset.held = urgency;
  waiting.set(card.id, { urgency, shown });
  sayHowMany();
  return true;
}

/** It is gone, or was never to wait: whether it did. */
export function forget(card) {
  const waited = waiting.delete(card.id);
  if (waited) sayHowMany();
  return waited;
}

function letIn(may) {
  const chosen = [...waiting].filter(([, { urgency }]) => may(urgency));
  for (const [id, { shown }] of chosen) {
    waiting.delete(id);
    const card = document.getElementById(id);
    if (!card) continue;
    delete card.dataset.held;
    shown(card);
  }
  if (!chosen.length) return [];
  sayHowMany();
  recount();
  return chosen.map(([id]) => document.getElementById(id)).filter(Boolean);
}

/** The button stands in the place of the line above the list, so that it moves nothing. */
function sayHowMany(root = document) {
  const button = root.querySelector("#gathered");
  const count = [...waiting.values()].filter(({ urgency }) => urgency !== "TODAY").length;
  const { one, many } = button.dataset;
  button.querySelector("span").textContent = count ? (count === 1 ? one : many.replace("%s", count)) : "";
  button.hidden = count === 0;
}

/** A board that was read anew under somebody's eyes shows no more than it did, not for a moment. */
function keepWaiting(board) {
  for (const [id, { urgency }] of waiting) {
    const card = board.querySelector(`#${id}`);
    if (card) card.dataset.held = urgency;
    else waiting.delete(id);
  }
  sayHowMany(board);
}

document.addEventListener("htmx:before:swap", (event) => {
  for (const { fragment, target } of event.detail.tasks) if (target?.id === "board") keepWaiting(fragment);
});
document.addEventListener("visibilitychange", () => { if (document.hidden) letIn(() => true); });
document.addEventListener("click", (event) => {
  if (event.target.closest("#gathered")) {
    const [first] = letIn((urgency) => urgency !== "TODAY").sort((one, other) => (one.dataset.order < other.dataset.order ? -1 : 1));
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector(".card-title a").focus({ preventScroll: true });
  } else if (event.target.closest(".chip")) letIn(() => true);
});
setInterval(() => letIn((urgency) => quietFor(PATIENCE[urgency])), 1000);

const settling = new Map(); // what is still to be done when the list is at rest, by the card's id

export function whenAtRest(id, settle) {
  if (atRest()) settle();
  else settling.set(id, settle);
}

function settleAll() {
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
