// The tablet's page without its live link: scanning, filters, counts, and numbers that age by themselves.

const code = document.getElementById("code");
const form = document.getElementById("scan");
const pane = document.getElementById("pane");
const clock = document.getElementById("clock");
const language = document.documentElement.lang;
const zone = { timeZone: clock.dataset.timezone };
const hours = new Intl.DateTimeFormat(language, { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat(language, { ...zone, weekday: "short" });
const date = new Intl.DateTimeFormat("en-CA", { ...zone, dateStyle: "short" });

export const board = () => document.getElementById("board");
export const at = (moment) => hours.format(moment);

// The shop's tablets keep poor time: everything is counted from the server's clock.
let ahead = Number(board().dataset.now) * 1000 - Date.now();
export const now = () => Date.now() + ahead;

// A board that loads itself anew while nobody is there is not a look: what is new stays new.
const ATTENDED = 60_000;
let touched = performance.now();
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = performance.now(); }, true);

/** Load the board anew; afterwards its own attributes say where the live stream goes on. */
export async function reloadBoard() {
  const { url, show, now: before } = board().dataset;
  const seen = performance.now() - touched < ATTENDED ? "" : "&unattended=1";
  await htmx.ajax("GET", `${url}?show=${show}${seen}`, { target: "#board", swap: "outerMorph" });
  if (board().dataset.now === before) return; // it did not come: what stands here is as old as it was, and ages on
  ahead = Number(board().dataset.now) * 1000 - Date.now();
  document.dispatchEvent(new Event("board:loaded"));
}

// Scanning. A scanner types fast and ends with Enter; wherever the focus is, its keys land in the box.

code.inputMode = "none"; // focusing from here must not bring up the keyboard; touching the box does
code.addEventListener("pointerdown", () => { code.inputMode = "text"; });
code.addEventListener("blur", () => { code.inputMode = "none"; });
code.addEventListener("focus", () => code.select());
form.addEventListener("submit", () => code.select());
document.getElementById("go-scan").addEventListener("click", (event) => {
  event.preventDefault();
  code.inputMode = "text";
  code.focus();
});
document.addEventListener("keydown", (event) => {
  const typed = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typed && !event.target.closest("input, textarea, select")) code.focus();
});

// Answers

// What opens at the foot of an answer is brought into view: its choices are the second tap.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".talk[open]")) event.target.scrollIntoView({ block: "nearest" });
}, true);

const isPane = (event) => event.detail.ctx.target === pane;

