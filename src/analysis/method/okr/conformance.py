"""Cases from other tools' bug reports, run against this scorer; other tools could run them too.

The table ``data/raw/conformance/okr_cases.csv`` holds inputs and exact expected results. It knows
nothing of this project.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis.method.okr.targets import Score, Target, join, rate, resolve, trend
from analysis.tables.method import CONFORMANCE, ConformanceRow
from analysis.tables.rows import read_rows


def read_cases(root: Path) -> list[ConformanceRow]:
    """Read the published cases of the project at `root`."""
    rows = read_rows(CONFORMANCE, root / "data" / "raw" / "conformance", root)
    return [row for row in rows if isinstance(row, ConformanceRow)]


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None


def _text(number: Fraction | None) -> str:
    return "" if number is None else str(number)


def score_case(row: ConformanceRow) -> Score:
    """Score one case."""
    baseline, amount = _number(row.baseline), _number(row.amount)
    if amount is None:
        return Score(None, None, "cannot tell", "no target")
    target = Target(row.kind, row.rule, amount, _number(row.upper), row.months)
    goal = resolve(target, baseline, since=row.since)
    return rate(_number(row.value), baseline, goal, Fraction(row.commit))


def run_cases(rows: Iterable[ConformanceRow]) -> pd.DataFrame:
    """Run cases and hold the results against what is expected.

    Returns
    -------
    DataFrame
        Columns case_id, source, why, expected, got (score and status, and for groups the joint
        score) and same.
    """
    known = list(rows)
    scores = {row.case_id: score_case(row) for row in known}
    table = []
    for row in known:
        score = scores[row.case_id]
        expected = [
            row.expected_score,
            row.expected_progress,
            row.expected_status,
            row.expected_trend,
            row.expected_joint,
            row.expected_covered,
        ]
        got = [
            _text(score.score),
            _text(score.progress),
            score.status,
            trend(_number(row.previous), _number(row.value)),
            "",
            "",
        ]
        if row.group:
            members = [other for other in known if other.group == row.group]
            joint = join((Fraction(o.weight), scores[o.case_id].score) for o in members)
            got[4:] = [_text(joint.score), _text(joint.covered)]
        table.append(
            {
                "case_id": row.case_id,
                "source": row.source,
                "why": row.why,
                "expected": _shown(expected),
                "got": _shown(got),
                "same": expected == got,
            }
        )
    return pd.DataFrame(table)


def _shown(parts: list[str]) -> str:
    score, _, status, trend_, joint, _ = parts
    text = f"{score or '–'}, {status}"
    text += f", {trend_}" if trend_ else ""
    return text + (f"; group {joint}" if joint else "")
