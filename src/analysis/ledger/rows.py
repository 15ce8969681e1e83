"""Rows of a ledger that add up to a plan."""

from __future__ import annotations

import random
from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate

import pandas as pd

from analysis.base.periods import quarter_days, quarter_end, quarter_start
from analysis.ledger.plan import QUARTER_HOURS_PER_TECHNICIAN, Plan, Survey
from analysis.ledger.shares import apportion

SEGMENTS = {"household": 45, "shop": 35, "company": 20}
"""Customers in 100 by segment (an assumption)."""

MADE_UP = "SYN"
"""Prefix of every key, so that no row can be taken for a real one."""

PROMISED_DAYS = 14
"""Days from request to the promised day (an assumption)."""


def make_rows(plan: Plan, seed: int) -> dict[str, pd.DataFrame]:
    """Draw the rows of every ledger table.

    Parameters
    ----------
    plan : Plan
        The totals to meet exactly.
    seed : int
        The same plan and seed give the same rows.

    Returns
    -------
    dict of str to DataFrame
        By table name, as the row models in :mod:`analysis.tables.ledger` describe them.
    """
    rng = random.Random(seed + 1)
    services = _services(plan, rng)
    return {
        "customer": _customers(services, rng),
        "service": services,
        "sale": _sales(plan, services, rng),
        "survey_response": _survey(plan, services, rng),
        "staff_hours": _staff_hours(plan, rng),
    }


def _kinds(plan: Plan, rng: random.Random) -> dict[int, list[str]]:
    """Deal service types to quarters: exactly where printed, in like proportions elsewhere."""
    names, counts = list(plan.types), list(plan.types.values())
    deck = [name for name, count in plan.types.items() for _ in range(count)]
    rng.shuffle(deck)
    dealt: dict[int, list[str]] = {}
    for quarter, number in plan.services.items():
        if quarter in plan.typed_quarters:
            dealt[quarter], deck = deck[:number], deck[number:]
        else:
            dealt[quarter] = [_draw(names, counts, rng) for _ in range(number)]
    return dealt


def _draw(names: list[str], weights: list[int], rng: random.Random) -> str:
    return names[bisect_right(list(accumulate(weights)), rng.randrange(sum(weights)))]


