"""The dashboard: one HTML file that works offline, filled from a case's processed data."""

from analysis.dashboard.model import model
from analysis.dashboard.page import page
from analysis.dashboard.show import Dashboard, dashboard, write_dashboard

__all__ = ["Dashboard", "dashboard", "model", "page", "write_dashboard"]
