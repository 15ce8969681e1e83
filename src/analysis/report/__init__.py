"""The report: executed notebooks of a case to Typst source, and that to one PDF.

It may import every room above it, of which it uses base, tables, notebook and claims. ``markup``
holds what makes text, labels and formulas safe in Typst, ``markdown`` sets Markdown cells,
``conversion`` a whole notebook with its outputs, ``frontmatter`` what stands around the chapters,
and ``book`` compiles it all; how the pages look is written in ``template``.

To add a formula: a line of ``formulas.yaml``. To add a source: an entry of ``sources.yaml``. To let
notebooks use one more form of Markdown: a case of ``markdown.Renderer`` and a row of
``tests/report/test_markdown.py``.
"""
