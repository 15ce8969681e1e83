"""What the check says of broken files is in the language of the case, to the last word."""

from __future__ import annotations

import re

import pytest

from analysis.base.errors import InputError
from analysis.base.language import Code, using
from analysis.intake.case_check import check_case
from analysis.tables.schema import use_indicators

from .conftest import Firm, cases, english
from .test_checks import ROOT, copy_of_template

BROKEN_YAML = (
    *("currency: [PEN", "currency: 3", "currency: pen", "folder: x", "engine: word", "date: soon"),
    *("fiscal_year_starts: 13", "rates: {EUR: {a: 1}}", "rates: {EUR: -1}", "locale: de", "<<: x"),
    *("closed: [May]", "? : x", "complete_from: 2024-05-03\ncomplete_through: 2024-05-01"),
    "indicators: {x: {name: X, level: sales * sales, better: higher}}",
    "readings: {x: {question: X, default: c, options: {a: A}}}",
)


def checked(firm: Firm, code: Code, more: str = "") -> str:
    """Check a firm in a language."""
    kept = (firm.raw / "case.yaml").read_text(encoding="utf-8")
    keys = re.findall(r"(?m)^(\w+):", more)
    rest = re.sub(rf"(?m)^({'|'.join(keys)}):.*\n", "", kept) if keys else kept
    firm.put("case.yaml", f"language: {code}\n{rest}{more}\n")
    try:
        return check_case("acme", firm.root)[0]
    except InputError as error:
        with using(code):
            return str(error)
    finally:
        use_indicators({})


def test_no_english_in_what_is_said_of_a_whole_case(firm: Firm) -> None:
    copy_of_template(firm)
    for file, old, new, _ in cases("one-thing-wrong-in-a-whole-case"):
        text = (firm.raw / file).read_text(encoding="utf-8")
        firm.put(file, text.replace(old, new, 1))
    text = checked(firm, "es")
    assert english(text) == set(), text
    assert len(re.findall(r"(?m)^\d+\. ", text)) > 9


@pytest.mark.parametrize("code", ["es", "pl"])
def test_no_english_in_what_is_said_of_statements(firm: Firm, code: Code) -> None:
    table = ROOT / "data/raw/template/fin_statement.csv"
    header, *rows = [
        line.split(",")
        for line in table.read_text(encoding="utf-8").replace("SYN-", "").splitlines()
    ]
    rows[2][header.index("cash")] += "7"
    rows[4][header.index("sales")] += "000"
    del rows[6]
    firm.put("fin_statement.csv", "\n".join(map(",".join, [header, *rows])) + "\n")
    text = checked(firm, code)
    assert english(text) == set(), text
    assert len(re.findall(r"(?m)^\d+\. ", text)) > 2


@pytest.mark.parametrize("code", ["es", "pl"])
@pytest.mark.parametrize("text", BROKEN_YAML)
def test_no_english_in_what_is_said_of_case_yaml(firm: Firm, code: Code, text: str) -> None:
    firm.put("sale.csv", "invoiced_on,amount\n2024-05-02,7\n")
    said = checked(firm, code, text)
    assert english(said) == set(), said
    assert "1. data/raw/acme/case.yaml" in said or "case.yaml, " in said, said
