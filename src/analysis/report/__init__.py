"""Executed notebooks to one accessible, byte-reproducible PDF, through Typst."""

from __future__ import annotations

from analysis.report.book import build_report, render_figure

__all__ = ["build_report", "render_figure"]
