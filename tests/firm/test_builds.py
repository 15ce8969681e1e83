"""Builds as by make: killed in the middle, and two cases at once in one folder."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests import warm

from .harness import ROOT, Firm, firm_of

TABLES = ("service", "sale", "swot")


def _build(root: Path, case: str = "acme") -> BaseProcess:
    """Begin what ``make figures`` does, in a process that has imported what takes it seconds."""
    return warm.started(["build", "figures", "--case", case, "--jobs", "2"], root)


def _finish(*processes: BaseProcess) -> None:
    for process in processes:
        process.join(300)
        assert process.exitcode == 0


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
    root = tmp_path_factory.mktemp("two")
    firm_of(root, "acme").keep(*TABLES)
    (root / "notebooks").unlink()  # a notebook runs where it lies
    shutil.copytree(ROOT / "notebooks" / "firm", root / "notebooks" / "firm")
    shutil.copytree(root / "data" / "raw" / "acme", root / "data" / "raw" / "bolt")
    yaml = root / "data" / "raw" / "bolt" / "case.yaml"
    yaml.write_text(yaml.read_text(encoding="utf-8").replace("acme", "bolt"), encoding="utf-8")
    _change(Firm(root, "bolt"))
    begun = time.monotonic()
    _finish(_build(root), _build(root, "bolt"))
    return root, time.monotonic() - begun


def test_two_cases_side_by_side(built: tuple[Path, float], tmp_path: Path) -> None:
    """Each has what it has when it is built alone, in another folder and in one process."""
    alone = firm_of(tmp_path, "acme").keep(*TABLES)
    alone.report()
    together = _outputs(built[0], "acme")
    assert together.pop(".build/acme/board.ipynb")
    assert together == _outputs(tmp_path, "acme")
    _change(alone)
    alone.made()
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
        process = _build(root)
        process.join(chance.uniform(0.02, 0.25) * built[1])
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
            process.join()
        seen.append(_outputs(root, "acme"))
    _finish(_build(root))
    new = _outputs(root, "acme")
    assert new["data/processed/acme/kpis.csv"] != old["data/processed/acme/kpis.csv"]
    for found in seen:
        known = {name: text for name, text in found.items() if not _aside(name)}
        assert all(text in (old.get(name), new.get(name)) for name, text in known.items())
        assert {name for name in old if "/ledger/" not in name} <= set(known)
    _finish(_build(root))
    assert _outputs(root, "acme") == new


def _aside(name: str) -> bool:
    """Whether a file is one that was being written, which bears a dot before its name."""
    return any(part.startswith(".") and part != ".build" for part in name.split("/"))
