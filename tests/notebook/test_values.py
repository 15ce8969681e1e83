"""The tags in prose: what is filled, what is refused, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from analysis.base.errors import InputError
from analysis.notebook import values
from analysis.notebook.values import Value

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
VALUES: dict[str, Value] = {
    "services_2023h1": {"text": "288", "kind": "derived", "source": "claims"},
    "p_value": {"text": "p < 0.05 & more", "kind": "synthetic", "source": "ledger"},
}


@pytest.mark.parametrize(("text", "filled"), CASES["fill"])
def test_fill(text: str, filled: str) -> None:
    assert values.fill(text, VALUES) == filled
    assert values.fill(filled, VALUES) == filled


def test_clear_is_the_opposite_of_fill() -> None:
    bare = 'From <data value="p_value"></data>, see `<data value="x">1</data>`'
    assert values.clear(values.fill(bare, VALUES)) == bare


@pytest.mark.parametrize(("text", "message"), CASES["fill-refused"])
def test_malformed_tags_and_unknown_keys_are_refused_with_their_place(
    text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        values.fill(text, VALUES, file="a.ipynb", place="cell 3")
    assert str(caught.value).startswith("a.ipynb, cell 3: “")


def test_save_is_sorted_and_load_gives_it_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "values.json"
    values.save(VALUES, path)
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert text.index("p_value") < text.index("services_2023h1")
    assert values.load(path) == VALUES
    assert [entry.name for entry in path.parent.iterdir()] == ["values.json"]


@pytest.mark.parametrize(("content", "message"), CASES["load-refused"])
def test_bad_and_missing_values_are_refused(
    tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "values.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        values.load(path)
    assert "values.json" in str(caught.value)
