"""One executed notebook to one chapter of Typst source: Markdown cells and outputs of code cells.

Markdown is read by mistune; what no notebook of the project uses is refused, not guessed.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import mistune
from mistune import InlineParser, InlineState
from mistune.plugins import import_plugin
from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.notebook.display import DATA_URI
from analysis.notebook.prose import concepts, split_caption
from analysis.report.markup import (
    Labels,
    Place,
    clean,
    concept_label,
    equation,
    typst_prose,
    typst_string,
)

# Every chapter file starts with this import and an empty line, which `cell_of_line` does not count.
CHAPTER_HEAD = '#import "/template/report.typ": *\n\n'

CHAPTER, SUMMARY, APPENDIX = "", "summary", "appendix"
"""Parts of a report; the latter two are tags of cells that do not stand in their chapter."""

NOTEBOOK_ONLY = "notebook-only"
"""Tag of a cell that the PDF leaves out, such as rows shown on the way to an indicator."""


@dataclass(frozen=True)
class Block:
    """A paragraph, list, heading, figure or table.

    Attributes
    ----------
    cell : int
        Number of the cell that made it.
    part : str
        The part of the report in which it stands.
    markup : str
        Its Typst markup.
    """

    cell: int
    part: str
    markup: str

    @property
    def label(self) -> str:
        """Label of a figure or table that has one."""
        found = _SHOWN.match(self.markup)
        return found[1] if found else ""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading, which no figure may follow at once."""
        return self.markup.startswith("#heading(")

    def ending(self, key: str) -> str:
        """Markup with a mark where it ends, inside of it: between blocks it would be nowhere."""
        mark = f"#end-mark({typst_string(key)})"
        if self.is_heading:
            return self.markup
        if self.markup.startswith(("#report-", "#concept-box(")):
            return f"{self.markup[:-1]}, end: {typst_string(key)})"
        if self.markup.startswith("#list("):
            return f"{self.markup.removesuffix('], )')}{mark}], )"
        return self.markup + mark


_SHOWN = re.compile(r'#report-(?:figure|table)\(.*?key: "([^"]+)"', re.DOTALL)


@dataclass
class Chapter:
    """Typst source of one notebook, its files, and what is worth knowing about it.

    Attributes
    ----------
    name : str
        The notebook's name without suffix.
    labels : Labels
        Shared by all notebooks of a report, so that they can refer to each other.
    assets : dict
        Path in the Typst project to the bytes of a figure.
    blocks : list of Block
        What it shows, in order.
    kinds : set of str
        The marks of its figures and tables.
    """

    name: str
    labels: Labels
    assets: dict[str, bytes] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def part(self, part: str = CHAPTER, later: Mapping[str, int] | None = None) -> list[Block]:
        """Blocks of a part of the report, in order.

        Parameters
        ----------
        part : str
            The chapter itself, or the summary or appendix of the report.
        later : mapping of str to int, optional
            How many blocks further down figures and tables stand, by label.
        """
        blocks = [block for block in self.blocks if block.part == part]
        for label, count in (later or {}).items():
            place = next((n for n, block in enumerate(blocks) if block.label == label), None)
            if place is not None:
                blocks.insert(place + count, blocks.pop(place))
        return blocks

    def source(self, part: str = CHAPTER, later: Mapping[str, int] | None = None) -> str:
        """Typst source of a part, references resolved; empty if there is none.

        Raises
        ------
        InputError
            If a reference points at nothing.
        """
        places = {id(block): number for number, block in enumerate(self.blocks)}
        texts = [
            block.ending(f"{self.name}:{places[id(block)]}") if part == CHAPTER else block.markup
            for block in self.part(part, later)
        ]
        return self.labels.resolve("".join(f"{text}\n\n" for text in texts))

    def cell_of_line(self, line: int, part: str = CHAPTER) -> int:
        """Cell that wrote a line (from 1) of a part's source, figures where notebooks have them."""
        first, blocks = 1, self.part(part)
        for block in blocks:
            first += block.markup.count("\n") + 2
            if line < first:
                return block.cell
        return blocks[-1].cell if blocks else 0


def convert_notebook(notebook: NotebookNode, name: str, labels: Labels) -> Chapter:
    """Convert an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook, as nbformat reads it.
    name : str
        Its name without suffix.
    labels : Labels
        Shared by all notebooks of a report.

    Returns
    -------
    Chapter

    Raises
    ------
    InputError
        If the notebook has no title, an output is an error, a label is taken, or a cell holds what
        the PDF does not take.
    """
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    if not texts or not texts[0].startswith("# "):
        raise Place(name, 1).error(
            "the first text of a notebook begins with its title", fix="begin it with # and a title"
        )
    chapter, level = Chapter(name, labels), 0
    for number, cell in enumerate(notebook.cells, start=1):
        place, tags = Place(name, number), cell.metadata.get("tags", [])
        if NOTEBOOK_ONLY in tags:
            continue
        part = next((tag for tag in (SUMMARY, APPENDIX) if tag in tags), CHAPTER)
        renderer = Renderer(labels, place, level)
        found: list[str] = []
        if cell.cell_type == "markdown":
            found = renderer.blocks(tr(cell.source))
        elif cell.cell_type == "code":
            found = [one for out in cell.outputs for one in _output(out, chapter, renderer)]
        chapter.blocks += [Block(number, part, markup) for markup in found if markup]
        level = renderer.level
    return chapter


