"""Runs notebooks and steps in forks of one process that has imported what they need."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

from nbformat import NotebookNode

from analysis import cli
from analysis.base import steps
from analysis.base.plan import PACKAGES
from analysis.notebook import display, engine


def executed(
    cells: NotebookNode, cwd: Path, pictures: bool = True, **parameters: str
) -> NotebookNode:
    """Run every cell in a process of its own; without pictures, figures are but their words."""
    return _pool().apply(_executed, (cells, cwd, pictures, parameters))


@cache
def _pool() -> Pool:
    context = get_context("forkserver")
    context.set_forkserver_preload([*chain(*PACKAGES), "analysis.notebook.engine"])
    pool = context.Pool(1, maxtasksperchild=1)
    atexit.register(pool.terminate)
    return pool


def _executed(
    cells: NotebookNode, cwd: Path, pictures: bool, parameters: Mapping[str, str]
) -> NotebookNode:
    steps.forked = True
    if not pictures:
        display.svg = lambda _: ""
        display.save_figure = lambda figure, folder, _: folder / figure.name
    with TemporaryDirectory() as scratch:
        return engine.execute(cells, parameters, cwd, Path(scratch))


def step(arguments: Sequence[str], folder: Path) -> int:
    """Run a command in a folder, as a step of a build; return its exit status."""
    return _pool().apply(_step, (arguments, folder))


def _step(arguments: Sequence[str], folder: Path) -> int:
    steps.forked = True
    os.chdir(folder)
    return cli.main([*arguments])
