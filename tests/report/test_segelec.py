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
MAIN = 36
"""Pages that the chapters may take."""


@pytest.fixture(scope="module")
def pdf() -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(PDF) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages() -> list[str]:
    return texts(PDF)


def displayed() -> list[dict[str, str]]:
    """What the committed notebooks show, in order."""
    paths = sorted((ROOT / "notebooks").glob("0[0-8]_*.ipynb"))
    read = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    cells = [cell for each in read for cell in each["cells"]]
    printed = [one for one in cells if "notebook-only" not in one["metadata"].get("tags", [])]
    outputs = [output for cell in printed for output in cell.get("outputs", [])]
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
    rows = re.findall(r"^\| (\d+) \| \[(.+?)\]\(../figures/segelec/", page, re.MULTILINE)
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
    for number, page in enumerate(map(ink, pypdfium2.PdfDocument(PDF))):
        assert page.any(), number
        assert page.sum() == page[margin:-margin, margin:-margin].sum(), number


REPORTS = sorted((ROOT / "report").glob("*.pdf"))


def fills(path: Path) -> list[float]:
    """How far down each page is filled, header and footer left out, as a share of its text."""
    found = []
    for page in pypdfium2.PdfDocument(path):
        drawn = ink(page)
        top, end = (len(drawn) * mm // 297 for mm in (28, 273))
        rows = drawn[top:end].any(axis=1).nonzero()[0]
        found.append(float(rows.max()) / (end - top))
    return found


def starts(path: Path) -> dict[str, int]:
    """Titles of chapters and what stands before and after them, with the index of their page."""
    toc = pypdfium2.PdfDocument(path).get_toc()
    return {item.get_title(): item.get_dest().get_index() for item in toc if item.level == 0}


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_no_page_but_a_chapters_last_ends_less_than_two_thirds_full(path: Path) -> None:
    begun = [n for title, n in starts(path).items() if re.match(r"\d|Contents|A |Glossary", title)]
    filled = fills(path)
    lasts = {number - 1 for number in begun} | {max(starts(path).values()), len(filled) - 1}
    short = {n + 1: share for n, share in enumerate(filled) if share < 2 / 3}
    assert {n: share for n, share in short.items() if n - 1 not in lasts} == {}


def test_the_chapters_are_short_and_each_begins_a_page() -> None:
    found = starts(PDF)
    chapters = [number for title, number in found.items() if re.match(r"\d ", title)]
    (after,) = (number for title, number in found.items() if title.startswith("A "))
    assert len(chapters) == len(set(chapters)) == 9
    assert after - chapters[0] <= MAIN
    pages = texts(PDF)
    for number, start in enumerate(chapters, start=1):
        assert pages[start].lstrip().startswith(str(number))


def test_tables_that_run_on_say_so(pages: list[str]) -> None:
    assert sum("continued" in text for text in pages) > 5
    for text in pages:
        for number in re.findall(r"Table (\d+), continued", text):
            assert not re.search(rf"^Table {number}$", text, re.MULTILINE)
