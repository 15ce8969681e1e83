"""The command on files, and the fast path against the exact test."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.claims.batch import check_claims, check_row, ranges


def test_ranges() -> None:
    assert ranges([]) == ""
    assert ranges([1, 2, 3, 7, 9, 10]) == "1-3 7 9-10"


@pytest.mark.parametrize(
    ("row", "consistent", "fits"),
    [
        ({"kind": "mean", "printed": "5.19", "n": "28"}, False, ""),
        ({"kind": "mean", "printed": "5.18", "n": "28"}, True, ""),
        ({"kind": "mean", "printed": "5.19", "n": "28", "items": "4"}, True, ""),
        ({"kind": "percent", "printed": "67.4", "n": "150"}, False, ""),
        ({"kind": "percent", "printed": "54.0%", "n": "150"}, True, "81"),
        ({"kind": "percent", "printed": "77.6%", "n": "354"}, False, ""),
        ({"kind": "percent", "printed": "77.6", "n": "354", "rounding": "truncate"}, True, "275"),
        ({"kind": "percent", "printed": "77.6%", "n_max": "80"}, None, "49 58 67 76"),
        ({"kind": "growth", "printed": "22.9%", "n": "288", "later": "354"}, True, ""),
        ({"kind": "growth", "printed": "22.9%", "n": "288"}, True, "354"),
        ({"kind": "growth", "printed": "22.9%", "later": "354"}, True, "288"),
        ({"kind": "growth", "printed": "10.5%", "n_max": "60"}, None, "19>21 38>42 57>63"),
    ],
)
def test_rows(row: dict[str, str], consistent: bool | None, fits: str) -> None:
    done = check_row(row)
    assert (done.consistent, done.fits) == (consistent, fits)


def test_power_by_hand() -> None:
    # 28 whole answers reach 28 of the 100 two-decimal strings in each unit
    assert check_row({"kind": "mean", "printed": "5.19", "n": "28"}).power == "0.2800"
    assert check_row({"kind": "percent", "printed": "77.6%", "n": "354"}).power == "0.3540"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"kind": "median", "printed": "5"}, "kind"),
        ({"kind": "mean", "printed": "five", "n": "2"}, "printed"),
        ({"kind": "mean", "printed": "5%", "n": "2"}, "printed"),
        ({"kind": "mean", "printed": "5.1", "n": "2.5"}, "n"),
        ({"kind": "mean", "printed": "5.1", "n": "0"}, "n"),
        ({"kind": "mean", "printed": "5.1", "n": "²"}, "n"),
        ({"kind": "mean", "printed": "5.1", "n": "5", "items": "-1"}, "items"),
        ({"kind": "mean", "printed": "5.1", "n": "5", "later": "3"}, "later"),
        ({"kind": "percent", "printed": "5.1"}, "n_max"),
        ({"kind": "percent", "printed": "5.1", "n": "3", "rounding": "up"}, "rounding"),
        ({"kind": "growth", "printed": "5.1"}, "n"),
        ({"kind": "growth", "printed": "-100%", "later": "5"}, "printed"),
        ({"kind": "growth", "printed": "5%", "later": "0"}, "n"),
    ],
)
def test_bad_rows_name_their_column(row: dict[str, str], column: str) -> None:
    with pytest.raises(InputError) as caught:
        check_row(row)
    assert caught.value.column == column


def test_a_file_with_bad_rows(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "note,kind,printed,n\n"
        "first,mean,5.18,28\n"
        "bad,mean,about 5,28\n"
        "short,mean\n"
        "last,percent,77.6%,354\n",
        encoding="utf-8",
    )
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
