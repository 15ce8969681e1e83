"""Synthetic rows that meet every printed result, and uniform draws of tables that would.

`plan` chooses totals per quarter, `synthetic` draws the rows of the ledger that add up to them and
computes the printed results again, `business` draws what the method needs besides (costs,
statements, staff), and `sampling` draws whole tables with equal probability.

The room imports `base`, `tables`, `claims` and `kpis`. To add a table, draw it in `business` from
a source of randomness of its own (`stream`), so that no other table changes.
"""
