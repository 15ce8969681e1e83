/** Charts of the indicator chosen: its course over time, by service type and by segment; the sums. */

/** How an indicator is looked at: sums as columns, ratios as pins. */
const lookOf = (kpi) => (kpi.denominator === null ? "columns" : "pins");
const decimalsOf = (kpi) => Math.max(kpi.decimals, kpi.unit === data.case.currency ? 2 : 0);

/** The indicator chosen by each member of a slicer, the selection over all of it. */
function membersPanel(name, title) {
  const slicer = SLICERS[name];
  const values = (now, which) => slicer.members.map((_, at) => (lacks(now) ? null : memberValue(now.kpi, at, now.cube[name][which], now.chosen)));
  const lacks = (now) => unsplit(now.kpi, { types: new Set(), segments: new Set(), [name]: new Set([0]) }) || unrecorded(measuresOf(now.kpi), now.chosen);
  const sorted = (now) => {
    const whole = values(now, "whole").map((value) => value?.number ?? -1);
    return slicer.members.map((_, at) => at).sort((a, b) => whole[b] - whole[a] || a - b);
  };
  const heading = (now) => say(title, { indicator: named(now.kpi.name) });
  return {
    id: name, title, heading, kind,
    note: (now) => lacks(now) || `${periodWords(now)}, ${named(now.kpi.unit)}. ${now.split ? say("Solid: the selection; pale: all.") : ""}`,
    chart: (now) => {
      const whole = values(now, "whole"), part = values(now, "part"), plain = lookOf(now.kpi) === "columns";
      const write = (value) => decimal(value, now.kpi.decimals) + (now.kpi.unit === "%" && value !== null ? percentSign() : "");
      return { look: "bars", title: heading(now), marks: sorted(now).map((at) => {
        const member = own(slicer.members[at].name), chosen = part[at];
        const both = now.split && plain ? say("{part} of {whole}", { part: write(chosen), whole: write(whole[at]) }) : write(chosen ?? whole[at]);
        const label = lacks(now) ? MISSING : both;
        return {
          key: slicer.members[at].id, name: member, label, whole: whole[at]?.number ?? null, part: chosen?.number ?? null,
          chosen: true, pressed: state[name].has(at), tip: `${member}: ${lacks(now) || `${label} ${now.kpi.unit === "%" ? "" : named(now.kpi.unit)}`.trim()}`,
          pick: (more) => change(() => choose(state[name], at, more)),
        };
      }) };
    },
    draw: (now) => bars(name, heading(now), chartOf(name, now).marks),
    table: (now) => {
      const whole = values(now, "whole"), part = values(now, "part"), plain = lookOf(now.kpi) === "columns", text = (value) => decimal(value, decimalsOf(now.kpi));
      const total = part.reduce((sum, value) => (value === null ? sum : sum.plus(value)), ZERO);
      return {
        caption: `${heading(now)}: ${selectionWords(now)}`,
        columns: [
          { name: say(slicer.title) }, { name: `${say("Selection")} (${named(now.kpi.unit)})`, text, kind },
          ...(plain ? [{ name: say("Share of the selection"), text: percent, kind }] : []), { name: say("All"), text, kind },
        ],
        rows: sorted(now).map((at) => [
          own(slicer.members[at].name), part[at], ...(plain ? [part[at] !== null && total.sign ? part[at].over(total) : null] : []), whole[at],
        ]),
      };
    },
  };
}

