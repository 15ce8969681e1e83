"""What each relation makes of claims, and what relations.csv may not say; by hand in the cases."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import pytest

from analysis.base.errors import InputError
from analysis.tables.case import Case

from .conftest import Maker, cases, check, claim, judged

COUNTS = [["all", "30", "count", "visits"], ["half", "20", "count", "visits", "2024H1"]]


def written(make: Maker, case: Mapping[str, Any]) -> Case:
    """Write a small case from its description."""
    rows = [[*row, {}] if isinstance(row[-1], str) else row for row in case["claims"]]
    relations = case.get("relations", [])
    if relations is not None:
        relations = "".join(row + "," * (8 - row.count(",")) + "\n" for row in relations)
    claims = "".join(claim(*cells, **other) for *cells, other in rows)
    return make(claims, relations, case.get("readings"), case.get("replace"))


def wrong(case: Case) -> list[str]:
    """Everything that is wrong with a case of claims."""
    with pytest.raises(InputError) as caught:
        judged(case)
    return [str(error) for error in caught.value.all]


@pytest.mark.parametrize("case", cases("relations", "verdicts"), ids=itemgetter("is"))
def test_verdicts(make: Maker, case: dict[str, Any]) -> None:
    table = judged(written(make, case))
    for column, values in case.get("every", {}).items():
        assert set(table[column]) == set(values)
    for claim_id, cells in case.get("wanted", {}).items():
        check(table[table["default"] & (table["claim_id"] == claim_id)].iloc[0], cells)
    for claim_id, count in case.get("rows", {}).items():
        assert (table["claim_id"] == claim_id).sum() == count


@pytest.mark.parametrize(("relation", "parts"), cases("relations", "bad_rows"))
def test_a_bad_row_gets_one_message(make: Maker, relation: str, parts: list[str]) -> None:
    (text,) = wrong(written(make, {"claims": COUNTS, "relations": [relation]}))
    assert "\n" not in text
    assert [part for part in ("relations.csv", *parts) if part not in text] == [], text


@pytest.mark.parametrize("case", cases("relations", "refused"), ids=itemgetter("is"))
def test_all_that_is_wrong_is_said_at_once(make: Maker, case: dict[str, Any]) -> None:
    for text, parts in zip(wrong(written(make, case)), case["messages"], strict=True):
        places = [text.find(part) for part in parts]
        assert -1 not in places, text
        assert places == sorted(places), text


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_claims_are_read_as_spreadsheets_save_them(make: Maker, codec: str, delimiter: str) -> None:
    case = make(claim("a", "3", "count", "visits"))
    path = case.raw / "claims.csv"
    text = path.read_text(encoding="utf-8").replace(",", delimiter)
    path.write_bytes(text.encode(codec))
    assert list(judged(case)["verdict"]) == ["consistent"]


def test_claims_in_another_encoding_get_the_remedy(make: Maker) -> None:
    case = make(claim("a", "3", "count", "visits"))
    (case.raw / "claims.csv").write_bytes("señal".encode("cp1252"))
    message = "claims.csv: the file is not UTF-8 text. To fix: save it again as CSV UTF-8"
    assert message in str(wrong(case))
