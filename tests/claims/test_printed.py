"""Printed strings against the decimal module, which rounds on its own, and printed formulas."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.expression import read_formula
from analysis.base.language import using
from analysis.base.numbers import decimal_for, is_ambiguous, parse, parse_percent
from analysis.base.text import Rounding
from analysis.claims.printed import Interval, format_like, preimage

from .conftest import cases

# Python's own names for the rules; half-either has none.
DECIMAL_RULE = {
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.HALF_DOWN: decimal.ROUND_HALF_DOWN,
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.FLOOR: decimal.ROUND_FLOOR,
    Rounding.CEILING: decimal.ROUND_CEILING,
    Rounding.TRUNCATE: decimal.ROUND_DOWN,
}
thousandths = st.integers(-20_000, 20_000)
rules = st.sampled_from(list(DECIMAL_RULE))


@pytest.mark.parametrize(("text", "beside", "value", "unit", "inside"), cases("printed", "forms"))
def test_reads_what_texts_print(
    text: str, beside: dict[str, str], value: str, unit: str, inside: str
) -> None:
    printed = parse(text, **beside)
    assert (printed.value, printed.unit) == (Fraction(value), Fraction(unit))
    low, high = (Fraction(end) for end in inside[1:-1].split(", "))
    assert preimage(printed) == Interval(low, high, inside[0] == "[", inside[-1] == "]")
    assert format_like(printed.value, printed) == printed.text


@pytest.mark.parametrize(
    ("text", "kind", "unit", "thousands", "decimals", "one", "other"), cases("printed", "questions")
)
def test_two_readings_are_one_question(
    text: str, kind: str, unit: str, thousands: str, decimals: str, one: str, other: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, "", unit=unit, kind=kind)
    assert caught.value.rule == (
        f"this may be {thousands} in thousands or {decimals} with three decimals"
    )
    assert caught.value.fix == (
        f"write {one} into the column decimal if it is {thousands}, or {other} if it is {decimals}"
    )


@pytest.mark.parametrize(("text", "others", "mark"), cases("printed", "beside"))
def test_numbers_beside_it_settle_one_reading(text: str, others: list[str], mark: str) -> None:
    assert decimal_for(text, others) == mark


def test_a_number_and_its_unit_must_agree() -> None:
    with pytest.raises(InputError, match="multiply it differently"):
        parse("1.2 million", unit="thousand dollars")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "about 5",
        "12,34,567",
        "5.",
        "%",
        "7..6",
        "1e3",
        "nan",
        "½",
        "٣",
        "(5",
        "(-5)",
        "1,234,56",
    ],
)
def test_refuses_what_is_no_printed_number(text: str) -> None:
    with pytest.raises(InputError, match="no printed number"):
        parse(text)


@pytest.mark.parametrize(("text", "rule", "interval"), cases("printed", "preimages"))
def test_preimages_by_hand(text: str, rule: str, interval: str) -> None:
    assert str(preimage(text, Rounding(rule))) == interval


def test_trailing_zeros_count() -> None:
    assert preimage("77.60%") != preimage("77.6%")
    assert Fraction(7764, 10_000) in preimage("77.6%")
    assert Fraction(7764, 10_000) not in preimage("77.60%")


@given(thousandths, thousandths, rules)
def test_preimage_agrees_with_decimal(value: int, shown: int, rule: Rounding) -> None:
    exact = Decimal(value).scaleb(-3)
    near = exact.quantize(Decimal("0.1"), DECIMAL_RULE[rule])
    for printed in (near, Decimal(shown).scaleb(-1)):
        assert (Fraction(value, 1000) in preimage(str(printed), rule)) == (near == printed)


@given(thousandths, rules)
def test_format_agrees_with_decimal(value: int, rule: Rounding) -> None:
    near = Decimal(value).scaleb(-3).quantize(Decimal("0.1"), DECIMAL_RULE[rule])
    shown = str(near) if near else "0.0"  # decimal keeps the sign of a rounded-away minus
    assert format_like(Fraction(value, 1000), "0.0", rule) == shown


@given(thousandths, thousandths, st.sampled_from(list(Rounding)))
def test_printing_gives_the_string_back_exactly_when_it_can(v: int, p: int, r: Rounding) -> None:
    text = str(Decimal(p).scaleb(-1)) + "%"
    value = Fraction(v, 100_000)
    assert (format_like(value, text, r) == text) == (value in preimage(text, r))


@pytest.mark.parametrize(("value", "model", "text"), cases("printed", "models"))
def test_prints_in_the_form_of_the_model(value: str, model: str, text: str) -> None:
    assert format_like(Fraction(value), model) == text


def test_a_tie_under_an_unknown_rule_prints_both_ways() -> None:
    tie = Fraction(25, 1000)
    assert tie in preimage("2%", Rounding.HALF_EITHER)
    assert tie in preimage("3%", Rounding.HALF_EITHER)
    assert format_like(tie, "2%", Rounding.HALF_EITHER) == "2%"


def test_percent_sign_may_stand_elsewhere() -> None:
    assert parse_percent("77.6").value == parse("77.6%").value


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="exact numbers"):
        assert 0.776 in preimage("77.6%")


@given(
    st.fractions(-5, 5, max_denominator=12),
    st.fractions(-5, 5, max_denominator=12),
    st.booleans(),
    st.booleans(),
)
def test_integers_of_an_interval(a: Fraction, b: Fraction, left: bool, right: bool) -> None:
    interval = Interval(a, b, left, right)
    by_hand = [
        i for i in range(-6, 7) if (a < i or (left and a == i)) and (i < b or (right and i == b))
    ]
    assert list(interval.integers()) == by_hand


@given(st.lists(st.fractions(-3, 3, max_denominator=4), min_size=4, max_size=4), st.integers(0, 15))
def test_meeting_of_intervals(ends: list[Fraction], closed: int) -> None:
    flags = [bool(closed >> i & 1) for i in range(4)]
    one = Interval(ends[0], ends[1], flags[0], flags[1])
    two = Interval(ends[2], ends[3], flags[2], flags[3])
    both = one.meet(two)
    for eighth in range(-25, 26):
        x = Fraction(eighth, 8)
        assert (x in both) == (x in one and x in two)


def test_empty_intervals() -> None:
    assert Interval(Fraction(1), Fraction(1), True, False).empty
    assert not Interval(Fraction(1), Fraction(1)).empty
    assert not Interval(None, Fraction(1)).empty
    assert Interval(Fraction(2), Fraction(1)).empty


def test_quotients_of_intervals() -> None:
    services, productivity = preimage("22.9%").plus(1), preimage("10.5%").plus(1)
    quotient = services.over(productivity)
    assert quotient == Interval(Fraction(12285, 11055), Fraction(12295, 11045), False, False)


@pytest.mark.parametrize("upper_end", [True, False])
@pytest.mark.parametrize("lower_end", [True, False])
def test_a_quotient_reaches_its_ends_only_where_both_parts_do(
    upper_end: bool, lower_end: bool
) -> None:
    """Of 2 to 6 over 1 to 4, the largest is 6 over 1 and the smallest 2 over 4."""
    two, six, one, four = map(Fraction, (2, 6, 1, 4))
    top = Interval(two, six, True, upper_end).over(Interval(one, four, lower_end, True))
    assert (Fraction(6) in top) == (upper_end and lower_end)
    assert Fraction(1, 2) in top
    bottom = Interval(two, six, lower_end, True).over(Interval(one, four, True, upper_end))
    assert (Fraction(1, 2) in bottom) == (upper_end and lower_end)
    assert Fraction(6) in bottom


@pytest.mark.parametrize(("text", "data", "value"), cases("printed", "formulas"))
def test_formulas_by_hand(text: str, data: dict[str, int], value: int) -> None:
    assert read_formula(text).at(data) == Fraction(value)


def test_a_name_printed_twice_means_a_lost_sign() -> None:
    lost = read_formula("(Initial Costs Initial Costs – Final Costs) × 100%")
    assert lost.lost_operator == "initial costs initial costs"
    assert read_formula("(Initial Costs – Final Costs) ÷ Initial Costs").lost_operator is None


@pytest.mark.parametrize("text", ["(a + b", "a + b)", "a +", "a & b"])
def test_broken_formulas_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_formula(text).at({"a": 1, "b": 2})


def test_a_missing_value_is_named() -> None:
    with pytest.raises(InputError, match="no value"):
        read_formula("a ÷ b").at({"a": 1})


@given(
    st.integers(0, 10**10),
    st.integers(0, 4),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("\u202f", "."), ("’", "."), ("", ",")]),
    st.sampled_from(["", "-", "−", "+", "("]),
    st.sampled_from(["", "%", " %", " million", "k", " pp"]),
)
def test_what_any_country_writes_is_read_back(
    digits: int, places: int, signs: tuple[str, str], sign: str, tail: str
) -> None:
    group, mark = signs
    whole, part = divmod(digits, 10**places)
    text = f"{whole:,}".replace(",", group) + (f"{mark}{part:0{places}d}" if places else "")
    text = f"({text}){tail}" if sign == "(" else f"{sign}{text}{tail}"
    worth = {"%": Fraction(1, 100), " %": Fraction(1, 100), " million": 10**6, "k": 1000}
    value = Fraction(digits, 10**places) * worth.get(tail, Fraction(1, 100) if "pp" in tail else 1)
    value = -value if sign in ("-", "−", "(") else value
    told = {".": "point", ",": "comma"}[mark]
    assert parse(text, told).value == value
    if is_ambiguous(text):
        with pytest.raises(InputError, match="three decimals"):
            parse(text, "")
    else:
        assert parse(text, "").value == value
    printed = parse(text, told)
    assert format_like(printed.value, printed) == text
    assert printed.written(0) != ""


def test_what_is_wrong_with_a_number_is_in_the_language_in_use() -> None:
    with using("pl"), pytest.raises(InputError, match="może to być") as refused:
        parse("303.110", "", kind="average")
    assert str(refused.value.fix).startswith("wpisz comma w kolumnie decimal")
