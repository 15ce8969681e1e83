/**
 * The cube of sums: what a selection of quarters, service types and segments adds up to, and the
 * indicators of those sums. Sums are whole numbers; ratios are taken of sums, never averaged.
 *
 * @typedef {Object<string, number>} Sums by measure
 * @typedef {{whole: Sums, part: Sums}} Split  everything, and the selection's part of it
 * @typedef {{quarters: Split[], types: Split[], segments: Split[]}} Reduced
 */
const measures = Object.keys(data.cube.sums);
const columns = measures.map((name) => data.cube.sums[name]);
const quarterAt = new Map(data.quarters.map((quarter, at) => [quarter.index, at]));

const nothing = () => Object.fromEntries(measures.map((name) => [name, 0]));
const blank = (list) => list.map(() => ({ whole: nothing(), part: nothing() }));

/**
 * Reduce the cube in one pass.
 * @param {Set<number>} quarters positions; all if empty, and so for the others
 * @param {Set<number>} types
 * @param {Set<number>} segments
 * @returns {Reduced}
 *   By quarter: all of it, and the part of the types and segments. By type and by segment: all in
 *   the quarters, and the part of the selection.
 */
function reduce(quarters, types, segments) {
  const made = { quarters: blank(data.quarters), types: blank(data.types), segments: blank(data.segments) };
  const { quarter, type, segment } = data.cube;
  for (let row = 0; row < quarter.length; row++) {
    const chosen = (!types.size || types.has(type[row])) && (!segments.size || segments.has(segment[row]));
    const places = [made.quarters[quarter[row]]];
    if (!quarters.size || quarters.has(quarter[row])) {
      if (type[row] >= 0) places.push(made.types[type[row]]);
      if (segment[row] >= 0) places.push(made.segments[segment[row]]);
    }
    for (let column = 0; column < columns.length; column++) {
      const value = columns[column][row];
      if (!value) continue;
      for (const place of places) {
        place.whole[measures[column]] += value;
        if (chosen) place.part[measures[column]] += value;
      }
    }
  }
  return made;
}

/**
 * Why an indicator has no value for any part of the firm that is chosen; empty if it has.
 * @param {{numerator: string, denominator: string|null}} kpi
 */
function unsplit(kpi, state) {
  const needs = (name) => [kpi.numerator, kpi.denominator].includes(name);
  if (state.types.size && data.unsplit.type.some(needs)) return say("Technicians’ hours belong to no single service type");
  if (state.segments.size && data.unsplit.segment.some(needs)) return say("Technicians’ hours belong to no single segment");
  return "";
}

/**
 * Quarters for want of which the sums of some measures are not known: a month of them is not
 * recorded (of a survey, the whole period).
 * @param {string[]} names of measures @param {number[]} places @returns {number[]}
 */
function gaps(names, places) {
  const lacking = names.map((name) => {
    const { all, quarters } = data.recorded[name], lost = places.filter((at) => !quarters.includes(at));
    return all || lost.length === places.length ? lost : [];
  });
  return places.filter((at) => lacking.some((lost) => lost.includes(at)));
}

/** Measures of an indicator. */
const measuresOf = (kpi) => [kpi.numerator, kpi.denominator].filter((name) => name !== null);

/** What is not recorded in some quarters, in words; empty if all is. */
function unrecorded(names, places) {
  const found = gaps(names, places);
  return found.length ? say("Not recorded in full: {period}", { period: periodName(found) }) : "";
}

/**
 * An indicator in some quarters; null where it is not recorded or undefined.
 * @param {number[]} places @param {Sums[]} sums of these quarters
 * @returns {Fraction|null}
 */
function kpiValue(kpi, places, sums) {
  if (gaps(measuresOf(kpi), places).length) return null;
  const add = (name) => sums.reduce((total, one) => total + one[name], 0);
  const top = new Fraction(BigInt(add(kpi.numerator))).times(Fraction.of(kpi.scale));
  if (kpi.denominator === null) return top;
  const bottom = add(kpi.denominator);
  return bottom ? top.over(new Fraction(BigInt(bottom))) : null;
}

/** Chosen positions in order; all if none is chosen. */
const chosenQuarters = (quarters) => (quarters.size ? [...quarters].sort((a, b) => a - b) : data.quarters.map((_, at) => at));

/**
 * The quarters that lie `distance` before some; null unless all of them are recorded.
 * @param {number[]} places
 */
function earlier(places, distance) {
  const found = places.map((at) => quarterAt.get(data.quarters[at].index - distance));
  return found.includes(undefined) ? null : found;
}

/** The period as long just before; null if the quarters do not follow each other, or it is not recorded. */
function before(places) {
  const last = data.quarters[places.at(-1)].index, first = data.quarters[places[0]].index;
  return last - first === places.length - 1 ? earlier(places, places.length) : null;
}

/**
 * A value against that of a base: percentage points for shares, else growth, where the base is positive.
 * @returns {{change: Fraction, text: string, good: number}|null} good is 1, -1 or 0
 */
function against(kpi, value, base) {
  if (value === null || base === null) return null;
  const difference = value.minus(base), share = kpi.unit === "%";
  if (!share && base.sign <= 0) return null;
  const change = share ? difference : difference.over(base);
  const good = difference.sign * { up: 1, down: -1, none: 0 }[kpi.better];
  return { change, text: share ? points(change) : percent(change, 1, true), good };
}

/** Quarters in words: Q1 2022, Q1–Q2 2023, Q4 2023–Q2 2024. */
function periodName(places) {
  const runs = [];
  for (const at of places) {
    const run = runs.at(-1);
    if (run && data.quarters[at].index === data.quarters[run.at(-1)].index + 1) run.push(at);
    else runs.push([at]);
  }
  const label = (at) => quarterName(data.quarters[at].label);
  const range = (from, to) => `${from.slice(-4) === to.slice(-4) ? from.slice(0, -5) : from}–${to}`;
  return runs.map((run) => (run.length > 1 ? range(label(run[0]), label(run.at(-1))) : label(run[0]))).join(", ");
}
