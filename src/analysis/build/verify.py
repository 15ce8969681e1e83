"""Checks that every output can be made again with the same bytes.

``SHA256SUMS`` lists the machine-made files. `verify` copies what people wrote to another folder,
builds there under another home, time zone, locale and hash seed, and compares.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.base.errors import BuildError, InputError
from analysis.base.files import write_text
from analysis.notebook.values import clear

SUMS = "SHA256SUMS"

_COMMITTED = ("segelec", "kowalczyk")
"""Cases whose outputs are committed; all others, and reports on a period, are made on demand."""

_ONLY_MADE = (
    *(f"{folder}/{case}/**/*" for folder in ("data/processed", "figures") for case in _COMMITTED),
    "report/segelec.pdf",
    "report/segelec.html",
    "report/segelec-*.png",
)
_WRITTEN_AND_FILLED = ("notebooks/[0-9][0-9]_*.ipynb", "README.md")
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_SHOWN = 100


@dataclass(frozen=True)
class Difference:
    """One file that is not the same, and how, in words."""

    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path}: {self.words}"


def write_sums(root: Path) -> int:
    """Write ``SHA256SUMS``, as sha256sum does, for every machine-made file; return their number.

    ``sha256sum --check SHA256SUMS`` reads it.
    """
    found = _hashes(root)
    lines = [f"{digest}  {path}\n" for path, digest in sorted(found.items())]
    write_text(root / SUMS, "".join(lines))
    return len(found)


def read_sums(root: Path) -> dict[str, str]:
    """From path, relative to the root, to SHA-256, as committed.

    A build rewrites the file, so where git knows it, its last commit is what counts.

    Raises
    ------
    InputError
        If the file is missing or a line is not of sha256sum's form.
    """
    git = ["git", "-C", str(root), "show", f"HEAD:./{SUMS}"]
    try:
        committed = subprocess.run(
            git, capture_output=True, text=True, encoding="utf-8", check=True
        )
        lines = committed.stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        lines = _read_lines(root / SUMS)
    found = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(
                "a line must hold a SHA-256 sum, two spaces and a path",
                file=SUMS,
                row=number,
                value=line,
            )
        found[match[2]] = match[1]
    return found


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise InputError(
            "the file does not exist", file=SUMS, fix="run make report, which writes it"
        ) from error


def main(root: Path) -> int:
    """Verify and print the result in words; return 0 if all is the same, else 1.

    Raises
    ------
    InputError
        As `verify`.
    BuildError
        As `verify`.
    """
    folder = Path(tempfile.mkdtemp(prefix="rebuilt-"))
    try:
        differences = verify(root, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if not differences:
        shutil.rmtree(folder)
        print(f"verified: {len(read_sums(root))} files, same bytes")
        return 0
    print(f"{len(differences)} of {len(read_sums(root))} files differ (rebuilt in {folder}):")
    for difference in differences:
        print(f"  {difference}")
    return 1


def verify(root: Path, folder: Path | None = None) -> list[Difference]:
    """Build from a copy of what people wrote and compare with ``SHA256SUMS``.

    Parameters
    ----------
    root : Path
        The project.
    folder : Path, optional
        Empty; holds the copy afterwards. By default a new temporary one, which stays.

    Returns
    -------
    list of Difference
        Empty if every file has the same bytes.

    Raises
    ------
    InputError
        If there are no sums to compare with.
    BuildError
        If the build fails there, or ran other code than the copy's.
    """
    expected = read_sums(root)
    folder = folder or Path(tempfile.mkdtemp(prefix="rebuilt-"))
    copy = folder / "elsewhere"
    copy_sources(root, copy)
    environment = _environment(folder)
    cases = {Path(path).stem for path in expected if re.fullmatch(r"report/[^/]+\.pdf", path)}
    for case in sorted(cases):
        _build(copy, environment, case)
    return compare(root, copy, expected)


def compare(root: Path, copy: Path, expected: Mapping[str, str]) -> list[Difference]:
    """Hold the files made in ``copy``, and those in ``root``, against the expected sums."""
    ours, made = _hashes(root), _hashes(copy)
    differences = []
    for path in sorted({*expected, *made, *ours}):
        words = _compare_sums(expected.get(path), ours.get(path), made.get(path))
        if words is None:
            continue
        if path in ours and path in made and ours[path] != made[path]:
            words += "; " + first_difference(root / path, copy / path)
        differences.append(Difference(path, words))
    return differences


def _compare_sums(expected: str | None, ours: str | None, made: str | None) -> str | None:
    if expected is None:
        return f"is not in {SUMS}, but was made" if made else f"is not in {SUMS}, nor made again"
    if made is None:
        return "was not made again"
    if made != expected:
        return (
            f"is the same here and rebuilt, but not the one in {SUMS} (run make report)"
            if made == ours
            else "was made with other bytes"
        )
    if ours is None:
        return "is missing here; rebuilt it is as it should be"
    return None if ours == expected else "was changed here; rebuilt it is as it should be"


def first_difference(ours: Path, made: Path) -> str:
    """Say in words where two files begin to differ."""
    if ours.suffix == ".ipynb":
        return _first_cell(ours, made)
    one, other = ours.read_bytes(), made.read_bytes()
    try:
        return _first_line(one.decode("utf-8"), other.decode("utf-8"))
    except UnicodeDecodeError:
        limit = min(len(one), len(other))
        place = next((at for at in range(limit) if one[at] != other[at]), limit)
        return f"from byte {place} on ({len(one)} bytes here, {len(other)} rebuilt)"


def _first_line(one: str, other: str) -> str:
    ours, made = one.splitlines(), other.splitlines()
    for number in range(max(len(ours), len(made))):
        here = ours[number] if number < len(ours) else "(the end)"
        there = made[number] if number < len(made) else "(the end)"
        if here != there:
            start = max(_common(here, there) - 40, 0)
            return (
                f"line {number + 1} is “{_cut(here, start)}” here, “{_cut(there, start)}” rebuilt"
            )
    return "only in line ends"


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _cut(line: str, start: int) -> str:
    text = line[start : start + _SHOWN]
    return ("…" if start else "") + text + ("…" if len(line) > start + _SHOWN else "")


def _first_cell(ours: Path, made: Path) -> str:
    one, other = (json.loads(path.read_text(encoding="utf-8")) for path in (ours, made))
    for number, cells in enumerate(zip(one["cells"], other["cells"], strict=False), start=1):
        if cells[0] != cells[1]:
            texts = [json.dumps(cell, indent=1, ensure_ascii=False) for cell in cells]
            part = "source" if cells[0]["source"] != cells[1]["source"] else "output"
            return f"first in the {part} of cell {number}: {_first_line(*texts)}"
    if len(one["cells"]) != len(other["cells"]):
        return f"{len(one['cells'])} cells here, {len(other['cells'])} rebuilt"
    return "only in its metadata or form"


def copy_sources(root: Path, copy: Path) -> None:
    """Copy what people wrote, with its dates: no outputs, and no numbers filled into texts."""
    from analysis.notebook.run import dumps, read, without_outputs

    made = {path for pattern in _ONLY_MADE for path in root.glob(pattern)} | {root / SUMS}
    for path in _listed(root):
        if path in made:
            continue
        target = copy / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    for pattern in _WRITTEN_AND_FILLED:
        for path in copy.glob(pattern):
            if path.suffix == ".ipynb":
                notebook = without_outputs(read(path))
                for cell in notebook.cells:
                    if cell.cell_type == "markdown":
                        cell.source = clear(cell.source)
                write_text(path, dumps(notebook))
            else:
                write_text(path, clear(path.read_text(encoding="utf-8")))


def _listed(root: Path) -> list[Path]:
    """Files that git tracks or would; without git, all but hidden folders and caches."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others"]
    try:
        done = subprocess.run([*command, "--exclude-standard"], capture_output=True, check=False)
        names = os.fsdecode(done.stdout).split("\0") if done.returncode == 0 else []
    except FileNotFoundError:
        names = []
    if "pyproject.toml" in names:
        return [root / name for name in names if name and (root / name).is_file()]
    return [
        path
        for path in root.rglob("*")
        if path.is_file()
        and not any(
            part.startswith(".") or part == "__pycache__"
            for part in path.relative_to(root).parts[:-1]
        )
    ]


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's but the search path: another home, zone, locale and hash seed."""
    home = folder / "home"
    home.mkdir(parents=True)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "LC_ALL": _other_locale(),
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",
        "TZ": "Pacific/Kiritimati",
    }