/** The indicator chosen by period, the selection over all of it, with its change on the year before. */
function coursePanel() {
  const titles = { year: "{indicator} by year", quarter: "{indicator} by quarter", month: "{indicator} by month" };
  const grains = { year: "by year", quarter: "by quarter", month: "by month" };
  const heading = (now) => say(titles[state.grain], { indicator: named(now.kpi.name) });
  const values = (now) => {
    const { kpi, cube } = now, apart = unsplit(kpi, state);
    const value = (places, which = "part") => (apart && which === "part" ? null : kpiValue(kpi, places, cube.months[which]));
    return periodsBy(state.grain).map((period) => {
      const { places, whole } = period, ago = whole ? earlier(places, 12) : null;
      const part = whole ? value(places) : null, then = ago ? value(ago) : null;
      const chance = chanceOf(kpi, places, now.split), range = chance?.[2] ?? [];
      const found = against(kpi, part, then), compared = found && mayBeChance(chance, range) ? { ...found, good: 0 } : found;
      const all = whole ? value(places, "whole") : null, plan = whole ? planOf(kpi, places, now.split) : null;
      return { ...period, ago, part, then, all, compared, interval: chance?.[0] ?? [], plan };
    });
  };
  const shortName = (places) => {
    if (state.grain === "quarter") return quarterText((inYear(places[0]) % 12) / 3 + 1, "").trim();
    return state.grain === "year" ? "" : monthName(firstMonth + places[0], monthCount > DENSE ? "narrow" : "short", false);
  };
  return {
    id: "course", heading, kind,
    note: (now) => {
      const { kpi } = now, reason = unsplit(kpi, state), sampled = data.chance[kpi.id];
      if (reason) return `${reason}; ${say("pale: the whole firm.")}`;
      return [
        `${definitionOf(kpi)}, ${named(kpi.unit)}.`,
        lookOf(kpi) === "columns" ? say("Line: the year before.") : "",
        kpi.id in data.plan && !now.split ? say("Outlined: the plan.") : "",
        now.split ? say("Solid: the selection; pale: all.") : "",
        sampled ? say("Answers are a sample: a change within its 95% interval has no colour.") : "",
      ].filter(Boolean).join(" ");
    },
    tools: () => make("span.grains", { role: "group", "aria-label": say("Periods"), "data-group": "grains" }, Object.keys(grains).filter((grain) => grain !== "month" || byMonth()).map((grain) =>
      button(`by-${grain}`, say(grains[grain]), { class: "small", "aria-pressed": String(state.grain === grain) }, () => change(() => { state.grain = grain; })))),
    chart: (now) => {
      const { kpi } = now, found = values(now), look = lookOf(kpi);
      const write = short(found.map((one) => one.part), kpi.unit === "%" ? 0 : kpi.decimals && 1), full = (value) => withUnit(value, kpi.unit, kpi.decimals);
      return { look, title: heading(now), marks: found.map(({ label, places, whole, ago, part, then, all, compared, interval, plan }) => {
        const name = whole ? periodName(places) : label;
        const lost = whole ? unrecorded(measuresOf(kpi), places) : say("{period} is not in the file in full", { period: label });
        const tip = [
          part === null ? lost || `${name}: ${say("not available")}` : `${name}: ${full(part)}`,
          now.split && all !== null ? say("all: {value}", { value: full(all) }) : "",
          interval.length ? say("95% interval: {range}%", { range: rangeText(interval) }) : "",
          compared ? `${compared.text} ${say("on {period}", { period: periodName(ago) })}` : "",
          plan === null ? "" : planText(kpi, part, plan),
        ].filter(Boolean).join("; ");
        return {
          key: label, name: shortName(places), year: state.grain === "month" ? String(Math.floor((firstMonth + places[0]) / 12)) : yearName(yearOf(places[0])), tip,
          label: part === null ? (all === null ? MISSING : "") : write(part), delta: compared?.text, good: compared?.good,
          whole: all?.number ?? null, part: part?.number ?? null, ago: look === "columns" ? then?.number ?? null : null, plan: plan?.number ?? null,
          chosen: !state.months.size || places.some((at) => state.months.has(at)), pressed: same(state.months, places),
          pick: (more) => change(() => choosePeriod(places, more)),
        };
      }) };
    },
    draw: (now) => { const { title: name, marks, look } = chartOf("course", now); return times("course", name, marks, look); },
    table: (now) => {
      const { kpi } = now, text = (value) => decimal(value, decimalsOf(kpi));
      return {
        caption: `${heading(now)}: ${selectionWords(now)}`,
        columns: [
          { name: say("Period") }, { name: `${say("Selection")} (${named(kpi.unit)})`, text, kind }, { name: say("All"), text, kind },
          { name: say("Year before"), text, kind }, { name: say("Change"), text: (value) => (kpi.unit === "%" ? points(value) : percent(value, 1, true)), kind },
          ...(kpi.id in data.plan ? planColumn(text) : []),
          ...(data.chance[kpi.id] ? [{ name: say("95% interval") }] : []),
        ],
        rows: values(now).map(({ places, whole, label, part, all, then, compared, interval, plan }) => [
          whole ? periodName(places) : label, part, all, then, compared?.change ?? null,
          ...(kpi.id in data.plan ? [plan] : []),
          ...(data.chance[kpi.id] ? [interval.length ? rangeText(interval) : null] : []),
        ]),
      };
    },
  };
}

/** The chart of a panel that was worked out last. */
const charts = new Map();
function chartOf(id, now) {
  const made = frames.find((one) => one.panel.id === id).panel.chart(now);
  charts.set(id, made);
  return made;
}

/** The sums behind the selection, by month, type and segment, in their units; empty where there is no value. */
function sumsPanel() {
  return {
    id: "sums", title: "Sums behind the selection", kind, wide: true, folded: true,
    note: () => say("“Table” shows the finest sums of this file. The rows themselves are not in it."),
    draw: () => null,
    table: (now) => {
      const { month, type, segment, sums } = data.cube, inside = (chosen, at) => !chosen.size || chosen.has(at);
      const unit = (name) => (data.measures[name].unit === "money" ? data.case.currency : data.measures[name].unit);
      const sum = (name, row) => {
        const value = sums[name][row], apart = type[row] < 0 || segment[row] < 0;
        const absent = (data.unsplit.type.includes(name) && type[row] >= 0) || (data.unsplit.segment.includes(name) && segment[row] >= 0) || (apart && !value);
        return absent || gaps([name], [month[row]]).length ? null : inUnits(name, value);
      };
      const isChosen = (row) => inside(state.months, month[row]) && inside(state.types, type[row]) && inside(state.segments, segment[row]);
      const rows = month.map((_, row) => row).filter(isChosen);
      const member = (one) => (one ? own(one.name) : say("All"));
      const parts = [
        { head: say(SLICERS.types.title), members: data.types, of: type },
        { head: say("Customer segment"), members: data.segments, of: segment },
      ].filter(({ members }) => members.length);
      return {
        caption: `${say("Sums behind the selection")}: ${selectionWords(now)}`,
        columns: [
          { name: say("Month") }, ...parts.map(({ head }) => ({ name: head })),
          ...measures.map((name) => {
            const { words: measure, scale } = data.measures[name];
            return { name: `${named(measure)} (${named(unit(name))})`, text: (value) => decimal(value, scale === "1" ? 0 : 2), kind };
          }),
        ],
        rows: rows.map((row) => [
          labelOf(firstMonth + month[row], 1), ...parts.map(({ members, of }) => member(members[of[row]])),
          ...measures.map((name) => sum(name, row)),
        ]),
      };
    },
  };
}
