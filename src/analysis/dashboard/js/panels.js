/** The panels on the ledger: cards, services by type and segment, and the courses over time. */

const perspectives = ["Financial", "Customer", "Internal processes", "People"];
const kpiOf = (id) => data.kpis.find((kpi) => kpi.id === id);
const kind = data.case.kind;

/** Everything that the panels draw from, worked out once for each change. */
function view() {
  const cube = reduce(state.quarters, state.types, state.segments);
  const chosen = chosenQuarters(state.quarters);
  const split = Boolean(state.types.size || state.segments.size);
  const now = { cube, chosen, split, last: chosen.at(-1) };
  return data.okr ? { ...now, ...scored(okrQuarter(now)) } : now;
}

let lastScored = { key: "" };

/** Scores in a quarter, worked out anew only when the quarter or a target is another. */
function scored(at) {
  const key = JSON.stringify([at, [...state.goals]]);
  if (key !== lastScored.key) {
    const results = evaluate(at, state.goals);
    lastScored = { key, results, nodes: scorecard(results) };
  }
  return lastScored;
}

const sumsAt = (now, places, which = "part") => places.map((at) => now.cube.quarters[at][which]);

/** An indicator in the chosen quarters, and against the period before and the year before. */
function measured(kpi, now) {
  const apart = unsplit(kpi, state);
  const reason = apart || unrecorded(measuresOf(kpi), now.chosen);
  const value = (places) => (apart || places === null ? null : kpiValue(kpi, places, sumsAt(now, places)));
  const own = value(now.chosen);
  const bases = [before(now.chosen), earlier(now.chosen, 4)].map((places) => {
    const base = value(places);
    return { places, value: base, against: against(kpi, own, base), reason: places === null ? "" : unrecorded(measuresOf(kpi), places) };
  });
  return { reason: reason || (own === null ? say("nothing recorded to divide by") : ""), value: own, bases };
}

/** Put the selection in words. */
function selectionWords(now) {
  const names = (name) => [...state[name]].sort((a, b) => a - b).map((at) => SLICERS[name].name(SLICERS[name].members[at]));
  const parts = [state.quarters.size ? periodName(now.chosen) : say("All quarters")];
  if (data.types.length) parts.push(state.types.size ? listed(names("types")) : say("all service types"));
  if (data.segments.length) parts.push(state.segments.size ? listed(names("segments")) : say("all segments"));
  return parts.join(" · ");
}

function card(kpi, now) {
  const { reason, value, bases } = measured(kpi, now);
  const change = (base, words) => {
    const found = base.against;
    return make("div.change", {},
      make("dt", {}, base.places === null ? words : `${say("on")} ${periodName(base.places)}`),
      make("dd", { class: found ? ["bad", "even", "good"][found.good + 1] : null },
        found ? make("data", { value: found.change.toString() }, found.text) : MISSING));
  };
  return make("article.card", { "data-kpi": kpi.id, "aria-label": named(kpi.name) },
    make("h4", {}, named(kpi.name)),
    make("p.big", {}, value === null ? make("span.none", {}, say("not available")) : [
      make("data", { value: value.toString() }, kpi.unit === "%" ? withUnit(value, "%", kpi.decimals) : decimal(value, kpi.decimals)),
      kpi.unit === "%" ? null : make("span.unit", {}, ` ${named(kpi.unit)}`)]),
    make("dl", {}, change(bases[0], say("period before")), change(bases[1], say("year before"))),
    make("p.why", {}, reason || [...new Set(bases.map((base) => base.reason))].filter(Boolean).join("; "), " ", kindMark(kind)));
}

