/** Puts the page together and answers to clicks, keys and the address. */

/** The panels for which there are data. */
function panelsHere() {
  const some = data.kpis.length > 0;
  return [
    some ? cardsPanel() : null,
    some ? coursePanel() : null,
    some && data.types.length ? membersPanel("types", serves ? "{indicator} by service type" : "{indicator} by kind") : null,
    some && data.segments.length ? membersPanel("segments", "{indicator} by customer segment") : null,
    data.okr ? scorecardPanel() : null,
    data.okr ? okrPanel() : null,
    some && byMonth() ? sumsPanel() : null,
    data.claims ? claimsPanel() : null,
  ].filter((one) => one !== null).map(frame);
}

/** Give a panel its section with title, mark, note, and the table behind it. */
function frame(panel) {
  const places = Object.fromEntries(["mark", "tools", "note", "body", "behind", "buttons"].map((name) => [name, make(`div.${name}`)]));
  const title = make("h2", { id: `title-${panel.id}` });
  const section = make("section.panel", { id: `panel-${panel.id}`, "aria-labelledby": title.id, class: `panel ${panel.wide ? "wide" : ""}` },
    make("div.head", {}, title, places.mark, places.tools, places.buttons), places.note, places.body, places.behind);
  const toggle = button(`table-${panel.id}`, "", { class: "small", "aria-controls": `table-${panel.id}` }, () => change(() => choose(state.open, panel.id, true)));
  const download = opener("files", "", { class: "small", "data-key": `files-${panel.id}`, on: { click: () => fillFiles(panel) } });
  places.behind.id = `table-${panel.id}`;
  places.buttons.append(...(panel.listed ? [download] : [toggle, download]));
  if (panel.keeps) places.body.append(...[panel.draw()].flat());
  if (panel.led) {
    document.getElementById("first").append(places.buttons);
    section.querySelector(".head").classList.add("sr");
  }
  return { panel, section, title, toggle, download, ...places };
}

let frames = [];
const root = document.documentElement;

/**
 * Change the state, show it, and put it into the address.
 * @param {() => void} how @param {string} [step] as `remember` takes it
 */
function change(how, step) {
  unknown = [];
  how();
  remember(step);
  update();
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
  const names = unknown.map((name) => quarterName(name)).join(", ");
  const lost = names && say("Not in this file, and so left out: {names}. Shown: {selection}.", { names, selection: selectionWords(now) });
  for (const [id, text] of [["lead", data.kpis.length ? sentence(now) : ""], ["notice", lost]]) {
    const place = document.getElementById(id);
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  }
  for (const one of frames) drawFrame(one, now);
}

/** Draw a panel: its texts in the language, its note, and its body unless nothing it needs has changed. */
function drawFrame(one, now) {
  const { panel } = one, open = state.open.has(panel.id), note = panel.note(now), title = panel.heading?.(now) ?? say(panel.title);
  if (one.note.textContent !== note) one.note.textContent = note;
  const texts = JSON.stringify([language, open, title]);
  if (texts !== one.texts) drawWords(one, open, title);
  if (panel.tools) refill(one.tools, roving(panel.tools()));
  const needs = panel.needs ? JSON.stringify([texts, panel.needs(now)]) : null;
  Object.assign(one, { texts });
  if (needs !== null && needs === one.needs) return;
  one.needs = needs;
  if (panel.keeps) panel.update(now);
  else refill(one.body, panel.draw(now));
  if (open || one.behind.firstChild) refill(one.behind, open && !panel.listed ? tableElement(panel.table(now), panel.id) : null);
}

/** The texts of a panel's head. */
function drawWords(one, open, title) {
  const { panel, toggle, download } = one, text = say(open ? "Hide table" : "Table");
  one.title.textContent = title;
  one.mark.replaceChildren(...[mixedMark(panel.kind)].filter(Boolean));
  toggle.textContent = text;
  toggle.setAttribute("aria-expanded", String(open));
  toggle.setAttribute("aria-label", `${text}: ${title}`);
  download.firstChild.textContent = say("Save");
  download.setAttribute("aria-label", `${say("Save")}: ${title}`);
}

/** What stands above everything that is saved: title, period, filter and kind. */
function headOf(panel, now, title) {
  const [period, filter] = panel.head?.(now) ?? [periodWords(now), filterWords()];
  const head = [[say("Title"), `${data.case.title}: ${title}`], [say("Period"), period], [say("Filter"), filter], [say("Kind"), say(panel.kind)]];
  return head.filter(([, text]) => text);
}