document.addEventListener("htmx:before:response", (event) => {
  const answer = event.detail.ctx.response.raw;
  if (answer.redirected) { // signed out, or no longer in a store
    event.preventDefault();
    location.assign(answer.url);
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  const { target, sourceElement } = event.detail.ctx;
  if (isPane(event)) {
    if (sourceElement !== document.body) pane.scrollTop = 0;
    const redeemed = pane.querySelector(".redeemed") !== null;
    if (redeemed) reloadBoard(); // one use fewer
    if (sourceElement === form || redeemed) {
      code.focus();
      code.select();
    } else if (document.activeElement === document.body && sourceElement !== document.body) {
      pane.focus();
    }
    markOpen();
    countHolds(pane.querySelector("[data-holds-here]")?.dataset.holdsHere);
    if (sourceElement === form) bringIntoView();
  }
  const card = target?.closest?.(".card");
  if (card && document.activeElement === document.body) card.querySelector("a").focus();
  recount();
});

document.addEventListener("htmx:before:swap", (event) => {
  const card = event.detail.ctx.target?.closest?.(".card");
  if (card && event.detail.ctx.target.matches(".ack")) card.dataset.kept = "";
});

for (const failure of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(failure, (event) => {
    const { ctx } = event.detail;
    if (ctx.target !== pane || ctx.response?.status === 409 || ctx.response?.status === 422) return;
    const retry = ctx.sourceElement?.querySelector?.(".retry");
    if (retry) retry.hidden = false; // redeeming again with the same key is the same redemption: keep it in place
    else showNoAnswer(new URL(ctx.request.action, location.href).searchParams.get("code") ?? "");
  });
}

function showNoAnswer(unchecked) {
  pane.replaceChildren(document.getElementById("no-answer").content.cloneNode(true));
  document.getElementById("unchecked").textContent = unchecked;
}

/** The number of holds that wait here, in the bottom bar; whether it was another one. */
export function countHolds(text) {
  const badge = document.getElementById("holds-count");
  if (text === undefined || !badge || badge.textContent === text) return false;
  badge.textContent = text;
  badge.hidden = text === "0";
  return true;
}

/** The card whose offer the pane shows is framed. */
function markOpen() {
  const shown = pane.querySelector("[data-offers]")?.dataset.offers.split(" ")[0];
  for (const card of document.querySelectorAll(".card")) {
    const link = card.querySelector(".card-title a");
    if (card.dataset.offer === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** The list scrolls to the scanned offer; a phone, which scrolls as a whole, to the answer. */
function bringIntoView() {
  const scrolls = getComputedStyle(document.getElementById("cards")).overflowY === "auto";
  if (scrolls) document.querySelector(".card:has([aria-current])")?.scrollIntoView({ block: "nearest" });
  else scrollTo(0, 0);
}

// Filters and their counts

const MEMBERS = {
  now: ".card:not([data-coming], [data-leaving], [data-held=TODAY])",
  new: ".card[data-open][data-new]:not([data-leaving], [data-held=TODAY]):has(.unread)",
  ending: ".card[data-ending]:not([data-leaving], [data-held=TODAY])",
  coming: ".card[data-coming]:not([data-leaving], [data-held=TODAY])",
};

export function recount() {
  for (const chip of document.querySelectorAll(".chip")) {
    const text = String(document.querySelectorAll(MEMBERS[chip.dataset.show]).length);
    const count = chip.querySelector(".count");
    if (count.textContent !== text) count.textContent = text;
    if (chip.dataset.show === "new") document.querySelector(".new-count").textContent = text;
  }
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest(".chip");
  if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  board().dataset.show = chip.dataset.show;
  for (const other of document.querySelectorAll(".chip")) {
    if (other === chip) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  for (const card of document.querySelectorAll(".card[data-kept]")) delete card.dataset.kept;
  document.getElementById("cards").scrollTop = 0;
});

// Time passes: ages, the clock, offers whose window closes while nobody can tell us

function age(moment) {
  const words = board().dataset;
  const minutes = Math.floor((now() / 1000 - moment) / 60);
  if (minutes < 1) return words.ageNow;
  if (minutes < 60) return words.ageMinutes.replace("%s", minutes);
  const full = Math.floor(minutes / 60);
  return full < 48 ? words.ageHours.replace("%s", full) : words.ageDays.replace("%s", Math.floor(full / 24));
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let today = date.format(now());

export function tick() {
  for (const time of document.querySelectorAll("[data-age]")) write(time.querySelector("span"), age(time.dataset.age));
  for (const card of document.querySelectorAll(".card")) {
    const over = now() / 1000 >= Number(card.dataset.ends);
    card.toggleAttribute("data-over", over);
    card.querySelector(".over").hidden = !over;
  }
  write(clock, `${weekday.format(now())} ${at(now())}`);
  const day = date.format(now());
  if (day !== today) { // "tonight" and "tomorrow" mean other days now
    today = day;
    reloadBoard();
  }
}

setInterval(tick, 5000);
// Stock that moves without changing an offer's state is no event: the figures are read again now and then.
setInterval(() => { if (!document.hidden && performance.now() - touched > 4000) reloadBoard(); }, 120_000 + Math.random() * 30_000);
tick();
recount();
markOpen();
if (document.activeElement === document.body) code.focus();
