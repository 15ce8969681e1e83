"""Which readings survive, against an enumeration of counts in decimal arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from analysis.claims.judge import Judge
from analysis.claims.verdicts import universe_table
from analysis.evidence.appraisal import derived
from analysis.figures import reading_choices
from analysis.figures.style import KIND
from analysis.notebook.drawing import Figure, svg
from analysis.tables.case import Case
from analysis.tables.strategy_tables import printed_strings

LONGER = ("2023+2024H1", "2023H2+2024H1", "2023")
PERIODS = ("2024H1", "2023H1+2024H1", "2023H1", *LONGER)
RULES = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "truncate": ROUND_DOWN}


@pytest.fixture(scope="module")
def universes(judge: Judge) -> pd.DataFrame:
    return universe_table(judge)


@pytest.fixture(scope="module")
def printed(segelec: Case) -> dict[str, str]:
    return printed_strings(segelec)


@pytest.fixture(scope="module")
def drawn(universes: pd.DataFrame, printed: dict[str, str]) -> list[Figure]:
    influence = reading_choices.reading_influence_data(universes)
    return [
        reading_choices.multiverse(universes, printed),
        reading_choices.reading_influence(influence),
    ]


def prints(part: int, whole: int, text: str, rule: str) -> bool:
    share = Decimal(100) * Decimal(part) / Decimal(whole)
    return f"{share.quantize(Decimal('0.1'), RULES[rule])}%" == text


def services(period: str, growth: str) -> Iterator[tuple[int, int]]:
    """Every (earlier, later) behind the printed growth of services, up to 1,000 where open."""
    quarters = growth == "previous-quarter"
    if period in LONGER:  # in quarters between, at least one service each
        yield from ((a, b) for a in range(2, 177) for b in range(a, 353 - a))
    elif period == "2023H1+2024H1" and quarters:  # other services may fill up the year before
        yield from ((a, b) for a in range(1, 352) for b in range(a, 353 - a))
    elif period == "2023H1+2024H1" or (period == "2024H1" and quarters):
        yield from ((a, 354 - a) for a in range(1, 354))
    elif quarters:  # nothing is printed about 2024
        yield from ((a, b) for a in range(1, 200) for b in range(a, 300))
    elif period == "2024H1":
        yield from ((a, 354) for a in range(2, 355))
    else:
        yield from ((354, b) for b in range(354, 1000))


@pytest.mark.parametrize("rounding", RULES)
@pytest.mark.parametrize("growth", ["year-on-year", "previous-quarter", "on-later"])
@pytest.mark.parametrize("period", PERIODS)
def test_services_with_any_labour(
    universes: pd.DataFrame, period: str, growth: str, rounding: str
) -> None:
    fits = any(
        prints(later - earlier, later if growth == "on-later" else earlier, "22.9%", rounding)
        for earlier, later in services(period, growth)
    )
    found = universes.query(
        "services_period == @period and services_growth == @growth and labour == 'free'"
        " and rounding == @rounding"
    )
    assert found["survives"].tolist() == [fits] * 6  # productivity on a year or quarter, of what


def same_labour(growth: str, rule: str) -> Iterator[tuple[int, int, int]]:
    """All services that grow as productivity is printed to: half-years and the quarter between.

    Productivity is on the year before if services are on the quarter before, and the other way
    round: on one base, services cannot grow by 22.9 % and in each quarter by 11.0 % or less.
    """
    quarters = growth == "previous-quarter"
    rise = Fraction("0.229" if quarters else "0.110")
    for first in range(1, 400):
        for second in near(first * (1 + rise)):
            if not prints(second - first, first, "22.9%" if quarters else "11.0%", rule):
                continue
            bases = [
                n for n in near(first / Fraction("1.105")) if prints(first - n, n, "10.5%", rule)
            ]
            if quarters:
                others = [
                    n
                    for n in near(second / Fraction("1.11"))
                    if prints(second - n, n, "11.0%", rule)
                ]
                yield from ((a + b, 0, first + second) for a in bases for b in others)
                continue
            later, on_later = first + second, growth == "on-later"
            for half in near(later * Fraction("0.771") if on_later else later / Fraction("1.229")):
                if prints(later - half, later if on_later else half, "22.9%", rule):
                    yield from ((half, quarter, later) for quarter in bases)


def near(value: Fraction) -> range:
    """Whole numbers around a value, as far as what prints with one decimal can lie from it."""
    return range(max(1, int(value * Fraction("0.997"))), int(value * Fraction("1.003")) + 2)


def covers(period: str, earlier: int, quarter: int, later: int) -> bool:
    """Whether the period can have had 354 services, each quarter one or more."""
    between = quarter + 1 if quarter else 2
    parts = {
        "2024H1": later,
        "2023H1": earlier,
        "2023H1+2024H1": earlier + later,
        "2023+2024H1": earlier + between + later,
        "2023H2+2024H1": between + later,
        "2023": earlier + between,
    }
    return parts[period] <= 354 if period in LONGER else parts[period] == 354


def test_services_by_the_same_labour_fit_once(universes: pd.DataFrame) -> None:
    constant = universes.query(
        "block == 'services' and labour == 'constant' and productivity_output == 'services'"
    )
    fits = {
        (rule, period, growth)
        for rule in RULES
        for growth in ("year-on-year", "previous-quarter", "on-later")
        for found in same_labour(growth, rule)
        for period in PERIODS
        if covers(period, *found)
    }
    alive = constant[constant["survives"]]
    axes = ["rounding", "services_period", "services_growth"]
    assert set(alive[axes].itertuples(index=False, name=None)) == fits
    # such as 123 services in the fourth quarter, then 136 and 151, after 221 in the first half
    assert fits == {("truncate", "2023", "on-later")}
    assert len(constant) == 108
    usual = constant.query(
        "services_period == '2024H1' and services_growth == productivity_growth == 'year-on-year'"
    )
    # a half-year cannot grow by 22.9 % if neither of its quarters grew by more than 11.05 %
    assert set(usual["conflict"]) == {
        "abstract-productivity-q1; abstract-productivity-q2; 5-services-growth"
    }


def test_pairs_of_first_halves_within_the_whole_period(printed: dict[str, str]) -> None:
    pairs = {
        (a, b)
        for a, b in services("2023+2024H1", "year-on-year")
        if a + b + 2 <= 354 and prints(b - a, a, "22.9%", "half-up")
    }
    assert str(len(pairs)) == derived(printed)["longer_ways"] == "13"
    assert {(96, 118), (83, 102), (48, 59)} <= pairs


def test_an_answer_for_every_service_needs_digits_cut_off(universes: pd.DataFrame) -> None:
    rows = universes[
        (universes["satisfaction"] == "share") & (universes["respondents"] == "every-service")
    ].set_index("rounding")
    # 274/354 = 77.401… and 275/354 = 77.683…
    assert rows["survives"].to_dict() == {"half-up": False, "half-even": False, "truncate": True}
    for rule in RULES:
        assert rows["survives"][rule] == any(prints(k, 354, "77.6%", rule) for k in range(355))


def test_sales_survive_unless_linked_and_so_does_the_default(universes: pd.DataFrame) -> None:
    sales = universes[universes["block"] == "sales"]
    linked = (sales["labour"] == "constant") & (sales["productivity_output"] == "sales")
    assert sales.loc[~linked, "survives"].all()
    # by hand: 18% is not 11.0% where both are of the second quarter on the same base; half-years
    # grow as a mean of quarters that grew by 10.5% and 11.0%
    possible = "productivity_growth == 'previous-quarter' and sales_growth != 'previous-quarter'"
    assert sales[linked].query(possible)["survives"].all()
    assert sales[linked]["survives"].sum() == len(sales[linked].query(possible)) == 42
    usual = universes[universes["default"]]
    assert usual["block"].tolist() == ["services", "sales", "satisfaction"]
    assert usual["survives"].all()


def test_every_universe_is_a_tile(universes: pd.DataFrame, drawn: list[Figure]) -> None:
    (ax,) = drawn[0].figure.axes
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    tiles = [box for box in boxes if box.get_fill()]
    filled = [box for box in tiles if to_hex(box.get_facecolor()) == KIND["derived"]]
    # the key shows two filled tiles, one of them ringed, and an empty one
    assert len(tiles) == 3 + 216 + 36 + 24
    assert len(filled) == 2 + (84 + 1) + (18 + 6) + 20  # sales: 18 not linked, 2 rows of 3 linked
    places = {(round(box.get_x(), 3), round(box.get_y(), 3)) for box in tiles}
    assert len(places) == len(tiles)
    assert len(boxes) - len(tiles) == 1 + 3


def test_words_follow_the_data(
    universes: pd.DataFrame, drawn: list[Figure], printed: dict[str, str]
) -> None:
    caption = drawn[0].caption
    assert "85 of 216 tiles fit for services" in caption
    assert "24 of 36 for sales" in caption
    assert "50,400 of 108,864" in caption
    assert "If productivity is services by the same labour, 1 of 108 fits." in caption
    assert "If productivity is sales by the same labour, 6 of 18 fit." in caption
    assert "H1 2023 + H1 2024, year before: 0 of 12" in drawn[0].alt
    changed = universes.assign(survives=True)
    assert "labour, 108 of 108 fit." in reading_choices.multiverse(changed, printed).caption
    other = reading_choices.multiverse(universes, {**printed, "abstract-services": "360"})
    assert "360 services cover" in svg(other)


def test_influence_counts_pairs_of_neighbours(universes: pd.DataFrame) -> None:
    found = reading_choices.reading_influence_data(universes)
    rows = found.set_index(["block", "axis"])
    # labour: 108 pairs for each output; of services, 84 fit with any labour, 1 of them with the
    # same
    assert rows.loc[("services", "labour"), ["pairs", "changed"]].tolist() == [3 * 108, 84 - 1]
    # who answered: 12 pairs of meaning and rule; shares and squared shares, each under two rules
    assert rows.loc[("satisfaction", "respondents"), ["pairs", "changed"]].tolist() == [12, 4]
    assert rows.loc[("satisfaction", "respondents"), "share"] == Fraction(1, 3)
    assert not rows.loc[("sales", "sales_total"), "changed"]
    # 126 pairs for each output; only of sales does the same labour exclude 126 - 42
    assert rows.loc[("sales", "labour"), ["pairs", "changed"]].tolist() == [3 * 126, 84]
    assert found.groupby("block", sort=False)["axis"].first().to_dict() == {
        "services": "services_period",
        "sales": "labour",
        "satisfaction": "respondents",
    }
