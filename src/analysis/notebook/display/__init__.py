"""What notebooks show: figures, tables and sentences that the PDF can set again."""

from __future__ import annotations

from analysis.base.numbers import decimal, money, outward, percent, points
from analysis.notebook.display.figure import (
    FIGURES_VARIABLE,
    Figure,
    register_fonts,
    save_figure,
    show_figure,
    style,
)
from analysis.notebook.display.output import emit
from analysis.notebook.display.table import VERDICT_COLOURS, Column, show_table

__all__ = [
    "FIGURES_VARIABLE",
    "VERDICT_COLOURS",
    "Column",
    "Figure",
    "decimal",
    "money",
    "outward",
    "percent",
    "points",
    "register_fonts",
    "save_figure",
    "say",
    "show_figure",
    "show_table",
    "style",
]


def say(text: str) -> None:
    """Show a sentence, in Markdown, that the code computed; prefer Markdown cells with values."""
    emit({"text/markdown": text})
