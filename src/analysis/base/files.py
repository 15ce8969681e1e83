"""Files that are replaced in one step, YAML read without what can do harm in it, and the typeface.

Nobody ever sees half of a file that is written here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

written: list[Path] = []
"""What was written, for a build that watches its outputs; some of it may be gone again."""

FONTS = Path(__file__).with_name("fonts")
"""Folder of IBM Plex Sans, the typeface of report and figures, with its licence."""

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


class PlainLoader(yaml.SafeLoader):
    """YAML without aliases, which can blow up a file, and without keys that stand twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.MarkedYAMLError(problem="aliases are not used here", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that is no word or stands twice."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is a word", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def texts_of(found: object, path: str = "") -> Iterator[tuple[str, str]]:
    """List the texts in what a ``case.yaml`` holds, each after the path of its keys."""
    if isinstance(found, str):
        yield path, found
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from texts_of(value, f"{path}.{key}" if path else str(key))
    elif isinstance(found, Sequence):
        for place, value in enumerate(found):
            yield from texts_of(value, f"{path}.{place}")
