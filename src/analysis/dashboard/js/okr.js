/**
 * Targets and scores, rule for rule as in analysis.method.scoring and analysis.method.balanced_scorecard: the score is
 * 1 minus the distance of the value from the goal, in units of the distance of the baseline.
 *
 * @typedef {{low: Fraction|null, high: Fraction|null, strict: boolean}} Goal
 * @typedef {{score: Fraction|null, status: string, reason: string}} Score
 * @typedef {{score: Fraction|null, covered: Fraction, low: Fraction, high: Fraction}} Joint
 */
const MONTHS = 3, YEAR = 12;
const LOWEST = new Fraction(-1n);
const Z_SQUARED = new Fraction(3841459n, 1000000n);

/** Months from the base to the quarter; a rate that fits into a quarter is measured on the one before. */
const since = (target) =>
  target && target.kind !== "level" && target.months && MONTHS % target.months === 0 ? MONTHS : YEAR;

/** @returns {Fraction|null} */
function targetLevel(target, amount, baseline) {
  if (target.kind === "level") {
    return target.months ? amount.times(new Fraction(BigInt(MONTHS), BigInt(target.months))) : amount;
  }
  if (baseline === null || (target.kind === "relative" && baseline.sign === 0)) return null;
  const times = target.months ? since(target) / target.months : 1;
  if (target.kind === "points") return baseline.plus(amount.times(new Fraction(BigInt(times))));
  const size = baseline.sign < 0 ? ZERO.minus(baseline) : baseline;
  return baseline.plus(size.times(ONE.plus(amount.over(HUNDRED)).power(times).minus(ONE)));
}

/** Turn a target into levels; null where it needs a baseline and there is none, or one of zero. */
function resolve(target, amount, baseline) {
  const low = targetLevel(target, amount, baseline);
  if (low === null) return null;
  if (target.rule === "within") {
    return { low, high: targetLevel(target, Fraction.of(target.upper), baseline), strict: false };
  }
  if (target.rule === "at most") return { low: null, high: low, strict: false };
  return { low, high: null, strict: target.rule === "more than" };
}

/** How far a value lies outside a goal; 0 inside. */
function distance(goal, value) {
  if (goal.low !== null && value.below(goal.low)) return goal.low.minus(value);
  if (goal.high !== null && goal.high.below(value)) return value.minus(goal.high);
  return ZERO;
}

/** Whether a share in per cent lies in the 95 % (Wilson) interval of a sample. */
function withinMargin([count, size], edge) {
  const share = edge.over(HUNDRED);
  if (!size || share.sign <= 0 || !share.below(ONE)) return !size;
  const answers = new Fraction(BigInt(size));
  const off = new Fraction(BigInt(count)).over(answers).minus(share);
  const spread = Z_SQUARED.times(share).times(ONE.minus(share));
  return off.times(off).times(answers).compare(spread) <= 0;
}

/**
 * Score a value.
 * @param {Fraction|null} value @param {Fraction|null} baseline @param {Goal|null} goal
 * @param {Fraction} commit @param {number[]|null} sample
 * @returns {Score}
 */
function rate(value, baseline, goal, commit, sample) {
  if (value === null) return { score: null, status: "cannot tell", reason: "no value" };
  if (goal === null) {
    return { score: null, status: "cannot tell", reason: baseline === null ? "no baseline" : "no share of a baseline of zero" };
  }
  const edges = [goal.low, goal.high].filter((edge) => edge !== null);
  if (sample !== null && edges.some((edge) => withinMargin(sample, edge))) {
    return { score: null, status: "cannot tell", reason: "within the margin of its answers" };
  }
  const met = distance(goal, value).sign === 0 && !(goal.strict && value.compare(goal.low) === 0);
  if (baseline === null || distance(goal, baseline).sign === 0) return withoutWay(met, goal, value, baseline);
  const score = larger(LOWEST, ONE.minus(distance(goal, value).over(distance(goal, baseline))));
  let status = met ? "met" : score.below(commit) ? "behind" : "good enough";
  if (score.sign < 0) status = "below baseline";
  return { score, status, reason: "" };
}

/** Where there is no way from the baseline to the goal, met or not is all that counts. */
function withoutWay(met, goal, value, baseline) {
  if (met) return { score: ONE, status: "met", reason: baseline === null ? "no baseline, but met" : "met before it began" };
  if (baseline === null) return { score: null, status: "cannot tell", reason: "not met, and no baseline to score from" };
  const status = distance(goal, value).sign ? "below baseline" : "behind";
  return { score: ZERO, status, reason: "met before it began, and lost" };
}

/**
 * Join weighted scores; a missing one is left out, not counted as zero.
 * @param {[Fraction, Joint][]} parts
 * @returns {Joint}
 */
