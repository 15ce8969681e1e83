"""Several numbers of one survey against brute force over small sets of answers."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement
from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.text import Rounding, round_digits
from analysis.claims.batch import check_row
from analysis.claims.single import Deviation, _is_reached, grimmer


@pytest.mark.parametrize("n", range(1, 8))
def test_which_squares_whole_numbers_reach(n: int) -> None:
    """For each sum, every sum of squares of equal parity up to where answers of −6 to 6 are all."""
    top = 36
    sets = {
        (sum(answers), sum(x * x for x in answers))
        for answers in combinations_with_replacement(range(-6, 7), n)
    }
    for total in range(n):
        whole, rest = divmod(total, n)
        least = n * whole**2 + 2 * whole * rest + rest
        for squares in range(least, top + 1):
            if (squares - total) % 2 == 0:
                assert _is_reached(n, total, squares) == ((total, squares) in sets), (
                    total,
                    squares,
                )


def shown(square: Fraction, rule: Rounding) -> str:
    """Print a square root with two decimals, exactly: the whole root of 10,000 times the square."""
    scaled = square * 10_000
    root = Fraction(isqrt(int(scaled)))
    digits = round_digits(root if root * root == scaled else root + Fraction(1, 4), rule)
    if root * root != scaled and scaled >= (root + Fraction(1, 2)) ** 2:
        digits = round_digits(root + Fraction(3, 4), rule)
    return f"{digits // 100}.{digits % 100:02d}"


@settings(max_examples=150)
@given(
    st.integers(1, 4).flatmap(
        lambda items: st.lists(
            st.lists(st.integers(0, 9), min_size=items, max_size=items), min_size=2, max_size=30
        )
    ),
    st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.TRUNCATE, Rounding("up")]),
    st.sampled_from(["sample", "population"]),
)
def test_real_answers_are_never_accused(
    answers: list[list[int]], rule: Rounding, form: Deviation
) -> None:
    n, items = len(answers), len(answers[0])
    sums = [sum(one) for one in answers]
    mean = Fraction(sum(sums), n * items)
    spread = sum((Fraction(one, items) - mean) ** 2 for one in sums)
    square = spread / (n - 1 if form == "sample" else n)
    digits = round_digits(mean * 100, rule)
    printed = f"{digits // 100}.{digits % 100:02d}"
    assert sum(sums) in grimmer(printed, shown(square, rule), n, items, rule, form)
    assert list(grimmer(printed, shown(square, rule), n, items, rule, "either"))


@given(st.lists(st.booleans(), min_size=2, max_size=80))
def test_real_binary_answers_are_never_accused(answers: list[bool]) -> None:
    n, k = len(answers), sum(answers)
    square = Fraction(k * (n - k), n * (n - 1))
    digits = round_digits(Fraction(100 * k, n), Rounding.HALF_UP)
    printed = f"{digits // 100}.{digits % 100:02d}"
    found = grimmer(printed, shown(square, Rounding.HALF_UP), n, binary=True)
    assert k in found


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_real_groups_and_parts_are_never_accused(n: int, m: int, data: st.DataObject) -> None:
    j, k = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))

    def percent(count: int, of: int) -> str:
        return f"{round_digits(Fraction(100 * count, of), Rounding.HALF_UP)}%"

    printed = "; ".join([percent(j + k, n + m), percent(j, n), percent(k, m)])
    row = {"kind": "percent groups", "printed": printed, "n": f"{n + m}; {n}; {m}"}
    assert check_row(row).consistent
    assert check_row(row | {"n": str(n + m)}).consistent
    parts = "; ".join(percent(count, n + m) for count in (j, k, n + m - j - k))
    assert check_row({"kind": "parts", "printed": parts, "n": str(n + m)}).consistent


def test_groups_by_brute_force() -> None:
    """All counts of 12 and 8 with one-digit percentages: exactly those that add up are possible."""

    def percent(count: int, of: int) -> int:
        return round_digits(Fraction(100 * count, of), Rounding.HALF_UP)

    real = {
        (percent(a + b, 20), percent(a, 12), percent(b, 8)) for a in range(13) for b in range(9)
    }
    for total in range(0, 101, 5):
        for one in {percent(a, 12) for a in range(13)}:
            for other in {percent(b, 8) for b in range(9)}:
                row = {"kind": "percent groups", "printed": f"{total}%; {one}%; {other}%"}
                done = check_row(row | {"n": "20; 12; 8"})
                assert done.consistent == ((total, one, other) in real)
