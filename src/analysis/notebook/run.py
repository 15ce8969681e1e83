"""Runs a notebook: strict parameters, its own folder, canonical output, replaced on success.

A committed notebook is source and result at once: running it without parameters gives the same
source with fresh outputs, and running it twice gives the same bytes.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from analysis.base.errors import BuildError, InputError
from analysis.base.files import write_bytes, write_text
from analysis.notebook import kernel
from analysis.notebook.canonical import canonical, dumps, without_outputs
from analysis.notebook.edition import FEATURES
from analysis.notebook.needs import split
from analysis.notebook.parameters import INJECTED_TAG, check, declared, from_text, tags
from analysis.notebook.values import Value, fill, load
from analysis.tables.case import project_root

__all__ = [
    "NotebookError",
    "canonical",
    "dumps",
    "known_parameters",
    "parameters_from_text",
    "read",
    "run",
    "without_outputs",
]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class NotebookError(BuildError):
    """A cell failed, or wrote a warning; the text says which and why."""


def run(
    source: Path,
    target: Path,
    *,
    parameters: Mapping[str, object] | None = None,
    values: Path | None = None,
    figures: Path | None = None,
    features: Collection[str] = tuple(FEATURES),
) -> Path:
    """Execute a notebook in its own folder and write the canonical result.

    Parameters
    ----------
    source : Path
        The notebook; outputs it holds are ignored.
    target : Path
        Where the result goes; may be the source. Untouched unless every cell succeeds.
    parameters : mapping, optional
        Values that replace defaults of the parameters cell. One equal to its default is as if
        it were not given.
    values : Path, optional
        A ``values.json`` that fills the ``<data>`` tags of the Markdown cells; without it the
        tags stay as they are.
    figures : Path, optional
        Folder in which the shown figures are saved too, by case, after every cell succeeded.
    features : collection of str
        What the report has; a cell tagged ``needs-NAME`` with another name is left out. Where the
        target is the source, it stays there as its author wrote it.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    InputError
        If the notebook, a parameter or a value key breaks a rule, or a cell raised an
        InputError, whose text is passed on unchanged.
    NotebookError
        If a cell fails otherwise, writes to standard error, or the kernel dies.
    """
    source = source.resolve()
    root = project_root(source.parent)
    name = source.relative_to(root).as_posix()
    notebook = without_outputs(read(source))
    changed = check(parameters or {}, declared(notebook, name), name)
    notebook.cells, left_out = split(notebook, features, name)
    if values is not None:
        _fill(notebook, load(values), name)
    with tempfile.TemporaryDirectory(prefix="analysis-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        executed = _execute(notebook, changed, source.parent, scratch, name)
        _refuse_warnings(executed, name)
        if target.resolve() == source:
            for number, cell in left_out.items():
                executed.cells.insert(number, cell)
        text = dumps(canonical(executed, root))
        if figures is not None:
            _publish(scratch / "figures", figures)
    write_text(target, text)
    return target


def known_parameters(source: Path, parameters: Mapping[str, object]) -> dict[str, object]:
    """Those of some parameters that a notebook declares."""
    names = declared(read(source), source.name)
    return {name: value for name, value in parameters.items() if name in names}


def parameters_from_text(source: Path, pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Values of ``-p NAME VALUE`` options in the types that the notebook declares.

    Raises
    ------
    InputError
        If a name is unknown, or a text cannot be converted.
    """
    return from_text(pairs, declared(read(source), source.name), source.name)


def read(path: Path) -> NotebookNode:
    """Read a notebook of any format, as format 4.

    Raises
    ------
    InputError
        If the file is missing or not a notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            # cell ids are given anew on writing, so their absence is no news
            warnings.simplefilter("ignore")
            notebook: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(notebook)
    except FileNotFoundError as error:
        raise InputError("the notebook does not exist", file=path) from error
    except (ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise InputError("the file is not a notebook", file=path) from error
    return notebook


def _fill(notebook: NotebookNode, values: Mapping[str, Value], name: str) -> None:
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            cell.source = fill(cell.source, values, file=name, place=f"cell {number}")


def _execute(
    notebook: NotebookNode, parameters: Mapping[str, object], cwd: Path, scratch: Path, name: str
) -> NotebookNode:
    from nbclient.exceptions import DeadKernelError
    from papermill import PapermillExecutionError  # type: ignore[import-untyped]

    try:
        return kernel.execute(notebook, parameters, cwd, scratch)
    except PapermillExecutionError as error:
        if error.ename == "InputError":
            raise InputError(error.evalue) from None
        injected = bool(parameters)
        number = error.cell_index + 1 - injected
        message = f"{error.ename}: {error.evalue}".rstrip(": ")
        where = _raised_at(error.traceback, project_root(cwd))
        raise NotebookError(f"{_place(name, number, error.source)}: {message}{where}") from None
    except DeadKernelError:
        words = kernel.last_words(scratch)
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
