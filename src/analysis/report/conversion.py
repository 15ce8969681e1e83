"""One executed notebook to one chapter of Typst source."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import yaml
from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.notebook.values import MARKS
from analysis.report.markdown import Renderer, Surroundings, split_caption
from analysis.report.markup import (
    MARK,
    Formulas,
    Labels,
    Place,
    Reference,
    code_block,
    html_to_typst,
    typst_string,
    typst_text,
)
from analysis.report.tables import tables_to_typst

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


_IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_OPTIONS = {"label", "fig-cap", "fig-alt", "tbl-cap", "echo", "kind", "output", "include"}

Output = dict[str, Any]
Options = dict[str, Any]


class Files(Surroundings, Protocol):
    """Surroundings that also take the files of figures."""

    root: Path | None
    notes: list[str]
    kinds: set[str]

    def asset(self, name: str, content: bytes) -> str:
        """Store a file and return its path for Typst."""


@dataclass(frozen=True)
class Description:
    """What is said about one figure or table: from metadata, or from ``#|`` options."""

    label: str | None
    caption: str | None
    alt: str | None
    kind: str | None
    file: str | None = None


def cell_options(source: str, place: Place) -> Options:
    """Options from the ``#| key: value`` lines at the top of a code cell.

    Raises
    ------
    InputError
        If they are no YAML mapping.
    """
    lines = []
    for line in source.lstrip().splitlines():
        if not line.startswith("#|"):
            break
        lines.append(line[2:].removeprefix(" "))
    try:
        options = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError:
        options = None
    if not isinstance(options, dict):
        raise place.error(
            "the `#|` lines of a cell must be YAML of the form key: value",
            value="; ".join(lines),
            fix='put texts that hold ":" or "#" in quotation marks',
        )
    return {name: value for name, value in options.items() if name in _OPTIONS}


def without_options(source: str) -> str:
    """Source of a code cell without its ``#|`` lines."""
    return "\n".join(line for line in source.splitlines() if not line.startswith("#|")).strip()


