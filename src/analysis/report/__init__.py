"""Executed notebooks to one accessible, byte-reproducible PDF, through Typst."""