def _output(output: dict[str, Any], chapter: Chapter, renderer: Renderer) -> list[str]:
    """Typst markup of one output of a code cell; nothing if it shows nothing in print."""
    place = renderer.place
    kind = output["output_type"]
    if kind == "error":
        raise place.error(
            f"the notebook stopped here with {output['ename']}",
            value=output["evalue"],
            fix="mend the cell and run the notebook again",
        )
    data, about = output.get("data", {}), output.get("metadata", {}).get("analysis", {})
    if about.get("type") == "caption":  # that of a figure, for the notebook alone
        return []
    if about.get("type") == "concept":
        return [_concept(about["name"], renderer)]
    if about.get("type") == "dashboard":
        return [_dashboard(data["text/html"], about, chapter, place)]
    if "text/x-typst" in data:
        code = data["text/x-typst"].strip().removeprefix("#")
        return [f"#report-table({code}{_caption(about, 'tbl', chapter, place)})"]
    if about.get("type") == "figure":
        return [_figure(data["text/html"], about, chapter, place)]
    if "text/markdown" in data:
        return renderer.blocks(data["text/markdown"])
    raise place.error(
        "the PDF shows figures, tables and prose alone, not this output",
        value=(data.get("text/plain") or output.get("text", "")).strip(),
        fix="use show(...) or say(...), or tag the cell notebook-only, which the PDF leaves out",
    )


def _concept(name: str, renderer: Renderer) -> str:
    """Define a concept where the report first uses it; the glossary says the rest."""
    if not renderer.labels.first_use(name, renderer.place):
        return ""
    definition = renderer.inline(concepts()[name].definition)
    key = typst_string(concept_label(name))
    return f"#concept-box({typst_string(name)}, [{definition}], key: {key})"


def _caption(about: dict[str, Any], prefix: str, chapter: Chapter, place: Place) -> str:
    """Label, caption and kind as arguments of the template's functions."""
    title, rest = split_caption(about["caption"])
    key = typst_string(chapter.labels.define(about["label"], prefix, place))
    inline = Renderer(chapter.labels, place).inline
    arguments = f", key: {key}, title: [{inline(title)}]" + (
        f", rest: [{inline(rest)}]" if rest else ""
    )
    chapter.kinds.add(about["kind"])
    return f"{arguments}, kind: {typst_string(about['kind'])}"


def _figure(image: str, about: dict[str, Any], chapter: Chapter, place: Place) -> str:
    alt = typst_string(" ".join(about["alt"].split()))
    arguments = _caption(about, "fig", chapter, place)
    path = f"/assets/{chapter.name}/{about['label']}.svg"
    chapter.assets[path] = base64.b64decode(image.partition(DATA_URI)[2].partition('"')[0])
    return f"#report-figure(image({typst_string(path)}, alt: {alt}){arguments})"


def _dashboard(shown: str, about: dict[str, Any], chapter: Chapter, place: Place) -> str:
    """Set the picture of the dashboard with a number at each part that is explained."""
    path = f"/assets/{chapter.name}/dashboard-{place.cell}.png"
    encoded = shown.partition("data:image/png;base64,")[2].partition('"')[0]
    chapter.assets[path] = base64.b64decode(encoded)
    notes = "".join(
        f"({x:.4f}, {y:.4f}, {typst_string(text)}), " for x, y, text in about["callouts"]
    )
    alt = typst_string(about["alt"])
    return f"#report-picture({typst_string(path)}, {alt}, ({notes}))"


Token = dict[str, Any]

SUPPORTED = "the PDF takes paragraphs, headings, bulleted lists, links, emphasis, code and formulas"
# Link texts that say no more than the reference that replaces them ("Figure 6").
_GENERIC = re.compile(
    r"((the|this) )?(figure|fig|table|section|chapter|notebook)( (above|below))?", re.IGNORECASE
)
_ABSOLUTE = re.compile(r"(https?|mailto|ftp|doi):", re.IGNORECASE)
_WITHOUT_SHAPE = re.compile(r"\s*(</?span\b[^>]*>|<!--.*?-->)\s*", re.DOTALL)
# On a line of its own between two dollar signs, or in the text between single ones.
_FORMULA = r"\$\$[^$]+\$\$|\$[^\s$](?:[^$\n]*[^\s$\\])?\$"
# The plugins make known what they stand for, so that it is refused instead of shown as typed.
_PLUGINS = ("url", "table", "footnotes", "strikethrough", "task_lists", "def_list")


def _take_formula(_inline: InlineParser, match: re.Match[str], state: InlineState) -> int:
    kind = "display" if match[0].startswith("$$") else "formula"
    state.append_token({"type": kind, "raw": match[0].strip("$")})
    return match.end()


