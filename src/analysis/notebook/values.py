"""What fills notebooks: numbers of their prose, and parameters of their tagged cell.

A number that stands in a Markdown cell or in the README is never typed: the author writes
``<data value="services_2023h1"></data>`` and the build puts the text in from
``data/processed/<case>/values.json``. An unknown key is an error.

papermill only warns of an unknown parameter and takes a value of any type; here both are
refused. The cell may hold literals only: a default computed from another parameter would keep
its old value when that other parameter is set from outside.
"""

from __future__ import annotations

import ast
import difflib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from analysis.base.errors import InputError
from analysis.base.periods import readable
from analysis.base.text import write_text

if TYPE_CHECKING:  # it takes seconds to import where JupyterLab is installed
    from nbformat import NotebookNode

KINDS = ("printed", "derived", "synthetic", "yours")
"""The four kinds of number, as every table, figure, caption and value names them."""

MARKS = (*KINDS, "words")
"""What a figure or table may be marked with: a kind of number, or that it holds words of ours."""


class Value(TypedDict):
    """One entry of ``values.json``: the text to show, its kind, and where it comes from."""

    text: str
    kind: str
    source: str


_KEY = re.compile(r"[a-z][a-z0-9_]*")
# Markdown, its tables and JupyterLab's formulas would take these as markup.
_ESCAPES = {ord(mark): f"&#{ord(mark)};" for mark in "&<>`*_~[]|"}
# These begin formulas wherever a browser finds them in text, unless they stand alone in a tag.
_ESCAPES |= {ord(mark): f"<span>&#{ord(mark)};</span>" for mark in "$\\"}
_CODE_BLOCK = r"^ {0,3}(?P<fence>`{3,}|~{3,}).*?^ {0,3}(?P=fence)[`~]*[ \t]*$"
_CODE_SPAN = r"(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)"
_TAG = re.compile(
    rf"{_CODE_BLOCK}|{_CODE_SPAN}"
    r'|<data\s+value="(?P<key>[^"]*)"\s*>(?:[^<]|</?span>)*</data\s*>'
    r"|(?P<broken></?data\b[^>\n]*>?)",
    re.DOTALL | re.MULTILINE,
)


def load(path: Path) -> dict[str, Value]:
    """Read and check ``values.json``.

    Raises
    ------
    InputError
        If the file is missing, is no JSON object, or an entry breaks a rule.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            "the file does not exist", file=path, fix="run make report, which builds it"
        ) from error
    except ValueError as error:
        raise InputError("the file is not readable as JSON", file=path) from error
    if not isinstance(content, dict):
        raise InputError("the file must hold one JSON object", file=path)
    _check(content, path)
    return content


def save(values: Mapping[str, Value], path: Path) -> None:
    """Check the values and write them, sorted by key, with periods as readers know them.

    Raises
    ------
    InputError
        If an entry breaks a rule.
    """
    _check(values, path)
    shown = {key: entry | {"text": readable(entry["text"])} for key, entry in values.items()}
    text = json.dumps(shown, indent=1, sort_keys=True, ensure_ascii=False)
    write_text(path, text + "\n")


def _check(values: Mapping[str, object], path: Path) -> None:
    for key, entry in values.items():
        if (problem := _problem(key, entry)) is not None:
            rule, column, value = problem
            raise InputError(rule, file=path, row=key, column=column, value=value)


def _problem(key: str, entry: object) -> tuple[str, str | None, object] | None:
    """Return the rule that an entry breaks, with the column and its value."""
    if not _KEY.fullmatch(key):
        return "a key is made of small letters, digits and underscores, a letter first", None, key
    if not isinstance(entry, dict) or set(entry) != {"text", "kind", "source"}:
        return "an entry has exactly text, kind and source", None, None
    for column, value in entry.items():
        if not isinstance(value, str) or not value:
            return "must be a text that is not empty", column, value
    if entry["kind"] not in KINDS:
        return f"the kind must be one of {', '.join(KINDS)}", "kind", entry["kind"]
    if not entry["text"].isprintable():
        return "the text must be one line of printable characters", "text", entry["text"]
    return None


def keys(text: str) -> list[str]:
    """Keys of the tags in a Markdown text, in order; tags inside code are not counted."""
    return [match["key"] for match in _TAG.finditer(text) if match["key"] is not None]


def fill(
    text: str,
    values: Mapping[str, Value],
    *,
    file: str | Path | None = None,
    place: str | None = None,
) -> str:
    """Put each value's text between its tags; everything else stays as it is.

    Characters that are markup are written as HTML character references (``&#60;``).

    Parameters
    ----------
    text : str
        Markdown. Tags in code blocks and code spans are examples, and are left alone.
    values : mapping
        As `load` returns them.
    file, place : optional
        For the message: the file, and where in it (``"cell 3"``).

    Raises
    ------
    InputError
        If a key is unknown (with close matches), or a tag is not of the form
        ``<data value="key">…</data>``.

    Examples
    --------
    >>> values = {"n": Value(text="354", kind="printed", source="claims.csv")}
    >>> fill('There were <data value="n"></data> services.', values)
    'There were <data value="n">354</data> services.'
    """
    where = ", ".join(str(part) for part in (file, place) if part is not None) or None

    def replacement(match: re.Match[str]) -> str:
        if match["broken"] is not None:
            raise InputError(
                'this tag must have the form <data value="key">…</data>',
                file=where,
                value=match["broken"],
            )
        key = match["key"]
        if key is None:
            return match[0]
        if key not in values:
            close = difflib.get_close_matches(key, values, n=3)
            raise InputError(
                "there is no value of this key",
                file=where,
                value=key,
                fix=f"did you mean {' or '.join(close)}?" if close else "add it to values.json",
            )
        return f'<data value="{key}">{literal(values[key]["text"])}</data>'

    return _TAG.sub(replacement, text)


def literal(text: str) -> str:
    """Write text from data so that Markdown shows it letter by letter, in captions too.

    Examples
    --------
    >>> literal("2*3")
    '2&#42;3'
    """
    return text.translate(_ESCAPES)


def clear(text: str) -> str:
    """Empty every tag, as an author writes it; the opposite of `fill`."""
    return _TAG.sub(
        lambda match: match[0] if match["key"] is None else f'<data value="{match["key"]}"></data>',
        text,
    )


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
