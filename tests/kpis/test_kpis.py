"""KPIs of a ledger small enough to compute by hand."""

from fractions import Fraction

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter
from analysis.kpis.catalogue import KPIS, kpi
from analysis.kpis.compare import (
    compare,
    comparison_csv,
    kpi_csv,
    require_period,
)
from analysis.kpis.levels import by_type, kpi_periods, sums
from analysis.kpis.reduce import reduce
from analysis.tables.firm_tables import Ledger


def frame(text: str) -> pd.DataFrame:
    header, *lines = [line.split() for line in text.strip().splitlines()]
    table = pd.DataFrame(lines, columns=header)
    for column in table.columns:
        if column.endswith("_on"):
            table[column] = pd.to_datetime(table[column])
        elif column in {"amount_centimos", "score", "quarter_hours"}:
            table[column] = table[column].astype("int64")
    return table


@pytest.fixture
def tiny() -> dict[str, pd.DataFrame]:
    return {
        "service": frame("""
            service_id customer_id service_type requested_on started_on  completed_on due_on
            S1         C1          doors        2023-01-02   2023-01-05  2023-01-06   2023-01-10
            S2         C1          alarms       2023-02-01   2023-02-11  2023-02-11   2023-02-10
            S3         C2          doors        2024-01-02   2024-01-04  2024-01-05   2024-01-16
            S4         C2          doors        2024-02-02   2024-02-08  2024-02-10   2024-02-16
            S5         C3          alarms       2024-03-01   2024-03-04  2024-03-31   2024-03-15
        """),
        "sale": frame("""
            invoice_id service_id invoiced_on amount_centimos
            F1         S1         2023-01-06  10000
            F2         S2         2023-02-11  20050
            F3         S3         2024-01-05  15000
            F4         S4         2024-02-10  15000
            F5         S5         2024-03-31  6060
        """),
        "survey_response": frame("""
            response_id service_id answered_on score
            R1          S3         2024-01-06  5
            R2          S4         2024-02-12  4
            R3          S5         2024-03-31  3
        """),
        "staff_hours": frame("""
            staff_id month   quarter_hours
            T1       2023-01 400
            T1       2024-01 400
            T2       2024-03 80
        """),
    }


def values(table: pd.DataFrame, period: str) -> dict[str, Fraction | None]:
    chosen = table[table["period"] == period]
    return dict(zip(chosen["kpi"], chosen["value"], strict=True))


