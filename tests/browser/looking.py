"""What a careful person sees on a page at a glance, measured: too wide, cut, too small to hit."""

from collections.abc import Iterator

from playwright.sync_api import Page

# Everything that can be seen: not what is clipped to a pixel for screen readers, and not what waits for the keyboard.
SEEN = """
const seen = (one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && !one.closest(".visually-hidden, .skip, svg");
const named = (one) => {
    const kinds = [...one.classList].map(name => `.${name}`).join("");
    const text = one.textContent.trim().replace(/\\s+/g, " ").slice(0, 40);
    return `${one.tagName.toLowerCase()}${one.id ? "#" + one.id : ""}${kinds} “${text}”`;
};
"""

TOO_WIDE = (
    """() => {"""
    + SEEN
    + """
const root = document.documentElement;
if (root.scrollWidth <= root.clientWidth) return [];
const over = [...document.body.querySelectorAll("*")].filter(one => seen(one)
    && one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".table-scroll"));
return [`the page is ${root.scrollWidth - root.clientWidth} px too wide: ${over.slice(0, 3).map(named).join(", ")}`];
}"""
)

# A line of text that reaches beyond an ancestor which hides what does not fit. An ellipsis is honest where the whole
# text is a tap or a hover away: in a title, or in a link to the thing itself.
CUT = (
    """() => {"""
    + SEEN
    + """
const hides = (style) => /hidden|clip/.test(style.overflowX) || /hidden|clip/.test(style.overflowY);
const found = new Set();
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
    const text = texts.currentNode, parent = text.parentElement;
    if (!text.data.trim() || !seen(parent) || parent.closest("option, template, script, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (let box = parent; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (/auto|scroll/.test(style.overflowX + style.overflowY)) break;
        if (!hides(style) || box.closest(".visually-hidden")) continue;
        const frame = box.getBoundingClientRect();
        const cut = [...range.getClientRects()].some(line => line.width > 1
            && (line.right > frame.right + 1.5 || line.left < frame.left - 1.5 || line.bottom > frame.bottom + 3));
        const opens = style.webkitLineClamp !== "none" && box.closest(".card")?.querySelector("a[href]");
        if (cut && !opens && !box.closest("[title]")) found.add(named(box));
    }
}
for (const box of document.querySelectorAll("input[placeholder]")) {
    if (!seen(box) || box.value) continue;
    const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(box);
    pen.font = style.font;
    const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (!box.title && pen.measureText(box.placeholder).width > room + 1)
        found.add(`placeholder “${box.placeholder}” in ${named(box)}`);
}
return [...found].map(one => `cut: ${one}`);
}"""
)

# A text that lies under something else. What scrolls under a bar that stays where it is comes out again.
COVERED = (
    """() => {"""
    + SEEN
    + """
const stays = (one) => {
    for (; one; one = one.parentElement) if (/sticky|fixed/.test(getComputedStyle(one).position)) return true;
};
const scrollers = (one, found = []) => {
    for (let box = one; box && box !== document.body; box = box.parentElement)
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(box).overflow)) found.push(box.getBoundingClientRect());
    return found;
};
const found = new Set();
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !seen(parent) || parent.closest("option, template, script, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const [line] = range.getClientRects();
    if (!line || line.width < 3) continue;
    for (const x of [line.left + 2, line.right - 2]) {
        const y = (line.top + line.bottom) / 2;
        if (scrollers(parent).some(box => x < box.left || x > box.right || y < box.top || y > box.bottom)) continue;
        const hit = document.elementFromPoint(x, y);
        if (!hit || hit.contains(parent) || parent.contains(hit) || stays(hit) || hit.offsetParent?.contains(parent)
            || getComputedStyle(hit, "::after").position === "absolute") continue; // a link over its whole row
        found.add(`${named(parent)} under ${named(hit)}`);
    }
}
return [...found];
}"""
)

# A finger's target: its own box, its label's, or its card's. What WCAG 2.5.8 lets be smaller may be: a link within a
# sentence, and one whose twin elsewhere on the page is large enough.
TOO_SMALL = (
    """(least) => {"""
    + SEEN
    + """
const within = (one) => getComputedStyle(one).display === "inline" && [...one.parentElement.childNodes].some(
    other => other !== one && other.nodeType === Node.TEXT_NODE && other.data.trim().length > 1);
const found = [], reached = new Set();
for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!seen(one) || within(one)) continue;
    const over = getComputedStyle(one, "::after"); // a link may lie over its whole card or row
    const card = over.content !== "none" && over.position === "absolute" ? one.offsetParent : null;
    const places = [one, card, one.closest("label"), ...(one.labels ?? [])].filter(Boolean);
    const boxes = places.map(box => box.getBoundingClientRect());
    if (boxes.some(box => box.width >= least - 0.5 && box.height >= least - 0.5)) {
        reached.add(one.href);
        continue;
    }
    const {width, height} = boxes[0];
    found.push([one.href, `${Math.round(width)} × ${Math.round(height)} px: ${named(one)}`]);
}
return found.filter(([href]) => !href || !reached.has(href)).map(([, words]) => words);
}"""
)


def faults_at_a_glance(page: Page, *, least_target: int) -> Iterator[str]:
    """What is wrong with the page at its present size."""
    yield from page.evaluate(TOO_WIDE)
    yield from page.evaluate(CUT)
    yield from page.evaluate(COVERED)
    yield from page.evaluate(TOO_SMALL, least_target)
