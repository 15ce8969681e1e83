"""What the build puts into the README: the index of figures, and tables of measurements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import nbformat

from analysis.base.errors import InputError

_CALL = re.compile(r"show_figure\(\s*(\w+(?:\.\w+)*)\(")


def figure_index(notebooks: Iterable[Path]) -> str:
    """List every shown figure with its numbers, notebook, function and kind, as a Markdown table.

    The first number is that of the report, which counts figures in reading order; FIG is the
    figure's own, which names its files and stays the same.

    Parameters
    ----------
    notebooks : iterable of Path
        Executed notebooks, in reading order.
    """
    lines = ["| Figure | FIG | Shows | Notebook | Function | Kind |", "|--:|--:|---|---|---|---|"]
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        imported = _imported(notebook)
        for cell in notebook.cells:
            for about in _figures(cell):
                call = _CALL.search(cell.source)
                title = about["caption"].split(". ")[0].rstrip(".")
                root, *rest = call[1].split(".") if call else [""]
                name = ".".join([imported.get(root, root), *rest])
                own = Path(about["file"]).name.split("_")[1]
                lines.append(
                    f"| {len(lines) - 1} | {own} | [{title}]({about['file']}) "
                    f"| [{path.stem}](notebooks/{path.name}) | `{name}` | {about['kind']} |"
                )
    return "\n".join(lines) + "\n"


def _imported(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Map the names that a notebook imports from the package to where they are defined."""
    names = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis"):
                home = (node.module or "").removeprefix("analysis").removeprefix(".")
                for alias in node.names:
                    path = f"{home}.{alias.name}" if home else alias.name
                    names[alias.asname or alias.name] = path
    return names


def _figures(cell: nbformat.NotebookNode) -> list[dict[str, str]]:
    metadata = [output.get("metadata", {}) for output in cell.get("outputs", [])]
    abouts = [data.get("analysis", {}) for data in metadata]
    return [about for about in abouts if about.get("type") == "figure" and "file" in about]


def with_index(text: str, index: str, name: str = "figures") -> str:
    r"""Put the index of figures, or another table, between its marks.

    Raises
    ------
    InputError
        If the marks are missing.

    Examples
    --------
    >>> with_index("<!-- figures -->\nold\n<!-- /figures -->", "new\n")
    '<!-- figures -->\nnew\n<!-- /figures -->'
    """
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not marks.search(text):
        raise InputError(
            "the marks of this table are missing",
            file="README.md",
            value=f"<!-- {name} -->",
        )
    return marks.sub(lambda match: match[1] + index + match[2], text)
