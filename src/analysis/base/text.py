"""Text: the one place where numbers, lists and frames become it, and where it becomes files.

Numbers are rounded exactly, half away from zero. Each of the first functions takes options and
returns a format, a function from a value (int, Fraction, Decimal or float) to its text; a float
counts as the decimal that it prints as.

A cell of a CSV file that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break is run as a
formula when a spreadsheet program opens the file (OWASP: CSV injection). So free text is written
with an apostrophe before it and read without it: the round trip is exact. What is nothing but a
number, or a sign alone, is written as it is, since it means the same either way. Keys may not begin
so at all, since an apostrophe in one file and none in another would break references.

Files are replaced in one step, so that nobody ever sees half of one; YAML is read without what can
do harm in it.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pandas.api.types import is_numeric_dtype
from yaml.constructor import SafeConstructor
from yaml.loader import SafeLoader  # in Python, whose messages are clear

from analysis.base.language import language, tr

Format = Callable[[Any], str]

MINUS = "−"
MISSING = "–"


_CELLS: dict[str, tuple[int, int, str, bool]] = {
    "half-up": (-5, 5, "[)", True),
    "half-down": (-5, 5, "(]", True),
    "half-even": (-5, 5, "()", True),
    "half-either": (-5, 5, "[]", True),
    "floor": (0, 10, "[)", False),
    "ceiling": (-10, 0, "(]", False),
    "truncate": (0, 10, "[)", True),
    "anti_trunc": (-10, 0, "(]", True),
    "up": (-5, 5, "[)", False),
    "down": (-5, 5, "(]", False),
    "ceiling_or_floor": (-10, 10, "()", False),
}
"""What prints as a whole number: from so many tenths on from it to so many, ends as in the
brackets, and whether negative numbers mirror positive ones."""
for _t in range(1, 10):
    _CELLS[f"up_from {_t}"] = (_t - 10, _t, "[)", False)
    _CELLS[f"down_from {_t}"] = (-_t, 10 - _t, "(]", False)
    _wide = max(_t, 10 - _t)
    _CELLS[f"up_from_or_down_from {_t}"] = (-_wide, _wide, "[]" if _t <= 5 else "()", False)
_SAME_RULE = {"up_or_down": "half-either", "even": "half-even", "trunc": "truncate"}


class Rounding(StrEnum):
    """How an author may have turned a value into the printed string.

    Ties follow the magnitude, as spreadsheets do: ``HALF_UP`` sends −2.5 to −3.
    ``HALF_EITHER`` is the rule for an unknown rule: at a tie both neighbours are accepted.

    The rules of the R package scrutiny have its names: ``up``, ``down``, ``up_or_down``, ``even``,
    ``ceiling``, ``floor``, ``ceiling_or_floor``, ``trunc``, ``anti_trunc``, and with a threshold
    from 1 to 9 ``up_from 6``, ``down_from 6`` and ``up_from_or_down_from 6``. There ``up`` means
    up the number line, so that −2.5 becomes −2.

    Examples
    --------
    >>> round_digits(Fraction(-5, 2), Rounding.HALF_UP), round_digits(Fraction(-5, 2), "up")
    (-3, -2)
    >>> Rounding("even"), round_digits(Fraction(55, 10), Rounding("up_from 6"))
    (<Rounding.HALF_EVEN: 'half-even'>, 5)
    """

    HALF_UP = "half-up"
    HALF_DOWN = "half-down"
    HALF_EVEN = "half-even"
    HALF_EITHER = "half-either"
    FLOOR = "floor"
    CEILING = "ceiling"
    TRUNCATE = "truncate"

    @classmethod
    def _missing_(cls, value: object) -> Rounding | None:
        """Return the rule of a name that is no member: those of scrutiny."""
        if value in _SAME_RULE:
            return cls(_SAME_RULE[str(value)])
        if value not in _CELLS:
            return None
        rule = str.__new__(cls, value)
        rule._name_ = rule._value_ = str(value)
        return rule

    @staticmethod
    def names() -> str:
        """List every rule's name, ours first."""
        names = [name for name in (*_SAME_RULE, *_CELLS) if name not in set(Rounding)]
        more = [name.replace(" 1", " 1 to 9") for name in names if name[-1] not in "23456789"]
        return ", ".join((*Rounding, *more))


def cell(digits: int, rounding: Rounding) -> tuple[int, int, bool, bool]:
    """Return what prints as a whole number: both ends in tenths, and whether each belongs to it.

    Examples
    --------
    >>> cell(-2, Rounding.TRUNCATE)
    (-30, -20, False, True)
    """
    low, high, ends, mirrored = _CELLS[rounding]
    if rounding == "half-even" and digits % 2 == 0:
        ends = "[]"
    first, last = ends[0] == "[", ends[1] == "]"
    if mirrored and digits < 0:
        low, high, first, last = -high, -low, last, first
    elif mirrored and digits == 0:
        low, first = -high, last
    return 10 * digits + low, 10 * digits + high, first, last


