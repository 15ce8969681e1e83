"""The check of a case: everything that is wrong with its files at once, as a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from analysis.case import Case, case_problems, load_case
from analysis.claims.general import General
from analysis.errors import InputError
from analysis.intake.files import TABLES
from analysis.intake.glyphs import case_texts, missing, no_glyph
from analysis.intake.in_place import READ_ALWAYS, look_through
from analysis.intake.problems import Fault, Note, Problem, Rank, worst_first
from analysis.intake.reach import too_few, unreached
from analysis.intake.reading import Intake, read
from analysis.tables import RAW_TABLES, Table, read_claims, read_rows

_MOST_NOTES = 40


def check_case(name: str, root: Path) -> tuple[str, bool]:
    """Check all of a case's own files; nothing is written.

    Parameters
    ----------
    name : str
        The case.
    root : Path
        The project's root folder.

    Returns
    -------
    text : str
        What is wrong, the worst first, then what was skipped or coerced.
    good : bool
        Whether nothing is wrong.

    Raises
    ------
    InputError
        If there is no such case.
    """
    wrong = case_problems(name, root)
    if wrong:
        problems = [_of_error(error) for error in wrong]
        rest = "The tables are checked once case.yaml is right."
        return f"{_listed(name, problems)}\n\n{rest}", False
    text, intake = check_tables(load_case(name, root))
    return text, intake is not None


def check_tables(case: Case) -> tuple[str, Intake | None]:
    """Check the tables of a case; nothing is written.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    text : str
        As :func:`check_case` gives it.
    intake : Intake or None
        What the tables hold; None if anything is wrong.
    """
    name, root = case.name, case.root
    try:
        in_place = look_through(case)
    except InputError as error:
        return _listed(name, [_of_error(error)]), None
    intake = read(case, READ_ALWAYS if in_place.files else TABLES)
    problems = [*intake.problems, *case_texts(case), *in_place.problems]
    rows = {table: len(frame) for table, frame in intake.tables.items()} | in_place.counts
    if not problems and case.has_own_rows:
        problems += [*too_few(case, rows), *unreached(case, {**intake.tables, **in_place.dated})]
    if (case.raw / RAW_TABLES[0].file).is_file():
        try:
            problems += _claim_texts(case)
            if case.parameters.calibration is None:
                General(case).state(case.reading())
        except InputError as error:
            problems.append(_of_error(error))
    article = _article_tables(name)
    problems += _article_problems(article, case.raw, root)
    files = {str((case.raw / table.file).relative_to(root)) for table in article}
    intake = replace(intake, notes=(*intake.notes, *in_place.notes))
    said = _notes(note for note in intake.notes if note.file not in files)
    if problems:
        return _listed(name, worst_first(problems)) + said, None
    return f"{name}: nothing is wrong. {_counted(rows)}{said}", intake


def _claim_texts(case: Case) -> Iterator[Problem]:
    """Find texts of claims with a character that the report cannot show."""
    file = str((case.raw / RAW_TABLES[0].file).relative_to(case.root))
    for row, claim in enumerate(read_claims(case), start=2):
        for name, value in claim:
            if isinstance(value, str) and (character := missing(value)):
                yield Problem(no_glyph(character), file, row, name, value)


def _article_tables(name: str) -> tuple[Table, ...]:
    """Return the tables of the article on efficiency, which are of another kind."""
    from analysis.efficiency.build import ARTICLE, RAW

    return RAW if name == ARTICLE else ()


def _article_problems(tables: Iterable[Table], folder: Path, root: Path) -> Iterator[Problem]:
    for table in tables:
        try:
            read_rows(table, folder, root)
        except InputError as error:
            yield _of_error(error)


def _of_error(error: InputError) -> Problem:
    row = error.row if isinstance(error.row, int) else None
    key = f" (in {error.row})" if isinstance(error.row, str) else ""
    fault = Fault(Rank.CELL, error.rule + key, error.fix or "")
    value = None if error.value is None else str(error.value)
    return Problem(fault, error.file or "", row, error.column or "", value)


def _listed(name: str, problems: Iterable[Problem]) -> str:
    """Set problems as a numbered list, a rule and its remedy once however many places break it."""
    groups: dict[Fault, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.fault, []).append(problem)
    count = sum(problem.count for group in groups.values() for problem in group)
    lines = [f"{name}: {count:,} {'problem' if count == 1 else 'problems'}, the worst first"]
    for number, (fault, group) in enumerate(groups.items(), start=1):
        if len(group) == 1:
            lines += ["", f"{number}. {group[0]}"]
            continue
        lines += ["", f"{number}. {fault.rule[0].upper()}{fault.rule[1:]}:"]
        lines += [f"   {problem.place()}" for problem in group]
        lines += [f"   To fix: {fault.fix}"] if fault.fix else []
    return "\n".join(lines)


def _counted(rows: Mapping[str, int]) -> str:
    if not rows:
        return "It has no tables of rows."
    return f"Rows: {', '.join(f'{name} {count:,}' for name, count in rows.items())}"


def _notes(notes: Iterable[Note]) -> str:
    """Set notes as a list, one line for all columns of a file in which the same was done."""
    groups: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        groups.setdefault((note.file, note.what), []).append(note)
    if not groups:
        return ""
    lines = [f"\n\nSkipped, rewritten or doubtful ({len(groups)}):"]
    lines += [f"- {_together(group)}" for group in list(groups.values())[:_MOST_NOTES]]
    if len(groups) > _MOST_NOTES:
        lines.append(f"- and {len(groups) - _MOST_NOTES} more")
    return "\n".join(lines)


def _together(notes: list[Note]) -> Note:
    columns = ", ".join(note.column for note in notes if note.column)
    return replace(notes[0], column=columns, count=sum(note.count for note in notes))
