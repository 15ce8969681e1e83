/**
 * Charts of plain elements. Every mark is a button: it shows its numbers on hover and focus, and a
 * click chooses what it stands for. The selection is solid and lies over the pale whole.
 *
 * @typedef {Object} Mark
 * @property {string} key      unique within the chart
 * @property {string} name     what it stands for
 * @property {string} label    the number beside it
 * @property {string} [delta]  change below the number
 * @property {number} [good]   1 or -1 colours the change
 * @property {number|null} whole length of the pale mark, in the chart's unit
 * @property {number|null} part  length of the solid mark
 * @property {number|null} [ago] the year before, as a line across
 * @property {number|null} [plan] what is planned, as an outline
 * @property {boolean} chosen  drawn strong; else lighter
 * @property {boolean} pressed chosen by name
 * @property {string} tip      everything in words
 * @property {(several: boolean) => void} pick
 */

/** Whether a click or key adds to the selection. */
const adds = (event) => event.ctrlKey || event.metaKey || event.shiftKey;

/** @param {Mark} mark @param {Node[]} inside */
function markButton(name, mark, ...inside) {
  return make(name, {
    type: "button", "data-key": mark.key, "data-tip": mark.tip, "aria-pressed": String(mark.pressed),
    on: { click: (event) => mark.pick(adds(event)) },
  }, unseen(mark.tip), make("span.face", { "aria-hidden": "true" }, ...inside));
}

const lengths = (marks) => marks.flatMap((mark) => [mark.whole, mark.part, mark.ago ?? null, mark.plan ?? null]).filter((one) => one !== null);
const deltaText = (mark) => (mark.delta ? make(`span.delta.${["bad", "even", "good"][(mark.good ?? 0) + 1]}`, {}, mark.delta) : null);

/**
 * Horizontal bars: structure runs down.
 * @param {string} id @param {string} label @param {Mark[]} marks
 */
function bars(id, label, marks) {
  const longest = Math.max(...lengths(marks), 1e-9);
  return roving(make("div.bars", { role: "group", "aria-label": label, "data-group": id }, marks.map((mark) =>
    markButton(`button.bar${mark.chosen ? ".chosen" : ""}`, mark,
      make("span.name", {}, mark.name),
      make("span.track", {},
        size(make("span.whole"), "width", (mark.whole ?? 0) / longest),
        size(make("span.part"), "width", (mark.part ?? 0) / longest)),
      make("span.value", {}, mark.label)))));
}

/** Columns are narrow where there are more; a longer label widens them. */
const DENSE = 16, FITTING = 6;

/**
 * Columns or pins: time runs across. Pins are for ratios, which do not add up.
 * @param {string} id @param {string} label @param {Mark[]} marks @param {"columns"|"pins"} look
 */
function times(id, label, marks, look) {
  const longest = Math.max(...lengths(marks), 1e-9);
  const upright = (name, value) => (value === null || value === undefined ? null : size(make(`span.${name}`), "height", value / longest));
  const row = make(`div.times.${look}${marks.length > DENSE ? ".dense" : ""}`, { role: "group", "aria-label": label, "data-group": id }, marks.map((mark, at) => {
    const top = Math.max(mark.part ?? mark.whole ?? 0, mark.ago ?? 0, mark.plan ?? 0);
    const above = make("span.above", {}, make("span.value", {}, mark.label), deltaText(mark));
    above.style.setProperty("bottom", `${(top / longest) * 100}%`);
    const field = make("span.field", {}, upright("whole", mark.whole), upright("part", mark.part), upright("plan", mark.plan), upright("ago", mark.ago), above);
    const first = at === 0 || marks[at - 1].year !== mark.year;
    return markButton(`button.time${mark.chosen ? ".chosen" : ""}`, mark, field,
      make("span.axis", {}, make("span", {}, mark.name), make("span.year", {}, first ? mark.year : "\u00a0")));
  }));
  const letters = Math.max(...marks.map((mark) => mark.label.length));
  if (letters > FITTING) row.style.setProperty("--label", `${letters}ch`);
  return make("div.wide", { "data-scroll": id }, roving(row));
}

/**
 * The course up to the period chosen as small columns from 0, a gap where there is no value.
 * @param {(Fraction|null)[]} values the last one is that of the period chosen
 */
function spark(values) {
  const longest = Math.max(...values.map((value) => value?.number ?? 0), 1e-9);
  return make("span.spark", { "aria-hidden": "true" }, values.map((value, at) =>
    make("span", {}, value === null ? null : size(make(at === values.length - 1 ? "i.chosen" : "i"), "height", value.number / longest))));
}
