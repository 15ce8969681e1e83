"""Texts that are translated, and the catalogues: ``python -m tests.base.catalogues`` sorts them.

It also adds what is missing, with an empty translation to be filled in, and removes what is no
longer used.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import normalize

from analysis.base.language import FOLDER, LOCALES, Code, catalogue
from analysis.base.periods import _FIRST_TO_FOURTH, GRAINS
from analysis.kpis.catalogue import KPIS, METHOD, MONEY

SOURCE = Path(__file__).parents[2] / "src/analysis"
TRANSLATED: tuple[Code, ...] = tuple(code for code in LOCALES if code != "en")
WIDTH = 100


class Text(NamedTuple):
    """A text, with its form for many where it has one."""

    one: str
    many: str = ""


def used() -> set[Text]:
    """Return every text that is translated somewhere."""
    found = chain(_called(), of_periods(), _of_indicators())
    return set(found) | {Text(word) for word in ("and", "or")}


def _called() -> Iterator[Text]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if node.func.id == "tr" and given:
                    yield Text(str(given[0]))
                if node.func.id == "counted" and len(given) > 1:
                    yield Text(*map(str, given[:2]))


def of_periods() -> Iterator[Text]:
    """Return the forms of periods, whose translations may have other places."""
    for form in GRAINS.values():
        yield from (Text(form.short), Text(form.words))
    for grain, base in product(GRAINS, ("the {} before", "the same {} of last year")):
        yield Text(base.format(grain))
    yield from map(Text, _FIRST_TO_FOURTH)


def _of_indicators() -> Iterator[Text]:
    for one in (*KPIS, *METHOD):
        yield from (Text(text) for text in (one.name, one.definition, one.unit, one.perspective))


def known(code: Code) -> dict[Text, tuple[str, ...]]:
    """Return the texts of a catalogue with their translations."""
    return {
        Text(entry.id) if isinstance(entry.id, str) else Text(*entry.id): (entry.string,)
        if isinstance(entry.string, str)
        else tuple(entry.string)
        for entry in catalogue(code)
        if entry.id
    }


def written(code: Code) -> str:
    """Return a catalogue as it should be: sorted, with all that is used and nothing else."""
    head = (FOLDER / f"{code}.po").read_text(encoding="utf-8").partition("\n\n")[0]
    texts = known(code)
    parts = [head]
    for text in sorted(used() - {Text("%"), Text(MONEY)}, key=lambda it: (it.one.lower(), it)):
        said = texts.get(text, ("",))
        lines = [f"msgid {normalize(text.one, width=WIDTH)}"]
        if text.many:
            lines.append(f"msgid_plural {normalize(text.many, width=WIDTH)}")
            count = catalogue(code).num_plurals
            forms = (*said, *[""] * count)[:count]
            lines += [f"msgstr[{n}] {normalize(s, width=WIDTH)}" for n, s in enumerate(forms)]
        else:
            lines.append(f"msgstr {normalize(said[0], width=WIDTH)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for code in TRANSLATED:
        (FOLDER / f"{code}.po").write_text(written(code), encoding="utf-8", newline="\n")
        print(f"{code}.po: {len(used())} texts")