def with_february(tiny: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Add that no hours were worked in February 2024, which is not the same as nothing noted."""
    none = frame("""
        staff_id month   quarter_hours
        T1       2024-02 0
    """)
    return tiny | {"staff_hours": pd.concat([tiny["staff_hours"], none], ignore_index=True)}


def test_by_hand(tiny: dict[str, pd.DataFrame]) -> None:
    got = values(kpi_periods(reduce(with_february(tiny))), "2024Q1")
    assert got == {
        "sales": Fraction(36060, 100),
        "revenue_per_service": Fraction(36060, 300),
        "satisfaction": Fraction(200, 3),
        "services": 3,
        "productivity": Fraction(300, 120),  # 3 services in 100 + 20 hours
        "waiting_days": Fraction(2 + 6 + 3, 3),
        "working_days": Fraction(1 + 2 + 27, 3),
        "on_time": Fraction(200, 3),
        "technician_hours": 120,
    }


def test_a_quarter_with_a_month_without_rows_is_not_recorded(
    tiny: dict[str, pd.DataFrame],
) -> None:
    table = kpi_periods(reduce(tiny)).set_index(["kpi", "period"])
    assert table.loc[("services", "2024Q1"), "state"] == ""
    for kpi_id in ("productivity", "technician_hours"):  # no hours stand for February
        assert table.loc[(kpi_id, "2024Q1"), "state"] == "not recorded"
        assert table.loc[(kpi_id, "2024Q1"), "value"] is None
        assert table.loc[(kpi_id, "2024Q1"), "denominator"] is None
    written = (
        kpi_csv(reduce(tiny), "yours", "soles").set_index(["kpi", "period"]).loc["productivity"]
    )
    assert set(written["state"]) == {"not recorded"}
    assert set(written["value"]) == {""}
    assert set(
        comparison_csv(table.reset_index(), "yours").query("kpi == 'productivity'")["growth"]
    ) == {""}


def test_months_by_hand(tiny: dict[str, pd.DataFrame]) -> None:
    table = kpi_periods(reduce(tiny), "month", "2024-02")
    assert table["period"].max() == "2024-02"  # March had not ended
    assert values(table, "2024-01") == {
        "sales": 150,
        "revenue_per_service": 150,
        "satisfaction": 100,
        "services": 1,
        "productivity": 1,  # one service in 100 hours
        "waiting_days": 2,
        "working_days": 1,
        "on_time": 100,
        "technician_hours": 100,
    }
    february = values(table, "2024-02")
    assert february["services"] == 1
    assert february["technician_hours"] is None  # none recorded, which is not zero
    assert february["productivity"] is None


def test_quarters_and_half_years_need_all_their_months(ledger: Ledger) -> None:
    reduced = reduce(ledger)
    halves = kpi_periods(reduced, "half-year", "2023Q3")
    assert list(dict.fromkeys(halves["period"])) == ["2022H1", "2022H2", "2023H1"]
    assert values(halves, "2023H1")["services"] == 288


def test_no_answers_is_undefined_not_zero(tiny: dict[str, pd.DataFrame]) -> None:
    assert values(kpi_periods(reduce(tiny)), "2023Q1")["satisfaction"] is None


def test_the_year_before_is_found_across_a_gap(tiny: dict[str, pd.DataFrame]) -> None:
    table = kpi_periods(reduce(tiny), "month")
    year = compare(table, "year-ago", "month").set_index(["kpi", "period"])
    assert year.loc[("sales", "2024-01"), "growth"] == Fraction(1, 2)
    assert year.loc[("sales", "2024-01"), "base_period"] == "2023-01"
    assert year.loc[("on_time", "2024-02"), "change"] == 100
    assert year.loc[("on_time", "2024-02"), "growth"] is None  # a share changes by points
    assert year.loc[("satisfaction", "2024-01"), "change"] is None
    before = compare(table, "previous", "month").set_index(["kpi", "period"])
    assert before.loc[("sales", "2024-01"), "growth"] is None  # nothing of 2023-12: no guess


def test_half_years_need_both_quarters(tiny: dict[str, pd.DataFrame]) -> None:
    table = kpi_periods(reduce(tiny), "half-year")
    counted = table[table["kpi"] != "satisfaction"]  # answers count as they come
    assert set(counted["state"]) == {"not recorded"}


def test_order_of_rows_does_not_matter(tiny: dict[str, pd.DataFrame]) -> None:
    turned = {name: table.iloc[::-1].reset_index(drop=True) for name, table in tiny.items()}
    assert sums(turned).equals(sums(tiny))


def test_by_type_is_sorted_by_size(tiny: dict[str, pd.DataFrame]) -> None:
    counts = by_type(sums(tiny), [parse_quarter("2024Q1")])
    assert counts.to_dict() == {"doors": 2, "alarms": 1}
    assert list(counts.index) == ["doors", "alarms"]


@pytest.mark.parametrize("quarter", ["2024Q9", "2031Q1", "soon"])
def test_a_quarter_without_rows_is_refused(tiny: dict[str, pd.DataFrame], quarter: str) -> None:
    with pytest.raises(InputError, match=quarter):
        require_period(kpi_periods(reduce(tiny)), quarter)


def test_unknown_kpi() -> None:
    with pytest.raises(
        InputError, match=r"“profits”: there is no KPI of this name; known are sales"
    ):
        kpi("profits")


def test_every_perspective_has_an_indicator() -> None:
    assert {record.perspective for record in KPIS} == {
        "Financial",
        "Customer",
        "Internal processes",
        "People",
    }


def test_split_by_segment_by_hand(tiny: dict[str, pd.DataFrame]) -> None:
    customers = frame("""
        customer_id segment
        C1          shop
        C2          household
        C3          shop
    """)
    found = sums(tiny | {"customer": customers}, by=("service_type", "segment"))
    rows = found.set_index(["quarter", "service_type", "segment"])[
        ["services", "sales_centimos", "answers", "satisfied", "quarter_hours"]
    ]
    before, now = parse_quarter("2023Q1"), parse_quarter("2024Q1")
    assert {key: tuple(row) for key, row in rows.iterrows()} == {
        (before, "alarms", "shop"): (1, 20050, 0, 0, 0),
        (before, "doors", "shop"): (1, 10000, 0, 0, 0),
        (before, "all", "all"): (0, 0, 0, 0, 400),
        (now, "alarms", "shop"): (1, 6060, 1, 0, 0),
        (now, "doors", "household"): (2, 30000, 2, 2, 0),
        (now, "all", "all"): (0, 0, 0, 0, 480),
    }
    only = found.groupby(["quarter", "service_type"], as_index=False).sum(numeric_only=True)
    assert only.equals(sums(tiny))


@pytest.mark.parametrize(
    ("absent", "lost"),
    [
        ("sale", {"sales", "revenue_per_service"}),
        ("survey_response", {"satisfaction"}),
        ("staff_hours", {"productivity", "technician_hours"}),
        (
            "service",
            {
                "revenue_per_service",
                "services",
                "productivity",
                "waiting_days",
                "working_days",
                "on_time",
            },
        ),
    ],
)
def test_an_absent_table_takes_just_its_kpis(
    tiny: dict[str, pd.DataFrame], absent: str, lost: set[str]
) -> None:
    tiny = with_february(tiny)
    whole = values(kpi_periods(reduce(tiny)), "2024Q1")
    left = {name: table for name, table in tiny.items() if name != absent}
    assert values(kpi_periods(reduce(left)), "2024Q1") == {
        name: value for name, value in whole.items() if name not in lost
    }
