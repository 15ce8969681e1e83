/**
 * The cube of sums: what a selection of months, service types and segments adds up to, and the
 * indicators of those sums. Sums are whole numbers; ratios are taken of sums, never averaged.
 * Months are positions: 0 is the first month of the file.
 *
 * @typedef {Object<string, Float64Array>} Sums by measure; a number per month or member
 * @typedef {{whole: Sums, part: Sums}} Split  everything, and the selection's part of it
 * @typedef {{months: Split, types: Split, segments: Split}} Reduced
 */
const measures = Object.keys(data.cube.sums);
const { first: firstMonth, count: monthCount, lead } = data.months;
const allMonths = Array.from({ length: monthCount }, (_, at) => at);
const recorded = Object.fromEntries(Object.entries(data.recorded).map(([name, { kept, months }]) => [name, { kept, months: new Set(months) }]));

/**
 * Add up measures by the places of rows; -1 is no place.
 * @param {string[]} names @param {number[]} places @param {number} size @param {Uint8Array|null} inside
 * @returns {Sums}
 */
function addUp(names, places, size, inside) {
  return Object.fromEntries(names.map((name) => {
    const made = new Float64Array(size), column = data.cube.sums[name];
    for (let row = 0; row < column.length; row++) {
      if (column[row] && places[row] >= 0 && (!inside || inside[row])) made[places[row]] += column[row];
    }
    return [name, made];
  }));
}

const wholeByMonth = addUp(measures, data.cube.month, monthCount, null);

/**
 * Reduce the cube.
 * @param {State} chosen of months, types and segments; an empty set means all
 * @param {string[]} names measures that are wanted by type and segment
 * @returns {Reduced}
 *   By month: all of it, and the part of the types and segments. By type and by segment: all in
 *   the months, and the part of the selection.
 */
function reduce({ months, types, segments }, names) {
  const { month, type, segment } = data.cube, split = types.size || segments.size;
  const timely = new Uint8Array(month.length), inside = new Uint8Array(month.length), both = new Uint8Array(month.length);
  for (let row = 0; row < month.length; row++) {
    timely[row] = !months.size || months.has(month[row]) ? 1 : 0;
    inside[row] = (!types.size || types.has(type[row])) && (!segments.size || segments.has(segment[row])) ? 1 : 0;
    both[row] = timely[row] & inside[row];
  }
  const members = (places, size) => ({ whole: addUp(names, places, size, timely), part: addUp(names, places, size, both) });
  return {
    months: { whole: wholeByMonth, part: split ? addUp(measures, month, monthCount, inside) : wholeByMonth },
    types: members(type, data.types.length), segments: members(segment, data.segments.length),
  };
}

/** Measures of an indicator. */
const measuresOf = (kpi) => [kpi.numerator, kpi.denominator].filter((name) => name !== null);

/** Why an indicator has no value for any part of the firm that is chosen; empty if it has. */
function unsplit(kpi, { types, segments }) {
  const found = (lacking) => measuresOf(kpi).find((name) => lacking.includes(name));
  const words = (name) => ({ measure: named(data.measures[name].words) });
  const type = types.size ? found(data.unsplit.type) : undefined, segment = segments.size ? found(data.unsplit.segment) : undefined;
  if (type) return say("{measure}: not recorded by service type", words(type));
  return segment ? say("{measure}: not recorded by segment", words(segment)) : "";
}

/**
 * Months for want of which the sums of some measures are not known: of a survey, all of them; of
 * statements, those of quarters that are not there as a whole.
 * @param {string[]} names of measures @param {number[]} places @returns {number[]}
 */
function gaps(names, places) {
  const lacking = names.map((name) => {
    const { kept, months } = recorded[name], inside = new Set(places);
    const whole = (at) => [0, 1, 2].every((step) => inside.has(startOf(quarterOf(at)) + step));
    const lost = places.filter((at) => !months.has(at) || (kept === "quarter" && !whole(at)));
    return kept !== "any" || lost.length === places.length ? lost : [];
  });
  return places.filter((at) => lacking.some((lost) => lost.includes(at)));
}

/** Whether some measure is known by the month; not with quarterly statements alone. */
const byMonth = () => Object.values(recorded).some((one) => one.kept !== "quarter");

/** How an indicator is computed; sales may come from quarterly statements. */
function definitionOf(kpi) {
  const stated = kpi.id === "sales" && recorded[kpi.numerator].kept === "quarter";
  return stated ? say("sales of the quarterly statements") : named(kpi.definition);
}

/** What is not recorded in some months, in words; empty if all is. */
function unrecorded(names, places) {
  const found = gaps(names, places);
  return found.length ? say("Not recorded: {period}", { period: periodName(found) }) : "";
}

/** An indicator of its sums; null where it divides by 0. */
function ratio(kpi, add) {
  const top = new Fraction(BigInt(add(kpi.numerator))).times(Fraction.of(kpi.scale));
  if (kpi.denominator === null) return top;
  const bottom = add(kpi.denominator);
  return bottom ? top.over(new Fraction(BigInt(bottom))) : null;
}

/**
 * An indicator in some months; null where it is not recorded or undefined.
 * @param {number[]} places @param {Sums} sums by month
 * @returns {Fraction|null}
 */
function kpiValue(kpi, places, sums) {
  if (gaps(measuresOf(kpi), places).length) return null;
  return ratio(kpi, (name) => places.reduce((total, at) => total + sums[name][at], 0));
}

/** An indicator of a service type or segment in the months chosen. */
function memberValue(kpi, at, sums, places) {
  return gaps(measuresOf(kpi), places).length ? null : ratio(kpi, (name) => sums[name][at]);
}

/** Chosen positions in order; all if none is chosen. */
const chosenMonths = (months) => (months.size ? [...months].sort((a, b) => a - b) : allMonths);

const consecutive = (places) => places.at(-1) - places[0] === places.length - 1;

/** The months that lie `distance` before some; null unless all of them are in the file. */
const earlier = (places, distance) => (places[0] >= distance ? places.map((at) => at - distance) : null);

/** The period as long just before; null if the months do not follow each other. */
const before = (places) => (consecutive(places) ? earlier(places, places.length) : null);

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

/**
 * 95% intervals of a share of answers, worked out by Python for the whole firm: that of the share,
 * of its change on the period before and on the year before, in tenths of a per cent.
 * @returns {[number, number][]|null} null where none is known; undefined if the indicator is no sample
 */
function chanceOf(kpi, places, split) {
  const known = data.chance[kpi.id];
  return known && ((!split && consecutive(places) && known[`${firstMonth + places[0]}+${places.length}`]) || null);
}

/** What the firm plans for an indicator in some months; null where no plan is written, or for a part of the firm. */
function planOf(kpi, places, split) {
  const found = split || !consecutive(places) ? undefined : data.plan[kpi.id]?.[`${firstMonth + places[0]}+${places.length}`];
  return found === undefined ? null : Fraction.of(found);
}

/** Whether chance alone may explain a change of a sample: its interval holds 0, or none is known. */
const mayBeChance = (chance, range) => chance !== undefined && !(range.length && (range[0] > 0 || range[1] < 0));

const tenths = (number) => new Fraction(BigInt(number), 10n);
