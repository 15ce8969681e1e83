"""Runs the cells of a notebook: in this process if it is a fork made for that, or in a kernel.

In this process they are run by a papermill engine, by the kernel that ipykernel has for it. Outputs
are made by the same code as in a kernel of its own, only without a process to start and without
sockets. papermill keeps doing the rest: parameters, times, errors.

Importing this module lets matplotlib list the host's fonts, if it never has: inside a notebook its
notice about that would be a warning in a committed output. And it does once for all forks what each
would do first: list the backends, cut out of our font what every figure holds of it, and compile
the schema of notebooks.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from queue import Empty
from typing import Any

import matplotlib
import matplotlib.font_manager
import pandas as pd
import papermill  # type: ignore[import-untyped]
from ipykernel.inprocess.manager import InProcessKernelManager
from IPython.core.pylabtools import activate_matplotlib, select_figure_formats
from matplotlib.backends.registry import backend_registry
from matplotlib_inline.backend_inline import flush_figures
from matplotlib_inline.config import InlineBackend
from nbformat import NotebookNode
from nbformat.v4 import nbformat_minor, new_code_cell, output_from_msg
from nbformat.validator import get_validator
from papermill.engines import Engine, papermill_engines  # type: ignore[import-untyped]

from analysis.base import steps
from analysis.base.text import imported
from analysis.notebook.display import FIGURES_VARIABLE
from analysis.notebook.drawing import prepare_letters

prepare_letters()
backend_registry.list_all()  # type: ignore[no-untyped-call]
get_validator(4, nbformat_minor)  # type: ignore[no-untyped-call]

_OUTPUTS = ("stream", "display_data", "execute_result", "error")
_CHARTS = "module://matplotlib_inline.backend_inline"


class ThisProcess(Engine):  # type: ignore[misc]
    """Runs a notebook's cells in this process."""

    name = "this-process"

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: object) -> None:
        """Run the cells, up to the first that fails."""
        del kernel_name, options
        with _kernel() as client:
            for index, cell in enumerate(nb_man.nb.cells):
                try:
                    nb_man.cell_start(cell, index)
                    if cell.cell_type == "code" and not _run(client, cell):
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                finally:
                    nb_man.cell_complete(cell, cell_index=index)


papermill_engines.register(ThisProcess.name, ThisProcess)


@contextmanager
def _kernel() -> Iterator[Any]:
    time.tzset()  # the zone may have been set since the process began
    manager: Any = InProcessKernelManager()
    manager.config.HistoryManager.enabled = False
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    as_in_a_kernel(manager.kernel.shell)
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def as_in_a_kernel(shell: Any) -> None:
    """Show charts and frames as where matplotlib and pandas are loaded by a cell."""
    pd.set_option("display.max_columns", 20)  # pandas takes this process for a terminal
    # shown before matplotlib looks, which then finds no chart that it would draw once more
    shell.events.register("post_execute", flush_figures)
    activate_matplotlib(_CHARTS)  # type: ignore[no-untyped-call]
    look = InlineBackend.instance()
    select_figure_formats(shell, look.figure_formats, **look.print_figure_kwargs)  # type: ignore[no-untyped-call]


def _run(client: Any, cell: NotebookNode) -> bool:
    """Run a cell, put its outputs in place, and return whether it succeeded."""
    cell.outputs = []
    client.execute(cell.source)
    reply = client.get_shell_msg(timeout=1)["content"]
    cell.execution_count = reply["execution_count"]
    while True:
        try:
            message = client.get_iopub_msg(timeout=0)
        except Empty:
            return bool(reply["status"] == "ok")
        if message["msg_type"] in _OUTPUTS:
            cell.outputs.append(output_from_msg(message))  # type: ignore[no-untyped-call]


SOURCE_DATE_EPOCH = 1735084800
"""Seconds since 1970 of 25 December 2024, the paper's publication: the date in every output."""

