"""Reports on a period: what may be asked for, and their numbers against sums made by hand here."""

from __future__ import annotations

import re
import shutil
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import yaml

from analysis.base.errors import InputError
from analysis.cli import main
from analysis.kpis.cube import read_cube
from analysis.kpis.levels import kpi_periods
from analysis.notebook.edition import Edition, begin, chapters, edition
from analysis.tables.case import Case
from tests import warm

from .test_papermill import by_hand

ROOT = Path(__file__).resolve().parents[2]
CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
ASKED: dict[str, dict[str, Any]] = CASES["asked"]


def written(value: Fraction, places: str) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


# ---- What may be asked for


def test_nothing_asked_for_is_the_report_of_the_case(segelec: Case) -> None:
    report = edition(segelec)
    assert (report.name, report.period, report.base) == ("segelec", "2024Q2", "year-ago")
    assert not report.periodic


@pytest.mark.parametrize(("name", "asked"), ASKED.items())
def test_names_and_places(segelec: Case, name: str, asked: dict[str, Any]) -> None:
    report = edition(segelec, **asked)
    assert report.name == name
    assert report.folder == ROOT / ".build" / name
    assert report.home == report.folder


def test_titles(segelec: Case) -> None:
    report = edition(segelec, period="2023H2", base="previous", readings=["cost_target=cap"])
    assert report.title() == (
        "Report on the second half of 2023, compared with the first half of 2023"
    )
    assert "on the half-year before" in report.about()
    assert "cost_target = cap (costs fall by less than 1% a month" in report.about()
    assert report.make_options() == " PERIOD=2023H2 BASE=previous READING=cost_target=cap"
    assert edition(segelec, period="2024-02").title().endswith("compared with February 2023")


@pytest.mark.parametrize(("asked", "message"), CASES["asked-refused"])
def test_what_cannot_be_reported_is_one_message(
    segelec: Case, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        edition(segelec, **asked)


@pytest.mark.parametrize(("given", "lines"), CASES["begin-refused"])
def test_all_parameters_of_a_notebook_are_checked_at_once(
    given: dict[str, Any], lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "notebooks")
    with pytest.raises(InputError) as raised:
        begin(**given)
    found = str(raised.value).split("\n")
    assert len(found) == len(lines)
    for line, pattern in zip(found, lines, strict=True):
        assert re.fullmatch(pattern, line), line


def test_a_notebook_begins_with_its_case_period_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    study = begin("segelec", "2022Q1")  # no base is asked for, so none is missing
    assert (study.case.name, study.period, study.base) == ("segelec", "2022Q1", "year-ago")
    assert (study.rows / "service.csv").is_file()
    assert {"sales", "services"} <= set(study.sums["measure"])
    assert (study.quarter, study.days) == ("2022Q1", ("2022-01-01", "2022-03-31"))
    february = begin("segelec", "2024-02")
    assert (february.quarter, february.days) == ("2023Q4", ("2024-02-01", "2024-02-29"))
    assert begin("segelec", "2022-02").quarter == "2022Q1"  # none has ended
    assert begin("segelec", readings={"target_kind": "points"}).reading["target_kind"] == "points"


def test_a_case_that_was_not_built_says_how(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    with pytest.raises(InputError, match=r"case: “template”: .* make report CASE=template"):
        begin("template")


def test_comparable_periods(segelec: Case) -> None:
    assert edition(segelec, period="2024H1").comparable() == ["2023H1", "2023H2", "2024H1"]
    assert edition(segelec, period="2022Q3", base="previous").comparable() == ["2022Q2", "2022Q3"]
    months = edition(segelec, period="2023-03").comparable()
    assert months == ["2023-01", "2023-02", "2023-03"]


# ---- Its numbers


def test_a_year_is_the_sum_of_its_quarters_and_has_one_base(segelec: Case) -> None:
    table = kpi_periods(read_cube(segelec), "year").set_index(["kpi", "period"])
    quarters = kpi_periods(read_cube(segelec)).set_index(["kpi", "period"])
    for year in ("2022", "2023"):
        parts = [quarters.xs(f"{year}Q{number}", level="period") for number in range(1, 5)]
        for name in ("sales", "services", "technician_hours"):
            assert table["value"][name, year] == sum(part["value"][name] for part in parts)
        tops, bottoms = (
            sum(part[column]["waiting_days"] for part in parts)
            for column in ("numerator", "denominator")
        )
        assert table["value"]["waiting_days", year] == Fraction(int(tops), int(bottoms))
        assert table["value"]["satisfaction", year] is None  # nobody was asked before 2024
    previous = edition(segelec, period="2023", base="previous")
    assert previous.base_period() == edition(segelec, period="2023").base_period() == "2022"


# ---- From end to end


def inventory(root: Path, *besides: str) -> dict[str, bytes]:
    """The bytes of all files, but of those whose path begins in one of some ways."""
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: p.read_bytes() for name, p in files.items() if not name.startswith(besides)}


def test_a_month_against_the_one_before_becomes_a_pdf(
    tmp_path: Path,
    segelec: Case,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = tmp_path / "copy"
    for folder in ("data", "figures", "notebooks", "report", "requirements"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("*-20*"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    name = "segelec-2024-02-previous-cost_target-cap"
    before = inventory(copy)
    asked = ["--period", "2024-02", "--base", "previous", "--reading", "cost_target=cap"]
    paths = [str(path.relative_to(ROOT)) for path in chapters(edition(segelec, period="2024-02"))]
    monkeypatch.chdir(copy)
    assert main(["edition", "--period", "2031Q1"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("edition: “2031Q1”: the period lies outside the ledger")
    assert said.count("\n") == 1
    assert inventory(copy) == before
    for step in (["edition"], *(["notebook", path] for path in paths), ["report"]):
        assert warm.step([*step, *asked], copy) == 0

    assert inventory(copy, f".build/{name}/", f"report/{name}.pdf") == before
    text = _text(copy / "report" / f"{name}.pdf")
    assert "Report on February 2024, compared with January 2024" in text
    assert "cost_target = cap" in text
    now, then = by_hand("2024-02"), by_hand("2024-01")
    assert f"In Feb 2024: {now['services']} services delivered" in text
    assert f"sales {written(now['sales'], '1'):,} soles" in text
    assert (
        f"{written(100 * (now['sales'] / then['sales'] - 1), '0.1'):+}%".replace("-", "−") in text
    )
    figures = sorted(path.name[7:] for path in (copy / ".build" / name / "figures").rglob("*.svg"))
    assert "comparison.svg" in figures


def _text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    pages = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return re.sub(r"\s+", " ", pages.replace("\ufffe", "").replace("\u00ad", ""))


def test_another_default_is_not_injected(segelec: Case) -> None:
    given = {"case": "segelec", "period": "2024Q2", "base": "year-ago", "readings": {}}
    assert Edition(segelec, "2024Q2", "year-ago").parameters == given
