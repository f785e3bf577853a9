// The desk's small helpers: polling that rests while nobody looks, "Add" buttons of a search, focus on errors.

// An element with data-tick="2" gets a "tick" event every two seconds while the page is visible; htmx listens for it.
let second = 0;
setInterval(() => {
  if (document.visibilityState !== "visible") return;
  second += 1;
  for (const element of document.querySelectorAll("[data-tick]")) {
    if (second % Number(element.dataset.tick) === 0) element.dispatchEvent(new CustomEvent("tick"));
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
  button.disabled = true;
});

// What went wrong is read first, after a page load and after a swap.
const focusErrors = () => document.querySelector("[data-focus]")?.focus();
document.addEventListener("DOMContentLoaded", focusErrors);
document.addEventListener("htmx:after:swap", (event) => {
  if (event.target.querySelector?.("[data-focus]")) focusErrors();
});
