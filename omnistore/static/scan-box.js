// The scan box: suggestions while somebody types, and the camera. What a scanner types never waits for either.

const form = document.getElementById("scan");
const code = document.getElementById("code");
const list = document.getElementById("suggestions");
const announce = document.getElementById("announce");
const camera = document.getElementById("camera");

const PAUSE = 220; // ms without a key before words are looked up: a scanner is faster, and then comes Enter
let waiting = 0;
let asked = "";

const options = () => [...list.querySelectorAll("[role=option]")];
const active = () => list.querySelector("[aria-selected=true]");

function close() {
  clearTimeout(waiting);
  asked = "";
  list.hidden = true;
  list.replaceChildren();
  code.setAttribute("aria-expanded", "false");
  code.removeAttribute("aria-activedescendant");
}

async function suggest() {
  const text = code.value.trim();
  if (text.length < 2 || /^[\d\s-]*$/.test(text) || text.includes("://")) { // digits and links are for the verdict
    close();
    return;
  }
  asked = text;
  await htmx.ajax("GET", `${form.dataset.search}?code=${encodeURIComponent(text)}`, { target: "#suggestions", swap: "innerHTML" });
}

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target !== list) return;
  const isWanted = asked !== "" && asked === code.value.trim() && document.activeElement === code;
  if (!isWanted || options().length === 0) {
    close();
    return;
  }
  list.hidden = false;
  list.scrollTop = 0;
  code.setAttribute("aria-expanded", "true");
  code.removeAttribute("aria-activedescendant");
  announce.textContent = list.firstElementChild.dataset.said;
});

function move(step) {
  const all = options();
  const now = all.indexOf(active());
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : (now + step + all.length) % all.length];
  for (const option of all) option.setAttribute("aria-selected", String(option === next));
  code.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  code.value = option.dataset.code;
  form.requestSubmit();
}

code.addEventListener("input", () => {
  clearTimeout(waiting);
  active()?.setAttribute("aria-selected", "false"); // Enter now means what stands in the box
  code.removeAttribute("aria-activedescendant");
  waiting = setTimeout(suggest, PAUSE);
});

code.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "]") { // how scanners type the separator (GS) of GS1 element strings
    event.preventDefault();
    code.setRangeText("\x1d", code.selectionStart, code.selectionEnd, "end");
    return;
  }
  if (list.hidden) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (event.key === "Enter" && active()) {
    event.preventDefault();
    choose(active());
  }
});

form.addEventListener("submit", close);
code.addEventListener("blur", close);
list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) choose(option);
});

document.getElementById("camera-open").addEventListener("click", async () => {
  close();
  camera.showModal();
  const said = document.getElementById("camera-said");
  try {
    const { read } = await import(camera.dataset.script);
    const found = await read(camera);
    if (!found) return; // closed without a code
    camera.close();
    code.value = found;
    form.requestSubmit();
  } catch (error) { // the script itself did not come: no connection
    if (!(error instanceof TypeError)) throw error;
    said.textContent = said.dataset.failed;
  }
});
camera.addEventListener("close", () => code.focus());
