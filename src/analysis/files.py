"""Files that are replaced in one step, so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader or a killed build never sees half of it.

    UTF-8, newlines as given. The folder is created when missing.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step; see `write_text`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        aside.chmod(0o644)  # mkstemp makes files that only their owner can read
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
