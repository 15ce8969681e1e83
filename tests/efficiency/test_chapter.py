"""The chapter's numbers, figures and tables: what stands in prose exists and is used."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.efficiency.article import Firm, company_names, read_firms
from analysis.efficiency.diagnosis import diagnose
from analysis.efficiency.dynamics import outlook
from analysis.efficiency.sentences import read_bounds, read_made, scheme_cells
from analysis.figures import efficiency_charts as charts
from analysis.figures.printed_growth import pinned_down
from analysis.show import publication_tables as publication_tables
from analysis.tables.case import Case, load_case

from .conftest import ROOT


@pytest.fixture(scope="module")
def firms(built: Case) -> dict[str, Firm]:
    return read_firms(built, "closing", "12%", "19%")


def test_figures_hold_what_they_plot(built: Case, firms: dict[str, Firm]) -> None:
    tables = {firm.name: firm.table for firm in firms.values()}
    first = firms["SYN-A"]
    made = [
        charts.chart_1_scheme(scheme_cells(built, "chart-1")),
        charts.table_3_cash(charts.cash_profit_data(tables), "thousand złoty"),
        charts.table_4_ratios(charts.ratios_data(tables)),
        pinned_down(read_bounds(built), company_names(built)),
        charts.outlook(*outlook(first.table, "K3"), "thousand złoty"),
    ]
    assert len({figure.name for figure in made}) == len(made)
    for figure in made:
        assert figure.alt
        assert not figure.data.empty
    assert made[4].data["low"].isna().sum() == 4  # actual quarters have no interval


def test_tables_have_their_columns(built: Case, firms: dict[str, Firm]) -> None:
    firm = firms["SYN-B"]
    shown = [
        publication_tables.outlays_results(built),
        publication_tables.accounts(built),
        publication_tables.bridge(),
        publication_tables.catalogue(),
        publication_tables.sentences(read_made(built, "sentences.csv")),
        publication_tables.article_readings(read_made(built, "readings.csv")),
        publication_tables.conclusions(read_made(built, "conclusions.csv")),
        publication_tables.indicators(firm.table, firm.name),
        publication_tables.steps(firm.table, firm.name),
        publication_tables.dupont_split(firm.statements, firm.table, firm.name, "synthetic"),
        publication_tables.diagnosis(diagnose(firm.statements), firm.name),
        publication_tables.financial_results(load_case("segelec", built.root)),
    ]
    assert len({view["label"] for view in shown}) == len(shown)
    for view in shown:
        assert {column.name for column in view["columns"]} <= set(view["frame"].columns)
    indicators = publication_tables.indicators(firm.table, firm.name)["frame"].set_index("id")
    assert indicators.loc["K21", "2006Q1"] == "0.93"
    assert indicators.loc["K12", "2006Q2"] == "−0.9%"


def test_opening_balances_leave_the_first_quarter_open(built: Case) -> None:
    firm = read_firms(built, "opening", "12%", "19%")["SYN-A"]
    frame = publication_tables.indicators(firm.table, firm.name)["frame"].set_index("id")
    assert frame.loc["K19", "2006Q1"] == "no statement of 2005Q4"


@pytest.mark.parametrize(("rate", "tax"), [("12", "19%"), ("12%", "100%"), ("-1%", "19%")])
def test_rates_that_are_none(built: Case, rate: str, tax: str) -> None:
    with pytest.raises(InputError, match="per cent"):
        read_firms(built, "closing", rate, tax)


def test_committed_files_are_what_the_build_makes(built: Case) -> None:
    names = [path.relative_to(built.processed) for path in sorted(built.processed.rglob("*.csv"))]
    made = "conclusions.csv ledger/fin_statement.csv pins.csv readings.csv sentences.csv"
    assert " ".join(map(str, names)) == made
    for name in names:
        frame = pd.read_csv(built.processed / name)
        pd.testing.assert_frame_equal(frame, pd.read_csv(ROOT / "data/processed/kowalczyk" / name))
        assert name.parent.name or frame["kind"].isin(["derived", "synthetic"]).all()
