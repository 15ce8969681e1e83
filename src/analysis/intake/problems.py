"""What is wrong with a case's files, and what was made of them without being wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache, lru_cache, partial
from string import Template
from typing import Any

from analysis.base.errors import InputError, printable
from analysis.base.language import counted, language, tr
from analysis.base.text import decimal, fields, own_yaml
from analysis.tables.columns import not_drawn

_MOST_NAMED = 20
"""Columns and rows that a message names, at most."""


Rank = IntEnum("Rank", "FILE COLUMNS ASK CELL ROW KEY REFERENCE PERIOD SUM NOTE")
"""Kinds of problem, the worst first: what hides the most of the rest."""


@dataclass(frozen=True)
class Fault:
    """A rule that cells of a column break, whatever the cell.

    Attributes
    ----------
    rank : Rank
        Kind of problem.
    rule : str
        What is wrong, as a sentence without its final stop.
    fix : str
        What to do about it.
    name : str
        Its name in ``rules.yaml``, if it stands there.
    """

    rank: Rank
    rule: str
    fix: str = ""
    name: str = ""


_data = cache(partial(own_yaml, __file__))


def vocabulary(section: str) -> Mapping[str, str]:
    """Return a section of ``words.yaml``, such as currencies, months or totals."""
    return dict(_data("words.yaml")[section])


def words_for(section: str, key: str = "words") -> frozenset[str]:
    """Return the words of an entry of ``words.yaml``."""
    return frozenset(vocabulary(section)[key].split())


def told(name: str, **words: object) -> str:
    """Return a text of ``words.yaml`` in the language in use, which also writes its numbers."""
    shown = {key: decimal()(w) if isinstance(w, int) else w for key, w in words.items()}
    return tr(vocabulary("told")[name], **shown)


def fault_of(name: str, /, **words: object) -> Fault:
    """Return a rule of ``rules.yaml`` in the language in use, its words filled in.

    Examples
    --------
    >>> fault_of("not-day")
    Fault(rank=<Rank.CELL: 4>, rule='is no day', fix='write it like 2024-05-31', name='not-day')
    """
    return _filled(language().code, name, **words)


@lru_cache(maxsize=1000)
def _filled(_: str, name: str, /, **words: object) -> Fault:
    found = _data("rules.yaml")[name]
    texts = (found.get(key, "") for key in ("rule", "fix"))
    rule, fix = (Template(tr(text)).substitute(words) for text in texts)
    return Fault(Rank[found.get("kind", "file").upper()], rule, fix, name)


@dataclass(frozen=True)
class Problem:
    """One rule broken in one column of one file, once or often.

    Attributes
    ----------
    fault : Fault
        Which rule, and how to mend it.
    file : str
        File, with the sheet if it is a workbook.
    row : int or None
        First offending row as a spreadsheet counts, the header's row being 1 as a rule.
    column : str
        Column under its name in the file.
    value : str or None
        First offending value.
    rows : tuple of int
        The next offending rows, all of them unless they are more than ten thousand.
    count : int
        All offending rows.
    """

    fault: Fault
    file: str
    row: int | None = None
    column: str = ""
    value: str | None = None
    rows: tuple[int, ...] = ()
    count: int = 1

    def error(self) -> InputError:
        """Return the problem as the exception that stops a build."""
        place = {key: part or None for key, part in fields(self, "file row column").items()}
        return InputError(self.fault.rule, **place, value=self.value, fix=self.fault.fix or None)

    def place(self) -> str:
        """Return file, row, column and value, and how many rows more."""
        bare = replace(self, fault=Fault(self.fault.rank, ""))
        return f"{str(bare.error()).rstrip(': ')} {self.more()}".rstrip()

    def more(self) -> str:
        """Say how many other rows break the rule, and name the first of them."""
        others, named = self.count - 1, [*map(str, self.rows[:_MOST_NAMED])]
        shown = ", ".join(named + ["…"] * (others > len(named)))
        return tr("and {n} more like this: {rows}", n=others, rows=shown) if others else ""

    def __str__(self) -> str:
        return "\n  ".join(filter(None, (str(self.error()), self.more())))


@dataclass(frozen=True)
class Note:
    """Something that was skipped or coerced, which is no problem but should be known.

    Attributes
    ----------
    file : str
        File, with the sheet if it is a workbook.
    what : str
        What was done, as a sentence without its final stop.
    column : str
        Column under its name in the file; empty for a whole table.
    count : int
        Rows concerned; 0 if it is not about rows.
    example : str
        One of the values concerned.
    """

    file: str
    what: str
    column: str = ""
    count: int = 0
    example: str = ""

    def __str__(self) -> str:
        place, n = InputError("", file=self.file, column=self.column or None), self.count
        cells, rows = counted("{n} cell", "{n} cells", n), counted("{n} row", "{n} rows", n)
        unit = f" ({cells if self.column else rows})" if n else ""
        shown = printable(" ".join(self.example.split())[:60])
        example = f", {tr('such as “{text}”', text=shown)}" if shown else ""
        return f"{place}{self.what}{unit}{example}"


def note_of(rule: str | Fault, file: str, /, *about: Any, **words: object) -> Note:
    """Return a note in the words of ``rules.yaml``."""
    fault = fault_of(rule, **words) if isinstance(rule, str) else rule
    what = "; ".join(filter(None, (fault.rule, fault.fix)))
    return Note(file, what, *about)


@dataclass
class Log:
    """What is wrong with a file or table, or with all files, and what is noted of it."""

    file: str
    problems: list[Problem] = field(default_factory=list, kw_only=True)
    notes: list[Note] = field(default_factory=list, kw_only=True)

    def refuse(self, rule: str | Fault, /, *place: Any, at: str = "", **words: object) -> None:
        """Add a problem, in the words of ``rules.yaml`` or its own.

        Parameters
        ----------
        *place
            Row, column and value.
        at : str
            Another file.
        **words
            What is filled in.
        """
        fault = fault_of(rule, **words) if isinstance(rule, str) else rule
        self.problems.append(Problem(fault, at or self.file, *place))

    def note(self, rule: str | Fault, /, *about: Any, at: str = "", **words: object) -> None:
        """Add a note in the words of ``rules.yaml``: on a column, how many rows, an example."""
        self.notes.append(note_of(rule, at or self.file, *about, **words))

    @property
    def is_read(self) -> bool:
        """Whether rows are known, right or wrong; if not, none may be missed in them."""
        return all(problem.fault.rank > Rank.COLUMNS for problem in self.problems)

    def add(self, other: Log) -> None:
        """Add what is wrong with something else, and what is noted of it."""
        self.problems += other.problems
        self.notes += other.notes


def worst_first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by kind, number of rows and place; columns keep their order."""
    return tuple(sorted(problems, key=lambda p: (p.fault.rank, -p.count, p.file, p.row or 0)))


