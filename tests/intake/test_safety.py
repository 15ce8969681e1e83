"""Whatever stands in a cell stays text: in tables, captions, figures and files."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import mistune
import pandas as pd
import pypdfium2
import pytest
import typst

from analysis.figures import concept_charts, service_charts
from analysis.notebook import display as table
from analysis.notebook.drawing import Figure, contents, svg
from analysis.notebook.prose import literal
from analysis.report.markup import typst_text

from .conftest import Firm, cases

ROOT = Path(__file__).resolve().parents[2]
NASTY = cases("safety-nasty")


def keys() -> list[str]:
    return [f"K{number}" for number in range(len(NASTY))]


@pytest.fixture
def service_types(firm: Firm) -> list[str]:
    """Let the texts come in as a firm's own, through the reader."""
    rows = [["customer_id", "segment"], *zip(keys(), NASTY, strict=True)]
    with (firm.raw / "customer.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    intake = firm.read()
    assert not intake.problems
    return list(intake.tables["customer"]["segment"])


def test_cells_come_in_as_they_are(service_types: list[str]) -> None:
    assert service_types == NASTY


def shown(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    found: list[Mapping[str, str]] = []
    monkeypatch.setattr(table, "emit", lambda data, about=None: found.append(data))
    table.show_table(frame, label="tbl-x", caption=literal(NASTY[9]), kind="yours")
    return found[0]


def test_a_notebooks_table(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shown(pd.DataFrame({"text": NASTY}), monkeypatch)["text/html"]
    body = made[made.index("<tbody") :]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", body)
    assert [html.unescape(re.sub(r"</?span>", "", cell)) for cell in cells] == NASTY
    assert set(re.findall(r"<(\w+)", body)) == {"tbody", "tr", "td", "span"}
    # what a browser's typesetter looks at is text between two tags: no formula begins in one
    for piece in re.split(r"<[^>]*>", body):
        assert "$" not in piece or piece == "$"
        assert "\\" not in piece or piece == "\\"


def test_a_table_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    code = shown(pd.DataFrame({"text": NASTY}), monkeypatch)["text/x-typst"]
    source = f"#set page(width: 40cm, height: 30cm)\n#{code}\n"
    pdf = pypdfium2.PdfDocument(typst.compile(source.encode(), ignore_system_fonts=True))
    assert len(pdf) == 1  # no page break came in
    text = re.sub(r"\s+", " ", pdf[0].get_textpage().get_text_range())
    for cell in NASTY:
        assert cell in text


@pytest.mark.parametrize("text", NASTY)
def test_a_caption(text: str) -> None:
    made = str(mistune.html(f"Most are {literal(text)}.")).strip()
    assert set(re.findall(r"</?(\w+)", made)) <= {"p", "span"}
    assert html.unescape(re.sub(r"</?(p|span)>", "", made)) == f"Most are {text}."


@pytest.mark.parametrize("text", NASTY)
def test_a_path_or_formula_reads_nothing_in_typst(text: str) -> None:
    made = typst.compile(f"x{typst_text(text)}x".encode(), format="svg", ignore_system_fonts=True)
    assert b"root:" not in made


def texts_of(figure: Figure) -> str:
    """Return all text of a drawing, its title and description apart."""
    drawing = re.sub(r"<metadata>.*?</metadata>", "", svg(figure), flags=re.DOTALL)
    assert "<script" not in drawing
    assert "<img" not in drawing
    return " ".join(html.unescape(part) for part in re.findall(r">([^<]+)</text>", drawing))


def test_figures(service_types: list[str]) -> None:
    count = len(service_types)
    frame = pd.DataFrame(
        {
            "service_type": keys(),
            "name": service_types,
            "services": range(count, 0, -1),
            "printed": False,
        }
    )
    total = frame["services"].sum()
    frame["share"] = frame["services"] / total
    frame["cumulative"] = frame["share"].cumsum()
    figure = service_charts.services_by_type(frame, "2024Q4", "yours")
    drawn = re.sub(r"\s+", "", texts_of(figure))
    for text in NASTY:  # long names are broken and cut
        assert re.sub(r"\s+", "", text)[:12] in drawn
    assert figure.caption.startswith("“=HYPERLINK(")


def test_words_of_the_diagnosis(service_types: list[str]) -> None:
    rows = pd.DataFrame(
        {
            "quadrant": ["strength", "weakness", "opportunity", "threat"] * 3 + ["threat"] * 2,
            "text": service_types,
            "place": "1",
            "quotation": "",
        }
    )
    drawn = re.sub(r"\s+", "", texts_of(concept_charts.swot(rows)))
    for text in NASTY:
        assert re.sub(r"\s+", "", text) in drawn


def test_the_data_of_a_figure(service_types: list[str], tmp_path: Path) -> None:
    rows = pd.DataFrame({"quadrant": "threat", "text": service_types, "place": "", "quotation": ""})
    files = contents(concept_charts.swot(rows), "report/acme.pdf")
    cells = [row["text"] for row in csv.DictReader(files[".csv"].splitlines())]
    assert cells[:4] == ["'" + text for text in NASTY[:4]]
    assert cells[4:] == NASTY[4:]
    assert json.loads(files[".json"])["kind"] == "words"


def test_git_takes_no_rows_of_a_firm_unless_it_is_told_to(tmp_path: Path) -> None:
    """Nobody publishes a firm's rows by ``git add .``; every case of the project stays public."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    cases = [path.name for path in (ROOT / "data" / "raw").iterdir() if path.is_dir()]
    tracked = subprocess.run(
        ["git", "ls-files", "data/raw"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    public = {name for name in cases if any(f"data/raw/{name}/" in path for path in tracked)}
    if not public:
        pytest.skip("this copy of the project is not under git")
    git("init", "--quiet")
    shutil.copy(ROOT / ".gitignore", tmp_path)
    for name in (*public, "acme"):
        (tmp_path / "data" / "raw" / name).mkdir(parents=True)
        (tmp_path / "data" / "raw" / name / "sale.csv").write_text("x", encoding="utf-8")
    git("add", ".")
    added = {path.split("/")[2] for path in git("ls-files", "data/raw").split()}
    assert added == public
    git("add", "-f", "data/raw/acme")
    assert "data/raw/acme/sale.csv" in git("ls-files")
