"""The ledger, recomputed from its CSV rows with nothing but the standard library."""

import csv
import shutil
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.ledger.plan import apportion, make_plan
from analysis.ledger.synthetic import make_ledger, make_rows, reproduce, write_ledger
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import LEDGER_TABLES, Ledger
from analysis.tables.rows import read_frame
from analysis.tables.strategy_tables import read_claims

ROOT = Path(__file__).resolve().parents[2]
AXES = (
    *("rounding", "services_period", "services_growth", "productivity_growth"),
    *("productivity_output", "sales_growth", "sales_total", "satisfaction", "respondents"),
)
H1_2023 = ("2023-01", "2023-02", "2023-03", "2023-04", "2023-05", "2023-06")
H1_2024 = tuple(month.replace("2023", "2024") for month in H1_2023)


def percent(value: Fraction, decimals: int) -> str:
    exact = Decimal(value.numerator * 100) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)}%"


def count(rows: list[dict[str, str]], months: tuple[str, ...], kind: str | None = None) -> int:
    return sum(
        row["completed_on"][:7] in months and kind in (None, row["service_type"]) for row in rows
    )


def total(rows: list[dict[str, str]], column: str, months: tuple[str, ...], when: str) -> int:
    return sum(int(row[column]) for row in rows if row[when][:7] in months)


