"""A firm whose rows stay where they are and are only summed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analysis.kpis.duck import TABLES

from .harness import Firm, firm_of, made_firm


def _in_place(root: Path, form: str) -> Firm:
    firm = firm_of(root)
    if form == "parquet":
        for path in sorted(firm.raw.glob("*.csv")):
            if path.stem in TABLES:
                relation = duckdb.read_csv(str(path))
                relation.write_parquet(str(path.with_suffix(".parquet")))
                path.unlink()
    else:
        firm.edit("case.yaml", "kind: yours", "engine: duckdb\nkind: yours")
    return firm


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_that_stay_where_they_are(tmp_path: Path, form: str) -> None:
    """The same numbers, without what needs single rows, and the report says so."""
    small, large = made_firm(tmp_path / "small").root, tmp_path / "large"
    large.mkdir()
    firm = _in_place(large, form)
    if form == "parquet":  # its report has the same numbers
        firm.made()
    else:
        report = firm.report()
        assert "The rows stay in their files and are only summed" in report.text
        assert "The longest step of the service process" not in report.text
        assert "check-ins up to the end of" not in report.text
        assert {"tbl-process", "fig-weekly-course", "tbl-check-in-slips"}.isdisjoint(report.labels)
        assert {"tbl-kpis", "tbl-scorecard", "tbl-links", "fig-comparison"} <= report.labels
    processed = large / "data" / "processed" / "acme"
    assert [path.name for path in (processed / "ledger").iterdir()] == ["check_in.csv"]
    for name in ("kpis.csv", "comparison.csv", "levels.csv", "scorecard.csv", "tables.csv"):
        same = (small / "data" / "processed" / "acme" / name).read_text(encoding="utf-8")
        made = (processed / name).read_text(encoding="utf-8")
        assert made.replace(".parquet", ".csv") == same, name


def test_a_table_under_another_name_is_not_left_out_unseen(tmp_path: Path) -> None:
    firm = _in_place(tmp_path, "csv")
    (firm.raw / "sale.csv").rename(firm.raw / "ventas.csv")
    assert "ventas.csv" in firm.refused("ledger")
