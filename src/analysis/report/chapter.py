"""One executed notebook to one chapter of Typst source."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.report.escape import MARK, typst_string, typst_text
from analysis.report.html import code_block
from analysis.report.labels import Labels, Place, Reference
from analysis.report.markdown import Renderer
from analysis.report.maths import Formulas
from analysis.report.outputs import OutputWriter, cell_options, without_options

_MARKED = re.compile(f"{MARK}(\\d+){MARK}")
# Every chapter file starts with this import and an empty line, which `cell_of_line` does not count.
CHAPTER_HEAD = '#import "/template/report.typ": *\n\n'

SUMMARY = "summary"
"""Tag of a cell that stands in the report's summary, not in its chapter."""

_SUFFIXES = {".svg", ".png", ".jpg", ".jpeg", ".gif"}


@dataclass
class Chapter:
    """Typst source of one notebook, its files, and what is worth knowing about it.

    Attributes
    ----------
    name : str
        The notebook's name without suffix.
    folder : Path
        Where the notebook lies; images in its Markdown are looked up from here.
    attached : dict
        Images attached to the Markdown cell at hand, by name.
    root : Path or None
        The project's root, for figures named in metadata.
    assets : dict
        Path in the Typst project to the bytes of a figure.
    notes : list of str
        What was left out, for whoever builds.
    cells : list of tuple of int and str
        Number and markup of every cell.
    summary : set of int
        Cells that stand in the report's summary, before the contents, and not in the chapter.
    kinds : set of str
        The marks of its figures and tables.
    """

    name: str
    folder: Path
    root: Path | None
    labels: Labels
    formulas: Formulas
    prefix: str
    assets: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    cells: list[tuple[int, str]] = field(default_factory=list)
    summary: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    attached: dict[str, dict[str, str]] = field(default_factory=dict)

    def reference(self, target: str, place: Place) -> str:
        """Note a reference; `source` puts the label in its place once all are known."""
        self.references.append(Reference(unquote(target), place))
        return f"{MARK}{len(self.references) - 1}{MARK}"

    def asset(self, name: str, content: bytes) -> str:
        """Store a file and return the path under which Typst finds it."""
        path = f"{self.prefix}/{name}"
        self.assets[path] = content
        return path

    def image(self, source: str, alt: str, place: Place) -> str:
        """Typst ``image(...)`` of a file named in Markdown.

        Raises
        ------
        InputError
            If the alternative text or the file is missing, or the file is no image.
        """
        if not alt.strip():
            raise place.error(
                "an image needs alternative text", value=source, fix="write ![what it shows](file)"
            )
        name = unquote(source).removeprefix("attachment:")
        path = self.folder / name
        if name in self.attached and source.startswith("attachment:"):
            content = base64.b64decode(next(iter(self.attached[name].values())))
        elif path.suffix.lower() in _SUFFIXES and path.is_file():
            content = path.read_bytes()
        else:
            raise place.error("there is no such image file (svg, png, jpg or gif)", value=source)
        stored = self.asset(f"cell-{place.cell}-{path.name}", content)
        return f"image({typst_string(stored)}, alt: {typst_string(' '.join(alt.split()))})"

    def source(self, *, alone: bool = False) -> str:
        """Typst source of the chapter, references resolved.

        Parameters
        ----------
        alone : bool
            Whether the notebook is set without the others it may refer to: a reference that
            points at nothing then becomes plain text and a note.

        Raises
        ------
        InputError
            If a reference points at nothing, unless ``alone``.
        """
        return self._resolved(self.cells if alone else self._own_cells(), alone=alone)

    def summary_source(self) -> str:
        """Typst source of the cells that stand in the report's summary; empty if there are none."""
        return self._resolved([cell for cell in self.cells if cell[0] in self.summary]).strip()

    def _own_cells(self) -> list[tuple[int, str]]:
        return [cell for cell in self.cells if cell[0] not in self.summary]

    def _resolved(self, cells: list[tuple[int, str]], *, alone: bool = False) -> str:
        resolved = []
        for reference in self.references:
            try:
                resolved.append(self.labels.resolve(reference))
            except InputError as error:
                if not alone:
                    raise
                self.notes.append(str(error))
                resolved.append(None)
        text = "\n\n".join(body for _, body in cells if body)
        return _MARKED.sub(lambda mark: resolved[int(mark[1])] or "none", text) + "\n"

    def cell_of_line(self, line: int) -> int:
        """Cell that wrote a line (from 1) of the chapter's source."""
        first = 1
        for cell, body in self._own_cells():
            if not body:
                continue
            first += body.count("\n") + 2
            if line < first:
                return cell
        return self.cells[-1][0] if self.cells else 0


def convert_notebook(
    notebook: NotebookNode,
    path: Path,
    *,
    labels: Labels | None = None,
    formulas: Formulas | None = None,
    root: Path | None = None,
    prefix: str = "files",
    echo: bool = False,
) -> Chapter:
    """Convert an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook, as nbformat reads it.
    path : Path
        Where it lies (or would lie): gives its name and the folder of its images.
    labels : Labels, optional
        Shared by all notebooks of a book, so that they can refer to each other.
    formulas : Formulas, optional
        Conversions of formulas; by default the committed cache.
    root : Path, optional
        The project's root; figures named in metadata are read from there.
    prefix : str
        Folder for the chapter's images in the Typst project.
    echo : bool
        Whether code is shown; a cell's ``#| echo:`` has precedence.

    Returns
    -------
    Chapter

    Raises
    ------
    InputError
        If an output is an error, a figure lacks alternative text, a label is taken, or a formula
        cannot be converted.
    """
    chapter = Chapter(
        path.stem, path.parent, root, labels or Labels(), formulas or Formulas.load(), prefix
    )
    level = 0
    if not _starts_with_title(notebook):
        title = path.stem.replace("_", " ")
        anchor = chapter.labels.define_section(title, Place(path.stem, 1))
        label = typst_string(anchor)
        chapter.cells.append((1, f"#heading(level: 1)[{typst_text(title)}] #label({label})"))
        level = 1
    for number, cell in enumerate(notebook.cells, start=1):
        place = Place(path.stem, number)
        if SUMMARY in cell.metadata.get("tags", []):
            chapter.summary.add(number)
        if cell.cell_type == "markdown":
            chapter.attached = cell.get("attachments", {})
            renderer = Renderer(chapter, place, level)
            chapter.cells.append((number, renderer.render(cell.source)))
            level = renderer.level
        elif cell.cell_type == "code":
            chapter.cells.append((number, "\n\n".join(_code_cell(cell, chapter, place, echo))))
    return chapter


def _starts_with_title(notebook: NotebookNode) -> bool:
    first = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    return bool(re.search(r"^ {0,3}#\s+\S|^[^\n]+\n=+\s*$", first, re.MULTILINE))


def _code_cell(cell: NotebookNode, chapter: Chapter, place: Place, echo: bool) -> Iterable[str]:
    options = cell_options(cell.source, place)
    tags = cell.metadata.get("tags", [])
    if options.get("include") is False or "remove-cell" in tags:
        return
    source = without_options(cell.source)
    if options.get("echo", echo) is True and source:
        yield code_block(source, "python")
    writer = OutputWriter(chapter, place, options)
    shown = options.get("output") is not False and "remove-output" not in tags
    for output in cell.outputs:
        text = writer.write(output)
        if text and shown:
            yield text
