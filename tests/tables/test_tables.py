import json
from pathlib import Path

import pytest
import yaml

from analysis.base.errors import InputError
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import data_package, read_frame, read_rows
from analysis.tables.strategy_tables import CLAIMS, METHODS, PLAN, PLAN_TABLES, RATES, read_claims

RULES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))


def problem(project: Path, old: str, new: str) -> str:
    path = project / "data" / "raw" / "segelec" / "claims.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_claims(load_case("segelec", project))
    return str(caught.value)


def test_every_raw_table_is_valid(segelec: Case) -> None:
    of_firms = (PLAN, RATES)
    for table in (CLAIMS, *(t for t in PLAN_TABLES if t not in of_firms), METHODS):
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


@pytest.mark.parametrize("case", RULES["claims-that-break-a-rule"], ids=lambda case: case[-1])
def test_a_claim_that_breaks_a_rule(project: Path, case: list[str]) -> None:
    old, new, *words = case
    said = problem(project, old, new)
    assert all(part in said for part in words)


def test_an_optional_column_may_be_left_out(tmp_path: Path) -> None:
    (table,) = (table for table in LEDGER_TABLES if table.name == "staff")
    rows = "staff_id,role,hired_on\nT-1,technician,2022-01-03\n"
    (tmp_path / "staff.csv").write_text(rows, encoding="utf-8")
    frame = read_frame(table, tmp_path, tmp_path)
    assert frame["left_on"].isna().all()
    (tmp_path / "staff.csv").write_text(rows.replace("role", "rôle"), encoding="utf-8")
    with pytest.raises(InputError, match="column role: this column is missing"):
        read_frame(table, tmp_path, tmp_path)


def test_a_missing_file(project: Path) -> None:
    (project / "data" / "raw" / "segelec" / "claims.csv").unlink()
    with pytest.raises(InputError, match="the file does not exist"):
        read_claims(load_case("segelec", project))


def test_data_package_describes_every_column() -> None:
    package = json.loads(data_package("x", "X", LEDGER_TABLES))
    fields = {r["name"]: r["schema"]["fields"] for r in package["resources"]}
    assert fields["sale"][3]["name"] == "amount_centimos"
    assert fields["sale"][3]["type"] == "integer"
    assert fields["service"][3] == {
        "name": "requested_on",
        "description": "day of the request",
        "type": "date",
        "constraints": {"minimum": "1900-01-01", "maximum": "2199-12-31"},
    }
    assert all(field["description"] for table in fields.values() for field in table)
