"""KPIs of a ledger small enough to compute by hand, and how periods are compared."""

from fractions import Fraction

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.periods import parse_label, parse_quarter
from analysis.kpis.catalogue import KPIS, MEASURES, kpi
from analysis.kpis.compare import compare, comparison_csv, kpi_csv
from analysis.kpis.levels import by_type, kpi_periods, summed_columns, sums
from analysis.kpis.reduce import reduce
from analysis.tables.firm_tables import Ledger

from .conftest import CASES, exact, frame, values

F = Fraction


@pytest.fixture
def open_february(small: Ledger) -> Ledger:
    """Without the row that says that no hours were worked in February 2024."""
    hours = small["staff_hours"]
    return small | {"staff_hours": hours[hours["month"] != "2024-02"]}


def test_by_hand(small: Ledger) -> None:
    assert values(kpi_periods(reduce(small)), "2024Q1") == exact("kpis-2024Q1")


@pytest.fixture
def sales_alone() -> Ledger:
    return {"sale": frame(CASES["sales-alone"]["rows"])}


@pytest.mark.parametrize("period", ["2024Q1", "2024Q2", "2024H1", "2024-04", "2024-06"])
def test_sales_alone(sales_alone: Ledger, period: str) -> None:
    totals = reduce(sales_alone, (), tuple(MEASURES))
    table = kpi_periods(totals, parse_label(period)[0])
    wanted = {k: None if v is None else F(v) for k, v in CASES["sales-alone"][period].items()}
    assert values(table, period) == wanted


@pytest.mark.parametrize("by", ["service_type", "segment"])
def test_sales_alone_are_split(sales_alone: Ledger, by: str) -> None:
    found = reduce(sales_alone, (by,), ("sales",)).groupby(by)["value"].sum()
    assert found.to_dict() == CASES["sales-alone"][by]


def test_an_invoice_says_itself_who_pays_and_for_what(small: Ledger) -> None:
    """Its own cells go before those of the service, and lose them only where they are empty."""
    own = small["sale"].assign(service_type="", segment="", customer_id="")
    assert reduce(small | {"sale": own}).equals(reduce(small))
    own = small["sale"].assign(service_type="locks", segment="state", customer_id="C9")
    found = reduce(small | {"sale": own}, ("service_type", "segment"), ("sales",))
    assert set(found["service_type"]) == {"locks"}
    assert set(found["segment"]) == {"state"}
    lone = reduce({"sale": own}, ("service_type",), ("active_customers",))
    assert lone.groupby("measure")["value"].max().tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("month", ["2024-01", "2024-02"])
def test_a_missing_day_takes_just_what_needs_it(month: str) -> None:
    totals = reduce({"service": frame(CASES["days-missing"]["rows"])})
    assert values(kpi_periods(totals, "month"), month) == CASES["days-missing"][month]
    days = totals[totals["measure"] == "cycle_days"]["value"]
    assert days.tolist() == CASES["days-missing"]["cycle_days"]


def test_a_quarter_with_a_month_without_rows_is_not_recorded(open_february: Ledger) -> None:
    sums = reduce(open_february)
    table = kpi_periods(sums).set_index(["kpi", "period"])
    assert table.loc[("services", "2024Q1"), "state"] == ""
    for kpi_id in ("productivity", "technician_hours"):  # no hours stand for February
        assert table.loc[(kpi_id, "2024Q1"), "state"] == "not recorded"
        assert table.loc[(kpi_id, "2024Q1"), "value"] is None
        assert table.loc[(kpi_id, "2024Q1"), "denominator"] is None
    written = kpi_csv(sums, "yours", "soles").set_index(["kpi", "period"]).loc["productivity"]
    assert set(written["state"]) == {"not recorded"}
    assert set(written["value"]) == {""}
    compared = comparison_csv(table.reset_index(), "yours").query("kpi == 'productivity'")
    assert set(compared["growth"]) == {""}


def test_months_by_hand(open_february: Ledger) -> None:
    table = kpi_periods(reduce(open_february), "month", "2024-02")
    assert table["period"].max() == "2024-02"  # March had not ended
    assert values(table, "2024-01") == exact("kpis-2024-01")
    february = values(table, "2024-02")
    assert february["services"] == 1
    assert february["technician_hours"] is None  # none recorded, which is not zero
    assert february["productivity"] is None


