"""Draws figures and holds them against the files that are there, plotted data first."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.files import write_text
from analysis.figures.style import Drawing
from analysis.gallery.changes import first_change
from analysis.gallery.slices import SHOW, Step, needed, steps
from analysis.notebook.display.figure import Figure, contents
from analysis.notebook.parameters import check, declared
from analysis.notebook.run import read
from analysis.tables.case import Case


@dataclass(frozen=True)
class Shown:
    """A figure that a notebook shows.

    Attributes
    ----------
    drawing : str
        The function that draws it, as the notebook calls it.
    number : int or None
        Its number, where the function tells.
    case : str
        Case that it belongs to.
    figure : Figure or None
        What was drawn; None if the case lacks what it needs.
    error : InputError or None
        Then what it lacks.
    """

    drawing: str
    number: int | None
    case: str
    figure: Figure | None = None
    error: InputError | None = None


def shown_figures(
    case: Case,
    notebooks: Iterable[Path],
    numbers: Collection[int] | None = None,
    parameters: Mapping[str, object] | None = None,
    features: Collection[str] | None = None,
) -> Iterator[Shown]:
    """Draw the figures of a case as its notebooks do.

    Parameters
    ----------
    case : Case
        The case; its KPIs must have been computed.
    notebooks : iterable of Path
        In reading order.
    numbers : collection of int, optional
        Figures to draw; by default all.
    parameters : mapping, optional
        Values for the parameters of those notebooks that have them.
    features : collection of str, optional
        What the report has; cells that need more are left out, as in a run.

    Yields
    ------
    Shown
        One for each figure that the notebooks show.

    Raises
    ------
    InputError
        If no notebook shows a figure of one of the numbers.
    """
    missing = set(numbers or ())
    for path in notebooks:
        notebook = read(path)
        defaults = declared(notebook, path.name)
        wanted = {"case": case.name, **(parameters or {})}
        known = {name: value for name, value in wanted.items() if name in defaults}
        found = steps(notebook, check(known, defaults, path.name), features)
        for shown in _draw(found, numbers, case.name):
            missing.discard(-1 if shown.number is None else shown.number)
            yield shown
    if missing:
        raise InputError("no notebook shows a figure of this number", value=f"{min(missing):02d}")


def _draw(all_steps: list[Step], numbers: Collection[int] | None, case: str) -> Iterator[Shown]:
    """Execute what the wanted figures of one notebook need, in its order."""
    space: dict[str, Any] = {}
    failed: dict[int, InputError] = {}
    for place in needed(all_steps, _wanted(all_steps, numbers)):
        step = all_steps[place]
        error = next((failed[other] for other in sorted(step.needs) if other in failed), None)
        if step.lacks:
            error = InputError(f"this report has no {' and no '.join(step.lacks)}")
        caught: list[tuple[Figure, str]] = []
        if step.shows:
            space[SHOW] = _catching(caught, case)
        try:
            if error is None:
                _execute(step, space)
        except InputError as raised:
            error = raised
        if error is not None:
            failed[place] = error
        for figure, home in caught:
            yield Shown(step.drawings[0], figure.number, home, figure)
        if step.shows and error is not None:
            for name in step.drawings:
                yield Shown(name, _number(all_steps, name), case, error=error)


def _catching(caught: list[tuple[Figure, str]], home: str) -> Callable[..., None]:
    """Stand in for `analysis.notebook.display.show_figure`."""

    def show(figure: Figure, case: str | None = None) -> None:
        caught.append((figure, case or home))

    return show


def _execute(step: Step, space: dict[str, Any]) -> None:
    module = ast.Module(body=[step.code], type_ignores=[])
    exec(compile(module, f"cell {step.cell}", "exec"), space)


def _wanted(all_steps: list[Step], numbers: Collection[int] | None) -> list[int]:
    """Return the places of the statements that show the figures of some numbers."""
    shows = [place for place, step in enumerate(all_steps) if step.shows]
    if numbers is None:
        return shows
    return [
        place
        for place in shows
        if any(_number(all_steps, name) in (None, *numbers) for name in all_steps[place].drawings)
    ]


def _number(all_steps: list[Step], name: str) -> int | None:
    """Return the number of the figure that a function draws, looked up by imports alone."""
    space: dict[str, Any] = {}
    for step in all_steps:
        if isinstance(step.code, ast.Import | ast.ImportFrom):
            names = {alias.asname or alias.name for alias in step.code.names}
            if name.partition(".")[0] in names:
                _execute(step, space)
    try:
        drawing = eval(name, space)
    except (AttributeError, NameError, SyntaxError):
        return None
    return drawing.number if isinstance(drawing, Drawing) else None


def save_changed(shown: Shown, folder: Path) -> str:
    """Save a figure, and say what changed in its files; its plotted data are compared first.

    Parameters
    ----------
    shown : Shown
        What a notebook shows.
    folder : Path
        Such as ``figures``; each case has a folder in it.

    Returns
    -------
    str
        ``unchanged``, ``new``, which number changed, or why nothing was drawn.
    """
    if shown.figure is None:
        return f"skipped ({shown.error})"
    stem = folder / shown.case / shown.figure.stem
    known, words = stem.with_suffix(".csv").is_file(), ""
    for suffix, text in contents(shown.figure).items():
        path = stem.with_suffix(suffix)
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        if old != text:
            words = words or first_change(suffix, old, text)
            write_text(path, text)
    return (words or "unchanged") if known else "new"
