"""What each relation makes of claims, by hand calculation in the comments."""

from __future__ import annotations

import json

import pandas as pd

from .conftest import Maker, claim, judged


def default(table: pd.DataFrame) -> dict[str, str]:
    rows = table[table["default"]]
    return dict(zip(rows["claim_id"], rows["verdict"], strict=True))


def found(table: pd.DataFrame, claim_id: str) -> pd.Series:
    return table[table["default"] & (table["claim_id"] == claim_id)].iloc[0]


def test_parts_make_up_their_whole(make: Maker) -> None:
    text = claim("w", "10", "count", "w") + claim("a", "4", "count", "a")
    table = judged(make(text + claim("b", "6", "count", "b"), "r,sum,w,,a; b,,,,\n"))
    assert set(table["verdict"]) == {"reproduced"}
    table = judged(make(text + claim("b", "7", "count", "b"), "r,sum,w,,a; b,,,,\n"))
    assert set(table["conflict"]) == {"w; a; b"}


def test_a_sum_need_not_name_every_part(make: Maker) -> None:
    rows = "o,unprinted,other,,,,,,\nr,sum,w,,a; other,,,,\n"
    part = claim("a", "4", "count", "a")
    table = judged(make(claim("w", "10", "count", "w") + part, rows))
    assert json.loads(found(table, "w")["bounds"]) == {"other@2024": ["6", "6"]}
    table = judged(make(claim("w", "3", "count", "w") + part, rows))
    assert set(table["verdict"]) == {"inconsistent"}


def test_averages_are_ratios_of_money_and_counts(make: Maker) -> None:
    text = claim("sales", "1,000.00", "money", "sales", unit="euros")
    text += claim("mean", "3.70", "money", "mean", unit="euros")
    rows = "v,unprinted,visits,,,,,,\nr,ratio,mean,,sales,visits,,,\n"
    table = judged(make(text, rows))
    # 1,000 / 3.695 = 270.6 and 1,000 / 3.705 = 269.9: only 270 visits
    assert json.loads(found(table, "mean")["bounds"]) == {"visits@2024": ["270", "270"]}


def test_productivity_with_printed_hours(make: Maker) -> None:
    # 300 / 100 = 3 and 240 / 100 = 2.4: growth of 25%; printed as 30% it is refuted
    text = claim("s", "300", "count", "s") + claim("t", "240", "count", "s", "2023")
    text += claim("h", "100", "count", "h") + claim("i", "100", "count", "h", "2023")
    rows = "r,ratio,p,,s,h,,,\nb,base,p,2024,2023,,,,\n"
    good = judged(make(text + claim("p", "25%", "growth", "p"), rows))
    assert default(good)["p"] == "reproduced"
    assert "25.00%" in found(good, "p")["evidence"]
    bad = judged(make(text + claim("p", "30%", "growth", "p"), rows))
    assert set(bad["conflict"]) == {"s; t; h; i; p"}


def test_the_same_labour_makes_productivity_grow_as_output(make: Maker) -> None:
    text = claim("g", "22.9%", "growth", "s") + claim("p", "10.5%", "growth", "p")
    rows = (
        "h,unprinted,h,,,,,,\nr,ratio,p,,s,h,,,\nb,base,p,2024,2023,,,,\nc,base,s,2024,2023,,,,\n"
    )
    assert set(default(judged(make(text, rows))).values()) == {"consistent"}
    same = rows + "e,equal,h,2024,h@2023,,,,\n"
    table = judged(make(text, same))
    assert set(table["conflict"]) == {"g; p"}


def test_ratios_far_apart_cannot_have_grown_a_little(make: Maker) -> None:
    # from at most 2.05 to at least 3.95 is a growth by more than 92%
    text = claim("now", "4.0", "level", "p") + claim("then", "2.0", "level", "p", "2023")
    rows = "b,base,p,2024,2023,,,,\n"
    table = judged(make(text + claim("g", "50%", "growth", "p"), rows))
    assert set(table["conflict"]) == {"now; then; g"}
    table = judged(make(text + claim("g", "99%", "growth", "p"), rows))
    # 3.95 / 1.995 = 1.98 and 4.05 / 1.985 = 2.04 both print as 2.0
    assert default(table) == {"now": "consistent", "then": "reproduced", "g": "consistent"}