def test_quarters_and_half_years_need_all_their_months(ledger: Ledger) -> None:
    halves = kpi_periods(reduce(ledger), "half-year", "2023Q3")
    assert list(dict.fromkeys(halves["period"])) == ["2022H1", "2022H2", "2023H1"]
    assert values(halves, "2023H1")["services"] == 288


def test_no_answers_is_undefined_not_zero(open_february: Ledger) -> None:
    assert values(kpi_periods(reduce(open_february)), "2023Q1")["satisfaction"] is None


def test_the_year_before_is_found_across_a_gap(open_february: Ledger) -> None:
    table = kpi_periods(reduce(open_february), "month")
    year = compare(table, "year-ago", "month").set_index(["kpi", "period"])
    assert year.loc[("sales", "2024-01"), "growth"] == F(1, 2)
    assert year.loc[("sales", "2024-01"), "base_period"] == "2023-01"
    assert year.loc[("on_time", "2024-02"), "change"] == 100
    assert year.loc[("on_time", "2024-02"), "growth"] is None  # a share changes by points
    assert year.loc[("satisfaction", "2024-01"), "change"] is None
    before = compare(table, "previous", "month").set_index(["kpi", "period"])
    assert before.loc[("sales", "2024-01"), "growth"] is None  # nothing of 2023-12: no guess


def test_half_years_need_both_quarters(open_february: Ledger) -> None:
    table = kpi_periods(reduce(open_february), "half-year")
    counted = table[table["kpi"] != "satisfaction"]  # answers count as they come
    assert set(counted["state"]) == {"not recorded"}


def test_order_of_rows_does_not_matter(small: Ledger) -> None:
    turned = {name: table.iloc[::-1].reset_index(drop=True) for name, table in small.items()}
    assert sums(turned).equals(sums(small))


def test_by_type_is_sorted_by_size(small: Ledger) -> None:
    counts = by_type(sums(small), [parse_quarter("2024Q1")])
    assert counts.to_dict() == {"doors": 2, "alarms": 1}
    assert list(counts.index) == ["doors", "alarms"]


def test_unknown_kpi() -> None:
    with pytest.raises(
        InputError, match=r"“profits”: there is no KPI of this name; known are sales"
    ):
        kpi("profits")


def test_every_perspective_has_an_indicator() -> None:
    perspectives = {record.perspective for record in KPIS}
    assert perspectives == {"Financial", "Customer", "Internal processes", "People"}


def test_what_adds_up_for_an_indicator_has_a_column() -> None:
    needed = {spec.column for record in KPIS for spec in record.measures if spec.adds_up}
    assert set(summed_columns()) == needed
    assert not any(spec.stock for spec in summed_columns().values())


def test_split_by_segment_by_hand(small: Ledger) -> None:
    customers = frame("customer_id,segment\nC1,shop\nC2,household\nC3,shop")
    found = sums(small | {"customer": customers}, by=("service_type", "segment"))
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
    assert only.equals(sums(small))


@pytest.mark.parametrize("absent", CASES["absent"])
def test_an_absent_table_takes_just_its_kpis(small: Ledger, absent: str) -> None:
    left = {name: table for name, table in small.items() if name != absent}
    kept = {k: v for k, v in exact("kpis-2024Q1").items() if k not in CASES["absent"][absent]}
    assert values(kpi_periods(reduce(left)), "2024Q1") == kept


@pytest.mark.parametrize(
    ("old", "new", "change", "growth"),
    [
        (F(80), F(100), F(20), F(1, 4)),
        (F(80), F(-20), F(-100), F(-5, 4)),
        (F(0), F(100), F(100), None),
        (F(-80), F(100), F(180), None),  # from a loss to a profit: no percentage means anything
        (F(-80), F(-100), F(-20), None),
        (None, F(100), None, None),
    ],
)
def test_growth_needs_a_base_above_zero(
    old: F | None, new: F, change: F | None, growth: F | None
) -> None:
    table = pd.DataFrame({"period": ["2023Q1", "2024Q1"], "index": [4 * 2023, 4 * 2024]})
    table["value"] = pd.Series([old, new], dtype="object")
    (found,) = compare(table.assign(kpi="sales"), "year-ago").to_dict("records")
    assert (found["change"], found["growth"]) == (change, growth)
    levels = compare(table.assign(key="F3"), "year-ago", gaps=True).to_dict("records")
    assert (levels[1]["change"], levels[1]["growth"]) == (change, growth)
