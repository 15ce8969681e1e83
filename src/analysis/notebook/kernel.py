"""Executes a notebook with papermill in a kernel that nothing outside the project can colour.

The kernel is this interpreter (never a kernelspec from the user's home), without the user's
IPython and matplotlib settings, in a fixed time zone and locale.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from analysis.base.files import imported

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
    # Importing papermill takes more than a second, and most commands run no notebook.
    import papermill  # type: ignore[import-untyped]

    _prepare_font_cache()
    # papermill reports on standard error what run() raises anyway.
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    asking = new_code_cell(_MODULES)  # type: ignore[no-untyped-call]
    watched = copy(notebook)
    watched.cells = [*notebook.cells, asking]
    executed: NotebookNode = papermill.execute_notebook(
        watched,
        None,
        parameters=dict(parameters),
        kernel_name="python3",
        language="python",
        progress_bar=False,
        cwd=str(cwd),
        start_timeout=180,
        iopub_timeout=180,
        kernel_manager_class=_manager(_environment(scratch), scratch),
    )
    imported.update(executed.cells.pop().outputs[0].text.splitlines())
    return executed


def _environment(scratch: Path) -> dict[str, str]:
    import matplotlib

    from analysis.notebook.display.figure import FIGURES_VARIABLE

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


def _prepare_font_cache() -> None:
    """Let matplotlib list the host's fonts here, where its notice about it does no harm.

    Inside a notebook that notice would be a warning in a committed output.
    """
    import matplotlib

    if not any(Path(matplotlib.get_cachedir()).glob("fontlist-*.json")):
        import matplotlib.font_manager


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
