// The live link: one event stream, its light, and offers that change in place (docs/decisions/0006-live-client.md).

import { askForNotices, forget, interrupt, judge, mayWait, whenAtRest } from "./shift.js";
import { at, board, countHolds, now, recount, reloadBoard, tick } from "./tablet.js";

const QUIET = 12_000; // the server pings every 5 s; after this the link is called dead
const JITTER = 2000; // all tablets of a restarted server are back after this long, and not all in one moment
const SLOWEST = 15_000;

const light = document.getElementById("link");
const word = document.getElementById("link-word");
const announcer = document.getElementById("announce");
const pane = document.getElementById("pane");

let source = null;
let last = board().dataset.position; // id of the newest event that is on the screen
let heard = now(); // when the server last said anything
let tried = 0; // when the present connection was begun
let failures = 0;
let behind = 0; // pings in a row that named a newer event than we have
let waiting = 0;
let queue = Promise.resolve();

// The light

function show(state) {
  const offline = state !== "live" && now() - heard > QUIET;
  const shown = offline ? "offline" : state;
  const text = light.dataset[shown].replace("%s", at(heard));
  if (light.dataset.link !== shown) light.dataset.link = shown;
  if (word.textContent !== text) word.textContent = text;
}

function alive() {
  heard = now();
  failures = 0;
  show("live");
}

// The connection

function connect() {
  clearTimeout(waiting);
  source?.close();
  waiting = 0;
  behind = 0;
  tried = now();
  const address = new URL(board().dataset.live, location.href);
  address.searchParams.set("after", last);
  const mine = (source = new EventSource(address));
  const on = (name, handle) => source.addEventListener(name, (event) => { if (mine === source) handle(event); });
  on("offer", (event) => {
    alive();
    last = event.lastEventId;
    queue = queue.then(() => apply(event.data)).catch(startAnew);
  });
  on("report", (event) => {
    alive();
    last = event.lastEventId;
    document.dispatchEvent(new Event("report-changed")); // pieces that show reports ask for themselves anew
  });
  on("ping", (event) => {
    alive();
    behind = event.data === last || event.data === "0:0" ? 0 : behind + 1;
    if (behind === 2) connect(); // we missed something: ask again from where we are
  });
  on("reset", () => again(startAnew));
  on("error", () => again(failures % 5 === 4 ? startAnew : connect));
}

/** Try again soon, later each time from the sixth on, never all tablets at once. */
function again(attempt) {
  source?.close();
  source = null;
  failures += 1;
  show("catching");
  clearTimeout(waiting);
  const longest = Math.min(SLOWEST, JITTER * 2 ** Math.max(0, failures - 5));
  waiting = setTimeout(attempt, Math.max(100, Math.random() * longest));
}

// A board that was read before the newest events came in has put older cards over them: hear those events again.
document.addEventListener("board:loaded", () => {
  const [epoch, seq] = board().dataset.position.split(":").map(Number);
  const [hadEpoch, hadSeq] = last.split(":").map(Number);
  if (!source || (epoch === hadEpoch && seq >= hadSeq)) return;
  last = board().dataset.position;
  connect();
});

/** Load the whole board: it brings a fresh ticket, and the sign-in page if that is what is missing. */
async function startAnew() {
  await reloadBoard();
  last = board().dataset.position; // of the board that stands: where none came, what was heard since is heard again
  connect();
}

setInterval(() => {
  if (now() - heard <= QUIET) return;
  show("offline");
  if (source && now() - tried > QUIET) again(connect);
}, 1000);
addEventListener("online", connect);
addEventListener("pageshow", (event) => { if (event.persisted) startAnew(); });
addEventListener("pagehide", () => source?.close());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  tellSeen();
  if (!source || now() - heard > QUIET) connect();
});

// One change

async function apply(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const event = holder.content.firstElementChild;
  const card = event.querySelector(".card");
  const notice = event.querySelector(".notice");
  if (card) judge(card);
  if (notice) interrupt(notice);
  if (event.dataset.reason === "NUDGED") askForNotices();
  const old = document.getElementById(`offer-${event.dataset.offer}`);
  const before = old && !old.dataset.leaving ? essence(old) : "";
  const { urgency } = event.dataset;
  let waits = false;
  if (!card) remove(old);
  else if (old) waits = await replace(old, card, urgency);
  else waits = insert(card, urgency);
  if (before !== (card ? essence(card) : "")) {
    if (waits) announcer.textContent = document.getElementById("gathered").textContent;
    else if (urgency !== "TODAY") announcer.textContent = event.dataset.announce;
    refreshPane(event.dataset.offer);
    if (card && !waits) seenAs(urgency)(document.getElementById(card.id));
  }
  hearOfHolds(event);
  recount();
  tick();
}

