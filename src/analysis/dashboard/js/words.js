/**
 * Words and numbers in the language shown. English words are the keys; what has no translation
 * (a user's own names, quotations) stays as it is.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const spanish = JSON.parse(document.getElementById("words").textContent);
let language = "en";

/** Digits are grouped and decimals marked so that neither language can be misread in the other. */
const FORMS = {
  en: { group: ",", point: ".", percent: "%", points: "\u00a0pp" },
  es: { group: "\u202f", point: ",", percent: "\u00a0%", points: "\u00a0p.\u00a0p." },
};
const MINUS = "−", MISSING = "–";

/**
 * Words of the page.
 * @param {string} text English, with {places} to fill
 * @param {Object<string, string|number>} [filling]
 */
function say(text, filling = {}) {
  const found = language === "es" ? spanish.words[text] ?? text : text;
  return found.replace(/\{(\w+)\}/g, (all, name) => (name in filling ? String(filling[name]) : all));
}

/** Names that come from the case or a catalogue. */
const named = (text) => (language === "es" && Object.hasOwn(spanish.names, text) ? spanish.names[text] : text);

/** Quarters and half-years in a text as the page writes them: 2024Q2 is Q2 2024, in Spanish T2 2024. */
const quarterName = (text, letters = language === "es" ? { Q: "T", H: "S" } : { Q: "Q", H: "H" }) =>
  text.replace(/\b(\d{4})([QH])([1-4])\b/g, (_, year, letter, number) => `${letters[letter]}${number} ${data.fiscal ? "FY" : ""}${year}`);

/**
 * A number with a fixed number of decimals.
 * @param {Fraction|null} value
 */
function decimal(value, places = 0, signed = false) {
  if (value === null) return MISSING;
  const form = FORMS[language];
  const digits = value.digits(places);
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, form.group);
  const sign = digits < 0n ? MINUS : signed && digits > 0n ? "+" : "";
  return sign + whole + (places ? form.point + text.slice(-places) : "");
}

/** A ratio in per cent. */
const percent = (value, places = 1, signed = false) =>
  value === null ? MISSING : decimal(value.times(HUNDRED), places, signed) + FORMS[language].percent;

/** A change of a percentage, in percentage points. */
const points = (value, places = 1) => (value === null ? MISSING : decimal(value, places, true) + FORMS[language].points);

/** A value with its unit, as sentences have it. */
function withUnit(value, unit, places) {
  if (value === null) return MISSING;
  return unit === "%" ? decimal(value, places) + FORMS[language].percent : `${decimal(value, places)} ${named(unit)}`;
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
