"""What the columns of row models are made of: types, limits, and the names files give them.

Everything that is true of a column stands in its row model's field: type, range, pattern and
meaning as pydantic has them, and what only files know (other names of the column, the larger unit
it may be given in, the table it refers to) in a :class:`Header`. The reader of own files, the
data packages and the documentation are all made from these.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import filterfalse
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from analysis.base import periods
from analysis.base.language import tr
from analysis.base.text import FONTS, own_yaml

LARGEST = 10**15
"""Largest whole number in a cell: sums of thousands of them still fit into 64 bits."""

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""A day outside these is a slip of the pen, such as 0024 for 2024."""

KEY = r"^[^\s=+\-@'][^\s]*$"
"""An identifier is written to files as it is, or references would break; so it may not begin as a
formula does, which free text may (see :mod:`analysis.base.text`)."""

KEY_OR_EMPTY = r"^([^\s=+\-@'][^\s]*)?$"
LABEL_OR_EMPTY = r"^([^\s=+\-@'].*)?$"
NUMBER = r"^-?\d+(\.\d+)?(/[1-9]\d*)?$"
NUMBER_OR_EMPTY = r"^(-?\d+(\.\d+)?(/[1-9]\d*)?)?$"
DECIMAL_OR_EMPTY = r"^(-?\d+(\.\d+)?)?$"
YES_OR_EMPTY = r"^(yes)?$"
BASIS_OR_EMPTY = r"^(discrete|ytd)?$"
MARK_OR_EMPTY = r"^(point|comma)?$"
QUARTER = r"^\d{4}Q[1-4]$"
PERIOD = r"^\d{4}(Q[1-4]|H[12]|-(0[1-9]|1[0-2]))?$"
DAY_OR_MONTH = r"^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$"
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"

PATTERNS: Mapping[str, str] = {
    KEY: "an identifier has no spaces and does not begin with =, +, -, @ or '",
    KEY_OR_EMPTY: "an identifier has no spaces and does not begin with =, +, -, @ or '",
    LABEL_OR_EMPTY: "a number or name does not begin with =, +, -, @ or '",
    NUMBER: "must be a number such as 12, -0.5 or 1/4",
    NUMBER_OR_EMPTY: "must be a number such as 12, -0.5 or 1/4, or empty",
    DECIMAL_OR_EMPTY: "must be a decimal number such as 12 or -0.5, or empty",
    YES_OR_EMPTY: "must be yes, or empty",
    BASIS_OR_EMPTY: "must be discrete or ytd, or empty",
    MARK_OR_EMPTY: "must be point or comma, or empty",
    QUARTER: "must be a quarter such as 2024Q2",
    PERIOD: "must be a month, quarter, half-year or year: 2024-05, 2024Q2, 2024H1, 2024",
    DAY_OR_MONTH: "must be a month or a day, such as 2024-05 or 2024-05-31",
    MONTH: "must be a month such as 2024-05",
}
"""What each pattern asks for, in words."""

_BROKEN: Mapping[str, str] = own_yaml(__file__, "messages.yaml")["broken"]
"""What other rules ask for, by pydantic's name of what is wrong."""

