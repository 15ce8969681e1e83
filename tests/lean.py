"""Imported first by pytest and the warm process: keeps out what a build does, for a second each."""

from analysis.base.steps import fix_environment

fix_environment()
