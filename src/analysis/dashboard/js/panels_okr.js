/** OKR progress with what-if targets, and the scorecard by perspective. */

/** What the scores depend on: the choice of types and segments does not touch them. */
const okrNeeds = (now) => [now.quarter, [...state.goals]];
const okrHead = (now) => [okrPeriod(now), say("the whole firm")];
const okrPeriod = (now) => oneName(startOf(now.quarter), 3);

/** What a target is: printed in the publication, or the firm’s own. */
const targetKind = data.claims ? "printed" : kind;

const scoreText = (value) => decimal(value, 2);
/** Ends of a range are rounded outwards, so that they leave nothing out. */
const atLeast = (value) => decimal(value.down(2), 2), atMost = (value) => decimal(value.up(2), 2);

/** A joint score of which less than a share of the weight is known is not shown, only its range. */
const knownFrom = () => Fraction.of(data.okr.known_from);
const shownScore = (box) => (box.covered.below(knownFrom()) ? null : box.score);

/** The scale above bars of scores. */
const scale = (name) => make(name, { "aria-hidden": "true" }, make("span.text"), make("span.scale", {}, [`${MINUS}1`, "0", "1"].map((text) => make("span", {}, text))));

/** A bar from −1 to 1: the score, and the range that it lies in where not all is known. */
function scoreBar({ low, high, covered, ...box }) {
  const score = shownScore({ covered, ...box }), whole = covered.compare(ONE) === 0;
  const share = (value) => (value.number + 1) / 2;
  const track = make("span.scorebar.plain", { "aria-hidden": "true" }, make("span.zero"));
  if (score !== null) track.append(size(size(make("span.fill"), "width", Math.abs(score.number) / 2), "left", score.sign < 0 ? share(score) : 0.5));
  if (!whole) track.append(size(size(make("span.bounds"), "left", share(low)), "width", share(high) - share(low)));
  return track;
}

/** A goal as levels: ≥ 10.0 %. */
function goalText(one) {
  if (one.goal === null) return MISSING;
  const { low, high, strict } = one.goal;
  const text = (value) => withUnit(value, one.indicator.unit, one.indicator.decimals);
  if (low !== null && high !== null) return say("{low} to {high}", { low: text(low), high: text(high) });
  return low !== null ? `${strict ? ">" : "≥"} ${text(low)}` : `≤ ${text(high)}`;
}

/** The amount of a target as it is printed: +10 %, +10 pp, or a level. */
function amountText(target, amount) {
  const value = Fraction.of(amount), places = value.d === 1n ? 0 : 1;
  const rate = target.months === 1 ? ` ${say("a month")}` : target.months === YEAR ? ` ${say("a year")}` : "";
  if (target.kind === "level") return withUnit(value, data.okr.indicators[target.kpi].unit, places) + rate;
  return (target.kind === "points" ? points(value, places) : decimal(value, places, true) + percentSign()) + rate;
}

/** Targets of a key result: which printed one, and what if it were another. */
function goalControls(result) {
  const shown = () => state.goals.get(result.id) ?? { target: result.used, amount: result.targets[result.used].amount };
  const set = (goal, step) => change(() => {
    const printed = goal.target === result.used && goal.amount === result.targets[result.used].amount;
    if (printed) state.goals.delete(result.id);
    else state.goals.set(result.id, goal);
  }, step);
  const move = (text) => set({ ...shown(), amount: text }, `goal-${result.id}`);
  const slider = make("input", {
    type: "range", id: `goal-${result.id}`, "data-key": `goal-${result.id}`,
    on: { input: (event) => move(event.target.value) },
  });
  const number = make("input", {
    type: "number", id: `number-${result.id}`, "data-key": `number-${result.id}`, step: "any",
    on: { change: () => (number.checkValidity() && /^-?\d+(\.\d+)?$/.test(number.value) ? move(number.value) : update()) },
  });
  const choice = make("select", {
    id: `target-${result.id}`,
    on: { change: (event) => set({ target: Number(event.target.value), amount: result.targets[event.target.value].amount }) },
  }, result.targets.map((target, at) => make("option", { value: at }, own(target.reading))));
  const amount = make("output", { for: `${slider.id} ${number.id}` });
  const back = make("button.small", { type: "button", on: { click: () => { change(() => state.goals.delete(result.id)); slider.focus(); } } });
  const words = make("label", { for: slider.id });
  const choiceWords = make("label.sr", { for: choice.id });
  const update = () => {
    const goal = shown(), target = result.targets[goal.target], held = state.goals.has(result.id);
    Object.assign(slider, { min: target.min, max: target.max, step: target.step, value: plainNumber(Fraction.of(goal.amount)) });
    Object.assign(number, { min: target.min, max: target.max, value: plainNumber(Fraction.of(goal.amount)) });
    number.setAttribute("aria-label", say("Amount of the target of {id}", { id: result.id }));
    slider.setAttribute("aria-valuetext", amountText(target, goal.amount));
    choice.value = String(goal.target);
    choiceWords.textContent = say("Target of {id}, as read", { id: result.id });
    words.replaceChildren(say("What if"), unseen(` ${say("the target of {id} were", { id: result.id })}`));
    mark.replaceChildren(...[mixedMark(targetKind)].filter(Boolean));
    for (const [at, option] of [...choice.options].entries()) option.textContent = own(result.targets[at].reading);
    reading.textContent = own(result.targets[0].reading);
    amount.textContent = amountText(target, goal.amount);
    back.textContent = say(data.claims ? "as printed" : "as given");
    back.hidden = !held;
  };
  const mark = make("span"), reading = make("span.reading");
  const element = make("div.goal", {}, mark, result.targets.length > 1 ? [choiceWords, choice] : reading,
    make("span.slide", {}, words, slider, number, amount, back));
  return { element, update };
}

