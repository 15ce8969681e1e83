"""The file of tables: each entry can be shown, and each has a function that shows it."""

import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.evidence.appraisal import SECTIONS
from analysis.show import publication_tables, wording
from analysis.show.wording import view

FOLDER = Path(wording.__file__).parent


def test_every_table_has_its_function() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    named = set(re.findall(r'"(tbl-[^".]+)"', code)) - {"tbl-{section}"}
    assert named | {f"tbl-{section}" for section in SECTIONS} == wording._tables().keys()


@pytest.mark.parametrize("name", sorted(wording._tables()))
def test_every_table_can_be_shown(name: str) -> None:
    entry = wording._tables()[name]
    words = dict.fromkeys(re.findall(r"\{(\w+)\}", f"{name} {entry}"), "x")
    words.pop("kind", None)
    made = view(name, [], kind="derived", **words)
    assert list(made["frame"].columns) == [column.name for column in made["columns"]]
    for column in made["columns"]:
        assert column.format is None or column.format(1)


def test_claims_of_the_paper_say_how_sharp_they_are() -> None:
    columns = ["claim_id", "place", "printed", "verdict", "evidence", "sharpness"]
    rows = [
        ("6-services", "6", "354", "consistent", "Fits.", "loose: 828 of 900 prints fit"),
        ("6-margin", "6", "a ÷ b", "inconsistent", "Upside down.", ""),
    ]
    shown = publication_tables.paper_claims(
        pd.DataFrame(rows, columns=columns).assign(default=True)
    )
    assert list(shown["frame"]["evidence"]) == [
        "Fits. Loose: 828 of 900 prints fit.",
        "Upside down.",
    ]
