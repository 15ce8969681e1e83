"""Many printed statistics at once: a CSV file of them.

``check_claims`` is what ``python -m analysis check-claims FILE.csv`` runs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.base.errors import InputError, system_error
from analysis.base.numbers import Printed, parse, parse_percent
from analysis.base.text import Rounding, decimal, write_text
from analysis.claims.single import (
    earlier_counts,
    grim_mean,
    grows,
    growth_pairs,
    later_counts,
    power,
    share_counts,
)

COLUMNS = ("kind", "printed", "n", "items", "n_max", "later", "rounding")
ADDED = ("consistent", "fits", "power")
KINDS = ("mean", "percent", "growth")
LARGEST_N = 10**7


@dataclass(frozen=True)
class Checked:
    """What the test of one row says.

    Attributes
    ----------
    consistent : bool or None
        None where a list was asked for.
    fits : str
        What fits, compact: counts, numbers of respondents, or pairs of counts.
    power : str
        Share of strings that would pass by chance, with four decimals; empty where there is none.
    """

    consistent: bool | None
    fits: str
    power: str


# -- one row ----------------------------------------------------------------------------------


def check_row(row: Mapping[str, str]) -> Checked:
    """Test one printed statistic.

    Parameters
    ----------
    row : mapping of str to str
        ``kind`` (mean, percent, growth), ``printed``, ``n`` (respondents, or the earlier count for
        a growth; empty: list what fits), ``items`` (1 if empty), ``n_max`` (limit of the list),
        ``later`` (later count of a growth, may be empty), ``rounding`` (half-up if empty).

    Raises
    ------
    InputError
        With the column and the rule that a cell breaks.

    Examples
    --------
    >>> check_row({"kind": "growth", "printed": "22.9%", "later": "354"})
    Checked(consistent=True, fits='288', power='')
    """
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    kind = cells["kind"]
    if kind not in KINDS:
        raise InputError("must be one of " + ", ".join(KINDS), column="kind", value=kind)
    printed = _printed(cells["printed"], kind)
    n, later = _count(cells, "n"), _count(cells, "later", 0)
    items = _count(cells, "items") or 1
    rounding = _rounding(cells["rounding"])
    if kind == "growth":
        return _growth(printed, n, later, _count(cells, "n_max"), rounding)
    if later is not None:
        raise InputError("only a growth has a later count", column="later", value=later)
    if n is None:
        return _listed(kind, printed, items, _needed(cells), rounding)
    places = printed.decimals + (2 if kind == "percent" else 0)
    chance = decimal(4)(power(places, n, items, rounding))
    if kind == "mean":
        return Checked(grim_mean(printed, n, items, rounding), "", chance)
    counts = share_counts(printed, n * items, rounding)
    return Checked(len(counts) > 0, ranges(counts), chance)


def _growth(
    printed: Printed, earlier: int | None, later: int | None, most: int | None, rounding: Rounding
) -> Checked:
    if earlier is not None and later is not None:
        return Checked(grows(earlier, later, printed, rounding), "", "")
    if earlier is not None:
        counts = later_counts(printed, earlier, rounding)
        return Checked(len(counts) > 0, ranges(counts), "")
    try:
        if later is not None and later > 0:
            counts = earlier_counts(printed, later, rounding)
            return Checked(len(counts) > 0, ranges(counts), "")
    except ValueError as error:
        raise InputError(str(error), column="printed", value=printed.text) from None
    if later is not None or most is None:
        raise InputError("needs n, later (above 0) or n_max", column="n", value="")
    pairs = growth_pairs(printed, range(1, most + 1), rounding)
    return Checked(None, " ".join(f"{before}>{after}" for before, after in pairs), "")


def _listed(kind: str, printed: Printed, items: int, most: int, rounding: Rounding) -> Checked:
    """List the numbers of respondents that fit."""
    if kind == "mean":
        fitting = (n for n in range(1, most + 1) if grim_mean(printed, n, items, rounding))
    else:
        fitting = (n for n in range(1, most + 1) if share_counts(printed, n * items, rounding))
    return Checked(None, ranges(fitting), "")


def ranges(numbers: Iterable[int]) -> str:
    """Write increasing numbers compactly: 1-3 7 9-10."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _printed(text: str, kind: str) -> Printed:
    try:
        printed = parse(text)
    except InputError as error:
        raise InputError(error.rule, column="printed", value=text, fix=error.fix) from None
    if kind == "mean" and printed.percent:
        raise InputError("a mean has no % sign", column="printed", value=text)
    return printed if kind == "mean" else parse_percent(printed)


def _count(cells: Mapping[str, str], column: str, least: int = 1) -> int | None:
    text = cells[column]
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= LARGEST_N:
        raise InputError(
            f"must be a whole number from {least} to {LARGEST_N:,}", column=column, value=text
        )
    return int(text)


def _needed(cells: Mapping[str, str]) -> int:
    most = _count(cells, "n_max")
    if most is None:
        raise InputError("needed where n is empty: the limit of the list", column="n_max")
    return most


def _rounding(text: str) -> Rounding:
    try:
        return Rounding(text or "half-up")
    except ValueError:
        raise InputError(
            "must be one of " + Rounding.names(), column="rounding", value=text
        ) from None


# -- a file -----------------------------------------------------------------------------------


def check_claims(in_csv: Path, out_csv: Path | None = None) -> tuple[str, list[InputError]]:
    """Test every row of a CSV file; bad rows are reported and the rest still done.

    Parameters
    ----------
    in_csv : Path
        Table with the columns of :func:`check_row` (``kind`` and ``printed`` at least; others are
        carried along).
    out_csv : Path, optional
        Where to write the result; nothing is written otherwise.

    Returns
    -------
    (str, list of InputError)
        The table with the columns ``consistent`` (true, false, or empty for a list and for a bad
        row), ``fits`` and ``power`` added, as CSV text; and one error per bad row, with file, row
        and column. The exit status of the command is 1 if there is any.

    Raises
    ------
    InputError
        If the file cannot be read as a table at all, or the result has no folder to go to.
    """
    if out_csv is not None and not out_csv.parent.is_dir():
        raise InputError(
            "the folder for the result does not exist", file=out_csv, fix="make it first"
        )
    header, rows = _read(in_csv)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*header, *ADDED])
    errors = []
    for line, cells in rows:
        try:
            if len(cells) != len(header):
                raise InputError(f"has {len(cells)} cells, the header {len(header)}")
            done = check_row(dict(zip(header, cells, strict=True)))
        except InputError as error:
            error.file, error.row = str(in_csv), line
            errors.append(error)
            padded = [*cells, *[""] * len(header)][: len(header)]
            writer.writerow([*padded, "", "", ""])
            continue
        answer = "" if done.consistent is None else str(done.consistent).lower()
        writer.writerow([*cells, answer, done.fits, done.power])
    text = stream.getvalue()
    if out_csv is not None:
        write_text(out_csv, text)
    return text, errors


def _read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            rows = [(reader.line_num, cells) for cells in reader if cells]
    except OSError as error:
        raise system_error(error, path) from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text", file=path, fix="save it as UTF-8") from None
    except csv.Error as error:
        raise InputError(f"not readable as CSV ({error})", file=path) from None
    for needed in ("kind", "printed"):
        if needed not in header:
            raise InputError("this column is missing", file=path, row=1, column=needed)
    for name in ADDED:
        if name in header:
            raise InputError("this column is added by the check", file=path, row=1, column=name)
    if len(set(header)) < len(header):
        raise InputError("a column name stands twice", file=path, row=1)
    return header, rows
