/**
 * The table behind a chart, and the same as CSV.
 *
 * @typedef {{name: string, text?: (value: Fraction) => string, kind?: string, lang?: string}} Column
 *   with `text` its cells are numbers; `lang` is the language of its texts where it is fixed
 * @typedef {{caption: string, columns: Column[], rows: (string|Fraction|null)[][]}} Table
 *   the first column heads the rows
 */

/** @param {Table} table @param {string} id of its panel */
function tableElement(table, id) {
  const head = table.columns.map((column) =>
    make("th", { scope: "col", class: column.text ? "number" : null }, column.name, column.kind ? [" ", kindMark(column.kind)] : []));
  const rows = table.rows.map((row) => make("tr", {}, row.map((value, at) => cell(value, table.columns[at], at === 0))));
  return make("div.scroll", { tabindex: 0, "data-scroll": `table-${id}`, role: "region", "aria-label": table.caption },
    make("table", {}, make("caption", {}, table.caption), make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
}

function cell(value, column, heads) {
  if (heads) return make("th", { scope: "row", lang: column.lang ?? null }, value);
  if (!column.text) return make("td", { "data-name": column.name, lang: column.lang ?? null }, value ?? MISSING);
  return make("td.number", {}, value === null ? MISSING : make("data", { value: value.toString() }, column.text(value)));
}

const DECIMALS = 6;

/** A cell of CSV: numbers with a point in any language; no text that a spreadsheet takes for a formula. */
function csvCell(value) {
  if (value === null) return "";
  if (value instanceof Fraction) return csvNumber(value);
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvNumber(value) {
  const digits = value.digits(DECIMALS), size = String(digits < 0n ? -digits : digits).padStart(DECIMALS + 1, "0");
  const part = size.slice(-DECIMALS).replace(/0+$/, "");
  return (digits < 0n ? "-" : "") + size.slice(0, -DECIMALS) + (part && `.${part}`);
}

/** @param {Table} table */
function csv(table) {
  const lines = [table.columns.map((column) => column.name), ...table.rows];
  return "\ufeff" + lines.map((line) => line.map(csvCell).join(",") + "\r\n").join("");
}
