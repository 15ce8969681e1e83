"""Runs notebooks and steps in forks of one process that has imported what they need."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from multiprocessing import get_context, parent_process
from multiprocessing.pool import Pool
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner
from nbformat import NotebookNode

from analysis import cli
from analysis.base import steps
from analysis.base.plan import PACKAGES
from analysis.notebook.run import run

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["tests.lean", *chain(*PACKAGES, steps.modules()), "ipykernel.kernelapp", "tests.warm"]
)


def executed(
    cells: NotebookNode, cwd: Path, pictures: bool = True, **parameters: str
) -> NotebookNode:
    """Run every cell in a process of its own; without pictures, figures are but their words."""
    return _pool().apply(_executed, (cells, cwd, pictures, parameters))


@cache
def _pool() -> Pool:
    pool = CONTEXT.Pool(1, maxtasksperchild=1)
    atexit.register(pool.terminate)
    return pool


def _executed(
    cells: NotebookNode, cwd: Path, pictures: bool, parameters: Mapping[str, str]
) -> NotebookNode:
    from matplotlib.backend_bases import FigureCanvasBase
    from matplotlib.figure import Figure

    from analysis.notebook import display, engine

    _begin()
    if not pictures:
        display.svg = lambda _: ""
        display.save_figure = lambda figure, folder, _: folder / figure.name
        for kind, names in (
            (Figure, ("draw", "tight_layout")),
            (FigureCanvasBase, ("print_figure",)),
        ):
            for name in names:
                setattr(kind, name, lambda *_, **__: None)
    with tempfile.TemporaryDirectory() as scratch:
        return engine.execute(cells, parameters, cwd, Path(scratch))


def run_by_a_kernel(source: Path, scratch: Path) -> None:
    """Run a notebook as where steps are no forks; leave in a folder what is not tidied up."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, it is ignored
    tempfile.tempdir = str(scratch)
    run(source, source)


def _begin() -> None:
    """Begin a fork, which need not look for garbage among what it was given."""
    steps.forked = True
    gc.freeze()
    steps.collect_rarely()


def step(arguments: Sequence[str], folder: Path) -> int:
    """Run a command in a folder, as a step of a build; return its exit status."""
    return _pool().apply(_step, (arguments, folder))


def _step(arguments: Sequence[str], folder: Path) -> int:
    _begin()
    os.chdir(folder)
    return cli.main([*arguments])


def started(arguments: Sequence[str], folder: Path) -> BaseProcess:
    """Begin a command in a folder, in a process group of its own."""
    process = CONTEXT.Process(target=_apart, args=(arguments, folder))
    process.start()
    return process


def _apart(arguments: Sequence[str], folder: Path) -> None:
    os.setsid()
    raise SystemExit(_step(arguments, folder))


class Kernels(KernelManager):
    """Starts kernels as forks, which need not import what all notebooks do."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.provisioner = _Fork(parent=self, kernel_spec=self.kernel_spec)


class _Fork(LocalProvisioner):
    async def launch_kernel(self, cmd: list[str], **options: Any) -> Mapping[str, Any]:
        arguments = (cmd[cmd.index("-f") :], options["cwd"], options["env"])
        self.process = _Process(target=_kernel, args=arguments)
        self.process.start()
        self.pid = self.process.pid
        return self.connection_info


class _Process(CONTEXT.Process):
    """A process with the methods of `subprocess.Popen` that a provisioner calls."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self) -> int | None:
        self.join()
        return self.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


def _kernel(arguments: list[str], cwd: str, environment: Mapping[str, str]) -> None:
    from ipykernel.kernelapp import IPKernelApp

    from analysis.notebook import engine

    _begin()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    Thread(target=_end_with_parent, daemon=True).start()
    app = IPKernelApp.instance()
    app.initialize(arguments)
    engine.as_in_a_kernel(app.shell)
    app.start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
