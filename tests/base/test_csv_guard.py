"""Text that looks like a formula: what CSV files hold, and that it comes back as it was."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.text import guarded, unguarded
from analysis.tables.rows import read_frame, write_frame
from analysis.tables.strategy_tables import DIAGNOSIS_TABLES

TRIGGERS = "=+-@\t\r\n"
"""Characters that OWASP names as beginnings of formulas."""


@given(st.text(alphabet=TRIGGERS + "'0123456789.,%/ abc＝SUM()", max_size=12))
def test_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.sampled_from(TRIGGERS + "＝＋－＠"), st.text(max_size=8))
def test_nothing_but_numbers_and_signs_begins_like_a_formula(first: str, rest: str) -> None:
    written = guarded(first + rest)
    if not written.startswith("'"):
        assert first in "+-"
        assert not rest or set(rest) <= set("0123456789.,/% p")


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1", "--1"]
)
def test_formulas(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["-1", "+12.5%", "-1/4", "+", "-", "1,234", "a=b", "", "it's"])
def test_what_is_no_formula(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


def test_files_are_safe_and_come_back(tmp_path: Path) -> None:
    texts = ['=HYPERLINK("http://x")', "+1", "-a", "@x", "'=1", "plain"]
    names = [f"s{number}" for number in range(6)]
    frame = pd.DataFrame({"swot_id": names, "text": texts, "place": texts})
    frame = frame.assign(quadrant="threat", quotation="", kpi="")
    write_frame(frame, tmp_path / "swot.csv")
    with (tmp_path / "swot.csv").open(encoding="utf-8", newline="") as stream:
        cells = [row["text"] for row in csv.DictReader(stream)]
    assert cells == ['\'=HYPERLINK("http://x")', "+1", "'-a", "'@x", "''=1", "plain"]
    assert list(read_frame(DIAGNOSIS_TABLES[0], tmp_path, tmp_path)["text"]) == texts