def _services(plan: Plan, rng: random.Random) -> pd.DataFrame:
    rows = []
    customers = sum(plan.services.values()) // 5
    for quarter, kinds in _kinds(plan, rng).items():
        days = sorted(rng.randrange(quarter_days(quarter)) for _ in kinds)
        for kind, day in zip(kinds, days, strict=True):
            completed = _working_day(quarter_start(quarter) + timedelta(days=day), quarter)
            started = completed - timedelta(days=rng.randrange(4))
            requested = started - timedelta(days=1 + rng.randrange(8) + rng.randrange(9))
            rows.append(
                {
                    "customer_id": f"{MADE_UP}-C{rng.randrange(customers) + 1:04d}",
                    "service_type": kind,
                    "requested_on": requested,
                    "started_on": started,
                    "completed_on": completed,
                    "due_on": requested + timedelta(days=PROMISED_DAYS),
                }
            )
    frame = pd.DataFrame(rows)
    frame.insert(0, "service_id", [f"{MADE_UP}-S{i:05d}" for i in range(1, len(frame) + 1)])
    for column in ("requested_on", "started_on", "completed_on", "due_on"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def _working_day(day: date, quarter: int) -> date:
    """Move Sundays by a day, staying inside the quarter."""
    if day.weekday() < 6:
        return day
    step = 1 if day < quarter_end(quarter) else -1
    return day + timedelta(days=step)


def _customers(services: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    first = services.groupby("customer_id", sort=True)["completed_on"].min().reset_index()
    first.columns = pd.Index(["customer_id", "first_service_on"])
    names, weights = list(SEGMENTS), list(SEGMENTS.values())
    first.insert(1, "segment", [_draw(names, weights, rng) for _ in range(len(first))])
    return first


def _by_quarter(frame: pd.DataFrame, column: str) -> dict[int, pd.DataFrame]:
    index = 4 * frame[column].dt.year + (frame[column].dt.month - 1) // 3
    return {int(key): part for key, part in frame.groupby(index, sort=True)}


def _sales(plan: Plan, services: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Invoice every service on its completion; each quarter adds up to the plan."""
    parts = []
    for quarter, done in _by_quarter(services, "completed_on").items():
        weights = [40 + rng.randrange(60) + rng.randrange(60) for _ in range(len(done))]
        parts.append(
            pd.DataFrame(
                {
                    "service_id": done["service_id"].to_numpy(),
                    "invoiced_on": done["completed_on"].to_numpy(),
                    "amount_centimos": apportion(plan.sales[quarter], weights),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "invoice_id", [f"{MADE_UP}-F{i:05d}" for i in range(1, len(frame) + 1)])
    return frame


def _survey(plan: Plan, services: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Let some customers answer within the quarter; 4 and 5 are satisfied."""
    rows = []
    done = _by_quarter(services, "completed_on")
    for quarter, survey in sorted(plan.survey.items()):
        asked = _asked(len(done[quarter]), survey.answers, rng)
        for position, score in zip(asked, _scores(survey, rng), strict=True):
            service = done[quarter].iloc[position]
            answered = service["completed_on"].date() + timedelta(days=rng.randrange(6))
            rows.append(
                {
                    "service_id": service["service_id"],
                    "answered_on": min(answered, quarter_end(quarter)),
                    "score": score,
                }
            )
    frame = pd.DataFrame(rows, columns=["service_id", "answered_on", "score"])
    frame["answered_on"] = pd.to_datetime(frame["answered_on"])
    frame.insert(0, "response_id", [f"{MADE_UP}-R{i:05d}" for i in range(1, len(frame) + 1)])
    return frame


def _asked(services: int, answers: int, rng: random.Random) -> list[int]:
    """Choose the services that are asked about, each once unless there are more answers."""
    rounds, rest = divmod(answers, services)
    return sorted([*range(services)] * rounds + rng.sample(range(services), rest))


def _scores(survey: Survey, rng: random.Random) -> list[int]:
    """Draw scores from 1 to 5 with the wanted number of satisfied ones, or the wanted sum."""
    if survey.score_total is not None:
        scores = apportion(survey.score_total, [1] * survey.answers)
        for _ in range(survey.answers):  # spread them out: one up, another down
            up, down = rng.randrange(survey.answers), rng.randrange(survey.answers)
            if scores[up] < 5 and scores[down] > 1 and up != down:
                scores[up] += 1
                scores[down] -= 1
    else:
        happy = survey.satisfied or 0
        scores = [4 + rng.randrange(2) for _ in range(happy)]
        scores += [1 + rng.randrange(3) for _ in range(survey.answers - happy)]
    rng.shuffle(scores)
    return scores


def _staff_hours(plan: Plan, rng: random.Random) -> pd.DataFrame:
    """Spread each quarter's time over technicians and months."""
    rows = []
    for quarter, time in plan.quarter_hours.items():
        heads = _heads(time)
        weights = [950 + rng.randrange(100) for _ in range(3 * heads)]
        for i, part in enumerate(apportion(time, weights)):
            month = quarter_start(quarter).month + i % 3
            rows.append(
                {
                    "staff_id": f"{MADE_UP}-T{i // 3 + 1}",
                    "month": f"{quarter // 4}-{month:02d}",
                    "quarter_hours": part,
                }
            )
    frame = pd.DataFrame(rows)
    return frame.sort_values(["month", "staff_id"], ignore_index=True)


def _heads(time: int) -> int:
    """Technicians needed for a quarter's time at full-time hours, rounded up past a tenth."""
    full, rest = divmod(time, QUARTER_HOURS_PER_TECHNICIAN)
    return max(1, full + (10 * rest > QUARTER_HOURS_PER_TECHNICIAN))
