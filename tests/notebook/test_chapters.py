"""Cases that have claims alone, or none, go through every step without a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.claims.verdicts import read_universes, read_verdicts
from analysis.cli import main
from analysis.notebook.edition import chapters, edition
from analysis.notebook.run import read
from analysis.show.publication_tables import conflicts, ranges, readings, relations
from analysis.tables.case import load_case

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the verdicts on the second example have been made."""
    root = tmp_path_factory.mktemp("judged")
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    shutil.copy(ROOT / "pyproject.toml", root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["verdicts", "--case", "courier"]) == 0
    return root


@pytest.fixture
def courier(judged: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(judged)
    return judged


def test_chapters_follow_what_a_case_has() -> None:
    paper = load_case("segelec", ROOT)
    assert chapters(edition(paper))[0].stem == "00_overview"
    periodic = ["02_kpis", "03_quarter_over_quarter", "04_okrs", "05_scorecard"]
    assert [path.stem for path in chapters(edition(paper, period="2024Q1"))] == periodic
    assert [path.stem for path in chapters(edition(load_case("courier", ROOT)))] == ["claims"]
    firm = load_case("template", ROOT)
    assert [path.stem for path in chapters(edition(firm))] == ["board"]
    assert [path.stem for path in chapters(edition(firm, detail=True))] == ["board", "annex"]
    article = load_case("kowalczyk", ROOT)
    assert [path.stem for path in chapters(edition(article))] == ["09_article"]
    assert "09_article" not in [path.stem for path in chapters(edition(paper))]


def test_the_build_is_told_the_chapters(courier: Path) -> None:
    assert main(["chapters", "--case", "courier"]) == 0
    told = (courier / ".build/courier/chapters.txt").read_text(encoding="utf-8")
    assert told == "notebooks/publication/claims.ipynb\n"


def test_claims_alone_go_through_every_step(
    courier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for step in ("ledger", "kpis"):
        assert main([step, "--case", "courier"]) == 0
    assert capsys.readouterr().out == ""  # they have nothing to do
    made = courier / "data" / "processed" / "courier"
    names = {path.name for path in made.iterdir()}
    assert names == {"verdicts.csv", "multiverse.csv"}


def test_a_case_without_claims_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert main(["verdicts", "--case", "kowalczyk"]) == 0
    assert "none: the case has no claims.csv" in capsys.readouterr().out
    assert not (project / "data" / "processed" / "kowalczyk" / "verdicts.csv").exists()


def test_the_chapter_tells_its_numbers(courier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("analysis.notebook.display.emit", lambda *_: None)
    monkeypatch.setattr("analysis.notebook.display.svg", lambda *_, **__: "")
    monkeypatch.setattr("analysis.notebook.prose.emit", lambda data, _: told.append(*data.values()))
    space: dict[str, object] = {}
    for cell in read(ROOT / "notebooks" / "publication" / "claims.ipynb").cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
    text = " ".join(" ".join(told).split())
    # 15 claims; one set of three; 2 bases x 3 rules of the deliveries, none with the revenue
    assert "Of 15 claims" in text
    # the counts of both quarters and their growth fit or not with the base of that growth
    assert "contradict each other under the default readings: 1." in text
    assert "Of 6 combinations of them all 0 have a data set. The verdict of 3 claims" in text


def test_tables_of_the_chapter(courier: Path) -> None:
    case = load_case("courier", courier)
    verdicts = read_verdicts(case)
    found = conflicts(case, verdicts)["frame"]
    assert list(found["reading"]) == ["the third quarter of 2024", "default"]
    assert "“a growth of 25%”" in found["quoted"][0]
    bounds = ranges(verdicts)["frame"].set_index(["what", "period"])
    assert tuple(bounds.loc[("deliveries", "2023")]) == ("1,200", "1,200")
    fits = list(readings(case, read_universes(case))["frame"]["fits"])
    assert fits == ["some data set", "none", "none"]
    words = list(relations(case)["frame"]["words"])
    assert "deliveries = meals + parcels + documents" in words
    assert "meal share = meals ÷ deliveries, at most 1" in words
    assert "growth of deliveries (2024) is on 2023" in words


def test_tables_of_a_case_without_conflicts_or_relations(
    courier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = shutil.copytree(courier / "data/raw/courier", courier / "data/raw/alone")
    about = yaml.safe_load((alone / "case.yaml").read_text(encoding="utf-8"))
    about = {name: about[name] for name in about if name not in ("source", "date", "periods")}
    about |= {"name": "alone", "title": "Alone", "subtitle": "One claim", "currency": "USD"}
    (alone / "case.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    (alone / "relations.csv").unlink()
    claims = (alone / "claims.csv").read_text(encoding="utf-8").splitlines()
    (alone / "claims.csv").write_text("\n".join(claims[:2]) + "\n", encoding="utf-8")
    assert main(["verdicts", "--case", "alone"]) == 0
    case = load_case("alone", courier)
    verdicts = read_verdicts(case)
    assert list(verdicts["verdict"]) == ["consistent"]
    assert list(verdicts["evidence"]) == ["Fits; nothing else that is printed bears on it."]
    for view in (conflicts(case, verdicts), ranges(verdicts), relations(case)):
        assert len(view["frame"]) == 1
    assert isinstance(readings(case, read_universes(case))["frame"], pd.DataFrame)
