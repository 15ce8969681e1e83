/**
 * Files of what is shown: a table as CSV or XLSX, each with what it holds in its head.
 *
 * @typedef {[string, string][]} Head  name and words: period, filter, kind
 */
const DECIMALS = 6;

function plainNumber(value) {
  const digits = value.digits(DECIMALS), size = String(digits < 0n ? -digits : digits).padStart(DECIMALS + 1, "0");
  const part = size.slice(-DECIMALS).replace(/0+$/, "");
  return (digits < 0n ? "-" : "") + size.slice(0, -DECIMALS) + (part && `.${part}`);
}

/** A cell of CSV: numbers with a point in any language; no text that a spreadsheet takes for a formula. */
function csvCell(value) {
  if (value === null) return "";
  if (value instanceof Fraction) return plainNumber(value);
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Names of columns, each with its kind where the page holds several. */
const headers = (table) => table.columns.map(({ name, kind }) => (kind && mixedMark(kind) ? `${name} (${say(kind)})` : name));

/** @param {Table} table @param {Head} head */
function csv(table, head) {
  const above = head.map(([name, text]) => csvCell(`# ${name}: ${text.replace(/\s+/g, " ")}`));
  const lines = [headers(table), ...table.rows].map((line) => line.map(csvCell).join(","));
  return "\ufeff" + [...above, ...lines].map((line) => `${line}\r\n`).join("");
}

/** @param {Table} table @param {Head} head @returns {Uint8Array} a workbook of one sheet */
function xlsx(table, head) {
  const lines = [...head, [], headers(table), ...table.rows];
  const cell = (value) => {
    if (value === null) return tag("c", {});
    if (value instanceof Fraction) return tag("c", {}, tag("v", {}, plainNumber(value)));
    return tag("c", { t: "inlineStr" }, tag("is", {}, tag("t", { "xml:space": "preserve" }, escaped(value))));
  };
  const space = "http://schemas.openxmlformats.org/", main = `${space}spreadsheetml/2006/main`, relations = `${space}package/2006/relationships`;
  const office = `${space}officeDocument/2006/relationships`, type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const related = (kind, target) => tag("Relationships", { xmlns: relations }, tag("Relationship", { Id: "rId1", Type: `${office}/${kind}`, Target: target }));
  return zip({
    "[Content_Types].xml": tag("Types", { xmlns: `${space}package/2006/content-types` },
      tag("Default", { Extension: "rels", ContentType: "application/vnd.openxmlformats-package.relationships+xml" }),
      tag("Override", { PartName: "/xl/workbook.xml", ContentType: `${type}.sheet.main+xml` }),
      tag("Override", { PartName: "/xl/worksheets/sheet1.xml", ContentType: `${type}.worksheet+xml` })),
    "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml": tag("workbook", { xmlns: main, "xmlns:r": office }, tag("sheets", {}, tag("sheet", { name: "1", sheetId: "1", "r:id": "rId1" }))),
    "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/sheet1.xml"),
    "xl/worksheets/sheet1.xml": tag("worksheet", { xmlns: main }, tag("sheetData", {}, ...lines.map((line) => tag("row", {}, ...line.map(cell))))),
  });
}

/** Text inside XML; characters that XML cannot hold are left out. */
const escaped = (text) => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
  .replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

/** An element of XML; what is inside is XML already. */
function tag(name, attributes, ...inside) {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`).join("");
  return inside.length ? `<${name}${written}>${inside.join("")}<${"/"}${name}>` : `<${name}${written}/>`;
}

const CRC = Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte >>> 0;
});
const crc32 = (bytes) => (bytes.reduce((sum, byte) => CRC[(sum ^ byte) & 255] ^ (sum >>> 8), -1) ^ -1) >>> 0;

/**
 * A ZIP archive of texts, not compressed, dated 1 January 1980.
 * @param {Object<string, string>} files by name
 */
function zip(files) {
  const encoder = new TextEncoder(), parts = [], list = [];
  let at = 0;
  const little = (...fields) => new Uint8Array(fields.flatMap(([value, width]) => Array.from({ length: width }, (_, byte) => (value >>> (8 * byte)) & 255)));
  const add = (bytes) => { parts.push(bytes); at += bytes.length; };
  for (const [path, text] of Object.entries(files)) {
    const name = encoder.encode(path), bytes = encoder.encode(text), start = at;
    const about = [[20, 2], [0, 2], [0, 2], [0, 2], [33, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2]];
    add(little([0x04034b50, 4], ...about));
    add(name);
    add(bytes);
    list.push(little([0x02014b50, 4], [20, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [start, 4]), name);
  }
  const start = at;
  list.forEach(add);
  const count = list.length / 2;
  add(little([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [at - start, 4], [start, 4], [0, 2]));
  const made = new Uint8Array(at);
  parts.reduce((place, bytes) => (made.set(bytes, place), place + bytes.length), 0);
  return made;
}