Identifier = Annotated[str, Field(min_length=1, pattern=KEY)]
IdentifierOrEmpty = Annotated[str, Field(pattern=KEY_OR_EMPTY)]
LabelOrEmpty = Annotated[str, Field(pattern=LABEL_OR_EMPTY)]
"""A number of a document or the name of a customer, as other programs write it; may have blanks."""
Text = Annotated[str, Field(min_length=1)]
TextOrEmpty = str
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
WholeOrNone = Annotated[int | None, Field(ge=-LARGEST, le=LARGEST)]
Number = Annotated[str, Field(pattern=NUMBER)]
"""A whole number, decimal or fraction, kept as text so that it stays exact."""
NumberOrEmpty = Annotated[str, Field(pattern=NUMBER_OR_EMPTY)]
DecimalOrEmpty = Annotated[str, Field(pattern=DECIMAL_OR_EMPTY)]
MarkOrEmpty = Annotated[str, Field(pattern=MARK_OR_EMPTY)]
Quarter = Annotated[str, Field(pattern=QUARTER)]
AnyPeriod = Annotated[str, Field(pattern=PERIOD)]
DayOrMonth = Annotated[str, Field(pattern=DAY_OR_MONTH)]
Month = Annotated[str, Field(pattern=MONTH)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
DayOrNone = Annotated[date | None, Field(ge=FIRST_DAY, le=LAST_DAY)]

CostCategory = Literal[
    "materials", "labour", "selling", "admin", "other_operating", "financial", "tax"
]
"""Kinds of cost."""

YesNo = Literal["yes", "no"]
BasisOrEmpty = Annotated[str, Field(pattern=BASIS_OR_EMPTY)]
YesOrEmpty = Annotated[str, Field(pattern=YES_OR_EMPTY)]
# Control characters, bidirectional overrides, private use and what is no character at all. A line
# break or tab is none of these inside free text, where it is a space.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufdd0-\ufdef"
    "\ufffe\uffff\U000f0000-\U0010ffff]"
)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Header:
    """What files may say of a column.

    Attributes
    ----------
    also : tuple of str
        Other names of the column in four languages, the best first, as :func:`folded` writes them.
    larger : tuple of str
        Names under which it may be given in a larger unit, with decimals.
    factor : int
        How many of the column's units are in one of the larger ones.
    money : bool
        Whether its cells may bear a currency.
    references : str
        Name of the table whose key it refers to, or ``indicator``, ``indicator or column``,
        ``indicator or measure``, ``claim`` or ``service day``.
    period : bool
        Whether it decides to which period its row belongs.
    values : mapping of str to str
        Other spellings of its values, folded.
    """

    also: tuple[str, ...] = ()
    larger: tuple[str, ...] = ()
    factor: int = 1
    money: bool = False
    references: str = ""
    period: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


def column(description: str, *, larger: str = "", **header: Any) -> Any:
    """Describe a column of a row model.

    Parameters
    ----------
    description : str
        What it holds.
    larger : str
        The name under which it may be given in a larger unit.
    **header
        The rest of :class:`Header`, but what ``names.yaml`` says.
    """
    known: Any = Header(larger=(larger,) if larger else (), **header)
    return Field(description=description, json_schema_extra={"header": known})


def money(description: str, *, larger: str = "") -> Any:
    """Describe an amount in hundredths of the currency, which may be given in whole ones."""
    return column(description, larger=larger, factor=100, money=True)


def hours(description: str) -> Any:
    """Describe a length in units of 15 minutes, which may be given in hours."""
    return column(description, larger="hours", factor=4)


@cache
def names_in_files() -> Mapping[str, Mapping[str, Any]]:
    """Return what files call tables and columns, by table, and their values: ``names.yaml``."""
    names: Mapping[str, Mapping[str, Any]] = own_yaml(__file__, "names.yaml")
    return names


def add_names(table: str, fields: Mapping[str, FieldInfo]) -> tuple[str, ...]:
    """Add to the columns of a table what files call them; return other names of the table."""
    names, values = names_in_files().get(table, {}), names_in_files()["values"]
    for name, info in fields.items():
        header = header_of(info)
        spelt = values.get(f"{table}.{name}", {})
        more = (other for unit in header.larger[:1] for other in names.get(unit, "").split())
        known: Any = replace(
            header,
            also=tuple(names.get(name, "").split()),
            larger=(*header.larger[:1], *more),
            values={other: value for value, others in spelt.items() for other in others.split()},
        )
        info.json_schema_extra = {"header": known}
    return tuple(names.get("table", "").split())


def header_of(info: FieldInfo) -> Header:
    """Return what files may say of a field."""
    extra = info.json_schema_extra
    found = extra.get("header") if isinstance(extra, dict) else None
    return found if isinstance(found, Header) else Header()


@cache
def money_of(row: type[BaseModel]) -> tuple[str, ...]:
    """Return the columns of a row model that hold amounts."""
    return tuple(name for name, info in row.model_fields.items() if header_of(info).money)


def meaning(info: FieldInfo, *, larger: bool = False) -> str:
    """Say what a column holds, without its unit where it is given in a larger one."""
    text = str(info.description)
    return re.sub(r",? in (céntimos.*|units of 15 minutes)", "", text) if larger else text


