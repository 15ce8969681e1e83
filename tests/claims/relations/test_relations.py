"""What relations.csv may not say, each with one message that names the cell."""

from __future__ import annotations

import pytest

from analysis.base.errors import InputError
from analysis.tables.case import Case, load_case

from .conftest import CASE, Maker, claim, judged

COUNTS = claim("all", "30", "count", "visits") + claim("half", "20", "count", "visits", "2024H1")
AXIS = {"base": ("year", "half")}


@pytest.mark.parametrize(
    ("relation", "parts"),
    [
        ("r,sum,visits,,shops; vists,,,,", ("row r, column of", "quantity shops", "unprinted")),
        ("r,share,visits,,visits,homes,,,", ("row r, column by", "homes")),
        ("r,period sum,visits,2025,2025H1; 2025H2,,,,", ("column period", "“2025”", "no claim")),
        ("r,base,visits,2024,2023,,,,", ("column period", "no claim is about the growth of")),
        ("r,base,visits,2024,2024,,,,", ("column of", ["its", " base or part"][0])),
        ("r,sums,visits,,a; b,,,,", ("row 2, column relation",)),
        ("r,sum,visits,,shops,,,,", ("column of", "two parts or more")),
        ("r,base,visits,,2023,,,,", ("column period", "needs this cell")),
        ("r,unit,visits,,1/4,,,,", ("column of", "whole number of pieces")),
        ("r,unit,visits,2024,4,,,,", ("column period", "no use for this")),
        ("r,at most,visits,,visits@2024H1,,when=ever,,", ("column reading", "no reading when")),
        ("r,at most,visits,,visits@2024H1,,ever,,", ("column reading", "AXIS=OPTION")),
        ("r,at most,visits,,visits@2024H1,,,nobody,", ("column claim", "no claim of this id")),
        ("r,unprinted,visits,,,,,,", ("does print this quantity",)),
        ("r,sum,visits,,visits; visits,,,,", ("cannot be a part of itself",)),
    ],
)
def test_a_bad_row_gets_one_message(make: Maker, relation: str, parts: tuple[str, ...]) -> None:
    case = make(COUNTS, relation + "\n")
    with pytest.raises(InputError) as caught:
        judged(case)
    text = str(caught.value)
    assert "\n" not in text
    assert "relations.csv" in text
    for part in parts:
        assert part in text, text


def test_two_meanings_of_one_thing_are_refused(make: Maker) -> None:
    rows = "one,base,visits,2024,2023,,,,\ntwo,base,visits,2024,2022,,,,\n"
    case = make(claim("g", "5%", "growth", "visits"), rows)
    with pytest.raises(InputError, match=r"row two.*the row one gives this another meaning"):
        judged(case)


def test_two_meanings_under_two_options_are_a_reading(make: Maker) -> None:
    rows = "one,base,visits,2024,2023,,base=year,,\ntwo,base,visits,2024,2024H1,,base=half,,\n"
    text = COUNTS + claim("g", "5%", "growth", "visits", readings="base")
    table = judged(make(text, rows, AXIS))
    assert len(table[table["claim_id"] == "g"]) == 2


def test_wholes_that_are_parts_of_each_other_are_refused(make: Maker) -> None:
    rows = "one,sum,a,,b; c,,,,\ntwo,sum,b,,a; c,,,,\n"
    text = "".join(claim(name, "3", "count", name) for name in "abc")
    with pytest.raises(InputError, match=r"row two.*a whole is a part of itself"):
        judged(make(text, rows))


def test_a_claim_whose_reading_is_unknown(make: Maker) -> None:
    case = make(claim("a", "3", "count", "visits", readings="when"))
    with pytest.raises(InputError, match=r"claims.csv, row a, column readings: “when”"):
        judged(case)


def test_a_reading_that_changes_nothing(make: Maker) -> None:
    case = make(claim("a", "3", "count", "visits", readings="base"), readings=AXIS)
    with pytest.raises(InputError, match=r"row a, column readings: “base”.*changes nothing"):
        judged(case)


def test_a_growth_without_its_base_is_asked_for(make: Maker) -> None:
    case = make(claim("g", "5%", "growth", "visits"))
    with pytest.raises(InputError, match=r"row g.*against which period.*add a row “base”"):
        judged(case)


