"""The workbook for slides: numbers as numbers, charts of Excel's own, no formulas, same bytes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from unittest import mock

import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.base.language import using
from analysis.notebook import display
from analysis.report.slides import _number, write_slides

MOMENT = datetime(2024, 12, 31)


def test_the_workbook_of_a_table_and_a_chart(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["=1+1", "Sales"], "value": ["−5.5%", "1,234"]})
    columns = [display.Column("name", "Name"), display.Column("value", "Q4", align="right")]
    data = "kpi,quarter,value,year_ago\nsales,2024Q1,10,\nsales,2024Q2,20.5,10\nsales,2024Q3,,20\n"
    (tmp_path / "fig_08_sales_by_quarter.csv").write_text(data)
    shown = []
    with mock.patch.object(display, "emit", lambda data, about: shown.append((data, about))):
        display.show_table(frame, "tbl-x", "*Two* rows. More.", "yours", columns)
    figure = {
        "type": "figure",
        "file": "fig_08_sales_by_quarter.svg",
        "caption": "Sales",
        "kind": "yours",
    }
    shown += [({}, figure), ({}, figure | {"file": "fig_09_productivity.svg"})]
    outputs = [
        new_output("display_data", data, metadata={"analysis": about}) for data, about in shown
    ]
    notebook = new_notebook(cells=[new_code_cell(outputs=outputs)])
    files = [
        write_slides([notebook], tmp_path, tmp_path / name, MOMENT) for name in ("a.xlsx", "b.xlsx")
    ]
    assert files[0].read_bytes() == files[1].read_bytes()
    book = openpyxl.load_workbook(files[0])
    assert book.sheetnames == ["Table 1", "Figure 1"]
    assert list(book["Table 1"].values)[2:] == [("Name", "Q4"), ("=1+1", -0.055), ("Sales", 1234)]
    assert book["Table 1"]["A4"].data_type == "s"
    assert book["Table 1"]["A1"].value == "Two rows. More. [yours]"
    assert list(book["Figure 1"].values)[3:] == [("Q1 2024", 10, None), ("Q2 2024", 20.5, 10)]
    assert len(book["Figure 1"]._charts) == 1


@pytest.mark.parametrize("text", ["", "–", "≥ 9", "Q1 2024", "1,23", "1.234,5", "12 days", "1e5"])
def test_other_texts_are_no_numbers(text: str) -> None:
    assert _number(text) is None


def test_numbers_are_read_as_the_language_writes_them() -> None:
    with using("es", "es-ES"):
        assert _number("+1.234,50") == (1234.5, "+#,##0.00;-#,##0.00")
        assert _number("−3,5 p. p.") == (-3.5, '0.0" p. p."')
    with using("pl"):
        assert _number("1\N{NO-BREAK SPACE}234,5") == (1234.5, "#,##0.0")
