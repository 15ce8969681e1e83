"""Files as they come: what each should be read as is written out by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from .conftest import Firm, cases

STAFF = "staff_id,role,hired_on,left_on\n"
SALE = "invoice_id,service_id,invoiced_on,amount_centimos\n"


def staff(firm: Firm) -> list[tuple[object, ...]]:
    intake = firm.read()
    assert [str(problem) for problem in intake.problems] == []
    return [
        tuple(cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell for cell in row)
        for row in intake.tables["staff"].itertuples(index=False)
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
    assert staff(firm) == [("T1", "Técnico mayor", "2020-01-31", pd.NaT)]
    assert ("Windows-1252" in firm.notes()) == (codec == "cp1252")


def test_an_encoding_that_is_told_and_wrong(firm: Firm) -> None:
    firm.settings("{encoding: utf-8}")
    firm.put("staff.csv", (STAFF + "T1,ok,2020-01-01,\nT2,Técnico,2020-01-01,\n").encode("cp1252"))
    text = firm.problem()
    assert text.startswith("data/raw/acme/staff.csv, row 3: the file is not UTF-8 text")
    firm.settings("{encoding: cp1252}")
    assert staff(firm)[1][1] == "Técnico"
    firm.put("staff.csv", STAFF + "T2,Técnico,2020-01-01,\n")
    assert staff(firm)[0][1] == "Técnico"  # one setting serves a folder of both kinds
    assert "read as UTF-8, which it is, although case.yaml says cp1252" in firm.notes()


def test_a_byte_that_is_no_letter_of_windows_1252(firm: Firm) -> None:
    firm.put("staff.csv", (STAFF + "T1,T\u00e9c,2020-01-01,\n").encode("cp1252") + b"T2,\x81,,\n")
    assert "row 3: the file is not Windows-1252 text" in firm.problem()


def test_polish_and_spanish_letters_of_old_encodings_are_asked_for(firm: Firm) -> None:
    services = "Nr;Usługa\nstaff_id;role;hired_on\nT1;Usługa;2020-01-31\n"
    firm.put("staff.csv", services.encode("cp1250"))
    assert firm.problem() == (
        "data/raw/acme/staff.csv, row 1: the file may be Windows-1252 (“Us³uga”) or Windows-1250 "
        "(“Usługa”). To fix: say in case.yaml intake: {encoding: cp1252} or {encoding: cp1250}"
    )
    firm.settings("{encoding: cp1250}")
    assert staff(firm)[0][1] == "Usługa"
    firm.settings("{encoding: cp1252}")
    firm.put("staff.csv", (STAFF + "T1,señor,2020-01-31,\n").encode("cp1252"))
    assert staff(firm)[0][1] == "señor"


def test_an_old_encoding_that_the_bytes_prove(firm: Firm) -> None:
    # in Windows-1252, the byte of Ź is none; quotation marks and é are the same in both
    firm.put("staff.csv", (STAFF + "T1,Źródło,2020-01-31,\n").encode("cp1250"))
    assert staff(firm)[0][1] == "Źródło"
    assert "read as Windows-1250, since it is not UTF-8" in firm.notes()
    firm.put("staff.csv", (STAFF + "T1,“Café” – 5 €,2020-01-31,\n").encode("cp1252"))
    assert staff(firm)[0][1] == "“Café” – 5 €"


def test_header_names_in_spanish_in_any_order_with_other_columns(firm: Firm) -> None:
    firm.put(
        "personal.csv",
        " Fecha Ingreso ;Observaciones;CARGO;;Trabajador\n2020-01-31;nada;Técnico;;T1\n",
    )
    assert staff(firm) == [("T1", "Técnico", "2020-01-31", pd.NaT)]
    assert "column Observaciones: this column is not used" in firm.notes()


def test_blanks_and_invisible_characters(firm: Firm) -> None:
    firm.put("staff.csv", STAFF + "\u200bT1\u00a0,  Técnico \u00a0 señor ,2020-01-31\ufeff, \n")
    assert staff(firm) == [("T1", "Técnico señor", "2020-01-31", pd.NaT)]
    assert "characters without width" in firm.notes()


@pytest.mark.parametrize(("cell", "day", "settings"), cases("days"))
def test_days(firm: Firm, cell: str, day: str, settings: str) -> None:
    firm.settings(settings or "{}")
    firm.put("staff.csv", f"{STAFF}T1,tech,{cell},\n")
    assert staff(firm)[0][2] == day
    rewritten = cell not in {"2024-05-31", "2024-05-31 00:00:00"}
    assert (firm.notes() != "") == rewritten


@pytest.mark.parametrize(("cell", "words"), cases("days-that-are-none-or-two"))
def test_days_that_are_none_or_two(firm: Firm, cell: str, words: str) -> None:
    firm.put("staff.csv", f"{STAFF}T1,tech,{cell},\n")
    text = firm.problem()
    assert f"data/raw/acme/staff.csv, row 2, column hired_on: “{cell}”: " in text
    assert words in text


def test_a_date_against_the_order_that_is_told(firm: Firm) -> None:
    firm.settings("{dates: month-first}")
    firm.put("staff.csv", f"{STAFF}T1,tech,25/04/2024,\n")
    assert "“25/04/2024”: does not fit the order of dates that case.yaml names" in firm.problem()
    firm.settings("{dates: iso}")
    assert "“25/04/2024”: does not fit the order of dates" in firm.problem()


def test_other_cells_speak_for_an_answer_but_do_not_give_it(firm: Firm) -> None:
    firm.put("staff.csv", f"{STAFF}T1,tech,03/04/2024,\nT2,tech,25/04/2024,\n")
    assert firm.problem().endswith("“25/04/2024” in row 3 speaks for day-first")


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


def test_what_gives_an_amount_its_sign_is_noted(firm: Firm) -> None:
    firm.put(
        "ventas.csv",
        "factura;servicio;fecha;monto\nF1;S1;2024-05-31;520,00-\n"
        "F2;S1;2024-05-31;(3,50)\nF3;S1;2024-05-31;1180,-\n",
    )
    assert firm.problems() == []
    assert list(firm.read().tables["sale"]["amount_centimos"]) == [-52000, -350, 118000]
    notes = firm.notes()
    assert "a minus behind an amount is taken for its sign (1 cell), such as “520,00-”" in notes
    assert "an amount in brackets is taken for a negative one (1 cell), such as “(3,50)”" in notes
    assert "a dash after the decimal sign is taken for no decimals (1 cell)" in notes


def test_a_line_break_inside_a_cell_is_noted(firm: Firm) -> None:
    firm.put("staff.csv", STAFF + 'T1,"Técnico\r\nde puertas",2020-01-31,\n')
    assert staff(firm)[0][1] == "Técnico de puertas"
    assert "column role: a line break inside the text becomes a space (1 cell)" in firm.notes()


def test_an_amount_in_both_currencies(firm: Firm) -> None:
    text = "factura,servicio,fecha,Monto (US$),Monto (S/)\nF1,S1,2024-05-31,10,37.50\n"
    firm.put("ventas.csv", text)
    assert firm.problems() == []
    assert list(firm.read().tables["sale"]["amount_centimos"]) == [3750]
    assert "column Monto (US$): this column is not used: it is in another" in firm.notes()


def test_blanks_in_a_last_column_without_a_name(firm: Firm) -> None:
    firm.put("ventas.csv", "factura;servicio;fecha;monto;\nF1;S1;2024-05-31;1,50; \n")
    assert firm.problems() == []
    firm.put("ventas.csv", "factura;servicio;fecha;monto;\nF1;S1;2024-05-31;1,50;x\n")
    assert "the row has more or fewer cells than the header" in firm.problem()


def test_hours_are_quarters_of_an_hour(firm: Firm) -> None:
    firm.put("horas.csv", "empleado,mes,horas\nT1,2024-05,12.25\nT1,06/2024,7\nT2,2024-07-01,0\n")
    assert firm.problems() == []
    hours = firm.read().tables["staff_hours"]
    assert list(hours["quarter_hours"]) == [49, 28, 0]
    assert list(hours["month"]) == ["2024-05", "2024-06", "2024-07"]
    firm.put("horas.csv", "empleado,mes,horas\nT1,2024-05,800\n")
    text = "column horas: “800”: must be at most 744. To fix: correct the cell; the column holds: "
    assert firm.problem().endswith(f"{text}time worked")  # 31 days of 24 hours
    firm.put("horas.csv", "empleado,mes,horas\nT1,2024-05,12.3\n")
    assert "“12.3”: must be a multiple of 0.25" in firm.problem()


@pytest.mark.parametrize(("cell", "month"), cases("months-by-name"))
def test_months_by_name(firm: Firm, cell: str, month: str) -> None:
    firm.settings("{dates: day-first}")
    firm.put("horas.csv", f"empleado,mes,horas\nT1,{cell},20\n")
    assert firm.problems() == []
    assert list(firm.read().tables["staff_hours"]["month"]) == [month]


def test_months_that_are_none_or_of_two_centuries(firm: Firm) -> None:
    firm.put("horas.csv", "empleado,mes,horas\nT1,feb-24,20\nT2,marbella 2024,20\n")
    first, second = firm.problems()
    assert "“feb-24”: the year has two digits" in first
    assert "“marbella 2024”: is no month" in second
    firm.settings("{two_digit_years: 2000}")
    assert "marbella" in firm.problem()


def test_words_of_a_list_in_spanish(firm: Firm) -> None:
    firm.put(
        "gastos.csv",
        "id_gasto,fecha,rubro,monto\nK1,2024-05-31,Materiales,10\nK2,2024-05-31,MANO DE OBRA,1\n",
    )
    assert list(firm.read().tables["cost"]["category"]) == ["materials", "labour"]
    firm.put("gastos.csv", "id_gasto,fecha,rubro,monto\nK1,2024-05-31,Regalos,10\n")
    assert "column rubro: “Regalos”: must be materials, labour, selling" in firm.problem()


def test_quarters_in_spanish_and_a_unit_by_row(firm: Firm) -> None:
    names = (
        "sales,cogs,selling,admin,other_op_income,other_op_cost,fin_income,fin_cost,extra_gain,"
        "extra_loss,income_tax,other_charges,total_assets,fixed_assets,receivables,inventories,"
        "cash,equity,interest_debt,cfo,cfi,cff"
    )
    zero = ",".join("0" for _ in names.split(",")[1:])
    firm.put(
        "fin_statement.csv",
        f"empresa,trimestre,base,escala,{names}\nX,T1 2024,trimestral,100,1234.56,{zero}\n"
        f"X,2T2024,discrete,100,1300,{zero}\n",
    )
    assert firm.problems() == []
    table = firm.read().tables["fin_statement"]
    assert list(table["period"]) == ["2024Q1", "2024Q2"]
    assert list(table["sales"]) == [123456, 130000]
    firm.put(
        "fin_statement.csv", f"empresa,trimestre,base,escala,{names}\nX,2024Q1,ytd,x,1,{zero}\n"
    )
    assert "column escala: “x”: must be a whole number: 1 for céntimos" in firm.problem()


def test_currencies_mixed(firm: Firm) -> None:
    text = "factura,servicio,fecha,monto,moneda\nF1,S1,2024-05-31,1,PEN\nF2,S1,2024-05-31,1,"
    firm.put("ventas.csv", text + "S/\n")
    assert firm.problems() == []
    firm.put("ventas.csv", text + "USD\n")
    assert "row 3, column moneda: “USD”: is not the case's currency" in firm.problem()


def test_a_slip_in_a_name_is_guessed_aloud_only(firm: Firm) -> None:
    firm.put("staff.csv", "staff_id,role,hired_no\nT1,x,2020-01-01\n")
    assert len(firm.problems()) == 1
    assert "column hired_no: this column is not used; did you mean hired_on?" in firm.notes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "the file is a workbook, although its name ends in .csv"),
        (b'a,b\n"x', "row 2: a cell that begins here with a quotation mark does not end"),
        (b"x,y\n1,2\n", "none of the first rows names columns of this table"),
    ],
)
def test_files_that_are_none(firm: Firm, content: bytes, words: str) -> None:
    firm.put("staff.csv", content)
    assert words in firm.problem()


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


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(firm: Firm, codec: str) -> None:
    text = "customer_id;segment\nC1;Mañana\n"
    firm.put("customer.csv", text.encode(codec))
    assert list(firm.read().tables["customer"]["segment"]) == ["Mañana"]


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
    """Without words for a problem, there is none."""
    if "settings" in case:
        firm.settings(case["settings"])
    for name, text in case["put"].items():
        firm.put(name, text)
    if "problem" in case:
        said = firm.problem()
        assert all(words in said for words in case["problem"])
    else:
        assert firm.problems() == []
    notes = firm.notes()
    assert all(words in notes for words in case.get("notes", []))
    assert not any(words in notes for words in case.get("no-notes", []))
