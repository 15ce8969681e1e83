"""Runs a notebook: its own folder, canonical output, replaced on success.

A committed notebook is source and result at once: running it without parameters gives the same
source with fresh outputs, and running it twice gives the same bytes.
"""

from __future__ import annotations

import ast
import re
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from analysis.base import steps
from analysis.base.errors import BuildError, InputError
from analysis.base.text import own_yaml, write_bytes, write_text
from analysis.tables.case import project_root

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class NotebookError(BuildError):
    """A cell failed, or wrote a warning; the text says which and why."""


def run(
    source: Path,
    target: Path,
    *,
    parameters: Mapping[str, object] | None = None,
    figures: Path | None = None,
    kept: Path | None = None,
) -> Path:
    """Execute a notebook in its own folder and write the canonical result.

    Parameters
    ----------
    source : Path
        The notebook; outputs it holds are ignored.
    target : Path
        Where the result goes; may be the source. Untouched unless every cell succeeds.
    parameters : mapping, optional
        Values that replace defaults of the parameters cell. One that the notebook does not
        declare, or that equals its default, is as if it were not given.
    figures : Path, optional
        Folder in which the shown figures are saved too, by case, after every cell succeeded.
    kept : Path, optional
        Where another copy goes. Its outputs are taken where, since then, nothing that the cells
        read has changed but the text around them: no cell is run then.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    InputError
        If the notebook breaks a rule, or a cell raised an InputError, whose text
        is passed on unchanged.
    NotebookError
        If a cell fails otherwise, writes to standard error, or the kernel dies.
    """
    source = source.resolve()
    root = project_root(source.parent)
    name = source.relative_to(root).as_posix()
    notebook = without_outputs(read(source))
    defaults = declared(notebook, name)
    given = {key: value for key, value in (parameters or {}).items() if key in defaults}
    changed = {key: value for key, value in given.items() if value != defaults[key]}
    known = _with_outputs(notebook, kept) if kept and steps.last else None
    if known:
        text = dumps(canonical(known, root))
    else:
        steps.last.clear()
        with tempfile.TemporaryDirectory(prefix="analysis-", ignore_cleanup_errors=True) as folder:
            scratch = Path(folder)
            executed = _execute(notebook, changed, source.parent, scratch, name)
            _refuse_warnings(executed, name)
            text = dumps(canonical(executed, root))
            if figures is not None:
                _publish(scratch / "figures", figures)
    for path in {target, kept or target}:
        write_text(path, text)
    return target


