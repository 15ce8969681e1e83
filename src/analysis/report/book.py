"""Executed notebooks of a case to one PDF, byte for byte the same wherever it is built."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import nbformat
import typst
from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.base.files import write_bytes
from analysis.notebook.edition import FEATURES, Edition
from analysis.notebook.needs import split
from analysis.notebook.values import load
from analysis.report.chapter import Chapter, convert_notebook
from analysis.report.compiler import (
    error_from_typst,
    lay_out,
    settle,
    timestamp,
    to_pdf,
    to_png,
)
from analysis.report.escape import typst_string
from analysis.report.frontmatter import main_source
from analysis.report.labels import Labels
from analysis.report.maths import Formulas

logger = logging.getLogger("analysis.report")


def read_notebook(path: Path) -> NotebookNode:
    """Read an executed notebook.

    Raises
    ------
    InputError
        If the file is missing or no notebook, or a code cell was never run.
    """
    if not path.is_file():
        raise InputError("there is no such notebook", file=path)
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise InputError("the file is not a Jupyter notebook", file=path) from error
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise InputError(
                "a cell was not run, so its figures and numbers are missing",
                file=f"{path.name}, cell {number}",
                fix="run the notebook, then build the report",
            )
    return notebook


def convert_chapters(
    notebooks: Sequence[Path], root: Path, features: Collection[str] = tuple(FEATURES)
) -> list[Chapter]:
    """Convert notebooks that may refer to each other, without cells that the report leaves out.

    Raises
    ------
    InputError
        As `analysis.report.chapter.convert_notebook`.
    """
    labels, formulas = Labels(), Formulas.load()
    chapters = [
        convert_notebook(
            _without(read_notebook(path), features, path.name),
            path,
            labels=labels,
            formulas=formulas,
            root=root,
            prefix=f"/assets/{path.stem}",
        )
        for path in notebooks
    ]
    for chapter in chapters:
        for note in chapter.notes:
            logger.warning(note)
    return chapters


def _without(notebook: NotebookNode, features: Collection[str], file: str) -> NotebookNode:
    notebook.cells, _ = split(notebook, features, file)
    return notebook


class _Project:
    """The Typst project of a report, laid out in a folder."""

    def __init__(self, asked: Edition, notebooks: Sequence[Path], folder: Path) -> None:
        if not notebooks:
            raise InputError("a report needs at least one notebook")
        self.moment = timestamp(asked.case.parameters.date)
        features = asked.features(load(asked.values)) if asked.values.is_file() else tuple(FEATURES)
        self.chapters = convert_chapters(notebooks, asked.home, features)
        main, files = main_source(asked, self.chapters, self.moment)
        self.main = lay_out(folder, main, files)
        self._figures: dict[str, list[str]] = {
            chapter.name: [] for chapter in self.chapters if chapter.source().strip()
        }
        for label, place in self.chapters[0].labels.known.items():
            if label.startswith("fig-"):
                self._figures[place.notebook].append(label)

    def compile(self, ppi: float | None) -> tuple[bytes, list[bytes]]:
        """Return the PDF, and with a resolution also all its pages as PNG.

        Errors are in words for the author of a notebook.
        """
        try:
            settle(self.main, self._figures)
            pages = [] if ppi is None else to_png(self.main, self.moment, ppi)
            return to_pdf(self.main, self.moment), pages
        except typst.TypstError as error:
            raise error_from_typst(error, self.chapters) from error


def build_report(
    asked: Edition,
    notebooks: Sequence[Path],
    out: Path,
    pictures: Mapping[int, Path] | None = None,
    ppi: float = 72,
) -> Path:
    """Make the PDF of an edition from its executed notebooks, one chapter each.

    Parameters
    ----------
    asked : Edition
        From `analysis.notebook.edition.edition`; the title page's data come from ``case.yaml`` and
        ``data/processed/<case>/verdicts.csv`` of its case.
    notebooks : sequence of Path
        Executed notebooks in reading order.
    out : Path
        The PDF to write. It is replaced in one step, and only if everything went well.
    pictures : mapping of int to Path, optional
        Pages (numbers from 1, the title page) that are also written as PNG images.
    ppi : float
        Their pixels per inch.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    InputError
        If a notebook, label, formula or figure is not fit for print, naming notebook and cell; or
        if the report has no page that is asked for.

    Notes
    -----
    The PDF is tagged and meets PDF/UA-1 and PDF/A-3a (checked by the compiler). Its date is
    ``SOURCE_DATE_EPOCH`` or else the date of the case. Claims, verdicts, ledger, indicators and
    the lock are attached.
    """
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        project = _Project(asked, notebooks, Path(folder))
        content, pages = project.compile(ppi if pictures else None)
    for page in pictures or {}:
        if not 1 <= page <= len(pages):
            raise InputError(f"the report has pages 1 to {len(pages)}", value=page)
    write_bytes(out, content)
    for page, path in (pictures or {}).items():
        write_bytes(path, pages[page - 1])
    return out


def render_figure(svg: Path, out: Path, ppi: float = 144, margin_mm: float = 4) -> Path:
    """Write a figure as a PNG on white, set in the report's fonts.

    Raises
    ------
    InputError
        If the file is missing or no SVG that Typst can read.
    """
    if not svg.is_file():
        raise InputError("there is no such figure", file=svg)
    main = (
        f"#set page(width: auto, height: auto, margin: {margin_mm}mm)\n"
        f"#image({typst_string('/figure.svg')})\n"
    )
    with tempfile.TemporaryDirectory(prefix="figure-") as folder:
        start = lay_out(Path(folder), main, {"figure.svg": svg.read_bytes()})
        try:
            pages = to_png(start, timestamp(date(2000, 1, 1)), ppi)
        except typst.TypstError as error:
            raise InputError(f"not readable as SVG ({error.message.strip()})", file=svg) from error
    write_bytes(out, pages[0])
    return out
