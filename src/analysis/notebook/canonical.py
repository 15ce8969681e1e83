"""One form for every stored notebook, so that equal runs give equal bytes.

Kept: sources, outputs, execution counts, tags. Dropped or fixed: timings, paths of the run,
random ids, memory addresses, the interpreter's version, the order of keys.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from analysis.notebook.parameters import INJECTED_TAG, tags

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_KEPT_CELL_METADATA = ("jupyter", "tags")
_KEPT_METADATA = ("authors", "title")
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE_INFO = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def canonical(notebook: NotebookNode, root: Path) -> NotebookNode:
    """Copy a notebook into the canonical form.

    Parameters
    ----------
    notebook : NotebookNode
        Any notebook of format 4.
    root : Path
        Absolute path of the project; outputs show paths below it without it.
    """
    cells = []
    number = 0
    for cell in notebook.cells:
        injected = INJECTED_TAG in tags(cell)
        number += not injected  # so that an injected cell moves no other cell's id
        identity = INJECTED_TAG if injected else f"cell-{number:02d}"
        cells.append(_canonical_cell(cell, identity, root))
    kept = {key: notebook.metadata[key] for key in _KEPT_METADATA if key in notebook.metadata}
    fixed: NotebookNode = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "cells": cells,
            "metadata": {**kept, "kernelspec": _KERNELSPEC, "language_info": _LANGUAGE_INFO},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    nbformat.validate(fixed)
    return fixed


def dumps(notebook: NotebookNode) -> str:
    """Return the text of a notebook: sorted keys, one space of indent, UTF-8, a final newline."""
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Copy a notebook as its author wrote it: no outputs, no counts, no injected cell."""
    bare: NotebookNode = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    bare.cells = [cell for cell in bare.cells if INJECTED_TAG not in tags(cell)]
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return bare


def _canonical_cell(cell: NotebookNode, identity: str, root: Path) -> dict[str, object]:
    metadata = {key: cell.metadata[key] for key in _KEPT_CELL_METADATA if cell.metadata.get(key)}
    fixed: dict[str, object] = {
        "cell_type": cell.cell_type,
        "id": identity,
        "metadata": metadata,
        "source": cell.source.replace("\r\n", "\n"),
    }
    if cell.get("attachments"):
        fixed["attachments"] = cell.attachments
    if cell.cell_type == "code":
        fixed["execution_count"] = cell.execution_count
        fixed["outputs"] = _canonical_outputs(cell.outputs, root)
    return fixed


def _canonical_outputs(outputs: list[NotebookNode], root: Path) -> list[NotebookNode]:
    """Streams merged with a neighbour of the same name, texts freed of addresses and root."""
    fixed: list[NotebookNode] = []
    for original in outputs:
        output: NotebookNode = nbformat.from_dict(original)  # type: ignore[no-untyped-call]
        if output.output_type == "stream":
            if fixed and fixed[-1].output_type == "stream" and fixed[-1].name == output.name:
                fixed[-1].text = _clean(fixed[-1].text + output.text, root)
                continue
            output.text = _clean(output.text, root)
        elif "data" in output:
            output.data = {
                kind: _clean(value, root) if isinstance(value, str) else value
                for kind, value in output.data.items()
            }
        fixed.append(output)
    return fixed


def _clean(text: str, root: Path) -> str:
    return _ADDRESS.sub("", text).replace(f"{root}/", "").replace(str(root), ".")
