"""A case of one's own: a copy of the template, under another name."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from analysis.errors import InputError

TEMPLATE = "template"
WORKBOOK = Path("workbook") / f"{TEMPLATE}.xlsx"
"""The workbook inside the template's folder; in a folder of its own it is no input of the case."""

Form = Literal["csv", "workbook"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_RESERVED = {"conformance"}


def new_case(name: str, root: Path, form: Form = "csv") -> Path:
    """Copy the template to a new folder of ``data/raw``.

    Parameters
    ----------
    name : str
        Name of the case: small letters, digits, hyphens, underscores.
    root : Path
        The project's root folder.
    form : {"csv", "workbook"}
        Whether the tables are to be filled in as CSV files or in one workbook.

    Returns
    -------
    Path
        The new folder, complete or not there at all.

    Raises
    ------
    InputError
        If the name is taken or none, or there is no template.
    """
    template, target = root / "data" / "raw" / TEMPLATE, root / "data" / "raw" / name
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise InputError(
            "a case's name has up to 40 small letters, digits, hyphens and underscores, and begins "
            "with a letter", value=name, fix="choose another, such as NAME=acme",
        )  # fmt: skip
    if target.exists() or target.is_symlink():
        raise InputError("there is a case of this name already", value=name, fix="choose another")
    if not (template / "case.yaml").is_file():
        raise InputError("there is no template", file=f"data/raw/{TEMPLATE}/case.yaml")
    aside = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=target.parent))
    try:
        _copy(template, aside, name, form)
        aside.chmod(0o755)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return target


def _copy(template: Path, target: Path, name: str, form: Form) -> None:
    """Copy what belongs to a form of case; the data package describes the template's own files."""
    text = (template / "case.yaml").read_text(encoding="utf-8")
    (target / "case.yaml").write_text(_renamed(text, name), encoding="utf-8", newline="\n")
    shutil.copyfile(template / "README.md", target / "README.md")
    if form == "workbook":
        shutil.copyfile(template / WORKBOOK, target / f"{name}.xlsx")
        return
    for path in sorted(template.glob("*.csv")):
        shutil.copyfile(path, target / path.name)


def _renamed(text: str, name: str) -> str:
    """Set name and kind in the text of a ``case.yaml``, comments and all else as they are."""
    for key, value in (("name", name), ("kind", "yours")):
        text = re.sub(rf"^{key}:[ \t]*\w+", f"{key}: {value}", text, count=1, flags=re.M)
    return text