class OutputWriter:
    """Turns the outputs of one code cell into Typst markup.

    Parameters
    ----------
    files : Files
        Receives figures; resolves references and labels.
    place : Place
        The cell.
    options : dict
        The cell's ``#|`` options.
    """

    def __init__(self, files: Files, place: Place, options: Options) -> None:
        self.files = files
        self.place = place
        self.options = options
        self.described = 0
        self.images = 0

    def write(self, output: Output) -> str:
        """Typst markup of one output; empty if it shows nothing in print.

        Raises
        ------
        InputError
            If the output is an error, or a figure without alternative text.
        """
        kind = output["output_type"]
        if kind == "error":
            raise self.place.error(
                f"the notebook stopped here with {output['ename']}",
                value=output["evalue"],
                fix="mend the cell and run the notebook again",
            )
        if kind == "stream":
            return self._stream(output)
        return self._data(output["data"], output.get("metadata", {}))

    def _stream(self, output: Output) -> str:
        if output["name"] == "stderr":
            first = output["text"].strip().splitlines()
            self.files.notes.append(
                f"{self.place.notebook}.ipynb, cell {self.place.cell}: "
                f"left out what went to stderr: {first[0] if first else ''}"
            )
            return ""
        return code_block(output["text"]) if output["text"].strip() else ""

    def _data(self, data: dict[str, Any], metadata: dict[str, Any]) -> str:
        said = metadata.get("analysis", {})
        if said.get("type") == "caption":
            return ""
        if "text/x-typst" in data:
            return self._table(data["text/x-typst"].strip().removeprefix("#"), said)
        for mime, suffix in _IMAGES.items():
            if mime in data:
                return self._figure(data[mime], suffix, said)
        tables = tables_to_typst(data["text/html"]) if "text/html" in data else []
        if tables:
            return "\n\n".join(self._table(code, said) for code in tables)
        return self._text(data)

    def _text(self, data: dict[str, Any]) -> str:
        if "text/markdown" in data:
            return Renderer(self.files, self.place, level=6).render(data["text/markdown"])
        if "text/latex" in data:
            latex = data["text/latex"].strip()
            if latex.startswith("$") and not latex.startswith("$$"):
                latex = f"$${latex.strip('$')}$$"
            return Renderer(self.files, self.place).render(latex)
        if "text/html" in data and "text/plain" not in data:
            return html_to_typst(data["text/html"])
        text = data.get("text/plain", "")
        return code_block(text) if text.strip() else ""

    def _describe(self, said: dict[str, Any], caption_option: str) -> Description:
        """Describe the next figure or table: from metadata, else from the cell's options."""
        index, self.described = self.described, self.described + 1
        if said:
            names = ("label", "caption", "alt", "kind", "file")
            found = Description(**{name: said.get(name) for name in names})
        else:
            label, caption = self.options.get("label"), self.options.get(caption_option)
            if label and index > 0:  # only what has a caption has a number to refer to
                label = f"{label}-{index + 1}" if _nth(caption, index) else None
            found = Description(
                label,
                _nth(caption, index),
                _nth(self.options.get("fig-alt"), index),
                self.options.get("kind"),
            )
        if found.kind is not None and found.kind not in MARKS:
            raise self.place.error(
                "the kind of number must be one of " + ", ".join(MARKS), value=found.kind
            )
        return found

    def _arguments(self, said: Description, prefix: str) -> str:
        """Label, caption and kind as arguments of the template's functions."""
        arguments = []
        if said.label:
            label = self.files.labels.define(said.label, prefix, self.place)
            if not said.caption:
                raise self.place.error("what has a label needs a caption", value=label)
            arguments.append(f"key: {typst_string(label)}")
        if said.caption:
            title, rest = split_caption(said.caption)
            renderer = Renderer(self.files, self.place)
            arguments.append(f"title: [{renderer.inline(title)}]")
            if rest:
                arguments.append(f"rest: [{renderer.inline(rest)}]")
        if said.kind:
            arguments.append(f"kind: {typst_string(said.kind)}")
            self.files.kinds.add(said.kind)
        return "".join(f", {argument}" for argument in arguments)

    def _table(self, code: str, said: dict[str, Any]) -> str:
        return f"#report-table({code}{self._arguments(self._describe(said, 'tbl-cap'), 'tbl')})"

    def _figure(self, content: str, suffix: str, said: dict[str, Any]) -> str:
        description = self._describe(said, "fig-cap")
        if not (description.alt or "").strip():
            raise self.place.error(
                "a figure needs alternative text for readers who cannot see it",
                value=description.label,
                fix="pass alt=..., or add `#| fig-alt: ...` to the cell",
            )
        self.images += 1
        name = description.label or f"cell-{self.place.cell}-{self.images}"
        path = self.files.asset(f"{name}.{suffix}", self._content(content, suffix, description))
        alt = typst_string(" ".join(str(description.alt).split()))
        image = f"image({typst_string(path)}, alt: {alt})"
        return f"#report-figure({image}{self._arguments(description, 'fig')})"

    def _content(self, content: str, suffix: str, said: Description) -> bytes:
        """Return the figure's file if the metadata name one that exists, else what is embedded."""
        if said.file and self.files.root is not None and suffix == "svg":
            root = self.files.root.resolve()
            path = (root / said.file).resolve()
            if path.is_relative_to(root) and path.suffix == ".svg" and path.is_file():
                return path.read_bytes()
        if suffix == "svg":
            return content.encode("utf-8")
        try:
            return base64.b64decode(content)
        except binascii.Error as error:
            raise self.place.error("the stored image is damaged") from error


def _nth(option: object, index: int) -> str | None:
    """Value of an option that may be one text (for the first output) or a list of them."""
    if isinstance(option, list):
        return str(option[index]) if index < len(option) else None
    return str(option) if option is not None and index == 0 else None
