"""The report: executed notebooks of a case to Typst source, and that to one PDF.

It may import every room above it, of which it uses base, tables, notebook and claims. ``markup``
holds what makes text, labels and formulas safe in Typst, ``conversion`` sets a notebook with its
Markdown cells and outputs, ``frontmatter`` what stands around the chapters, ``book`` compiles it
all, and ``outputs`` holds what is published together: the index of figures, the data packages and
lists of tables, and the checksums, verified by a build elsewhere. How the pages look is written in
``template``.

To add a formula: a line of ``formulas.yaml``. To add a source: an entry of ``sources.yaml``. Texts
of the title page stand in ``frontmatter.yaml``. To let
notebooks use one more form of Markdown: a case of ``conversion.Renderer`` and a row of
``tests/report/markdown.yaml``.
"""
