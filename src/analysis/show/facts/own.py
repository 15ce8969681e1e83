"""Numbers in prose on the tables that a case of one's own handed in."""

from __future__ import annotations

from analysis.base.numbers import decimal, percent, points
from analysis.efficiency.dynamics import DUPONT, dupont
from analysis.efficiency.quarterly_statements import companies_of, has_statements, ledger_statements
from analysis.efficiency.ratios import indicator_table
from analysis.intake.case_check import read_came_in, read_notes
from analysis.kpis.cube import read_cube, tables_of
from analysis.kpis.levels import availability, kpi_periods
from analysis.notebook.values import Value
from analysis.tables.case import Case

whole, share, change = decimal(0), percent(1), points(1)


def facts(case: Case) -> dict[str, Value]:
    """Compute all values on what came in, what was coerced, and what can be computed from it.

    Parameters
    ----------
    case : Case
        A case with rows of its own; its tables must have been kept.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key. Of ``data_all`` and ``data_missing`` there is one: nothing
        is missing, or so much is.
    """
    came, notes = read_came_in(case), read_notes(case)
    cube = read_cube(case)
    known = availability(cube, tables_of(case))
    missing = known[~known["known"]]
    texts = {
        "data_tables": whole(len(came)),
        "data_rows": whole(int(came["rows"].sum())),
        "data_indicators": whole(len(known)),
        "data_known": whole(int(known["known"].sum())),
    }
    gaps = [f"{months} in {file}" for months, file in came[["gaps", "file"]].to_numpy() if months]
    if gaps:
        texts["data_gaps"] = "; ".join(gaps)
    if len(notes):
        texts["data_notes"] = whole(len(notes))
    if known["known"][known["key"] == ""].any():
        texts["data_kpis"] = whole(int(known["known"][known["key"] == ""].sum()))
    if known["known"][known["key"] != ""].any():
        texts["data_levels"] = whole(int(known["known"][known["key"] != ""].sum()))
    by_quarter = kpi_periods(cube, until=case.parameters.periods.current)
    productive = by_quarter[by_quarter["kpi"] == "productivity"]["value"].notna()
    if productive.any():
        texts["data_productive"] = whole(int(productive.sum()))
    if len(missing):
        texts["data_missing"] = whole(len(missing))
        texts["data_missing_names"] = ", ".join(dict.fromkeys(missing["name"].str.lower()))
    else:
        texts["data_all"] = whole(len(known))
    texts |= _return(case)
    source = f"data/processed/{case.name}"
    kind = case.parameters.kind
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _return(case: Case) -> dict[str, str]:
    """Say what the return on equity of the last quarter is made of, and what moved it most."""
    if not has_statements(case) or len(companies_of(case)) != 1:
        return {}
    statements = ledger_statements(case)
    last = dupont(statements, indicator_table(statements, "closing")).iloc[-1]
    texts = {
        "return_period": last["period"],
        "return_now": "not known",
        "return_moved": "not known",
    }
    if last["roe"] is not None:
        margin, turnover, multiplier = (last[name] for name in DUPONT)
        texts["return_now"] = (
            f"{share(last['roe'])} in the quarter: a margin of {share(margin)}, on assets that "
            f"turn into sales {decimal(2)(turnover)} times and are {decimal(2)(multiplier)} times "
            "equity"
        )
    if last["change"] is not None:
        parts = {name.split()[-1]: last[f"{name} part"] for name in DUPONT}
        most = max(parts, key=lambda name: abs(parts[name]))
        texts["return_moved"] = (
            f"{change(last['change'])}, of which {change(parts[most])} by the {most}, the most of "
            "the three"
        )
    return texts
