/** The first screen: one sentence, the indicators, the joint score, and key results by status. */

const kpiOf = (id) => data.kpis.find((kpi) => kpi.id === id);
const kind = data.case.kind;

/** Everything that the panels draw from, worked out once for each change. */
function view() {
  const shown = kpiOf(state.kpi);
  const cube = reduce(state, shown ? measuresOf(shown) : []);
  const chosen = chosenMonths(state.months);
  const split = Boolean(state.types.size || state.segments.size);
  const now = { cube, chosen, split, kpi: shown };
  return data.okr ? { ...now, ...scored(okrQuarter(now)) } : now;
}

/** The quarter that OKRs are shown for: that of the last month chosen, or the case’s current one; none that is not over. */
function okrQuarter(now) {
  const current = placesOf(data.current), last = (state.months.size || !current.length ? now.chosen : current).at(-1);
  const whole = startOf(quarterOf(last)) + 3 <= monthCount;
  return quarterOf(last) - (whole ? 0 : 1);
}

let lastScored = { key: "" };

/** Scores in a quarter, worked out anew only when the quarter or a target is another. */
function scored(quarter) {
  const key = JSON.stringify([quarter, [...state.goals]]);
  if (key !== lastScored.key) {
    const results = evaluate(quarter, state.goals), asGiven = state.goals.size ? evaluate(quarter, new Map()) : results;
    lastScored = { key, quarter, results, asGiven, nodes: scorecard(results) };
  }
  return lastScored;
}

/** An indicator in the chosen months, and against the period before and the year before. */
function measured(kpi, now) {
  const apart = unsplit(kpi, state), sums = now.cube.months.part;
  const reason = apart || unrecorded(measuresOf(kpi), now.chosen);
  const value = (places) => (apart || places === null ? null : kpiValue(kpi, places, sums));
  const own = value(now.chosen), chance = chanceOf(kpi, now.chosen, now.split);
  const bases = [before(now.chosen), earlier(now.chosen, 12)].map((places, at) => {
    const base = value(places), found = against(kpi, own, base), range = chance?.[at + 1] ?? [];
    const likely = mayBeChance(chance, range);
    return {
      places, value: base, range, byChance: likely && found !== null, against: found && likely ? { ...found, good: 0 } : found,
      gaps: places === null ? [] : gaps(measuresOf(kpi), places),
    };
  });
  const lost = [...new Set(bases.flatMap((base) => base.gaps))].sort((a, b) => a - b);
  return {
    reason: reason || (own === null ? say("nothing recorded to divide by") : ""),
    value: own, bases, plan: planOf(kpi, now.chosen, now.split), range: chance?.[0] ?? [],
    lost: lost.length ? say("Not recorded: {period}", { period: periodName(lost) }) : "",
  };
}

/** Put the selection in words. */
const periodWords = (now) => (state.months.size ? periodName(now.chosen) : say("All periods"));
const memberNames = (name) => [...state[name]].sort((a, b) => a - b).map((at) => own(SLICERS[name].members[at].name));
function filterWords() {
  const parts = [];
  if (data.types.length) parts.push(state.types.size ? listed(memberNames("types")) : say(serves ? "all service types" : "all kinds"));
  if (data.segments.length) parts.push(state.segments.size ? listed(memberNames("segments")) : say("all segments"));
  return parts.join(" · ") || say("the whole firm");
}
const selectionWords = (now) => [periodWords(now), filterWords()].join(" · ");

/** The groups of statuses, with the sign that stands beside the colour. */
const STATUS = { met: "good", "good enough": "good", behind: "bad", "below baseline": "bad", "cannot tell": "even" };
const SIGNS = { good: "✓", bad: "✗", even: "?" };
const GROUPS = { good: "on track", bad: "off track", even: "cannot tell" };
const countOf = (results, group) => results.filter((one) => STATUS[one.status] === group).length;

/** How the period went, in a sentence or two. */
function sentence(now) {
  const found = data.kpis.map((kpi) => ({ kpi, ...measured(kpi, now) }));
  const at = found.some((one) => one.bases[1].against) ? 1 : 0;
  const judged = found.filter((one) => one.kpi.better !== "none" && one.bases[at].against);
  const side = (good) => judged.filter((one) => one.bases[at].against.good === good);
  const names = (list) => {
    const first = list.slice(0, 3).map((one) => `${named(one.kpi.name)} ${one.bases[at].against.text}`).join(", ");
    return list.length ? ` (${first}${list.length > 3 ? " …" : ""})` : "";
  };
  const [better, worse] = [side(1), side(-1)];
  const alone = judged.length === 1 ? `${named(judged[0].kpi.name)} ${judged[0].bases[at].against.text}` : "";
  return [
    alone ? say("{period} against {base}: {change}.", {
      period: periodWords(now), base: periodName(judged[0].bases[at].places), change: alone,
    }) : judged.length ? say("{period} against {base}: better in {better} of {all} indicators{those}, worse in {worse}{others}.", {
      period: periodWords(now), base: periodName(judged[0].bases[at].places), better: better.length, all: judged.length,
      those: names(better), worse: worse.length, others: names(worse),
    }) : say("{period}: there is no earlier period to compare with.", { period: periodWords(now) }),
    now.results ? say("Key results of {quarter}: {good} on track, {bad} off track, {open} cannot be judged; the joint score is {score}.", {
      quarter: oneName(startOf(now.quarter), 3), good: countOf(now.results, "good"), bad: countOf(now.results, "bad"),
      open: countOf(now.results, "even"), score: scoreText(shownScore(now.nodes[0].box)),
    }) : "",
  ].filter(Boolean).join(" ");
}