def _other_locale() -> str:
    """Turkish, where installed, for its own capital of i; else the one without any language."""
    try:
        known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "C"
    turkish = [name for name in known.stdout.split() if name.lower().startswith("tr_tr.utf")]
    return turkish[0] if turkish else "C"


def _build(copy: Path, environment: Mapping[str, str], case: str) -> None:
    """Run ``make report`` in the copy with the packages, but not the code, of this environment."""
    make = ["make", "--no-print-directory", f"VENV={sys.prefix}", f"CASE={case}"]
    whose = 'whose-code: ; @"$(VENV)/bin/python" -c "import analysis; print(analysis.__file__)"'
    asked = subprocess.run(
        [*make, f"--eval={whose}", "whose-code"],
        cwd=copy,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    imported = asked.stdout.strip()
    if asked.returncode or not Path(imported).resolve().is_relative_to(copy.resolve()):
        raise BuildError(
            f"the build in {copy} would not run its own code but "
            + (imported or asked.stderr.strip() or "none")
        )
    status = subprocess.run([*make, "report"], cwd=copy, env=dict(environment), check=False)
    if status.returncode:
        raise BuildError(f"make report CASE={case} failed in {copy}; its messages stand above")


def _hashes(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in (*_ONLY_MADE, *_WRITTEN_AND_FILLED)
        for path in root.glob(pattern)
        if path.is_file() and not path.name.startswith(".")
    }
