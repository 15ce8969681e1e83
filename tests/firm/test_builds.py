"""Builds by make: killed in the middle, and two cases at once in one folder."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .harness import ROOT, Firm, firm_of

TABLES = ("service", "sale", "swot")


def _project(root: Path) -> Path:
    """Add what make needs to a project folder."""
    for name in ("Makefile", "README.md", "requirements", "src"):
        (root / name).symlink_to(ROOT / name)
    return root


def _make(root: Path, *cases: str) -> list[subprocess.Popen[str]]:
    """Start ``make figures`` for each case, in a process group of its own."""
    make = ["make", "--no-print-directory", f"VENV={sys.prefix}", "figures"]
    return [
        subprocess.Popen(
            [*make, f"CASE={case}"],
            cwd=root,
            env={**os.environ, "MAKEFLAGS": ""},
            text=True,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for case in cases
    ]


def _finish(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        told, _ = process.communicate(timeout=300)
        assert process.returncode == 0, told


def _outputs(root: Path, case: str) -> dict[str, bytes]:
    """Everything that a case's build has written, by path."""
    folders = (root / "data" / "processed" / case, root / ".build" / case / "board.ipynb")
    paths = [path for folder in folders for path in (folder, *folder.rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def _change(firm: Firm) -> None:
    """Take the last service away, with its invoice."""
    for name in ("sale", "service"):
        path = firm.raw / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """Make a folder with two cases, built side by side; tell how many seconds that took."""
    root = _project(tmp_path_factory.mktemp("two"))
    (root / "data" / "raw").mkdir(parents=True)
    firm_of(root, "acme").keep(*TABLES)
    (root / "notebooks").unlink()  # a notebook runs where it lies
    shutil.copytree(ROOT / "notebooks" / "firm", root / "notebooks" / "firm")
    shutil.copytree(root / "data" / "raw" / "acme", root / "data" / "raw" / "bolt")
    yaml = root / "data" / "raw" / "bolt" / "case.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8").replace("acme", "bolt"), encoding="utf-8")
    _change(Firm(root, "bolt"))
    begun = time.monotonic()
    _finish(_make(root, "acme", "bolt"))
    return root, time.monotonic() - begun


def test_two_cases_side_by_side(built: tuple[Path, float], tmp_path: Path) -> None:
    """Each has what it has when it is built alone, in another folder and in one process."""
    alone = firm_of(tmp_path, "acme").keep(*TABLES)
    alone.report()
    together = _outputs(built[0], "acme")
    assert together.pop(".build/acme/board.ipynb")
    assert together == _outputs(tmp_path, "acme")
    _change(alone)
    alone.report()
    changed = _outputs(tmp_path, "acme")
    other = _outputs(built[0], "bolt")
    for name in ("kpis.csv", "comparison.csv", "levels.csv", "ledger/service.csv"):
        assert other[f"data/processed/bolt/{name}"] == changed[f"data/processed/acme/{name}"]


def test_a_kill_leaves_whole_files_and_the_next_run_succeeds(
    built: tuple[Path, float], tmp_path: Path
) -> None:
    """Killed at any moment, every file is the old one or the new one, byte for byte."""
    root = tmp_path / "killed"
    shutil.copytree(built[0], root, symlinks=True)
    old = _outputs(root, "acme")
    _change(Firm(root, "acme"))
    chance = random.Random(7)
    seen = []
    for _ in range(4):
        (process,) = _make(root, "acme")
        time.sleep(chance.uniform(0.15, 0.5) * built[1])
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        seen.append(_outputs(root, "acme"))
    _finish(_make(root, "acme"))
    new = _outputs(root, "acme")
    assert new["data/processed/acme/kpis.csv"] != old["data/processed/acme/kpis.csv"]
    for found in seen:
        known = {name: text for name, text in found.items() if not _aside(name)}
        assert all(text in (old.get(name), new.get(name)) for name, text in known.items())
        assert {name for name in old if "/ledger/" not in name} <= set(known)
    _finish(_make(root, "acme"))
    assert _outputs(root, "acme") == new


def _aside(name: str) -> bool:
    """Whether a file is one that was being written, which bears a dot before its name."""
    return any(part.startswith(".") and part != ".build" for part in name.split("/"))
