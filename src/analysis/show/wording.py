"""How tables and figures say it: captions and columns of tables, levels, goals, changes, scores.

What a table is called, what its caption says and which columns it shows stands in ``tables.yaml``;
:func:`view` puts it together with the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, TypedDict

import pandas as pd

from analysis.base.language import language, tr
from analysis.base.text import MISSING, Format, decimal, own_yaml, percent, points
from analysis.claims.wording import WORDS
from analysis.kpis.catalogue import Kpi, indicator
from analysis.method.key_results import Result
from analysis.method.scoring import Goal
from analysis.notebook.display import Column

SCORE = decimal(2)

_VERDICTS = ("#1b7f4b", "#1f74b8", "#c43e1c", "#8d6708", "#6f6f6f", "#6f6f6f", "#6f6f6f")
VERDICT_COLOURS: Mapping[str, str] = dict(zip(WORDS, _VERDICTS, strict=True))
"""A second mark beside the word: at least 4.5:1 on white, told apart by the colour-blind."""

STATUS_COLOURS = {
    "#00594f": ("met", "good enough", "on track", "supported", "better"),
    "#a84a12": ("behind", "below baseline", "off", "contradicted", "worse"),
    "#6f6f6f": ("cannot tell", "undecided", "untestable"),
}
"""At least 4.5:1 on white; the word always stands beside the colour."""

_COLOURS: Mapping[str, Mapping[str, str]] = {
    "verdict": VERDICT_COLOURS,
    "status": {word: colour for colour, words in STATUS_COLOURS.items() for word in words},
}
_SYMBOLS = dict(zip(STATUS_COLOURS, "●◆○", strict=True))
_LIGHTS = {word: _SYMBOLS[colour] for word, colour in _COLOURS["status"].items()}
"""A mark that tells the states apart without colour."""
_FORMATS = {"decimal": decimal, "percent": percent, "points": points}


class View(TypedDict):
    """What :func:`analysis.notebook.display.show_table` takes."""

    frame: pd.DataFrame
    label: str
    caption: str
    kind: str
    columns: list[Column]


def view(
    name: str,
    rows: pd.DataFrame | Iterable[Sequence[object]],
    *,
    kind: str | None = None,
    more: Iterable[Column] = (),
    **words: Any,
) -> View:
    """Put rows together with what ``tables.yaml`` says of their table.

    Parameters
    ----------
    name : str
        The table's key there.
    rows : DataFrame or iterable of sequences
        A frame that has the columns, or rows that have a cell for each column, in their order.
    kind : str, optional
        Kind of number, where the file names none.
    more : iterable of Column
        Columns to show after those of the file, such as the periods that there are.
    **words : object
        What the braces of label, caption and headers stand for, beside ``kind`` and ``count``, the
        number of rows. A column whose header comes out empty is not shown.

    Examples
    --------
    >>> made = view("tbl-article-2", [("time", "ex ante", "plans", "a budget")])
    >>> made["label"], made["kind"], [column.header for column in made["columns"]]
    ('tbl-article-2', 'words', ['By', 'Kind', 'Compares', 'Example'])
    """
    entry = _tables()[name]
    kind = entry.get("kind", kind)
    rows = rows if isinstance(rows, pd.DataFrame) else list(rows)
    words = {"kind": str(kind), "count": len(rows), **words}
    columns = [_column(key, about, words) for key, about in entry["columns"].items()]
    if not isinstance(rows, pd.DataFrame):
        rows = pd.DataFrame(rows, columns=[column.name for column in columns])
    return {
        "frame": rows,
        "label": name.split("/")[0].format(**words),
        "caption": tr(entry["caption"], **words),
        "kind": str(kind),
        "columns": [*(column for column in columns if column.header), *more],
    }


def rows_of(name: str) -> list[list[str]]:
    """Return the rows that ``tables.yaml`` itself holds of a table."""
    found: list[list[str]] = _tables()[name]["rows"]
    return found


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = own_yaml(__file__, "tables.yaml")
    return tables


def _column(name: str, about: str | dict[str, Any], words: Mapping[str, str]) -> Column:
    known: dict[str, Any] = {"header": about} if isinstance(about, str) else dict(about)
    known["header"] = tr(known["header"], **words)
    if "format" in known:
        known["format"] = _format(known["format"])
    if "colours" in known:
        known.setdefault("format", tr)
        known["colours"] = _COLOURS[known["colours"]]
    return Column(name, **known)


def _format(text: str) -> Format:
    if text == "words":
        return tr
    if text == "light":
        return lambda word: f"{_LIGHTS.get(word, MISSING)} {tr(str(word))}"
    if "{}" in text:
        return text.format
    name, places, *signed = text.split()
    return _FORMATS[name](int(places), signed=bool(signed))


def score_text(value: Fraction | None) -> str | None:
    """Write a score with two decimals."""
    return None if value is None else SCORE(value)


def amount_text(value: Fraction) -> str:
    """Write an amount of money for a sentence, before its currency: large ones in millions.

    Examples
    --------
    >>> amount_text(Fraction(9_331_000)), amount_text(Fraction(39_331_000_000))
    ('9,331,000', '39,331 million')
    """
    if abs(value) < 10**7:
        return decimal(0)(value)
    return f"{decimal(1 if abs(value) < 10**9 else 0)(value / 10**6)} {tr('million')}"


def level_text(record: Kpi, value: Fraction | None, *, unit: bool = False) -> str | None:
    """Write the level of an indicator with its decimals."""
    if value is None:
        return None
    text = decimal(record.decimals)(value)
    sign = language().percent if record.is_share else f" {record.unit}"
    return text + sign if unit else text


def change_text(unit: str, change: Fraction | None, growth: Fraction | None) -> str | None:
    """Write a change: percentage points for shares, per cent for everything else.

    Examples
    --------
    >>> change_text("%", Fraction(3, 2), None), change_text("h", Fraction(2), Fraction(1, 8))
    ('+1.5 pp', '+12.5%')
    """
    if unit == "%":
        return None if change is None else points(1)(change / 100)
    return None if growth is None else percent(1, signed=True)(growth)


def goal_text(record: Kpi, goal: Goal | None, *, unit: bool = False) -> str | None:
    """Write a goal as levels: ``≥ 10.0%`` with its unit."""
    if goal is None:
        return None
    low, high = (level_text(record, end, unit=unit) for end in (goal.low, goal.high))
    if low and high:
        return tr("{low} to {high}", low=low, high=high)
    if low:
        return f"{'>' if goal.strict else '≥'} {low}"
    return f"≤ {high}"


def result_texts(result: Result, currency: str) -> tuple[str | None, ...]:
    """Write a key result's start, goal, level, unit and score."""
    record = indicator(result.kpi, currency)
    start, level = (level_text(record, value) for value in (result.baseline, result.value))
    goal, score = goal_text(record, result.goal), score_text(result.score.score)
    return start, goal, level, record.unit, score