def test_a_change_in_points_is_a_difference(make: Maker) -> None:
    text = claim("now", "60%", "level", "p") + claim("then", "50%", "level", "p", "2023")
    rows = "b,base,p,2024,2023,,,,\n"
    points = claim("g", "10", "growth", "p", unit="percentage points")
    assert default(judged(make(text + points, rows)))["g"] == "consistent"
    points = claim("g", "20", "growth", "p", unit="percentage points")
    assert default(judged(make(text + points, rows)))["g"] == "inconsistent"


def test_a_fall_and_an_absolute_change(make: Maker) -> None:
    text = claim("now", "80", "count", "p") + claim("then", "100", "count", "p", "2023")
    rows = "b,base,p,2024,2023,,,,\n"
    drop = claim("g", "20%", "growth", "p")
    assert default(judged(make(text + drop, rows)))["g"] == "inconsistent"
    rows += "f,fall,p,,,,,g,\n"
    assert default(judged(make(text + drop, rows)))["g"] == "reproduced"
    count = claim("g", "20", "growth", "p", unit="visits")
    assert default(judged(make(text + count, rows)))["g"] == "reproduced"


def test_a_statement_can_be_what_asserts_a_relation(make: Maker) -> None:
    text = claim("a", "4", "count", "a") + claim("b", "3", "count", "b")
    text += claim("most", "b beat a", "statement", "b", role="statement")
    table = judged(make(text, "r,at most,a,,b,,,most,\n"))
    assert set(table["conflict"]) == {"a; b; most"}
    table = judged(make(text))
    assert default(table) == {"a": "consistent", "b": "consistent", "most": "not reported"}


def test_thousands_and_the_kind_that_a_reading_gives(make: Maker) -> None:
    text = claim("a", "1.2", "count", "a", unit="thousand visits")
    text += claim("b", "1,204", "count", "a")
    assert set(default(judged(make(text))).values()) >= {"consistent"}
    text = claim("x", "77.6%", "share", "x", readings="what")
    rows = "k,kind,x,,growth,,what=growth,x,\nb,base,x,2024,2023,,what=growth,,\n"
    table = judged(make(text, rows, {"what": ("share", "growth")}))
    assert set(table["reading"]) == {"what=share", "what=growth"}
    assert set(table["verdict"]) == {"consistent"}


def test_targets_with_an_unprinted_start(make: Maker) -> None:
    text = claim("now", "60%", "share", "x")
    text += claim("goal", "20%", "growth", "x", role="target")
    table = judged(make(text, "b,base,x,2024,2023,,,,\n"))
    # 60.5 / 1.2 = 50.4167, and 60.5 itself prints as 61
    assert "less than 50.42%" in found(table, "goal")["evidence"]
    assert found(table, "goal")["verdict"] == "underdetermined"


def test_targets_where_less_is_better(make: Maker) -> None:
    text = claim("now", "8", "count", "x") + claim("goal", "9", "count", "x", role="target")
    assert default(judged(make(text)))["goal"] == "inconsistent"
    assert default(judged(make(text, "l,less is better,x,,,,,,\n")))["goal"] == "consistent"


def test_places_that_repeat_a_result_share_its_verdict(make: Maker) -> None:
    text = claim("one", "8", "count", "x") + claim("two", "8", "count", "x")
    table = judged(make(text + claim("three", "9", "count", "x")))
    assert set(table["verdict"]) == {"inconsistent"}
    assert found(table, "two")["conflict"] == "one; three"
    assert found(table, "one")["other_places"] == "two"


def test_formulas_of_two_places(make: Maker) -> None:
    text = claim("one", "(a + b) × 3", "formula", "f", "none", role="formula")
    text += claim("two", "(a + b) ÷ 3", "formula", "f", "none", role="formula")
    text += claim("lost", "costs costs × 3", "formula", "g", "none", role="formula")
    table = judged(make(text))
    assert default(table) == {"one": "inconsistent", "two": "inconsistent", "lost": "unreadable"}
    assert "450" in found(table, "one")["evidence"]  # (70 + 80) × 3
    assert "50" in found(table, "two")["evidence"]
