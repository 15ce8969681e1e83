"""How efficient a firm is: quarterly statements, the profit ladder, K1 to K25, and a diagnosis.

The room reads and checks statements (``quarterly_statements``), computes ladder and indicators
(``ratios``, ``indicators.yaml``) and their course (``dynamics``), and says in words what follows
(``diagnosis``, ``diagnosis.yaml``). For Kowalczyk's article it reads the sentences as comparisons
and makes up companies (``article``), decides what the sentences allow (``feasible``), and tables
the results (``sentences``). It may import ``base``, ``tables`` and ``claims``.

To add

* an indicator: a record in ``indicators.yaml``, and its values by hand in
  ``tests/efficiency/by_hand.yaml``;
* a finding of the diagnosis: its sentences in ``diagnosis.yaml``, and a rule in ``diagnosis.py``
  that says when they hold and what fills their braces;
* a sentence of the article: a row of the case's ``statements_claims.csv``.
"""
