"""How fast the claims engine is, how far it can be trusted, and how the KPIs grow with the rows.

``percentages`` times the check of percentages against two packages that do the same, ``engine``
the verdicts of the paper and the drawing of tables, ``publications`` counts false alarms and
noticed misprints, ``scale`` times the KPI table on ledgers of up to ten million services,
``summary`` puts the results into words. ``python -m benchmarks`` runs all
of it and writes the folder ``benchmarks``.
"""
