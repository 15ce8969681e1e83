"""One reduce step over the ledger: whole-number sums from which every KPI derives.

Sums add over quarters and service types; rates never do. All sums are integers (money in céntimos,
time in quarters of an hour, durations in days), so they are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

SATISFIED_FROM = 4
"""Lowest score, on the scale from 1 to 5, that counts as satisfied."""

ALL = "all"
"""Label of the row that holds what belongs to no single service type (staff time)."""

MEASURES = (
    "services",
    "sales_centimos",
    "waiting_days",
    "working_days",
    "on_time",
    "answers",
    "satisfied",
    "quarter_hours",
)

DIMENSIONS = ("service_type", "segment")
"""What the sums can be split by, beside the quarter."""


def quarter_index(days: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Quarter index of each day."""
    return 4 * days.dt.year + (days.dt.month - 1) // 3


def sums(ledger: dict[str, pd.DataFrame], by: Sequence[str] = ("service_type",)) -> pd.DataFrame:
    """Reduce a ledger to sums by quarter and service type, or by customer segment too.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        As :func:`analysis.calibrate.read_ledger` returns it; a table that is absent takes just its
        measures away.
    by : sequence of {"service_type", "segment"}
        What to split by.

    Returns
    -------
    DataFrame
        Columns ``quarter`` (index), those of `by` (``all`` for what belongs to no single one) and
        one integer column per measure whose table is there; sorted, one row per combination that
        occurs.
    """
    stacked = pd.concat(list(_parts(ledger, list(by))), ignore_index=True)
    measures = [name for name in MEASURES if name in stacked]
    stacked[list(by)] = stacked[list(by)].fillna(ALL)
    stacked[measures] = stacked[measures].fillna(0).astype("int64")
    keys = ["quarter", *by]
    return stacked.groupby(keys, as_index=False, sort=True)[measures].sum()


def _parts(ledger: dict[str, pd.DataFrame], by: list[str]) -> Iterator[pd.DataFrame]:
    """Yield a quarter, the dimensions that are known and the measures of each row."""
    split = _split(ledger, by)
    if "service" in ledger:
        service = ledger["service"]
        done = pd.DataFrame(
            {
                "quarter": quarter_index(service["completed_on"]),
                "services": 1,
                "waiting_days": (service["started_on"] - service["requested_on"]).dt.days,
                "working_days": (service["completed_on"] - service["started_on"]).dt.days,
                "on_time": (service["completed_on"] <= service["due_on"]).astype("int64"),
            }
        )
        yield _with_dimensions(done, service["service_id"], split)
    if "sale" in ledger:
        sale = ledger["sale"]
        sold = pd.DataFrame(
            {
                "quarter": quarter_index(sale["invoiced_on"]),
                "sales_centimos": sale["amount_centimos"],
            }
        )
        yield _with_dimensions(sold, sale["service_id"], split)
    if "survey_response" in ledger:
        answer = ledger["survey_response"]
        asked = pd.DataFrame(
            {
                "quarter": quarter_index(answer["answered_on"]),
                "answers": 1,
                "satisfied": (answer["score"] >= SATISFIED_FROM).astype("int64"),
            }
        )
        yield _with_dimensions(asked, answer["service_id"], split)
    if "staff_hours" in ledger:
        staff = ledger["staff_hours"]
        quarter = quarter_index(pd.to_datetime(staff["month"]))
        worked = pd.DataFrame({"quarter": quarter, "quarter_hours": staff["quarter_hours"]})
        yield worked.assign(**dict.fromkeys(by, ALL))


def _split(ledger: dict[str, pd.DataFrame], by: list[str]) -> pd.DataFrame:
    """Dimensions of every service, by its id."""
    if "service" not in ledger:
        return pd.DataFrame(columns=by)
    service = ledger["service"].set_index("service_id")
    if "segment" in by and "customer" in ledger:
        segments = ledger["customer"].set_index("customer_id")["segment"]
        service = service.assign(segment=service["customer_id"].map(segments))
    return service.reindex(columns=by)


def _with_dimensions(
    rows: pd.DataFrame, services: pd.Series[str], split: pd.DataFrame
) -> pd.DataFrame:
    return rows.assign(**{name: services.map(split[name]) for name in split.columns})
