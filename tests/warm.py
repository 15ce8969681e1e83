"""Runs notebooks in forks of one process, which has imported what they need, as a build does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

from nbformat import NotebookNode

from analysis.base import steps
from analysis.base.plan import PACKAGES
from analysis.notebook import run

__all__ = ["executed"]


def executed(cells: NotebookNode, cwd: Path, **parameters: str) -> NotebookNode:
    """Run every cell in a process of its own."""
    return _pool().apply(_executed, (cells, cwd, parameters))


@cache
def _pool() -> Pool:
    context = get_context("forkserver")
    context.set_forkserver_preload([*PACKAGES, "analysis.notebook.engine"])
    return context.Pool(1, maxtasksperchild=1)


def _executed(cells: NotebookNode, cwd: Path, parameters: Mapping[str, str]) -> NotebookNode:
    steps.forked = True
    with TemporaryDirectory() as scratch:
        return run.execute(cells, parameters, cwd, Path(scratch))
