"""The dashboard: one HTML file that works offline, filled from a case's processed data.

It may import every room above it, of which it uses base, tables, claims, kpis, method, evidence and
show. ``page_data`` collects what is shown as plain data (the cube of sums by month, the indicators,
intervals, the claims, and key results with the targets that a reader may move), and ``page`` puts
HTML, style sheet, scripts, words and data into the one file. Nothing is computed twice: the page
adds up sums, never rows, which it does not hold.

It is a file that people pass on, so it holds sums by month, service type and segment, and no rows,
which may name customers. Intervals are those of the whole firm, for every month, quarter, half-year
and year; a change of a sample for which there is none has no colour.

To add a panel: put its data in ``page_data.model``, draw it in a script of ``js`` (named in
``page.SCRIPTS``), and translate its words in the catalogues of ``base/languages``.
"""
