"""Cells that only some reports need: a tag ``needs-NAME`` on a Markdown or code cell.

A report that lacks the feature leaves the cell out; see `analysis.notebook.edition.FEATURES`. So a
sentence that holds for the publication's own quarter only does not stand in a report on another.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.notebook.edition import FEATURES
from analysis.notebook.parameters import tags

PREFIX = "needs-"


def needs(cell: NotebookNode, place: str) -> set[str]:
    """Features that a cell needs.

    Raises
    ------
    InputError
        If one is unknown.
    """
    names = {tag.removeprefix(PREFIX) for tag in tags(cell) if tag.startswith(PREFIX)}
    for name in sorted(names - set(FEATURES)):
        close = difflib.get_close_matches(name, FEATURES, n=2)
        raise InputError(
            f"no report has a feature of this name; known are {', '.join(FEATURES)}",
            file=place,
            value=PREFIX + name,
            fix=f"did you mean {' or '.join(close)}?" if close else None,
        )
    return names


def split(
    notebook: NotebookNode, features: Collection[str], file: str
) -> tuple[list[NotebookNode], dict[int, NotebookNode]]:
    """Separate the cells that a report has from those it leaves out.

    Returns
    -------
    tuple
        The cells it has, in order; the others by their place in the notebook.

    Raises
    ------
    InputError
        If a tag names an unknown feature.
    """
    left_out = {
        number: cell
        for number, cell in enumerate(notebook.cells)
        if not needs(cell, f"{file}, cell {number + 1}") <= set(features)
    }
    kept = [cell for number, cell in enumerate(notebook.cells) if number not in left_out]
    return kept, left_out
