"""How far numbers and formulas can be trusted: chance, and formulas that do not do what they say.

`intervals` says how far an observed share, count or growth may be off by chance, `formula_checks`
holds every printed formula against what its indicator should measure.

The room imports `base`, `kpis` and `method`. To add a check of formulas: a function beside the
others in `formula_checks`, named in `faults`.
"""
