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

import matplotlib
from ipykernel.inprocess.manager import InProcessKernelManager
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
    matplotlib.use(_CHARTS)
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


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
