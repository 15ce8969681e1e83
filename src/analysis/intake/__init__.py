"""A firm's own files: found, read, converted, checked and stored as the tables of its case.

The room may import ``base``, ``tables``, ``claims``, ``efficiency``, ``kpis``, ``ledger`` and
``method``. A case of one's own begins in `new_case`: made from exports, of whose columns `proposal`
says what they are, or copied from an example. The way of a file: `case_files` finds it and says
which table it is, `sheets` reads it into a grid, `naming` names its columns and makes a sheet (of
`rows`) of it, `convert` reads the cells by `cells` and converts other currencies, `consistency`
checks rows and tables, `case_check` finds periods and gaps, says what is wrong and stores what is
right. The cells of rows that stay where they are go through `audit`; then these rows and those that
were read are checked together.

To add a rule for cells: in `cells` or, for limits, in the row model. To add a rule between rows or
tables: in `consistency`. What either says stands in ``rules.yaml``; signs of currencies, months and
the like in ``words.yaml``.
"""
