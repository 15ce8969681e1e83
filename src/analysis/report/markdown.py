"""Markdown cells to Typst, through mistune's syntax tree."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Protocol

import mistune
from mistune.plugins import import_plugin
from nbconvert.filters.markdown_mistune import MathBlockParser, MathInlineParser

from analysis.report import markup as maths
from analysis.report.markup import (
    Formulas,
    Fragment,
    Labels,
    Place,
    clean,
    code_block,
    html_to_typst,
    typst_prose,
    typst_string,
)
from analysis.report.tables import tables_to_typst

Token = dict[str, Any]

_EQUATION_LABEL = re.compile(r"\s*\{#(eq-[\w-]+)\}")
# Link texts that say no more than the reference that replaces them ("Figure 6").
_GENERIC = re.compile(
    r"((the|this) )?(figure|fig|table|equation|formula|section|chapter|notebook)( (above|below))?",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"(https?|mailto|ftp|doi):", re.IGNORECASE)
_PLUGINS = ["table", "footnotes", "strikethrough", "task_lists", "def_list", "url"]

_parser = mistune.Markdown(
    renderer=None, block=MathBlockParser(), inline=MathInlineParser(), plugins=None
)
for _name in _PLUGINS:
    _parser.use(import_plugin(_name))


class Surroundings(Protocol):
    """What the text around a cell provides: files, references and labels."""

    labels: Labels
    formulas: Formulas

    def reference(self, target: str, place: Place) -> str:
        """Typst expression to stand for the label that ``target`` points at."""

    def image(self, source: str, alt: str, place: Place) -> str:
        """Typst ``image(...)`` expression of an image named in Markdown."""


@dataclass
class Renderer:
    """Turns the syntax tree of one cell into Typst markup.

    Attributes
    ----------
    around : Surroundings
        Files, references and labels of the notebook.
    place : Place
        The cell, for messages.
    level : int
        Level of the last heading; the next may be at most one deeper, as PDF/UA demands.
    """

    around: Surroundings
    place: Place
    level: int = 0
    notes: dict[str, Token] = field(default_factory=dict)
    _used_notes: set[str] = field(default_factory=set)
    _open_notes: set[str] = field(default_factory=set)

    def render(self, text: str) -> str:
        """Typst markup of a whole cell."""
        tokens = self._parse(text)
        for token in tokens:
            if token["type"] == "footnotes":
                self.notes = {item["attrs"]["key"]: item for item in token["children"]}
        return self._blocks(tokens)

    def inline(self, text: str) -> str:
        """Typst markup of a caption or another single line of Markdown."""
        tokens = [token for token in self._parse(text) if token["type"] != "blank_line"]
        return " ".join(self._inline(token.get("children", [])) for token in tokens)

    def _parse(self, text: str) -> list[Token]:
        tokens, _ = _parser.parse(clean(text))
        return tokens  # type: ignore[return-value]

    # Blocks

    def _blocks(self, tokens: list[Token], joint: str = "\n\n") -> str:
        rendered = (self._block(token) for token in tokens)
        return joint.join(text for text in rendered if text)

    def _block(self, token: Token) -> str:
        method: Callable[[Token], str] | None = getattr(self, f"_block_{token['type']}", None)
        return "" if method is None else method(token)

    def _block_paragraph(self, token: Token) -> str:
        children = token["children"]
        if len(children) == 1 and children[0]["type"] == "image":
            return self._lone_image(children[0])
        return self._inline(children)

    _block_block_text = _block_paragraph

    def _lone_image(self, token: Token) -> str:
        code = self._image_code(token)
        title = token["attrs"].get("title")
        caption = f", title: [{self.inline(title)}]" if title else ""
        return f"#report-figure({code}{caption})"

    def _block_heading(self, token: Token) -> str:
        self.level = min(token["attrs"]["level"], self.level + 1)
        label = self.around.labels.define_section(_plain(token["children"]), self.place)
        body = self._inline(token["children"])
        return f"#heading(level: {self.level})[{body}] #label({typst_string(label)})"

    def _block_thematic_break(self, _token: Token) -> str:
        return "#thematic-break()"

    def _block_block_code(self, token: Token) -> str:
        language = (token.get("attrs") or {}).get("info") or ""
        return code_block(token["raw"], language.split()[0] if language.split() else "")

    def _block_block_quote(self, token: Token) -> str:
        return f"#quote(block: true)[{self._blocks(token['children'])}]"

    def _block_list(self, token: Token) -> str:
        joint = "\n" if token.get("tight", True) else "\n\n"
        items = "".join(f"[{self._item(child, joint)}], " for child in token["children"])
        tight = "true" if token.get("tight", True) else "false"
        if token["attrs"].get("ordered"):
            return f"#enum(start: {token['attrs'].get('start', 1)}, tight: {tight}, {items})"
        return f"#list(tight: {tight}, {items})"

    def _item(self, token: Token, joint: str) -> str:
        body = self._blocks(token["children"], joint)
        if token["type"] == "task_list_item":
            return ("☑ " if token["attrs"]["checked"] else "☐ ") + body
        return body

    def _block_table(self, token: Token) -> str:
        head, *bodies = token["children"]
        align = ", ".join(cell["attrs"].get("align") or "left" for cell in head["children"])
        header = ", ".join(f"[{self._inline(cell['children'])}]" for cell in head["children"])
        rows = [row for body in bodies for row in body["children"]]
        cells = "\n".join(
            "".join(f"[{self._inline(cell['children'])}], " for cell in row["children"])
            for row in rows
        )
        columns = len(head["children"])
        code = f"table(columns: {columns}, align: ({align},), table.header({header}),\n{cells})"
        return f"#report-table({code})"

    def _block_def_list(self, token: Token) -> str:
        terms: list[tuple[str, list[str]]] = []
        for child in token["children"]:
            body = self._inline_or_blocks(child["children"])
            if child["type"] == "def_list_head":
                terms.append((body, []))
            else:
                terms[-1][1].append(body)
        items = "".join(
            f"terms.item([{term}], [{' #parbreak() '.join(bodies)}]), " for term, bodies in terms
        )
        return f"#terms({items})"

    def _inline_or_blocks(self, tokens: list[Token]) -> str:
        blocks = any(hasattr(self, f"_block_{token['type']}") for token in tokens)
        return self._blocks(tokens) if blocks else self._inline(tokens)

    def _block_block_html(self, token: Token) -> str:
        if "<table" in token["raw"].lower():
            return "\n\n".join(f"#report-table({code})" for code in tables_to_typst(token["raw"]))
        return html_to_typst(token["raw"], self._link, self._html_image)

    # Running text

    def _inline(self, tokens: list[Token]) -> str:
        fragment = Fragment(self._link, self._html_image)
        skip = 0
        for token, after in zip_longest(tokens, tokens[1:]):
            raw = token.get("raw", "")
            if token["type"] == "inline_html":
                fragment.feed(raw)
            elif token["type"] in {"block_math", "latex_environment"}:
                label = _EQUATION_LABEL.match((after or {}).get("raw", ""))
                fragment.add(self._display(token, label[1] if label else None))
                skip = label.end() if label else 0
                continue
            elif token["type"] == "text":
                fragment.add(typst_prose(html.unescape(raw[skip:])))
            else:
                fragment.add(self._span(token))
            skip = 0
        return fragment.result()

    def _display(self, token: Token, label: str | None) -> str:
        if token["type"] == "latex_environment":
            name, body = token["attrs"]["name"], token["attrs"]["body"]
            latex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        else:
            latex = token["raw"]
        if label is not None:
            self.around.labels.define(label, "eq", self.place)
        return maths.display(latex, self.around.formulas, self.place, label)

    def _span(self, token: Token) -> str:
        kind, children = token["type"], token.get("children", [])
        if kind == "emphasis":
            return f"#emph[{self._inline(children)}]"
        if kind == "strong":
            return f"#strong[{self._inline(children)}]"
        if kind == "strikethrough":
            return f"#strike[{self._inline(children)}]"
        if kind == "codespan":
            return f"#raw({typst_string(token['raw'])})"
        if kind == "link":
            return self._link(token["attrs"]["url"], self._inline(children))
        if kind == "image":
            return f"#box({self._image_code(token)})"
        if kind == "linebreak":
            return "#linebreak();"
        if kind == "footnote_ref":
            return self._footnote(token["raw"])
        if kind == "inline_math":
            return maths.inline(token["raw"], self.around.formulas, self.place)
        return " " if kind == "softbreak" else typst_prose(token.get("raw", ""))

    def _footnote(self, key: str) -> str:
        name = typst_string(f"{self.place.notebook}:{self.place.cell}:note-{key}")
        if key in self._open_notes:  # a note that refers to itself
            return ""
        if key in self._used_notes:
            return f"#footnote(label({name}))"
        self._used_notes.add(key)
        self._open_notes.add(key)
        body = self._blocks(self.notes[key]["children"])
        self._open_notes.remove(key)
        return f"#[#footnote[{body}]#label({name})]"

    def _image_code(self, token: Token) -> str:
        alt = _plain(token.get("children", []))
        return self.around.image(token["attrs"]["url"], alt, self.place)

    def _html_image(self, source: str, alt: str) -> str:
        return f"#box({self.around.image(source, alt, self.place)})"

    def _link(self, url: str, body: str) -> str:
        body = body or typst_prose(url)
        if _ABSOLUTE.match(url):
            return f"#link({typst_string(url)})[{body}]"
        path = url.partition("#")[0]
        if url.startswith("#") or path.endswith(".ipynb"):
            target = self.around.reference(url, self.place)
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


def split_caption(caption: str) -> tuple[str, str]:
    """Divide a caption into its first sentence, set as a title, and the rest.

    A stop ends the sentence only where a capital letter (or, after a word, a digit) follows and
    no emphasis, code, formula or link is open, so that "e.g. a" and "(see 4.3. There)" do not.
    """
    for stop in re.finditer(r"[.?!]\s+(?=[^\W_]|[“(*])", caption):
        head, rest = caption[: stop.start() + 1], caption[stop.end() :]
        word = head.split()[-1].lower()
        balanced = all(head.count(mark) % 2 == 0 for mark in "*`$") and (
            head.count("[") == head.count("]") and head.count("(") == head.count(")")
        )
        first = rest.lstrip("“(*")[:1]
        starts = first.isupper() or (first.isdigit() and word[-2:-1].isalpha())
        if balanced and starts and word not in {"e.g.", "i.e.", "vs.", "fig.", "no.", "cf.", "p."}:
            return head, rest
    return caption, ""
