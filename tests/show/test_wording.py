"""The file of tables: each entry can be shown, and each has a function that shows it."""

import re
from pathlib import Path

import pytest

from analysis.show import wording
from analysis.show.wording import view

FOLDER = Path(wording.__file__).parent


def test_every_table_has_its_function() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    assert set(re.findall(r'"(tbl-[^".]+)"', code)) == wording._tables().keys()


@pytest.mark.parametrize("name", sorted(wording._tables()))
def test_every_table_can_be_shown(name: str) -> None:
    entry = wording._tables()[name]
    words = dict.fromkeys(re.findall(r"\{(\w+)\}", f"{name} {entry}"), "x")
    words.pop("kind", None)
    made = view(name, [], kind="derived", **words)
    assert list(made["frame"].columns) == [column.name for column in made["columns"]]
    for column in made["columns"]:
        assert column.format is None or column.format(1)
