/** Puts the page together and answers to clicks, keys and the address. */

/** The panels for which there are data. */
function panelsHere() {
  const has = (name) => kpiOf(name) !== undefined, services = "services" in data.cube.sums;
  return [
    data.kpis.length ? cardsPanel() : null,
    has("sales") ? coursePanel("sales", "sales", "Sales by quarter", "columns") : null,
    services && data.types.length ? membersPanel("types", "types", "Services by type") : null,
    services && data.segments.length ? membersPanel("segments", "segments", "Services by segment") : null,
    has("productivity") ? coursePanel("productivity", "productivity", "Productivity", "pins") : null,
    has("satisfaction") ? coursePanel("satisfaction", "satisfaction", "Customer satisfaction", "pins") : null,
    data.okr ? scorecardPanel() : null,
    data.okr ? okrPanel() : null,
    data.claims ? claimsPanel() : null,
  ].filter((one) => one !== null).map(frame);
}

/** Give a panel its section with title, mark, note, and the table behind it. */
function frame(panel) {
  const places = Object.fromEntries(["mark", "note", "body", "behind", "buttons"].map((name) => [name, make(`div.${name}`)]));
  const title = make("h2", { id: `title-${panel.id}` });
  const section = make("section.panel", { id: `panel-${panel.id}`, "aria-labelledby": title.id, class: `panel ${panel.wide ? "wide" : ""}` },
    make("div.head", {}, title, places.mark, places.buttons), places.note, places.body, places.behind);
  const toggle = make("button.small", { type: "button", "aria-controls": `table-${panel.id}`, on: { click: () => change(() => choose(state.open, panel.id, true)) } });
  const download = make("button.small", { type: "button", on: { click: () => save(`${data.case.name}-${panel.id}.csv`, csv(panel.table(view()))) } });
  places.behind.id = `table-${panel.id}`;
  places.buttons.append(...(panel.listed ? [download] : [toggle, download]));
  if (panel.keeps) places.body.append(...[panel.draw()].flat());
  return { panel, section, title, toggle, download, ...places };
}

let frames = [];
const root = document.documentElement;

/** Change the state, show it, and put it into the address. */
function change(how) {
  how();
  update();
  remember();
}

/** Show the state. */
function update() {
  const now = view();
  const look = { lang: language, "data-theme": theme(), "data-kind": kind };
  for (const [name, value] of Object.entries(look)) {
    if (root.getAttribute(name) !== value) root.setAttribute(name, value); // each costs a style for all
  }
  hideTip();
  drawTop(now);
  drawSlicers(now);
  for (const one of frames) drawFrame(one, now);
  document.getElementById("summary").textContent = summary(now);
}

/** Draw a panel: its texts in the language, its note, and its body unless nothing it needs has changed. */
function drawFrame(one, now) {
  const { panel } = one, open = state.open.has(panel.id), note = panel.note(now);
  if (one.note.textContent !== note) one.note.textContent = note;
  const words = JSON.stringify([language, open]);
  if (words !== one.words) drawWords(one, open);
  const needs = panel.needs ? JSON.stringify([words, panel.needs(now)]) : null;
  if (needs !== null && needs === one.needs) return;
  Object.assign(one, { words, needs });
  if (panel.keeps) panel.update(now);
  else refill(one.body, panel.draw(now));
  if (open || one.behind.firstChild) refill(one.behind, open && !panel.listed ? tableElement(panel.table(now), panel.id) : null);
}

/** The texts of a panel's head. */
function drawWords(one, open) {
  const { panel, toggle, download } = one, words = say(open ? "Hide table" : "Table");
  one.title.textContent = say(panel.title);
  one.mark.replaceChildren(kindMark(panel.kind));
  toggle.textContent = words;
  toggle.setAttribute("aria-expanded", String(open));
  toggle.setAttribute("aria-label", `${words}: ${say(panel.title)}`);
  download.textContent = "CSV";
  download.setAttribute("aria-label", `CSV: ${say(panel.title)}`);
}

/** The theme in use. */
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => state.theme || (systemDark.matches ? "dark" : "light");

/** What a screen reader says after each change: the selection and its first number. */
function summary(now) {
  const kpi = kpiOf("services") ?? data.kpis[0];
  const value = kpi ? measured(kpi, now).value : null;
  return kpi ? `${selectionWords(now)}: ${named(kpi.name)} ${decimal(value, kpi.decimals)}` : selectionWords(now);
}

/** A button of the page's own. */
const button = (key, text, has, click) => make("button", { type: "button", "data-key": key, ...has, on: { click } }, text);

