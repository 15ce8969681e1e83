"""Whether a case's own files are still those that its tables were last made from."""

from __future__ import annotations

from pathlib import Path

from analysis.base.files import write_text
from analysis.tables.case import Case


def state_of(case: Case) -> str:
    """List the files of a case's folder, each with its size and when it was last changed."""
    found = [path for path in sorted(case.raw.rglob("*")) if path.is_file()]
    seen = [path for path in found if path.name[0] not in ".~"]  # those of programs are nobody's
    lines = []
    for path in seen:
        state = path.stat()
        lines.append(f"{path.relative_to(case.raw)}\t{state.st_size}\t{state.st_mtime_ns}\n")
    return "".join(lines)


def remember(case: Case, state: str) -> None:
    """Note that a case's tables were checked and kept when its files were in this state."""
    write_text(_record(case), state)


def are_kept(case: Case) -> bool:
    """Whether a case's tables were checked and kept, and its files have not changed since."""
    record = _record(case)
    made = record.is_file() and case.processed.is_dir()
    return made and record.read_text(encoding="utf-8") == state_of(case)


def _record(case: Case) -> Path:
    return case.root / ".build" / case.name / "inputs.txt"
