"""The multiverse: counts by hand, and every decision against an independent test."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.claims.paper.engine import Engine
from analysis.claims.paper.judging import Paper
from analysis.claims.verdicts import influence, require_possible, survival, universe_table
from analysis.tables.case import Case


def test_default_reading_survives(segelec: Case, engine: Engine) -> None:
    data = engine.answer("services", segelec.reading()).witness
    assert data is not None
    assert data["services_2024Q1"] + data["services_2024Q2"] == 354
    assert data["services_2023Q1"] + data["services_2023Q2"] == 288


def test_impossible_readings_are_refused_with_their_conflict(segelec: Case, engine: Engine) -> None:
    require_possible(Paper(engine), segelec.reading())
    reading = segelec.reading({"services_period": "2023H1+2024H1"})
    with pytest.raises(InputError, match="abstract-services, 5-services-growth"):
        require_possible(Paper(engine), reading)


@pytest.mark.parametrize("rounding", ["half-up", "half-even", "truncate"])
@pytest.mark.parametrize("period", ["2024H1", "2023H1+2024H1", "2023H1"])
@pytest.mark.parametrize("base", ["year-on-year", "previous-quarter", "on-later"])
def test_services_by_listing_all_counts(
    segelec: Case, engine: Engine, rounding: str, period: str, base: str
) -> None:
    """Independent: whole numbers only, growth in tenths of a per cent by integer arithmetic."""

    def prints(change: int, whole: int) -> bool:
        twice = 2000 * change  # twice the growth in tenths of a per cent, times whole
        if rounding == "truncate":
            return 229 * whole <= 1000 * change < 230 * whole
        low, high = 457 * whole, 459 * whole
        return low <= twice < high if rounding == "half-up" else low < twice < high

    counts = range(1, 1000)
    if base == "previous-quarter":
        if period == "2024H1":
            fits = any(prints(354 - 2 * q, q) for q in range(1, 354))
        elif period == "2023H1":
            fits = any(prints(a - q, q) for q in counts for a in range(q, 2 * q))
        else:
            fits = any(prints(a - q, q) for q in range(1, 354) for a in range(1, 354 - q - 1))
    else:
        pairs = {
            "2024H1": [(e, 354) for e in counts],
            "2023H1": [(354, later) for later in counts],
            "2023H1+2024H1": [(e, 354 - e) for e in range(1, 354)],
        }[period]
        fits = any(prints(later - e, later if base == "on-later" else e) for e, later in pairs)
    reading = segelec.reading(
        {"rounding": rounding, "services_period": period, "services_growth": base}
    )
    assert engine.answer("services", reading).possible == fits


def test_influence_by_hand() -> None:
    universes = pd.DataFrame(
        [("x", "p", True, ""), ("x", "q", True, ""), ("y", "p", False, "c"), ("y", "q", True, "")],
        columns=["a", "b", "survives", "conflict"],
    )
    found = influence(universes).set_index("axis")
    # a: (xp, yp) changes, (xq, yq) does not; b: (xp, xq) does not, (yp, yq) changes
    assert found.loc["a", ["pairs", "changed"]].tolist() == [2, 1]
    assert found.loc["b", ["pairs", "changed", "share"]].tolist() == [2, 1, "50.0%"]


def test_blocks_count_all_universes_without_listing_them(segelec: Case, engine: Engine) -> None:
    blocks = universe_table(Paper(engine))
    # services 3*3*3*2*2, sales 3*4*3, satisfaction 3*4*2; by rounding rule 36 * 12 * 8, three times
    assert blocks.groupby("block").size().to_dict() == {
        "services": 108,
        "sales": 36,
        "satisfaction": 24,
    }
    universes, surviving = survival(blocks)
    assert universes == 3 * 36 * 12 * 8
    alive = blocks[blocks["survives"]].groupby(["rounding", "block"]).size().unstack()
    assert surviving == (alive["services"] * alive["sales"] * alive["satisfaction"]).sum()
    assert blocks[blocks["default"]]["survives"].all()
