"""A million rows: the same answer as for few, in one go."""

from __future__ import annotations

from datetime import date, timedelta

from .conftest import Firm

ROWS = 1_000_000
FEWER = 50_000
"""Where something is wrong; how many rows there are is no matter."""


def invoices(count: int, place: int, line: str) -> str:
    """Write that many lines of invoices, four of each, with one line of its own."""
    days = [f"{date(2023, 1, 1) + timedelta(days=n):%d/%m/%Y}" for n in range(730)]
    lines = [
        f"F{n // 4};S{n % 1000};{days[n // 4 % 730]};{n % 90_000},{n % 100:02d}"
        for n in range(count)
    ]
    lines[place] = line
    return "\n".join(["factura;servicio;fecha;monto", *lines]) + "\n"


def test_one_bad_line_among_many(firm: Firm) -> None:
    firm.settings("{dates: day-first, decimal: comma}")
    firm.put("ventas.csv", invoices(FEWER, 23_456, "F7;S1;31/02/2024;12a"))
    intake = firm.read()
    assert [str(problem).split(". To fix")[0] for problem in intake.problems] == [
        f"data/raw/acme/ventas.csv, row 23458, column {words}"
        for words in (
            "fecha: “31/02/2024”: is no day of the calendar",
            "monto: “12a”: is no number",
        )
    ]


def test_a_million_invoices(firm: Firm) -> None:
    firm.settings("{dates: day-first, decimal: comma}")
    firm.put("ventas.csv", invoices(ROWS, 123_456, "F30864;S1;31/12/2024;1.234,50"))
    intake = firm.read()
    assert not intake.problems
    amounts = intake.tables["sale"]["amount_centimos"]
    # what was written, summed as whole céntimos: by hand, not by the reader
    wanted = sum(n % 90_000 * 100 + n % 100 for n in range(ROWS) if n != 123_456) + 123_450
    assert int(amounts.sum()) == wanted
    assert len(amounts) == ROWS
