"""Verdicts on the printed claims of any case, by the relations between quantities that it states.

The paper's own claims have richer texts (``analysis.claims.results`` and its neighbours); here
nothing is known but ``claims.csv``, ``relations.csv`` and the readings of ``case.yaml``.
"""
