"""A small project with one empty case of a firm's own, to be filled with files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from analysis.base.language import Language, language
from analysis.intake.case_check import Intake, read
from analysis.tables.case import Case, load_case

CASE = """name: acme
title: Acme
subtitle: A firm of the tests
kind: yours
currency: PEN
currency_name: soles
date: 2024-12-31
periods: {first: 2023Q1, last: 2024Q4, baseline: 2023H2, current: 2024Q4}
"""


_CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))


def cases(name: str) -> list[Any]:
    """Return the cases of a test, which stand in ``cases.yaml``."""
    found: list[Any] = _CASES[name]
    return found


def english(text: str) -> set[str]:
    """Return the English words of a message, but those of cells, names and lines of YAML."""
    said = re.sub(r"[“„][^”]*”|\S*\w[_:./=-]\w\S*|\{[^}]*\}", "", text)
    return {*cases("english-words")} & set(re.findall(r"[^\W\d_]+", said.lower()))


@dataclass
class Firm:
    """A project in a folder of its own, whose case is called acme."""

    root: Path
    known: tuple[dict[Path, bytes | None], Language, Intake] | None = None

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw" / "acme"

    def settings(self, text: str) -> None:
        (self.raw / "case.yaml").write_text(f"{CASE}intake: {text}\n", encoding="utf-8")

    def put(self, name: str, text: str | bytes) -> Path:
        path = self.raw / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def book(self, **sheets: list[list[Any]]) -> Path:
        """Write a workbook with the rows of each sheet."""
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, rows in sheets.items():
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = self.raw / "acme.xlsx"
        made.save(path)
        return path

    def prepare(self, step: dict[str, Any]) -> None:
        """Put settings and files there as a case of ``cases.yaml`` says."""
        if "case" in step:
            self.put("case.yaml", CASE + step["case"])
        if "settings" in step:
            self.settings(step["settings"])
        for name, text in step.get("put", {}).items():
            self.put(name, text.encode(step.get("codec", "utf-8")))
        if "book" in step:
            self.book(**step["book"])

    @property
    def case(self) -> Case:
        return load_case("acme", self.root)

    def read(self) -> Intake:
        """Read the case, or return what was read of the very same files in this language."""
        paths = sorted(self.root.rglob("*"))
        files = {path: path.read_bytes() if path.is_file() else None for path in paths}
        if self.known is None or self.known[:2] != (files, language()):
            self.known = files, language(), read(self.case)
        return self.known[2]

    def problems(self) -> list[str]:
        return [str(problem) for problem in self.read().problems]

    def problem(self) -> str:
        """Return the only problem that there is."""
        (text,) = self.problems()
        return text

    def notes(self) -> str:
        return "\n".join(str(note) for note in self.read().notes)


def make_firm(root: Path) -> Firm:
    firm = Firm(root)
    firm.raw.mkdir(parents=True)
    (root / "pyproject.toml").write_text("", encoding="utf-8")
    (firm.raw / "case.yaml").write_text(CASE, encoding="utf-8")
    return firm


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return make_firm(tmp_path)
