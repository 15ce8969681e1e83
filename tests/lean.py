"""Imported first in a warm process: keeps out what a build keeps out, which takes a second."""

from analysis.base.steps import fix_environment

fix_environment()
