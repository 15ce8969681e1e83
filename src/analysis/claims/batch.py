"""Many printed statistics at once: a CSV file of them.

``check_claims`` is what ``python -m analysis check-claims FILE.csv`` runs. To add a kind of row:
its test and the columns that it uses in `KINDS`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import NamedTuple, TypeVar, get_args

from analysis.base.errors import InputError
from analysis.base.numbers import Printed, decimal_for, parse, parse_percent
from analysis.base.text import Rounding, listed, unguarded, write_text
from analysis.claims import single
from analysis.claims.printed import format_like, preimage
from analysis.claims.single import MANY, Deviation, sharpness, sums
from analysis.tables.rows import delimiter_of, text_of

COLUMNS = ("kind", "printed", "sd", "sd_of", "n", "items", "n_max", "later", "rounding", "decimal")
ADDED = ("consistent", "fits", "sharpness", "reason")
_FORMS: Mapping[str, Deviation] = {form: form for form in get_args(Deviation)}
T = TypeVar("T")
_NEAR = 100
"""So many prints on either side are tried where prints of a form have no limit."""


@dataclass(frozen=True)
class Checked:
    """What the test of one row says.

    Attributes
    ----------
    consistent : bool or None
        None where a list was asked for.
    fits : str
        What fits, compact: counts, sums, numbers of respondents, or pairs of counts.
    sharpness : str
        Of what is consistent, how many prints of the same form would have been.
    reason : str
        Of what is not, the nearest prints or why there are none.
    """

    consistent: bool | None
    fits: str
    sharpness: str = ""
    reason: str = ""


@dataclass(frozen=True)
class _Row:
    """The cells of a row, read."""

    kind: str
    printed: tuple[Printed, ...]
    sd: Printed | None
    form: Deviation
    n: tuple[int, ...]
    items: int
    most: int | None
    later: int | None
    rounding: Rounding

    @property
    def one(self) -> Printed:
        """The first number, and most often the only one."""
        return self.printed[0]

    def sizes(self) -> range:
        """Go through the numbers of respondents that may be listed."""
        if self.most is None:
            rule = "needed where n is empty: the limit of the list"
            raise InputError(rule, column="n_max")
        return range(1, self.most + 1)

    def counts(self, printed: Printed, n: int) -> range:
        """Return the counts or sums that print so."""
        if self.kind.startswith("mean"):
            return single.mean_totals(printed, n, self.items, self.rounding)
        return single.share_counts(printed, n * self.items, self.rounding)

    def attained(self, printed: Printed, n: int) -> tuple[int, int]:
        """Count the prints that some count has, and all of them: of a mean, in a whole unit."""
        mean = self.kind.startswith("mean")
        share = single.power(printed.decimals + 2 * (not mean), n, self.items, self.rounding)
        strings = int(Fraction(1, printed.unit))
        return int(share * strings) + (not mean), strings + (not mean)  # 0 % and 100 % both count

    def nearest(self, n: int) -> str:
        """Name the prints on either side of the first number that none has."""
        one = next(one for one in self.printed if not self.counts(one, n))
        start = self.counts(one, n).start
        around = [format_like(Fraction(k, n * self.items), one) for k in (start - 1, start)]
        return f"the nearest are {listed(list(dict.fromkeys(around)))}"


# -- tests of one row --------------------------------------------------------------------------


def _grim(row: _Row) -> Checked:
    """Test a mean, perhaps with its deviation, or percentages, each by itself."""
    shares = row.printed if row.kind == "percent" else ()
    reason = next(filter(None, map(single.beyond_whole, shares)), "")

    def fits(n: int) -> bool:
        return all(row.counts(one, n) for one in row.printed)

    if not row.n:
        return Checked(None, ranges(filter(fits, row.sizes())), reason=reason)
    n = _only(row)
    if not fits(n):
        return Checked(False, "", reason=reason or row.nearest(n))
    if row.sd is not None:
        return _deviation(row, row.sd, n)
    shown = "; ".join(ranges(row.counts(one, n)) for one in row.printed)
    fit, of = zip(*(row.attained(one, n) for one in row.printed), strict=True)
    return Checked(True, shown, sharpness(prod(fit), prod(of)))


def _deviation(row: _Row, sd: Printed, n: int) -> Checked:
    """Test a standard deviation, and how many of those around it would have fitted."""

    def sums_of(shown: Printed) -> Iterator[int]:
        binary = row.kind == "binary"
        return single.grimmer(row.one, shown, n, row.items, row.rounding, row.form, binary=binary)

    def fits(shown: Printed) -> bool:
        return next(sums_of(shown), None) is not None

    found, others = list(sums_of(sd)), [other for other in _near(sd) if other.number >= 0]
    if found:
        return Checked(True, ranges(found), sharpness(sum(map(fits, others)), len(others)))
    by_distance = sorted(others, key=lambda other: abs(other.number - sd.number))
    close = [format_like(other.value, sd) for other in by_distance if fits(other)][:2]
    what = f"with this mean the nearest are {listed(sorted(close))}" if close else "no data have it"
    return Checked(False, "", reason=f"the standard deviation is impossible; {what}")


def _near(printed: Printed) -> list[Printed]:
    """Return prints of the same form around one."""
    step = Fraction(1, 10**printed.decimals)
    return [replace(printed, number=printed.number + i * step) for i in range(-_NEAR, _NEAR + 1)]


def _binary(row: _Row) -> Checked:
    if row.sd is None:
        raise InputError("a row of kind binary needs a standard deviation", column="sd")
    return _deviation(row, row.sd, _only(row))


def _parts(row: _Row) -> Checked:
    """Percentages of parts that make up the whole: some counts of them must add up to n."""
    n = _only(row) * row.items
    found = [row.counts(one, _only(row)) for one in row.printed]
    others = sums(found[1:])
    if n not in sums(found):
        made = ranges(range(sums(found).start, sums(found).stop))
        alone = [one.text for one, counts in zip(row.printed, found, strict=True) if not counts]
        reason = f"{alone[0]} is no share of {n:,}" if alone else f"the parts make up {made}"
        return Checked(False, "", reason=reason)
    rest = range(n - others[-1], n - others[0] + 1) if others else range(n, n + 1)
    return Checked(True, "; ".join(map(ranges, found)), _first_prints(row, rest, n))


def _groups(row: _Row) -> Checked:
    """Test a total against the groups that make it up."""
    if len(row.printed) < 3:
        rule = "needs the total, then two groups or more, joined by ;"
        raise InputError(rule, column="printed")
    if len(row.n) == 1 and len(row.printed) == 3:  # the total is printed, the groups are not
        splits = [m for m in range(1, row.n[0]) if _adds_up(row, (row.n[0], m, row.n[0] - m))]
        return Checked(bool(splits), ranges(splits), reason="" if splits else "no split fits")
    if len(row.n) != len(row.printed) or row.n[0] != sum(row.n[1:]):
        rule = "needs n of the total, then n of each group, which add up to it"
        raise InputError(rule, column="n", value="; ".join(map(str, row.n)))
    found = [row.counts(one, n) for one, n in zip(row.printed, row.n, strict=True)]
    made, of = sums(found[1:]), row.n[0] * row.items
    if not _adds_up(row, row.n):
        ends = [format_like(Fraction(k, of), row.one) for k in sorted({*made[:1], *made[-1:]})]
        reason = f"the groups give {' to '.join(ends)}" if ends else "a group is impossible"
        return Checked(False, "", reason=reason)
    return Checked(True, "; ".join(map(ranges, found)), _first_prints(row, made, of))


def _adds_up(row: _Row, sizes: Sequence[int]) -> bool:
    total, *groups = (row.counts(one, n) for one, n in zip(row.printed, sizes, strict=True))
    made = sums(groups)
    return bool(made and total) and made[0] <= total[-1] and total[0] <= made[-1]


def _first_prints(row: _Row, counts: range, of: int) -> str:
    """Say how many prints of the first number the others leave."""
    strings = int(Fraction(1, row.one.unit))
    shown = {digits for k in counts for digits in single.prints(k, of, strings, row.rounding)}
    return sharpness(len(shown), None if row.kind.startswith("mean") else strings + 1)


def _growth(row: _Row) -> Checked:
    """Test the growth between two counts, of which one or both may be unknown."""
    printed, rule, later = row.one, row.rounding, row.later
    rate = preimage(printed, rule)
    if rate.ends[1] < -1 or (rate.ends[1] == -1 and not rate.high_closed):
        return Checked(False, "", reason="a count cannot fall by more than 100 %")
    if row.n and later is not None:
        right = Fraction(later - _only(row), _only(row))
        if right in rate:
            return Checked(True, "", sharpness(1, None))
        return Checked(False, "", reason=f"the growth is {format_like(right, printed, rule)}")
    if row.n:
        fit, of = row.attained(printed, _only(row))
        return _counted(single.later_counts(printed, _only(row), rule), fit - 1, of - 1)
    if later is None:
        pairs = single.growth_pairs(printed, row.sizes(), rule)
        return Checked(None, " ".join(f"{before}>{after}" for before, after in pairs))
    near = [one for one in _near(printed) if preimage(one, rule).ends[1] >= -1]
    fit = sum(len(single.earlier_counts(one, later, rule)) > 0 for one in near)
    return _counted(single.earlier_counts(printed, later, rule), fit, len(near))


def _counted(counts: range, fitting: int, of: int) -> Checked:
    if not counts:
        return Checked(False, "", reason="no whole number has this growth")
    return Checked(True, ranges(counts), sharpness(fitting, of))


class Kind(NamedTuple):
    """A kind of row: its test, the columns that it uses, and the most numbers that it takes."""

    check: Callable[[_Row], Checked]
    uses: str
    most: int = 1


KINDS: Mapping[str, Kind] = {
    "mean": Kind(_grim, "sd sd_of n items n_max"),
    "binary": Kind(_binary, "sd sd_of n"),
    "percent": Kind(_grim, "n items n_max", 99),
    "growth": Kind(_growth, "n n_max later"),
    "parts": Kind(_parts, "n items", 99),
    "percent groups": Kind(_groups, "n items", 99),
    "mean groups": Kind(_groups, "n items", 99),
}


def check_row(row: Mapping[str, str], beside: Iterable[str] = ()) -> Checked:
    """Test one printed statistic.

    Parameters
    ----------
    row : mapping of str to str
        ``kind`` (one of `KINDS`), ``printed`` (several are joined by ;), ``sd`` (standard
        deviation of a mean, or of answers 0 and 1 of kind binary), ``sd_of`` (sample if empty,
        population, or either), ``n`` (respondents, or the earlier count of a growth; of groups the
        total, then each group, joined by ;; empty: list what fits), ``items`` (1 if empty),
        ``n_max`` (limit of the list), ``later`` (later count of a growth), ``rounding`` (half-up if
        empty) and ``decimal`` (point or comma, where a number such as 1.234 has two readings).
    beside : iterable of str
        Other numbers of the text, which may show its decimal sign.

    Raises
    ------
    InputError
        With the column and the rule that a cell breaks.

    Examples
    --------
    >>> check_row({"kind": "growth", "printed": "22.9%", "later": "354"}).fits
    '288'
    >>> check_row({"kind": "percent groups", "printed": "60%; 50%; 70%", "n": "40; 20; 20"})
    Checked(consistent=True, fits='24; 10; 14', sharpness='forced: only this print', reason='')
    """
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    name = " ".join(cells["kind"].lower().split())
    if name not in KINDS:
        raise InputError("must be one of " + ", ".join(KINDS), column="kind", value=cells["kind"])
    kind = KINDS[name]
    for column in ("sd", "sd_of", "n", "items", "n_max", "later"):
        if cells[column] and column not in kind.uses.split():
            rule = f"a row of kind {name} has no use for this"
            raise InputError(rule, column=column, value=cells[column])
    whole = [_count(text, "n") for text in cells["n"].split(";") if text.strip()]
    read = _Row(
        name,
        tuple(_number(cells, text, "printed", beside) for text in cells["printed"].split(";")),
        _number(cells, cells["sd"], "sd", beside) if cells["sd"] else None,
        _choice(cells["sd_of"] or "sample", "sd_of", _FORMS.__getitem__, ", ".join(_FORMS)),
        tuple(whole),
        _count(cells["items"] or "1", "items"),
        _count(cells["n_max"], "n_max") if cells["n_max"] else None,
        _count(cells["later"], "later", 0) if cells["later"] else None,
        _choice(cells["rounding"] or "half-up", "rounding", Rounding, Rounding.names()),
    )
    if len(read.printed) > kind.most:
        raise InputError(f"a row of kind {name} holds one number", column="printed")
    return kind.check(read)


def _only(row: _Row) -> int:
    if len(row.n) != 1:
        raise InputError("needs one whole number of respondents", column="n")
    return row.n[0]


def ranges(numbers: Iterable[int]) -> str:
    """Write increasing numbers compactly: 1-3 7 9-10."""
    if isinstance(numbers, range) and len(numbers) > 1:
        return f"{numbers[0]}-{numbers[-1]}"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _number(cells: Mapping[str, str], text: str, column: str, beside: Iterable[str]) -> Printed:
    try:
        printed = parse(text, cells["decimal"] or decimal_for(text, beside))
    except InputError as error:
        raise InputError(error.rule, column=column, value=text, fix=error.fix) from None
    is_mean = column == "sd" or cells["kind"].lower().startswith(("mean", "binary"))
    if is_mean and printed.percent:
        raise InputError("a mean has no % sign", column=column, value=text)
    return printed if is_mean else parse_percent(printed)


def _count(text: str, column: str, least: int = 1) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= MANY:
        rule = f"must be a whole number from {least} to {MANY:,}"
        raise InputError(rule, column=column, value=text)
    return int(text)


def _choice(text: str, column: str, read: Callable[[str], T], known: str) -> T:
    try:
        return read(text)
    except (KeyError, ValueError):
        raise InputError(f"must be one of {known}", column=column, value=text) from None


# -- a file -----------------------------------------------------------------------------------


def check_claims(in_csv: Path, out_csv: Path | None = None) -> tuple[str, list[InputError]]:
    """Test every row of a CSV file; bad rows are reported and the rest still done.

    Parameters
    ----------
    in_csv : Path
        Table with the columns of :func:`check_row` (``kind`` and ``printed`` at least; others are
        carried along), with commas or semicolons between them, as the result has.
    out_csv : Path, optional
        Where to write the result; nothing is written otherwise.

    Returns
    -------
    (str, list of InputError)
        The table with the columns ``consistent`` (true, false, or empty for a list and for a bad
        row), ``fits``, ``sharpness`` and ``reason`` added, as CSV text; and one error per bad row,
        with file, row and column. The exit status of the command is 1 if there is any.

    Raises
    ------
    InputError
        If the file cannot be read as a table at all, or the result has no folder to go to.
    """
    if out_csv is not None and not out_csv.parent.is_dir():
        raise InputError(
            "the folder for the result does not exist", file=out_csv, fix="make it first"
        )
    mark, header, rows = _read(in_csv)
    place = header.index("printed")
    beside = [text for _, cells in rows for text in ";".join(cells[place : place + 1]).split(";")]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=mark, lineterminator="\n")
    writer.writerow([*header, *ADDED])
    errors = []
    for line, cells in rows:
        try:
            if len(cells) != len(header):
                raise InputError(f"has {len(cells)} cells, the header {len(header)}")
            done = check_row(dict(zip(header, map(unguarded, cells), strict=True)), beside)
        except InputError as error:
            error.file, error.row = str(in_csv), line
            errors.append(error)
            writer.writerow([*cells, *[""] * len(header)][: len(header)] + [""] * len(ADDED))
            continue
        answer = "" if done.consistent is None else str(done.consistent).lower()
        writer.writerow([*cells, answer, done.fits, done.sharpness, done.reason])
    text = stream.getvalue()
    if out_csv is not None:
        write_text(out_csv, text)
    return text, errors


def _read(path: Path) -> tuple[str, list[str], list[tuple[int, list[str]]]]:
    """Return the delimiter, the header, and the rows with their lines."""
    text = text_of(path, path)
    mark = delimiter_of(COLUMNS, text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        header = [name.strip() for name in next(reader, [])]
        rows = [(reader.line_num, cells) for cells in reader if cells]
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
    return mark, header, rows
