"""Names as files write them: of columns, tables, values and currencies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache

from analysis.tables.columns import header_of
from analysis.tables.rows import Row, Table

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
"""Characters without width, which make two texts differ that look alike."""

CURRENCIES: Mapping[str, tuple[str, ...]] = {
    "ARS": ("$", "ar$"),
    "BOB": ("bs.", "bs"),
    "BRL": ("r$",),
    "CAD": ("$", "c$"),
    "CHF": ("chf", "fr."),
    "CLP": ("$", "clp$"),
    "COP": ("$", "col$"),
    "CZK": ("kč",),
    "EUR": ("€", "euros", "euro"),
    "GBP": ("£",),
    "MXN": ("$", "mx$"),
    "PEN": ("s/.", "s/", "soles", "sol"),
    "PLN": ("zł", "zl"),
    "USD": ("us$", "$", "dólares"),
    "UYU": ("$", "$u"),
}
"""Signs by currency, lower case; its code is one too."""


@dataclass(frozen=True)
class Found:
    """What a header names: a column of the row model, and its units in one of the file's."""

    field: str
    factor: int = 1


CURRENCY = "(currency)"
SCALE = "(unit_scale)"
"""Columns that files may have beside those of the row model."""


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """Write a name plainly: lower case, no accents, an underscore for everything else."""
    plain = unicodedata.normalize("NFKD", INVISIBLE.sub("", text)).casefold()
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    name = re.sub(r"[^0-9a-z]+", "_", kept.replace("ł", "l")).strip("_")
    return re.sub(r"^(n_o|n|no|nro|num)_", "numero_", name)  # Nº, N.º, Nro.


@cache
def names_of(row: type[Row]) -> Mapping[str, Found]:
    """Return every name under which files may give a column of a row model."""
    names: dict[str, Found] = {}
    money = False
    for field, info in row.model_fields.items():
        header = header_of(info)
        money = money or header.money
        names[folded(field)] = Found(field)
        names |= {name: Found(field) for name in header.also}
        names |= {name: Found(field, header.factor) for name in header.larger}
    if money:
        names |= {name: Found(CURRENCY) for name in ("currency", "moneda", "divisa", "waluta")}
    if "unit_scale" not in row.model_fields and "basis" in row.model_fields:
        names |= {name: Found(SCALE) for name in ("unit_scale", "escala")}
    return names


def own_signs(currency: str, name: str) -> tuple[str, ...]:
    """Return how amounts of a currency may be marked, the longest first."""
    signs = {currency.casefold(), name.casefold(), *CURRENCIES.get(currency, ())}
    return tuple(sorted(signs, key=lambda sign: (-len(sign), sign)))


def foreign_signs(currency: str, name: str) -> tuple[str, ...]:
    """Return the marks of all other currencies, the longest first."""
    known = {sign for code, signs in CURRENCIES.items() for sign in (code.casefold(), *signs)}
    others = known - set(own_signs(currency, name))
    return tuple(sorted(others, key=lambda sign: (-len(sign), sign)))


def find_column(header: str, row: type[Row], currency: tuple[str, ...]) -> Found | None:
    """Return what a header names, with or without its currency: ``Monto (S/)`` is an amount."""
    names = names_of(row)
    plain = folded(header)
    if plain in names:
        return names[plain]
    for sign in currency:
        short = plain.removesuffix(f"_{folded(sign)}")
        if short != plain and short in names:
            return names[short]
    return None


def without_sign(text: str, signs: Iterable[str]) -> str | None:
    """Take a currency's sign off either end of a text; None if none of the signs stands there."""
    small = text.casefold()
    for sign in signs:
        before = small.startswith(sign) and not text[len(sign) : len(sign) + 1].isalpha()
        after = small.endswith(sign) and not text[: -len(sign)][-1:].isalpha()
        if before or after:
            return (text[len(sign) :] if before else text[: -len(sign)]).strip()
    return None


def foreign_column(
    header: str, row: type[Row], currency: tuple[str, ...], foreign: tuple[str, ...]
) -> str:
    """Return the column of amounts that a header gives in another currency, or nothing.

    So ``Monto (US$)``, and ``Importe en dólares``, unless that is the case's own currency.
    """
    text = header.strip(" ()[]")
    rest = without_sign(text, foreign)
    if rest is None or without_sign(text, currency) is not None:
        return ""
    found = names_of(row).get(re.sub("_(en|in)$", "", folded(rest)))
    if found is None or found.field not in row.model_fields:
        return ""
    return found.field if header_of(row.model_fields[found.field]).money else ""


def find_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a file or sheet is named after."""
    plain = folded(name)
    for table in tables:
        if plain in {table.name, folded(table.file.removesuffix(".csv")), *table.also}:
            return table
    return None


def nearest_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a name may speak of: ``ventas 2024``, ``costz``."""
    known = {other: table for table in tables for other in (table.name, *table.also)}
    words = [word for word in re.sub(r"\d+", "_", folded(name)).split("_") if word]
    near = next((word for word in ("_".join(words), *words) if word in known), "")
    return known.get(near or closest(name, known))


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that a name may be a slip of, or nothing."""
    found = get_close_matches(folded(name), list(known), n=1, cutoff=0.75)
    return found[0] if found else ""


def contained(name: str, known: Iterable[str]) -> str:
    """Return the longest known name whose words all stand in a name: ``importe total``."""
    words = set(folded(name).split("_"))
    inside = [other for other in known if set(other.split("_")) <= words]
    return max(inside, key=len, default="")