/** Fill the box of files with those of a panel. */
function fillFiles(panel) {
  const now = view(), name = `${data.case.name}-${panel.id}`, chart = panel.chart ? { ...charts.get(panel.id), note: panel.note(now) } : null;
  const head = (table) => headOf(panel, now, chart?.title ?? table?.caption.split(": ")[0] ?? "");
  const closing = { popovertarget: "box-files", popovertargetaction: "hide" };
  const file = (form, text, made) => button(`save-${form}`, text, closing, async () => save(`${name}.${form}`, await made()));
  const blob = (content, type) => new Blob([content], { type });
  const table = () => panel.table(now);
  refill(document.getElementById("box-files"),
    file("csv", say("Table as CSV"), () => blob(csv(table(), head(table())), "text/csv;charset=utf-8")),
    file("xlsx", say("Table as XLSX"), () => blob(xlsx(table(), head(table())), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    chart ? file("svg", say("Chart as SVG"), () => blob(svgOf(chart, head().slice(1)), "image/svg+xml")) : null,
    chart ? file("png", say("Chart as PNG"), () => pngOf(chart, head().slice(1))) : null,
    panel.chart ? button("save-sums", say("Sums behind the selection"), closing, showSums) : null);
}

/** Open the sums behind what is selected, and go there. */
function showSums() {
  change(() => state.open.add("sums"));
  const place = document.querySelector("#panel-sums .scroll");
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
}

/** The theme in use. */
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => state.theme || (systemDark.matches ? "dark" : "light");

/** A button of the page's own. */
const button = (key, text, has, click) => make("button", { type: "button", "data-key": key, ...has, on: { click } }, text);

function drawTop(now) {
  const top = document.getElementById("top"), subtitle = own(data.case.subtitle);
  top.dataset.words = selectionWords(now);
  document.title = `${data.case.title}: ${subtitle}`;
  const needs = JSON.stringify([language, theme()]);
  if (top.dataset.needs === needs) return;
  top.dataset.needs = needs;
  const choose = (event) => change(() => { language = event.target.value; });
  const languages = make("select", { "data-key": "language", "aria-label": say("Language"), on: { change: choose } },
    Object.entries(LANGUAGES).map(([code, name]) => make("option", { value: code, lang: code, selected: code === language }, name)));
  refill(top,
    make("div", {}, make("h1", {}, data.case.title, " ", kindMark(kind)), make("p", {}, subtitle)),
    make("div.tools", {}, languages,
      button("theme", say("Dark"), { "aria-pressed": String(theme() === "dark") }, () => change(() => { state.theme = theme() === "dark" ? "light" : "dark"; }))));
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
    data.kpis.length ? make("p", {}, say("Choose an indicator to see its course. Shares change in percentage points (pp), everything else in per cent; green is the good direction.")) : null,
    make("p.hint", {}, say("The address of this page holds the view, and Back undoes a step. Arrow keys move inside a chart, Enter chooses, Ctrl+Enter adds, Escape clears.")),
  ];
}

/** Years, the quarters of the year chosen, and the months of the quarter chosen. */
function drill() {
  const within = (grain) => periodsBy(grain).find(({ places }) => state.months.size && [...state.months].every((at) => places.includes(at)));
  const year = within("year"), quarter = within("quarter");
  const inside = (grain, outer) => (outer ? periodsBy(grain).filter(({ places }) => outer.places.includes(places[0])) : []);
  const member = ({ label, places }, name) => button(`q-${label}`, name,
    { "aria-pressed": String(same(state.months, places)), "aria-label": periodName(places) },
    (event) => change(() => choosePeriod(places, adds(event))));
  return roving(make("div.slicer", { role: "group", "aria-label": say("Period"), "data-group": "slicer-periods" },
    button("q-", say("All"), { "aria-pressed": String(!state.months.size), "aria-label": say("All periods") }, () => change(() => state.months.clear())),
    periodsBy("year").map((one) => member(one, yearName(one.label))),
    year ? make("span.step", { "aria-hidden": "true" }, "›") : null,
    inside("quarter", year).map((one) => member(one, quarterText((inYear(one.places[0]) % 12 - inYear(one.places[0]) % 3) / 3 + 1, "").trim())),
    quarter && byMonth() ? make("span.step", { "aria-hidden": "true" }, "›") : null,
    (byMonth() ? inside("month", quarter) : []).map((one) => member(one, monthName(firstMonth + one.places[0], "short", false)))));
}

/** The first and last month of what is chosen, to choose a range. */
function fillRange() {
  const chosen = chosenMonths(state.months);
  const pick = (name, title, at, set) => make("label", {}, say(title), make("select",
    { "data-key": name, on: { change: (event) => change(() => set(Number(event.target.value))) } },
    allMonths.map((month) => make("option", { value: month, selected: month === at }, monthName(firstMonth + month)))));
  const choose_ = (from, to) => { state.months = new Set(allMonths.filter((month) => month >= Math.min(from, to) && month <= Math.max(from, to))); };
  refill(document.getElementById("box-range"),
    pick("from", "From", chosen[0], (month) => choose_(month, Math.max(month, chosen.at(-1)))),
    pick("to", "To", chosen.at(-1), (month) => choose_(Math.min(month, chosen[0]), month)));
}

/** Members of a slicer, each of which a click adds or takes away. */
function fillSlicer(name) {
  const { title, members } = SLICERS[name];
  const member = (key, text, pressed, click) => button(`${name}-${key}`, text, { "aria-pressed": String(pressed) }, () => change(click));
  refill(document.getElementById(`box-${name}`), roving(make("div.choices", { role: "group", "aria-label": say(title), "data-group": `slicer-${name}` },
    member("", say("All"), !state[name].size, () => state[name].clear()),
    members.map((one, at) => member(one.id, own(one.name), state[name].has(at), () => choose(state[name], at, true))))));
}

/** Views by name, and the link to what is shown. */
function fillViews() {
  const field = make("input", { type: "text", id: "view-name", maxlength: 60, "data-key": "view-name", autocomplete: "off" });
  const link = make("input", { type: "text", id: "link", readonly: true, "data-key": "link", value: location.href, on: { focus: () => link.select() } });
  const add = () => field.value.trim() && change(() => state.views.set(field.value.trim().replaceAll("~", "-"), toAddress({ views: new Map() })));
  const copied = make("span", { role: "status" });
  const copy = async () => {
    link.select();
    const done = await navigator.clipboard?.writeText(link.value).then(() => true, () => false);
    copied.textContent = say(done || document.execCommand("copy") ? "Copied" : "Press Ctrl+C");
  };
  refill(document.getElementById("box-views"),
    [...state.views].map(([name, address]) => make("div.line", {},
      button(`view-${name}`, name, {}, () => change(() => { const { views } = state; fromAddress(address); state.views = views; })),
      button(`drop-${name}`, "×", { "aria-label": say("Delete the view {name}", { name }) }, () => change(() => state.views.delete(name))))),
    make("label", { for: field.id }, say("Name of this view")), make("div.line", {}, field, button("view-add", say("Add"), {}, add)),
    make("label", { for: link.id }, say("Link to this view, with all named views")), make("div.line", {}, link, button("copy", say("Copy link"), {}, copy)), copied);
}

function drawSlicers() {
  const nav = document.getElementById("slicers");
  nav.setAttribute("aria-label", say("Selection"));
  const open = (name) => opener(name, `${say(SLICERS[name].title)}: ${state[name].size ? listed(memberNames(name)) : say("All")}`,
    { class: state[name].size ? "held" : null, on: { click: () => fillSlicer(name) } });
  const reset = () => change(() => { state = { ...initial(), views: state.views, theme: state.theme }; });
  refill(nav,
    monthCount ? [drill(), opener("range", say("Range"), { on: { click: fillRange } })] : [],
    Object.keys(SLICERS).filter((name) => SLICERS[name].members.length).map(open),
    monthCount ? button("reset", say("Reset"), { "data-tip": say("Back to the view at first") }, reset) : null,
    addressed() ? opener("views", say("Views and link"), { on: { click: fillViews } }) : null);
  if (narrow.matches) nav.querySelector(".slicer [aria-pressed=true]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
  for (const [id, fill] of Object.entries(BOXES)) if (document.getElementById(`box-${id}`).matches(":popover-open")) fill();
}

/** Where the slicers are one row at the foot of the screen. */
const narrow = matchMedia("(max-width: 760px)");

/** The boxes that a slicer’s button opens, filled when they are opened and while they are open. */
const BOXES = { range: fillRange, types: () => fillSlicer("types"), segments: () => fillSlicer("segments"), views: fillViews };

/** Keys that work everywhere: Escape hides the tip, then clears the selection; Ctrl+Enter adds. */
function keys(event) {
  moveInGroups(event);
  if (event.key === "Escape" && !event.target.matches?.("input, select") && !document.querySelector(":popover-open")) {
    if (!document.getElementById("tip").hidden) hideTip();
    else change(() => { for (const name of ["types", "segments", "verdicts"]) state[name].clear(); state.months = initial().months; });
  }
  if ((event.ctrlKey || event.metaKey) && [" ", "Enter"].includes(event.key) && event.target.matches?.("button[data-key]")) {
    event.preventDefault();
    event.target.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
  }
}

/** The language of the case, or the reader’s where the case is the publication’s. */
function firstLanguage() {
  const reader = navigator.language.slice(0, 2);
  return data.case.kind === "yours" || !(reader in LANGUAGES) ? data.case.language : reader;
}

function start() {
  language = firstLanguage();
  fromAddress();
  frames = panelsHere();
  document.body.append(...["range", "types", "segments", "views", "files"].map(box));
  document.getElementById("main").append(...frames.map((one) => one.section));
  update();
  document.getElementById("skip").addEventListener("click", () => document.getElementById("main").focus());
  document.addEventListener("keydown", keys);
  for (const event of ["mouseover", "focusin"]) document.addEventListener(event, showTip);
  for (const answer of [hideTip, noteScroll]) document.addEventListener("scroll", answer, { passive: true, capture: true });
  systemDark.addEventListener("change", update);
  window.addEventListener("popstate", () => { fromAddress(); update(); });
}

start();
