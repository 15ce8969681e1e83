"""Verdicts on the printed claims of any case, by the relations between quantities that it states.

The paper's own claims have richer texts (``analysis.claims.results`` and its neighbours); here
nothing is known but ``claims.csv``, ``relations.csv`` and the readings of ``case.yaml``.
"""

from analysis.claims.general.judge import General
from analysis.claims.general.relations import (
    MAY,
    MEANINGS,
    NEEDS,
    RELATIONS,
    RelationRow,
    read_relations,
)
from analysis.claims.general.state import Group, State
from analysis.claims.general.words import noun, phrase

__all__ = [
    "MAY",
    "MEANINGS",
    "NEEDS",
    "RELATIONS",
    "General",
    "Group",
    "RelationRow",
    "State",
    "noun",
    "phrase",
    "read_relations",
]
