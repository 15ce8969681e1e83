"""Text from data or Markdown, made safe to stand in Typst source."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple, cast

import typst

from analysis.base.errors import InputError

# A pair of these wraps the number of an unresolved reference; clean() removes them from all text.
MARK = "\ufdd0"

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
_PUNCTUATION = re.compile(r"""([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])""")
_PROSE_PUNCTUATION = re.compile(r"""([#$%&()*+\-./:;<=>@\[\\\]^_`{|}~])""")
_SPACES = re.compile(r"[ \t\n]+")  # not \s: no-break and thin spaces are meant
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cs", "Co", "Cn"}:  # PDF/A forbids private use; the others are no characters
        return _REPLACEMENT
    return "" if category == "Cc" and character not in "\n\t" else character


def clean(text: str) -> str:
    r"""Drop terminal colours and control characters; replace what no PDF/A may hold.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with ``\n`` line ends, and U+FFFD for private-use and unassigned code points.
    """
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    for separator in "\x0b\x0c\x85\u2028\u2029":
        text = text.replace(separator, "\n")
    return "".join(map(_printable, text))


def typst_text(text: str) -> str:
    """Typst markup that shows ``text`` letter by letter; runs of white space become one space.

    Every ASCII punctuation mark gets a backslash, which Typst allows anywhere, so no list of
    dangerous places (line starts, "--", "//", after a function call) has to be kept up to date.
    """
    return _SPACES.sub(" ", _PUNCTUATION.sub(r"\\\1", clean(text))).strip(" ")


def typst_prose(text: str) -> str:
    """Like `typst_text`, but keeps outer white space and leaves quotation marks to be curled."""
    return _SPACES.sub(" ", _PROSE_PUNCTUATION.sub(r"\\\1", clean(text)))


def typst_string(text: str) -> str:
    """``text`` as a Typst string literal, quotation marks included."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


def slug(text: str) -> str:
    """GitHub-style anchor of a heading: lower case, no punctuation, hyphens for spaces."""
    kept = re.sub(r"[^\w\- ]", "", text.strip().lower())
    return kept.replace(" ", "-")


_LABEL = re.compile(r"(fig|tbl|eq|sec)-[\w-]+")


class Place(NamedTuple):
    """Where something stands: the notebook's name without suffix, and the cell (the first is 1)."""

    notebook: str
    cell: int

    def error(self, rule: str, *, value: object = None, fix: str | None = None) -> InputError:
        """Return an `InputError` that names this notebook and cell."""
        return InputError(
            rule, file=f"{self.notebook}.ipynb, cell {self.cell}", value=value, fix=fix
        )


class Reference(NamedTuple):
    """A link found in Markdown: what it points at, and where it stands."""

    target: str
    place: Place


@dataclass
class Labels:
    """All labels of a document.

    Attributes
    ----------
    known : dict
        Label to the place of its definition: figures, tables and equations.
    sections : dict
        Notebook to its heading anchors (with ``sec-``), each to its Typst label.
    """

    known: dict[str, Place] = field(default_factory=dict)
    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    def define(self, label: str, kind: str, place: Place) -> str:
        """Register the label of a figure, table or equation.

        Raises
        ------
        InputError
            If the label is malformed, of another kind, or taken.
        """
        if not _LABEL.fullmatch(label) or not label.startswith(f"{kind}-"):
            raise place.error(f"a label here must look like {kind}-some-name", value=label)
        if label in self.known:
            first = self.known[label]
            raise place.error(
                f"this label is already used in {first.notebook}.ipynb, cell {first.cell}",
                value=label,
                fix="give every figure, table and equation a label of its own",
            )
        self.known[label] = place
        return label

    def define_section(self, text: str, place: Place) -> str:
        """Register a heading and return its Typst label, unique in the whole document."""
        anchors = self.sections.setdefault(place.notebook, {})
        base = anchor = "sec-" + slug(text)
        number = 0
        while anchor in anchors:
            number += 1
            anchor = f"{base}-{number}"
        anchors[anchor] = f"{place.notebook}:{anchor}"
        return anchors[anchor]

    def resolve(self, reference: Reference) -> str | None:
        """Typst expression of what a reference points at, or None for a foreign notebook.

        Raises
        ------
        InputError
            If nothing in the document has this label, or several headings have.
        """
        notebook, _, anchor = reference.target.partition("#")
        if notebook:
            notebook = notebook.rsplit("/", 1)[-1].removesuffix(".ipynb")
            if notebook not in self.sections:
                return None
            if not anchor:
                return f"label({typst_string(next(iter(self.sections[notebook].values())))})"
        if anchor in self.known:
            return f"label({typst_string(anchor)})"
        wanted = anchor if anchor.startswith("sec-") else "sec-" + slug(anchor)
        return f"label({typst_string(self._section(wanted, notebook, reference))})"

    def _section(self, anchor: str, notebook: str, reference: Reference) -> str:
        own = notebook or reference.place.notebook
        if anchor in self.sections.get(own, {}):
            return self.sections[own][anchor]
        found = [names[anchor] for names in self.sections.values() if anchor in names]
        if len(found) == 1 and not notebook:
            return found[0]
        if found and not notebook:
            raise reference.place.error(
                "several notebooks have a heading of this name",
                value=reference.target,
                fix="name the notebook: [text](NN_name.ipynb#sec-name)",
            )
        everything = [*self.known, *(name for names in self.sections.values() for name in names)]
        near = difflib.get_close_matches(reference.target.lstrip("#"), everything, n=1)
        raise reference.place.error(
            "no figure, table, equation or heading has this label",
            value=reference.target,
            fix=f"did you mean #{near[0]}?" if near else None,
        )


CACHE = Path(__file__).with_name("formulas.json")

_REFRESH = "install tex2typst and run `python -m analysis.report.refresh notebooks/*.ipynb`"
_GROUPED_NUMBER = re.compile(r"\d+(?:\{,\}\d+)+")
_OPERATOR = re.compile(r"(\\operatorname\*?)\{([^{}]*)\}")
_UNSUPPORTED = re.compile(r"\\(color|textcolor|tag|label|ref|href|def|newcommand)\b")


def normalise(latex: str) -> str:
    """White space squeezed: the key of a formula in the cache, and its alternative text."""
    return " ".join(latex.split())


def _prepare(latex: str) -> str:
    """Rewrite the few LaTeX habits that tex2typst gets wrong."""
    latex = _GROUPED_NUMBER.sub(
        lambda number: r"\text{" + number[0].replace("{,}", ",") + "}", latex
    )
    latex = _OPERATOR.sub(lambda name: f"{name[1]}{{{name[2].replace(chr(92) + ',', ' ')}}}", latex)
    return re.sub(r"\\[lr]vert\b", "|", latex)


def convert(latex: str) -> str:
    """Typst code of a LaTeX formula, converted by tex2typst and compiled once as a check.

    Raises
    ------
    ImportError
        If tex2typst is not installed.
    ValueError
        If the formula cannot be converted, or its conversion does not compile.
    """
    from tex2typst import tex2typst

    unsupported = _UNSUPPORTED.search(latex)
    if unsupported:
        raise ValueError(f"the command {unsupported[0]} is not supported")
    try:
        result = cast(str, tex2typst(_prepare(latex)))
    except ValueError as error:
        raise ValueError(str(error).splitlines()[0]) from error
    try:
        typst.compile(f"$ {result} $".encode(), ignore_system_fonts=True)
    except typst.TypstError as error:
        raise ValueError(f"its conversion `{result}` is refused: {error.message}") from error
    return result


@dataclass
class Formulas:
    """Conversions at hand, and which of them a document used.

    Attributes
    ----------
    cache : dict
        Normalised LaTeX to Typst.
    used : dict
        The part of the cache that was asked for, with what had to be added.
    """

    cache: dict[str, str]
    used: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path = CACHE) -> Formulas:
        """Read the committed cache; an absent file is an empty cache."""
        if not path.exists():
            return cls({})
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def typst(self, latex: str, place: Place) -> str:
        """Typst code of a formula.

        Raises
        ------
        InputError
            If the formula is not in the cache and cannot be converted here.
        """
        key = normalise(latex)
        if key not in self.used:
            self.used[key] = self.cache[key] if key in self.cache else _convert_new(key, place)
        return self.used[key]


def _convert_new(latex: str, place: Place) -> str:
    try:
        return convert(latex)
    except ImportError as error:
        raise place.error(
            "this formula is not in formulas.json, and tex2typst is not installed",
            value=latex,
            fix=_REFRESH,
        ) from error
    except ValueError as error:
        raise place.error(
            f"this formula cannot be set in the PDF ({error})",
            value=latex,
            fix="write it with simpler commands",
        ) from error


def inline(latex: str, formulas: Formulas, place: Place) -> str:
    """Typst markup of a formula in running text, its LaTeX as alternative text."""
    alt = typst_string(normalise(latex))
    return f"#math.equation(alt: {alt}, ${formulas.typst(latex, place)}$)"


def display(latex: str, formulas: Formulas, place: Place, label: str | None = None) -> str:
    """Typst markup of a formula on its own line; with a label it is numbered."""
    alt = typst_string(normalise(latex))
    numbering = "" if label is None else ', numbering: "(1)"'
    code = f"$ {formulas.typst(latex, place)} $"
    tag = "" if label is None else f" #label({typst_string(label)})"
    return f"#math.equation(block: true{numbering}, alt: {alt}, {code}){tag}"


Attributes = list[tuple[str, str | None]]

_WRAP = {
    "b": "strong",
    "strong": "strong",
    "th": "strong",
    "i": "emph",
    "em": "emph",
    "cite": "emph",
    "var": "emph",
    "sub": "sub",
    "sup": "super",
    "u": "underline",
    "s": "strike",
    "del": "strike",
    "small": "small",
}
_MONOSPACE = {"code", "kbd", "samp", "tt"}
_LINE_ENDING = {"p", "div", "li", "tr", "summary"}
_INVISIBLE = {"script", "style", "template", "head", "title"}


class Fragment(HTMLParser):
    """Collects Typst markup from HTML tags and from markup that is already Typst.

    Tags that carry meaning in print (emphasis, sub- and superscripts, code, links, line breaks)
    are kept; all others are dropped and their text kept; comments, scripts and styles vanish.

    Parameters
    ----------
    link : callable, optional
        ``link(url, markup) -> markup``; without it the link's text stands alone.
    image : callable, optional
        ``image(source, alt) -> markup``; without it images are dropped.
    escape : callable, optional
        How text becomes markup; by default as prose.
    """

    def __init__(
        self,
        link: Callable[[str, str], str] | None = None,
        image: Callable[[str, str], str] | None = None,
        escape: Callable[[str], str] = typst_prose,
    ) -> None:
        super().__init__(convert_charrefs=True)
        self._link = link
        self._image = image
        self._escape = escape
        self._parts: list[str] = []
        self._open: list[tuple[str, int, str]] = []
        self._hidden = 0

    def add(self, markup: str) -> None:
        """Append markup that is already Typst."""
        if not self._hidden:
            self._parts.append(markup)

    def result(self) -> str:
        """Everything collected, with unclosed tags ignored."""
        self.close()
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note where a tag's content begins."""
        attributes = {name: value or "" for name, value in attrs}
        if tag in _INVISIBLE:
            self._hidden += 1
        elif tag == "br":
            self.add("#linebreak();")
        elif tag == "img" and self._image is not None:
            self.add(self._image(attributes.get("src", ""), attributes.get("alt", "")))
        elif tag in _WRAP or tag in _MONOSPACE or tag == "a":
            self._open.append((tag, len(self._parts), attributes.get("href", "")))

    def handle_endtag(self, tag: str) -> None:
        """Wrap what stands between a tag and its end."""
        if tag in _INVISIBLE:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _LINE_ENDING and self._parts:
            self.add("#linebreak();")
        elif tag in [name for name, _, _ in self._open]:
            while True:
                name, start, url = self._open.pop()
                if name == tag:
                    break
            inner = "".join(self._parts[start:])
            self._parts[start:] = [self._wrapped(tag, inner, url)]

    def _wrapped(self, tag: str, inner: str, url: str) -> str:
        if tag == "a":
            return self._link(url, inner) if url and self._link is not None else inner
        if tag in _MONOSPACE:
            return f"#monospace[{inner}]"
        return f"#{_WRAP[tag]}[{inner}]"

    def handle_data(self, data: str) -> None:
        """Keep text, escaped."""
        self.add(self._escape(data))


def html_to_typst(
    html: str,
    link: Callable[[str, str], str] | None = None,
    image: Callable[[str, str], str] | None = None,
) -> str:
    """Typst markup of a piece of HTML without tables; empty if it shows nothing."""
    fragment = Fragment(link, image)
    fragment.feed(html)
    return fragment.result().strip().removesuffix("#linebreak();")


def code_block(text: str, language: str = "") -> str:
    """Typst markup of a block of code or terminal output, shown as it stands."""
    lang = f", lang: {typst_string(language)}" if language else ""
    return f"#raw({typst_string(text.rstrip())}, block: true{lang})"
