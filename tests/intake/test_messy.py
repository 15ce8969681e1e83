"""Files as they come: what each should be read as is written out by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.base.language import using
from analysis.intake.cells import Context, read_number
from analysis.tables.schema import IntakeSettings

from .conftest import Firm, cases, english

STAFF = "staff_id,role,hired_on,left_on\n"


def table_of(firm: Firm, name: str = "staff") -> list[tuple[object, ...]]:
    """Return the rows of a table as plain values."""
    assert firm.problems() == []
    return [
        tuple(
            None if pd.isna(cell) else str(cell.date()) if isinstance(cell, pd.Timestamp) else cell
            for cell in row
        )
        for row in firm.read().tables[name].itertuples(index=False)
    ]


def sale(firm: Firm, amount: str, column: str = "monto", settings: str = "") -> int | str:
    """Return what one amount is read as: céntimos, or the problem."""
    if settings:
        firm.settings(settings)
    firm.put("ventas.csv", f'factura,servicio,fecha,"{column}"\nF1,S1,2024-05-31,"{amount}"\n')
    intake = firm.read()
    if intake.problems:
        (problem,) = intake.problems
        return str(problem)
    return int(intake.tables["sale"]["amount_centimos"].iloc[0])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_line_ends_and_encodings(
    firm: Firm, delimiter: str, end: str, codec: str
) -> None:
    lines = [["staff_id", "role", "hired_on"], ["T1", "Técnico mayor", "2020-01-31"]]
    text = end.join(delimiter.join(line) for line in lines) + end
    firm.put("staff.csv", text.encode(codec))
    assert table_of(firm) == [("T1", "Técnico mayor", "2020-01-31", None)]
    assert ("Windows-1252" in firm.notes()) == (codec == "cp1252")


@pytest.mark.parametrize(("cell", "day", "settings"), cases("days"))
def test_days(firm: Firm, cell: str, day: str, settings: str) -> None:
    firm.settings(settings or "{}")
    firm.put("staff.csv", f"{STAFF}T1,tech,{cell},\n")
    assert table_of(firm)[0][2] == day
    rewritten = cell not in {"2024-05-31", "2024-05-31 00:00:00"}
    assert (firm.notes() != "") == rewritten


@pytest.mark.parametrize(("cell", "words"), cases("days-that-are-none-or-two"))
def test_days_that_are_none_or_two(firm: Firm, cell: str, words: str) -> None:
    firm.put("staff.csv", f"{STAFF}T1,tech,{cell},\n")
    text = firm.problem()
    assert f"data/raw/acme/staff.csv, row 2, column hired_on: “{cell}”: " in text
    assert words in text


@pytest.mark.parametrize(("amount", "column", "settings", "wanted"), cases("amounts"))
def test_amounts(firm: Firm, amount: str, column: str, settings: str, wanted: int | str) -> None:
    """Each is so many céntimos, or what is said of it holds the words wanted."""
    found = sale(firm, amount, column, settings)
    assert found == wanted if isinstance(wanted, int) else wanted in str(found)


@pytest.mark.parametrize(("amount", "words"), cases("amounts-that-are-none-or-two"))
def test_amounts_that_are_none_or_two(firm: Firm, amount: str, words: str) -> None:
    text = str(sale(firm, amount))
    assert "ventas.csv, row 2, column monto: “" in text
    assert words in text


@pytest.mark.parametrize(("cell", "month"), cases("months-by-name"))
def test_months_by_name(firm: Firm, cell: str, month: str) -> None:
    firm.settings("{dates: day-first}")
    firm.put("horas.csv", f"empleado,mes,horas\nT1,{cell},20\n")
    assert firm.problems() == []
    assert list(firm.read().tables["staff_hours"]["month"]) == [month]


@pytest.mark.parametrize("content", [b"", b"\n\n", STAFF.encode(), b"\xef\xbb\xbf"])
def test_a_table_without_rows_is_absent(firm: Firm, content: bytes) -> None:
    firm.put("staff.csv", content)
    firm.put("customer.csv", "customer_id,segment\nC1,x\n")
    intake = firm.read()
    assert not intake.problems
    assert list(intake.tables) == ["customer"]
    assert "the table has no rows and counts as absent" in firm.notes()


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\ue000", "\ufdd0"])
def test_control_characters(firm: Firm, letter: str) -> None:
    firm.put("staff.csv", f"{STAFF}T1,te{letter}ch,2020-01-01,\n")
    text = firm.problem()
    assert "column role" in text
    assert "holds a control character" in text
    assert letter not in text


@pytest.mark.parametrize("key", ["=1+1", "+1", "-1", "@x", "'x", "A B"])
def test_keys_that_look_like_formulas(firm: Firm, key: str) -> None:
    firm.put("staff.csv", f'{STAFF}"{key}",tech,2020-01-01,\n')
    assert "an identifier has no spaces and does not begin with =, +, -, @ or '" in firm.problem()


@pytest.mark.parametrize("header", ["Nro de servicio", "N.º servicio", "Número de servicio"])
def test_a_number_of_a_service_is_its_key(firm: Firm, header: str) -> None:
    firm.put("sale.csv", f"invoice_id,{header},invoiced_on,amount\nF1,S1,2024-05-31,5\n")
    assert firm.problems() == []


@pytest.mark.parametrize(
    ("key", "other"), [("c-007", "C-007"), ("C-7", "C-007"), ("C007", "C-007"), ("7", "007")]
)
def test_a_key_that_is_written_otherwise_elsewhere(firm: Firm, key: str, other: str) -> None:
    firm.put("staff.csv", f"staff_id,role,hired_on\nX,x,2020-01-01\n{other},x,2020-01-01\n")
    firm.put("staff_hours.csv", f"staff_id,month,hours\n{key},2024-05,7\n")
    text = firm.problem()
    assert f"“{key}”: data/raw/acme/staff.csv has no row of this key; it has “{other}”" in text
    assert "To fix: write keys in the same way" in text


@pytest.mark.parametrize("case", cases("files-and-what-is-said"), ids=lambda case: case["test"])
def test_files_and_what_is_said(firm: Firm, case: dict[str, Any]) -> None:
    """Without words for a problem, there is none; a case goes on with other files or settings."""
    for step in [case, *case.get("then", [])]:
        firm.prepare(step)
        read = firm.read()
        found = [str(problem) for problem in read.problems]
        wanted = step.get("problems", [step["problem"]] if "problem" in step else [])
        assert len(found) == len(wanted), found
        for text, parts in zip(found, wanted, strict=True):
            assert all(holds(text, words) for words in parts), text
        for name, cells in step.get("values", {}).items():
            table, column = name.split(".")
            assert list(read.tables[table][column]) == cells
        for name, rows in step.get("rows", {}).items():
            assert table_of(firm, name) == [tuple(row) for row in rows]
        notes = "\n".join(map(str, read.notes))
        assert all(words in notes for words in step.get("notes", []))
        assert not any(words in notes for words in step.get("no-notes", []))
    with using("pl" if len(case["test"]) % 2 else "es"):
        read = firm.read()
        for said in map(str, (*read.problems, *read.notes)):
            assert english(said) == set(), said


def holds(text: str, words: str) -> bool:
    """Whether a message has some words: a file at its beginning, what ends in $ at its end."""
    if words.startswith("data/raw/"):
        return text.startswith(words)
    return text.endswith(words[:-1]) if words.endswith("$") else words in text


def test_no_more_accounts_are_named_than_can_be_read(firm: Firm) -> None:
    rows = "".join(f"K{n},2024-05-01,account {n},5\n" for n in range(10, 60))
    firm.put("cost.csv", f"cost_id,incurred_on,category,amount\n{rows}")
    text = firm.problem()
    assert "  accounts:\n    'account 10': category\n" in text
    assert "    'account 49': category\n    ...\n" in text
    assert "account 50" not in text


@pytest.mark.parametrize(("text", "told", "plain"), cases("three-digits-after-a-sign"))
def test_three_digits_after_a_sign(text: str, told: Any, plain: str) -> None:
    read = read_number(text, Context(IntakeSettings(decimal=told)))
    assert (read.fault, read.text) == (None, plain)


def test_three_digits_after_a_sign_that_are_no_number() -> None:
    for text, told, name in (("1.500", None, "ask-decimal"), ("0,125", "point", "other-decimal")):
        fault = read_number(text, Context(IntakeSettings(decimal=told))).fault
        assert fault is not None
        assert fault.name == name
