"""Every indicator of the method on a ledger small enough to compute by hand."""

from datetime import date
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.periods import MONTHS
from analysis.kpis.catalogue import MEASURES, METHOD, MONEY, indicator, measures_of
from analysis.kpis.compare import compare, contributions_by_type
from analysis.kpis.levels import kpi_periods, level_table, periods, side_by_side
from analysis.kpis.reduce import reduce
from analysis.tables.firm_tables import Ledger

from .conftest import CASES, exact, frame, values

F = Fraction


def test_levels_by_hand(whole: Ledger) -> None:
    assert values(level_table(reduce(whole)), "2024Q1") == exact("levels-2024Q1")


def test_changes_by_hand(whole: Ledger) -> None:
    rows = side_by_side(reduce(whole), "2024Q1", "year-ago")
    corrected = dict(zip(rows["key"], rows["corrected"], strict=True))
    expected = exact("changes-2024Q1")
    assert {key: corrected[key] for key in expected} == expected


def test_printed_forms_by_hand(whole: Ledger) -> None:
    rows = side_by_side(reduce(whole), "2024Q1", "year-ago").set_index(["key", "claim_id"])
    printed = rows["printed"]
    assert printed["F2", "table1-margin-formula"] == F(36000 * 100, 9000)  # 400, not 25
    assert printed["C1", "table2-satisfaction-formula"] == F(2, 3) * F(2, 3) * 100
    assert printed["C3", "4.4.2-sustainability-formula"] == 450
    assert printed["F5", "table1-roe-formula"] == F(100 * 9000, 17000)
    assert printed["F6", "table1-cost-formula"] is None
    assert rows.loc[("F6", "table1-cost-formula"), "printed_state"] == "unreadable"
    assert rows.loc[("F4", ""), "printed_state"] == "no formula is printed"


def test_states_say_why(whole: Ledger) -> None:
    table = level_table(reduce(whole)).set_index(["key", "period"])["state"]
    assert table["C1", "2023Q1"] == "not recorded"
    assert table["F3", "2024Q1"] == ""


def test_negative_equity_leaves_returns_undefined(whole: Ledger) -> None:
    poor = whole | {"fin_statement": whole["fin_statement"].assign(equity=-20000)}
    table = level_table(reduce(poor)).set_index(["key", "period"])
    assert table.loc[("F5", "2024Q1"), "value"] is None
    assert table.loc[("F5", "2024Q1"), "state"] == "undefined"
    assert table.loc[("F2", "2024Q1"), "value"] == 25


def test_new_customers_by_hand(whole: Ledger) -> None:
    more = {name: frame(rows) for name, rows in CASES["three-quarters-more"].items()}
    full = whole | {name: pd.concat([whole[name], more[name]]) for name in more}
    # C2 was invoiced in 2023Q4, C3 never before: of 360 soles, 60 are new
    assert values(level_table(reduce(full)), "2024Q1")["F4"] == F(100 * 60, 360)


def test_months_half_years_and_gaps(whole: Ledger) -> None:
    reduced = reduce(whole)
    months = level_table(reduced, "month").set_index(["key", "period"])["value"]
    assert months["F3", "2024-02"] == 150
    assert months["F3", "2023-07"] is None
    assert months["F1", "2024-03"] is None  # statements are quarterly
    halves = level_table(reduced, "half-year").set_index(["key", "period"])["value"]
    assert halves["F3", "2024H1"] is None  # its second quarter is missing


def test_comparison_keeps_gaps(whole: Ledger) -> None:
    table = level_table(reduce(whole))
    year = compare(table, "year-ago", gaps=True).set_index(["key", "period"])
    assert year.loc[("F3", "2024Q1"), "growth"] == F(1, 5)
    assert year.loc[("I3", "2024Q1"), "change"] == F(100, 3) - F(200, 3)
    assert year.loc[("I3", "2024Q1"), "growth"] is None  # shares change by points
    assert year.loc[("F3", "2023Q4"), "change"] is None
    before = compare(table, "previous", gaps=True).set_index(["key", "period"])
    assert before.loc[("F3", "2024Q1"), "change"] is None  # 2023Q4 was not recorded


def test_contributions_add_up_for_any_period(whole: Ledger) -> None:
    parts = contributions_by_type(reduce(whole), "sales", "2024Q1", "year-ago")
    assert dict(zip(parts["service_type"], parts["points"], strict=True)) == {
        "doors": F(20000, 30000),
        "alarms": F(-14000, 30000),
    }
    assert sum(parts["points"]) == F(1, 5)
    with pytest.raises(InputError, match="“2023Q4”: sales is not recorded for the whole period"):
        contributions_by_type(reduce(whole), "sales", "2024Q1", "previous")


def test_contributions_of_counts_and_of_what_does_not_change(whole: Ledger) -> None:
    alarms = whole["service"].query("service_id == 'S5'").assign(service_id="S10")
    more = whole | {"service": pd.concat([whole["service"], alarms])}
    parts = contributions_by_type(reduce(more), "services", "2024Q1", "year-ago")
    assert list(parts["service_type"]) == ["doors", "alarms"]
    assert list(parts["base"]) == [1, 2]
    assert list(parts["value"]) == [2, 2]
    assert list(parts["points"]) == [F(1, 3), 0]
    assert sum(parts["points"]) == F(1, 3)


