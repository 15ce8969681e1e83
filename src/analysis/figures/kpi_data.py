"""What the figures of services and quarters plot, made from sums and KPI tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

import pandas as pd

from analysis.base.periods import MONTHS, last_month, parse_label, quarter_label
from analysis.kpis.compare import compare
from analysis.kpis.levels import by_type
from analysis.kpis.measures import Totals
from analysis.tables.case import Case, ServiceType

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


def services_by_type_data(
    sums: pd.DataFrame, quarters: Iterable[int], types: Iterable[ServiceType] = ()
) -> pd.DataFrame:
    """Count services by type over some quarters, largest first.

    Parameters
    ----------
    sums : DataFrame
        From :func:`analysis.kpis.levels`.
    quarters : iterable of int
        Quarter indices.
    types : iterable of ServiceType
        Names, and which counts are printed; a type that is not listed is named by its id.

    Returns
    -------
    DataFrame
        Columns service_type, name, services, printed (bool), share and cumulative (Fractions).
    """
    return _shares(by_type(sums, quarters), types)


def services_shown(totals: Totals, case: Case, period: str) -> tuple[pd.DataFrame, str]:
    """Choose what the figure of services by type shows, and say which period that is.

    In the reported quarter of a publication that is the period of its printed counts, which the
    figure marks; in any other period the services of that period, none of them printed.
    """
    printed = case.reading().get("services_period")
    if printed is None or period != case.parameters.periods.current:
        return services_in_period_data(totals, period, case.service_types), period
    parts = [_counts(totals, part) for part in printed.split("+")]
    return _shares(pd.concat(parts).groupby(level=0).sum(), case.service_types), printed


def services_in_period_data(
    totals: Totals, period: str, types: Iterable[ServiceType] = ()
) -> pd.DataFrame:
    """Count services by type in a month, quarter or half-year; see `services_by_type_data`.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
    period : str
        The period; nothing is marked as printed.
    types : iterable of ServiceType
        Names of the types.
    """
    return _shares(_counts(totals, period), types).assign(printed=False)


def _counts(totals: Totals, period: str) -> pd.Series[int]:
    """Count the services of a period by type."""
    last = last_month(period)
    inside = totals["month"].between(last - MONTHS[parse_label(period)[0]] + 1, last)
    rows = totals[inside & (totals["measure"] == "services")]
    counts: pd.Series[int] = rows.groupby("service_type")["value"].sum()
    return counts


def _shares(counts: pd.Series[int], types: Iterable[ServiceType]) -> pd.DataFrame:
    order = sorted(counts.index, key=lambda name: (-int(counts[name]), name))
    counts = counts.loc[order]
    known = {record.id: record for record in types}
    whole = int(counts.sum())
    rows, so_far = [], 0
    for service_type, count in counts.items():
        record = known.get(str(service_type))
        so_far += int(count)
        rows.append(
            {
                "service_type": service_type,
                "name": record.name if record else _plain_name(str(service_type)),
                "services": int(count),
                "printed": record.printed if record else False,
                "share": Fraction(int(count), whole),
                "cumulative": Fraction(so_far, whole),
            }
        )
    return pd.DataFrame(rows)


def _plain_name(identifier: str) -> str:
    """Write an identifier in words; what is none is a name and stays as it is."""
    if not _IDENTIFIER.fullmatch(identifier):
        return identifier
    return identifier.replace("_", " ").capitalize()


def quarters_data(
    table: pd.DataFrame, kpi_id: str, printed: Mapping[str, str] | None = None, last: int = 12
) -> pd.DataFrame:
    """Put one KPI beside its value a year before, quarter by quarter.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.kpi_periods`, by quarter.
    kpi_id : str
        Which KPI.
    printed : mapping of str to str, optional
        Printed growth by quarter label.
    last : int
        The latest quarters to keep; more do not fit on the page.

    Returns
    -------
    DataFrame
        Columns kpi, index, quarter, value, year_ago (Fraction or None), growth (Fraction or None)
        and printed (empty where nothing is printed).
    """
    rows = with_gaps(table[table["kpi"] == kpi_id].sort_values("index", ignore_index=True))
    values = dict(zip(rows["index"], rows["value"], strict=True))
    compared = compare(rows, "year-ago")
    growth = dict(zip(compared["index"], compared["growth"], strict=True))
    frame = pd.DataFrame(
        {"kpi": kpi_id, "index": rows["index"], "quarter": rows["period"], "value": rows["value"]}
    )
    for column, lookup in (
        ("year_ago", {index: values.get(index - 4) for index in values}),
        ("growth", growth),
    ):
        frame[column] = pd.Series([lookup.get(i) for i in frame["index"]], dtype="object")
    frame["printed"] = [(printed or {}).get(quarter, "") for quarter in frame["quarter"]]
    return frame.tail(last).reset_index(drop=True)


def with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the quarters without any row, so that on a time axis a gap stays a gap."""
    if rows.empty:
        return rows
    whole = range(int(rows["index"].min()), int(rows["index"].max()) + 1)
    full = rows.set_index("index").reindex(whole)
    full["kpi"], full["period"] = rows["kpi"].iloc[0], [quarter_label(index) for index in whole]
    full["value"] = full["value"].astype("object").where(full["value"].notna(), None)
    return full.rename_axis("index").reset_index()
