/**
 * What is shown, held in the address so that a view can be shared, reopened and undone with Back.
 *
 * @typedef {Object} State
 * @property {Set<number>} months positions; empty means all, and so for the next three
 * @property {Set<number>} types
 * @property {Set<number>} segments
 * @property {Set<string>} verdicts
 * @property {string} find text that claims must hold
 * @property {string} kpi the indicator that charts show
 * @property {"year"|"quarter"|"month"} grain of the course over time
 * @property {Map<string, {target: number, amount: string}>} goals what-ifs by key result
 * @property {Set<string>} open panels whose table is shown
 * @property {Map<string, string>} views by name, what the address says of them
 * @property {string} theme "light", "dark", or empty for the system's
 */
const ALL = "all";

/** @returns {State} */
function initial() {
  return {
    months: new Set(placesOf(data.current)), types: new Set(), segments: new Set(), verdicts: new Set(), find: "",
    kpi: data.kpis[0]?.id ?? "", grain: monthCount > 12 || Object.values(data.recorded).some((one) => one.kept === "quarter") ? "quarter" : "month",
    goals: new Map(), open: new Set(), views: new Map(), theme: "",
  };
}

/** The view at first, and what the address named that is not in this file. */
let state, unknown = [];

/** Members of each slicer, and the letter by which the address names them. */
const own = data.case.kind === "synthetic" ? (name) => named(name) : (name) => name;
const serves = "services" in data.measures;
const SLICERS = {
  types: { letter: "t", title: serves ? "Service type" : "What is sold", members: data.types },
  segments: { letter: "s", title: "Customer segment", members: data.segments },
};

/** Read an address; what it does not know, or names wrongly, stays as at first and is noted. */
function fromAddress(address = location.hash) {
  const read = initial();
  unknown = [];
  const given = new Map(address.slice(1).split("&").map((part) => part.split("=")).filter((pair) => pair.length === 2));
  const list = (name) => (given.get(name) ?? "").split(",").filter(Boolean).map(decode);
  const found = (wanted, places) => (places.length ? places : (unknown.push(wanted), []));
  const months = list("q").flatMap((label) => (label === ALL ? [] : found(label, placesOf(label))));
  if (months.length || list("q").includes(ALL)) read.months = new Set(months);
  for (const [name, { letter, members }] of Object.entries(SLICERS)) {
    read[name] = new Set(list(letter).flatMap((id) => found(id, members.flatMap((member, at) => (member.id === id ? [at] : [])))));
  }
  read.verdicts = new Set(list("v"));
  read.open = new Set(list("table"));
  read.find = decode(given.get("find") ?? "");
  read.views = new Map(list("views").map((text) => [text.slice(0, text.indexOf("~")), text.slice(text.indexOf("~") + 1)]).filter(([name]) => name));
  if (data.kpis.some((kpi) => kpi.id === given.get("m"))) read.kpi = given.get("m");
  if (given.get("by") in SIZES) read.grain = given.get("by");
  for (const [id, target, amount] of list("goal").map((text) => text.split("~"))) {
    const result = data.okr?.results.find((one) => one.id === id);
    if (result?.targets[target] && /^-?\d+(\.\d+)?$/.test(amount)) read.goals.set(id, { target: Number(target), amount });
  }
  if (["light", "dark"].includes(given.get("theme"))) read.theme = given.get("theme");
  if (given.get("lang") in LANGUAGES) language = given.get("lang");
  state = read;
}

/** Text of a part of the address; as it stands if it is not well formed. */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The state as it stands after the # of the address. */
function toAddress({ views = state.views } = {}) {
  const parts = [], first = initial();
  const add = (name, items) => parts.push(`${name}=${items.map(encodeURIComponent).join(",")}`);
  if (monthCount) add("q", state.months.size ? labelsOf(state.months) : [ALL]);
  for (const [name, { letter, members }] of Object.entries(SLICERS)) {
    if (state[name].size) add(letter, [...state[name]].sort((a, b) => a - b).map((at) => members[at].id));
  }
  if (state.kpi !== first.kpi) add("m", [state.kpi]);
  if (state.grain !== first.grain) add("by", [state.grain]);
  if (state.verdicts.size) add("v", [...state.verdicts].sort());
  if (state.find) add("find", [state.find]);
  if (state.goals.size) add("goal", [...state.goals].map(([id, goal]) => `${id}~${goal.target}~${goal.amount}`));
  if (state.open.size) add("table", [...state.open].sort());
  if (views.size) add("views", [...views].map((pair) => pair.join("~")));
  if (state.theme) add("theme", [state.theme]);
  add("lang", [language]);
  return `#${parts.join("&")}`;
}

/** In a notebook's frame the address is the notebook's. */
const addressed = () => location.protocol !== "about:";

let lastStep = "";

/**
 * Put the state into the address, so that Back undoes the step.
 * @param {string} step steps of one name, such as moves of a slider, are one
 */
function remember(step = "") {
  if (!addressed() || toAddress() === location.hash) return;
  history[step && step === lastStep ? "replaceState" : "pushState"](null, "", toAddress());
  lastStep = step;
}

/**
 * Choose one member of a slicer, as a click on its button or bar does.
 * @param {Set} chosen @param {*} member
 * @param {boolean} several add or take away, instead of choosing it alone
 */
function choose(chosen, member, several) {
  const alone = chosen.size === 1 && chosen.has(member);
  if (several) {
    if (!chosen.delete(member)) chosen.add(member);
  } else {
    chosen.clear();
    if (!alone) chosen.add(member);
  }
}
