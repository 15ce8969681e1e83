"""All printed results of a case under one reading, and which of them contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from analysis.claims.general.model import Model, outside
from analysis.claims.general.products import Item, Outcome, possible
from analysis.claims.general.words import Wording


@dataclass(frozen=True)
class Group:
    """Results that share quantities, so that each may contradict the others.

    Attributes
    ----------
    tags : tuple of str
        Ids of the claims, each result once.
    conflicts : tuple of tuple of str
        Smallest sets of claims that cannot all hold; no claim is in two of them.
    settled : tuple of str
        The claims in no conflict.
    witness : dict or None
        A data set for the settled claims; None if neither one nor a contradiction was found.
    """

    tags: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...]
    settled: tuple[str, ...]
    witness: dict[str, int] | None


class State:
    """All results of a case under one reading, in groups that share no quantity.

    Parameters
    ----------
    model : Model
        The case under this reading.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.groups = [self._group(tags) for tags in _connected(model)]
        self.words = Wording(model)

    def group(self, tag: str) -> Group:
        """Return the group that a claim is in."""
        return next(group for group in self.groups if tag in group.tags)

    def items(self, tags: Sequence[str]) -> list[Item]:
        """Return what some claims assert."""
        return [item for tag in tags for item in self.model.items[tag]]

    def can_be(self, tags: Sequence[str], *more: Item) -> dict[str, int] | Outcome:
        """Find a data set for some claims and what is added to them."""
        return possible([*self.items(tags), *more], self.model.definitions)

    def follows(self, tag: str, others: Sequence[str]) -> bool:
        """Say whether a claim follows from others: they leave no value that prints otherwise."""
        return all(
            self.can_be(others, excluded) is Outcome.REFUTED
            for item in self.model.items[tag]
            for excluded in outside(item)
        )

    def _group(self, tags: tuple[str, ...]) -> Group:
        conflicts, settled = [], tags
        found = self.can_be(settled)
        while found is Outcome.REFUTED:
            conflicts.append(self._smallest(settled))
            settled = tuple(tag for tag in settled if tag not in conflicts[-1])
            found = self.can_be(settled)
        witness = found if isinstance(found, dict) else None
        return Group(tags, tuple(conflicts), settled, witness)

    def _smallest(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        """Return a smallest set of claims that is refuted; no set of fewer claims is."""
        core = tags
        for tag in tags:
            rest = tuple(other for other in core if other != tag)
            if self.can_be(rest) is Outcome.REFUTED:
                core = rest
        for size in range(1, len(core)):
            for chosen in combinations(tags, size):
                if self.can_be(chosen) is Outcome.REFUTED:
                    return chosen
        return core


def _connected(model: Model) -> list[tuple[str, ...]]:
    """Put claims that share quantities, directly or through definitions, into groups."""
    links = [set(one.names) for one in model.definitions]
    groups: list[tuple[list[str], set[str]]] = []
    for tag, items in model.items.items():
        names = {name for item in items for name in item.names}
        while more := {n for link in links if link & names for n in link} - names:
            names |= more
        joined = [group for group in groups if group[1] & names]
        tags = [other for group in joined for other in group[0]]
        for group in joined:
            names |= group[1]
        groups = [group for group in groups if group not in joined]
        groups.append(([*tags, tag], names))
    order = {tag: place for place, tag in enumerate(model.items)}
    return [tuple(sorted(tags, key=order.__getitem__)) for tags, _ in groups]
