"""Plotted data of printed claims against values worked out by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from analysis.base.errors import InputError
from analysis.base.text import frame_of
from analysis.figures import printed_claims, printed_growth
from analysis.tables.case import Case


def test_only_288_services_lead_to_354() -> None:
    frame = printed_claims.earlier_counts_data()
    fits = frame[frame["fits"]]
    # 354/288 = 1.2291…; 354/287 = 1.2334… and 354/289 = 1.2249… print as 23.3 and 22.5
    found = fits[["reading", "earlier", "later"]].values.tolist()
    assert found == [["A", 288, 354], ["C", 354, 435]]
    near = frame[frame["reading"] == "A"].set_index("earlier")["growth"]
    assert near[287] == Fraction(67, 287)
    assert {282, 289, 295} <= set(near.index)
    both = frame[frame["reading"] == "B"]
    assert set(both["earlier"] + both["later"]) == {354}
    assert {(159, 195), (158, 196)} <= set(zip(both["earlier"], both["later"], strict=True))


def test_respondents_are_82_of_400() -> None:
    frame = printed_claims.respondents_data("77.6%", 400)
    fitting = frame[frame["fits"]].groupby("rounding")["respondents"].apply(list)
    rounded, cut = fitting["half-up"], fitting["truncate"]
    assert len(rounded) == 82
    assert rounded[:10] == [49, 58, 67, 76, 85, 98, 107, 116, 125, 134]
    assert len(cut) == 81
    assert cut[0] == 67
    assert not {288, 354} & set(rounded)
    assert 354 in cut
    row = frame[(frame["rounding"] == "half-up") & (frame["respondents"] == 354)].iloc[0]
    assert (row["below"], row["above"]) == (274, 275)


def test_labour_has_to_grow() -> None:
    rows = printed_growth.productivity_services_data().set_index("row")
    # every split of 288 and 354 into quarters, by brute force in tests/claims/test_single.py
    assert round(float(rows.loc["labour", "low"]), 4) == 0.1077
    assert round(float(rows.loc["labour", "high"]), 4) == 0.1125
    assert rows.loc["constant_labour", "low"] == Fraction("0.1045")
    assert rows.loc["constant_labour", "high"] == Fraction("0.1105")
    assert list(rows["kind"]) == ["printed", "printed", "derived", "printed", "derived"]


SALES = {
    ("year-on-year", "2024Q2", "2023Q2"): (255_790, 257_965),
    ("year-on-year", "2024Q2", "2022Q2"): (227_369, 231_358),
    ("year-on-year", "2023Q2+2024Q2", "2023Q2"): (138_724, 139_360),
    ("year-on-year", "2023Q2+2024Q2", "2024Q2"): (163_750, 164_386),
    ("year-on-year", "2023Q2+2024Q2", "2022Q2"): (123_311, 124_986),
    ("previous-quarter", "2024Q2", "2024Q1"): (255_790, 257_965),
    ("previous-quarter", "2024H1", "2024Q1"): (138_724, 139_360),
    ("previous-quarter", "2024H1", "2024Q2"): (163_750, 164_386),
    ("half-year", "2024Q2", "2024Q2"): (303_110, 303_110),
}


AT_MOST = {
    ("year-on-year", "2023H1+2024H1", "2023Q2"): 139_360,
    ("previous-quarter", "2023Q2+2024Q2", "2024Q1"): 257_966,  # 303,110.5 / 1.175
    ("previous-quarter", "2023H1+2024H1", "2024Q1"): 139_361,  # 303,110.5 / 2.175
    ("half-year", "2024H1", "2023Q2"): 257_965,
    ("half-year", "2023Q2+2024Q2", "2023Q2"): 303_110,  # nothing is known of the first quarters
    ("half-year", "2023Q2+2024Q2", "2024Q2"): 303_110,
    ("half-year", "2023H1+2024H1", "2022Q2"): 124_987,  # 139,361 / 1.115
    ("half-year", "2023H1+2024H1", "2023Q1"): 139_361,  # 303,110.5 / 2.175
    ("half-year", "2023H1+2024H1", "2024Q1"): 164_387,  # 303,110.5 less 303,110.5 / 2.185
    ("half-year", "2023H1+2024H1", "2024Q2"): 164_387,
    ("year-on-year", "2023+2024H1", "2023Q2"): 139_361,  # 303,110.5 / 2.175
    ("year-on-year", "2023H2+2024H1", "2023Q2"): 257_966,  # 303,110.5 / 1.175
    ("year-on-year", "2023", "2024Q2"): 359_186,  # 303,110.5 * 1.185
}


OPEN = {
    ("year-on-year", "2024Q2", "2024Q1"),
    ("previous-quarter", "2024Q2", "2023Q2"),
    ("previous-quarter", "2024H1", "2022Q2"),
    ("half-year", "2024Q2", "2022Q2"),  # the first quarter of 2024 may have been of any size
    ("half-year", "2024Q2", "2023Q2"),
    ("half-year", "2024Q2", "2024Q1"),
    ("half-year", "2023Q2+2024Q2", "2022Q2"),
    ("half-year", "2023Q2+2024Q2", "2023Q1"),
    ("half-year", "2023Q2+2024Q2", "2024Q1"),
}


def test_sales_of_every_reading(segelec: Case) -> None:
    frame = printed_growth.sales_by_reading_data(segelec)
    assert frame[["growth", "covers"]].drop_duplicates().shape[0] == 3 * 7
    rows = frame.set_index(["growth", "covers", "quarter"])
    # the tables above reckon with a total of exactly 303,110; here it lies within half a sol of it
    for key, (low, high) in SALES.items():
        assert 0 <= low - rows.loc[key, "low"] < 2, key
        assert 0 <= rows.loc[key, "high"] - high < 2, key
        assert rows.loc[key, "state"] == "interval"
    for key, high in AT_MOST.items():
        assert abs(rows.loc[key, "high"] - high) < 2, key
        assert rows.loc[key, "state"] == "at most"
    for key in OPEN:
        assert rows.loc[key, "state"] == "open", key
    # 303,109.50 / 1.185 = 255,788.607…; 303,110.49 / 1.175 = 257,966.374…
    tight = rows.loc[("year-on-year", "2024Q2", "2023Q2")]
    assert (tight["low"], tight["high"]) == (Fraction("255788.61"), Fraction("257966.37"))


def test_the_largest_sales_of_a_half_year_are_attained(segelec: Case) -> None:
    """All of a half-year in one quarter; a centimo more of it no longer prints as 18 %."""
    rows = printed_growth.sales_by_reading_data(segelec).set_index(["growth", "covers", "quarter"])
    largest = rows.loc[("half-year", "2023H1+2024H1", "2024Q2"), "high"]
    assert largest == Fraction("164387.15")
    both = Decimal("303110.49")  # the largest total that prints as 303,110
    printed = []
    for now in (Decimal("164387.15"), Decimal("164387.16")):
        rate = 100 * (now / (both - now) - 1)
        printed.append(str(rate.quantize(Decimal(1), ROUND_HALF_UP)))
    assert printed == ["18", "19"]
    # the year before is free to fit: 138,723.34 / 123,860.12 = 1.12
    start = Decimal("138723.34") / Decimal("123860.12")
    assert str((100 * (start - 1)).quantize(Decimal(1), ROUND_HALF_UP)) == "12"


def test_captions_follow_the_data() -> None:
    drawn = printed_claims.earlier_counts(printed_claims.earlier_counts_data("300", "20.0%"))
    assert "only 250 fits" in drawn.caption
    assert "288" not in drawn.caption + drawn.alt
    survey = printed_claims.respondents(printed_claims.respondents_data("50.0%", 60), (10, 11, 60))
    assert "11 does not fit" in survey.caption


def test_an_unknown_verdict_is_refused() -> None:
    columns = "claim_id place printed role verdict default conflict evidence"
    frame = frame_of([("a", "1", "1", "result", "plausible", True, "", "")], columns)
    with pytest.raises(InputError, match="plausible"):
        printed_claims.verdicts(frame)


def test_claims_whose_verdict_depends_on_the_reading_are_counted() -> None:
    rows = [
        ("a", "Abstract", "354", "result", "consistent", True, "", ""),
        ("a", "Abstract", "354", "result", "inconsistent", False, "a; b", ""),
        ("b", "5", "22.9%", "result", "consistent", True, "", ""),
        ("b", "5", "22.9%", "result", "consistent", False, "", ""),
        ("c", "5", "", "formula", "inconsistent", True, "c", "Upside down."),
        ("d", "5", "", "formula", "inconsistent", True, "c", "Also so."),
    ]
    columns = "claim_id place printed role verdict default conflict evidence"
    drawn = printed_claims.verdicts(frame_of(rows, columns))
    assert "2 of 4 printed claims cannot hold, and no result is among them" in drawn.caption
    assert "2 consistent and 2 inconsistent; 1 of them, underlined, changes" in drawn.caption
    assert drawn.alt.endswith("Section 5: Upside down.")
    assert drawn.data["depends"].tolist() == [True, False, False, False]
