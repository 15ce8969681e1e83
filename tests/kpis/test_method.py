"""Every indicator of the method on a ledger small enough to compute by hand."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.kpis.catalogue import MEASURES, METHOD, MONEY, indicator
from analysis.kpis.compare import compare, contributions_by_type
from analysis.kpis.levels import kpi_periods, level_table, periods, side_by_side
from analysis.kpis.reduce import reduce
from analysis.tables.firm_tables import Ledger

F = Fraction


def frame(text: str, *, whole: str = "") -> pd.DataFrame:
    header, *lines = [line.split() for line in text.strip().splitlines()]
    table = pd.DataFrame(lines, columns=header).replace("-", None)
    for column in table.columns:
        if column.endswith("_on"):
            table[column] = pd.to_datetime(table[column])
        elif column in whole.split():
            table[column] = table[column].astype("int64")
    return table


@pytest.fixture(scope="module")
def tiny() -> dict[str, pd.DataFrame]:
    """One firm in the first quarters of 2023 and 2024; services 1 and 2, then 3 to 5."""
    statement = (
        "company_id period basis sales cogs selling admin other_op_income other_op_cost fin_income "
        "fin_cost extra_gain extra_loss income_tax other_charges equity interest_debt\n"
        "X 2022Q4 discrete 0 0 0 0 0 0 0 0 0 0 0 0 9000 1000\n"
        "X 2023Q1 discrete 30000 18000 1000 2000 500 100 0 400 0 0 900 100 11000 1000\n"
        "X 2023Q4 discrete 0 0 0 0 0 0 0 0 0 0 0 0 15000 5000\n"
        "X 2024Q1 discrete 36000 20000 1000 2000 0 0 0 1000 0 0 3000 0 17000 3000"
    )
    columns = statement.split("\n")[0].split()[3:]
    return {
        "service": frame("""
            service_id customer_id service_type requested_on started_on  completed_on due_on
            S1         C1          doors        2023-01-02   2023-01-05  2023-01-06   2023-01-10
            S2         C1          alarms       2023-02-01   2023-02-11  2023-02-11   2023-02-10
            S6         C1          alarms       2023-03-01   2023-03-11  2023-03-11   2023-03-11
            S3         C2          doors        2024-01-02   2024-01-04  2024-01-05   2024-01-16
            S4         C2          doors        2024-02-02   2024-02-08  2024-02-10   2024-02-16
            S5         C3          alarms       2024-03-01   2024-03-04  2024-03-31   2024-03-15
        """),
        "sale": frame(
            """
            invoice_id service_id invoiced_on amount_centimos
            F1         S1         2023-01-06  10000
            F2         S2         2023-02-11  15000
            F6         S6         2023-03-11  5000
            F3         S3         2024-01-05  15000
            F4         S4         2024-02-10  15000
            F5         S5         2024-03-31  6000
        """,
            whole="amount_centimos",
        ),
        "survey_response": frame(
            """
            response_id service_id answered_on score
            R1          S3         2024-01-06  5
            R2          S4         2024-02-12  4
            R3          S5         2024-03-31  3
        """,
            whole="score",
        ),
        "staff_hours": frame(
            """
            staff_id month   quarter_hours
            T1       2023-01 200
            T1       2023-02 100
            T1       2023-03 100
            T1       2024-01 400
            T1       2024-02 40
            T2       2024-03 40
        """,
            whole="quarter_hours",
        ),
        "cost": frame(
            """
            cost_id incurred_on category  amount_centimos service_id
            K1      2023-01-06  materials 4000            S1
            K2      2023-02-11  labour    9000            S2
            K3      2023-03-31  admin     7000            -
            K4      2024-01-05  materials 5000            S3
            K5      2024-02-10  labour    6000            S4
            K6      2024-03-31  selling   7000            -
            K7      2024-03-31  tax       9999            -
        """,
            whole="amount_centimos",
        ),
        "service_budget": frame(
            """
            service_id budget_centimos
            S1 4000
            S2 9000
            S6 100
            S3 4999
            S4 6000
            S5 1
        """,
            whole="budget_centimos",
        ),
        "staff": frame("""
            staff_id role       hired_on   left_on
            T1       technician 2020-01-01 -
            A1       office     2020-01-01 2024-02-15
            A2       office     2022-01-01 -
            T2       technician 2023-12-31 -
            A3       office     2024-01-10 2024-03-01
        """),
        "training": frame(
            """
            training_id staff_id held_on    quarter_hours certified
            E1          T1       2024-01-20 12            yes
            E2          A2       2024-03-20 8             no
        """,
            whole="quarter_hours",
        ),
        "staff_survey": frame(
            """
            response_id staff_id answered_on score
            P1          T1       2023-03-20  4
            P2          A1       2023-03-20  2
            P3          T1       2024-03-20  5
            P4          A2       2024-03-20  4
            P5          T2       2024-03-20  1
        """,
            whole="score",
        ),
        "esg_score": frame(
            """
            period pillar assessor score
            2024Q1 E      a        40
            2024Q1 E      b        60
            2024Q1 S      a        70
            2024Q1 G      a        30
        """,
            whole="score",
        ),
        "fin_statement": frame(statement, whole=" ".join(columns)),
    }


def levels(table: pd.DataFrame, period: str) -> dict[str, Fraction | None]:
    rows = table[table["period"] == period]
    return dict(zip(rows["key"], rows["value"], strict=True))


def test_levels_by_hand(tiny: dict[str, pd.DataFrame]) -> None:
    got = levels(level_table(reduce(tiny)), "2024Q1")
    profit = 36000 - 20000 - 1000 - 2000 - 1000 - 3000  # 9000 céntimos
    assert got == {
        "F1": F(100 * profit, (20000 + 20000) // 2),  # opening 15000 + 5000, closing 17000 + 3000
        "F2": F(100 * profit, 36000),
        "F3": 360,
        "F4": None,  # 2023Q2 to 2023Q4 are not recorded, so nobody can be called new
        "F5": F(100 * profit, (15000 + 17000) // 2),
        "F6": 180,  # 50 + 60 + 70 soles; tax is no operating cost
        "C1": F(200, 3),
        "C2": F(200, 3),
        "C3": F(50 + 70 + 30, 3),  # two assessors of E: mean of 40 and 60
        "I1": F(100 * 3, 120),  # 480 quarters of an hour are 120 hours
        "I2": F(3 + 8 + 30, 3),
        "I3": F(100, 3),  # S3 is over budget, S5 is late
        "I4": 3,
        "P1": F(200, 3),
        "P2": F(100 * (4 - 1), 4),  # T1, A1, A2, T2 opened the quarter; A1 left; A3 came and went
        "P3": F(5, 4),  # 20 quarters of an hour are 5 hours
    }


def test_changes_by_hand(tiny: dict[str, pd.DataFrame]) -> None:
    rows = side_by_side(reduce(tiny), "2024Q1", "year-ago")
    corrected = dict(zip(rows["key"], rows["corrected"], strict=True))
    assert corrected["F3"] == 20  # 300 to 360 soles
    assert corrected["F6"] == 10  # 200 to 180 soles: a fall is a reduction
    assert corrected["I1"] == F(100) * (F(3, 120) - F(3, 100)) / F(3, 100)
    assert corrected["I2"] == F(100) * (F(4 + 10 + 10, 3) - F(41, 3)) / F(24, 3)
    assert corrected["I4"] == 0
    assert corrected["C2"] is None  # no survey in 2023
    assert corrected["P1"] == F(100) * (F(2, 3) - F(1, 2)) / F(1, 2)


def test_printed_forms_by_hand(tiny: dict[str, pd.DataFrame]) -> None:
    rows = side_by_side(reduce(tiny), "2024Q1", "year-ago").set_index(["key", "claim_id"])
    printed = rows["printed"]
    assert printed["F2", "table1-margin-formula"] == F(36000 * 100, 9000)  # 400, not 25
    assert printed["C1", "table2-satisfaction-formula"] == F(2, 3) * F(2, 3) * 100
    assert printed["C3", "4.4.2-sustainability-formula"] == 450
    assert printed["F5", "table1-roe-formula"] == F(100 * 9000, 17000)
    assert printed["F6", "table1-cost-formula"] is None
    assert rows.loc[("F6", "table1-cost-formula"), "printed_state"] == "unreadable"
    assert rows.loc[("F4", ""), "printed_state"] == "no formula is printed"


def test_states_say_why(tiny: dict[str, pd.DataFrame]) -> None:
    table = level_table(reduce(tiny)).set_index(["key", "period"])["state"]
    assert table["C1", "2023Q1"] == "not recorded"
    assert table["F3", "2024Q1"] == ""


def test_negative_equity_leaves_returns_undefined(tiny: dict[str, pd.DataFrame]) -> None:
    poor = tiny | {"fin_statement": tiny["fin_statement"].assign(equity=-20000)}
    table = level_table(reduce(poor)).set_index(["key", "period"])
    assert table.loc[("F5", "2024Q1"), "value"] is None
    assert table.loc[("F5", "2024Q1"), "state"] == "undefined"
    assert table.loc[("F2", "2024Q1"), "value"] == 25


def test_new_customers_by_hand(tiny: dict[str, pd.DataFrame]) -> None:
    extra = frame("""
        service_id customer_id service_type requested_on started_on  completed_on due_on
        S7         C9          doors        2023-05-01   2023-05-01  2023-05-01   2023-05-10
        S8         C9          doors        2023-08-01   2023-08-01  2023-08-01   2023-08-10
        S9         C2          doors        2023-11-01   2023-11-01  2023-11-01   2023-11-10
    """)
    sold = frame(
        """
        invoice_id service_id invoiced_on amount_centimos
        F7 S7 2023-05-01 1
        F8 S8 2023-08-01 1
        F9 S9 2023-11-01 1
    """,
        whole="amount_centimos",
    )
    full = tiny | {
        "service": pd.concat([tiny["service"], extra], ignore_index=True),
        "sale": pd.concat([tiny["sale"], sold], ignore_index=True),
    }
    # C2 was invoiced in 2023Q4, C3 never before: of 360 soles, 60 are new
    assert levels(level_table(reduce(full)), "2024Q1")["F4"] == F(100 * 60, 360)


def test_months_half_years_and_gaps(tiny: dict[str, pd.DataFrame]) -> None:
    reduced = reduce(tiny)
    months = level_table(reduced, "month").set_index(["key", "period"])["value"]
    assert months["F3", "2024-02"] == 150
    assert months["F3", "2023-07"] is None
    assert months["F1", "2024-03"] is None  # statements are quarterly
    halves = level_table(reduced, "half-year").set_index(["key", "period"])["value"]
    assert halves["F3", "2024H1"] is None  # its second quarter is missing


def test_comparison_keeps_gaps(tiny: dict[str, pd.DataFrame]) -> None:
    table = level_table(reduce(tiny))
    year = compare(table, "year-ago", gaps=True).set_index(["key", "period"])
    assert year.loc[("F3", "2024Q1"), "growth"] == F(1, 5)
    assert year.loc[("I3", "2024Q1"), "change"] == F(100, 3) - F(200, 3)
    assert year.loc[("I3", "2024Q1"), "growth"] is None  # shares change by points
    assert year.loc[("F3", "2023Q4"), "change"] is None
    before = compare(table, "previous", gaps=True).set_index(["key", "period"])
    assert before.loc[("F3", "2024Q1"), "change"] is None  # 2023Q4 was not recorded


def test_contributions_add_up_for_any_period(tiny: dict[str, pd.DataFrame]) -> None:
    parts = contributions_by_type(reduce(tiny), "sales", "2024Q1", "year-ago")
    assert dict(zip(parts["service_type"], parts["points"], strict=True)) == {
        "doors": F(20000, 30000),
        "alarms": F(-14000, 30000),
    }
    assert sum(parts["points"]) == F(1, 5)
    with pytest.raises(InputError, match="“2023Q4”: sales is not recorded for the whole period"):
        contributions_by_type(reduce(tiny), "sales", "2024Q1", "previous")


def test_sums_add_up_over_types_and_grains(ledger: Ledger) -> None:
    reduced = reduce(ledger)
    by_quarter, by_month = periods(reduced, "quarter"), periods(reduced, "month")
    by_type = reduced.groupby(["measure", reduced["month"] // 3])["value"].sum()
    for quarter, whole in by_quarter.items():
        for name in ("sales", "services", "cycle_days", "on_time_in_budget"):
            assert whole[name] == int(by_type[name, quarter]) * MEASURES[name].scale
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


@settings(max_examples=15, deadline=None)
@given(factor=st.integers(2, 50), turn=st.integers(0, 5))
def test_ratios_do_not_depend_on_currency_or_order(
    tiny: dict[str, pd.DataFrame], factor: int, turn: int
) -> None:
    money = {
        "sale": ["amount_centimos"],
        "cost": ["amount_centimos"],
        "service_budget": ["budget_centimos"],
        "fin_statement": [
            c for c in tiny["fin_statement"].columns if c not in {"company_id", "period", "basis"}
        ],
    }
    other = {name: pd.concat([t.iloc[turn:], t.iloc[:turn]]) for name, t in tiny.items()}
    for name, columns in money.items():
        other[name] = other[name].assign(**{c: other[name][c] * factor for c in columns})
    was, now = (levels(level_table(reduce(x)), "2024Q1") for x in (tiny, other))
    for record in METHOD:
        scale = factor if record.unit == MONEY else 1
        value = was[record.key]
        assert now[record.key] == (None if value is None else value * scale), record.key


def test_an_unknown_key() -> None:
    assert indicator("cycle_time").key == "I2"
    with pytest.raises(InputError, match="“F9”: the catalogue has no indicator of this key"):
        indicator("F9")


def test_statements_of_two_companies_are_not_added_up(tiny: Ledger) -> None:
    one = tiny["fin_statement"]
    both = pd.concat([one, one.assign(company_id="another")], ignore_index=True)
    with pytest.raises(InputError, match="those of one company"):
        reduce(tiny | {"fin_statement": both})


def test_a_customer_is_new_again_after_four_whole_quarters() -> None:
    """Invoiced four quarters ago: known; five quarters ago: new, 100 and 1,000 céntimos."""
    ledger = {
        "service": frame("""
            service_id customer_id service_type requested_on started_on  completed_on due_on
            S4         FOUR        doors        2022-01-02   2022-01-05  2022-01-06   2022-01-10
            S5         FIVE        doors        2022-01-02   2022-01-05  2022-01-06   2022-01-10
            S0         EVER        doors        2022-01-02   2022-01-05  2022-01-06   2022-01-10
            S1         NEVER       doors        2022-01-02   2022-01-05  2022-01-06   2022-01-10
        """),
        "sale": frame(
            """
            invoice_id service_id invoiced_on amount_centimos
            A          S5         2022-12-31  100
            B          S4         2023-01-01  100
            C          S0         2023-01-15  100
            D          S0         2023-04-15  100
            E          S0         2023-07-15  100
            F          S0         2023-10-15  100
            G          S0         2024-01-15  1
            H          S4         2024-03-31  10
            I          S5         2024-01-01  100
            J          S1         2024-02-01  1000
            """,
            whole="amount_centimos",
        ),
    }
    assert (
        periods(reduce(ledger), "quarter")[4 * 2024]["new_customer_sales"] == 11
    )  # 100 and 1,000 céntimos
