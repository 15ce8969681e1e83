"""The table of percentages says what the exact test says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.text import Rounding
from analysis.claims.single import consistent_n, grim_percent
from benchmarks.percentage_table import grim_percent_table


@pytest.mark.parametrize("rounding", list(Rounding))
def test_fast_path_equals_the_exact_test(rounding: Rounding) -> None:
    digits, n = np.arange(0, 1001, dtype=np.int64)[:, None], np.arange(1, 61, dtype=np.int64)
    fast = grim_percent_table(digits, n, 1, rounding)
    for d in range(0, 1001, 1 if rounding is Rounding.HALF_UP else 7):
        text = f"{d // 10}.{d % 10}%"
        exact = [grim_percent(text, int(k), rounding) for k in n]
        assert fast[d].tolist() == exact, text


@pytest.mark.parametrize("rounding", list(Rounding))
def test_fast_path_lists_the_same_respondents(rounding: Rounding) -> None:
    n = np.arange(1, 1001, dtype=np.int64)
    fits = n[grim_percent_table(np.array([776]), n, 1, rounding)].tolist()
    assert fits == consistent_n("77.6%", 1000, rounding)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 4), st.integers(1, 10**11), st.data(), st.sampled_from(list(Rounding)))
def test_fast_path_on_large_numbers(
    places: int, n: int, data: st.DataObject, rounding: Rounding
) -> None:
    digits = data.draw(st.integers(0, 100 * 10**places))
    shown = f"{digits / 10**places:.{places}f}%"
    fast = grim_percent_table(np.array([digits]), np.array([n]), places, rounding)
    assert bool(fast[0]) == grim_percent(shown, n, rounding)


def test_fast_path_refuses_what_could_overflow() -> None:
    ok = np.array([776])
    with pytest.raises(ValueError, match="overflow"):
        grim_percent_table(ok, np.array([2**53]), 1)
    with pytest.raises(ValueError, match="at least 1"):
        grim_percent_table(ok, np.array([0]), 1)
    with pytest.raises(ValueError, match="between 0 and 100"):
        grim_percent_table(np.array([1001]), np.array([5]), 1)
