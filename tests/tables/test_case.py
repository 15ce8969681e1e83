import re
from pathlib import Path

import pytest
import yaml

from analysis.base.errors import InputError
from analysis.tables.case import load_case, project_root

RULES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))


def edit(project: Path, old: str, new: str) -> None:
    path = project / "data" / "raw" / "segelec" / "case.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def message(project: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_case("segelec", project)
    return str(caught.value)


def test_the_paper_case_loads(root: Path) -> None:
    case = load_case("segelec", root)
    assert case.parameters.periods.current == "2024Q2"
    assert case.reading({"labour": "constant"})["labour"] == "constant"
    assert set(case.reading()) == set(case.parameters.readings)


def test_a_missing_case_names_the_known_ones(project: Path) -> None:
    with pytest.raises(InputError, match=r"“acme”.*segelec"):
        load_case("acme", project)


def test_an_empty_file(project: Path) -> None:
    (project / "data" / "raw" / "segelec" / "case.yaml").write_text("", encoding="utf-8")
    assert "the file is empty or holds no keys" in message(project)


def test_other_encoding(project: Path) -> None:
    path = project / "data" / "raw" / "segelec" / "case.yaml"
    path.write_bytes(path.read_bytes() + "# ñandú".encode("latin-1"))
    assert "not UTF-8" in message(project)


def test_unknown_reading_and_option(root: Path) -> None:
    case = load_case("segelec", root)
    with pytest.raises(InputError, match=r"“weather”: there is no reading of this name"):
        case.reading({"weather": "fine"})
    with pytest.raises(InputError, match=r"“2019H1”: not an option of the reading services_period"):
        case.reading({"services_period": "2019H1"})


def test_a_reading_of_a_case_that_has_none(root: Path) -> None:
    with pytest.raises(InputError, match=r"“zzz”: there is no reading of .*the case has none"):
        load_case("template", root).reading({"zzz": "1"})


def test_outside_the_project(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not inside the project"):
        project_root(tmp_path)


@pytest.mark.parametrize("case", RULES["rules-are-said-in-words"], ids=lambda case: case[-1])
def test_rules_are_said_in_words(project: Path, case: list[str]) -> None:
    old, new, *words = case
    edit(project, old, new)
    said = message(project)
    assert all(part in said for part in words)


def test_a_day_that_is_none(project: Path) -> None:
    path = project / "data" / "raw" / "segelec" / "case.yaml"
    text = re.sub("^date: .*$", "date: 31/07/2024", path.read_text(encoding="utf-8"), flags=re.M)
    path.write_text(text, encoding="utf-8")
    assert "column date: “31/07/2024”: must be a day. To fix: write it like 2024-12-31" in (
        message(project)
    )
