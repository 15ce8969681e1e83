"""Key performance indicators: sums over rows, made once, and everything that follows from them.

`catalogue` says what there is (its data: ``measures.yaml``, ``catalogue.yaml``), `reduce` sums the
rows of any engine by month, type and segment (`small_tables` those that stay small), `cube` opens
the rows of a case, and makes, stores and reads their sums, `levels` rolls them up to periods and
computes indicators, `compare` sets periods against each other and against the plan. `duck` reads
and checks tables that are too large for memory.

The room imports `base`, `tables` and `efficiency` (whose ladder gives net profit). To add an
indicator: a record of ``catalogue.yaml``. To add a measure: a record of ``measures.yaml`` and its
sum in `reduce`. To add an engine: nothing, if narwhals reads it (``docs/large-data.md``).
"""
