"""Pieces of Typst source: text made safe, labels and the references to them, formulas."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from analysis.base.errors import InputError
from analysis.base.text import own_yaml

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
    r"""Typst markup that shows ``text`` letter by letter; runs of white space become one space.

    Every ASCII punctuation mark gets a backslash, which Typst allows anywhere, so no list of
    dangerous places (line starts, "--", "//", after a function call) has to be kept up to date.

    Examples
    --------
    >>> print(typst_text("5 * 3 = #15"))
    5 \* 3 \= \#15
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
    """GitHub-style anchor of a heading: lower case, no punctuation, hyphens for spaces.

    Examples
    --------
    >>> slug("Three checks, no data!")
    'three-checks-no-data'
    """
    kept = re.sub(r"[^\w\- ]", "", text.strip().lower())
    return kept.replace(" ", "-")


def concept_label(name: str) -> str:
    """Typst label of the box of a concept.

    Examples
    --------
    >>> concept_label("key result")
    'concept-key-result'
    """
    return f"concept-{slug(name)}"


_LABEL = re.compile(r"(fig|tbl)-[\w-]+")
_MARKED = re.compile(f"{MARK}(\\d+){MARK}")


class Place(NamedTuple):
    """Where something stands: the notebook's name without suffix, and the cell (the first is 1)."""

    notebook: str
    cell: int

    def error(self, rule: str, *, value: object = None, fix: str | None = None) -> InputError:
        """Return an `InputError` that names this notebook and cell."""
        return InputError(
            rule, file=f"{self.notebook}.ipynb, cell {self.cell}", value=value, fix=fix
        )


@dataclass
class Labels:
    """All labels of a document, and the references to them.

    Attributes
    ----------
    known : dict
        Label of a figure or table to the place of its definition.
    sections : dict
        Notebook to its heading anchors (with ``sec-``), each to its Typst label.
    references : list
        The target of every link to a part of the document, and where the link stands.
    concepts : dict
        Every concept that is explained, and the place of its box.
    """

    known: dict[str, Place] = field(default_factory=dict)
    sections: dict[str, dict[str, str]] = field(default_factory=dict)
    references: list[tuple[str, Place]] = field(default_factory=list)
    concepts: dict[str, Place] = field(default_factory=dict)

    def first_use(self, concept: str, place: Place) -> bool:
        """Note that a concept is explained here; say whether it was not explained before."""
        new = concept not in self.concepts
        self.concepts.setdefault(concept, place)
        return new

    def define(self, label: str, kind: str, place: Place) -> str:
        """Register the label of a figure or table.

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
                fix="give every figure and table a label of its own",
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

    def refer(self, target: str, place: Place) -> str:
        """Note a reference; `resolve` puts the label in its place once all are known."""
        self.references.append((target, place))
        return f"{MARK}{len(self.references) - 1}{MARK}"

    def resolve(self, markup: str) -> str:
        """Put labels in the places of references: ``none`` for one to a notebook that is not here.

        Raises
        ------
        InputError
            If nothing in the document has such a label, or several headings have.
        """

        def expression(mark: re.Match[str]) -> str:
            label = self._label(*self.references[int(mark[1])])
            return "none" if label is None else f"label({typst_string(label)})"

        return _MARKED.sub(expression, markup)

    def _label(self, target: str, place: Place) -> str | None:
        notebook, _, anchor = target.partition("#")
        if notebook:
            notebook = notebook.rsplit("/", 1)[-1].removesuffix(".ipynb")
            if notebook not in self.sections:
                return None
            if not anchor:
                return next(iter(self.sections[notebook].values()))
        if anchor in self.known:
            return anchor
        wanted = anchor if anchor.startswith("sec-") else "sec-" + slug(anchor)
        own = self.sections.get(notebook or place.notebook, {})
        if wanted in own:
            return own[wanted]
        found = [names[wanted] for names in self.sections.values() if wanted in names]
        if notebook or not found:
            near = difflib.get_close_matches(target.lstrip("#"), self._names(), n=1)
            raise place.error(
                "no figure, table or heading has this label",
                value=target,
                fix=f"did you mean #{near[0]}?" if near else None,
            )
        if len(found) > 1:
            raise place.error(
                "several notebooks have a heading of this name",
                value=target,
                fix="name the notebook: [text](NN_name.ipynb#sec-name)",
            )
        return found[0]

    def _names(self) -> list[str]:
        return [*self.known, *(name for names in self.sections.values() for name in names)]


@cache
def formulas() -> dict[str, str]:
    """Read the table of formulas: LaTeX, with single spaces, to Typst."""
    table: dict[str, str] = own_yaml(__file__, "formulas.yaml")
    return table


def equation(latex: str, place: Place, *, block: bool = False) -> str:
    """Typst markup of a LaTeX formula, its LaTeX as alternative text.

    Parameters
    ----------
    latex : str
        A single letter, or a formula of ``formulas.yaml``.
    place : Place
        The cell, for messages.
    block : bool
        Whether it stands on a line of its own.

    Raises
    ------
    InputError
        If the formula is not in the table.
    """
    latex = " ".join(latex.split())
    single = len(latex) == 1 and latex.isalpha()
    code = latex if single else formulas().get(latex)
    if code is None:
        raise place.error(
            "the PDF has no such formula",
            value=latex,
            fix="add it with its Typst notation to src/analysis/report/formulas.yaml",
        )
    form = f"block: true, alt: {typst_string(latex)}, $ {code} $"
    if not block:
        form = f"alt: {typst_string(latex)}, ${code}$"
    return f"#math.equation({form})"
