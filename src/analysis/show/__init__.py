"""Every table of the reports, and how its numbers are written.

What a table says stands in ``tables.yaml``: label, caption, kind of number and columns. A function
of a ``*_tables`` module makes its rows; :func:`analysis.show.wording.view` puts both together for
:func:`analysis.notebook.display.show`.

To add a table: an entry of ``tables.yaml``, a function that returns ``view("tbl-...", rows)``,
and the call ``show(...)`` in a notebook. To change a caption or a header: ``tables.yaml``.

May import every room from ``base`` to ``notebook``; figures, report, dashboard and exercises stand
above it.
"""