def problem_of(error: InputError, rank: Rank | None = None) -> Problem:
    """Return an exception as the problem that it speaks of."""
    row = error.row if isinstance(error.row, int) else None
    key = f" ({tr('row {row}', row=error.row)})" if isinstance(error.row, str) and not rank else ""
    usual = Rank.FILE if error.row is None and error.column is None else Rank.CELL
    fault = Fault(usual if rank is None else rank, tr(error.rule) + key, tr(error.fix or ""))
    value = None if error.value is None else str(error.value)
    return Problem(fault, error.file or "", row, error.column or "", value)


def problem_list(name: str, problems: Iterable[Problem]) -> str:
    """Set problems as a numbered list, a rule and its remedy once however many places break it."""
    groups: dict[Fault, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.fault, []).append(problem)
    count = sum(problem.count for group in groups.values() for problem in group)
    found = counted("{n} problem, the worst first", "{n} problems, the worst first", count)
    lines = [f"{name}: {found}"]
    for number, (fault, group) in enumerate(groups.items(), start=1):
        if len(group) == 1:
            lines += ["", f"{number}. {group[0]}"]
            continue
        lines += ["", f"{number}. {fault.rule[0].upper()}{fault.rule[1:]}:"]
        lines += [f"   {problem.place()}" for problem in group]
        lines += [f"   {tr('To fix: {fix}', fix=fault.fix)}"] if fault.fix else []
    return "\n".join(lines)


def note_list(notes: Iterable[Note]) -> str:
    """Set notes as a list, one line for all columns of a file in which the same was done."""
    groups: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        groups.setdefault((note.file, note.what), []).append(note)
    title = f"\n\n{tr('Skipped, rewritten or doubtful')} ({len(groups)}):"
    return "\n- ".join([title, *map(str, map(_together, groups.values()))]) if groups else ""


def _together(notes: list[Note]) -> Note:
    named = [note.column for note in notes if note.column]
    more = f" {tr('and {n} more', n=len(named) - _MOST_NAMED)}" if named[_MOST_NAMED:] else ""
    columns = ", ".join(named[:_MOST_NAMED]) + more
    return replace(notes[0], column=columns, count=sum(note.count for note in notes))


def no_glyph(text: str) -> Fault | None:
    """Return the fault of a text with a character that the report cannot show."""
    called = not_drawn(text)
    return fault_of("no-glyph", character=called) if called else None
