"""Numbers that stand in the prose of the efficiency chapter."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.numbers import decimal, percent
from analysis.efficiency.dynamics import forecast, quotient, trend, turnover_split
from analysis.efficiency.quarterly_statements import book, read_statements
from analysis.efficiency.ratios import collection_days, indicator_table, series
from analysis.efficiency.sentences import ADDS, FOLLOWS, HANGS, OTHER, RATIOS, read_made, read_pins
from analysis.notebook.values import Value
from analysis.tables.case import Case

whole = decimal(0)


def efficiency_facts(article: Case) -> dict[str, Value]:
    """Compute all values of the chapter; their keys begin with ``eff_``.

    Parameters
    ----------
    article : Case
        The article's case; its files under ``data/processed`` must have been made.
    """
    return _sentences(article) | _pins(article) | _companies(article)


def _facts(kind: str, source: str, texts: dict[str, str]) -> dict[str, Value]:
    return {
        f"eff_{key}": {"text": text, "kind": kind, "source": source} for key, text in texts.items()
    }


def _sentences(article: Case) -> dict[str, Value]:
    table = read_made(article, "sentences.csv")
    counts = table["status"].value_counts()
    readings = read_made(article, "readings.csv")
    conflict = readings[readings["conflict"] != ""]["conflict"].iloc[0]
    texts = {
        "sentences": whole(int((table["status"] != OTHER).sum())),
        "in_force": whole(int(counts[FOLLOWS] + counts[ADDS] + counts[RATIOS])),
        "follow": whole(int(counts[FOLLOWS])),
        "add": whole(int(counts[ADDS])),
        "on_ratios": whole(int(counts[RATIOS])),
        "hang": whole(int(counts[HANGS])),
        "conflict_size": whole(len(conflict.split("; "))),
        "conclusions": whole(len(read_made(article, "conclusions.csv"))),
    }
    return _facts("derived", f"data/processed/{article.name}/sentences.csv", texts)


def _pins(article: Case) -> dict[str, Value]:
    pins = read_pins(article).set_index("pin_id")
    texts = {
        "indirect_max": decimal(0)(pins.loc["indirect-growth", "high"]),
        "asset_turnover_max": decimal(0)(pins.loc["assets-q1", "high"]),
        "financing_q4_min": percent(0)(pins.loc["financing-q4", "low"]),
    }
    return _facts("derived", f"data/processed/{article.name}/pins.csv", texts)


def _companies(article: Case) -> dict[str, Value]:
    frame = read_statements(article.processed / "ledger", article.root)
    texts: dict[str, str] = {}
    for company in sorted(set(frame["company_id"])):
        name = company.removeprefix("SYN-").lower()
        statements = book(frame, company)
        table = indicator_table(statements)
        last = max(statements)
        multiplier, day = quotient(table, "K18", "K17")[last], collection_days(table)[last]
        parts = turnover_split(statements, last)
        change = sum(parts or (), Fraction(0))
        assert multiplier is not None
        assert day is not None
        assert parts is not None
        texts |= {
            f"{name}_days": whole(day),
            f"{name}_multiplier": decimal(1)(multiplier),
            f"{name}_turnover_by_sales": percent(0)(parts[0] / change),
        }
        if name == "a":
            texts |= _outlook(series(table, "K3"))
    return _facts("synthetic", f"data/processed/{article.name}/ledger", texts)


def _outlook(profit: dict[int, Fraction | None]) -> dict[str, str]:
    line, ahead = trend(profit), forecast(profit)
    assert line is not None
    assert ahead is not None
    return {
        "slope": decimal(0)(line.slope),
        "slope_low": decimal(0)(line.low),
        "slope_high": decimal(0, signed=True)(line.high),
        "rank_p": decimal(2)(line.rank_p),
        "outlook": decimal(0)(ahead.value),
        "outlook_low": decimal(0)(ahead.low),
        "outlook_high": decimal(0)(ahead.high),
    }
