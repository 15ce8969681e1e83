"""Figures: one function each, from a tidy frame to a drawing with its data, caption and alt text.

The functions named ``..._data`` make the frames; the others only draw them. Modules are loaded when
a function is first used: so a notebook that names the modules it draws with depends on no others.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "comparison": "changes",
    "comparison_data": "kpi_data",
    "earlier_counts": "counts",
    "earlier_counts_data": "data",
    "ishikawa": "concepts",
    "multiverse": "universes",
    "productivity": "indicators",
    "productivity_services": "growth",
    "productivity_services_data": "data",
    "quarters_data": "kpi_data",
    "reading_influence": "influence",
    "reading_influence_data": "influence",
    "respondents": "counts",
    "respondents_data": "data",
    "sales_by_quarter": "indicators",
    "sales_by_reading": "growth",
    "sales_by_reading_data": "data",
    "service_process": "process",
    "service_process_data": "process",
    "services_by_type": "pareto",
    "services_by_type_data": "kpi_data",
    "spreads": "dots",
    "spreads_data": "spread_data",
    "swot": "concepts",
    "verdicts": "overview",
}
"""Module of each function."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Load the module of a function when it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
