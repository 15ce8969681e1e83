"""The statements of a notebook that a figure needs (a backward slice, in Weiser's sense).

Source: M. Weiser, Program Slicing, IEEE Transactions on Software Engineering 10 (1984) 352-357.
Sound for what our notebooks hold, statements without functions, classes or aliased mutation.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from analysis.notebook.needs import needs
from analysis.notebook.parameters import TAG, tags

SHOW = "show_figure"
_SHOWS_OTHER = frozenset({"show_table", "say", "print", "display"})


@dataclass(frozen=True)
class Step:
    """One statement of a notebook.

    Attributes
    ----------
    code : ast.stmt
        The statement.
    cell : int
        Number of its cell, counted from 1.
    needs : frozenset of int
        Places of the earlier statements whose names it uses.
    lacks : tuple of str
        Features that its cell needs and the report has not.
    """

    code: ast.stmt
    cell: int
    needs: frozenset[int]
    lacks: tuple[str, ...] = ()

    @property
    def shows(self) -> bool:
        """Whether it shows a figure."""
        return any(_called(node) == SHOW for node in ast.walk(self.code))

    @property
    def drawings(self) -> list[str]:
        """Names of the functions that draw the figures it shows, such as ``counts.respondents``."""
        found = []
        for node in ast.walk(self.code):
            if isinstance(node, ast.Call) and _called(node) == SHOW and node.args:
                drawn = node.args[0]
                found.append(ast.unparse(drawn.func) if isinstance(drawn, ast.Call) else "")
        return found


def steps(
    notebook: NotebookNode,
    parameters: Mapping[str, object],
    features: Collection[str] | None = None,
) -> list[Step]:
    """Split the code of a notebook into statements, with what each needs.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook; its outputs do not matter.
    parameters : mapping
        Values that replace defaults of the parameters cell.
    features : collection of str, optional
        What the report has; see :mod:`analysis.notebook.needs`. By default everything.
    """
    made: list[Step] = []
    made_by: dict[str, frozenset[int]] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        given = parameters if TAG in tags(cell) else {}
        lacks = () if features is None else needs(cell, f"cell {number}") - set(features)
        for code in [*ast.parse(cell.source).body, *_assignments(given)]:
            used, stored, adds = _names(code)
            uses = frozenset().union(*(made_by.get(name, frozenset()) for name in used))
            for name in stored:
                before = made_by.get(name, frozenset()) if adds else frozenset()
                made_by[name] = before | {len(made)}
            made.append(Step(code, number, uses, tuple(sorted(lacks))))
    return made


def needed(all_steps: Sequence[Step], targets: Collection[int]) -> list[int]:
    """Return the places of all statements that some targets need, these included, in order."""
    found: set[int] = set()
    waiting = list(targets)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting.extend(all_steps[place].needs)
    return sorted(found)


def _assignments(values: Mapping[str, object]) -> list[ast.stmt]:
    return [
        code for name, value in values.items() for code in ast.parse(f"{name} = {value!r}").body
    ]


def _called(node: ast.AST) -> str:
    """Return the plain name that a call calls."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return ""


def _names(code: ast.stmt) -> tuple[set[str], set[str], bool]:
    """Return names used and set by a statement, and whether it may leave an old value in place."""
    used, stored = set(), set()
    for node in ast.walk(code):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name):
                stored.add(name)
            case ast.alias(name=name, asname=alias):
                stored.add(alias or name.partition(".")[0])
    changed = _changed(code)
    simple = isinstance(code, ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom)
    return used | changed, stored | changed, bool(changed) or not simple


def _changed(code: ast.stmt) -> set[str]:
    """Return names whose objects a statement changes: ``a[0] = 1``, ``a += 1``, ``a.append(1)``."""
    names: set[str] = set()
    for node in ast.walk(code):
        targets: Sequence[ast.AST] = ()
        if isinstance(node, ast.Assign):
            targets = [target for target in node.targets if not isinstance(target, ast.Name)]
        elif isinstance(node, ast.AugAssign | ast.Delete):
            targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            targets = [called] if isinstance(called, ast.Attribute) else ()
        for target in targets:
            root = _root(target)
            names |= {root} if root and root not in _SHOWS_OTHER else set()
    return names


def _root(node: Any) -> str:
    """Return the name at the root of ``a.b[0].c``, or nothing."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
