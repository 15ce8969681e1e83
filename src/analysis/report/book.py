"""Executed notebooks of a case to one PDF, byte for byte the same wherever it is built.

The Typst compiler runs with the project's fonts alone, a fixed date and the standards of PDF.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import cast

import pikepdf
import typst
from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.base.language import language, words_of
from analysis.base.text import FONTS, write_bytes, write_text
from analysis.notebook.edition import Edition
from analysis.notebook.run import read
from analysis.report.conversion import (
    APPENDIX,
    CHAPTER,
    CHAPTER_HEAD,
    Block,
    Chapter,
    convert_notebook,
)
from analysis.report.frontmatter import main_source, title_source
from analysis.report.markup import Labels, typst_string

TEMPLATE = Path(__file__).resolve().parent / "template"

_PLACE = re.compile(r"┌─ [\\/]?(?:.*[\\/])?(chapters|appendix)[\\/]([^\\/]+)\.typ:(\d+):")
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


def _compiler(main: Path) -> typst.Compiler:
    return typst.Compiler(
        str(main), root=str(main.parent), ignore_system_fonts=True, font_paths=[str(FONTS)]
    )


Later = dict[str, dict[str, int]]
"""By chapter, how many blocks further down figures and tables stand, by label."""
Marks = Mapping[str, tuple[int, float]]
"""Page, and millimetres below its first line, of where blocks begin and end."""

_HEIGHT = 245.0
"""Millimetres of text on a page."""
_SMALL = 40.0
"""Millimetres that may stay empty before a figure that begins a page."""
_MUCH = _HEIGHT / 3
"""Millimetres that may not stay empty, wherever the figure then stands."""


class Layout:
    """Places figures and tables so that no page is left half empty before one.

    A figure stands where the notebook has it if the page has room. If not, the text that follows it
    moves up before it, block by block, until the page is filled: so it never stands above its first
    mention, and never between two parts of a paragraph. It does not pass another figure, nor a
    table that ends on a later page unless much would stay empty, nor end up directly below a
    heading. Where that fills no page, it stands where it leaves the least room.

    Parameters
    ----------
    chapters : sequence of Chapter
        The chapters, each of which begins a page.
    """

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        self.later: Later = {chapter.name: {} for chapter in chapters}
        self._chapters = chapters
        self._tried: dict[str, dict[int, float]] = {}
        self._fixed = set[str]()

    def revise(self, marks: Marks) -> bool:
        """Move one figure of each chapter that has one to move; say whether there was any."""
        moved = [self._revise(chapter, marks) for chapter in self._chapters]
        return any(moved)

    def _revise(self, chapter: Chapter, marks: Marks) -> bool:
        blocks = chapter.part(later=self.later[chapter.name])
        for place, block in enumerate(blocks):
            label = block.label
            if not label or not place or label in self._fixed:
                continue
            gap = self._gap(chapter, blocks, place, marks)
            tried = self._tried.setdefault(label, {})
            moved = self.later[chapter.name].get(label, 0)
            tried[moved] = gap
            step = self._step(chapter, blocks, place, gap, marks)
            if gap > _SMALL and step:
                self.later[chapter.name][label] = moved + step
                return True
            self._fixed.add(label)
            best = min(tried, key=lambda count: (tried[count], count))
            if best != moved:
                self.later[chapter.name][label] = best
                return True
        return False

    def _gap(self, chapter: Chapter, blocks: list[Block], place: int, marks: Marks) -> float:
        """Millimetres left empty before a figure; none where it begins no page."""
        page, _ = marks[blocks[place].label]
        before = [block for block in blocks[:place] if not block.is_heading]
        if not before:
            return 0.0
        end, height = marks[f"{chapter.name}:{chapter.blocks.index(before[-1])}"]
        return _HEIGHT - height if page > end else 0.0

    def _step(
        self, chapter: Chapter, blocks: list[Block], place: int, gap: float, marks: Marks
    ) -> int:
        """How many blocks to move on to come behind the next that is neither heading nor figure.

        None if that is the chapter's last section, unless much would stay empty.
        """
        heads = [number for number, block in enumerate(blocks) if block.is_heading]
        for count, block in enumerate(blocks[place + 1 :], start=1):
            if heads and place + count == heads[-1] and gap < _MUCH:
                return 0
            if _is_figure(block) or (block.label and not _is_figure(blocks[place])):
                return 0
            if block.label and gap < _MUCH:
                end, _ = marks[f"{chapter.name}:{chapter.blocks.index(block)}"]
                if end > marks[block.label][0]:  # a table that ends on a later page
                    return 0
            if not block.is_heading:
                return count
        return 0


def _is_figure(block: Block) -> bool:
    return block.label.startswith("fig-")


def marks(main: Path) -> Marks:
    """Lay out a document and find where its blocks begin and end."""
    found = _compiler(main).query("<block-mark>", field="value")
    return {mark["key"]: (mark["page"], mark["y"]) for mark in json.loads(found)}


def to_pdf(main: Path, moment: datetime) -> bytes:
    """Compile to a tagged PDF that meets PDF/UA-1 and PDF/A-3a, both checked by the compiler.

    Raises
    ------
    typst.TypstError
        If the source has an error or the document breaks a rule of these standards.
    """
    compiler = _compiler(main)
    output = compiler.compile(format="pdf", timestamp=moment, pdf_standards=_STANDARDS)
    return _compact(cast(bytes, output))


def _compact(content: bytes) -> bytes:
    """Put the objects of a PDF into compressed streams, half the size; PDF/A-3 allows them."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        packed = pikepdf.ObjectStreamMode.generate
        pdf.save(made, object_stream_mode=packed, deterministic_id=True)
    return made.getvalue()


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
    if place is not None and place[2] in named:
        line = int(place[3]) - CHAPTER_HEAD.count("\n")
        part = APPENDIX if place[1] == "appendix" else CHAPTER
        file = f"{place[2]}.ipynb, cell {named[place[2]].cell_of_line(line, part)}"
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
    notebook = read(path)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise InputError(
                "a cell was not run, so its figures and numbers are missing",
                file=f"{path.name}, cell {number}",
                fix="run the notebook, then build the report",
            )
    return notebook