/** One key result: score on a scale from −1 to 1, levels, and the controls of its target. */
function resultRow(result) {
  const controls = result.used === null || !result.targets.length ? null : goalControls(result);
  const fact = make("div.fact");
  const element = make("li.result", { "data-result": result.id, tabindex: -1, class: `result ${result.role === "headline" ? "headline" : ""}` }, fact, controls?.element ?? null);
  const update = (one) => {
    controls?.update();
    element.classList.toggle("changed", one.changed);
    const gone = one.score === null ? null : one.score.number;
    const bar = make(`span.scorebar.${STATUS[one.status]}`, { "aria-hidden": "true" }, make("span.zero"), gone === null ? null : make("span.fill"));
    if (gone !== null) {
      size(bar.lastChild, "width", Math.abs(gone) / 2);
      size(bar.lastChild, "left", gone < 0 ? (1 + gone) / 2 : 0.5);
    }
    const level = (value) => withUnit(value, one.indicator.unit, one.indicator.decimals);
    refill(fact,
      make("span.text", {}, make("b", {}, result.id), " ", named(result.text), result.role === "headline" ? make("span.levels", {}, ` (${say("headline, carries no weight")})`) : []),
      bar,
      make("span.score", {}, one.score === null ? MISSING : make("data", { value: one.score.toString() }, scoreText(one.score))),
      make(`span.status.${STATUS[one.status]}`, {}, make("span", { "aria-hidden": "true" }, `${SIGNS[STATUS[one.status]]} `), say(one.status), one.changed ? [" ", kindMark("what-if")] : []),
      make("span.levels", {}, say("{baseline} → {value}; target {goal}", { baseline: level(one.baseline), value: level(one.value), goal: goalText(one) }),
        one.reason ? ` (${say(one.reason)})` : ""));
  };
  return { element, update };
}

/** How many key results change sides by the targets that a reader moved, and which. */
function flips(now) {
  if (!state.goals.size) return "";
  const found = now.results.filter((one, at) => STATUS[one.status] !== STATUS[now.asGiven[at].status]);
  const told = (one) => `${one.result.id}: ${say(GROUPS[STATUS[now.asGiven[now.results.indexOf(one)].status]])} → ${say(GROUPS[STATUS[one.status]])}`;
  return say("With your targets {count} of {all} key results change sides{which}.", {
    count: found.length, all: now.results.length, which: found.length ? ` (${found.map(told).join("; ")})` : "",
  });
}

