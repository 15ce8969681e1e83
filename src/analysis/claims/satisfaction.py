"""What the printed satisfaction can be: a share, its square, a mean score, or a growth rate.

These are single numbers over an unknown number of respondents, so they are decided by listing
all numbers of respondents, which needs no solver and is its own proof.
"""

from __future__ import annotations

from analysis.base.numbers import Rounding
from analysis.claims.single import growth_pairs, share_counts, squared_share_counts

POINTS = 5
"""Points of the rating scale, where satisfaction is read as a mean score."""


def fitting_counts(meaning: str, printed: str, n: int, rounding: Rounding) -> dict[str, int] | None:
    """Return counts among `n` respondents that print as given, or None.

    Parameters
    ----------
    meaning : str
        ``share``, ``squared-share``, ``mean-score`` or ``growth``, as in ``case.yaml``.
    printed : str
        The printed percentage.
    n : int
        Respondents.
    rounding : Rounding
        The rule.

    Returns
    -------
    dict or None
        Respondents and what they answered; for a growth, satisfied before and after.
    """
    found: tuple[int, ...] | None
    if meaning == "growth":
        names: tuple[str, ...] = ("satisfied_before", "satisfied")
        found = next(growth_pairs(printed, range(1, n + 1), rounding, later_max=n), None)
    elif meaning == "squared-share":
        names = ("satisfied",)
        found = next(((k,) for k in squared_share_counts(printed, n, rounding)), None)
    else:
        scale = POINTS if meaning == "mean-score" else 1
        names = ("score_total",) if meaning == "mean-score" else ("satisfied",)
        found = next(((k,) for k in share_counts(printed, n * scale, rounding)), None)
    return None if found is None else {"respondents": n, **dict(zip(names, found, strict=True))}


def fitting_sizes(meaning: str, printed: str, most: int, rounding: Rounding) -> dict[int, int]:
    """Map each number of respondents up to `most` that fits to its smallest fitting count."""
    found = {}
    for n in range(1, most + 1):
        counts = fitting_counts(meaning, printed, n, rounding)
        if counts is not None:
            found[n] = next(x for name, x in counts.items() if name != "respondents")
    return found