def convert_chapters(notebooks: Sequence[Path]) -> list[Chapter]:
    """Convert notebooks that may refer to each other.

    Raises
    ------
    InputError
        As `convert_notebook`.
    """
    labels, chapters = Labels(), []
    for path in notebooks:
        chapters.append(convert_notebook(read_notebook(path), path.stem, labels))
    return chapters


class _Project:
    """The Typst project of a report, laid out in a folder."""

    def __init__(self, edition: Edition, notebooks: Sequence[Path], folder: Path) -> None:
        if not notebooks:
            raise InputError("a report needs at least one notebook")
        self.moment = timestamp(edition.case.parameters.date)
        self.chapters = convert_chapters(notebooks)
        main, files = main_source(edition, self.chapters, self.moment)
        self.main = write_project(folder, main, files | {"template/words.json": _words()})

    def compile(self, memory: Path | None) -> bytes:
        """Return the PDF; remember where its figures stand.

        Errors are in words for the author of a notebook.
        """
        try:
            self._lay_out(memory)
            return to_pdf(self.main, self.moment)
        except typst.TypstError as error:
            raise error_from_typst(error, self.chapters) from error

    def _lay_out(self, memory: Path | None) -> None:
        digest = self._digest()
        with suppress(OSError, ValueError, KeyError):
            known = json.loads(memory.read_text(encoding="utf-8")) if memory else {}
            if known["digest"] == digest:
                self._write(known["later"])
                return
        layout = Layout([chapter for chapter in self.chapters if chapter.part()])
        try:
            while layout.revise(marks(self.main)):
                self._write(layout.later)
        except RuntimeError:  # without a place in the source, unlike that of compiling
            self._write({})
            return
        if memory:
            later = {name: counts for name, counts in layout.later.items() if any(counts.values())}
            about = {"digest": digest, "later": later}
            write_text(memory, json.dumps(about, indent=1) + "\n")

    def _digest(self) -> str:
        """SHA-256 of all that the layout depends on: of drawings, the size alone."""
        whole = hashlib.sha256(version("typst").encode())
        for path in sorted(self.main.parent.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                if path.suffix == ".svg":
                    content = content[: content.find(b">", content.find(b"<svg"))]
                whole.update(path.relative_to(self.main.parent).as_posix().encode())
                whole.update(hashlib.sha256(content).digest())
        return whole.hexdigest()

    def _write(self, later: Later) -> None:
        """Write the chapters with figures moved; Typst lays out anew what follows a change."""
        for chapter in self.chapters:
            path = self.main.parent / "chapters" / f"{chapter.name}.typ"
            if path.is_file():
                source = CHAPTER_HEAD + chapter.source(later=later.get(chapter.name))
                path.write_text(source, encoding="utf-8", newline="\n")


def build_report(
    edition: Edition,
    notebooks: Sequence[Path],
    out: Path,
    *,
    memory: Path | None = None,
    picture: Path | None = None,
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
    memory : Path, optional
        JSON file that remembers where the figures of exactly this text stand, so that it is laid
        out once. It is written where that had to be found out.
    picture : Path, optional
        PNG image to write of the title page.
    ppi : float
        Its pixels per inch.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    InputError
        If a notebook, label, formula or figure is not fit for print, naming notebook and cell.

    Notes
    -----
    The PDF is tagged and meets PDF/UA-1 and PDF/A-3a (checked by the compiler). Its date is
    ``SOURCE_DATE_EPOCH`` or else the date of the case. Claims, verdicts, ledger, indicators and
    the lock are attached.
    """
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        project = _Project(edition, notebooks, Path(folder))
        content = project.compile(memory)
        if picture is not None:
            title = write_project(
                Path(folder), title_source(edition, project.chapters, project.moment), {}
            )
            write_bytes(picture, to_png(title, project.moment, ppi)[0])
    write_bytes(out, content)
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
