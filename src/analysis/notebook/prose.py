"""What a notebook says: sentences with computed numbers, and boxes that explain a concept.

A Markdown cell holds what is true for every period. A sentence with numbers is made by a code cell,
so that it follows the parameters wherever the notebook is run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc

from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.base.periods import readable
from analysis.base.text import own_yaml

_NEGATIVE = re.compile(r"(?<![\w`-])-(?=\d)")


KINDS = ("printed", "derived", "synthetic", "yours")
"""The four kinds of number, as every table, figure, caption and value names them."""

MARKS = (*KINDS, "words")
"""What a figure or table may be marked with: a kind of number, or that it holds words of ours."""

# Markdown, its tables and JupyterLab's formulas would take these as markup.
_ESCAPES = {ord(mark): f"&#{ord(mark)};" for mark in "&<>`*_~[]|"}
# These begin formulas wherever a browser finds them in text, unless they stand alone in a tag.
_ESCAPES |= {ord(mark): f"<span>&#{ord(mark)};</span>" for mark in "$\\"}


def emit(data: Mapping[str, str], about: Mapping[str, object] | None = None) -> None:
    """Show one output in several forms, the reader's program taking the one it likes best.

    Parameters
    ----------
    data : mapping
        From MIME type to text.
    about : mapping, optional
        What the PDF needs to know; stored in the output's metadata under ``analysis``.
    """
    from IPython.display import display

    metadata = {} if about is None else {"analysis": dict(about)}
    display(dict(data), raw=True, metadata=metadata)  # type: ignore[no-untyped-call]


def say(text: str) -> None:
    """Show Markdown whose numbers come from the cells before.

    Parameters
    ----------
    text : str
        Markdown as in a cell, with headings, lists and references such as
        ``[the table](#tbl-kpis)``. Its indent is removed. Periods named ``2024Q2`` are shown as
        Q2 2024, and a negative number has a minus instead of a hyphen. Text from a firm's own files
        goes through :func:`literal` first. A text of the catalogues is translated.
    """
    shown = _NEGATIVE.sub("−", readable(tr(cleandoc(text))))
    emit({"text/markdown": shown}, {"type": "prose"})


def literal(text: str) -> str:
    """Write text from data so that Markdown shows it letter by letter, in captions too.

    Examples
    --------
    >>> literal("2*3")
    '2&#42;3'
    """
    return text.translate(_ESCAPES)


@dataclass(frozen=True)
class Concept:
    """One entry of ``concepts.yaml``; every text is inline Markdown.

    Attributes
    ----------
    name : str
        The term, as sentences use it.
    definition, why, source, example, counter_example : str
        What it is, why it is used, whose idea it is, one example, and what it is not.
    """

    name: str
    definition: str
    why: str
    source: str
    example: str
    counter_example: str

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Heads, with their mark, and texts of its box, after the definition."""
        return (
            ("Why.", self.why),
            ("Example.", self.example),
            ("Not to be confused with:", self.counter_example),
            ("Source.", self.source),
        )


@cache
def concepts() -> dict[str, Concept]:
    """Read all concepts, by name."""
    entries: dict[str, dict[str, str]] = own_yaml(__file__, "concepts.yaml")
    return {name: Concept(name, **entry) for name, entry in entries.items()}


def concept(name: str) -> None:
    """Show the box of a concept; the report also lists it in its glossary.

    Raises
    ------
    InputError
        If there is no such concept.

    Examples
    --------
    >>> concepts()["ratio of sums"].counter_example
    'The mean of 10 and 15, which is 12.5.'
    """
    if name not in concepts():
        raise InputError(
            "there is no concept of this name; there are " + ", ".join(concepts()),
            value=name,
            fix="add it to src/analysis/notebook/concepts.yaml",
        )
    it = concepts()[name]
    parts = [f"*{head}* {text}" for head, text in it.parts]
    lines = [f"**{it.name[0].upper()}{it.name[1:]}.** {it.definition}", *parts]
    text = "\n>\n".join(f"> {line}" for line in lines)
    emit({"text/markdown": text}, {"type": "concept", "name": name})


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
        if (
            balanced
            and starts
            and word not in {"e.g.", "i.e.", "vs.", "fig.", "no.", "cf.", "p.", "kw.", "poł."}
        ):
            return head, rest
    return caption, ""
