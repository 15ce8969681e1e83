/**
 * The table behind a chart.
 *
 * @typedef {{name: string, text?: (value: Fraction) => string, kind?: string, lang?: string}} Column
 *   with `text` its cells are numbers; `lang` is the language of its texts where it is fixed
 * @typedef {{caption: string, columns: Column[], rows: (string|Fraction|null)[][]}} Table
 *   the first column heads the rows
 */

/** Rows that the page shows of a long table; files hold all. */
const MOST_ROWS = 200;

/** @param {Table} table @param {string} id of its panel */
function tableElement(table, id) {
  const head = table.columns.map((column) =>
    make("th", { scope: "col", class: column.text ? "number" : null }, column.name, column.kind && mixedMark(column.kind) ? [" ", mixedMark(column.kind)] : []));
  const rows = table.rows.slice(0, MOST_ROWS).map((row) => make("tr", {}, row.map((value, at) => cell(value, table.columns[at], at === 0))));
  const { length } = table.rows, cut = length > MOST_ROWS ? ` (${say("{shown} of {all} rows; files hold all", { shown: MOST_ROWS, all: length })})` : "";
  return make("div.scroll", { tabindex: 0, "data-scroll": `table-${id}`, role: "region", "aria-label": table.caption },
    make("table", {}, make("caption", {}, table.caption, cut), make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
}

function cell(value, column, heads) {
  if (heads) return make("th", { scope: "row", lang: column.lang ?? null }, value);
  if (!column.text) return make("td", { "data-name": column.name, lang: column.lang ?? null }, value ?? MISSING);
  return make("td.number", {}, value === null ? MISSING : make("data", { value: value.toString() }, column.text(value)));
}
