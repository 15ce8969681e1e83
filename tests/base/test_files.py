"""Files that are replaced in one step, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from analysis.base.errors import system_error
from analysis.base.text import write_text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_a_message_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, aside = tmp_path / "kpis.csv", tmp_path / "aside"
    path.write_text("old", encoding="utf-8")

    def full(**_: object) -> tuple[int, str]:
        aside.touch()
        return os.open("/dev/full", os.O_WRONLY), str(aside)

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_text(path, "new")
    said = str(system_error(caught.value))
    assert said.startswith(f"{path}: cannot be read or written (No space")
    assert path.read_text(encoding="utf-8") == "old"
    assert not aside.exists()
