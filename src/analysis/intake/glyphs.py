"""Which characters the report can show: those that all of its fonts have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analysis.base.yaml import texts_of
from analysis.intake.problems import Fault, Problem, Rank
from analysis.tables.case import Case

_FONTS = Path(__file__).resolve().parents[1] / "base" / "fonts"


def missing(text: str) -> str:
    """Return the first character of a text that the report cannot show, or nothing."""
    if text.isascii():
        return ""
    found = _unknown().search(text)
    return found[0] if found else ""


@cache
def _unknown() -> re.Pattern[str]:
    """Return what finds a character that some font lacks; line breaks and tabs become spaces."""
    from matplotlib.ft2font import FT2Font

    fonts = [set(FT2Font(str(path)).get_charmap()) for path in sorted(_FONTS.glob("*.ttf"))]
    known = "".join(map(chr, sorted(set.intersection(*fonts))))
    return re.compile(f"[^{re.escape(known)}\\s]")


def no_glyph(character: str) -> Fault:
    """Say that the report cannot show a character."""
    name = unicodedata.name(character, "").lower()
    called = f"{character} (U+{ord(character):04X}{', ' if name else ''}{name})"
    return Fault(
        Rank.CELL,
        f"no font of the report has the character {called}",
        "put a word or another character in its place",
    )


def case_texts(case: Case) -> Iterator[Problem]:
    """Find texts of ``case.yaml`` with a character that the report cannot show."""
    file = str((case.raw / "case.yaml").relative_to(case.root))
    for path, text in texts_of(case.parameters.model_dump()):
        if character := missing(text):
            yield Problem(no_glyph(character), file, column=path, value=text)
