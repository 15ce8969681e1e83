/**
 * Words and numbers in the language shown. English words are the keys; what has no translation
 * (a user's own names, quotations) stays as it is.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const words = JSON.parse(document.getElementById("words").textContent);
const LANGUAGES = { en: "English", es: "Español", pl: "Polski" };
let language = "en";

/** Whose numbers are written: the reader's own for English, Peru's for Spanish, or the case's. */
function locale() {
  if (data.case.locale && data.case.language === language) return data.case.locale;
  if (language === "en" && /^en\b/.test(navigator.language)) return navigator.language;
  return { en: "en", es: "es-PE", pl: "pl" }[language];
}

const MINUS = "−", MISSING = "–";

/** Makers of numbers and dates, each made once. */
const makers = new Map();

function maker(Maker, options) {
  const key = JSON.stringify([locale(), Maker.name, options]);
  if (!makers.has(key)) makers.set(key, new Maker(locale(), options));
  return makers.get(key);
}

/** What follows a number of per cent. */
const percentSign = () => maker(Intl.NumberFormat, { style: "percent" }).formatToParts(1).slice(1).map((part) => part.value).join("");

/**
 * Words of the page.
 * @param {string} text English, with {places} to fill
 * @param {Object<string, string|number>} [filling]
 */
function say(text, filling = {}) {
  const found = words[language]?.[text] ?? text;
  return found.replace(/\{(\w+)\}/g, (all, name) => (name in filling ? String(filling[name]) : all));
}

/** Names that come from the case or a catalogue; a firm’s own stay as they are. */
const named = (text) => words[language]?.[text] ?? text;

/** A part of a year in words: Q2 2024, in Spanish T2 2024, in Polish II kw. 2024. */
const partText = (form) => (part, year) => say(form, { part, year, roman: ["I", "II", "III", "IV"][part - 1] });
const quarterText = partText("Q{part} {year}"), halfText = partText("H{part} {year}");

/** Quarters and half-years in a text as the page writes them. */
const quarterName = (text) =>
  text.replace(/\b(\d{4})([QH])([1-4])\b/g, (_, year, letter, part) => (letter === "Q" ? quarterText : halfText)(part, yearName(year)));

/** A month in words: May 2024; without its year, or with its first letter alone, for axes. */
function monthName(index, length = "short", year = true) {
  const name = maker(Intl.DateTimeFormat, { month: length, timeZone: "UTC" }).format(Date.UTC(2024, index % 12, 1));
  const plain = language === "en" ? name : name.toLowerCase().replace(".", "");
  return year ? `${plain} ${Math.floor(index / 12)}` : plain;
}

/**
 * A number with a fixed number of decimals.
 * @param {Fraction|null} value
 */
function decimal(value, places = 0, signed = false) {
  if (value === null) return MISSING;
  const digits = value.digits(places);
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  const whole = text.slice(0, text.length - places) + (places ? `.${text.slice(-places)}` : "");
  const form = { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: "always" };
  return (digits < 0n ? MINUS : signed && digits > 0n ? "+" : "") + maker(Intl.NumberFormat, form).format(whole);
}

/** A ratio in per cent. */
const percent = (value, places = 1, signed = false) =>
  value === null ? MISSING : decimal(value.times(HUNDRED), places, signed) + percentSign();

/** A change of a percentage, in percentage points. */
const points = (value, places = 1) => (value === null ? MISSING : `${decimal(value, places, true)}\u00a0${say("pp")}`);

/** A value with its unit, as sentences have it. */
function withUnit(value, unit, places) {
  if (value === null) return MISSING;
  return unit === "%" ? decimal(value, places) + percentSign() : `${decimal(value, places)} ${named(unit)}`;
}

/**
 * How to write the numbers of one chart so that they fit above narrow bars: 164,761 is 165k.
 * @param {(Fraction|null)[]} values all of them, so that they get one unit
 */
function short(values, places) {
  const largest = Math.max(0, ...values.map((value) => Math.abs(value?.number ?? 0)));
  const [unit, mark] = largest >= 1e7 ? [1e6, "M"] : largest >= 1e4 ? [1e3, "k"] : [1, ""];
  const digits = unit === 1 ? places : largest / unit >= 30 ? 0 : 1;
  return (value) => decimal(value.over(Fraction.of(unit)), digits) + mark;
}

/** Texts in the order of the language; equal on every machine for the same language. */
const listed = (items) =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${say("and")} ${items.at(-1)}`;
