"""Draws the figures that the notebooks show, without running the notebooks.

A notebook stays the one place that says which figure is made of what: the statements that a figure
needs are found in its source, and only these are executed.
"""

from analysis.gallery.draw import Shown, save_changed, shown_figures
from analysis.gallery.slices import Step, needed, steps

__all__ = ["Shown", "Step", "needed", "save_changed", "shown_figures", "steps"]
