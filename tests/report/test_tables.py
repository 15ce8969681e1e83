"""HTML tables, mostly as pandas writes them, to Typst and back to HTML."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.report.tables import tables_to_typst

from .conftest import to_html, visible


def rows_of(html: str) -> list[tuple[str, list[str]]]:
    """Rows of an HTML table: whether head or body, and the texts of their cells."""
    found = []
    for part in ("thead", "tbody"):
        for section in re.findall(f"<{part}>(.*?)</{part}>", html, flags=re.DOTALL):
            for row in re.findall("<tr>(.*?)</tr>", section, flags=re.DOTALL):
                cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.DOTALL)
                found.append((part, [visible(cell) for cell in cells]))
    return found


def converted(html: str) -> tuple[str, list[tuple[str, list[str]]]]:
    (code,) = tables_to_typst(html)
    return code, rows_of(to_html("#" + code))


def test_a_frame_keeps_its_head_and_aligns_numbers() -> None:
    frame = pd.DataFrame({"type": ["alarms", "cctv"], "share": ["12.5%", "−3 %"], "n": [78, 94]})
    code, rows = converted(frame.to_html(index=False))
    assert rows == [
        ("thead", ["type", "share", "n"]),
        ("tbody", ["alarms", "12.5%", "78"]),
        ("tbody", ["cctv", "−3 %", "94"]),
    ]
    assert "align: (left, right, right,)" in code


def test_the_row_of_index_names_is_merged_into_the_head() -> None:
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="half"))
    _, rows = converted(frame.to_html())
    assert rows == [("thead", ["half", "n"]), ("tbody", ["a", "1"]), ("tbody", ["b", "2"])]


def test_two_levels_of_rows_and_columns() -> None:
    frame = pd.DataFrame(
        [[1, 2], [3, 4]],
        index=pd.MultiIndex.from_tuples([("2023", "H1"), ("2023", "H2")], names=["year", "half"]),
        columns=pd.MultiIndex.from_tuples([("services", "count"), ("services", "growth")]),
    )
    code, rows = converted(frame.to_html())
    assert code.count("colspan: 2") == 1
    assert code.count("rowspan: 2") == 1
    assert rows == [
        ("thead", ["", "", "services"]),
        ("thead", ["year", "half", "count", "growth"]),
        ("tbody", ["2023", "H1", "1", "2"]),
        ("tbody", ["H2", "3", "4"]),
    ]


def test_the_colours_of_a_styler_are_kept() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    styler = frame.style.map(
        lambda v: (
            "background-color: #ffee00; color: rgb(255, 0, 0)"
            if v == 2
            else "background-color: nonsense; font-weight: bold"
        )
    )
    code, _ = converted(styler.to_html())
    assert code.count('fill: rgb("#ffee00")') == 1
    assert code.count('#text(fill: rgb("#ff0000"))[2]') == 1
    assert code.count("#strong[1]") == 1


@pytest.mark.parametrize(
    ("html", "rows"),
    [
        (
            "<table><tr><th>a<th>b<tr><td>1<td>2</table>",
            [("thead", ["a", "b"]), ("tbody", ["1", "2"])],
        ),
        (
            "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>",
            [("tbody", ["1", "2"]), ("tbody", ["3", ""])],
        ),
        ("<table><tr><td>a <b>b</b> c<br>d</td></tr></table>", [("tbody", ["a b cd"])]),
    ],
)
def test_untidy_html(html: str, rows: list[tuple[str, list[str]]]) -> None:
    made = to_html("#" + tables_to_typst(html)[0])
    found = rows_of(made) or [
        ("tbody", [visible(c) for c in re.findall("<td>(.*?)</td>", row)])
        for row in re.findall("<tr>(.*?)</tr>", made)
    ]
    assert found == rows


def test_what_is_no_table_gives_none() -> None:
    assert tables_to_typst("<p>3 rows</p><table></table>") == []
