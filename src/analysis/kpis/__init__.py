"""Key performance indicators: sums over the ledger, then ratios of sums."""

from analysis.kpis.catalogue import CATALOGUE, Kpi, kpi
from analysis.kpis.sums import sums
from analysis.kpis.table import by_type, kpi_periods, value

__all__ = ["CATALOGUE", "Kpi", "by_type", "kpi", "kpi_periods", "sums", "value"]