/** Ends of an interval in per cent or points: 68.6 to 84.0%. */
const rangeText = ([low, high], sign) => say("{low} to {high}", { low: decimal(tenths(low), 1, sign), high: decimal(tenths(high), 1, sign) });

/** The key result that sets a target for an indicator in the months chosen, if one does. */
function targetOf(kpi, now) {
  const quarter = now.chosen.length === 3 && consecutive(now.chosen) && now.chosen[0] === startOf(now.quarter);
  if (!now.results || now.split || !quarter) return null;
  const own = now.results.filter((one) => one.goal !== null && kpi.indicators.includes(one.target.kpi));
  return own.find((one) => one.result.role === "key result") ?? own[0] ?? null;
}

/** Periods of a sparkline. */
const SPARKS = 9;

/** Values of an indicator in periods as long as that chosen, up to it. */
function courseOf(kpi, now) {
  if (!consecutive(now.chosen) || unsplit(kpi, state)) return [];
  const size = now.chosen.length;
  const periods = Array.from({ length: SPARKS }, (_, at) => earlier(now.chosen, size * (SPARKS - 1 - at)));
  return periods.filter(Boolean).map((places) => kpiValue(kpi, places, now.cube.months.part));
}

/** Whether the period before is the year before, as that of a year is. */
const isSame = ([before_, year]) => year.places !== null && before_.places?.[0] === year.places[0];

function card(kpi, now, large) {
  const { reason, value, bases, range, lost, plan } = measured(kpi, now), goal = large ? targetOf(kpi, now) : null, course = courseOf(kpi, now);
  const compared = (base, words) => {
    const found = base.against, range = base.byChance && base.range.length ? rangeText(base.range, true) : "";
    const tip = range && say("95% interval: {range} points. Chance alone may explain the change.", { range });
    return make("div.change", {},
      make("dt", {}, base.places === null ? words : `${say("on")} ${periodName(base.places)}`),
      make("dd", { class: found ? ["bad", "even", "good"][found.good + 1] : null, "data-tip": tip || null },
        found ? make("data", { value: found.change.toString() }, found.text) : MISSING, base.byChance ? make("span.chance", {}, ` ${say("chance?")}`) : null));
  };
  const number = value === null ? "" : kpi.unit === "%" ? withUnit(value, "%", kpi.decimals) : decimal(value, kpi.decimals);
  const interval = range.length ? say("95% interval: {range}%", { range: rangeText(range) }) : "";
  return make(`article.card${large ? ".large" : ""}`, { "data-kpi": kpi.id, "aria-label": named(kpi.name) },
    make("h3", {}, button(`kpi-${kpi.id}`, named(kpi.name), { "data-tip": definitionOf(kpi), "aria-pressed": String(state.kpi === kpi.id) }, () => change(() => { state.kpi = kpi.id; }))),
    make(`p.big${number.length > 11 ? ".long" : ""}`, {}, value === null ? make("span.none", {}, say("not available")) : [
      make("data", { value: value.toString() }, number),
      kpi.unit === "%" ? null : make("span.unit", {}, ` ${named(kpi.unit)}`)]),
    interval ? make("p.range", {}, interval) : null,
    course.length > 1 && value !== null ? spark(course) : null,
    large && (goal || plan === null) ? goalLine(kpi, goal) : null,
    plan === null ? null : planLine(kpi, value, plan),
    make("dl", {}, compared(bases[1], say("year before")), isSame(bases) ? null : compared(bases[0], say("period before"))),
    reason || lost ? make("p.why", {}, reason || lost) : null);
}

/** A sign beside a colour. */
const light = (group) => make(`span.light.${group}`, { "aria-hidden": "true" }, SIGNS[group]);

/** The target of an indicator and how far it is met. */
function goalLine(kpi, goal) {
  if (!goal) return make("p.goal-line", {}, say(aimed().has(kpi) ? "no target for this selection" : "no target"));
  return make("p.goal-line", {}, light(STATUS[goal.status]), ` ${say("target {goal}: {status}", { goal: goalText(goal), status: say(goal.status) })}`);
}

/** A value beside its plan. */
function planLine(kpi, value, plan) {
  const found = against(kpi, value, plan), judged = found && kpi.better !== "none";
  return make("p.goal-line", {}, light(judged ? (found.good < 0 ? "bad" : "good") : "even"), ` ${planText(kpi, value, plan)}`);
}

const planText = (kpi, value, plan) =>
  say("plan {plan}: {change}", { plan: withUnit(plan, kpi.unit, kpi.decimals), change: against(kpi, value, plan)?.text ?? MISSING });

