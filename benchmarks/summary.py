"""The results in words: ``benchmarks/README.md``, made from the tables beside it."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from analysis.base.text import decimal
from benchmarks.engine import TABLES, VERDICTS
from benchmarks.percentages import PART as PERCENTAGES
from benchmarks.percentages import WHOLE

_THINGS = {PERCENTAGES: "checks", VERDICTS: "claims", TABLES: "tables"}


def speed_section(speed: pd.DataFrame, wrong: pd.DataFrame) -> str:
    """Write the speeds and the wrong answers as a section of the page, from text."""
    return "\n".join(
        ["## Speed", "", *_speed(speed), "", *_notes(speed), "", *_wrong(speed, wrong), ""]
    )


def trust_section(trust: pd.DataFrame) -> str:
    """Write what `benchmarks.publications.measure` returns as a section of the page."""
    counts = dict.fromkeys(("true", "false_alarms", "misprints", "detected"), "int64")
    return "\n".join(["## Trust", "", *_trust(trust.astype(counts)), ""])


def _speed(speed: pd.DataFrame) -> list[str]:
    lines = [
        "| What | How | Median | Fastest to slowest | Processor | Times ours | Target |",
        "|---|---|--:|--:|--:|--:|---|",
    ]
    for cells in speed.to_dict("records"):
        target = f"{cells['target']}: {cells['met']}" if cells["target"] else ""
        lines.append(
            f"| {int(cells['cases']):,} {_THINGS[cells['part']]} | {cells['method']} "
            f"| {_ms(cells['median_ms'])} "
            f"| {_ms(cells['fastest_ms'])} to {_ms(cells['slowest_ms'])} "
            f"| {_ms(cells['cpu_ms'])} | {cells['times_ours']} | {target} |"
        )
    return lines


def _ms(text: str) -> str:
    """Group the digits of a time in milliseconds."""
    return f"{int(text):,} ms" if text.isdigit() else f"{text} ms"


def _notes(speed: pd.DataFrame) -> list[str]:
    checks = speed[speed["part"] == PERCENTAGES]
    parts = checks[checks["cases_per_run"] != checks["cases"]].to_dict("records")
    noise = max(
        Fraction(slow) / Fraction(fast)
        for slow, fast in zip(speed["slowest_ms"], speed["fastest_ms"], strict=True)
    )
    notes = [
        f"Python {speed['python'].iloc[0]}. Wall times scatter with what else a machine does; here "
        f"a slowest run took up to {decimal(2)(noise)} times the fastest. Ratios are medians over "
        "runs made in turn, and processor time leaves the others out.",
        "",
        "- *Checks* are all percentages from 0.0 to 100.0 with every number of respondents up to "
        f"{int(checks['cases'].iloc[0]) // (WHOLE + 1)}, rounded half up.",
    ]
    if parts:
        notes[-1] += (
            f" In each of {parts[0]['runs']} rounds each answered another random "
            f"{int(parts[0]['cases_per_run']):,} of them, and its time is scaled to all; so it "
            "answered each once. All get their arguments ready-made."
        )
    return [
        *notes,
        "- *Claims* are those that the paper on SEGELEC prints: from reading the case to the table "
        "of verdicts, in one new process each time; Python's start and imports are left out.",
        "- *Tables* are synthetic, services by type and quarter as the paper's print allows: "
        "counting all and drawing some; every one drawn is checked afterwards.",
    ]


def _wrong(speed: pd.DataFrame, wrong: pd.DataFrame) -> list[str]:
    """Say how many answers were wrong, and where."""
    checks = speed[speed["part"] == PERCENTAGES]
    counts = ", ".join(
        f"{method} {number}"
        for method, number in zip(checks["method"], checks["wrong"], strict=True)
    )
    line = (
        "Wrong answers, held against printing every count out of every number of respondents: "
        f"{counts}."
    )
    ties = wrong[wrong["tie"] != ""]
    if len(ties):
        first = ties.iloc[0]
        line += (
            f" Of the {len(wrong)} wrong ones, {len(ties)} stem from a tie that should have gone "
            f"up: {first['printed']} of {first['respondents']} was called {first['answer']}, but "
            f"{first['tie']}. `wrong_answers.csv` lists them."
        )
    return [line]


def _trust(trust: pd.DataFrame) -> list[str]:
    tests = trust.groupby("test", sort=False)
    publications = int(tests["true"].sum().max())
    rules = trust["rounding"].nunique()
    alarms = int(trust["false_alarms"].sum())
    lines = [
        f"{publications:,} publications of made-up companies with known data, under {rules} "
        f"rounding rules in turn: **{alarms} true {'one was' if alarms == 1 else 'ones were'} "
        "called inconsistent.** Then one digit of one number was changed, or two swapped; a test "
        "notices that as often as the numbers it looks at leave no room for the misprint.",
        "",
        "| Test | True publications | Called inconsistent | Misprints | Noticed | Rate "
        "| By rounding rule |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, group in tests:
        true, wrong, misprints, found = (
            int(group[column].sum()) for column in ("true", "false_alarms", "misprints", "detected")
        )
        rate = decimal(1)(Fraction(100 * found, max(misprints, 1)))
        rates = sorted(group["rate"].astype(str), key=Fraction)
        lines.append(
            f"| {name} | {true:,} | {wrong} | {misprints:,} | {found:,} | {rate} % "
            f"| {rates[0]} to {rates[-1]} % |"
        )
    if "all minimal conflicts" in set(trust["test"]):
        lines += [
            "",
            "For *all minimal conflicts*, one without the misprinted number is a false alarm, too.",
        ]
    noticing = tests["detected"].sum()
    if blind := [str(name) for name in noticing[noticing == 0].index]:
        lines += [
            "",
            f"Noticed never ({', '.join(blind)}): the numbers leave a quantity free that makes "
            "any misprint fit, so only false alarms are tested there.",
        ]
    return lines
