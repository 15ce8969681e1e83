"""All minimal conflicts of some claims, by sets of claims that are decided one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

ENOUGH_QUESTIONS = 150
"""After so many sets of claims a search for conflicts ends once every claim is in one."""

MOST_QUESTIONS = 1_000
"""So many sets of claims are decided at most before a search for conflicts is given up."""


@dataclass(frozen=True)
class Conflicts:
    """Minimal conflicts of some claims: sets that cannot hold, though every part of them can.

    Attributes
    ----------
    sets : tuple of tuple of T
        The smallest first, each in the order of the claims.
    complete : bool
        Whether every claim outside them is in no conflict; False if the search was given up.
    """

    sets: tuple[tuple[Any, ...], ...]
    complete: bool = True


def minimal_conflicts(
    claims: Sequence[T],
    core: Callable[[tuple[T, ...]], Collection[T] | None],
    most: int = MOST_QUESTIONS,
) -> Conflicts:
    """Find all minimal conflicts (minimal infeasible subsets) of some claims.

    The conflicts found so far are all there are once the rest of the claims holds for each of
    their minimal hitting sets: minimal conflicts and minimal corrections are duals (Reiter 1987;
    Liffiton and Sakallah 2008). Where the rest does not hold, it contains a new conflict. Only a
    search that takes more than `ENOUGH_QUESTIONS` may leave some out, once every claim is in one.

    Parameters
    ----------
    claims : sequence of T
        The claims, or their names.
    core : callable
        Given some of the claims: those of them that refute it, or None if they are not refuted;
        more claims never lose a refutation.
    most : int
        So many sets of claims are decided at most.

    Examples
    --------
    Three counts of one thing that all differ:

    >>> counts = {"a": 1300, "b": 1310, "c": 1320}
    >>> def core(some):
    ...     return some if len({counts[one] for one in some}) > 1 else None
    >>> minimal_conflicts("abc", core).sets
    (('a', 'b'), ('a', 'c'), ('b', 'c'))
    """
    search = _Conflicts(claims, core, most)
    complete = True
    try:
        size = -1
        while size != len(search.found):  # a conflict found late can matter for earlier branches
            size = len(search.found)
            search.correct(frozenset(), frozenset(range(len(claims))))
    except _EnoughError:
        pass
    except _GivenUpError:
        complete = False
    ordered = sorted(map(sorted, search.found), key=lambda one: (len(one), one))
    return Conflicts(tuple(tuple(claims[i] for i in one) for one in ordered), complete)


class _GivenUpError(Exception):
    """No more sets of claims may be decided."""


class _EnoughError(Exception):
    """Every claim is in a conflict."""


class _Conflicts(Generic[T]):
    """The conflicts and the sets without a conflict that were found so far, by place."""

    def __init__(
        self,
        claims: Sequence[T],
        core: Callable[[tuple[T, ...]], Collection[T] | None],
        most: int,
    ) -> None:
        self.claims, self.core, self.most = claims, core, most
        self.place = {claim: place for place, claim in enumerate(claims)}
        self.every = frozenset(range(len(claims)))
        self.found: list[frozenset[int]] = []
        self.held: list[frozenset[int]] = []
        self.questions = 0

    def correct(self, dropped: frozenset[int], free: frozenset[int]) -> None:
        """Visit the minimal hitting sets that hold `dropped` and else members of `free`.

        The branching of Murakami and Uno (2014): each member that is dropped alone hits a
        conflict, and no set is visited twice.
        """
        conflict = next((one for one in self.found if not one & dropped), None)
        if conflict is None:
            rest = self._fails(self.every - dropped)
            if rest is None:
                return
            conflict = self._minimal(rest)
            self.found.append(conflict)
            if self.questions > ENOUGH_QUESTIONS and self.every == frozenset().union(*self.found):
                raise _EnoughError
        branches = sorted(conflict & free)
        free -= conflict
        for one in branches:
            more = dropped | {one}
            alone = frozenset[int]().union(*(hit for c in self.found if len(hit := c & more) == 1))
            if more <= alone:
                self.correct(more, free)
            free |= {one}

    def _fails(self, chosen: frozenset[int]) -> frozenset[int] | None:
        """Return the claims that refute some claims, or None if nothing does."""
        known = next((one for one in self.found if one <= chosen), None)
        if known is not None:
            return known
        if any(chosen <= one for one in self.held):
            return None
        self.questions += 1
        if self.questions > self.most:
            raise _GivenUpError
        refuted = self.core(tuple(self.claims[i] for i in sorted(chosen)))
        if refuted is None:
            self.held.append(chosen)
            return None
        return frozenset(self.place[claim] for claim in refuted)

    def _minimal(self, core: frozenset[int]) -> frozenset[int]:
        """Drop claims while the rest fails: halves first, then ever smaller parts, then singly."""
        size = len(core)
        while size > 1:
            size = (size + 1) // 2
            order = sorted(core)
            for part in (frozenset(order[i : i + size]) for i in range(0, len(order), size)):
                if part < core and part <= core:
                    core = self._fails(core - part) or core
        return core