_parser = mistune.Markdown(plugins=[import_plugin(name) for name in _PLUGINS])
_parser.inline.register("formula", _FORMULA, _take_formula, before="link")


@dataclass
class Renderer:
    r"""Turns the Markdown of one cell into Typst markup.

    Attributes
    ----------
    labels : Labels
        Takes headings and references.
    place : Place
        The cell, for messages.
    level : int
        Level of the last heading; the next may be at most one deeper, as PDF/UA demands.

    Examples
    --------
    >>> print(Renderer(Labels(), Place("01_x", 2)).render("It *grew* by 3%."))
    It #emph[grew] by 3\%\.
    """

    labels: Labels
    place: Place
    level: int = 0

    def render(self, text: str) -> str:
        """Typst markup of a whole cell, its blocks joined."""
        return "\n\n".join(self.blocks(text))

    def blocks(self, text: str) -> list[str]:
        """Typst markup of each block of a cell.

        Raises
        ------
        InputError
            If it holds what the PDF does not take.
        """
        tokens, _ = _parser.parse(clean(text))
        made: list[str] = []
        for block in filter(None, map(self._block, tokens)):  # type: ignore[arg-type]
            if made and block.startswith("#raw(block"):  # on the page of its sentence
                made.append(f"#block(sticky: true)[{made.pop()}#parbreak()]\n\n{block}")
            else:
                made.append(block)
        return made

    def inline(self, text: str) -> str:
        """Typst markup of a caption or another single line of Markdown."""
        return self._inline(_parser.inline(clean(text).strip(), {"ref_links": {}}))

    def _inline(self, tokens: list[Token]) -> str:
        return "".join(map(self._span, tokens))

    def _block(self, token: Token) -> str:
        match token:
            case {"type": "blank_line"}:
                return ""
            case {"type": "paragraph" | "block_text", "children": children}:
                return self._inline(children)
            case {"type": "heading", "attrs": {"level": level}, "children": children}:
                self.level = min(level, self.level + 1)
                label = typst_string(self.labels.define_section(_plain(children), self.place))
                return f"#heading(level: {self.level})[{self._inline(children)}] #label({label})"
            case {"type": "list", "attrs": {"ordered": False}, "children": items, "tight": tight}:
                joint = "\n" if tight else "\n\n"
                bodies = "".join(f"[{self._item(item, joint)}], " for item in items)
                return f"#list(tight: {'true' if tight else 'false'}, {bodies})"
            case {"type": "block_code", "raw": raw}:
                return f"#raw(block: true, {typst_string(raw.rstrip())})"
            case {"type": "block_html", "raw": raw} if _WITHOUT_SHAPE.fullmatch(raw):
                return ""
        raise self._refused(token)

    def _item(self, token: Token, joint: str) -> str:
        if token["type"] != "list_item":
            raise self._refused(token)
        return joint.join(filter(None, map(self._block, token["children"])))

    def _span(self, token: Token) -> str:
        match token:
            case {"type": "text", "raw": raw}:
                return typst_prose(html.unescape(raw))
            case {"type": "emphasis", "children": children}:
                return f"#emph[{self._inline(children)}]"
            case {"type": "strong", "children": children}:
                return f"#strong[{self._inline(children)}]"
            case {"type": "codespan", "raw": raw}:
                return f"#raw({typst_string(raw)})"
            case {"type": "link", "attrs": {"url": url}, "children": children}:
                return self._link(url, self._inline(children))
            case {"type": "softbreak"}:
                return " "
            case {"type": "linebreak"}:
                return "#linebreak();"
            case {"type": "formula" | "display" as kind, "raw": latex}:
                return equation(latex, self.place, block=kind == "display")
            case {"type": "inline_html", "raw": raw} if _WITHOUT_SHAPE.fullmatch(raw):
                return ""
        raise self._refused(token)

    def _refused(self, token: Token) -> InputError:
        text = token.get("raw") or _plain(token.get("children", []))
        return self.place.error(
            f"the PDF cannot show this ({token['type'].replace('_', ' ')})",
            value=text,
            fix=SUPPORTED,
        )

    def _link(self, url: str, body: str) -> str:
        body = body or typst_prose(url)
        if _ABSOLUTE.match(url):
            return f"#link({typst_string(url)})[{body}]"
        if url.startswith("#") or url.partition("#")[0].endswith(".ipynb"):
            target = self.labels.refer(unquote(url), self.place)
            bare = ", bare: true" if _GENERIC.fullmatch(body) else ""
            return f"#cross-reference({target}{bare})[{body}]"
        return body  # a file beside the notebook: nothing in a PDF could open it


def _plain(tokens: list[Token]) -> str:
    """Text of inline tokens without any markup."""
    parts = []
    for token in tokens:
        if token["type"] == "inline_html":
            continue
        inner = token.get("children")
        raw = " " if token["type"] == "softbreak" else token.get("raw", "")
        parts.append(_plain(inner) if inner else html.unescape(raw))
    return "".join(parts)
