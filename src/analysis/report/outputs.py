"""Outputs of code cells to Typst: figures, tables, text."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from analysis.notebook.values import MARKS
from analysis.report.escape import typst_string
from analysis.report.html import code_block, html_to_typst
from analysis.report.labels import Place
from analysis.report.markdown import Renderer, Surroundings, split_caption
from analysis.report.tables import tables_to_typst

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
