"""The PDF itself: standards, tags, attachments, equal bytes, and errors that leave it alone."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat.v4 as v4
import pikepdf
import pytest

from analysis.base.errors import InputError
from analysis.notebook.edition import Edition, edition
from analysis.report import frontmatter
from analysis.report.book import build_report, convert_chapters, render_figure, timestamp
from analysis.tables.case import load_case

from .conftest import (
    SVG,
    figure,
    make_project,
    notebook,
    notebooks,
    stopped,
    structure,
    table,
    texts,
)


def demo() -> Edition:
    """Return the report of the case in the current folder."""
    return edition(load_case("demo"))


def build(root: Path, *paths: Path) -> Path:
    """Build the report of some notebooks, or of all."""
    return build_report(demo(), paths or notebooks(root), root / "x.pdf")


def outline(pdf: pikepdf.Pdf) -> list[tuple[str, list[str]]]:
    with pdf.open_outline() as opened:
        return [(item.title, [child.title for child in item.children]) for item in opened.root]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_project(tmp_path_factory.mktemp("book") / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        return build(root)


@pytest.fixture(scope="module")
def pdf(built: Path) -> pikepdf.Pdf:
    return pikepdf.open(built)


def test_claims_both_standards_with_title_language_and_date(pdf: pikepdf.Pdf) -> None:
    assert pdf.Root.Lang == "en"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    about = pdf.open_metadata()
    names = ("pdfuaid:part", "pdfaid:part", "pdfaid:conformance")
    assert [about[name] for name in names] == ["1", "3", "A"]
    assert about["dc:title"] == "Demo: A firm that does not exist"
    assert about["xmp:CreateDate"] == "2024-12-25T00:00:00+00:00"


def test_its_objects_are_packed_as_the_standards_allow(project: Path) -> None:
    """ISO 19005-3: 6.1.2 header and binary comment, 6.1.3 file identifier, 6.6.2 metadata."""
    content = build(project).read_bytes()
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}\n", content)
    assert set(re.findall(rb"<(pdf.?aid:part)>(.)<", content)) == {
        (b"pdfaid:part", b"3"),
        (b"pdfuaid:part", b"1"),
    }
    assert content.count(b"/ObjStm") > 1
    assert b"\nxref\n" not in content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert all(map(bytes, pdf.trailer.ID))
        assert "/Encrypt" not in pdf.trailer
        whole = io.BytesIO()
        pdf.save(whole, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert len(content) < 0.75 * len(whole.getvalue())


def test_every_figure_and_formula_has_alternative_text(pdf: pikepdf.Pdf) -> None:
    marked = [(tag, node) for tag, node in structure(pdf) if tag in {"/Figure", "/Formula"}]
    found = [(tag, str(node.get("/Alt", ""))) for tag, node in marked]
    assert found.count(("/Figure", "Two bars, the second higher")) == 2
    assert ("/Formula", r"1 + g_L = \frac{1 + g_S}{1 + g_P}.") in found
    assert all(alt for _, alt in found)


def test_tables_have_heads_and_captions(pdf: pikepdf.Pdf) -> None:
    count = Counter(tag for tag, _ in structure(pdf))
    assert count["/Table"] == count["/THead"] == 3  # long, wide, list of attached files
    assert count["/TH"] == 4 + 16 + 4
    assert count["/TR"] == 61 + 4 + 1 + 5
    assert count["/Caption"] == 4


def test_the_outline_has_chapters_and_sections(pdf: pikepdf.Pdf) -> None:
    assert outline(pdf) == [
        ("Contents", []),
        ("1 First things", ["1.1 A heading with code & stress"]),
        ("2 Second", ["2.1 Later on"]),
        ("Sources", ["Files inside this document"]),
        ("Figures and tables", []),
    ]


def test_data_and_lock_are_attached(pdf: pikepdf.Pdf) -> None:
    found = {
        name: (str(item.relationship), item.get_file().mime_type, item.get_file().read_bytes())
        for name, item in pdf.attachments.items()
    }
    assert found.pop("verdicts.csv")
    assert found == {
        "claims.csv": ("/Source", "text/csv", b"claim_id,printed\na,354\n"),
        "kpis.csv": ("/Data", "text/csv", b"kpi,value\nx,1\n"),
        "ledger_service.csv": ("/Data", "text/csv", b"id\nS1\n"),
        "requirements.txt": ("/Supplement", "text/plain", b"typst==0.15.2\n"),
    }
    assert all(str(item.description) for item in pdf.attachments.values())


def test_only_the_bundled_and_embedded_fonts_are_used(pdf: pikepdf.Pdf) -> None:
    names = {
        str(item.BaseFont).split("+")[-1].split("-")[0]
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
    }
    assert names <= {"IBMPlexSans", "LibertinusSerif", "DejaVuSansMono", "NewCMMath"}


def test_a_wide_table_turns_its_page(pdf: pikepdf.Pdf) -> None:
    turned = [page for page in pdf.pages if page.mediabox[2] > page.mediabox[3]]
    assert len(turned) == 1


_BUILD = """
from pathlib import Path
from analysis.base.steps import fix_environment
fix_environment()
from analysis.notebook.edition import edition
from analysis.report.book import build_report
from analysis.tables.case import load_case
build_report(edition(load_case("demo")), sorted(Path("notebooks").glob("*.ipynb")), Path("out.pdf"))
"""


def test_bytes_do_not_depend_on_folder_clock_locale_or_hash_seed(
    built: Path, tmp_path: Path
) -> None:
    root = make_project(tmp_path / "another, longer name")
    other = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "123", "LC_ALL": "pl_PL.UTF-8"}
    other |= dict.fromkeys(("TMPDIR", "HOME"), str(tmp_path))
    surroundings = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")} | other
    surroundings.pop("SOURCE_DATE_EPOCH", None)
    subprocess.run([sys.executable, "-c", _BUILD], cwd=root, env=surroundings, check=True)
    assert (root / "out.pdf").read_bytes() == built.read_bytes()


def test_the_date_follows_source_date_epoch(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86399")
    made = pikepdf.open(build(project))
    assert made.open_metadata()["xmp:CreateDate"] == "1970-01-01T23:59:59+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="“yesterday”: SOURCE_DATE_EPOCH must be a number"):
        build(project)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["# T\n\n[x](#fig-none)"], r"03_bad\.ipynb, cell 1.*fig-none"),
        (["# T", figure()], r"already used in 01_first\.ipynb, cell 3"),
        (["# T", stopped()], "03_bad.ipynb, cell 2.*stopped here"),
        (["# T", v4.new_code_cell("f()")], "cell 2: a cell was not run"),
        (["# T\n\nok", "日本"], "03_bad.*cell 2: .*no font .* has the character '日'"),
        (["# T", table("tbl-x", 1, 1, 'a", panic("boom"), "')], "cell 2: .*boom"),
        (["# T\n\n[y](#sec-t) [x](02_second.ipynb#sec-none)"], "sec-none"),
    ],
)
def test_bad_notebooks_leave_the_last_good_pdf_alone(
    project: Path, cells: list[object], message: str
) -> None:
    out = project / "report/demo.pdf"
    out.parent.mkdir()
    out.write_bytes(b"the last good one")
    notebook(project / "notebooks/03_bad.ipynb", *cells)
    with pytest.raises(InputError, match=message):
        build_report(demo(), notebooks(project), out)
    assert out.read_bytes() == b"the last good one"
    assert list(out.parent.iterdir()) == [out]


def test_what_is_no_notebook_is_refused(project: Path) -> None:
    path = project / "notebooks/03_bad.ipynb"
    for content in ("not json", "[]", '{"nbformat": 4}', '{"cells": 3, "nbformat": 4}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=r"03_bad\.ipynb"):
            build(project, path)
    with pytest.raises(InputError, match="notebook does not exist"):
        build(project, project / "nothing.ipynb")
    with pytest.raises(InputError, match="at least one notebook"):
        build_report(demo(), [], project / "x.pdf")


def test_the_digest_of_the_inputs_is_that_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    files, listing = {"a/c.csv": b"x", "b.csv": b""}, ""
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        listing += f"{hashlib.sha256(content).hexdigest()}  {name}\n"
    (tmp_path / ".hidden").write_bytes(b"ignored")
    assert frontmatter.inputs_digest(tmp_path) == hashlib.sha256(listing.encode()).hexdigest()


def test_sources_name_the_study_first(project: Path) -> None:
    own, article = frontmatter.sources(load_case("demo", project), ["02_kpis", "06_efficiency"])
    assert own.startswith(r"Ñandú\, A\. \& Łoś\, B\. (25 December 2024). #emph[A study of \#1")
    assert "Kowalczyk" in article
    assert frontmatter.sources(load_case("demo", project), ["02_kpis"]) == [own]


def test_a_case_without_study_verdicts_or_lock_builds_too(project: Path) -> None:
    case = project / "data/raw/demo/case.yaml"
    text = re.sub(r"source:\n(  .*\n)+", "", case.read_text(encoding="utf-8"))
    case.write_text(text.replace("kind: synthetic", "kind: yours"), encoding="utf-8")
    (project / "data/processed/demo/verdicts.csv").unlink()
    (project / "requirements/report.txt").unlink()
    made = pikepdf.open(build(project))
    assert sorted(made.attachments) == ["claims.csv", "kpis.csv", "ledger_service.csv"]


def test_a_summary_stands_before_the_contents(project: Path) -> None:
    """Cells with the tag leave their chapter; a notebook of nothing else is no chapter."""
    summary = {"tags": ["summary"]}
    notebook(
        project / "notebooks/00_start.ipynb",
        v4.new_markdown_cell("# In short\n\nSales rose.", metadata=summary),
        v4.new_code_cell("case = 'demo'", execution_count=1),
    )
    notebook(
        project / "notebooks/03_more.ipynb",
        "# Third\n\nText.",
        v4.new_markdown_cell("## A finding\n\nCosts fell.", metadata=summary),
        "## What follows",
    )
    out = build(project)
    found, pages = outline(pikepdf.open(out)), texts(out)
    assert found[:2] == [("In short", ["A finding"]), ("Contents", [])]
    assert ("3 Third", ["3.1 What follows"]) in found
    assert "Sales rose." in pages[1]
    assert "Costs fell." in pages[1]


def test_the_title_page_lists_the_marks_in_use(project: Path) -> None:
    chapters = convert_chapters(notebooks(project))
    source, _ = frontmatter.main_source(demo(), chapters, timestamp(demo().case.parameters.date))
    kinds = source.partition("kinds:")[2].partition("\n")[0]
    assert re.findall(r'\("(\w+)", \[', kinds) == ["derived", "synthetic"]


def test_no_figure_stands_between_two_parts_of_a_table(project: Path) -> None:
    """A figure that finds no room, before a table that runs on to the next page."""
    tall = figure("fig-tall")
    tall.data = {mime: svg.replace('height="90', 'height="420') for mime, svg in tall.data.items()}
    path = project / "notebooks/01_rows.ipynb"
    words = "# Rows\n\n" + "Words of a text. \n\n" * 20
    notebook(path, words, tall, table("tbl-rows", 60, 3))
    pages = texts(build(project, path))
    figure_page = next(n for n, text in enumerate(pages) if "Bars of both years" in text)
    first = next(n for n, text in enumerate(pages) if "v0.0" in text)
    last = next(n for n, text in enumerate(pages) if "v59.2" in text)
    assert first < last
    assert not first < figure_page <= last


def test_title_page_and_figures_as_pictures(project: Path) -> None:
    wanted, out = project / "sub/title.png", project / "x.pdf"
    assert build_report(demo(), notebooks(project), out, picture=wanted, ppi=30) == out
    once = wanted.read_bytes()
    build_report(demo(), notebooks(project), out, picture=wanted, ppi=30)
    assert wanted.read_bytes() == once
    svg = project / "a.svg"
    svg.write_text(SVG.format(width=72, text="x"), encoding="utf-8")
    picture = render_figure(svg, project / "a.png", ppi=72, margin_mm=0).read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (72, 90)
    svg.write_text("no picture", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.svg: not readable as SVG"):
        render_figure(svg, project / "b.png")


def test_no_row_is_split_over_two_pages(project: Path) -> None:
    """Long rows, whose last four together are longer than any single cell may be."""
    words = "begin " + "word " * 25 + "end of "
    path = project / "notebooks/01_rows.ipynb"
    notebook(path, "# Rows", table("tbl-rows", 60, 4, words))
    pages = texts(build(project, path))
    begun = [len(re.findall(r"\bbegin\b", text)) for text in pages]
    ended = [len(re.findall(r"\bend\b", text)) for text in pages]
    assert sum(begun) == 60 * 4
    assert sum(count > 0 for count in begun) > 1
    assert begun == ended
