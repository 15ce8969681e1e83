"""Labels of figures, tables, equations and headings, and the references to them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.base.errors import InputError
from analysis.report.escape import slug, typst_string

_LABEL = re.compile(r"(fig|tbl|eq|sec)-[\w-]+")


class Place(NamedTuple):
    """Where something stands: the notebook's name without suffix, and the cell (the first is 1)."""

    notebook: str
    cell: int

    def error(self, rule: str, *, value: object = None, fix: str | None = None) -> InputError:
        """Return an `InputError` that names this notebook and cell."""
        return InputError(
            rule, file=f"{self.notebook}.ipynb, cell {self.cell}", value=value, fix=fix
        )


class Reference(NamedTuple):
    """A link found in Markdown: what it points at, and where it stands."""

    target: str
    place: Place


@dataclass
class Labels:
    """All labels of a document.

    Attributes
    ----------
    known : dict
        Label to the place of its definition: figures, tables and equations.
    sections : dict
        Notebook to its heading anchors (with ``sec-``), each to its Typst label.
    """

    known: dict[str, Place] = field(default_factory=dict)
    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    def define(self, label: str, kind: str, place: Place) -> str:
        """Register the label of a figure, table or equation.

        Raises
        ------
        InputError
            If the label is malformed, of another kind, or taken.
        """
        if not _LABEL.fullmatch(label) or not label.startswith(f"{kind}-"):
            raise place.error(f"a label here must look like {kind}-some-name", value=label)
        if label in self.known:
            first = self.known[label]
            raise place.error(
                f"this label is already used in {first.notebook}.ipynb, cell {first.cell}",
                value=label,
                fix="give every figure, table and equation a label of its own",
            )
        self.known[label] = place
        return label

    def define_section(self, text: str, place: Place) -> str:
        """Register a heading and return its Typst label, unique in the whole document."""
        anchors = self.sections.setdefault(place.notebook, {})
        base = anchor = "sec-" + slug(text)
        number = 0
        while anchor in anchors:
            number += 1
            anchor = f"{base}-{number}"
        anchors[anchor] = f"{place.notebook}:{anchor}"
        return anchors[anchor]

    def resolve(self, reference: Reference) -> str | None:
        """Typst expression of what a reference points at, or None for a foreign notebook.

        Raises
        ------
        InputError
            If nothing in the document has this label, or several headings have.
        """
        notebook, _, anchor = reference.target.partition("#")
        if notebook:
            notebook = notebook.rsplit("/", 1)[-1].removesuffix(".ipynb")
            if notebook not in self.sections:
                return None
            if not anchor:
                return f"label({typst_string(next(iter(self.sections[notebook].values())))})"
        if anchor in self.known:
            return f"label({typst_string(anchor)})"
        wanted = anchor if anchor.startswith("sec-") else "sec-" + slug(anchor)
        return f"label({typst_string(self._section(wanted, notebook, reference))})"

    def _section(self, anchor: str, notebook: str, reference: Reference) -> str:
        own = notebook or reference.place.notebook
        if anchor in self.sections.get(own, {}):
            return self.sections[own][anchor]
        found = [names[anchor] for names in self.sections.values() if anchor in names]
        if len(found) == 1 and not notebook:
            return found[0]
        if found and not notebook:
            raise reference.place.error(
                "several notebooks have a heading of this name",
                value=reference.target,
                fix="name the notebook: [text](NN_name.ipynb#sec-name)",
            )
        everything = [*self.known, *(name for names in self.sections.values() for name in names)]
        near = difflib.get_close_matches(reference.target.lstrip("#"), everything, n=1)
        raise reference.place.error(
            "no figure, table, equation or heading has this label",
            value=reference.target,
            fix=f"did you mean #{near[0]}?" if near else None,
        )
