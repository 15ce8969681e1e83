"""How far numbers and formulas can be trusted: chance, and formulas that do not do what they say.

`soundness` holds every printed formula against what its indicator should measure, and says how far
an observed share, count or growth may be off by chance.

The room imports `base`, `kpis` and `method`. To add a check of formulas: a function beside the
others in `soundness`, named in `faults`.
"""
