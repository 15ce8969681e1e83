"""Executed notebooks of a case to one PDF, byte for byte the same wherever it is built.

The Typst compiler runs with the project's fonts alone, a fixed date and the standards of PDF.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import nbformat
import typst
from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.base.language import language, words_of
from analysis.base.text import FONTS, write_bytes
from analysis.notebook.edition import Edition
from analysis.report.conversion import CHAPTER_HEAD, Chapter, convert_notebook
from analysis.report.frontmatter import main_source
from analysis.report.markup import Labels, typst_string

TEMPLATE = Path(__file__).resolve().parent / "template"

_PLACE = re.compile(r"┌─ [\\/]?(?:.*[\\/])?chapters[\\/]([^\\/]+)\.typ:(\d+):")
_AT_THE_TOP = 1
"""Millimetres below the first line of a page within which a figure begins the page."""

_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]


def timestamp(fallback: date) -> datetime:
    """Moment that the PDF bears: ``SOURCE_DATE_EPOCH``, else the start of a day in UTC.

    Raises
    ------
    InputError
        If the variable holds no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not epoch:
        return datetime(fallback.year, fallback.month, fallback.day, tzinfo=UTC)
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            "SOURCE_DATE_EPOCH must be a number of seconds since 1970", value=epoch
        ) from error


def write_project(folder: Path, main: str, files: dict[str, bytes]) -> Path:
    """Write a Typst project (template, other files, main file); return the main file."""
    shutil.copytree(TEMPLATE, folder / "template", dirs_exist_ok=True)
    for name, content in files.items():
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    start = folder / "main.typ"
    start.write_text(main, encoding="utf-8", newline="\n")
    return start


def _words() -> bytes:
    """Return the words of the template in the language in use."""
    lang, _, region = language().tag.partition("-")
    texts = dict(words_of(language().code))
    return json.dumps({"lang": lang, "region": region or None, "texts": texts}).encode()


def _write_floated(main: Path, labels: Iterable[str]) -> None:
    """Tell the template which figures float.

    By a file of the template: Typst lays out anew only what depends on a file that has changed, but
    everything after a change of its inputs.
    """
    path = main.parent / "template" / "floated.txt"
    path.write_text(",".join(sorted(labels)), encoding="utf-8", newline="\n")


def _compiler(main: Path) -> typst.Compiler:
    return typst.Compiler(
        str(main), root=str(main.parent), ignore_system_fonts=True, font_paths=[str(FONTS)]
    )


def float_figures(main: Path, figures: dict[str, list[str]]) -> list[str]:
    """Let those figures float that must, so that no page is left half empty before a figure.

    A figure stands where the notebook has it if there is room. If not, it goes to the top of the
    next page and the text after it moves up, up to the next long table, unless it would then follow
    the chapter's last word or stand above its title. Typst cannot decide this by itself, so the
    document is laid out again until nothing changes.

    Parameters
    ----------
    main : Path
        The main file of the Typst project.
    figures : dict
        Name of every chapter to the labels of its figures, in the order of the text.

    Returns
    -------
    list of str
        Labels of the figures that float; none if the source has an error.
    """
    floated: set[str] = set()
    fixed: set[str] = set()
    while True:
        try:
            query = _compiler(main).query("<figure-mark>", field="value")
        except RuntimeError:  # without a place in the source, unlike that of compiling
            return []
        places = {mark["key"]: (mark["page"], mark["y"]) for mark in json.loads(query)}
        changes = [
            _revise(labels, chapter, places, floated, fixed) for chapter, labels in figures.items()
        ]
        if not any(changes):
            return sorted(floated)
        _write_floated(main, floated)


def _revise(
    labels: list[str],
    chapter: str,
    places: dict[str, tuple[int, float]],
    floated: set[str],
    fixed: set[str],
) -> bool:
    """Let one figure of a chapter float, or fix one where it stands; say whether there was one.

    Every figure is decided on at most twice, so repeating this ends.
    """
    before = None
    head, (last_page, _) = places[f"head of {chapter}"], places[f"end of {chapter}"]
    for label in labels:
        page, height = places[label]
        overtaken = before is not None and (page, height) < places[before]
        if label in floated and (page > last_page or (page, height) < head):
            floated.remove(label)
            fixed.add(label)
            return True
        if label not in floated | fixed and (overtaken or height < _AT_THE_TOP):
            floated.add(label)
            return True
        if before is not None and before in floated and label in fixed and overtaken:
            floated.remove(before)
            fixed.add(before)
            return True
        if before is not None and label in floated and before not in floated and overtaken:
            if before in fixed:
                floated.remove(label)
                fixed.add(label)
            else:
                floated.add(before)
            return True
        before = label
    return False


