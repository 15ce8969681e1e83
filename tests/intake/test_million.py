"""A million rows: the same answer as for few, in one go."""

from __future__ import annotations

from datetime import date, timedelta

from .conftest import Firm

ROWS = 1_000_000


def test_a_million_invoices(firm: Firm) -> None:
    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(730)]
    lines = [f"F{n};S{n % 1000};{days[n % 730]:%d/%m/%Y};{n % 90_000},{n % 100:02d}\n"
             for n in range(ROWS)]  # fmt: skip
    lines[123_456] = "F7;S1;31/02/2024;12a\n"
    firm.settings("{dates: day-first, decimal: comma}")
    firm.put("ventas.csv", "factura;servicio;fecha;monto\n" + "".join(lines))
    intake = firm.read()
    assert [str(problem).split(". To fix")[0] for problem in intake.problems] == [
        f"data/raw/acme/ventas.csv, row 123458, column {words}"
        for words in (
            "fecha: “31/02/2024”: is no day of the calendar",
            "monto: “12a”: is no number",
            "factura: “F7 (first in row 9)”: this key stands in more than one row",
        )
    ]
    lines[123_456] = "F123456;S1;31/12/2024;1.234,50\n"
    firm.put("ventas.csv", "factura;servicio;fecha;monto\n" + "".join(lines))
    intake = firm.read()
    assert not intake.problems
    amounts = intake.tables["sale"]["amount_centimos"]
    # what was written, summed as whole céntimos: by hand, not by the reader
    wanted = sum(n % 90_000 * 100 + n % 100 for n in range(ROWS) if n != 123_456) + 123_450
    assert int(amounts.sum()) == wanted
    assert len(amounts) == ROWS
