"""The report's typeface, IBM Plex Sans, under the licence beside it."""

from __future__ import annotations

from pathlib import Path

FONTS = Path(__file__).parent
"""Folder of the font files."""
