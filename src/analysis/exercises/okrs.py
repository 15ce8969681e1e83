"""Exercises on scoring key results, most of them from bug reports on OKR tools."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.errors import InputError
from analysis.base.numbers import MINUS, decimal
from analysis.exercises.forms import Choice, Number
from analysis.exercises.study import Study, known
from analysis.exercises.task import Exercise, Facts, Mistake, Task
from analysis.method.scoring import Goal, Target, read_cases, resolve, score_case
from analysis.tables.strategy_tables import ConformanceRow

STATUSES = ("met", "good enough", "behind", "below baseline", "cannot tell")


def _case(study: Study, case_id: str) -> ConformanceRow:
    for row in read_cases(study.case.root):
        if row.case_id == case_id:
            return row
    raise InputError(f"there is no test case {case_id}")


def _facts(row: ConformanceRow, caption: str) -> Facts:
    after = f", after {row.source}" if "#" in row.source or "(" in row.source else ""
    return Facts(
        ("Baseline", "Target", "Value now", "Test case"),
        ((_said(row.baseline), _target(row), _said(row.value), f"{row.case_id}{after}"),),
        f"{caption} The numbers are made up.",
        "synthetic",
    )


def _target(row: ConformanceRow) -> str:
    amount = Fraction(row.amount)
    if row.kind == "level":
        return f"{row.rule} {_text(amount)}"
    unit = "%" if row.kind == "relative" else " points"
    base = " a month" if row.months == 1 else " on the baseline"
    return f"{row.rule} {'+' if amount > 0 else ''}{_text(amount)}{unit}{base}"


def _said(number: str) -> str:
    return number.replace("-", MINUS) or "not known"


def _text(number: Fraction) -> str:
    """Write a number that has few decimals with just those."""
    places = next(n for n in range(7) if (number * 10**n).denominator == 1)
    return decimal(places)(number)


def _numbers(row: ConformanceRow) -> tuple[Fraction, Fraction, Fraction]:
    return Fraction(row.baseline), Fraction(row.amount), Fraction(row.value)


def _score(row: ConformanceRow) -> Fraction:
    return known(score_case(row).score, f"score of {row.case_id}")


def _goal(row: ConformanceRow) -> Goal:
    target = Target(row.kind, row.rule, Fraction(row.amount), months=row.months)
    return known(resolve(target, Fraction(row.baseline), since=row.since), "goal")


def falling(study: Study) -> Task:
    """Pose a key result that is to fall."""
    row = _case(study, "falling-half-way")
    start, goal, value = _numbers(row)
    return Task(
        _facts(row, "An indicator that is to fall."),
        Number("", 2),
        _score(row),
        f"{_text(start - value)} of the {_text(start - goal)} that it has to fall are done. One "
        "rule serves rising and falling key results: score = 1 − (distance of the value from the "
        "goal) ÷ (distance of the baseline from the goal).",
        (
            "How long is the way from the baseline to the target, and how much of it is behind?",
            "Score = 1 − (what is left) ÷ (the whole way). At the baseline it is 0, at the target "
            "1.",
            f"1 − ({value} − {goal}) ÷ ({start} − {goal}).",
        ),
        (
            Mistake(
                Fraction(0),
                "The tool of the bug report showed that too. But something has been achieved: "
                "the value has left the baseline.",
            ),
            Mistake(
                Fraction(1),
                "That is what the reporter hoped for. The target itself is not reached yet.",
            ),
            Mistake(
                start / value,
                "You divided the baseline by the value. A score measures the way, so it needs "
                "differences, not levels.",
            ),
            Mistake(Fraction(50), "Scores run from 0 to 1: write it as a part of 1."),
        ),
    )


def relative(study: Study) -> Task:
    """Pose a target that is a change relative to the baseline."""
    row = _case(study, "relative")
    start, amount, value = _numbers(row)
    goal = known(_goal(row).low, "goal")
    as_points = row.model_copy(update={"kind": "points"})
    return Task(
        _facts(row, "A target in per cent of where it started."),
        Number("", 2),
        _score(row),
        f"{amount}% of {start} is {goal - start}, so the goal is {goal}; {value} is "
        f"{value - start} of these {goal - start} on the way.",
        (
            "Turn the target into a level first: which value has to be reached?",
            f"{amount}% of the baseline, added to it, is the goal. Which part of the way from the "
            "baseline to the goal is done?",
            f"The goal is {start} × (1 + {amount} ÷ 100). The score is ({value} − {start}) ÷ "
            f"(goal − {start}).",
        ),
        (
            Mistake(
                _score(as_points),
                f"You read the target as {amount} points on top of the baseline. It is per "
                "cent of the baseline.",
            ),
            Mistake(
                value / goal,
                "You divided the value by the goal. That counts the baseline as if it were an "
                "achievement: a score starts from there.",
            ),
            Mistake(
                (value - start) / start,
                "That is the growth reached. Set it against the growth that was asked for.",
            ),
            Mistake(goal, "That is the goal. Which part of the way to it is done?"),
        ),
    )


def below(study: Study) -> Task:
    """Pose a value short of its baseline."""
    row = _case(study, "short-of-the-baseline")
    start, goal, value = _numbers(row)
    return Task(
        _facts(row, "Things have become worse."),
        Number("", 2),
        _score(row),
        f"It went {start - value} the wrong way, and the whole way is {goal - start}. A score "
        "below zero is shown with its sign: hiding it behind a 0 would make standing still and "
        "falling back look alike.",
        (
            "At the baseline the score is 0. Is this value better or worse than that?",
            "Use the same rule as before; it does not mind a negative result.",
            f"1 − ({goal} − {value}) ÷ ({goal} − {start}).",
        ),
        (
            Mistake(
                Fraction(0), "Zero would mean that nothing has changed. The value has become worse."
            ),
            Mistake(
                value / goal,
                "You divided the value by the target. The score starts from the baseline, not "
                "from zero.",
            ),
            Mistake(
                (goal - value) / (goal - start),
                "That is what is left, as a part of the way. The score is what is done.",
            ),
            Mistake(value - start, "That is the change itself. Set it against the whole way."),
        ),
    )


def far(study: Study) -> Task:
    """Pose a value so far below that the score is clamped."""
    row = _case(study, "far-below")
    start, goal, value = _numbers(row)
    progress = known(score_case(row).progress, "progress")
    return Task(
        _facts(row, "Things have gone very wrong."),
        Number("", 2),
        _score(row),
        f"The progress is {_text(progress)}, but a score stops at −1 and at 1, so that one key "
        "result cannot outweigh all others of its objective. The progress is shown beside it, "
        "without limits.",
        (
            "Work it out by the rule first. Then look at the limits of a score.",
            "A score is never above 1 and never below −1.",
            f"1 − ({goal} − ({_text(value)})) ÷ ({goal} − {start}) is {_text(progress)}; the score "
            "stops at −1.",
        ),
        (
            Mistake(
                progress,
                "That is the progress, which has no limits. The score is clamped: it stops "
                "somewhere.",
            ),
            Mistake(
                Fraction(0), "Scores may be negative: at zero the loss would not be seen at all."
            ),
        ),
    )


def unknown(study: Study) -> Task:
    """Pose a relative target without a baseline."""
    row = _case(study, "relative-without-baseline")
    return Task(
        _facts(row, "Nobody wrote down where it started."),
        Choice(STATUSES),
        score_case(row).status,
        "A change cannot be judged without the level it started from. What is not known is not "
        "zero, and it is not good either: it is left out of the joint score, and shown as missing.",
        (
            "Which level would have to be reached? Try to work it out.",
            "The target is per cent of something. Of what?",
            "Without a baseline there is no goal, and without a goal no score. One of the words "
            "says just that.",
        ),
        (
            Mistake(
                "behind",
                "Behind would mean that the goal is known and not reached. Which level is the "
                "goal?",
            ),
            Mistake("below baseline", "Below which baseline? Look at the table again."),
            Mistake(
                "met", "Some tools count a missing target as healthy. But against what is it met?"
            ),
            Mistake("good enough", "Good enough for what? The goal cannot be worked out."),
        ),
    )


def monthly(study: Study) -> Task:
    """Pose the level that a monthly rate asks for after some months."""
    row = _case(study, "rate-per-month")
    start, amount, _ = _numbers(row)
    goal = known(_goal(row).high, "goal")
    months = row.since // row.months
    factor = decimal(2)(1 + amount / 100)
    return Task(
        _facts(row, f"Costs are to fall every month. {months} months have passed."),
        Number("", 2),
        goal,
        f"Each month takes its part of what the month before has left: {start} × "
        f"{' × '.join([factor] * months)} = {decimal(3)(goal)}.",
        (
            "What is left after one month? And what does the second month's rate apply to?",
            f"Every month multiplies what is left by {factor}.",
            f'{start} × {factor}, {months} times over: `{start} * Fraction("{factor}") ** '
            f"{months}`.",
        ),
        (
            Mistake(
                start * (1 + months * amount / 100),
                "You took the same amount off every month. The rate applies to what is left, "
                "so it compounds.",
            ),
            Mistake(start * (1 + amount / 100), "That is the goal after one month."),
            Mistake(start * (1 - amount / 100) ** months, "The costs are to fall, not to rise."),
            Mistake(start - goal, "That is the saving. Which level is left?"),
        ),
    )


EXERCISES = (
    Exercise("falling", falling),
    Exercise("relative", relative),
    Exercise("below", below),
    Exercise("far", far),
    Exercise("unknown", unknown),
    Exercise("monthly", monthly),
)
