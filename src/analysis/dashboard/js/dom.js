/** Elements made of texts, never of markup; keys, focus and the tip. */

/**
 * Make an element.
 * @param {string} name tag, with classes: "p.note"
 * @param {Object<string, *>} [has] attributes; `on` holds listeners; null and false are left out
 * @param {...(Node|string|null|Array)} inside
 */
function make(name, has = {}, ...inside) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(has)) {
    if (key === "on") for (const [event, listen] of Object.entries(value)) element.addEventListener(event, listen);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside.flat().filter((one) => one !== null));
  return element;
}

/** A text for screen readers alone. */
const unseen = (text) => make("span.sr", {}, text);

/** Set a length that depends on data; the page's policy forbids style attributes, not this. */
function size(element, property, share) {
  element.style.setProperty(property, `${Math.max(0, Math.min(1, share)) * 100}%`);
  return element;
}

/** Mark of the kind of number, the same everywhere. */
const kindMark = (kind) => make(`span.kind.${kind.replace(/\W/g, "")}`, {}, say(kind));

/** The same where numbers of several kinds stand on the page; where all are of one, its head says so. */
const mixedMark = (kind) => (data.claims || kind === "what-if" ? kindMark(kind) : null);

/**
 * A button that opens a box over the page; the browser closes it at Escape or a click elsewhere.
 * @param {string} id @param {string} text
 */
function opener(id, text, has = {}) {
  const own = { type: "button", "data-key": `open-${id}`, popovertarget: `box-${id}`, "aria-haspopup": "dialog" };
  return make("button", { ...own, ...has }, text, make("span.more", { "aria-hidden": "true" }, " ▾"));
}

/** The box of an opener; it stands on the side of its button on which there is more room. */
function box(id) {
  const element = make("div.box", { id: `box-${id}`, popover: "auto", role: "dialog" });
  element.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open" || !lastOpener) return;
    const { left, right, top, bottom } = lastOpener.getBoundingClientRect();
    const far = document.documentElement.clientWidth - right, below = innerHeight - bottom;
    const places = {
      ...(left <= far ? { left: Math.max(8, left), right: "auto" } : { left: "auto", right: Math.max(8, far) }),
      ...(top <= below ? { top: bottom + 4, bottom: "auto" } : { top: "auto", bottom: innerHeight - top + 4 }),
      "max-height": Math.max(top, below) - 12,
    };
    for (const [name, value] of Object.entries(places)) element.style.setProperty(name, value === "auto" ? value : `${value}px`);
    element.setAttribute("aria-label", lastOpener.ariaLabel ?? lastOpener.firstChild.textContent);
    element.dataset.opener = lastOpener.dataset.key;
  });
  element.addEventListener("toggle", (event) => { // its button may have been drawn anew meanwhile
    const held = document.activeElement, lost = event.newState === "closed" && (held === document.body || element.contains(held));
    if (lost) document.querySelector(`[data-key="${CSS.escape(element.dataset.opener)}"]`)?.focus();
  });
  return element;
}

/** The opener that was pressed last. */
let lastOpener = null;
document.addEventListener("click", (event) => { lastOpener = event.target.closest?.("[popovertarget]") ?? lastOpener; }, true);

/**
 * Replace what an element holds, keeping the focus on the control of the same key, and what was
 * scrolled where it was. (To ask elements for their place would lay the page out each time.)
 * @param {Element} place
 */
function refill(place, ...inside) {
  const held = document.activeElement, key = place.contains(held) ? held.dataset.key : undefined;
  place.replaceChildren(...inside.flat().filter((one) => one !== null));
  for (const [name, [left, top]] of scrolled) {
    const box = place.querySelector(`[data-scroll="${name}"]`);
    if (box) [box.scrollLeft, box.scrollTop] = [left, top];
  }
  if (key !== undefined) [...place.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key)?.focus({ preventScroll: true });
}

/** How far boxes are scrolled, by their names; only those that are. */
const scrolled = new Map();

/** Note how far a box is scrolled. */
function noteScroll(event) {
  const { scroll } = event.target.dataset ?? {};
  if (scroll === undefined) return;
  const place = [event.target.scrollLeft, event.target.scrollTop];
  if (place.some(Boolean)) scrolled.set(scroll, place);
  else scrolled.delete(scroll);
}

/**
 * A group of buttons that is one stop of the Tab key; arrows move inside.
 * @param {HTMLElement} group
 */
function roving(group) {
  const buttons = [...group.querySelectorAll("button[data-key]")];
  const stop = buttons.find((one) => one.dataset.key === stops.get(group.dataset.group)) ??
    buttons.find((one) => one.getAttribute("aria-pressed") === "true") ?? buttons[0];
  for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  return group;
}

/** The button of each group at which Tab arrives: that which last had the focus. */
const stops = new Map();

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

/** Move inside groups by arrow keys, Home and End. */
function moveInGroups(event) {
  const group = event.target.closest?.("[data-group]");
  if (!group || !(event.key in STEPS) || !event.target.matches("button[data-key]")) return;
  const buttons = [...group.querySelectorAll("button[data-key]")];
  const to = Math.max(0, Math.min(buttons.length - 1, buttons.indexOf(event.target) + STEPS[event.key]));
  event.preventDefault();
  stops.set(group.dataset.group, buttons[to].dataset.key);
  for (const button of buttons) button.tabIndex = button === buttons[to] ? 0 : -1;
  buttons[to].focus();
}

/** Show what a bar stands for, beside the pointer or the focus. */
function showTip(event) {
  const tip = document.getElementById("tip"), owner = event.target.closest?.("[data-tip]");
  tip.hidden = !owner;
  if (!owner) return;
  tip.textContent = owner.dataset.tip;
  const box = owner.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(innerWidth - own.width - 8, box.left + box.width / 2 - own.width / 2));
  const above = box.top - own.height - 6;
  tip.style.setProperty("left", `${left}px`);
  tip.style.setProperty("top", `${above < 4 ? box.bottom + 6 : above}px`);
}

const hideTip = () => { document.getElementById("tip").hidden = true; };

/** Give texts or bytes to the browser as a file. */
function save(name, blob) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