def _with_outputs(notebook: NotebookNode, kept: Path) -> NotebookNode | None:
    """Give a notebook the outputs of its last run; None if another cell of code was run then."""
    if not kept.is_file():
        return None
    made = [cell for cell in read(kept).cells if cell.cell_type == "code"]
    injected = [cell for cell in made if INJECTED_TAG in tags(cell)]
    made = [cell for cell in made if cell not in injected]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if [_code(cell) for cell in made] != [_code(cell) for cell in cells]:
        return None
    for before, cell in zip(made, cells, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    for cell in injected:
        place = next(n for n, c in enumerate(notebook.cells) if PARAMETERS_TAG in tags(c))
        notebook.cells.insert(place + 1, cell)
    return notebook


def _code(cell: NotebookNode) -> tuple[str, bool]:
    return cell.source.replace("\r\n", "\n"), PARAMETERS_TAG in tags(cell)


def read(path: Path) -> NotebookNode:
    """Read a notebook of any format, as format 4.

    Raises
    ------
    InputError
        If the file is missing or not a notebook.
    """
    try:
        text, faults = path.read_text(encoding="utf-8"), dict[str, Exception]()
        with warnings.catch_warnings():
            # cell ids are given anew on writing, so their absence is no news
            warnings.simplefilter("ignore")
            # without a place for faults, nbformat would only log them
            notebook: NotebookNode = nbformat.reads(text, 4, faults)  # type: ignore[no-untyped-call]
        for fault in faults.values():
            raise fault
    except FileNotFoundError as error:
        raise InputError("the notebook does not exist", file=path) from error
    except (ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise InputError("the file is not a notebook", file=path) from error
    return notebook


def _execute(
    notebook: NotebookNode, parameters: Mapping[str, object], cwd: Path, scratch: Path, name: str
) -> NotebookNode:
    # Importing what runs cells takes more than a second, and most commands run no notebook.
    from nbclient.exceptions import DeadKernelError
    from papermill import PapermillExecutionError  # type: ignore[import-untyped]

    from analysis.notebook.engine import execute, last_words

    try:
        return execute(notebook, parameters, cwd, scratch)
    except PapermillExecutionError as error:
        if error.ename == "InputError":
            raise InputError(error.evalue) from None
        injected = bool(parameters)
        number = error.cell_index + 1 - injected
        message = f"{error.ename}: {error.evalue}".rstrip(": ")
        where = _raised_at(error.traceback, project_root(cwd))
        raise NotebookError(f"{_place(name, number, error.source)}: {message}{where}") from None
    except DeadKernelError:
        words = last_words(scratch)
        raise NotebookError(
            f"{name}: the kernel died, perhaps for lack of memory"
            + (f" ({words})" if words else "")
        ) from None


def _place(name: str, number: int, source: str) -> str:
    first = next((line for line in source.splitlines() if line.strip()), "")
    return f"{name}, cell {number} ({first.strip()[:70]})"


def _raised_at(traceback: list[str], root: Path) -> str:
    """Find the deepest line of the project's own code in an IPython traceback, in brackets."""
    text = _COLOUR.sub("", "\n".join(traceback))
    lines = re.findall(rf"{re.escape(str(root / 'src'))}/(\S+\.py):(\d+)", text)
    return f" [src/{lines[-1][0]}, line {lines[-1][1]}]" if lines else ""


def _refuse_warnings(notebook: NotebookNode, name: str) -> None:
    """Fail on output to standard error: its text changes with versions, and it tells of a bug."""
    cells = [cell for cell in notebook.cells if INJECTED_TAG not in tags(cell)]
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                text = " ".join(output.text.split())
                raise NotebookError(
                    f"{_place(name, number, cell.source)} wrote to standard error: {text[:300]}"
                )


def _publish(made: Path, figures: Path) -> None:
    for path in sorted(made.rglob("*")):
        if path.is_file():
            write_bytes(figures / path.relative_to(made), path.read_bytes())


_KEPT_CELL_METADATA = ("jupyter", "tags")
_KEPT_METADATA = ("authors", "title")
_METADATA: dict[str, dict[str, str]] = own_yaml(__file__, "metadata.yaml")
"""The same for every notebook."""


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
            "metadata": kept | _METADATA,
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    return fixed


def dumps(notebook: NotebookNode) -> str:
    """Return the text of a notebook: sorted keys, one space of indent, UTF-8, a final newline."""
    faults = dict[str, Exception]()
    text: str = nbformat.writes(notebook, nbformat.NO_CONVERT, faults)  # type: ignore[no-untyped-call]
    for fault in faults.values():
        raise fault
    return text.rstrip("\n") + "\n"


PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"


def tags(cell: NotebookNode) -> list[str]:
    """Tags of a cell."""
    found: list[str] = cell.metadata.get("tags", [])
    return found


def declared(notebook: NotebookNode, file: str) -> dict[str, object]:
    """Names and defaults in the notebook's cell tagged ``parameters``; empty if there is none.

    Raises
    ------
    InputError
        If the cell holds anything but ``name = literal``: what is computed from another parameter
        would not follow it.
    """
    defaults: dict[str, object] = {}
    for cell in notebook.cells:
        if PARAMETERS_TAG not in tags(cell):
            continue
        for statement in ast.parse(cell.source).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_literal(value):
                    defaults[name] = ast.literal_eval(value)
                case _:
                    raise InputError(
                        "the cell of parameters may hold only lines of the form name = literal",
                        file=file,
                        value=ast.unparse(statement),
                        fix="move everything else to a later cell",
                    )
    return defaults


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


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
    """Streams merged with a neighbour of the same name, texts freed of the root."""
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
    return text.replace(f"{root}/", "").replace(str(root), ".")