def test_an_unstated_period_is_asked_for_only_where_it_matters(make: Maker) -> None:
    alone = claim("a", "3", "count", "visits", "unstated")
    assert list(judged(make(alone))["verdict"]) == ["consistent"]
    with pytest.raises(InputError, match=r"row a, column period.*add a row “period”"):
        judged(make(alone + claim("b", "4", "count", "visits")))


def test_a_share_of_what_is_asked_for(make: Maker) -> None:
    text = claim("s", "5%", "share", "part") + claim("a", "3", "count", "visits")
    with pytest.raises(InputError, match=r"row s.*add a row “share” for part"):
        judged(make(text, "r,at most,part,,visits,,,,\n"))


def test_money_and_counts_do_not_add_up(make: Maker) -> None:
    text = claim("m", "30", "money", "sales") + claim("a", "3", "count", "b")
    with pytest.raises(InputError, match=r"different smallest pieces \(sales in 1/100"):
        judged(make(text + claim("c", "3", "count", "c"), "r,sum,sales,,b; c,,,,\n"))


def test_a_ledger_is_calibrated_to_the_paper_alone(make: Maker) -> None:
    case = make(COUNTS)
    text = (case.raw / "case.yaml").read_text(encoding="utf-8")
    more = (
        "calibration:\n  seed: 1\n  respondents: {min: 1, max: 2}\n  service_types:\n"
        "    - {id: a, name: A, printed: true}\n    - {id: b, name: B, printed: false}\n"
    )
    (case.raw / "case.yaml").write_text(text + more, encoding="utf-8")
    with pytest.raises(InputError, match=r"“abstract-services”.*take the section calibration out"):
        judged(load_case("small", case.root))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("  rounding:", "  rounded:", "need a reading of how they were rounded"),
        ("truncate:", "chopped:", "“chopped”: this is no rounding rule"),
    ],
)
def test_the_rounding_rules_must_be_told(make: Maker, old: str, new: str, rule: str) -> None:
    path = make(COUNTS).raw / "case.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=f"case.yaml, column readings.rounding: .*{rule}"):
        judged(load_case("small", path.parents[3]))


def wrong(case: Case) -> list[str]:
    """Everything that is wrong with a case of claims."""
    with pytest.raises(InputError) as caught:
        judged(case)
    return [str(error) for error in caught.value.all]


def test_all_that_is_wrong_with_claims_and_relations_is_said_at_once(make: Maker) -> None:
    bad = claim("a", "3", "counts", "visits") + claim("b", "x", "count", "visits")
    bad += claim("c", "3", "count", "visits", readings="when")
    case = make(bad, "r,summe,visits,,a; b,,,,\ns,sum,visits,,a,,,,\n")
    (case.raw / "case.yaml").write_text(CASE.replace("  rounding:", "  rounded:"), encoding="utf-8")
    found = wrong(load_case("small", case.root))
    places = [
        "readings.rounding",
        "row 2, column kind",
        "row 3, column printed",
        "row c, column readings: “when”",
        "row 2, column relation",
        "row 3, column of",
    ]
    assert len(found) == len(places)
    assert all(place in text for place, text in zip(places, found, strict=True))
    assert "\n      rounding:\n        question:" in found[0]


def test_every_row_that_names_what_is_not_there_is_said(make: Maker) -> None:
    rows = "r,at most,visits,,calls,,,,\ns,sum,visits,,a; b,,,c,\n"
    found = wrong(make(claim("a", "3", "count", "visits"), rows))
    assert ["row r" in found[0], "row s" in found[1], len(found)] == [True, True, 2]


def test_relations_that_are_not_there_are_asked_for_with_all_that_needs_them(make: Maker) -> None:
    growths = claim("a", "3%", "growth", "visits") + claim("b", "4%", "growth", "calls")
    case = make(growths)
    (case.raw / "relations.csv").unlink()
    missing, one, other = wrong(case)
    assert "small/relations.csv: the file is missing" in missing
    assert "relation_id,relation,quantity,period,of,by,reading,claim,note" in missing
    assert "such as a-base,base,visits,2024,EARLIER PERIOD,,,," in one
    assert "claims.csv, row b" in other


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
    assert "claims.csv: the file is not UTF-8 text. To fix: save it again as CSV UTF-8" in str(
        wrong(case)
    )


def test_a_word_that_is_not_known_gets_the_words_and_the_remedy(make: Maker) -> None:
    (text,) = wrong(make(claim("a", "3", "counts", "visits")))
    assert "must be count, share, growth, level, money, formula or statement. To fix: " in text
