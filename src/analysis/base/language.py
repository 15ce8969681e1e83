"""Languages of a firm's report, dashboard and messages: texts by catalogue, numbers by CLDR.

A text is written in English where it is used and looked up there: ``tr("{rows} rows", rows=3)``.
The catalogues ``languages/es.po`` and ``languages/pl.po`` hold the translations; the English text
with its ``{places}`` is the ``msgid``. Babel reads them as they are; nothing is compiled. What has
no translation, such as a text from a firm's own files, stays as it is.

One language is in use at a time: that of the case, chosen by ``language:`` and ``locale:`` of
``case.yaml``. Numbers, months and quarters follow the locale (Spanish: that of Peru); all functions
of :mod:`analysis.base.text` and :mod:`analysis.base.periods` heed it.

The dashboard shows several languages in one file, so it takes whole catalogues:
``words_of("es")`` is a dict from English to Spanish, ready for JSON, and ``Language("es").group``,
``.point`` and ``.percent`` are the marks of its numbers. A text that the scripts show is a
``msgid`` like any other; names and definitions of indicators are there already.

To add a text: use it, and translate it in every catalogue. A test names what is missing, what is
translated and not used, and whose places differ. To add a language: a catalogue and a row of
``LOCALES``.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:  # English needs neither
    from babel import Locale
    from babel.messages import Catalog

Code = Literal["en", "es", "pl"]
LOCALES: Mapping[Code, str] = {"en": "en", "es": "es-PE", "pl": "pl"}
"""Every language with the locale of its numbers, unless a case names another."""

_AT_HOME = {("PEN", "es"), ("PLN", "pl")}
"""Currencies of the country whose numbers a language follows."""

FOLDER = Path(__file__).with_name("languages")
"""Holds a catalogue for every language but English."""


@dataclass(frozen=True)
class Language:
    """A language with the locale of its numbers.

    Attributes
    ----------
    code : str
        Such as ``es``.
    locale : str
        Such as ``es-PE``; empty for that of ``LOCALES``.

    Examples
    --------
    >>> peru, spain = Language("es"), Language("es", "es-ES")
    >>> (peru.group, peru.point), (spain.group, spain.point)
    ((',', '.'), ('.', ','))
    """

    code: Code = "en"
    locale: str = ""

    @cached_property
    def cldr(self) -> Locale:
        """What Babel knows of the locale."""
        from babel import Locale

        return Locale.parse(self.tag, sep="-")

    @property
    def tag(self) -> str:
        """Its tag, as HTML and PDF have it."""
        return self.locale or LOCALES[self.code]

    @property
    def _usual(self) -> bool:
        return self.code == "en" and not self.locale

    @cached_property
    def point(self) -> str:
        """What stands before decimals."""
        return "." if self._usual else str(self.cldr.number_symbols["latn"]["decimal"])

    @cached_property
    def group(self) -> str:
        """What stands between thousands."""
        return "," if self._usual else str(self.cldr.number_symbols["latn"]["group"])

    @cached_property
    def percent(self) -> str:
        """What follows a number of per cent, with a space where the language has one."""
        return "%" if self._usual else str(self.cldr.percent_formats[None].suffix[0])

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Names of the months as they stand alone, without capitals."""
        names = self.cldr.months["stand-alone"]["wide"]
        return tuple(str(names[month]).lower() for month in range(1, 13))

    @cached_property
    def weekdays(self) -> tuple[str, ...]:
        """Names of the days of a week that begins on Monday, as they begin a line."""
        names = self.cldr.days["stand-alone"]["wide"]
        return tuple(str(names[day]).capitalize() for day in range(7))

    def day(self, day: date) -> str:
        """Write a day in words."""
        from babel.dates import format_date

        return format_date(day, "long" if self.code != "en" else "d MMMM y", locale=self.cldr)


def locales(code: Code) -> list[str]:
    """List the locales that a language may be used with.

    Examples
    --------
    >>> locales("pl")
    ['pl', 'pl-PL']
    """
    from babel.localedata import locale_identifiers

    names = (name.replace("_", "-") for name in locale_identifiers())
    return sorted(name for name in names if name.split("-")[0] == code)


@cache
def catalogue(code: Code) -> Catalog:
    """Read the catalogue of a language."""
    from babel.messages.pofile import read_po

    with (FOLDER / f"{code}.po").open("rb") as stream:
        return read_po(stream, locale=code, abort_invalid=True)


@cache
def words_of(code: Code) -> Mapping[str, str]:
    """Return a catalogue's texts without plural forms, from English to the language."""
    if code == "en":
        return {}
    found = {entry.id: entry.string for entry in catalogue(code) if entry.id}
    return {str(text): str(said) for text, said in found.items() if isinstance(text, str)}


@cache
def _plural(code: Code) -> Callable[[int], int]:
    """Return which plural form a number takes."""
    rule = "n != 1" if code == "en" else catalogue(code).plural_expr
    return gettext.c2py(rule)


_now = Language()


def language() -> Language:
    """Return the language in use."""
    return _now


def language_of(path: Path) -> Code:
    """Return the language that a ``case.yaml`` names, even where it is wrong in other places."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return "en"
    found = re.search(rf"(?m)^language: *({'|'.join(get_args(Code))})\b", text)
    return next((code for code in get_args(Code) if found and code == found[1]), "en")


def currency_words(currency: str, code: Code = "en") -> str:
    """Return the name of many of a currency's units in a language; its code if it is unknown.

    At home a currency is called without its country.

    Examples
    --------
    >>> currency_words("EUR"), currency_words("PLN"), currency_words("PLN", "pl")
    ('euros', 'Polish zlotys', 'złotych')
    """
    from babel.numbers import get_currency_name

    name = get_currency_name(currency, 5, locale=code)
    if (currency, code) in _AT_HOME:
        name = name.split()[0]
    return "".join(letter if letter.isalpha() else " " for letter in name)


def use(code: Code = "en", locale: str | None = None) -> None:
    """Use a language from now on; without one, English."""
    global _now
    _now = Language(code, locale or "")


@contextmanager
def using(code: Code, locale: str | None = None) -> Iterator[None]:
    """Use a language for a while.

    Examples
    --------
    >>> with using("pl"):
    ...     tr("and"), counted("{n} row", "{n} rows", 22)
    ('i', '22 wiersze')
    """
    before = _now
    use(code, locale)
    try:
        yield
    finally:
        use(before.code, before.locale)


def tr(text: str, /, **words: object) -> str:
    """Translate a text into the language in use, and fill its places.

    Parameters
    ----------
    text : str
        In English; what braces hold is a name in ``words``. Without ``words`` braces stay.
    **words : object
        What stands for the places.

    Examples
    --------
    >>> tr("In {period}", period="May")
    'In May'
    """
    found = words_of(_now.code).get(text, text)
    return found.format(**words) if words else found


def counted(one: str, many: str, n: int, /, **words: object) -> str:
    """Translate a text that depends on a number, ``{n}`` in it.

    Examples
    --------
    >>> counted("{n} row", "{n} rows", 1), counted("{n} row", "{n} rows", 2)
    ('1 row', '2 rows')
    """
    form = _plural(_now.code)(n)
    forms: object = (one, many)
    if _now.code != "en" and (found := catalogue(_now.code).get(one)) is not None:
        forms = found.string
    assert isinstance(forms, tuple | list)
    number = f"{n:,}".replace(",", _now.group)
    return str(forms[min(form, len(forms) - 1)]).format(n=number, **words)
