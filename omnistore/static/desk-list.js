// The list by keyboard: j and k or the arrows move, Enter opens beside the list, / searches, n begins, ? shows the keys.
// Single keys can be switched off in the list of keys, for people whose speech or tremor presses them.

const keys = document.getElementById("keys");
const areOn = document.getElementById("keys-on");
const panel = document.getElementById("panel");
const KEPT = "omnistore-list-keys";
let opener = null; // the row whose promotion stands in the panel

areOn.checked = localStorage.getItem(KEPT) !== "off";
areOn.addEventListener("change", () => localStorage.setItem(KEPT, areOn.checked ? "on" : "off"));

const rows = () => [...document.querySelectorAll("#promotions .row-link")];

function move(step) {
  const links = rows();
  const place = links.indexOf(document.activeElement.closest?.(".row-link"));
  const from = place < 0 && opener ? links.findIndex((link) => link.href === opener) : place;
  const next = links[Math.min(Math.max(from + step, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function closePanel() {
  if (!panel.firstElementChild) return;
  panel.replaceChildren();
  (rows().find((link) => link.href === opener) ?? document.getElementById("q")).focus();
}

// What was opened is read next.
document.addEventListener("htmx:after:swap", () => {
  const heading = panel.querySelector("[data-focus]:not([data-read])");
  if (!heading) return;
  heading.dataset.read = "";
  heading.focus();
});

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  "/": () => document.getElementById("q").focus(),
  n: () => document.querySelector("[data-key-new]").click(),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !keys.open) return closePanel();
  if (event.ctrlKey || event.altKey || event.metaKey || keys.open) return;
  if (event.target.closest("input, select, textarea, summary, [contenteditable]")) return;
  const isArrow = event.key.startsWith("Arrow");
  // Arrows scroll as ever until a row is chosen.
  if (isArrow ? !document.activeElement.closest(".row-link") : !areOn.checked) return;
  const act = ACTIONS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".row-link");
  if (link) opener = link.href;
  if (event.target.closest("[data-close-panel]")) closePanel();
  if (event.target.closest("[data-keys]")) keys.showModal();
});