def period_ends(info: FieldInfo, name: str, first: int, last: int) -> tuple[Any, Any]:
    """Return the first and last cell of a column of periods within some quarters."""
    if info.annotation in (date, date | None):
        begin, end = (
            datetime.combine(d, time())
            for d in (periods.quarter_start(first), periods.quarter_end(last))
        )
        return begin, end
    if name == "month":
        ends = (
            periods.first_month(first, "quarter"),
            periods.last_month(periods.quarter_label(last)),
        )
        return periods.month_label(ends[0]), periods.month_label(ends[1])
    return periods.quarter_label(first), periods.quarter_label(last)


def is_choice(info: FieldInfo) -> bool:
    """Whether cells hold one of some words that the column itself names."""
    return get_origin(info.annotation) is Literal


def may_be_empty(info: FieldInfo) -> bool:
    """Whether a cell of the column may be empty; such a column may also be left out.

    Examples
    --------
    >>> from analysis.tables.firm_tables import StaffRow
    >>> [name for name, info in StaffRow.model_fields.items() if may_be_empty(info)]
    ['left_on']
    """
    if type(None) in get_args(info.annotation):
        return True
    patterns = [rule.pattern for rule in info.metadata if getattr(rule, "pattern", None)]
    least = max((getattr(rule, "min_length", None) or 0 for rule in info.metadata), default=0)
    return info.annotation is str and not least and all(re.match(p, "") for p in patterns)


def forbidden(text: str) -> str:
    """Return the first character that no cell may hold, such as a control character, or nothing."""
    found = _FORBIDDEN.search(text)
    return found[0] if found else ""


@cache
def _drawn_by_no_font() -> re.Pattern[str]:
    """Return what finds a character that some font lacks; line breaks and tabs become spaces."""
    from matplotlib.ft2font import FT2Font

    fonts = [set(FT2Font(str(path)).get_charmap()) for path in sorted(FONTS.glob("*.ttf"))]
    known = "".join(map(chr, sorted(set.intersection(*fonts))))
    return re.compile(f"[^{re.escape(known)}\\s]")


def not_drawn(text: str) -> str:
    """Name the first character of a text that the report cannot show; empty without any.

    Examples
    --------
    >>> not_drawn("Ñandú"), not_drawn("café ☕")
    ('', '☕ (U+2615, hot beverage)')
    """
    if text.isascii() or not (found := _drawn_by_no_font().search(text)):
        return ""
    code, name = ord(found[0]), unicodedata.name(found[0], "").lower()
    return f"{found[0]} (U+{code:04X}{', ' if name else ''}{name})"


def broken_rule(problem: ErrorDetails, factor: int = 1) -> str:
    """Say in words which rule of a row model a value breaks.

    Limits are said in a unit that is `factor` times the column's, in which the file has them.
    """
    context = problem.get("ctx", {})
    match problem["type"]:
        case "value_error":
            return problem["msg"].removeprefix("Value error, ")
        case "string_pattern_mismatch":
            rule = context["pattern"]
            return PATTERNS.get(rule) or tr("must match {pattern}", pattern=rule)
        case "literal_error":
            words = context["expected"].replace("'", "").replace(" or ", f" {tr('or')} ")
            return tr("must be {words}", words=words)
        case "greater_than_equal":
            return tr("must be at least {limit}", limit=_in_unit(context["ge"], factor))
        case "less_than_equal":
            return tr("must be at most {limit}", limit=_in_unit(context["le"], factor))
        case kind:
            return _BROKEN.get(kind, problem["msg"])


def _in_unit(limit: object, factor: int) -> object:
    return f"{Decimal(limit) / factor:f}" if isinstance(limit, int) and factor > 1 else limit


def is_iso_day(text: str) -> bool:
    """Whether a text has the form of a day, 2024-05-31 (it may still be none, as 2024-02-30).

    Examples
    --------
    >>> is_iso_day("2024-05-31"), is_iso_day("31/05/2024")
    (True, False)
    """
    return _ISO_DAY.fullmatch(text) is not None


INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
"""Characters without width, which make two texts differ that look alike."""


@dataclass(frozen=True)
class Found:
    """What a header names: a column of the row model, and its units in one of the file's.

    `rank` is the place of the name in the list of names, the best of which is the first. A column
    that says which rows are read has the `words` of these.
    """

    field: str
    factor: int = 1
    rank: int = dataclasses.field(default=0, compare=False)
    words: tuple[str, ...] = ()


CURRENCY = "(currency)"
SCALE = "(unit_scale)"
CREDIT = "(credit note)"
DEDUCTION = "(deduction)"
CHOICE = "(choice of rows)"
NAME = "(name of the customer)"
REST = "(rest)"
"""Columns that files may have beside those of the row model."""

EXTRAS = {"deduction": Found(DEDUCTION), "customer_name": Found(NAME)}
"""What ``case.yaml`` calls some of them."""


def plain_text(cell: object) -> str:
    """Write a header or cell as text that ``case.yaml`` may hold."""
    text = INVISIBLE.sub("", str(cell))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def plain_header(text: object) -> str:
    """Write a header so that capitals and blanks make no difference."""
    return plain_text(text).casefold()


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """Write a name plainly: lower case, no accents, an underscore for everything else.

    Examples
    --------
    >>> folded("N.º de Factura"), folded(" Año ")
    ('numero_de_factura', 'ano')
    """
    plain = unicodedata.normalize("NFKD", INVISIBLE.sub("", text)).casefold()
    kept = "".join(filterfalse(unicodedata.combining, plain))
    name = re.sub(r"[^0-9a-z]+", "_", kept.replace("ł", "l")).strip("_")
    return re.sub(r"^(n_o|n|no|nro|nr|num)_", "numero_", name)  # Nº, N.º, Nro., Nr.


_CURRENCY_NAMES = (
    *("currency", "currency_of_value"),
    *("moneda", "divisa", "waluta", "wahrung", "waehrung"),
)


@cache
def names_of(row: type[BaseModel]) -> Mapping[str, Found]:
    """Return every name under which files may give a column of a row model."""
    names: dict[str, Found] = {}
    for name, info in row.model_fields.items():
        header = header_of(info)
        names[folded(name)] = Found(name)
        plain = len(header.also)
        names |= {other: Found(name, 1, at) for at, other in enumerate(header.also, 1)}
        names |= {
            n: Found(name, header.factor, plain + at) for at, n in enumerate(header.larger, 1)
        }
    if money_of(row):
        names |= {other: Found(CURRENCY) for other in _CURRENCY_NAMES}
    if "unit_scale" not in row.model_fields and "basis" in row.model_fields:
        names |= {other: Found(SCALE) for other in ("unit_scale", "escala")}
    return names


_HUMP = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a word begins in a name such as orderDate."""


def find_column(header: str, row: type[BaseModel], currency: tuple[str, ...]) -> Found | None:
    """Return what a header names, with or without its currency.

    So ``Monto (S/)`` is an amount, and ``orderID`` the same as ``order_id``.
    """
    names = names_of(row)
    plain = folded(header)
    if found := names.get(plain) or names.get(folded(_HUMP.sub("_", header))):
        return found
    for sign in currency:
        short = plain.removesuffix(f"_{folded(sign)}")
        if short != plain and short in names:
            return names[short]
    return None


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that a name may be a slip of, or nothing."""
    found = get_close_matches(folded(name), list(known), n=1, cutoff=0.75)
    return found[0] if found else ""


def contained(name: str, known: Iterable[str]) -> str:
    """Return the longest known name whose words all stand in a name: ``importe total``."""
    words = set(folded(name).split("_"))
    inside = [other for other in known if set(other.split("_")) <= words]
    return max(inside, key=len, default="")


def alike(value: str, known: Iterable[str]) -> str:
    """Return a key that differs in capitals, signs or leading zeros alone, or nothing."""
    wanted = _bare(value)
    return next((key for key in known if _bare(key) == wanted), "") if wanted else ""


def _bare(key: str) -> str:
    return re.sub(r"(?<![0-9])0+(?=[0-9])|[^0-9a-z]", "", key.casefold())