def round_digits(value: Fraction | int, rounding: Rounding | str) -> int:
    """Round an exact value to an integer (where two fit, away from zero)."""
    tenths, rule = 10 * Fraction(value), Rounding(rounding)
    for digits in sorted((floor(value), ceil(value)), key=abs, reverse=True):
        low, high, first, last = cell(digits, rule)
        if low < tenths < high or (first and tenths == low) or (last and tenths == high):
            return digits
    raise AssertionError("every value prints as one of its neighbours")


def decimal(
    places: int = 0, *, signed: bool = False, rounding: Rounding = Rounding.HALF_UP
) -> Format:
    """Format numbers with thousands separators: ``1,234.5``, or as the language in use has it.

    Parameters
    ----------
    places : int
        Digits after the point.
    signed : bool
        Write ``+`` before positive numbers, for changes.
    rounding : Rounding
        The rule.
    """
    return lambda value: _text(exact(value), places, signed, rounding)


def outward(low: Any, high: Any, places: int = 0) -> tuple[str, str]:
    """Format both ends of a range, rounded outwards; "" stands for an end without a limit.

    Examples
    --------
    >>> outward(Fraction(2, 3), None, 1), outward_percent(Fraction(1, 3), Fraction(2, 3))
    (('0.6', ''), ('33.33%', '66.67%'))
    """
    below, above = (decimal(places, rounding=rule) for rule in (Rounding.FLOOR, Rounding.CEILING))
    return "" if low is None else below(low), "" if high is None else above(high)


def outward_percent(low: Any, high: Any) -> tuple[str, str]:
    """Format both ends of a range of shares in per cent with two decimals, rounded outwards."""
    below, above = outward(exact(low) * 100, exact(high) * 100, 2)
    return below + language().percent, above + language().percent


def percent(places: int = 1, *, signed: bool = False) -> Format:
    """Format shares and growth rates, given as ratios: 0.229 is ``22.9%``."""
    return lambda value: _text(exact(value) * 100, places, signed) + language().percent


def points(places: int = 1, *, signed: bool = True) -> Format:
    """Format differences of shares, given as ratios, in percentage points: ``+1.2 pp``."""
    return lambda value: _text(exact(value) * 100, places, signed) + f" {tr('pp')}"


def money(places: int = 2) -> Format:
    """Format centimos as the currency's units: 30311000 is ``303,110.00``."""
    return lambda value: _text(exact(value) / 100, places, signed=False)


def exact(value: Any) -> Fraction:
    """Return a number as the fraction that it prints as."""
    if isinstance(value, Integral):
        return Fraction(int(value))
    if isinstance(value, Fraction | Decimal):
        return Fraction(value)
    return Fraction(repr(float(value)))


def plain(value: Any) -> str:
    """Format a value by its type alone; for columns without a format of their own."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, Integral):
        return decimal()(value)
    if is_number(value):
        return decimal(2)(value)
    return str(value)


def is_number(value: object) -> bool:
    """Say whether a value is a number (a truth value is none)."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)


def _text(value: Fraction, places: int, signed: bool, rounding: Rounding = Rounding.HALF_UP) -> str:
    digits = round_digits(value * 10**places, rounding)
    whole, rest = divmod(abs(digits), 10**places)
    sign = MINUS if digits < 0 else "+" if signed and digits > 0 else ""
    grouped = f"{whole:,}".replace(",", language().group)
    return sign + grouped + (f"{language().point}{rest:0{places}d}" if places else "")


def fixed(value: Fraction | None, places: int = 6) -> str:
    """Write an exact value for files that machines read: a fixed number of decimals, ties to even.

    Examples
    --------
    >>> fixed(Fraction(-2, 3)), fixed(Fraction(5, 2), 0), fixed(None)
    ('-0.666667', '2', '')
    """
    if value is None:
        return ""
    whole, part = divmod(abs(digits := round(value * 10**places)), 10**places)
    return f"{'-' if digits < 0 else ''}{whole}" + (f".{part:0{places}d}" if places else "")


def listed(items: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["one", "two", "three"]), listed(["one"]), listed([])
    ('one, two and three', 'one', '')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {tr(last)} {items[-1]}"


