"""Bring the cache of converted formulas up to date; needs tex2typst.

``python -m analysis.report.refresh notebooks/*.ipynb`` rewrites ``formulas.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat

from analysis.base.errors import InputError
from analysis.report.conversion import convert_notebook
from analysis.report.markup import CACHE, Formulas, Labels


def refresh(notebooks: Iterable[Path], path: Path = CACHE) -> dict[str, str]:
    """Rewrite the cache so that it holds exactly the formulas of these notebooks, all anew.

    Parameters
    ----------
    notebooks : iterable of Path
        All notebooks that become part of a report, executed.
    path : Path
        The cache.

    Returns
    -------
    dict
        The new cache, LaTeX to Typst.

    Raises
    ------
    InputError
        If tex2typst is missing or a formula cannot be converted.
    """
    formulas = Formulas({})
    for notebook in notebooks:
        if not notebook.is_file():
            raise InputError("there is no such notebook", file=notebook)
        content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
        convert_notebook(content, notebook, labels=Labels(), formulas=formulas)
    text = json.dumps(formulas.used, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return formulas.used


def main() -> int:
    """Refresh the cache from the notebooks named on the command line."""
    try:
        found = refresh(Path(name) for name in sys.argv[1:])
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(found)} formulas in {CACHE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