/** Another number of holds is said, and the list read again where it is on the screen. */
function hearOfHolds(event) {
  if (!countHolds(event.dataset.holds)) return;
  announcer.textContent = event.dataset.announce;
  const list = pane.querySelector("[data-holds-list]");
  if (list && !pane.querySelector(".htmx-request")) htmx.ajax("GET", list.dataset.holdsList, { target: "#pane", swap: "innerMorph" });
}

/** What a reader would notice: a change of nothing but ages does not pulse. */
function essence(card) {
  const parts = card.querySelectorAll(".card-title, .card-price, .card-line, .stock-name, .stock-count, .note");
  return card.dataset.revision + [...parts].map((part) => part.textContent.trim().replace(/\s+/g, " ")).join("|");
}

/** How a card that was let in is marked: what is told for the day makes nothing of itself. */
const seenAs = (urgency) => (urgency === "TODAY" ? (card) => toldSoon(card.dataset.revision) : mark);

/** Whether the card is kept back, as it was or because it would now push others away. */
async function replace(old, card, urgency) {
  // The event is the store's, the tick behind "Got it" is this person's: the same revision keeps it.
  const ack = old.querySelector(".ack");
  const asked = card.querySelector(".ack");
  if (ack.id === asked.id) asked.replaceWith(ack.cloneNode(true));
  const moves = old.dataset.order !== card.dataset.order;
  const opens = "coming" in old.dataset && !("coming" in card.dataset);
  let waits = "held" in old.dataset;
  if (waits && urgency !== "NOW") card.dataset.held = old.dataset.held;
  else if (waits || opens) {
    forget(old); // what cannot wait waits no longer than its own patience
    waits = mayWait(card, { urgency, shown: seenAs(urgency) });
  }
  const current = old.querySelector("[aria-current]") !== null;
  delete old.dataset.leaving;
  await htmx.swap({ sourceElement: old, target: old, text: card.outerHTML, swap: "outerMorph" });
  const morphed = document.getElementById(card.id);
  if (current) morphed.querySelector(".card-title a").setAttribute("aria-current", "true");
  if (moves) whenAtRest(card.id, () => place(morphed));
  return waits;
}

function insert(card, urgency) {
  const waits = mayWait(card, { urgency, shown: seenAs(urgency) });
  place(card);
  htmx.process(card);
  return waits;
}

/** Where its order says. */
function place(card) {
  const later = [...document.querySelectorAll(".card")].find(
    (other) => other !== card && other.dataset.order > card.dataset.order,
  );
  document.getElementById("cards").insertBefore(card, later ?? null);
}

function remove(card) {
  if (!card) return;
  if (forget(card)) return card.remove();
  card.dataset.leaving = "true";
  whenAtRest(card.id, () => leave(card));
}

function leave(card) {
  if (!card.dataset.leaving) return; // it came back meanwhile
  setTimeout(() => {
    if (card.contains(document.activeElement)) document.getElementById("code").focus();
    card.remove();
    recount();
  }, 150);
}

// Seen: the dot stays until somebody is at the tablet while the card is in view

function mark(card) {
  delete card.dataset.changed;
  void card.offsetWidth; // so that it pulses again
  card.dataset.changed = String(Math.round(now()));
  toldSoon(card.dataset.revision);
}

document.addEventListener("pointerdown", () => {
  const frame = document.getElementById("cards").getBoundingClientRect();
  for (const card of document.querySelectorAll(".card[data-changed]")) {
    const place = card.getBoundingClientRect();
    const inView = place.height > 0 && place.top < frame.bottom && place.bottom > frame.top;
    if (inView && now() - Number(card.dataset.changed) > 2000) delete card.dataset.changed;
  }
});

/** An answer on the screen about a changed offer is asked for anew, unless a tap on it is under way. */
function refreshPane(offer) {
  const answer = pane.querySelector("[data-refresh]");
  if (!answer || pane.querySelector(".htmx-request, .talk[open]") || !answer.dataset.offers.split(" ").includes(offer)) return;
  htmx.ajax("GET", answer.dataset.refresh, { target: "#pane", swap: "innerMorph" });
}

// Told: the server hears which revisions this tablet has shown

const shown = new Set();
let telling = 0;

function toldSoon(revision) {
  shown.add(revision);
  clearTimeout(telling);
  telling = setTimeout(tellSeen, 300);
}

async function tellSeen() {
  if (document.hidden || !shown.size) return;
  const revisions = [...shown];
  shown.clear();
  const body = new URLSearchParams(revisions.map((revision) => ["revision", revision]));
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
  try {
    await fetch(board().dataset.told, { method: "POST", headers, body });
  } catch {
    for (const revision of revisions) shown.add(revision); // told with the next change, or by the next page
  }
}

show("catching");
connect();
