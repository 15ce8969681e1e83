"""Exercises on the Balanced Scorecard: perspectives, cause and effect, status, joint score."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.numbers import decimal, listed, percent
from analysis.exercises.forms import Choice, Number, Several
from analysis.exercises.okrs import STATUSES
from analysis.exercises.study import Study, known
from analysis.exercises.task import Exercise, Facts, Mistake, Task
from analysis.kpis.catalogue import indicator
from analysis.method.balanced_scorecard import PERSPECTIVES, scorecard
from analysis.method.key_results import Result
from analysis.method.strategy_map import load_links, min_pairs, paired_changes
from analysis.show.wording import goal_text, level_text, score_text

_SHOWN = "I3"
_MIXED = ("F2", "F5", "I2", "F3", "P1", "P3")
_SCORE = decimal(2)


def perspective(_: Study) -> Task:
    """Pose to which perspective an indicator belongs."""
    record = indicator(_SHOWN)
    return Task(
        Facts(
            ("Indicator", "What it tells", "Computed as"),
            ((record.name, record.purpose, record.definition),),
            "An indicator of the catalogue.",
            "words",
        ),
        Choice(PERSPECTIVES),
        record.perspective,
        "It measures how the firm does its own work, which the firm can see and change from day to "
        "day. Customers and owners feel the result, but later, and in other indicators.",
        (
            "Each perspective asks one question. Financial: what do owners see? Customer: what do "
            "customers see? Internal processes: what must we do well? People: what must we learn?",
            "Do not ask who is pleased in the end, but where the thing that is measured happens.",
            "Keeping a date and a budget happens while the work is done, inside the firm.",
        ),
        (
            Mistake(
                "Customer",
                "Customers are pleased by it, but it does not measure what they think. Where "
                "does what is measured happen?",
            ),
            Mistake(
                "Financial",
                "A budget is money, but owners see profit. Where does what is measured happen?",
            ),
            Mistake(
                "People",
                "People do it, but what is measured is the work, not what they can or want.",
            ),
        ),
    )


def leading(_: Study) -> Task:
    """Pose which indicators lead and which lag."""
    records = [indicator(key) for key in _MIXED]
    found = frozenset(record.key for record in records if record.leading)
    names = listed([record.name.lower() for record in records if record.leading])
    money = frozenset(record.key for record in records if record.perspective == "Financial")
    return Task(
        Facts(
            ("Key", "Indicator", "What it tells"),
            tuple((record.key, record.name, record.purpose) for record in records),
            "Indicators of the catalogue.",
            "words",
        ),
        Several(_MIXED),
        found,
        f"{names[0].upper()}{names[1:]} move first. Money follows: it tells what came of the work, "
        "when it can no longer be changed.",
        (
            "A leading indicator moves before the result does; a lagging one is the result.",
            "Which of these could a manager still change this month, so that the accounts of the "
            "next quarter look different?",
            "The indicators of money lag. Those of people and of the process lead.",
        ),
        (
            Mistake(money, "These are results: they lag. Which ones move before them?"),
            Mistake(
                frozenset(_MIXED) - {"F2", "F5"},
                "Is growth of sales something that leads, or the result of what came before?",
            ),
            Mistake(
                frozenset(k for k in found if k.startswith("P")),
                "Training and mood lead. But so does something that happens while the work is "
                "done.",
            ),
            Mistake(
                frozenset(k for k in found if k.startswith("I")),
                "The process leads. But what makes the process good in the first place?",
            ),
        ),
    )


def sign(study: Study) -> Task:
    """Pose the sign of a link of the strategy map."""
    link = next((one for one in load_links(study.case) if one.sign == "-"), None)
    link = known(link, "link with a minus sign")
    cause, effect = indicator(link.cause), indicator(link.effect)
    return Task(
        Facts(
            ("Cause", "measured as", "Effect", "measured as", "Why it should hold"),
            ((cause.name, cause.definition, effect.name, effect.definition, link.rationale),),
            "A link of the strategy map: a hypothesis in words.",
            "words",
        ),
        Choice(("+", "-")),
        link.sign,
        f"A sign is about the levels. The less “{cause.definition}”, the more “"
        f"{effect.definition}”: they move against each other, although both are good news.",
        (
            "Ask what the two levels do, not whether it is good.",
            f"If “{cause.definition}” goes up, where should “{effect.definition}” go?",
            "Plus: they move in the same direction. Minus: in opposite ones. Here one falls and "
            "the other rises.",
        ),
        (
            Mistake(
                "+",
                "Both changes are good for the firm, but that is not what the sign says. Look "
                "at what is measured: does it move in the same direction?",
            ),
        ),
    )


def status(study: Study) -> Task:
    """Pose the status of a key result that has moved, but not enough."""
    result = next((r for r in study.results if r.score.status == "behind" and r.baseline), None)
    result = known(result, "key result that is behind")
    record = indicator(result.kpi)
    baseline, value, goal = (str(text) for text in _level_texts(study, result))
    better = "less is better" if record.better == "down" else "more is better"
    return Task(
        Facts(
            ("Key result", "Baseline", "Goal", "Value now", "Good enough from"),
            (
                (
                    f"{result.key_result.text} ({record.definition}; {better})",
                    baseline,
                    goal,
                    value,
                    f"{_SCORE(Fraction(result.key_result.commit))} of the way",
                ),
            ),
            f"A key result of {study.quarter()}, against the same quarter of last year.",
            study.kind,
        ),
        Choice(STATUSES),
        result.score.status,
        f"It moved the right way, but only {score_text(result.score.score)} of it. Better than "
        "before is not the same as reached: a status sets the value against its target.",
        (
            "Has the goal been reached? If not: which part of the way is done?",
            f"The way goes from {baseline} to {goal.lstrip('≥≤> ')}. The value is {value}.",
            "Work out the score by the rule of the OKR exercises. Below 0 it is below baseline, at "
            "1 met, and between them the last column decides between two words.",
        ),
        (
            Mistake("met", f"It improved, but compare the value with the goal: {better}."),
            Mistake(
                "good enough",
                "Work out which part of the way is done, and compare it with the last column.",
            ),
            Mistake(
                "below baseline",
                f"Mind the direction: {better}. Is the value better or worse than the baseline?",
            ),
            Mistake("cannot tell", "Baseline, goal and value are all there: it can be told."),
        ),
    )


def _level_texts(study: Study, result: Result) -> tuple[str | None, str | None, str | None]:
    record = indicator(result.kpi, study.currency)
    baseline, value = (
        level_text(record, level, unit=True) for level in (result.baseline, result.value)
    )
    return baseline, value, goal_text(record, result.goal, unit=True)


def missing(study: Study) -> Task:
    """Pose a joint score of which a part is missing."""
    nodes = scorecard(study.okrs, study.results)
    joint = known(nodes[0].score, "joint score")
    parts = [node for node in nodes if node.level == "perspective"]
    seen = [(node.weight, node.score) for node in parts if node.score is not None]
    total = sum((score for _, score in seen), Fraction(0))
    absent = listed([node.name for node in parts if node.score is None]) or "nothing"
    weight = sum((w for w, _ in seen), Fraction(0))
    product = " + ".join(f"{w} × {_SCORE(score)}" for w, score in seen)
    return Task(
        Facts(
            ("Perspective", "Weight", "Score"),
            tuple((n.name, str(n.weight), score_text(n.score) or "not known") for n in parts),
            f"The scorecard of {study.quarter()}.",
            study.kind,
        ),
        Number("", 2),
        joint,
        "The mean is taken over what is known, its weights scaled up to 1; missing here: "
        f"{absent}. The score stands beside the part of the weight that it covers, "
        f"{percent(0)(weight)}, so that nobody takes it for the whole.",
        (
            "Is a perspective without a score one with the score 0?",
            "Leave out what is not known, and let the other weights share the whole.",
            f"({product}) ÷ {weight}.",
        ),
        (
            Mistake(
                sum((w * score for w, score in seen), Fraction(0)),
                "You counted what is missing as zero. Not known is not the same as bad.",
            ),
            Mistake(
                sum((w * score for w, score in seen), 1 - weight),
                "You counted what is missing as reached. Not known is not the same as good.",
            ),
            Mistake(total, "You added the scores. A joint score is a weighted mean."),
        ),
    )


def pairs(study: Study) -> Task:
    """Pose how many pairs of changes a lagged link can be tested on."""
    links = [link for link in load_links(study.case) if link.lag_quarters == 1]
    counted = [(len(paired_changes(study.levels, link)), link) for link in links]
    count, link = known(max(counted, key=lambda one: one[0], default=None), "link with a lag")
    kept = study.levels[study.levels["key"].isin([link.cause])]
    quarters = sum(value is not None for value in kept["value"])
    cause, effect = indicator(link.cause), indicator(link.effect)
    return Task(
        Facts(
            ("Cause", "Effect", "Lag", "Quarters recorded of both"),
            ((cause.name, effect.name, "1 quarter", str(quarters)),),
            "A link that is tested on changes from quarter to quarter: the change of the cause "
            "against the change of the effect one quarter later.",
            study.kind,
        ),
        Number(),
        Fraction(count),
        f"{quarters} quarters have {quarters - 1} changes from one to the next, and the last "
        f"change of the cause still waits for its effect. The test needs at least {min_pairs()} "
        "pairs: with fewer, even a perfect order comes up too often by chance.",
        (
            "How many changes from quarter to quarter do that many quarters have?",
            "The change of the cause in one quarter goes with the change of the effect in the "
            "next. Which change of the cause has no partner yet?",
            f"{quarters} quarters, less one for the changes, less one for the lag.",
        ),
        (
            Mistake(
                Fraction(quarters),
                "These are levels. A change needs two quarters: how many changes are there?",
            ),
            Mistake(
                Fraction(quarters - 1),
                "These are the changes. With a lag, the last change of the cause has no "
                "partner yet.",
            ),
            Mistake(
                Fraction(min_pairs()),
                "That is how many the test needs at least. How many are there?",
            ),
        ),
    )


EXERCISES = (
    Exercise("perspective", perspective),
    Exercise("leading", leading),
    Exercise("sign", sign),
    Exercise("status", status),
    Exercise("missing", missing),
    Exercise("pairs", pairs),
)
