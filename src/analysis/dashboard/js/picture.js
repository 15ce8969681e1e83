/**
 * A chart as a picture that can stand alone: title, period, filter and kind above it. The same
 * strokes make an SVG or a PNG.
 *
 * @typedef {{marks: Mark[], look: "bars"|"columns"|"pins", title: string, note: string}} Chart
 */
const WIDTH = 960, EDGE = 32, LINE = 22;
const FONT = "'IBM Plex Sans', system-ui, sans-serif";

/** Strokes of an SVG. */
function svgPen() {
  const parts = [];
  return {
    rect: (x, y, width, height, fill) => parts.push(tag("rect", { x, y, width, height, fill })),
    frame: (x, y, width, height) => parts.push(tag("rect", { x, y, width, height, fill: "none", stroke: "#222222" })),
    text: (x, y, words, { size = 13, weight = 400, fill = "#222222", anchor = "start" } = {}) =>
      parts.push(tag("text", { x, y, fill, "font-size": size, "font-weight": weight, "text-anchor": anchor }, escaped(words))),
    done: (height, title) => tag("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, "font-family": FONT, role: "img" },
      tag("title", {}, escaped(title)), tag("rect", { width: WIDTH, height, fill: "#ffffff" }), ...parts),
  };
}

/** Strokes of a canvas, at twice the size. */
function canvasPen(height) {
  const canvas = make("canvas", { width: 2 * WIDTH, height: 2 * height }), pen = canvas.getContext("2d");
  pen.scale(2, 2);
  const rect = (x, y, width, height_, fill) => { pen.fillStyle = fill; pen.fillRect(x, y, width, height_); };
  rect(0, 0, WIDTH, height, "#ffffff");
  return {
    rect,
    frame: (...box) => pen.strokeRect(...box),
    text: (x, y, words, { size = 13, weight = 400, fill = "#222222", anchor = "start" } = {}) => {
      Object.assign(pen, { font: `${weight} ${size}px ${FONT}`, fillStyle: fill, textAlign: { start: "left", middle: "center", end: "right" }[anchor] });
      pen.fillText(words, x, y);
    },
    done: () => canvas,
  };
}

const heightOf = (chart, head) => 60 + LINE * (head.length + 1) + (chart.look === "bars" ? 30 * chart.marks.length : 320) + EDGE;

/**
 * Draw a chart with a pen.
 * @param {Chart} chart @param {Head} head
 */
function paint(chart, head, pen) {
  const style = getComputedStyle(root), colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const [strong, light, pale] = root.dataset.theme === "dark" ? ["#5b6c7d", "#9fadb9", "#e0e6eb"] : ["solid", "other", "pale"].map(colour);
  pen.text(EDGE, 42, chart.title, { size: 20, weight: 600 });
  pen.text(EDGE, 68, chart.note, { fill: "#5a5f66" });
  head.forEach(([name, words], at) => pen.text(EDGE, 68 + LINE * (at + 1), `${name}: ${words}`, { fill: "#5a5f66" }));
  const top = 66 + LINE * (head.length + 1), longest = Math.max(...lengths(chart.marks), 1e-9);
  const ink = (mark) => (mark.chosen ? strong : light);
  if (chart.look === "bars") {
    const left = 300, room = WIDTH - left - 170;
    chart.marks.forEach((mark, at) => {
      const y = top + 30 * at, wide = (value) => Math.max(0, ((value ?? 0) / longest) * room);
      pen.text(left - 12, y + 16, mark.name, { anchor: "end" });
      pen.rect(left, y + 2, wide(mark.whole), 20, pale);
      pen.rect(left, y + 2, wide(mark.part), 20, ink(mark));
      pen.text(left + wide(Math.max(mark.whole ?? 0, mark.part ?? 0)) + 8, y + 16, mark.label);
    });
    return;
  }
  const step = (WIDTH - 2 * EDGE) / chart.marks.length, floor = top + 272, pin = chart.look === "pins";
  chart.marks.forEach((mark, at) => {
    const middle = EDGE + step * (at + 0.5), high = (value) => Math.max(0, ((value ?? 0) / longest) * 236), size = pin ? 5 : step * 0.7;
    const upright = (value, fill) => { if (value !== null && value !== undefined) pen.rect(middle - size / 2, floor - high(value), size, high(value), fill); };
    upright(mark.whole, pale);
    upright(mark.part, ink(mark));
    if (mark.plan) pen.frame(middle - step * 0.42, floor - high(mark.plan), step * 0.84, high(mark.plan));
    if (mark.ago) pen.rect(middle - step * 0.45, floor - high(mark.ago), step * 0.9, 2, "#222222");
    const above = floor - high(Math.max(mark.part ?? mark.whole ?? 0, mark.ago ?? 0, mark.plan ?? 0)) - 6;
    if (chart.marks.length <= DENSE || mark.chosen) pen.text(middle, above, mark.label, { anchor: "middle", size: 12 });
    pen.text(middle, floor + 18, mark.name, { anchor: "middle", size: 12 });
    if (at === 0 || chart.marks[at - 1].year !== mark.year) pen.text(middle, floor + 36, mark.year, { anchor: "middle", size: 12, fill: "#5a5f66" });
  });
  pen.rect(EDGE, floor, WIDTH - 2 * EDGE, 1, "#5a5f66");
}

/** @param {Chart} chart @param {Head} head @returns {string} */
function svgOf(chart, head) {
  const pen = svgPen();
  paint(chart, head, pen);
  return pen.done(heightOf(chart, head), [chart.title, ...head.map((pair) => pair.join(": "))].join("; "));
}

/** @returns {Promise<Blob>} */
function pngOf(chart, head) {
  const pen = canvasPen(heightOf(chart, head));
  paint(chart, head, pen);
  return new Promise((done) => pen.done().toBlob(done, "image/png"));
}
