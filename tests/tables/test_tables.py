import json
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.tables.case import Case, load_case
from analysis.tables.contents import read_claims
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import data_package, read_rows
from analysis.tables.strategy_tables import CLAIMS, METHODS, PLAN_TABLES


def problem(project: Path, old: str, new: str) -> str:
    path = project / "data" / "raw" / "segelec" / "claims.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_claims(load_case("segelec", project))
    return str(caught.value)


def test_every_raw_table_is_valid(segelec: Case) -> None:
    for table in (CLAIMS, *PLAN_TABLES, METHODS):
        assert read_rows(table, segelec.raw, segelec.root)


def test_printed_strings_stand_in_their_quotations(segelec: Case) -> None:
    for claim in read_claims(segelec):
        if claim.role != "formula":
            assert claim.printed in claim.quotation, claim.claim_id
        assert len(claim.quotation.split()) <= 20, claim.claim_id


def test_the_paper_prints_its_results_where_we_say(segelec: Case) -> None:
    results = {(c.place, c.printed) for c in read_claims(segelec) if c.role == "result"}
    both = {"354", "94", "78", "10.5%", "11.0%", "18%", "12%", "303,110", "77.6%"}
    assert results == {(p, t) for p in ("Abstract", "6") for t in both} | {("5", "22.9%")}


def test_a_claim_that_is_no_number(project: Path) -> None:
    text = problem(project, ",354,services", ",3S4,services")
    assert "data/raw/segelec/claims.csv, row 3, column printed: “3S4” is no printed number" in text


def test_a_printed_string_that_its_quotation_lacks(project: Path) -> None:
    text = problem(project, ",354,services", ",355,services")
    assert "row 3, column printed: “355” does not stand in the quotation" in text


def test_an_unknown_role(project: Path) -> None:
    text = problem(project, "services,result", "services,rumour")
    assert "row 3, column role: “rumour”" in text


def test_an_unknown_reading(project: Path) -> None:
    text = problem(project, "services_period; services_growth", "services_period; weather")
    assert "row abstract-services, column readings: “weather”" in text


def test_a_key_that_stands_twice(project: Path) -> None:
    text = problem(project, "abstract-lifting-doors", "abstract-services")
    assert "row 4" in text
    assert "stands already in row 3" in text


def test_a_missing_column(project: Path) -> None:
    assert "row 1, column unit: this column is missing" in problem(project, ",unit,", ",units,")


def test_a_row_with_a_cell_too_many(project: Path) -> None:
    assert "more or fewer cells" in problem(project, "354,services", "354,,services")


def test_a_missing_file(project: Path) -> None:
    (project / "data" / "raw" / "segelec" / "claims.csv").unlink()
    with pytest.raises(InputError, match="the file does not exist"):
        read_claims(load_case("segelec", project))


def test_data_package_describes_every_column() -> None:
    package = json.loads(data_package("x", "X", LEDGER_TABLES))
    fields = {r["name"]: r["schema"]["fields"] for r in package["resources"]}
    assert [f["name"] for f in fields["sale"]][-1] == "amount_centimos"
    assert fields["sale"][-1]["type"] == "integer"
    assert fields["service"][3] == {
        "name": "requested_on",
        "description": "day of the request",
        "type": "date",
        "constraints": {"required": True, "minimum": "1900-01-01", "maximum": "2199-12-31"},
    }
    assert all(field["description"] for table in fields.values() for field in table)
