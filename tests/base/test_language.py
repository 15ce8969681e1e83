"""Languages: catalogues are complete, and numbers and periods follow the locale."""

from __future__ import annotations

import re
from fractions import Fraction
from string import Formatter

import pytest

from analysis.base.language import FOLDER, Code, counted, using
from analysis.base.periods import in_words, short_period
from analysis.base.text import decimal, listed, percent, points
from analysis.intake.problems import Problem, fault_of
from tests.base import catalogues


@pytest.mark.parametrize("code", catalogues.TRANSLATED)
def test_catalogue_has_every_text_and_no_other(code: Code) -> None:
    found = (FOLDER / f"{code}.po").read_text(encoding="utf-8")
    renew = "renew it by python -m tests.base.catalogues, then translate what is empty"
    assert catalogues.written(code) == found, renew
    assert [text.one for text, said in catalogues.known(code).items() if not all(said)] == []


@pytest.mark.parametrize("code", catalogues.TRANSLATED)
def test_translations_have_the_places_of_the_text(code: Code) -> None:
    for text, said in catalogues.known(code).items():
        if text not in set(catalogues.of_periods()):  # theirs may have others of a period
            assert {_places(form) for form in said} == {_places(text.one)}, text


def _places(text: str) -> frozenset[str]:
    named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    return frozenset(named | set(re.findall(r"\$\w+", text)))


@pytest.mark.parametrize(
    ("code", "locale", "shown"),
    [
        ("en", None, "1,234.5 −12.5% +1.0 pp"),
        ("es", None, "1,234.5 −12.5% +1.0 p. p."),
        ("es", "es-ES", "1.234,5 −12,5\N{NO-BREAK SPACE}% +1,0 p. p."),
        ("pl", None, "1\N{NO-BREAK SPACE}234,5 −12,5% +1,0 p.p."),
    ],
)
def test_numbers_are_written_as_in_the_language(code: Code, locale: str | None, shown: str) -> None:
    value = Fraction(12345, 10)
    with using(code, locale):
        texts = (decimal(1)(value), percent(1)(Fraction(-1, 8)), points(1)(Fraction(1, 100)))
        assert " ".join(texts) == shown


@pytest.mark.parametrize(
    ("code", "short", "words"),
    [
        ("en", "Q2 2024, Sep 2024, H1 2024, 2024", "the second quarter of 2024"),
        ("es", "T2 2024, set 2024, S1 2024, 2024", "el segundo trimestre de 2024"),
        ("pl", "II kw. 2024, wrz 2024, I poł. 2024, 2024", "drugi kwartał 2024"),
    ],
)
def test_periods_are_named_as_in_the_language(code: Code, short: str, words: str) -> None:
    with using(code):
        periods = ("2024Q2", "2024-09", "2024H1", "2024")
        assert ", ".join(map(short_period, periods)) == short
        assert in_words("2024Q2") == words


def test_plural_forms_and_lists() -> None:
    with using("pl"):
        forms = [counted("{n} row", "{n} rows", n) for n in (1, 3, 5, 22, 1112)]
        assert forms == ["1 wiersz", "3 wiersze", "5 wierszy", "22 wiersze", "1\u00a0112 wierszy"]
        assert listed(["a", "b"]) == "a i b"
    assert counted("{n} row", "{n} rows", 1000) == "1,000 rows"


def test_messages_of_check_are_in_the_language() -> None:
    with using("es"):
        fault = fault_of("month-without-rows", months="Feb 2024", line="2024-02")
        assert fault.rule.startswith("ninguna fila en Feb 2024, así")
        assert str(Problem(fault_of("not-day"), "sale.csv", 3, "day", "x", (5,), 2)) == (
            "sale.csv, fila 3, columna day: “x”: no es un día. "
            "Solución: escríbalo como 2024-05-31\n  y 1 más así: 5"
        )
