"""The tags in prose: what is filled, what is refused, what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.notebook import values
from analysis.notebook.values import Value

VALUES: dict[str, Value] = {
    "services_2023h1": {"text": "288", "kind": "derived", "source": "claims"},
    "p_value": {"text": "p < 0.05 & more", "kind": "synthetic", "source": "ledger"},
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        (
            'From <data value="services_2023h1"></data> on',
            'From <data value="services_2023h1">288</data> on',
        ),
        ('<data value="services_2023h1">old</data>', '<data value="services_2023h1">288</data>'),
        ('<data value="p_value"></data>', '<data value="p_value">p &#60; 0.05 &#38; more</data>'),
        ("no tags, 2 < 3", "no tags, 2 < 3"),
        ('Write `<data value="any"></data>` here', 'Write `<data value="any"></data>` here'),
        (
            '``<data value="x">`</data>`` <data value="services_2023h1"></data>',
            '``<data value="x">`</data>`` <data value="services_2023h1">288</data>',
        ),
        (
            '```html\n<data value="any"></data>\n```\n<data value="services_2023h1"></data>',
            '```html\n<data value="any"></data>\n```\n<data value="services_2023h1">288</data>',
        ),
        ("the datapackage and <database>", "the datapackage and <database>"),
    ],
)
def test_fill(text: str, filled: str) -> None:
    assert values.fill(text, VALUES) == filled
    assert values.fill(filled, VALUES) == filled


def test_clear_is_the_opposite_of_fill() -> None:
    bare = 'From <data value="p_value"></data>, see `<data value="x">1</data>`'
    assert values.clear(values.fill(bare, VALUES)) == bare


def test_unknown_key_names_place_key_and_close_matches() -> None:
    with pytest.raises(InputError) as caught:
        values.fill('<data value="services_2032h1"></data>', VALUES, file="a.ipynb", place="cell 3")
    message = str(caught.value)
    assert message.startswith("a.ipynb, cell 3: “services_2032h1”: there is no value")
    assert "did you mean services_2023h1?" in message


@pytest.mark.parametrize(
    "text",
    [
        "<data value=services_2023h1></data>",
        '<data value="services_2023h1">',
        "<data>288</data>",
        '<data value="services_2023h1"><b>1</b></data>',
        '<data value="services_2023h1"',
    ],
)
def test_malformed_tags_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="must have the form"):
        values.fill(text, VALUES)


def test_save_is_sorted_and_load_gives_it_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "values.json"
    values.save(VALUES, path)
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert text.index("p_value") < text.index("services_2023h1")
    assert values.load(path) == VALUES
    assert [entry.name for entry in path.parent.iterdir()] == ["values.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "one JSON object"),
        ("{", "not readable as JSON"),
        ('{"Bad Key": {"text": "1", "kind": "derived", "source": "s"}}', "small letters"),
        ('{"a": {"text": "1", "kind": "derived"}}', "exactly text, kind and source"),
        ('{"a": {"text": 1, "kind": "derived", "source": "s"}}', "must be a text"),
        ('{"a": {"text": "1", "kind": "guessed", "source": "s"}}', "kind must be one of"),
        ('{"a": {"text": "1\\n2", "kind": "derived", "source": "s"}}', "one line of printable"),
    ],
)
def test_bad_values_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "values.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        values.load(path)
    assert "values.json" in str(caught.value)


def test_missing_values_say_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make report"):
        values.load(tmp_path / "values.json")


def test_markdown_cells_alone_use_values_and_an_unused_one_fails(tmp_path: Path) -> None:
    notebook = tmp_path / "n.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ['<data value="services', '_2023h1"></data>']},
        {"cell_type": "code", "source": ['# <data value="p_value"></data>']},
    ]
    notebook.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    readme = tmp_path / "README.md"
    readme.write_text("Nothing here\n", encoding="utf-8")
    with pytest.raises(InputError, match="uses the value p_value"):
        values.check_all_used(VALUES, [notebook, readme])
    readme.write_text('<data value="p_value"></data>\n', encoding="utf-8")
    values.check_all_used(VALUES, [notebook, readme])
