"""Our nbconvert exporter: ``jupyter nbconvert --to typst notebook.ipynb``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Bool, default

from analysis.base.errors import InputError
from analysis.report.book import TEMPLATE
from analysis.report.conversion import convert_notebook
from analysis.report.markup import typst_string
from analysis.tables.case import project_root


class TypstExporter(Exporter):
    """Exports an executed notebook to Typst source, with its figures and template beside it.

    The result compiles as it is: ``typst compile notebook.typ``. Code is hidden unless ``echo``
    is set, here or with ``#| echo: true`` in a cell.
    """

    export_from_notebook = "Typst"
    output_mimetype = "text/x-typst"

    echo = Bool(False, help="Show the code of all cells.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".typ"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook.

        Parameters
        ----------
        nb : NotebookNode
            The notebook.
        resources : dict, optional
            nbconvert's resources; ``metadata.path`` and ``metadata.name`` say where it lies.
        **kw
            Passed on to nbconvert.

        Returns
        -------
        tuple
            Typst source, and the resources with the files it needs under ``outputs``.

        Raises
        ------
        InputError
            If a figure has no alternative text, a label is taken, or the like. A reference to
            another notebook's figure is no error here; it becomes plain text, with a warning.
        """
        nb_copy, resources = super().from_notebook_node(nb, resources, **kw)
        metadata = resources.get("metadata", {})
        name = metadata.get("name") or "notebook"
        folder = Path(metadata.get("path") or ".")
        files = resources.get("output_files_dir") or f"{name}_files"
        chapter = convert_notebook(
            nb_copy,
            folder / f"{name}.ipynb",
            root=_root(folder),
            prefix=files,
            echo=self.echo,
        )
        body = chapter.source(alone=True)
        for note in chapter.notes:
            self.log.warning(note)
        outputs: dict[str, bytes] = {**chapter.assets}
        for path in sorted(TEMPLATE.iterdir()):
            outputs[f"{files}/{path.name}"] = path.read_bytes()
        resources["outputs"] = {**(resources.get("outputs") or {}), **outputs}
        head = f"#import {typst_string(f'{files}/report.typ')}: *\n"
        title = typst_string(name.replace("_", " "))
        return f"{head}#show: article.with(title: {title})\n\n{body}", resources


def _root(folder: Path) -> Path | None:
    """Root of the project around a folder; None for notebooks from elsewhere."""
    try:
        return project_root(folder)
    except InputError:
        return None
