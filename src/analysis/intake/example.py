"""What a firm's own case still has of the template: its title, or a table of its words.

Made-up rows show in their keys, which begin with SYN-; words have no such mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analysis.base.errors import InputError
from analysis.intake.checked import Checked
from analysis.intake.files import METHOD
from analysis.intake.new_case import TEMPLATE
from analysis.intake.problems import Fault, Problem, Rank
from analysis.tables.case import Case, load_case
from analysis.tables.rows import read_rows

EXAMPLE_WORDS = Fault(
    Rank.KEY,
    "these are still the template's words",
    "put your own in their place, or delete the file: what needs it is then left out",
)
EXAMPLE_TITLE = Fault(Rank.KEY, "this is still the template's", "name your own firm")


def still_example(case: Case, tables: Mapping[str, Checked]) -> Iterator[Problem]:
    """Find what would pass as the firm's own in its report, though it is the example's.

    Parameters
    ----------
    case : Case
        Only one that says ``kind: yours`` is looked at, and only where there is a template.
    tables : mapping of str to Checked
        The tables that are there.

    Yields
    ------
    Problem
        For the title, the subtitle, and each table that holds all of the example's words.
    """
    if case.parameters.kind != "yours":
        return
    try:
        template = load_case(TEMPLATE, case.root)
    except InputError:
        return
    for name in ("title", "subtitle"):
        said = getattr(case.parameters, name)
        if said == getattr(template.parameters, name):
            file = str((case.raw / "case.yaml").relative_to(case.root))
            yield Problem(EXAMPLE_TITLE, file, column=name, value=said)
    for table in METHOD:
        mine = tables.get(table.name)
        if mine is None or not mine.is_read or not (template.raw / table.file).is_file():
            continue
        words = [str(name) for name in mine.frame if mine.frame[name].dtype == "str"]
        example = {
            tuple(getattr(row, name) for name in words)
            for row in read_rows(table, template.raw, template.root)
        }
        if example == set(mine.frame[words].itertuples(index=False, name=None)):
            yield Problem(EXAMPLE_WORDS, mine.file, value=f"{len(mine.frame):,} rows")
