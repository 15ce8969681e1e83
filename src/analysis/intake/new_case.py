"""A case of one's own: a copy of one of the examples, under another name."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from analysis.base.errors import InputError

TEMPLATE, CLAIMS = "template", "courier"
"""The examples to copy: a firm with its rows, and a publication with its claims."""

Form = Literal["csv", "claims"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_RESERVED = {"conformance"}


def new_case(name: str, root: Path, form: Form = "csv") -> Path:
    """Copy an example to a new folder of ``data/raw``.

    Parameters
    ----------
    name : str
        Name of the case: small letters, digits, hyphens, underscores.
    root : Path
        The project's root folder.
    form : {"csv", "claims"}
        Whether to copy the tables of a firm, or the claims of a publication.

    Returns
    -------
    Path
        The new folder, complete or not there at all.

    Raises
    ------
    InputError
        If the name is taken or none, or the example is not there.
    """
    example = CLAIMS if form == "claims" else TEMPLATE
    template, target = root / "data" / "raw" / example, root / "data" / "raw" / name
    if not _NAME.fullmatch(name):
        raise InputError(
            "a case's name has up to 40 small letters, digits, hyphens and underscores, and begins "
            "with a letter",
            value=name,
            fix="choose another, such as NAME=acme",
        )
    if name in _RESERVED:
        raise InputError(
            "this name is used by the project itself", value=name, fix="choose another"
        )
    if target.exists() or target.is_symlink():
        raise InputError("there is a case of this name already", value=name, fix="choose another")
    if not (template / "case.yaml").is_file():
        raise InputError(f"there is no {example}", file=f"data/raw/{example}/case.yaml")
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
    new = {"name": name} if form == "claims" else {"name": name, "kind": "yours"}
    (target / "case.yaml").write_text(_renamed(text, new), encoding="utf-8", newline="\n")
    shutil.copyfile(template / "README.md", target / "README.md")
    for path in sorted(template.glob("*.csv")):
        shutil.copyfile(path, target / path.name)


def _renamed(text: str, new: Mapping[str, str]) -> str:
    """Set some words in the text of a ``case.yaml``; comments stay, in their column."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        key = line.partition(":")[0]
        if key in new:
            before, mark, comment = line.partition("#")
            lines[place] = f"{key}: {new[key]} ".ljust(len(before)) + mark + comment
    return "\n".join(line.rstrip() for line in lines)