def test_sums_add_up_over_types_and_grains(ledger: Ledger) -> None:
    """Every quarter is the sum of its months and of its types, and these are as the rows say."""
    sums = reduce(ledger)
    by_quarter, by_month = periods(sums, "quarter"), periods(sums, "month")
    service = ledger["service"].merge(ledger["service_budget"], on="service_id", how="left")
    cost = ledger["cost"].groupby("service_id")["amount_centimos"].sum()
    spent = service["service_id"].map(cost).fillna(0)
    late = service["completed_on"] > service["due_on"]
    service["good"] = ~late & (spent <= service["budget_centimos"])
    service["days"] = (service["completed_on"] - service["requested_on"]).dt.days
    sale = ledger["sale"].merge(service[["service_id", "service_type"]], on="service_id")
    rows = {
        "sales": (sale, "invoiced_on", sale["amount_centimos"]),
        "services": (service, "completed_on", service["days"] * 0 + 1),
        "cycle_days": (service, "completed_on", service["days"]),
        "on_time_in_budget": (service, "completed_on", service["good"].astype("int64")),
    }
    for name, (table, day, amount) in rows.items():
        quarters = 4 * table[day].dt.year + table[day].dt.quarter - 1
        expected = amount.groupby([quarters, table["service_type"]]).sum()
        found = sums[sums["measure"] == name]
        split = found.groupby([found["month"] // 3, "service_type"])["value"].sum()
        assert split.to_dict() == expected.to_dict()
        for quarter, whole in by_quarter.items():
            assert whole[name] == int(expected[quarter].sum()) * MEASURES[name].scale
            months = (by_month[3 * quarter + i][name] for i in range(3))
            assert whole[name] == sum(value or 0 for value in months)


def test_both_catalogues_agree(ledger: Ledger) -> None:
    old = kpi_periods(reduce(ledger)).set_index(["kpi", "period"])["value"]
    new = level_table(reduce(ledger)).set_index(["key", "period"])["value"]
    for period in ("2022Q3", "2023Q2", "2024Q1", "2024Q2"):
        assert new["F3", period] == old["sales", period]
        assert new["I1", period] == old["productivity", period]
        assert new["C1", period] == old["satisfaction", period]
        assert new["I4", period] == old["services", period]
        assert new["I2", period] == old["waiting_days", period] + old["working_days", period]


@settings(max_examples=6, deadline=None)
@given(factor=st.integers(2, 50), turn=st.integers(0, 5))
def test_ratios_do_not_depend_on_currency_or_order(whole: Ledger, factor: int, turn: int) -> None:
    money = {
        "sale": ["amount_centimos"],
        "cost": ["amount_centimos"],
        "service_budget": ["budget_centimos"],
        "fin_statement": [
            c for c in whole["fin_statement"].columns if c not in {"company_id", "period", "basis"}
        ],
    }
    other = {name: pd.concat([t.iloc[turn:], t.iloc[:turn]]) for name, t in whole.items()}
    for name, columns in money.items():
        other[name] = other[name].assign(**{c: other[name][c] * factor for c in columns})
    was, now = exact("levels-2024Q1"), values(level_table(reduce(other)), "2024Q1")
    for record in METHOD:
        scale = factor if record.unit == MONEY else 1
        value = was[record.key]
        assert now[record.key] == (None if value is None else value * scale), record.key


def test_an_unknown_key() -> None:
    assert indicator("cycle_time").key == "I2"
    with pytest.raises(InputError, match="“F9”: the catalogue has no indicator of this key"):
        indicator("F9")


def test_statements_of_two_companies_are_not_added_up(whole: Ledger) -> None:
    one = whole["fin_statement"]
    both = pd.concat([one, one.assign(company_id="another")], ignore_index=True)
    with pytest.raises(InputError, match="those of one company"):
        reduce(whole | {"fin_statement": both})


def test_a_customer_is_new_again_after_four_whole_quarters() -> None:
    """Invoiced four quarters ago: known; five quarters ago: new, 100 and 1,000 céntimos."""
    sums = periods(reduce({n: frame(rows) for n, rows in CASES["new-again"].items()}), "quarter")
    assert sums[4 * 2024]["new_customer_sales"] == 11  # 100 and 1,000 céntimos


def _retention(staff: pd.DataFrame) -> dict[str, Fraction | None]:
    """Retention in every period of 2024, of any length."""
    months = [f"2024-{month:02d}" for month in range(1, 13)]
    hours = pd.DataFrame({"month": months, "quarter_hours": 400})
    measures = {spec.name for spec in measures_of(indicator("P2").form)}
    sums = reduce({"staff": staff, "staff_hours": hours}, (), measures)
    tables = pd.concat(level_table(sums, grain) for grain in MONTHS)
    rows = tables[tables["key"] == "P2"]
    return dict(zip(rows["period"], rows["value"], strict=True))


def test_retention_follows_one_cohort_over_any_period() -> None:
    found = _retention(frame(CASES["retention-staff"]))
    expected = exact("retention")
    assert {period: found[period] for period in expected} == expected


_DAYS = st.dates(date(2023, 11, 1), date(2024, 12, 31))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_DAYS, st.none() | _DAYS), min_size=1, max_size=8))
def test_retention_stays_between_nothing_and_all(spans: list[tuple[date, date | None]]) -> None:
    spans = [(hired, left) for hired, left in spans if left is None or left >= hired]
    staff = pd.DataFrame(spans, columns=["hired_on", "left_on"]).apply(pd.to_datetime)
    for value in _retention(staff).values():
        assert value is None or 0 <= value <= 100
