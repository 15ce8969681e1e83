"""Parameters of a notebook: those that its tagged cell declares, and values for them, checked.

papermill only warns of an unknown parameter and takes a value of any type; here both are
refused. The cell may hold literals only: a default computed from another parameter would keep
its old value when that other parameter is set from outside.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError

if TYPE_CHECKING:  # it takes seconds to import where JupyterLab is installed
    from nbformat import NotebookNode

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"


def tags(cell: NotebookNode) -> list[str]:
    """Tags of a cell."""
    found: list[str] = cell.metadata.get("tags", [])
    return found


def declared(notebook: NotebookNode, file: str) -> dict[str, object]:
    """Names and defaults in the notebook's cell tagged ``parameters``.

    Returns
    -------
    dict
        In the cell's order; empty if there is no such cell.

    Raises
    ------
    InputError
        If there are several such cells, or one holds anything but ``name = literal``.
    """
    cells = [cell for cell in notebook.cells if PARAMETERS_TAG in tags(cell)]
    if not cells:
        return {}
    if len(cells) > 1:
        raise InputError("only one cell may be tagged parameters", file=file)
    place = f"{file}, parameters cell"
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise InputError("the cell is not valid Python", file=place, row=error.lineno) from error
    defaults: dict[str, object] = {}
    for statement in statements:
        name, value = _assignment(statement, place)
        if name in defaults:
            raise InputError(
                "a parameter is set only once", file=place, row=statement.lineno, value=name
            )
        defaults[name] = value
    return defaults


def _assignment(statement: ast.stmt, place: str) -> tuple[str, object]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            pass
        case _:
            raise InputError(
                "the cell may hold only lines of the form name = literal",
                file=place,
                row=statement.lineno,
                value=ast.unparse(statement),
                fix="move everything else to a later cell",
            )
    try:
        return name, ast.literal_eval(value)
    except ValueError as error:
        raise InputError(
            f"the default of {name} must be a literal, since one computed from another "
            "parameter would not follow it",
            file=place,
            row=statement.lineno,
            value=ast.unparse(value),
            fix="move the computation to a later cell",
        ) from error


def check_parameters(
    given: Mapping[str, object], defaults: Mapping[str, object], file: str
) -> dict[str, object]:
    """Return the given parameters that differ from their defaults, each known and of its type.

    Parameters
    ----------
    given : mapping
        Names and values that a caller wants.
    defaults : mapping
        As `declared` returns them.
    file : str
        The notebook, for the message.

    Raises
    ------
    InputError
        If a name is unknown (with the known ones and close matches), or a value is not of the
        type of its default. A whole number will do for a float, and anything for ``None``.

    Examples
    --------
    >>> check_parameters({"seed": 4, "case": "acme"}, {"case": "acme", "seed": 3}, "a.ipynb")
    {'seed': 4}
    """
    for name, value in given.items():
        _check_name(name, defaults, file)
        if not _fits(value, defaults[name]):
            raise InputError(
                f"the parameter {name} must be {_described(defaults[name])}, "
                f"as its default {defaults[name]!r} is",
                file=file,
                value=value,
            )
    return {name: value for name, value in given.items() if value != defaults[name]}


def _check_name(name: str, defaults: Mapping[str, object], file: str) -> None:
    if name in defaults:
        return
    known = ", ".join(defaults)
    close = difflib.get_close_matches(name, defaults, n=2)
    raise InputError(
        f"the notebook has no parameter of this name; known are {known}"
        if known
        else "the notebook has no parameters",
        file=file,
        value=name,
        fix=f"did you mean {' or '.join(close)}?" if close else None,
    )


def _fits(value: Any, default: object) -> bool:
    if default is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float) and math.isfinite(value)
    if isinstance(default, list | tuple):
        alike = len({type(item) for item in default}) == 1
        return isinstance(value, type(default)) and (
            not alike or all(_fits(item, default[0]) for item in value)
        )
    return isinstance(value, type(default))


def _described(default: object) -> str:
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        tuple: "a tuple",
        dict: "a dict",
    }
    text = names.get(type(default), f"a {type(default).__name__}")
    if isinstance(default, list | tuple) and len({type(item) for item in default}) == 1:
        text += f" whose every item is {_described(default[0])}"
    return text
