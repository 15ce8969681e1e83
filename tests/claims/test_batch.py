"""The command on files, and the fast path against the exact test."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.claims.batch import check_claims, check_row, ranges

from .conftest import cases


def test_ranges() -> None:
    assert ranges([]) == ""
    assert ranges([1, 2, 3, 7, 9, 10]) == "1-3 7 9-10"


@pytest.mark.parametrize(("row", "consistent", "fits"), cases("batch", "rows"))
def test_rows(row: dict[str, str], consistent: bool | None, fits: str) -> None:
    done = check_row(row)
    assert (done.consistent, done.fits) == (consistent, fits)


def test_power_by_hand() -> None:
    # 28 whole answers reach 28 of the 100 two-decimal strings in each unit
    assert check_row({"kind": "mean", "printed": "5.19", "n": "28"}).power == "0.2800"
    assert check_row({"kind": "percent", "printed": "77.6%", "n": "354"}).power == "0.3540"


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
        "note,kind,printed,n,consistent,fits,power",
        "first,mean,5.18,28,true,,0.2800",
        "bad,mean,about 5,28,,,",
        "short,mean,,,,,",
        "last,percent,77.6%,354,false,,0.3540",
    ]
    assert [(e.row, e.column) for e in errors] == [(3, "printed"), (4, None)]
    assert "in.csv, row 3, column printed: “about 5”" in str(errors[0])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"kind,n\n", "missing"),
        (b"", "missing"),
        (b"kind,printed,power\n", "added by the check"),
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


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read or written"):
        check_claims(tmp_path / "none.csv")