/** Indicators that a key result sets a target for, or a plan. */
function aimed() {
  const keys = new Set((data.okr?.results ?? []).flatMap((one) => one.targets.map((target) => target.kpi)));
  return new Set(data.kpis.filter((kpi) => kpi.id in data.plan || kpi.indicators.some((key) => keys.has(key))));
}

/** Indicators with targets come first and are large, then the others; at least a few are. */
const LARGE = 4;
function ranked() {
  const targets = aimed(), rank = (kpi) => (targets.has(kpi) ? 0 : kpi.better === "none" ? 2 : 1);
  const usual = ["sales", "satisfaction", "services", "productivity", "on_time"];
  const place = (kpi) => (usual.includes(kpi.id) ? usual.indexOf(kpi.id) : usual.length);
  const order = [...data.kpis].sort((a, b) => rank(a) - rank(b) || place(a) - place(b));
  const large = new Set(order.slice(0, LARGE));
  return [data.kpis.filter((kpi) => large.has(kpi)), data.kpis.filter((kpi) => !large.has(kpi))];
}

function cardsTable(now) {
  const found = data.kpis.map((kpi) => [kpi, measured(kpi, now)]);
  const decimals = (value) => decimal(value, 2);
  const sum = (kpi, name) => (name === null || unsplit(kpi, state) || gaps([name], now.chosen).length ? null :
    inUnits(name, now.chosen.reduce((total, at) => total + now.cube.months.part[name][at], 0)));
  return {
    caption: `${say("Indicators")}: ${selectionWords(now)}`,
    columns: [
      { name: say("Indicator") }, { name: say("Value"), text: decimals, kind }, { name: say("Unit") },
      { name: say("Period before"), text: decimals, kind }, { name: say("Year before"), text: decimals, kind },
      ...planColumn(decimals), { name: say("95% interval") },
      { name: say("Numerator"), text: decimals, kind }, { name: say("Denominator"), text: decimals, kind }, { name: say("Definition") },
    ],
    rows: found.map(([kpi, { reason, value, bases, range, plan }]) => [
      named(kpi.name), value, named(kpi.unit), bases[0].value, bases[1].value, ...(planned ? [plan] : []), range.length ? rangeText(range) : null,
      sum(kpi, kpi.numerator), sum(kpi, kpi.denominator), reason || definitionOf(kpi),
    ]),
  };
}

/** The column of plans, where there is any. */
const planned = Object.keys(data.plan).length > 0;
const planColumn = (text) => (planned ? [{ name: say("Plan"), text, kind }] : []);

/** A sum in its unit: céntimos as soles, quarters of an hour as hours. */
const inUnits = (name, sum) => new Fraction(BigInt(sum)).times(Fraction.of(data.measures[name].scale));

function scoreCard(now) {
  const top = now.nodes[0], score = shownScore(top.box), whole = top.box.covered.compare(ONE) === 0;
  const quarter = oneName(startOf(now.quarter), 3);
  const number = score === null ? make("span.none", {}, say("not available")) :
    [make("data", { value: score.toString() }, scoreText(score)), make("span.unit", {}, ` ${say("1 where every target is met")}`)];
  const range = whole ? "" : `: ${say("{low} to {high}", { low: atLeast(top.box.low), high: atMost(top.box.high) })}`;
  return make("article.card.scores-card", { "aria-label": say("Joint score") },
    make("h3", {}, `${say("Joint score")}, ${quarter}`),
    make("p.big", {}, number),
    scoreBar(top.box),
    make("p.why", {}, say("known {known}", { known: percent(top.box.covered, 0) }), range, state.goals.size ? [" ", kindMark("what-if")] : []),
    make("h3", {}, say("Key results")),
    make("div.statuses", {}, Object.entries(GROUPS).map(([group, name]) => {
      const own = now.results.filter((one) => STATUS[one.status] === group);
      return own.length ? make("div.status-row", {}, light(group), make("b", {}, String(own.length)), ` ${say(name)}`,
        make("span.tiles", {}, own.map((one) => make(`button.tile.${group}`, {
          type: "button", "data-key": `tile-${one.result.id}`, "data-tip": `${named(one.result.text)}: ${say(one.status)}`,
          "aria-label": `${one.result.id} ${named(one.result.text)}: ${say(one.status)}`, on: { click: () => showResult(one.result.id) },
        }, one.result.id, group === "bad" ? make("span", {}, ` ${named(one.result.text)}`) : null)))) : null;
    })));
}

/** Go to a key result below. */
function showResult(id) {
  const place = document.querySelector(`[data-result="${CSS.escape(id)}"]`);
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
}

function cardsPanel() {
  const [large, small] = ranked();
  return {
    id: "cards", title: "Indicators", kind, wide: true, led: true,
    note: () => "",
    draw: (now) => make(`div.first${data.okr ? ".scored" : ""}`, {},
      make("div.cards.larges", {}, large.map((kpi) => card(kpi, now, true))),
      data.okr ? scoreCard(now) : null,
      small.length ? make("div.cards.smalls", {}, small.map((kpi) => card(kpi, now, false))) : null),
    table: cardsTable,
  };
}
