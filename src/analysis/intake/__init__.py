"""A firm's own files: found, read, converted, checked and stored as the tables of its case.

The room may import ``base``, ``tables``, ``claims``, ``efficiency``, ``kpis``, ``ledger`` and
``method``. A case of one's own begins in `new_case`: made from exports, of whose columns `proposal`
says what they are (`amounts` which one is net), or copied from an example. The way of a file:
`case_files` finds it, `mapping` says which table it is, `sheets` or `workbook` reads it, `naming`
names its columns, `convert` reads its cells by `cells` (`bookkeeping` those with accounts),
`consistency` checks rows and tables, `months` finds periods and gaps, `case_check` says what is
wrong and stores what is right. Rows that stay where they are go through `audit`, and through the
same checks.

To add a rule for cells: in `cells` or, for limits, in the row model. To add a rule between rows or
tables: in `consistency`. What either says stands in ``rules.yaml``; signs of currencies, months and
the like in ``words.yaml``.
"""
