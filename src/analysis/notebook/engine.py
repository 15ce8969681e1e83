"""A papermill engine that runs the cells in this process, by the kernel that ipykernel has for it.

Outputs are made by the same code as in a kernel of its own, only without a process to start and
without sockets; a build forks a process for each notebook anyway. papermill keeps doing the rest:
parameters, times, errors.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any

import pandas as pd
from ipykernel.inprocess.manager import InProcessKernelManager
from IPython.core.pylabtools import activate_matplotlib, select_figure_formats
from matplotlib_inline.backend_inline import flush_figures
from matplotlib_inline.config import InlineBackend
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg
from papermill.engines import Engine, papermill_engines  # type: ignore[import-untyped]

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
    _as_in_a_kernel(manager.kernel.shell)
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def _as_in_a_kernel(shell: Any) -> None:
    """Show charts and frames as where matplotlib and pandas are loaded by a cell."""
    pd.set_option("display.max_columns", 20)  # pandas takes this process for a terminal
    activate_matplotlib(_CHARTS)  # type: ignore[no-untyped-call]
    shell.events.register("post_execute", flush_figures)
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
