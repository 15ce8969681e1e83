"""Runs all steps of a firm's report in one process, without a kernel, a drawing or a PDF."""

from __future__ import annotations

import atexit
import re
import shutil
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from analysis import cli
from analysis.notebook.edition import chapters, edition
from analysis.notebook.run import PARAMETERS_TAG, read, tags
from analysis.tables.case import load_case

ROOT = Path(__file__).parents[2]

Told = list[tuple[str, dict[str, Any]]]


@dataclass
class Report:
    """What a reader of a report would see.

    Attributes
    ----------
    chapters : list of str
        Names of the notebooks.
    text : str
        All prose with its numbers, and the captions, tables and texts of figures.
    labels : set of str
        Labels of the figures and tables.
    kinds : set of str
        Kinds of number that they name.
    """

    chapters: list[str]
    text: str
    labels: set[str]
    kinds: set[str]


@dataclass
class Firm:
    """A project folder with one case, and what its report says."""

    root: Path
    name: str = "acme"
    shown: Told = field(default_factory=list)

    @property
    def raw(self) -> Path:
        """Folder of the case's tables."""
        return self.root / "data" / "raw" / self.name

    def step(self, *arguments: str) -> None:
        """Run a command in the project's folder; fail if it does."""
        with chdir(self.root):
            status = cli.main([*arguments, "--case", self.name])
        assert status == 0, f"{arguments} ended with {status}"

    def refused(self, step: str) -> str:
        """Run a command that must refuse the case; return what it says."""
        with chdir(self.root), redirect_stderr(StringIO()) as told:
            assert cli.main([step, "--case", self.name]) == 2
        return told.getvalue()

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the case in one place."""
        path = self.raw / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def made(self) -> Firm:
        """Check the rows and compute what the report reads."""
        for step in ("verdicts", "ledger", "kpis"):
            self.step(step)
        return self

    def drop(self, *tables: str) -> Firm:
        """Take tables away."""
        for name in tables:
            (self.raw / f"{name}.csv").unlink()
        return self

    def keep(self, *tables: str) -> Firm:
        """Take all other tables away."""
        absent = [path.stem for path in self.raw.glob("*.csv") if path.stem not in tables]
        return self.drop(*absent)

    def report(self) -> Report:
        """Run all steps, and the cells of every chapter."""
        self.made()
        asked = edition(load_case(self.name, self.root), detail=True)
        self.shown = []
        with _recorded(self.shown), chdir(self.root):
            paths = chapters(asked)
            for path in paths:
                self._run(path, asked.parameters)
        text = "\n".join(_told(data, about) for data, about in self.shown)
        found = [about for _, about in self.shown if "label" in about]
        labels, kinds = ({str(about[key]) for about in found} for key in ("label", "kind"))
        return Report([path.stem for path in paths], text, labels, kinds)

    def _run(self, path: Path, given: dict[str, Any]) -> None:
        """Run the cells of a notebook in order; its Markdown is shown as it stands."""
        space: dict[str, Any] = {"__name__": "notebook"}
        for number, cell in enumerate(read(path).cells):
            if cell.cell_type == "markdown":
                self.shown.append(({"text/markdown": cell.source}, {}))
                continue
            exec(compile(cell.source, f"{path.stem}, cell {number}", "exec"), space)
            if PARAMETERS_TAG in tags(cell):
                space |= {name: value for name, value in given.items() if name in space}


def _told(data: dict[str, Any], about: dict[str, Any]) -> str:
    parts = [str(about.get(key, "")) for key in ("label", "caption", "alt")]
    return "\n".join([*parts, str(data.get("text/plain", data.get("text/markdown", "")))])


@contextmanager
def _recorded(shown: Told) -> Iterator[None]:
    """Keep what is shown instead of showing it, and draw nothing."""

    def emit(data: dict[str, Any], about: dict[str, Any] | None = None) -> None:
        shown.append((dict(data), dict(about or {})))

    with (
        mock.patch("analysis.notebook.display.emit", emit),
        mock.patch("analysis.notebook.prose.emit", emit),
        mock.patch("analysis.notebook.display.svg", return_value="<svg/>"),
    ):
        yield


def firm_of(root: Path, name: str = "acme", **replaced: str) -> Firm:
    """Make a project folder with the template's tables as a firm's own, and the notebooks.

    Parameters
    ----------
    root : Path
        An empty folder.
    name : str
        Name of the case.
    **replaced
        Lines of ``case.yaml`` by key.
    """
    firm = Firm(root, name)
    shutil.copytree(ROOT / "data" / "raw" / "template", firm.raw)
    shutil.copyfile(ROOT / "pyproject.toml", root / "pyproject.toml")
    (root / "data" / "raw" / "conformance").symlink_to(ROOT / "data" / "raw" / "conformance")
    (root / "notebooks").symlink_to(ROOT / "notebooks")
    text = (firm.raw / "case.yaml").read_text(encoding="utf-8")
    for key, line in {"name": name, "kind": "yours", **replaced}.items():
        text = re.sub(rf"^{key}:.*$", f"{key}: {line}", text, count=1, flags=re.MULTILINE)
    (firm.raw / "case.yaml").write_text(text, encoding="utf-8")
    for path in firm.raw.glob("*.csv"):  # made-up keys may not pass for a firm's own
        path.write_text(path.read_text(encoding="utf-8").replace("SYN-", ""), encoding="utf-8")
    return firm


@cache
def _made() -> Path:
    """Make the numbers of the template once, in a folder that lives as long as the tests."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    return firm_of(Path(folder.name)).made().root


def made_firm(root: Path) -> Firm:
    """Copy a project whose rows are those of the template, with the numbers made of them."""
    shutil.copytree(_made(), root, symlinks=True, dirs_exist_ok=True)
    return Firm(root)
