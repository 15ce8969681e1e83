"""The dashboard: one HTML file that works offline, filled from a case's processed data."""

from analysis.dashboard.show import Dashboard, dashboard, write_dashboard

__all__ = ["Dashboard", "dashboard", "write_dashboard"]