def records(frame: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (and the row's label as ``Index``)."""
    return list(frame.itertuples())


def keyed(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    """Return the rows by the value of a column that tells them apart."""
    return {str(getattr(row, column)): row for row in records(frame)}


def groups(frame: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    """Return the rows of each value of a column, values in order of first occurrence."""
    return [(str(value), rows) for value, rows in frame.groupby(column, sort=False)]


def only(frame: pd.DataFrame) -> Any:
    """Return the one row of a frame."""
    (row,) = records(frame)
    return row


def fields(record: object, names: str) -> dict[str, Any]:
    """Return some attributes of a record by name.

    Examples
    --------
    >>> fields(Fraction(1, 2), "numerator denominator")
    {'numerator': 1, 'denominator': 2}
    """
    return {name: getattr(record, name) for name in names.split()}


def frame_of(rows: Sequence[Any], columns: str | None = None) -> pd.DataFrame:
    """Return rows as a frame in which fractions, and whole numbers beside None, stay exact.

    Parameters
    ----------
    rows : sequence of mappings or of sequences
        By the names of the columns, or with a cell for each column in their order.
    columns : str
        Names of the columns, with spaces between them; needed for sequences.

    Examples
    --------
    >>> frame_of([("2024Q1", None), ("2024Q2", Fraction(1, 8))], "quarter growth")
      quarter growth
    0  2024Q1   None
    1  2024Q2    1/8
    """
    frame = pd.DataFrame(rows, columns=columns.split() if columns else None)
    for place, name in enumerate(frame):
        values = [row[name if isinstance(row, Mapping) else place] for row in rows]
        if any(value is None or isinstance(value, Fraction) for value in values):
            frame[name] = column(values)
    return frame


def column(values: Iterable[object], index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """Return values as a column that leaves them as they are."""
    return pd.Series(list(values), index=index, dtype="object")


_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_PLAIN = re.compile(r"[+-]|[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(/\d+)?( ?%| ?pp)?", re.ASCII)


def guarded(text: str) -> str:
    """Return text as it is written to CSV and XLSX files.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-0.5"), guarded("'=1+1"), guarded("plain")
    ("'=1+1", '-0.5', "''=1+1", 'plain')
    """
    return f"'{text}" if _RISKY.match(text) and not _PLAIN.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return text as it was before :func:`guarded`."""
    return text[1:] if _GUARDED.match(text) and not _PLAIN.fullmatch(text[1:]) else text


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts are all :func:`guarded`."""
    safe = frame.copy(deep=False)
    for name in frame.columns[[not is_numeric_dtype(kind) for kind in frame.dtypes]]:
        texts = {cell for cell in frame[name].unique() if isinstance(cell, str)}
        if risky := {text: guarded(text) for text in texts if guarded(text) != text}:
            safe[name] = column([risky.get(cell, cell) for cell in frame[name]], frame.index)
    return safe


written: list[Path] = []
"""What was written, for a build that watches its outputs; some of it may be gone again."""

FONTS = Path(__file__).with_name("fonts")
"""Folder of IBM Plex Sans, the typeface of report and figures, with its licence."""

imported: set[str] = set()
"""Files of modules that other processes imported for this one, for a build that watches them."""


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader or a killed build never sees half of it.

    UTF-8, newlines as given. The folder is created when missing.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step; see `write_text`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        aside = Path(name)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        aside.chmod(0o644)  # mkstemp makes files that only their owner can read
        aside.replace(path)
        written.append(path)
    except BaseException as error:
        if aside:
            aside.unlink(missing_ok=True)
        if isinstance(error, OSError):  # a full disk names no file, and others one aside
            error.filename, error.filename2 = str(path), None
        raise


def replace_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Replace a folder by one that holds just these files; without any, remove it.

    The new folder is complete before it takes the old one's place, so that a killed build leaves
    the old files or the new ones, never some of each.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as aside:
        new, old = Path(aside) / "new", Path(aside) / "old"
        for name, text in texts.items():
            write_text(new / name, text)
        if folder.is_dir():
            folder.rename(old)
        if texts:
            new.rename(folder)
            written.extend(folder / name for name in texts)


class _PlainKeys(SafeConstructor):
    """Keys that are words, none twice, none merged."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that is no word or stands twice."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is a word", problem_mark=key.start_mark)
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(
                    problem="keys are not merged here", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class PlainLoader(_PlainKeys, SafeLoader):
    """YAML without aliases and merged keys, which can blow up a file, or keys that stand twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.MarkedYAMLError(problem="aliases are not used here", problem_mark=mark)
        return super().compose_node(parent, index)


class _OwnLoader(_PlainKeys, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads ten times faster, with less clear messages."""


def own_yaml(module: str, name: str) -> Any:
    """Read a YAML file of the package, which lies beside a module."""
    return yaml.load(Path(module).with_name(name).read_text(encoding="utf-8"), _OwnLoader)