def results(rows: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """Compute what the paper prints, under the default reading, from rows."""
    service, sale = rows["service"], rows["sale"]
    productivity, sales = {}, {}
    for year in ("2022", "2023", "2024"):
        for quarter in (1, 2):
            months = tuple(f"{year}-{3 * (quarter - 1) + i:02d}" for i in (1, 2, 3))
            hours = total(rows["staff_hours"], "quarter_hours", months, "month")
            productivity[year, quarter] = Fraction(count(service, months), hours)
            sales[year, quarter] = total(sale, "amount_centimos", months, "invoiced_on")
    scores = [int(r["score"]) for r in rows["survey_response"] if r["answered_on"][:7] in H1_2024]
    growth = Fraction(count(service, H1_2024), count(service, H1_2023)) - 1
    soles = Decimal(sales["2024", 1] + sales["2024", 2]) / 100
    return {
        "abstract-services": str(count(service, H1_2024)),
        "abstract-lifting-doors": str(count(service, H1_2024, "lifting_doors")),
        "abstract-alarms": str(count(service, H1_2024, "alarms")),
        **{
            f"abstract-productivity-q{q}": percent(
                productivity["2024", q] / productivity["2023", q] - 1, 1
            )
            for q in (1, 2)
        },
        "abstract-sales-growth-2024": percent(Fraction(sales["2024", 2], sales["2023", 2]) - 1, 0),
        "abstract-sales-growth-2023": percent(Fraction(sales["2023", 2], sales["2022", 2]) - 1, 0),
        "abstract-sales-total": f"{soles.quantize(Decimal(1), ROUND_HALF_UP):,}",
        "abstract-satisfaction": percent(Fraction(sum(s >= 4 for s in scores), len(scores)), 1),
        "5-services-growth": percent(growth, 1),
    }


@pytest.mark.parametrize("seed", [1, 2, 3, 20241225])
def test_every_seed_meets_the_print(
    segelec: Case, ledger: Ledger, tmp_path: Path, seed: int
) -> None:
    made = make_ledger(segelec, seed=seed)
    assert made["service"].equals(ledger["service"]) == (
        seed == segelec.parameters.calibration.seed
    )
    write_ledger(made, tmp_path)
    rows = {
        path.stem: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        for path in tmp_path.glob("*.csv")
    }
    computed = results(rows)
    printed = {c.claim_id: c.printed for c in read_claims(segelec) if c.role == "result"}
    for claim_id, text in printed.items():
        assert computed[claim_id.replace("6-", "abstract-", 1)] == text, claim_id


def test_lifting_doors_lead_and_alarms_follow(ledger: Ledger) -> None:
    service = ledger["service"]
    done = service["completed_on"].dt.strftime("%Y-%m").isin(H1_2024)
    kinds = Counter(service["service_type"][done]).most_common()
    assert kinds[:2] == [("lifting_doors", 94), ("alarms", 78)]
    assert kinds[2][1] < 78
    assert len(kinds) >= 5


def test_the_same_seed_gives_the_same_ledger(segelec: Case, ledger: Ledger) -> None:
    again = make_ledger(segelec)
    assert all(ledger[name].equals(again[name]) for name in ledger)


def test_rows_pass_their_own_schema(ledger: Ledger, tmp_path: Path) -> None:
    write_ledger(ledger, tmp_path)
    for table in LEDGER_TABLES:
        read, made = read_frame(table, tmp_path, tmp_path), ledger[table.name]
        assert read[list(made)].equals(made), table.name
        others = read.drop(columns=list(made))  # optional ones, empty
        assert (others.isna() | (others == "")).all(axis=None), table.name


def test_references_between_tables(ledger: Ledger) -> None:
    services = set(ledger["service"]["service_id"])
    assert set(ledger["sale"]["service_id"]) == services
    assert set(ledger["survey_response"]["service_id"]) <= services
    assert set(ledger["service"]["customer_id"]) == set(ledger["customer"]["customer_id"])
    assert (ledger["sale"]["amount_centimos"] > 0).all()


@pytest.mark.parametrize(
    ("reading", "conflict"),
    [
        ({"services_period": "2023H1+2024H1"}, "5-services-growth, abstract-services"),
        ({"labour": "constant"}, "5-services-growth, abstract-productivity-q1"),
        ({"respondents": "every-service"}, "abstract-satisfaction, abstract-services"),
    ],
)
def test_impossible_readings_are_refused_with_their_conflict(
    segelec: Case, reading: dict[str, str], conflict: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_ledger(segelec, reading)
    assert set(conflict.split(", ")) <= set(caught.value.rule.split(": ")[1].split(", "))


NEEDED = (
    *("abstract-services", "abstract-lifting-doors", "abstract-alarms", "abstract-productivity-q1"),
    *("abstract-productivity-q2", "abstract-sales-growth-2023", "abstract-sales-growth-2024"),
    *("abstract-sales-total", "abstract-satisfaction"),
)


@pytest.mark.parametrize("name", NEEDED)
def test_a_calibrated_case_needs_the_claims_of_the_paper(
    segelec: Case, tmp_path: Path, name: str
) -> None:
    shutil.copytree(segelec.raw, tmp_path / "data/raw/segelec")
    (tmp_path / "pyproject.toml").touch()
    for table in ("claims", "relations"):
        path = tmp_path / f"data/raw/segelec/{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(name, "another"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        make_ledger(load_case("segelec", tmp_path))
    assert "calibrated to the SEGELEC paper only" in caught.value.rule
    assert (caught.value.column, caught.value.value) == ("claim_id", name)
    assert caught.value.fix == "take the section calibration out of case.yaml"


def test_a_case_without_calibration_has_no_made_up_ledger() -> None:
    with pytest.raises(InputError, match="no section 'calibration'"):
        make_ledger(load_case("courier", ROOT))


@pytest.mark.parametrize("output", ["sales", "not stated"])
def test_a_productivity_that_is_not_of_services_is_refused(segelec: Case, output: str) -> None:
    reading = {"labour": "constant", "productivity_output": output}
    reading |= {"productivity_growth": "previous-quarter"}
    with pytest.raises(InputError, match="the ledger's productivity is that of services"):
        make_ledger(segelec, reading)


def option_readings() -> list[dict[str, str]]:
    """Every option of every axis in some reading that survives; the rest at their defaults."""
    others = {
        ("services_period", "2023H1+2024H1"): {"services_growth": "previous-quarter"},
        ("services_growth", "previous-quarter"): {"services_period": "2023H1"},
        ("respondents", "every-service"): {"rounding": "truncate"},
    }
    axes = load_case("segelec", ROOT).parameters.readings
    pairs = [(axis, option) for axis in AXES for option in axes[axis].options]
    same_labour = {"labour": "constant", "rounding": "truncate", "services_period": "2023"}
    same_labour |= {"services_growth": "on-later", "productivity_growth": "previous-quarter"}
    return [same_labour] + [{a: o} | others.get((a, o), {}) for a, o in pairs]


@pytest.mark.parametrize("reading", option_readings(), ids=str)
def test_every_option_has_a_ledger_that_prints_alike(
    segelec: Case, reading: dict[str, str]
) -> None:
    rows = make_rows(make_plan(segelec, segelec.reading(reading), 11), 11)
    table = reproduce(segelec, rows, reading)
    assert table["same"].all(), table[~table["same"]]


@pytest.mark.parametrize("growth", ["year-on-year", "previous-quarter", "half-year"])
@pytest.mark.parametrize("covered", ["2024H1", "2024Q2", "2023Q2+2024Q2", "2023H1+2024H1"])
def test_every_reading_of_sales_is_met(segelec: Case, growth: str, covered: str) -> None:
    reading = segelec.reading({"sales_growth": growth, "sales_total": covered})
    sales = make_plan(segelec, reading, 3).sales
    sold = {f"{y}Q{q}": sales[4 * y + q - 1] for y in (2022, 2023, 2024) for q in (1, 2)}
    sold |= {f"{y}H1": sold[f"{y}Q1"] + sold[f"{y}Q2"] for y in (2022, 2023, 2024)}
    pairs = {
        "year-on-year": [("2022Q2", "2023Q2"), ("2023Q2", "2024Q2")],
        "previous-quarter": [("2023Q1", "2023Q2"), ("2024Q1", "2024Q2")],
        "half-year": [("2022H1", "2023H1"), ("2023H1", "2024H1")],
    }[growth]
    assert [percent(Fraction(sold[b], sold[a]) - 1, 0) for a, b in pairs] == ["12%", "18%"]
    assert sum(sold[period] for period in covered.split("+")) == 303_110_00


def test_apportion_by_hand() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(7, [3, 2, 0]) == [4, 3, 0]
    assert sum(apportion(12345, [7, 11, 13, 5])) == 12345


def test_every_printed_result_is_reproduced(segelec: Case, ledger: Ledger) -> None:
    table = reproduce(segelec, ledger)
    assert len(table) == 19  # nine results in the abstract, nine in section 6, one in section 5
    assert table["same"].all()
    growth = table[table["claim_id"] == "5-services-growth"]
    assert growth["exact"].tolist() == ["22.917%"]


def test_a_ledger_that_misses_the_print_is_found_out(segelec: Case, ledger: Ledger) -> None:
    less = ledger | {"service": ledger["service"].iloc[:-1]}
    table = reproduce(segelec, less).set_index("claim_id")
    assert table.loc["abstract-services", "computed"] == "353"
    assert not table.loc["abstract-services", "same"]
