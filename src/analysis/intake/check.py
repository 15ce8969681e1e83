"""The check of a case: everything that is wrong with its files at once, as a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from analysis.base.errors import InputError
from analysis.claims.general.judge import General
from analysis.intake.files import OUTSIDE, TABLES, find
from analysis.intake.glyphs import case_texts, missing, no_glyph
from analysis.intake.in_place import NONE_IN_PLACE, READ_ALWAYS, look_through
from analysis.intake.problems import Problem, note_list, problem_list, problem_of, worst_first
from analysis.intake.reach import too_few, unreached
from analysis.intake.reading import Intake, read
from analysis.tables.case import Case, case_problems, load_case
from analysis.tables.ledger import RAW_TABLES, read_claims
from analysis.tables.rows import Table, read_rows


def check_case(name: str, root: Path, *, every: bool = False) -> tuple[str, bool]:
    """Check all of a case's own files; nothing is written.

    Parameters
    ----------
    name : str
        The case.
    root : Path
        The project's root folder.
    every : bool
        Whether to name every row that breaks a rule, and not just the first of them.

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
        problems = [problem_of(error) for error in wrong]
        rest = "The tables are checked once case.yaml is right."
        return f"{problem_list(name, problems, every)}\n\n{rest}", False
    text, intake = check_tables(load_case(name, root), every=every)
    return text, intake is not None


def check_tables(case: Case, *, every: bool = False) -> tuple[str, Intake | None]:
    """Check the tables of a case; nothing is written.

    Parameters
    ----------
    case : Case
        The case.
    every : bool
        As :func:`check_case` takes it.

    Returns
    -------
    text : str
        As :func:`check_case` gives it.
    intake : Intake or None
        What the tables hold; None if anything is wrong.
    """
    name, root = case.name, case.root
    try:
        in_place = NONE_IN_PLACE if _is_linked(case) else look_through(case)
    except InputError as error:
        return problem_list(name, map(problem_of, error.all), every), None
    intake = read(case, READ_ALWAYS if in_place.files else TABLES)
    problems = [*intake.problems, *case_texts(case), *in_place.problems]
    rows = {table: len(frame) for table, frame in intake.tables.items()} | in_place.counts
    if not problems and case.has_own_rows:
        problems += [*too_few(case, rows), *unreached(case, {**intake.tables, **in_place.dated})]
    if (case.raw / RAW_TABLES[0].file).is_file():
        try:
            if case.parameters.calibration is None:
                General(case).state(case.reading())
            problems += _claim_texts(case)
        except InputError as error:
            problems += map(problem_of, error.all)
    article = _article_tables(name)
    problems += _article_problems(article, case.raw, root)
    files = {str((case.raw / table.file).relative_to(root)) for table in article}
    intake = replace(intake, notes=(*intake.notes, *in_place.notes))
    said = note_list((note for note in intake.notes if note.file not in files), every)
    if problems:
        return problem_list(name, worst_first(problems), every) + said, None
    return f"{name}: nothing is wrong. {_counted(rows)}{said}", intake


def _is_linked(case: Case) -> bool:
    """Whether a file of the case leads out of its folder, so that nothing may be summed there."""
    return any(problem.fault == OUTSIDE for problem in find(case).problems)


def _claim_texts(case: Case) -> Iterator[Problem]:
    """Find texts of claims with a character that the report cannot show."""
    file = str((case.raw / RAW_TABLES[0].file).relative_to(case.root))
    for row, claim in enumerate(read_claims(case), start=2):
        for name, value in claim:
            if isinstance(value, str) and (character := missing(value)):
                yield Problem(no_glyph(character), file, row, name, value)


def _article_tables(name: str) -> tuple[Table, ...]:
    """Return the tables of the article on efficiency, which are of another kind."""
    from analysis.efficiency.sentences import ARTICLE, RAW

    return RAW if name == ARTICLE else ()


def _article_problems(tables: Iterable[Table], folder: Path, root: Path) -> Iterator[Problem]:
    for table in tables:
        try:
            read_rows(table, folder, root)
        except InputError as error:
            yield from map(problem_of, error.all)


def _counted(rows: Mapping[str, int]) -> str:
    if not rows:
        return "It has no tables of rows."
    return f"Rows: {', '.join(f'{name} {count:,}' for name, count in rows.items())}"
