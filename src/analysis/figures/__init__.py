"""Figures: one function each, from a tidy frame to a drawing with its data, caption and alt text.

The functions named ``..._data`` make the frames, the others only draw them. `style` holds what all
figures share: palette, sizes, text and axes in millimetres; `primitives` what several are made of:
scales of numbers, columns over time, boxes and arrows; :mod:`analysis.figures.publications` draws
what the two publications print.

It may import all rooms above it (base to show), and is imported by notebooks and by nothing else in
the package.

To add a figure: write a function decorated with ``@s.drawing`` that returns `s.Drawn` in the module
of its subject, put its name in the list ``notebook/figures.yaml`` and show it in a notebook. Its
place in that list and its name make its file names (``fig_07_services_by_type``), and
`tests/figures` looks at every figure that is shown.
"""
