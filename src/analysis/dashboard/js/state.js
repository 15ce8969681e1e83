/**
 * What is shown, kept in the address so that a view can be shared or reopened.
 *
 * @typedef {Object} State
 * @property {Set<number>} quarters positions; empty means all, and so for the next three
 * @property {Set<number>} types
 * @property {Set<number>} segments
 * @property {Set<string>} verdicts
 * @property {string} find text that claims must hold
 * @property {Map<string, {target: number, amount: string}>} goals what-ifs by key result
 * @property {Set<string>} open panels whose table is shown
 * @property {string} theme "light", "dark", or empty for the system's
 */
const ALL = "all";

/** @returns {State} */
function initial() {
  const current = data.quarters.findIndex((quarter) => quarter.label === data.current);
  return {
    quarters: new Set(current < 0 ? [] : [current]), types: new Set(), segments: new Set(),
    verdicts: new Set(), find: "", goals: new Map(), open: new Set(), theme: "",
  };
}

let state = initial();

/** Members of each slicer, and the key by which the address names them. */
const SLICERS = {
  quarters: { letter: "q", title: "Quarter", members: data.quarters, key: (member) => member.label, name: (member) => quarterName(member.label) },
  types: { letter: "t", title: "Service type", members: data.types, key: (member) => member.id, name: (member) => named(member.name) },
  segments: { letter: "s", title: "Customer segment", members: data.segments, key: (member) => member.id, name: (member) => named(member.name) },
};

/** Read the address; what it does not know, or names wrongly, stays as at first. */
function fromAddress() {
  const read = initial();
  const said = new Map(location.hash.slice(1).split("&").map((part) => part.split("=")).filter((pair) => pair.length === 2));
  const list = (name) => (said.get(name) ?? "").split(",").filter(Boolean).map(decode);
  for (const [name, { letter, members, key }] of Object.entries(SLICERS)) {
    if (!said.has(letter)) continue;
    const places = list(letter).map((wanted) => members.findIndex((member) => key(member) === wanted));
    read[name] = new Set(places.filter((at) => at >= 0));
  }
  read.verdicts = new Set(list("v"));
  read.open = new Set(list("table"));
  read.find = decode(said.get("find") ?? "");
  for (const [id, target, amount] of list("goal").map((text) => text.split("~"))) {
    const result = data.okr?.results.find((one) => one.id === id);
    if (result?.targets[target] && /^-?\d+(\.\d+)?$/.test(amount)) read.goals.set(id, { target: Number(target), amount });
  }
  if (["light", "dark"].includes(said.get("theme"))) read.theme = said.get("theme");
  if (["en", "es"].includes(said.get("lang"))) language = said.get("lang");
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
function toAddress() {
  const parts = [];
  const add = (name, items) => parts.push(`${name}=${items.map(encodeURIComponent).join(",")}`);
  for (const [name, { letter, members, key }] of Object.entries(SLICERS)) {
    const items = [...state[name]].sort((a, b) => a - b).map((at) => key(members[at]));
    if (name === "quarters" && !items.length) add(letter, [ALL]);
    else if (items.length) add(letter, items);
  }
  if (state.verdicts.size) add("v", [...state.verdicts].sort());
  if (state.find) add("find", [state.find]);
  if (state.goals.size) add("goal", [...state.goals].map(([id, goal]) => `${id}~${goal.target}~${goal.amount}`));
  if (state.open.size) add("table", [...state.open].sort());
  if (state.theme) add("theme", [state.theme]);
  add("lang", [language]);
  return `#${parts.join("&")}`;
}

/** Put the state into the address, save in a notebook's frame, whose address is the notebook's. */
function remember() {
  if (location.protocol !== "about:") history.replaceState(null, "", toAddress());
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
