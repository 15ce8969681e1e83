"""Figures: one function each, from a tidy frame to a drawing with its data, caption and alt text.

The functions named ``..._data`` make the frames; the others only draw them.
"""

from analysis.figures.changes import comparison
from analysis.figures.concepts import ishikawa, swot
from analysis.figures.counts import earlier_counts, respondents
from analysis.figures.data import (
    earlier_counts_data,
    productivity_services_data,
    respondents_data,
    sales_by_reading_data,
)
from analysis.figures.growth import productivity_services, sales_by_reading
from analysis.figures.indicators import productivity, sales_by_quarter
from analysis.figures.influence import reading_influence, reading_influence_data
from analysis.figures.kpi_data import comparison_data, quarters_data, services_by_type_data
from analysis.figures.multiverse import multiverse
from analysis.figures.overview import verdicts
from analysis.figures.pareto import services_by_type
from analysis.figures.process import service_process, service_process_data
from analysis.figures.spread_data import spreads_data
from analysis.figures.spreads import spreads

__all__ = [
    "comparison",
    "comparison_data",
    "earlier_counts",
    "earlier_counts_data",
    "ishikawa",
    "multiverse",
    "productivity",
    "productivity_services",
    "productivity_services_data",
    "quarters_data",
    "reading_influence",
    "reading_influence_data",
    "respondents",
    "respondents_data",
    "sales_by_quarter",
    "sales_by_reading",
    "sales_by_reading_data",
    "service_process",
    "service_process_data",
    "services_by_type",
    "services_by_type_data",
    "spreads",
    "spreads_data",
    "swot",
    "verdicts",
]
