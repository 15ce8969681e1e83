/**
 * Years, quarters and months of the file; their labels in the address and their names. Months are
 * the calendar's; a firm's year may run ahead of it by some months.
 */

const SIZES = { year: 12, quarter: 3, month: 1 };
const inYear = (at) => firstMonth + lead + at;
const yearOf = (at) => Math.floor(inYear(at) / 12);
const quarterOf = (at) => Math.floor(inYear(at) / 3);
/** First month of a quarter of an index. */
const startOf = (quarter) => quarter * 3 - firstMonth - lead;
const yearName = (year) => (lead ? say("FY{year}", { year }) : String(year));
const twoDigits = (number) => String(number).padStart(2, "0");

/** Label of a period by its index and size: 2024, 2024Q2, 2024-05. */
function labelOf(index, size) {
  if (size === 12) return String(index);
  const parts = 12 / size, year = Math.floor(index / parts), part = (index % parts) + 1;
  return size === 3 ? `${year}Q${part}` : `${year}-${twoDigits(part)}`;
}

/**
 * Every period of a length that the file has months of.
 * @param {"year"|"quarter"|"month"} grain
 * @returns {{label: string, places: number[], whole: boolean}[]}
 */
function periodsBy(grain) {
  const size = SIZES[grain], found = new Map();
  for (const at of allMonths) {
    const index = size > 1 ? Math.floor(inYear(at) / size) : firstMonth + at;
    found.set(index, [...(found.get(index) ?? []), at]);
  }
  return [...found].map(([index, places]) => ({ label: labelOf(index, size), places, whole: places.length === size }));
}

/** Months of a label that are in the file: 2024, 2024H1, 2024Q2 or 2024-05; none if there are none. */
function placesOf(label) {
  const [, year, letter, part] = /^(?:FY)?(\d{4})(?:([QH-])(\d{1,2}))?$/.exec(label) ?? [];
  const size = letter ? { H: 6, Q: 3, "-": 1 }[letter] : 12;
  const start = Number(year) * 12 + (part ? (Number(part) - 1) * size : 0) - firstMonth - (size > 1 ? lead : 0);
  if (!year || (part && (Number(part) < 1 || Number(part) * size > 12))) return [];
  return Array.from({ length: size }, (_, at) => start + at).filter((at) => at >= 0 && at < monthCount);
}

/** Labels of some months, the longest that fit. */
function labelsOf(places) {
  const left = new Set(places), found = [];
  for (const grain of Object.keys(SIZES)) {
    for (const period of periodsBy(grain)) {
      if (!period.whole || !period.places.every((at) => left.has(at))) continue;
      found.push([period.places[0], period.label]);
      period.places.forEach((at) => left.delete(at));
    }
  }
  return found.sort((a, b) => a[0] - b[0]).map(([, label]) => label);
}

/** A period in words by its first month and length in months: 2024, Q2 2024, May 2024. */
function oneName(at, length) {
  const part = (inYear(at) % 12) / 3;
  if (length === 12) return yearName(yearOf(at));
  return length === 3 ? quarterText(part + 1, yearName(yearOf(at))) : monthName(firstMonth + at);
}

/** Months in words: 2023, Q1–Q2 2023, Q4 2023–Q2 2024, Feb–Mar 2024. */
function periodName(places) {
  const runs = [];
  for (const at of places) {
    if (runs.length && runs.at(-1).at(-1) === at - 1) runs.at(-1).push(at);
    else runs.push([at]);
  }
  return runs.map((run) => {
    const size = [12, 3, 1].find((months) => inYear(run[0]) % months === 0 && run.length % months === 0);
    const [from, to] = [oneName(run[0], size), oneName(run.at(-1) - size + 1, size)];
    const year = ` ${size === 1 ? Math.floor((firstMonth + run[0]) / 12) : yearName(yearOf(run[0]))}`;
    if (run.length === size) return from;
    return `${size < 12 && to.endsWith(year) ? from.slice(0, -year.length) : from}–${to}`;
  }).join(", ");
}

/** Whether two lists of months are the same. */
const same = (set, places) => set.size === places.length && places.every((at) => set.has(at));

/** Choose months, or add and take them away; those chosen already give way to their year or quarter. */
function choosePeriod(places, several) {
  const { months } = state, held = places.every((at) => months.has(at));
  if (several) {
    for (const at of places) held ? months.delete(at) : months.add(at);
    return;
  }
  const wider = Object.keys(SIZES).flatMap(periodsBy).filter((one) => one.places.length > places.length && one.places.includes(places[0])).at(-1);
  const next = same(months, places) ? wider?.places ?? [] : places;
  state.months = new Set(next);
}