function join(parts) {
  const sum = (values) => values.reduce((total, value) => total.plus(value), ZERO);
  const known = parts.filter(([, box]) => box.score !== null);
  const weight = sum(known.map(([share]) => share));
  return {
    score: weight.sign ? sum(known.map(([share, box]) => share.times(box.score))).over(weight) : null,
    covered: sum(parts.map(([share, box]) => share.times(box.covered))),
    low: sum(parts.map(([share, box]) => share.times(box.low))),
    high: sum(parts.map(([share, box]) => share.times(box.high))),
  };
}

/** A key result's score as a box to join. */
const single = (score) =>
  score === null ? { score, covered: ZERO, low: ZERO, high: ONE } : { score, covered: ONE, low: score, high: score };

/** Weights after what is missing is spread over the rest. */
function effective(parts) {
  const known = parts.filter(([, box]) => box.score !== null).reduce((sum, [share]) => sum.plus(share), ZERO);
  return parts.map(([share, box]) => (known.sign && box.score !== null ? share.over(known) : ZERO));
}

/**
 * Evaluate every key result in a quarter against the same quarter of the year before, or the one
 * before if its target is a rate per month.
 * @param {number} quarter its index
 * @param {Map<string, {target: number, amount: string}>} goals what-ifs by key result
 */
function evaluate(quarter, goals) {
  const label = labelOf(quarter, MONTHS);
  const read = (text) => (text === undefined || text === "" ? null : Fraction.of(text));
  return data.okr.results.map((result) => {
    const goal = goals.get(result.id);
    const target = result.targets[goal ? goal.target : result.used] ?? null;
    const indicator = data.okr.indicators[target ? target.kpi : result.kpi];
    const value = read(indicator.levels[label]);
    const start = indicator.levels[labelOf(quarter - since(target) / MONTHS, MONTHS)];
    const baseline = result.baseline ? Fraction.of(result.baseline) : read(start);
    const common = { result, target, indicator, value, baseline, changed: Boolean(goal) };
    if (target === null) {
      return { ...common, goal: null, score: null, status: "cannot tell", reason: "no target is printed" };
    }
    const asked = resolve(target, Fraction.of(goal ? goal.amount : target.amount), baseline);
    const sample = indicator.samples[label] ?? null;
    return { ...common, goal: asked, ...rate(value, baseline, asked, Fraction.of(result.commit), sample) };
  });
}

/**
 * Join key results to objectives, perspectives and one score, and take it apart again.
 * @returns {{level: string, key: string, name: string, weight: Fraction, box: Joint, adds: Fraction}[]}
 */
function scorecard(results) {
  const scores = new Map(results.map((one) => [one.result.id, single(one.score)]));
  const groups = new Map();
  for (const objective of data.okr.objectives) {
    const own = data.okr.results.filter((row) => row.objective === objective.id && row.role === "key result");
    const parts = own.map((row) => [Fraction.of(row.weight), scores.get(row.id)]);
    const made = { objective, own, parts, weight: Fraction.of(objective.weight), box: join(parts) };
    groups.set(objective.perspective, [...(groups.get(objective.perspective) ?? []), made]);
  }
  const order = ["Financial", "Customer", "Internal processes", "People"].filter((name) => groups.has(name));
  const lanes = order.map((name) => lane(name, groups.get(name)));
  const shares = lanes.map((one) => [one.weight, one.box]);
  const top = join(shares), used = effective(shares);
  const node = (level, key, name, weight, box, part) => ({
    level, key, name, weight, box, adds: box.score === null ? ZERO : part.times(box.score),
  });
  const nodes = [node("joint", "joint", "Joint score", ONE, top, ONE)];
  lanes.forEach((one, at) => {
    nodes.push(node("perspective", one.name, one.name, one.weight, one.box, used[at]));
    const inner = effective(one.parts);
    one.group.forEach((made, place) => {
      const part = used[at].times(inner[place]);
      nodes.push(node("objective", made.objective.id, made.objective.text, made.weight, made.box, part));
      const last = effective(made.parts);
      made.own.forEach((row, number) => nodes.push(
        node("key result", row.id, row.text, made.weight.times(Fraction.of(row.weight)), made.parts[number][1],
          part.times(last[number]))));
    });
  });
  return nodes;
}

/** A perspective of its objectives, by their weights; alike if these are all zero. */
function lane(name, group) {
  const weight = group.reduce((sum, made) => sum.plus(made.weight), ZERO);
  const even = new Fraction(1n, BigInt(group.length));
  const parts = group.map((made) => [weight.sign ? made.weight.over(weight) : even, made.box]);
  return { name, group, weight, parts, box: join(parts) };
}
