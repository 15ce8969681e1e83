"""Staff, training, staff survey and ESG scores of a synthetic firm, alike in every quarter."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pandas as pd

from analysis.base.periods import parse_month, quarter_days, quarter_label, quarter_start
from analysis.ledger.costs import stream
from analysis.ledger.rows import MADE_UP

OFFICE = 6
"""People in the office (an assumption)."""

LEAVERS_IN_10 = 3
"""Chance in tenths that someone in the office leaves in a quarter, and is replaced."""

SATISFIED_IN_100, CERTIFIED_IN_10, TRAINED_IN_10 = 70, 5, 7
ESG_TYPICAL = {"E": 50, "S": 60, "G": 55}


def make_staff(staff_hours: pd.DataFrame, seed: int) -> pd.DataFrame:
    """List technicians (from the hours they worked) and office staff with their days of entry.

    Technicians stay, since the hours that the print fixes say when they work; some of the office
    staff leave and are replaced, with the same chance in every quarter.
    """
    rng = stream(seed, "staff")
    months = staff_hours.groupby("staff_id", sort=True)["month"].min()
    first = parse_month(str(months.min()))
    quarters = sorted({parse_month(month) // 3 for month in staff_hours["month"]})
    rows: list[tuple[str, str, date, date | None]] = []
    for key, month in months.items():
        start = parse_month(str(month))
        hired = date(start // 12, start % 12 + 1, 1)
        if start == first:
            hired -= timedelta(days=400 + rng.randrange(900))
        rows.append((str(key), "technician", hired - timedelta(days=1), None))
    rows += _office(quarters, rng)
    frame = pd.DataFrame(rows, columns=["staff_id", "role", "hired_on", "left_on"])
    for column in ("hired_on", "left_on"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def _office(quarters: list[int], rng: random.Random) -> list[tuple[str, str, date, date | None]]:
    rows: list[tuple[str, str, date, date | None]] = []
    opening = quarter_start(quarters[0])
    for i in range(OFFICE):
        hired = opening - timedelta(days=400 + rng.randrange(900))
        rows.append((f"{MADE_UP}-A{i + 1:02d}", "office", hired, None))
    for quarter in quarters:
        there = [i for i, row in enumerate(rows) if row[3] is None]
        who, day = rng.choice(there), rng.randrange(10, 60)
        if rng.randrange(10) < LEAVERS_IN_10:
            left = quarter_start(quarter) + timedelta(days=day)
            key, role, hired, _ = rows[who]
            rows[who] = (key, role, hired, left)
            rows.append(
                (f"{MADE_UP}-A{len(rows) + 1:02d}", "office", left + timedelta(days=14), None)
            )
    return rows


def _employed(staff: pd.DataFrame, day: date) -> list[str]:
    """Return who is employed on a day."""
    when = pd.Timestamp(day)
    there = (staff["hired_on"] <= when) & ~(staff["left_on"] < when)
    return [str(key) for key in staff.loc[there, "staff_id"]]


def make_training(staff: pd.DataFrame, quarters: range, seed: int) -> pd.DataFrame:
    """Draw trainings: most of the staff once a quarter, two to eight hours."""
    rng = stream(seed, "training")
    rows = []
    for quarter in quarters:
        for key in _employed(staff, quarter_start(quarter)):
            held = quarter_start(quarter) + timedelta(days=rng.randrange(quarter_days(quarter)))
            hours, certified = 8 + 4 * rng.randrange(7), rng.randrange(10) < CERTIFIED_IN_10
            if rng.randrange(10) < TRAINED_IN_10 and key in _employed(staff, held):
                rows.append((key, held, hours, "yes" if certified else "no"))
    frame = pd.DataFrame(rows, columns=["staff_id", "held_on", "quarter_hours", "certified"])
    frame["held_on"] = pd.to_datetime(frame["held_on"])
    frame = frame.sort_values(["held_on", "staff_id"], ignore_index=True)
    frame.insert(0, "training_id", [f"{MADE_UP}-E{i:04d}" for i in range(1, len(frame) + 1)])
    return frame


def make_staff_survey(staff: pd.DataFrame, quarters: range, seed: int) -> pd.DataFrame:
    """Draw one answer a quarter from everyone employed in its last weeks."""
    rng = stream(seed, "staff_survey")
    rows = []
    for quarter in quarters:
        day = quarter_start(quarter + 1) - timedelta(days=10)
        for key in _employed(staff, day):
            happy = rng.randrange(100) < SATISFIED_IN_100
            score = 4 + rng.randrange(2) if happy else 1 + rng.randrange(3)
            rows.append((key, day, score))
    frame = pd.DataFrame(rows, columns=["staff_id", "answered_on", "score"])
    frame["answered_on"] = pd.to_datetime(frame["answered_on"])
    frame.insert(0, "response_id", [f"{MADE_UP}-P{i:04d}" for i in range(1, len(frame) + 1)])
    return frame


def make_esg(quarters: range, seed: int) -> pd.DataFrame:
    """Draw one score per pillar and quarter around a typical one."""
    rng = stream(seed, "esg")
    rows = [
        (quarter_label(quarter), pillar, f"{MADE_UP}-assessor", typical + rng.randrange(-4, 5))
        for quarter in quarters
        for pillar, typical in ESG_TYPICAL.items()
    ]
    return pd.DataFrame(rows, columns=["period", "pillar", "assessor", "score"])
