"""A firm's own files: found, read, converted, checked and stored as the tables of its case.

The room may import ``base``, ``tables``, ``claims``, ``efficiency``, ``kpis``, ``ledger`` and
``method``. The way of a file: `case_files` finds it, `sheets` or `workbook` reads it and names its
columns, `convert` reads its cells by `cells`, `consistency` checks rows and tables, `case_check`
says what is wrong and stores what is right. Rows that stay where they are go through `audit`, and
through the same checks. A case of one's own begins as a copy, which `case_files` makes.

To add a rule for cells: in `cells` or, for limits, in the row model. To add a rule between rows or
tables: in `consistency`. What either says stands in ``rules.yaml``; signs of currencies, months and
the like in ``words.yaml``.
"""
