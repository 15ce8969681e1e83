"""Exact checks, a synthetic ledger, KPIs and a report for case studies that print no raw data."""
