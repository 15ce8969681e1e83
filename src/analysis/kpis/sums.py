"""One reduce step over the ledger: whole-number sums from which every KPI derives.

Sums add over quarters and service types; rates never do. All sums are integers (money in céntimos,
time in quarters of an hour, durations in days), so they are the same on every machine.
"""

from __future__ import annotations

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


def quarter_index(days: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Quarter index of each day."""
    return 4 * days.dt.year + (days.dt.month - 1) // 3


def sums(ledger: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Reduce a ledger to sums by quarter and service type.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        As :func:`analysis.calibrate.read_ledger` returns it.

    Returns
    -------
    DataFrame
        Columns ``quarter`` (index), ``service_type`` (or ``all``) and one integer column per
        measure; sorted, one row per pair that occurs.
    """
    service = ledger["service"]
    types = service.set_index("service_id")["service_type"]
    done = pd.DataFrame(
        {
            "quarter": quarter_index(service["completed_on"]),
            "service_type": service["service_type"],
            "services": 1,
            "waiting_days": (service["started_on"] - service["requested_on"]).dt.days,
            "working_days": (service["completed_on"] - service["started_on"]).dt.days,
            "on_time": (service["completed_on"] <= service["due_on"]).astype("int64"),
        }
    )
    sale = ledger["sale"]
    sold = pd.DataFrame(
        {
            "quarter": quarter_index(sale["invoiced_on"]),
            "service_type": sale["service_id"].map(types),
            "sales_centimos": sale["amount_centimos"],
        }
    )
    answer = ledger["survey_response"]
    asked = pd.DataFrame(
        {
            "quarter": quarter_index(answer["answered_on"]),
            "service_type": answer["service_id"].map(types),
            "answers": 1,
            "satisfied": (answer["score"] >= SATISFIED_FROM).astype("int64"),
        }
    )
    staff = ledger["staff_hours"]
    worked = pd.DataFrame(
        {
            "quarter": quarter_index(pd.to_datetime(staff["month"])),
            "service_type": ALL,
            "quarter_hours": staff["quarter_hours"],
        }
    )
    stacked = pd.concat([done, sold, asked, worked], ignore_index=True)
    stacked[list(MEASURES)] = stacked[list(MEASURES)].fillna(0).astype("int64")
    return stacked.groupby(["quarter", "service_type"], as_index=False, sort=True)[
        list(MEASURES)
    ].sum()
