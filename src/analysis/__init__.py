"""Exact checks, a synthetic ledger, KPIs and a report for case studies that print no raw data."""

__version__ = "0.2.0"
