"""Draws the figures that the notebooks show, without running the notebooks.

A notebook stays the one place that says which figure is made of what: the statements that a figure
needs are found in its source, and only these are executed.
"""