function okrPanel() {
  const chosen = (now) => startOf(now.quarter) >= 12;
  const rows = new Map(data.okr.results.map((result) => [result.id, resultRow(result)]));
  const groups = data.okr.objectives.map((objective) => {
    const head = make("h3");
    const own = data.okr.results.filter((result) => result.objective === objective.id);
    return { objective, head, element: make("div.objective", {}, head, scale("div.fact.axis"), make("ul", {}, own.map((result) => rows.get(result.id).element))) };
  });
  return {
    id: "okr", title: "Objectives and key results", kind, wide: true, needs: okrNeeds, head: okrHead,
    note: (now) => [
      chosen(now) ? say("{quarter} against {ago}, unless the target says otherwise.", { quarter: okrPeriod(now), ago: oneName(startOf(now.quarter) - 12, 3) }) :
        say("{quarter}; the same quarter of the year before is not recorded.", { quarter: okrPeriod(now) }),
      say("A score is 0 at the baseline and 1 at the target. Move a target to see what would follow."),
      flips(now),
      now.split ? say("Targets are those of the whole firm, so the choice of type and segment does not touch them.") : "",
    ].filter(Boolean).join(" "),
    update: (now) => {
      for (const one of now.results) rows.get(one.result.id).update(one);
      for (const { objective, head } of groups) {
        const node = now.nodes.find((found) => found.key === objective.id);
        refill(head, `${objective.id} ${named(objective.text)} `, make("span.score", {}, scoreText(shownScore(node.box))));
      }
    },
    draw: () => groups.map((group) => group.element),
    keeps: true,
    table: (now) => ({
      caption: `${say("Objectives and key results")}: ${okrPeriod(now)}`,
      columns: [
        { name: say("Key result") }, { name: say("Text") }, { name: say("Indicator") }, { name: say("Unit") }, { name: say("Baseline"), text: (value) => decimal(value, 2), kind },
        { name: say("Level"), text: (value) => decimal(value, 2), kind }, { name: say("Target"), kind: targetKind },
        { name: say("as levels"), kind: "derived" }, { name: say("Score"), text: scoreText, kind }, { name: say("Status") }, { name: say("Why") },
      ],
      rows: now.results.map((one) => [
        one.result.id, named(one.result.text), named(one.indicator.name), named(one.indicator.unit), one.baseline, one.value,
        one.target ? amountText(one.target, state.goals.get(one.result.id)?.amount ?? one.target.amount) + (one.changed ? ` (${say("what-if")})` : "") : "",
        goalText(one), one.score, say(one.status), one.reason && say(one.reason),
      ]),
    }),
  };
}

/** Whether a box of the scorecard has a bar. */
const boxed = (node) => ["joint", "perspective"].includes(node.level);

function scorecardPanel() {
  return {
    id: "scorecard", title: "Scorecard by perspective", kind, needs: okrNeeds, head: okrHead,
    note: (now) => [
      say("Weights and scores add up to the joint score of {quarter}. What is missing is left out, not counted as zero; the thin line goes from what it would be with all of that at 0 to all at 1.", { quarter: okrPeriod(now) }),
      now.nodes.some((node) => boxed(node) && node.box.score !== null && shownScore(node.box) === null) ? say("No score is shown where less than {share} of its weight is known.", { share: percent(knownFrom(), 0) }) : "",
      flips(now),
    ].filter(Boolean).join(" "),
    draw: (now) => make("ul.scores", {}, scale("li.axis"), now.nodes.filter(boxed).map((node) => {
      const { low, high, covered } = node.box, score = shownScore(node.box), whole = covered.compare(ONE) === 0;
      return make("li", { class: node.level }, make("span.text", {}, node.level === "joint" ? say(node.name) : named(node.name)), scoreBar(node.box),
        make("span.score", {}, score === null ? MISSING : make("data", { value: score.toString() }, scoreText(score))),
        make("span.levels", {}, say("weight {weight}, known {known}", { weight: percent(node.weight, 0), known: percent(covered, 0) }),
          whole ? "" : `: ${say("{low} to {high}", { low: atLeast(low), high: atMost(high) })}`));
    })),
    table: (now) => ({
      caption: `${say("Scorecard by perspective")}: ${okrPeriod(now)}`,
      columns: [
        { name: say("Box") }, { name: say("Text") }, { name: say("Layer") }, { name: say("Weight"), text: (value) => percent(value), kind: "words" }, { name: say("Score"), text: scoreText, kind },
        { name: say("Known"), text: (value) => percent(value, 0), kind }, { name: say("At least"), text: atLeast, kind }, { name: say("At most"), text: atMost, kind },
        { name: say("Adds"), text: (value) => decimal(value, 3, true), kind },
      ],
      rows: now.nodes.map((node) => [node.level === "joint" ? say(node.name) : named(node.key), node.level === "joint" ? "" : named(node.name), say(node.level), node.weight, node.box.score, node.box.covered, node.box.low, node.box.high, node.adds]),
    }),
  };
}