function cardsTable(now) {
  const found = data.kpis.map((kpi) => [kpi, measured(kpi, now)]);
  const decimals = (value) => decimal(value, 2);
  const sum = (kpi, name) => (name === null || unsplit(kpi, state) || gaps([name], now.chosen).length ? null :
    new Fraction(BigInt(sumsAt(now, now.chosen).reduce((total, one) => total + one[name], 0))));
  return {
    caption: `${say("Indicators")}: ${selectionWords(now)}`,
    columns: [
      { name: say("Indicator") }, { name: say("Value"), text: decimals, kind }, { name: say("Unit") },
      { name: say("Period before"), text: decimals, kind }, { name: say("Year before"), text: decimals, kind },
      { name: say("Numerator"), text: decimal, kind }, { name: say("Denominator"), text: decimal, kind }, { name: say("Definition") },
    ],
    rows: found.map(([kpi, { reason, value, bases }]) => [
      named(kpi.name), value, named(kpi.unit), bases[0].value, bases[1].value,
      sum(kpi, kpi.numerator), sum(kpi, kpi.denominator), reason || named(kpi.definition),
    ]),
  };
}

function cardsPanel() {
  return {
    id: "cards", title: "Indicators", kind, wide: true,
    note: () => say("Shares change in percentage points (pp), everything else in per cent; green is the good direction."),
    draw: (now) => perspectives.map((name) => {
      const own = data.kpis.filter((kpi) => kpi.perspective === name);
      return own.length ? make("div.lane", { "data-count": own.length }, make("h3", {}, named(name)), make("div.cards", {}, own.map((kpi) => card(kpi, now)))) : null;
    }),
    table: cardsTable,
  };
}

const count = (value) => decimal(new Fraction(BigInt(value)));

/** Services of each member of a slicer, the selection over all of it. */
function membersPanel(id, name, title) {
  const slicer = SLICERS[name];
  const order = (now) => slicer.members.map((_, at) => at).sort((a, b) =>
    now.cube[name][b].whole.services - now.cube[name][a].whole.services || a - b);
  const sales = "sales_centimos" in data.cube.sums;
  const lost = (now) => unrecorded(["services"], now.chosen);
  return {
    id, title, kind,
    note: (now) => lost(now) ||
      `${say("Services in {period}.", { period: state.quarters.size ? periodName(now.chosen) : say("all quarters") })} ${now.split ? say("Solid: the selection; pale: all.") : ""}`,
    draw: (now) => bars(id, say(title), order(now).map((at) => {
      const { whole, part } = now.cube[name][at], member = slicer.name(slicer.members[at]), known = !lost(now);
      const label = now.split ? say("{part} of {whole}", { part: count(part.services), whole: count(whole.services) }) : count(whole.services);
      return {
        key: slicer.key(slicer.members[at]), name: member, label: known ? label : MISSING,
        whole: known ? whole.services : null, part: known ? part.services : null,
        chosen: true, pressed: state[name].has(at), tip: `${member}: ${lost(now) || `${label} ${say("services")}`}`,
        pick: (more) => change(() => choose(state[name], at, more)),
      };
    })),
    table: (now) => {
      const total = now.cube[name].reduce((sum, { part }) => sum + part.services, 0);
      const money = kpiOf("sales"), known = !lost(now);
      return {
        caption: `${say(title)}: ${selectionWords(now)}`,
        columns: [
          { name: say(slicer.title) }, { name: say("Services, selection"), text: decimal, kind },
          { name: say("Share of the selection"), text: percent, kind }, { name: say("Services, all"), text: decimal, kind },
          ...(sales ? [{ name: `${say("Sales, selection")} (${named(money.unit)})`, text: (value) => decimal(value, 2), kind }] : []),
        ],
        rows: order(now).map((at) => {
          const { whole, part } = now.cube[name][at];
          return [
            slicer.name(slicer.members[at]), known ? new Fraction(BigInt(part.services)) : null,
            known && total ? new Fraction(BigInt(part.services), BigInt(total)) : null, known ? new Fraction(BigInt(whole.services)) : null,
            ...(sales ? [kpiValue(money, now.chosen, [part])] : []),
          ];
        }),
      };
    },
  };
}

