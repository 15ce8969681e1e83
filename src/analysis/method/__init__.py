"""The method of the paper: AS-IS diagnosis, objectives and key results, Balanced Scorecard.

`as_is` looks at where a firm stands and tests what leads to what, `scoring` scores a value against
a target exactly, `key_results` reads objectives with their targets and scores them once per period,
`check_ins` follows them week by week, `balanced_scorecard` joins their scores.

The room imports `base`, `tables` and `kpis`. To add a kind of target: its word in the row model of
`tables`, and what it means in `scoring`.
"""