_FIXED = {
    "COLUMNS": "80",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "SOURCE_DATE_EPOCH": str(SOURCE_DATE_EPOCH),
    "TZ": "UTC",
}
_LONGEST_SOCKET_FOLDER = 80  # bytes: a socket's whole path may have little more than 100
_MODULES = """
import sys
for _name in [name for name in sys.modules if name.startswith("analysis.")]:
    print(sys.modules[_name].__file__)
print()
"""
"""A last cell, which does not stay: what the notebook has imported."""
_DROPPED = ("LANGUAGE", "PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONWARNINGS")


def execute(
    notebook: NotebookNode, parameters: Mapping[str, object], cwd: Path, scratch: Path
) -> NotebookNode:
    """Run every cell and return the executed copy.

    Parameters
    ----------
    notebook : NotebookNode
        Without outputs.
    parameters : mapping
        Checked; injected after the parameters cell. None are injected if it is empty.
    cwd : Path
        Folder the cells run in.
    scratch : Path
        Empty folder for the kernel's own files; figures are left in its ``figures``.

    Raises
    ------
    papermill.PapermillExecutionError
        If a cell fails.
    nbclient.exceptions.DeadKernelError
        If the kernel dies; its last words are in ``scratch/kernel.log``.
    """
    # papermill reports on standard error what run() raises anyway.
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    environment = _environment(scratch)
    common: dict[str, Any] = {
        "parameters": dict(parameters),
        "kernel_name": "python3",
        "language": "python",
        "progress_bar": False,
        "cwd": str(cwd),
    }
    executed: NotebookNode
    if steps.forked:  # for this notebook
        os.environ.clear()
        os.environ.update(environment)
        executed = papermill.execute_notebook(
            notebook, None, engine_name=ThisProcess.name, **common
        )
        return executed
    asking = new_code_cell(_MODULES)  # type: ignore[no-untyped-call]
    watched = copy(notebook)
    watched.cells = [*notebook.cells, asking]
    executed = papermill.execute_notebook(
        watched,
        None,
        start_timeout=180,
        iopub_timeout=180,
        kernel_manager_class=_manager(environment, scratch),
        **common,
    )
    imported.update(executed.cells.pop().outputs[0].text.splitlines())
    return executed


def _environment(scratch: Path) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key not in _DROPPED}
    environment.update(_FIXED)
    # the cells import the package that runs them, wherever relative paths lead from their folder
    given = environment.get("PYTHONPATH", "").split(os.pathsep)
    paths = [Path(__file__).parents[2], *(Path(path).absolute() for path in given if path)]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(str(path) for path in paths))
    environment["IPYTHONDIR"] = str(scratch / "ipython")
    # matplotlib's own defaults, whatever the user's matplotlibrc says
    environment["MATPLOTLIBRC"] = str(Path(matplotlib.get_data_path()) / "matplotlibrc")
    environment[FIGURES_VARIABLE] = str(scratch / "figures")
    return environment


def _manager(environment: Mapping[str, str], scratch: Path) -> type[Any]:
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]

    class ThisInterpreter(AsyncKernelManager):
        """Starts this interpreter, talking over files where the system can.

        TCP ports are picked before they are bound, so that two builds side by side could pick
        the same one; and ipykernel warns of them on standard error.
        """

        def __init__(self, **options: Any) -> None:
            options["connection_file"] = str(scratch / "kernel.json")
            if os.name == "posix" and len(os.fsencode(scratch)) <= _LONGEST_SOCKET_FOLDER:
                options["transport"] = "ipc"
            super().__init__(**options)

        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(argv=command, display_name="Python 3", language="python")

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            with (scratch / "kernel.log").open("wb") as log:
                await super().start_kernel(
                    **{**options, "env": dict(environment), "stdout": log, "stderr": log}
                )

    return ThisInterpreter


def last_words(scratch: Path) -> str:
    """Last line that a kernel wrote to its own standard error; empty if none."""
    with contextlib.suppress(FileNotFoundError):
        lines = (scratch / "kernel.log").read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ""
