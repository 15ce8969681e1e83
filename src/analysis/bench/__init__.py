"""How fast the claims engine is, and how far it can be trusted: what ``make bench`` measures.

``percentages`` times the check of percentages against two packages that do the same, ``engine``
the verdicts of the paper and the drawing of tables, ``publications`` counts false alarms and
noticed misprints, ``summary`` puts the results into words. ``python -m analysis.bench`` runs all
of it and writes the folder ``benchmarks``.
"""
