"""The PDF that the build made: what a reader, a screen reader and an archive find in it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

ROOT = Path(__file__).resolve().parents[2]
PDF = ROOT / "report" / "segelec.pdf"


@pytest.fixture(scope="module")
def pdf() -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(PDF) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages() -> list[str]:
    document = pypdfium2.PdfDocument(PDF)
    return [page.get_textpage().get_text_bounded() for page in document]


def nodes(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if isinstance(element, pikepdf.Array):
        for child in element:
            yield from nodes(child)
    elif isinstance(element, pikepdf.Dictionary):
        yield element
        if "/K" in element:
            yield from nodes(element.K)


def displayed() -> list[dict[str, str]]:
    """What the committed notebooks show, in order."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                about = output.get("metadata", {}).get("analysis", {})
                if about.get("type") in {"figure", "table"}:
                    found.append(about)
    return found


def test_it_claims_accessibility_and_archiving(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
        assert "SEGELEC" in str(meta["dc:title"])
    assert str(pdf.Root.Lang) == "en"
    assert bool(pdf.Root.MarkInfo.Marked)


def test_every_figure_has_its_alternative_text(pdf: pikepdf.Pdf) -> None:
    alts = {str(n.Alt) for n in nodes(pdf.Root.StructTreeRoot) if n.get("/S") == "/Figure"}
    assert {about["alt"] for about in displayed() if about["type"] == "figure"} <= alts


def test_every_table_has_header_cells(pdf: pikepdf.Pdf) -> None:
    kinds = [str(n.get("/S")) for n in nodes(pdf.Root.StructTreeRoot)]
    tables = sum(about["type"] == "table" for about in displayed())
    assert kinds.count("/Table") >= tables
    assert kinds.count("/THead") >= tables
    assert "/TH" in kinds


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


def test_the_index_in_the_readme_counts_figures_as_the_report_does(pages: list[str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| \d+ \| \[(.+?)\]\(", readme, re.MULTILINE)
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
    with (ROOT / "data/processed/segelec/verdicts.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        shown = [row for row in csv.DictReader(stream) if row["default"] == "True"]
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


def test_pages_are_neither_blank_nor_cut(pages: list[str]) -> None:
    """Every page has ink, and none of it in the outermost 8 mm."""
    document = pypdfium2.PdfDocument(PDF)
    for number, page in enumerate(document):
        image = page.render(scale=0.5, grayscale=True).to_numpy().squeeze() < 200
        margin = round(8 / 25.4 * 72 * 0.5)
        assert image.any(), number
        inner = image[margin:-margin, margin:-margin].sum()
        assert image.sum() == inner, number


REPORTS = sorted((ROOT / "report").glob("*.pdf"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_no_page_but_the_last_is_nearly_empty(path: Path) -> None:
    """Text or drawings reach below the upper third of the page, header and footer left out."""
    *pages, _ = pypdfium2.PdfDocument(path)
    for number, page in enumerate(pages, start=1):
        image = page.render(scale=0.5, grayscale=True).to_numpy().squeeze() < 200
        height = len(image)
        rows = image[height * 26 // 297 : height * 275 // 297].any(axis=1).nonzero()[0]
        assert rows.max() > height / 3, f"page {number}"
