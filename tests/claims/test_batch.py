"""The command on files, and the fast path against the exact test."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.text import Rounding
from analysis.claims.batch import ADDED, COLUMNS, KINDS, check_claims, check_row, ranges

from .conftest import CASES, cases

PIGS = [32, 25, 29, 24, 27, 28, 29, 26, 27, 31, 25, 28]


def test_ranges() -> None:
    assert ranges([]) == ""
    assert ranges([1, 2, 3, 7, 9, 10]) == "1-3 7 9-10"


@pytest.mark.parametrize(("row", "consistent", "fits", "why"), cases("batch", "rows"))
def test_rows(row: dict[str, str], consistent: bool | None, fits: str, why: str) -> None:
    done = check_row(row)
    assert (done.consistent, done.fits) == (consistent, fits)
    assert why in (done.sharpness if consistent else done.reason)
    assert bool(done.sharpness) <= (consistent is True)


@pytest.mark.parametrize(("mean", "sd", "n", "other", "possible"), cases("batch", "deviations"))
def test_published_deviations(
    mean: str, sd: str, n: str, other: dict[str, str], possible: bool
) -> None:
    row = {"kind": "mean", "printed": mean, "sd": sd, "n": n} | other
    assert check_row(row).consistent is possible


@pytest.mark.parametrize(
    ("rule", "sizes", "possible"),
    [
        *[(rule, [n] * 12, found) for rule, n, found in cases("batch", "rules")],
        # its tests of pigs1 with the numbers of respondents that the data name
        ("up_from 1", PIGS, "tfffftfffftf"),
        ("up_from 9", PIGS, "fffftffttftf"),
        ("down_from 1", PIGS, "fffftffttftf"),
        ("down_from 9", PIGS, "tfffftfffftf"),
    ],
)
def test_the_rules_of_scrutiny(rule: str, sizes: list[int], possible: str) -> None:
    found = [
        check_row({"kind": "mean", "printed": mean, "n": str(n), "rounding": rule}).consistent
        for mean, n in zip(cases("batch", "means"), sizes, strict=True)
    ]
    assert found == [answer == "t" for answer in possible]


def test_every_row_of_a_file_of_oddities() -> None:
    """Rows that once gave a silent or wrong answer; None where the row is refused."""
    text, errors = check_claims(CASES / "oddities.csv")
    answers = [line["consistent"] for line in csv.DictReader(text.splitlines())]
    word = {"t": "true", "f": "false", "-": ""}
    assert answers == [word[letter] for letter in "t-ttttfffttf-t-t-----tf-f"]
    refused = {3: "printed", 14: "n", 16: "printed", 18: "printed", 19: "n", 20: "printed"}
    refused |= {21: "printed", 22: "n_max", 25: "n"}
    assert {error.row: error.column for error in errors} == refused
    assert "1,234 in thousands or 1.234 with three decimals" in str(errors[0])


@pytest.mark.parametrize(("row", "column"), cases("batch", "bad_rows"))
def test_bad_rows_name_their_column(row: dict[str, str], column: str) -> None:
    with pytest.raises(InputError) as caught:
        check_row(row)
    assert caught.value.column == column


def test_a_file_with_bad_rows(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    given = "note,kind,printed,n\nfirst,mean,5.18,28\nbad,mean,about 5,28\nshort,mean\n"
    source.write_text(given + "last,percent,77.6%,354\n", encoding="utf-8")
    text, errors = check_claims(source, target)
    assert target.read_text(encoding="utf-8") == text
    assert text.splitlines() == [
        "note,kind,printed,n,consistent,fits,sharpness,reason",
        "first,mean,5.18,28,true,145,loose: 28 of 100 prints fit,",
        "bad,mean,about 5,28,,,,",
        "short,mean,,,,,,",
        "last,percent,77.6%,354,false,,,the nearest are 77.4% and 77.7%",
    ]
    assert [(e.row, e.column) for e in errors] == [(3, "printed"), (4, None)]
    assert "in.csv, row 3, column printed: “about 5”" in str(errors[0])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"kind,n\n", "missing"),
        (b"", "missing"),
        (b"kind,printed,sharpness\n", "added by the check"),
        (b"kind,printed,kind\n", "stands twice"),
        (b"kind,printed\n\xff", "UTF-8"),
        (b'kind,printed\n"mean,5\n', "CSV"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, rule: str) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(content)
    with pytest.raises(InputError, match=rule):
        check_claims(source)


def test_the_apostrophe_of_the_guard_is_no_part_of_a_number(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text('kind,printed,n\ngrowth,"\'-5,2 %",1000\npercent,-5%,40\n', encoding="utf-8")
    text, errors = check_claims(source)
    first, second = csv.DictReader(text.splitlines())
    assert (first["printed"], first["fits"], errors) == ("'-5,2 %", "948", [])
    assert second["reason"].startswith("a share of -5% is less than nothing")


def test_a_file_of_a_spreadsheet_with_decimal_commas(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("kind;printed;n\npercent;77,6%;49\nmean;1.234;3\n", encoding="utf-16")
    text, errors = check_claims(source)
    # beside 77,6 % the mean is 1,234, or 3,701 to 3,703 over 3
    assert text.splitlines() == [
        "kind;printed;n;consistent;fits;sharpness;reason",
        "percent;77,6%;49;true;38;sharp: 50 of 1,001 prints fit;",
        "mean;1.234;3;true;3701-3703;loose: 1 of 1 prints fit;",
    ]
    assert errors == []


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file does not exist"):
        check_claims(tmp_path / "none.csv")


def test_the_page_names_every_kind_column_and_rule() -> None:
    page = (Path(__file__).parents[2] / "docs" / "check-claims.md").read_text(encoding="utf-8")
    rules = [name.partition(" ")[0] for name in Rounding.names().split(", ")]
    assert [w for w in (*KINDS, *COLUMNS, *ADDED, *rules) if f"`{w}`" not in page] == []
