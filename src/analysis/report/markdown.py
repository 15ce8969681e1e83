"""Markdown cells to Typst, through mistune's syntax tree.

What the notebooks use is set; anything else is an error that names the cell, so no text is lost.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import mistune
from mistune import InlineParser, InlineState
from mistune.plugins import import_plugin

from analysis.base.errors import InputError
from analysis.report.markup import Labels, Place, clean, equation, typst_prose, typst_string

Token = dict[str, Any]

SUPPORTED = (
    "the PDF takes paragraphs, headings, bulleted lists, links, emphasis, code spans and formulas"
)
# Link texts that say no more than the reference that replaces them ("Figure 6").
_GENERIC = re.compile(
    r"((the|this) )?(figure|fig|table|section|chapter|notebook)( (above|below))?", re.IGNORECASE
)
_ABSOLUTE = re.compile(r"(https?|mailto|ftp|doi):", re.IGNORECASE)
_WITHOUT_SHAPE = re.compile(r"\s*(</?(data|span)\b[^>]*>|<!--.*?-->)\s*", re.DOTALL)
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
        """Typst markup of a whole cell.

        Raises
        ------
        InputError
            If it holds what the PDF does not take.
        """
        tokens, _ = _parser.parse(clean(text))
        return self._blocks(tokens)  # type: ignore[arg-type]

    def inline(self, text: str) -> str:
        """Typst markup of a caption or another single line of Markdown."""
        return self._inline(_parser.inline(clean(text).strip(), {"ref_links": {}}))

    def _blocks(self, tokens: list[Token], joint: str = "\n\n") -> str:
        return joint.join(filter(None, map(self._block, tokens)))

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
            case {"type": "block_html", "raw": raw} if _WITHOUT_SHAPE.fullmatch(raw):
                return ""
        raise self._refused(token)

    def _item(self, token: Token, joint: str) -> str:
        if token["type"] != "list_item":
            raise self._refused(token)
        return self._blocks(token["children"], joint)

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


def split_caption(caption: str) -> tuple[str, str]:
    """Divide a caption into its first sentence, set as a title, and the rest.

    A stop ends the sentence only where a capital letter (or, after a word, a digit) follows and
    no emphasis, code, formula or link is open, so that "e.g. a" and "(see 4.3. There)" do not.

    Examples
    --------
    >>> split_caption("Services grew. Bars show both years.")
    ('Services grew.', 'Bars show both years.')
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
