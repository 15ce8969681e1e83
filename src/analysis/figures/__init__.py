"""Figures: one function each, from a tidy frame to a drawing with its data, caption and alt text.

The functions named ``..._data`` make the frames, the others only draw them: a figure is data, a
message and a layout. `style` holds what all figures share: palette, sizes, text and axes in
millimetres; `primitives` what several are made of: scales of numbers, columns over time,
waterfalls, small multiples, boxes and arrows. A module is a subject; what the two publications
print is drawn by `concept_charts`, `efficiency_charts`, `printed_claims`, `printed_growth`,
`reading_choices` and `spreads`.

It may import all rooms above it (base to show), and is imported by notebooks and by nothing else in
the package.

To add a figure: write a function decorated with ``@s.drawing`` that returns `s.Drawn` in the module
of its subject, put its texts into ``notebook/figures.yaml`` and show it in a notebook. Its
place in that file and its name make its file names (``fig_07_services_by_type``), and
`tests/figures` looks at every figure that is shown.
"""
