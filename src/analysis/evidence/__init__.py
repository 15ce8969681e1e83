"""How far numbers, formulas and a design can be trusted.

`soundness` checks every printed formula against what its indicator should measure, and says how far
an observed share, count or growth may be off by chance. `appraisal` reads what we make of a
publication's design: contradictions with their grade, threats to validity, an appraisal tool item
by item, and questions to the authors; all of it stands in the case's ``appraisal.yaml``. It also
computes what follows from the paper's printed numbers alone, for its sentences.

The room imports `base`, `claims`, `kpis` and `method`. To add a check of formulas: a function
beside the others in `soundness`, named in `faults`. To add a finding or a question: an entry in
``data/raw/CASE/appraisal.yaml``.
"""
