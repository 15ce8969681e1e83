"""The article's sentences: on both made-up companies, by the solver, and against hand reasoning."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter
from analysis.efficiency import article, feasible
from analysis.efficiency.article import make_statements
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.sentences import (
    RAW,
    failures,
    read_bounds,
    read_made,
    scheme_cells,
    scheme_table,
)
from analysis.tables.case import Case, load_case
from analysis.tables.rows import data_package

from .conftest import BY_HAND, exact

FIRST = "2006Q1"


@pytest.fixture(scope="module")
def active(kowalczyk: Case) -> list[article.SentenceRow]:
    return article.in_force(article.read_sentences(kowalczyk), kowalczyk.reading())


@pytest.mark.parametrize("company", ["SYN-A", "SYN-B"])
def test_every_sentence_holds_and_so_in_plain_arithmetic(
    active: list[article.SentenceRow], books: dict[str, Book], company: str
) -> None:
    assert failures(active, books[company], FIRST) == []
    q = pd.DataFrame(books[company].values())
    gross = q.sales - q.cogs
    on_sales = gross - q.selling - q.admin
    operating = on_sales + q.other_op_income - q.other_op_cost
    business = operating + q.fin_income - q.fin_cost
    net = business + q.extra_gain - q.extra_loss - q.income_tax - q.other_charges
    flows = q.cfo + q.cfi + q.cff
    assert on_sales[0] < 0 > on_sales[1]
    assert 1.8 <= sum(gross[2:]) / sum(gross[:2]) < 2
    assert min(operating) > 0
    assert (operating > on_sales).tolist() == [True, True, False, False]
    assert (business < operating).all()
    assert (net > business).tolist() == [True, False, True, True]
    assert flows[1] < 0 > flows[2]
    assert sum(flows) > 0
    assert (q.cfo > 0).tolist() == [True, False, False, False]
    assert q.cfo[0] / operating[0] > 2
    assert (q.sales < q.receivables).all()
    assert ((gross - on_sales) / q.sales).is_monotonic_increasing
    # indirect costs less than double and their share of sales rises, so sales less than double,
    # although no sentence says so
    assert sum(q.sales[2:]) < 2 * sum(q.sales[:2])
    turnover = q.sales / q.total_assets
    assert turnover[3] < 0.75 * turnover[2]


def test_the_companies_differ_clearly(books: dict[str, Book]) -> None:
    a, b = (list(books[name].values()) for name in ("SYN-A", "SYN-B"))
    assert a[3]["sales"] > a[0]["sales"]
    assert b[3]["sales"] < b[0]["sales"]
    for one, other in zip(a, b, strict=True):
        share, small = (Fraction(q["fixed_assets"], q["total_assets"]) for q in (one, other))
        assert share > 2 * small


def test_made_up_rows_say_so(kowalczyk: Case) -> None:
    frame = make_statements(kowalczyk)
    assert frame["company_id"].str.startswith("SYN-").all()
    assert set(frame["unit_scale"]) == {100_000}


def test_a_linear_witness_meets_sentences_and_accounting(active: list[article.SentenceRow]) -> None:
    linear = feasible.linearise(active, FIRST)
    claims = [claim for made in linear.claims.values() for claim in made]
    found = feasible.decide([*claims, *feasible.accounting(FIRST)])
    assert isinstance(found, dict)
    assert all(claim.holds(found) for claim in claims)


def test_the_solver_finds_a_company_for_every_sentence_at_once(
    active: list[article.SentenceRow], books: dict[str, Book]
) -> None:
    found = feasible.solved_company(active, FIRST, books["SYN-A"])
    assert found is not None
    assert failures(active, found, FIRST) == []
    quarters = [found[parse_quarter(FIRST) + n] for n in range(4)]
    for before, after in pairwise(quarters):
        flows = after["cfo"] + after["cfi"] + after["cff"]
        assert after["cash"] - before["cash"] == flows


def test_all_levels_cannot_fall_when_profit_on_sales_turns_from_loss_to_profit(
    kowalczyk: Case,
) -> None:
    # By hand: K2 < 0 in Q1 and Q2; K2 >= K3 / 0.9 > 0 in Q3 and Q4, so its slope is positive.
    def against(rows: Iterable[article.SentenceRow]) -> tuple[str, ...]:
        return feasible.conflict(feasible.linearise(rows, FIRST))

    reading = kowalczyk.reading({"absolute_profitability": "all-levels", "first_half": "quarters"})
    rows = article.in_force(article.read_sentences(kowalczyk), reading)
    found = against(rows)
    assert " ".join(found) == (
        "loss-on-sales-q operating-positive other-operations-hurt absolute-falls-all"
    )
    core = [row for row in rows if row.statement_id in found]
    for dropped in core:  # minimal: any three of the four are possible together
        assert against(row for row in core if row is not dropped) == ()


def test_readings_and_counterexamples(built: Case) -> None:
    table = read_made(built, "readings.csv").set_index(["axis", "option"])
    refused = table.index[~table["possible"]].tolist()
    assert refused == [("absolute_profitability, first_half", "all-levels, quarters")]
    # each counterexample breaks its own conclusion alone
    broken = read_made(built, "conclusions.csv")
    assert broken["statement_id"].tolist() == ["fixed-share-rises"]
    assert broken["failing"].tolist() == broken["statement_id"].tolist()


@pytest.mark.parametrize(("pin", "expected"), BY_HAND["bounds"].items())
def test_bounds_reasoned_by_hand(built: Case, pin: str, expected: dict[str, Any]) -> None:
    pins = read_bounds(built).set_index("pin_id")
    assert pins.loc[pin, list(expected)].to_dict() == exact(expected)


def test_limits_that_rest_on_thresholds_of_ours_are_marked(built: Case) -> None:
    """Nearly double is at least 9/5, significantly at least 1/10, high debt at most 1/2 equity."""
    pins = read_bounds(built).set_index("pin_id")
    assert pins.index[pins["low_ours"]].tolist() == ["gross-growth", "loss-q4"]
    assert pins.index[pins["high_ours"]].tolist() == ["equity-q1"]


def test_ratios_of_one_numerator_compare_denominators_only_where_it_is_positive(
    kowalczyk: Case,
) -> None:
    """Where the article names net results profits: 15 follow. Where a loss is one too: not."""
    sentences = article.read_sentences(kowalczyk)
    for named, known in (("positive", True), ("any", False)):
        rows = article.in_force(sentences, kowalczyk.reading({"named_profit": named}))
        linear = feasible.linearise(rows, FIRST)
        key = ("roe-far-above-roa", "K18[1] >= 2 * K17[1]")
        assert key in linear.nonlinear
        assert (key in linear.claims) == known
        (debt,) = [row for row in rows if row.statement_id == "high-debt"]
        assert feasible.follows(linear, debt.parts[0], FIRST, "high-debt") == known


def test_both_companies_lie_within_all_bounds(built: Case) -> None:
    for pin in read_bounds(built).to_dict("records"):
        for company in ("SYN-A", "SYN-B"):
            assert pin["low"] is None or pin[company] >= pin["low"]
            assert pin["high"] is None or pin[company] <= pin["high"]


def test_status_of_sentences(built: Case) -> None:
    table = read_made(built, "sentences.csv").set_index("statement_id")
    status = table["status"]
    assert status[list(BY_HAND["status"])].to_dict() == BY_HAND["status"]
    hanging = table[status == "hangs"]
    assert (hanging["note"] != "").all()
    assert set(table[status.isin(["follows", "adds", "ratios"])]["SYN-A"]) == {"yes"}


def test_a_company_that_breaks_a_sentence_is_named(
    active: list[article.SentenceRow], books: dict[str, Book]
) -> None:
    changed = {q: dict(amounts) for q, amounts in books["SYN-A"].items()}
    changed[parse_quarter("2006Q3")]["receivables"] = 11_000  # sales are 11,200
    missed = failures(active, changed, FIRST)
    # 92 days over 1.018 are still more than 90, so the longer cycle alone would not give it away
    assert [(m.statement_id, m.comparison) for m in missed] == [
        ("receivables-below-one", "K21[3] < 1")
    ]
    changed[parse_quarter("2006Q1")]["inventories"] = 0
    assert "inventories-better-then-worse" in {
        m.statement_id for m in failures(active, changed, FIRST)
    }


def test_trend_has_the_sign_of_the_least_squares_slope(books: dict[str, Book]) -> None:
    lookup = article.exact_lookup(books["SYN-A"], parse_quarter(FIRST))
    (part,) = article.comparisons("trend(cfo) < 0")
    # cfo 1300, -500, -400, -250: means 1.5 and 37.5; sum of products -2275 ... by hand
    assert part.left_value(lookup) == -3 * 1300 + 500 - 400 - 750
    assert part.holds(lookup)


@pytest.mark.parametrize("formula", BY_HAND["no formula"])
def test_formulas_that_cannot_be_read(formula: str) -> None:
    with pytest.raises(InputError):
        article.comparisons(formula)


def test_bound_of_an_unlimited_ratio(active: list[article.SentenceRow]) -> None:
    low, high = feasible.bound(feasible.linearise(active, FIRST), "cfo[1] / K3[1]", FIRST)
    assert (low.value, low.attained, high.value) == (2, False, None)


def test_rebuilt_tables_say_where_each_cell_comes_from(kowalczyk: Case) -> None:
    table = scheme_table(kowalczyk, "table-1")
    assert table.loc["1", "outlays"] == "costs"
    assert table.loc["6", "results"] == "units made, services delivered°"
    cells = scheme_cells(kowalczyk, "chart-1")
    assert cells[cells["origin"] == "stated"]["quotation"].ne("").all()
    assert scheme_table(kowalczyk, "table-2").shape == (9, 4)


def test_the_description_is_that_of_the_tables(kowalczyk: Case) -> None:
    stored = json.loads((kowalczyk.raw / "datapackage.json").read_text(encoding="utf-8"))
    assert stored == json.loads(data_package("kowalczyk", stored["title"], RAW))


def test_a_wrong_reading_is_named(project: Path) -> None:
    path = project / "data/raw/kowalczyk/statements_claims.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("every_second=third", "every_second=fourth"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        article.read_sentences(load_case("kowalczyk", project))
    assert caught.value.row == "gaps-shrink-alternately-odd"
    path.write_text(text.replace("K25[1] > 2", "K26[1] > 2"), encoding="utf-8")
    with pytest.raises(InputError, match="no indicator or column"):
        article.read_sentences(load_case("kowalczyk", project))
