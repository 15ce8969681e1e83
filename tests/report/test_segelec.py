"""The PDF that the build made: what a reader, a screen reader and an archive find in it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest

from .conftest import structure, texts

ROOT = Path(__file__).resolve().parents[2]
PDF = ROOT / "report" / "segelec.pdf"


@pytest.fixture(scope="module")
def pdf() -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(PDF) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages() -> list[str]:
    return texts(PDF)


def displayed() -> list[dict[str, str]]:
    """What the committed notebooks show, in order."""
    paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    read = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    outputs = [o for each in read for cell in each["cells"] for o in cell.get("outputs", [])]
    found = [output.get("metadata", {}).get("analysis", {}) for output in outputs]
    return [about for about in found if about.get("type") in {"figure", "table"}]


def test_every_figure_and_table_is_tagged(pdf: pikepdf.Pdf) -> None:
    found = list(structure(pdf))
    alts = {str(node.get("/Alt")) for tag, node in found if tag == "/Figure"}
    assert {about["alt"] for about in displayed() if about["type"] == "figure"} <= alts
    tables = sum(about["type"] == "table" for about in displayed())
    kinds = Counter(tag for tag, _ in found)
    assert min(kinds["/Table"], kinds["/THead"], kinds["/TH"]) >= tables > 0
    with pdf.open_metadata() as meta:
        assert "SEGELEC" in str(meta["dc:title"])


def test_attachments_are_the_files_themselves(pdf: pikepdf.Pdf) -> None:
    attached = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    data = ROOT / "data"
    wanted = [
        data / "raw" / "segelec" / "claims.csv",
        data / "processed" / "segelec" / "kpis.csv",
        *sorted((data / "processed" / "segelec" / "ledger").glob("*.csv")),
        ROOT / "requirements" / "report.txt",
    ]
    for path in wanted:
        assert path.read_bytes() in attached.values(), path.name


def test_every_caption_and_its_kind_is_there(pages: list[str]) -> None:
    text = re.sub(r"\s+", " ", " ".join(pages)).replace("\u00ad", "").replace("\ufffe", "")
    for about in displayed():
        first = re.sub(r"[*`_]", "", about["caption"].split(". ")[0])
        start = " ".join(first.split()[:4])
        assert start in text.replace("’", "'"), about["label"]
        assert about["kind"].upper() in text


def test_the_index_of_figures_counts_figures_as_the_report_does(pages: list[str]) -> None:
    page = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| \[(.+?)\]\(", page, re.MULTILINE)
    text = re.sub(r"[^\w]", "", "".join(pages))
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == sum(about["type"] == "figure" for about in displayed())
    for number, title in rows:
        start = re.sub(r"[^\w]", "", title)[:40]
        assert re.search(rf"Figure{number}[A-Z]*{start}", text), title  # its mark stands between


def test_the_evidence_of_every_claim_is_in_the_report(pages: list[str]) -> None:
    def squeezed(text: str) -> str:
        return re.sub(r"[\s\ufffe\u00ad-]", "", text).replace("’", "'")

    text = squeezed("".join(pages))
    table = (ROOT / "data/processed/segelec/verdicts.csv").read_text(encoding="utf-8")
    shown = [row for row in csv.DictReader(io.StringIO(table)) if row["default"] == "True"]
    assert len(shown) > 60
    for row in shown:
        # 2024Q2 in the file is Q2 2024 in the report
        evidence = re.sub(r"\b(\d{4})([QH]\d)\b", r"\2 \1", row["evidence"])
        assert squeezed(evidence) in text, row["claim_id"]


def test_nothing_unfinished_shows(pages: list[str]) -> None:
    text = " ".join(pages)
    for trace in ("<Styler", "@fig", "@tbl", "0x", "nan", "NaN", "{{", "<data"):
        assert not re.search(rf"(?<!\w){re.escape(trace)}(?!\w)", text), trace
    assert not re.search(r"(?<!\w)None(?! of)(?!\w)", text)


def ink(page: pypdfium2.PdfPage) -> np.ndarray:
    return page.render(scale=0.5, grayscale=True).to_numpy().squeeze() < 200


def test_pages_are_neither_blank_nor_cut() -> None:
    """Every page has ink, and none of it in the outermost 8 mm."""
    margin = round(8 / 25.4 * 72 * 0.5)
    for number, page in enumerate(pypdfium2.PdfDocument(PDF)):
        assert ink(page).any(), number
        assert ink(page).sum() == ink(page)[margin:-margin, margin:-margin].sum(), number


REPORTS = sorted((ROOT / "report").glob("*.pdf"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_no_page_but_the_last_is_nearly_empty(path: Path) -> None:
    """Text or drawings reach below the upper third of the page, header and footer left out."""
    *pages, _ = pypdfium2.PdfDocument(path)
    for number, page in enumerate(pages, start=1):
        height = len(ink(page))
        rows = ink(page)[height * 26 // 297 : height * 275 // 297].any(axis=1).nonzero()[0]
        assert rows.max() > height / 3, f"page {number}"