/** An indicator by quarter, the selection over all of it, with its change on the year before. */
function coursePanel(id, kpiId, title, look) {
  const kpi = kpiOf(kpiId), year = (at) => earlier([at], 4);
  const at = (now, place, which) => kpiValue(kpi, [place], sumsAt(now, [place], which));
  return {
    id, title, kind,
    note: (now) => {
      const reason = unsplit(kpi, state);
      if (reason) return `${reason}; ${say("pale: the whole firm.")}`;
      const unit = `${named(kpi.definition)}, ${named(kpi.unit)}.`;
      return `${unit} ${look === "columns" ? say("Line: the year before.") : ""} ${now.split ? say("Solid: the selection; pale: all.") : ""}`;
    },
    draw: (now) => {
      const reason = unsplit(kpi, state);
      const parts = data.quarters.map((_, place) => (reason ? null : at(now, place, "part")));
      const write = short(parts, kpi.unit === "%" ? 0 : kpi.decimals && 1);
      return times(id, say(title), data.quarters.map((quarter, place) => {
        const whole = at(now, place, "whole"), part = parts[place], ago = year(place);
        const agoValue = ago && !reason ? at(now, ago[0]) : null;
        const compared = against(kpi, part, agoValue);
        const words = part === null ? unrecorded(measuresOf(kpi), [place]) || `${quarterName(quarter.label)}: ${say("not available")}` : `${quarterName(quarter.label)}: ${withUnit(part, kpi.unit, kpi.decimals)}`;
        const tip = [words, now.split && whole !== null ? say("all: {value}", { value: withUnit(whole, kpi.unit, kpi.decimals) }) : "",
          compared ? `${compared.text} ${say("on {period}", { period: periodName(ago) })}` : ""].filter(Boolean).join("; ");
        return {
          key: quarter.label, name: quarterName(quarter.label).slice(0, 2), year: quarter.label.slice(0, 4), tip,
          label: part === null ? (whole === null ? MISSING : "") : write(part), delta: compared?.text, good: compared?.good,
          whole: whole?.number ?? null, part: part?.number ?? null, ago: look === "columns" ? agoValue?.number ?? null : null,
          chosen: !state.quarters.size || state.quarters.has(place), pressed: state.quarters.has(place),
          pick: (more) => change(() => choose(state.quarters, place, more)),
        };
      }), look);
    },
    table: (now) => {
      const text = (value) => decimal(value, Math.max(kpi.decimals, kpi.unit === data.case.currency ? 2 : 0)), reason = unsplit(kpi, state);
      return {
        caption: `${say(title)}: ${selectionWords(now)}`,
        columns: [
          { name: say("Quarter") }, { name: `${say("Selection")} (${named(kpi.unit)})`, text, kind }, { name: say("All"), text, kind },
          { name: say("Year before"), text, kind }, { name: say("Change"), text: (value) => (kpi.unit === "%" ? points(value) : percent(value, 1, true)), kind },
        ],
        rows: data.quarters.map((quarter, place) => {
          const part = reason ? null : at(now, place, "part"), ago = year(place);
          const agoValue = ago && !reason ? at(now, ago[0]) : null;
          return [quarterName(quarter.label), part, at(now, place, "whole"), agoValue, against(kpi, part, agoValue)?.change ?? null];
        }),
      };
    },
  };
}

/** The sums of the selection, for the CSV file of it. */
function selectionTable() {
  const { quarter, type, segment, sums } = data.cube;
  const inside = (chosen, at) => !chosen.size || chosen.has(at);
  const sum = (name, row) => (gaps([name], [quarter[row]]).length ? null : new Fraction(BigInt(sums[name][row])));
  const rows = [];
  for (let row = 0; row < quarter.length; row++) {
    if (!inside(state.quarters, quarter[row]) || !inside(state.types, type[row]) || !inside(state.segments, segment[row])) continue;
    rows.push([data.quarters[quarter[row]].label, data.types[type[row]]?.id ?? ALL, data.segments[segment[row]]?.id ?? ALL,
      ...measures.map((name) => sum(name, row)), kind]);
  }
  return { caption: "", columns: ["quarter", "service_type", "segment", ...measures, "kind"].map((name) => ({ name })), rows };
}
