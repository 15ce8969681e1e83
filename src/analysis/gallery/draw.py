"""Draws figures and holds them against the files that are there, plotted data first."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.case import Case
from analysis.display import Figure, save_figure
from analysis.display.figure import contents
from analysis.errors import InputError
from analysis.figures.style import Drawing
from analysis.gallery.changes import first_change
from analysis.gallery.slices import SHOW, Step, needed, steps
from analysis.notebook import read
from analysis.notebook.parameters import check, declared


@dataclass(frozen=True)
class Outcome:
    """What became of one figure.

    Attributes
    ----------
    name : str
        Stem of its files; where none was drawn, the function that would have drawn it.
    number : int or None
        Its number, where known.
    words : str
        ``unchanged``, ``new``, what changed, or why it was skipped.
    skipped : bool
        Whether the case lacks what the figure needs.
    """

    name: str
    number: int | None
    words: str
    skipped: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"


def draw_figures(
    case: Case,
    notebooks: Iterable[Path],
    folder: Path,
    numbers: Collection[int] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> list[Outcome]:
    """Draw the figures of a case as its notebooks do, and save them.

    Parameters
    ----------
    case : Case
        The case; its KPIs must have been computed.
    notebooks : iterable of Path
        In reading order.
    folder : Path
        Such as ``figures``; each case has a folder in it.
    numbers : collection of int, optional
        Figures to draw; by default all.
    parameters : mapping, optional
        Values for the parameters of those notebooks that have them.

    Returns
    -------
    list of Outcome
        One for each figure that the notebooks show.

    Raises
    ------
    InputError
        If no notebook shows a figure of one of the numbers.
    """
    found: list[Outcome] = []
    for path in notebooks:
        notebook = read(path)
        defaults = declared(notebook, path.name)
        wanted = {"case": case.name, **(parameters or {})}
        known = {name: value for name, value in wanted.items() if name in defaults}
        found += _draw(steps(notebook, check(known, defaults, path.name)), folder, numbers)
    missing = set(numbers or ()) - {outcome.number for outcome in found}
    if missing:
        raise InputError("no notebook shows a figure of this number", value=f"{min(missing):02d}")
    return found


def _draw(
    all_steps: list[Step], folder: Path, numbers: Collection[int] | None
) -> Iterator[Outcome]:
    """Execute what the wanted figures of one notebook need, in its order."""
    space: dict[str, Any] = {}
    failed: dict[int, InputError] = {}
    for place in needed(all_steps, _wanted(all_steps, numbers)):
        step = all_steps[place]
        error = next((failed[other] for other in sorted(step.needs) if other in failed), None)
        shown: list[tuple[Figure, str]] = []
        if step.shows:
            space[SHOW] = lambda figure, case=None: shown.append((figure, case or space["case"]))  # noqa: B023
        try:
            if error is None:
                _execute(step, space)
        except InputError as raised:
            failed[place] = error = raised
        yield from (_saved(figure, folder / case) for figure, case in shown)
        if step.shows and error is not None:
            for name in step.drawings:
                yield Outcome(name, _number(all_steps, name), f"skipped ({error})", skipped=True)


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
    imports = [step for step in all_steps if isinstance(step.code, ast.Import | ast.ImportFrom)]
    space: dict[str, Any] = {}
    for step in imports:
        if {alias.asname or alias.name for alias in step.code.names} & {name.partition(".")[0]}:  # type: ignore[attr-defined]
            _execute(step, space)
    try:
        drawing = eval(name, space)
    except (NameError, SyntaxError):
        return None
    return drawing.number if isinstance(drawing, Drawing) else None


def _saved(figure: Figure, folder: Path) -> Outcome:
    """Save a figure if it changed, and say how; its plotted data are compared first."""
    stem, made = folder / figure.stem, contents(figure)
    words = "new"
    if stem.with_suffix(".csv").is_file():
        words = "unchanged"
        for suffix, text in made.items():
            path = stem.with_suffix(suffix)
            old = path.read_text(encoding="utf-8") if path.is_file() else ""
            if old != text:
                words = first_change(suffix, old, text)
                break
    if words != "unchanged":
        save_figure(figure, folder)
    return Outcome(figure.stem, figure.number, words)
