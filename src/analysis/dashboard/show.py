"""The dashboard as a file, and inside a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from analysis.base.files import write_text
from analysis.dashboard.model import model
from analysis.dashboard.page import page
from analysis.tables.case import Case

HEIGHT = 900
"""Height of the frame in a notebook, in pixels."""


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that a notebook shows in a frame of its own.

    The frame may run the page's script and save files, and nothing else: it cannot reach the
    notebook around it. In print, a sentence with the name of the file stands for it.

    Attributes
    ----------
    title : str
        Name of the frame.
    html : str
        The whole page.
    file : str
        Where the build writes it, relative to the project.
    """

    title: str
    html: str
    file: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        del include, exclude
        return {
            "text/html": (
                f'<iframe title="{escape(self.title)}" width="100%" height="{HEIGHT}" '
                'frameborder="0" sandbox="allow-scripts allow-downloads" '
                f'srcdoc="{escape(self.html)}"></iframe>'
            ),
            "text/markdown": (
                f"The dashboard is the file `{self.file}`, which any browser opens, with or "
                "without a network."
            ),
            "text/plain": f"Dashboard: {self.file}",
        }


def dashboard(case: Case) -> Dashboard:
    """Make the dashboard of a case, to be shown as the last value of a notebook's cell."""
    made = model(case)
    file = output(case).relative_to(case.root).as_posix()
    return Dashboard(f"Dashboard: {case.parameters.title}", page(made), file)


def output(case: Case) -> Path:
    """Return the file that holds a case's dashboard."""
    return case.root / "report" / f"{case.name}.html"


def write_dashboard(case: Case) -> Path:
    """Write the dashboard of a case; the file is replaced only when complete."""
    path = output(case)
    write_text(path, page(model(case)))
    return path
