"""Data sets drawn from all that agree with the print under the default reading.

Every data set (services by type and quarter, sales by quarter in hundredths of the currency's
unit, respondents and satisfied ones) has the same chance. That is a convention, not a belief.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.numbers import Rounding
from analysis.base.periods import parse_period, quarter_label
from analysis.claims.engine import Engine
from analysis.claims.printed import parse
from analysis.claims.single import share_counts
from analysis.ledger.linked import LinkedSampler
from analysis.ledger.sampling import ServiceTables, below
from analysis.tables.case import Case

Row = dict[str, int]


@dataclass(frozen=True)
class Print:
    """What the publication prints about the reported half-year, under the default reading.

    Attributes
    ----------
    quarters : tuple of str
        The two quarters.
    total : int
        All services.
    named : dict of str to int
        Services of the types with a printed number.
    others : tuple of str
        The other types of the case.
    """

    engine: Engine
    reading: dict[str, str]
    quarters: tuple[str, str]
    total: int
    named: dict[str, int]
    others: tuple[str, ...]

    @property
    def rounding(self) -> Rounding:
        """The rounding rule."""
        return Rounding(self.reading["rounding"])

    @property
    def types(self) -> tuple[str, ...]:
        """All types, the named ones first."""
        return (*self.named, *self.others)

    @property
    def satisfaction(self) -> str:
        """The printed share of satisfied respondents."""
        return self.engine.results.of("satisfaction")[0].printed


def read_print(case: Case, engine: Engine | None = None) -> Print:
    """Collect what the draws have to agree with.

    Raises
    ------
    InputError
        If the default reading is one whose data sets cannot be drawn, or the case has no service
        types.
    """
    engine = engine or Engine(case)
    reading, results = case.reading(), engine.results
    needed = {
        "services_period": (results.half,),
        "services_growth": ("year-on-year", "on-later"),
        "labour": ("free",),
        "sales_total": (results.half,),
        "sales_growth": ("year-on-year",),
        "satisfaction": ("share",),
        "respondents": ("sample",),
    }
    for axis, options in needed.items():
        if reading[axis] not in options:
            raise InputError(
                f"data sets are drawn only where the reading {axis} is {' or '.join(options)}",
                value=reading[axis],
            )
    calibration = case.parameters.calibration
    if calibration is None:
        raise InputError("the case has no service types to draw", value=case.name)
    first, second = (quarter_label(q) for q in parse_period(results.half))
    counts = {
        row.quantity.removeprefix("services_"): int(parse(row.printed).value)
        for row in results.of("services_lifting_doors", "services_alarms", kind="count")
    }
    (whole,) = results.of("services", kind="count")
    others = tuple(kind.id for kind in calibration.service_types if kind.id not in counts)
    total = int(parse(whole.printed).value)
    return Print(engine, reading, (first, second), total, counts, others)


def draw_data_sets(case: Case, draws: int = 2000, seed: int | None = None) -> pd.DataFrame:
    """Draw data sets, each with the same chance, from all that agree with the print.

    Parameters
    ----------
    case : Case
        The case; its default reading is the one used.
    draws : int
        Number of data sets.
    seed : int, optional
        By default that of the case.

    Returns
    -------
    DataFrame
        One row per data set: ``<type>_<quarter>`` (services), ``sales_<quarter>`` (hundredths of
        the currency's unit), respondents and satisfied.
    """
    printed = read_print(case)
    calibration = case.parameters.calibration
    assert calibration is not None  # read_print asked for it
    rng = random.Random(calibration.seed if seed is None else seed)
    sales = LinkedSampler(printed.engine.system("sales", printed.reading))
    parts = (_draw_services(printed), sales.draw, _draw_survey(printed))
    return pd.DataFrame(
        [{name: x for part in parts for name, x in part(rng).items()} for _ in range(draws)]
    )


def _draw_services(printed: Print) -> Callable[[random.Random], Row]:
    tables = ServiceTables(printed.total, tuple(printed.named.values()), len(printed.others))

    def draw(rng: random.Random) -> Row:
        while True:
            table = tables.draw(rng)
            if all(map(sum, zip(*table, strict=True))):  # every quarter had services
                return {
                    f"{name}_{quarter}": count
                    for name, counts in zip(printed.types, table, strict=True)
                    for quarter, count in zip(printed.quarters, counts, strict=True)
                }

    return draw


def _draw_survey(printed: Print) -> Callable[[random.Random], Row]:
    pairs = list(survey_pairs(printed))

    def draw(rng: random.Random) -> Row:
        respondents, satisfied = pairs[below(rng, len(pairs))]
        return {"respondents": respondents, "satisfied": satisfied}

    return draw


def survey_pairs(printed: Print) -> Iterator[tuple[int, int]]:
    """Yield every (respondents, satisfied) that gives the printed share, up to one per service."""
    for n in range(1, printed.total + 1):
        for satisfied in share_counts(printed.satisfaction, n, printed.rounding):
            yield n, satisfied


def ledger_row(printed: Print, totals: pd.DataFrame) -> Row:
    """Return the ledger's own data set, in the form of the draws, from its sums by quarter."""
    labelled = totals.assign(label=[quarter_label(int(q)) for q in totals["quarter"]])
    now = labelled[labelled["label"].isin(printed.quarters)]
    row = {f"{name}_{quarter}": 0 for name in printed.types for quarter in printed.quarters}
    for one in now.to_dict("records"):
        if one["services"]:
            row[f"{one['service_type']}_{one['label']}"] = int(one["services"])
    for quarter, sold in labelled.groupby("label")["sales_centimos"].sum().items():
        row[f"sales_{quarter}"] = int(sold)
    row["respondents"] = int(now["answers"].sum())
    row["satisfied"] = int(now["satisfied"].sum())
    return row