def to_pdf(main: Path, moment: datetime) -> bytes:
    """Compile to a tagged PDF that meets PDF/UA-1 and PDF/A-3a, both checked by the compiler.

    Raises
    ------
    typst.TypstError
        If the source has an error or the document breaks a rule of these standards.
    """
    compiler = _compiler(main)
    output = compiler.compile(format="pdf", timestamp=moment, pdf_standards=_STANDARDS)
    return cast(bytes, output)


def to_png(main: Path, moment: datetime, ppi: float) -> list[bytes]:
    """Compile to one PNG image per page."""
    compiler = _compiler(main)
    output = compiler.compile(format="png", timestamp=moment, ppi=ppi)
    return [output] if isinstance(output, bytes) else list(output or [])


def error_from_typst(error: typst.TypstError, chapters: Iterable[Chapter]) -> InputError:
    """Say in which notebook and cell a compiler error arose, in words for its author."""
    place = _PLACE.search(error.diagnostic)
    named = {chapter.name: chapter for chapter in chapters}
    file = None
    if place is not None and place[1] in named:
        line = int(place[2]) - CHAPTER_HEAD.count("\n")
        file = f"{place[1]}.ipynb, cell {named[place[1]].cell_of_line(line)}"
    rule, fix = error.message.strip(), error.hints[0] if error.hints else None
    missing = re.search(r'text `"(.+?)"` could not be displayed', rule)
    if missing:
        rule = f"no font of the report has the character {missing[1]!r}"
        fix = "replace it by a word or another character"
    return InputError(f"the PDF could not be made: {rule}", file=file, fix=fix)


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


def convert_chapters(notebooks: Sequence[Path], root: Path) -> list[Chapter]:
    """Convert notebooks that may refer to each other.

    Raises
    ------
    InputError
        As `convert_notebook`.
    """
    labels, chapters = Labels(), []
    for path in notebooks:
        chapters.append(convert_notebook(read_notebook(path), path.stem, labels, root))
    return chapters


class _Project:
    """The Typst project of a report, laid out in a folder."""

    def __init__(self, edition: Edition, notebooks: Sequence[Path], folder: Path) -> None:
        if not notebooks:
            raise InputError("a report needs at least one notebook")
        self.moment = timestamp(edition.case.parameters.date)
        self.chapters = convert_chapters(notebooks, edition.home)
        main, files = main_source(edition, self.chapters, self.moment)
        self.main = write_project(folder, main, files | {"template/words.json": _words()})
        labels = self.chapters[0].labels.known.items()
        self._figures = {
            chapter.name: [
                label
                for label, place in labels
                if place.notebook == chapter.name and label.startswith("fig-")
            ]
            for chapter in self.chapters
            if chapter.source().strip()
        }

    def compile(self, ppi: float | None) -> tuple[bytes, list[bytes]]:
        """Return the PDF, and with a resolution also all its pages as PNG.

        Errors are in words for the author of a notebook.
        """
        try:
            float_figures(self.main, self._figures)
            pages = [] if ppi is None else to_png(self.main, self.moment, ppi)
            return to_pdf(self.main, self.moment), pages
        except typst.TypstError as error:
            raise error_from_typst(error, self.chapters) from error


def build_report(
    edition: Edition,
    notebooks: Sequence[Path],
    out: Path,
    pictures: Mapping[int, Path] | None = None,
    ppi: float = 72,
) -> Path:
    """Make the PDF of an edition from its executed notebooks, one chapter each.

    Parameters
    ----------
    edition : Edition
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
        project = _Project(edition, notebooks, Path(folder))
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
        start = write_project(Path(folder), main, {"figure.svg": svg.read_bytes()})
        try:
            pages = to_png(start, timestamp(date(2000, 1, 1)), ppi)
        except typst.TypstError as error:
            raise InputError(f"not readable as SVG ({error.message.strip()})", file=svg) from error
    write_bytes(out, pages[0])
    return out