function drawTop(now) {
  refill(document.getElementById("top"),
    make("div", {}, make("h1", {}, data.case.title), make("p", {}, named(data.case.subtitle), " ", kindMark(kind))),
    make("div.tools", {},
      button("reset", say("Reset"), { "data-tip": say("Back to the view at first") }, () => change(() => { state = { ...initial(), theme: state.theme }; })),
      data.quarters.length ? button("csv", say("CSV of the selection"), {}, () => save(`${data.case.name}-selection.csv`, csv(selectionTable()))) : null,
      button("language", language === "en" ? "Español" : "English", { lang: language === "en" ? "es" : "en" }, () => change(() => { language = language === "en" ? "es" : "en"; })),
      button("theme", say("Dark"), { "aria-pressed": String(theme() === "dark") }, () => change(() => { state.theme = theme() === "dark" ? "light" : "dark"; }))));
  document.getElementById("top").dataset.words = selectionWords(now);
  if (foot.language === language) return;
  foot.language = language;
  refill(document.getElementById("foot"), ...foot());
  document.getElementById("skip").textContent = say("Skip to the figures");
}

function foot() {
  const { source } = data.case;
  const meaning = {
    printed: "stands in the publication.", derived: "follows from printed numbers by exact arithmetic.",
    synthetic: "is computed from a made-up ledger that meets the print; it shows what can be true, not what was.",
    ...(data.claims ? {} : { synthetic: "is computed from made-up rows." }),
    yours: "is computed from your own rows.", "what-if": "follows from a target that you moved.",
  };
  const marks = [...new Set([...(data.claims ? ["printed", "derived"] : []), kind, ...(data.okr ? ["what-if"] : [])])];
  return [
    make("dl.kinds", {}, marks.map((mark) => make("div", {}, make("dt", {}, kindMark(mark)), make("dd", {}, say(meaning[mark]))))),
    source ? make("p", {}, `${source.authors}: ${source.title}. ${source.published}.`) : null,
    make("p.hint", {}, say("The address of this page holds the view: copy it to share what you see. Arrow keys move inside a chart, Enter chooses, Ctrl+Enter adds, Escape clears.")),
  ];
}

function drawSlicers() {
  const nav = document.getElementById("slicers");
  nav.setAttribute("aria-label", say("Selection"));
  const slicer = ([name, { title, members, key, name: words }]) => {
    if (!members.length) return null;
    const pick = (at) => (event) => change(() => (at === null ? state[name].clear() : choose(state[name], at, adds(event))));
    const member = (id, text, pressed, at) => button(id, text, { "aria-pressed": String(pressed) }, pick(at));
    return roving(make("div.slicer", { role: "group", "aria-label": say(title), "data-group": `slicer-${name}` },
      make("span.title", { "aria-hidden": "true" }, say(title)),
      make("span.choices", {}, member(`${name}-`, say("All"), !state[name].size, null), members.map((one, at) => member(`${name}-${key(one)}`, words(one), state[name].has(at), at)))));
  };
  const [first, ...others] = Object.entries(SLICERS).map(slicer).filter((one) => one !== null);
  const more = button("several", say("Choose several"), { "aria-pressed": String(several), "data-tip": say("Clicks add to the selection, as with Ctrl") }, () => change(() => { several = !several; }));
  refill(nav, first ? [first, more, ...others] : []);
}

/** Keys that work everywhere: Escape hides the tip, then clears the selection; Ctrl+Enter adds. */
function keys(event) {
  moveInGroups(event);
  if (event.key === "Escape" && !event.target.matches?.("input, select")) {
    if (!document.getElementById("tip").hidden) hideTip();
    else change(() => { for (const name of ["types", "segments", "verdicts"]) state[name].clear(); state.quarters = initial().quarters; });
  }
  if ((event.ctrlKey || event.metaKey) && [" ", "Enter"].includes(event.key) && event.target.matches?.("button[data-key]")) {
    event.preventDefault();
    event.target.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
  }
}

function start() {
  if (/^es\b/.test(navigator.language)) language = "es";
  fromAddress();
  frames = panelsHere();
  document.getElementById("main").append(...frames.map((one) => one.section));
  update();
  document.getElementById("skip").addEventListener("click", () => document.getElementById("main").focus());
  document.addEventListener("keydown", keys);
  for (const event of ["mouseover", "focusin"]) document.addEventListener(event, showTip);
  for (const answer of [hideTip, noteScroll]) document.addEventListener("scroll", answer, { passive: true, capture: true });
  systemDark.addEventListener("change", update);
  window.addEventListener("hashchange", () => { fromAddress(); update(); });
}

start();
