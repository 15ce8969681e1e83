"""Tables: one row model each, ``case.yaml``, and the data package that describes them.

The room may import ``base``. Row models stand by subject: a firm's rows in `firm_tables`, what
people write (claims, diagnosis, targets, check-ins) in `strategy_tables`.

To add a column: a field in its row model, and in ``names.yaml`` what files call it. To add a table:
a row model, and a line in the list of tables at the end of the same module. Reading, checks, sums
in place and data packages follow from these. To add a key of ``case.yaml``: a field in `case`.
"""
