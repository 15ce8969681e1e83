"""Files that are replaced in one step, so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

written: list[Path] = []
"""What was written, for a build that watches its outputs; some of it may be gone again."""

imported: set[str] = set()
"""Files of modules that other processes imported for this one, for a build that watches them."""


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader or a killed build never sees half of it.

    UTF-8, newlines as given. The folder is created when missing.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step; see `write_text`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        error.filename = str(path)  # and not the name of a file that nobody asked for
        raise
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        aside.chmod(0o644)  # mkstemp makes files that only their owner can read
        aside.replace(path)
        written.append(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def replace_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Replace a folder by one that holds just these files; without any, remove it.

    The new folder is complete before it takes the old one's place, so that a killed build leaves
    the old files or the new ones, never some of each.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as aside:
        new, old = Path(aside) / "new", Path(aside) / "old"
        for name, text in texts.items():
            write_text(new / name, text)
        if folder.is_dir():
            folder.rename(old)
        if texts:
            new.rename(folder)
            written.extend(folder / name for name in texts)
