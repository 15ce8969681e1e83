"""A small project with two notebooks, and ways to look into what Typst makes of them."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pikepdf
import pytest
import typst

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="90pt">'
    '<rect width="{width}" height="90" fill="#0b4f6c"/>'
    '<text x="9" y="50" font-family="IBM Plex Sans" fill="white">{text}</text></svg>'
)

CASE = """\
name: demo
title: Demo
subtitle: A firm that does not exist
kind: synthetic
currency: PEN
currency_name: soles
date: 2024-12-25
source:
  authors: Ñandú, A. & Łoś, B.
  title: "A study of #1 *firms* & [others]"
  published: 25 December 2024
periods: {first: 2023Q1, last: 2024Q2, baseline: 2023H1, current: 2024Q2}
"""

FIRST = """\
# First things

Señores, zażółć gęślą jaźń. See [the figure](#fig-bars), [the rows](#tbl-long) and [what comes
later](02_second.ipynb#sec-later-on).

$$ 1 + g_L = \\frac{1 + g_S}{1 + g_P}. $$

## A heading with `code` & *stress*

There were <data value="n">288</data> services, $n$. <!-- never shown -->
"""


def code(*outputs: nbformat.NotebookNode, source: str = "show()") -> nbformat.NotebookNode:
    return v4.new_code_cell(source, execution_count=1, outputs=list(outputs))


def shown(data: dict[str, str], **about: str) -> nbformat.NotebookNode:
    metadata = {"analysis": about} if about else {}
    return v4.new_output("display_data", data=data, metadata=metadata)


def figure(label: str = "fig-bars", width: int = 300, **more: str) -> nbformat.NotebookNode:
    about = {
        "type": "figure",
        "label": label,
        "caption": "Bars of *both* years. The rest of it.",
        "alt": "Two bars, the second higher",
        "kind": "synthetic",
    } | more
    return shown({"image/svg+xml": SVG.format(width=width, text="embedded")}, **about)


def error_cell() -> nbformat.NotebookNode:
    return v4.new_output("error", ename="ValueError", evalue="bad value", traceback=["..."])


def table(
    label: str, rows: int, columns: int, cell: str = "v", **more: str
) -> nbformat.NotebookNode:
    head = ", ".join(f'"column {x}"' for x in range(columns))
    body = ", ".join(f'"{cell}{y}.{x}"' for y in range(rows) for x in range(columns))
    typ = f"table(columns: {columns}, table.header({head}), {body})"
    about = {"type": "table", "label": label, "caption": f"Table {label}.", "kind": "derived"}
    return shown({"text/x-typst": typ, "text/plain": "t"}, **(about | more))


def notebook(path: Path, *cells: nbformat.NotebookNode) -> Path:
    content = v4.new_notebook(cells=list(cells))
    for number, cell in enumerate(content.cells):
        cell["id"] = f"cell-{number}"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(content, path)
    return path


def make_project(root: Path) -> Path:
    """Write a project with two notebooks that use everything the report can show."""
    raw, processed = root / "data/raw/demo", root / "data/processed/demo"
    for folder in (raw, processed / "ledger", root / "requirements", root / "figures/demo"):
        folder.mkdir(parents=True)
    (root / "pyproject.toml").write_text("", encoding="utf-8")
    (raw / "case.yaml").write_text(CASE, encoding="utf-8")
    (raw / "claims.csv").write_text("claim_id,printed\na,354\n", encoding="utf-8")
    (processed / "kpis.csv").write_text("kpi,value\nx,1\n", encoding="utf-8")
    (processed / "ledger/service.csv").write_text("id\nS1\n", encoding="utf-8")
    (processed / "verdicts.csv").write_text(
        "claim_id,reading,default,verdict\n"
        "a,x=1,False,inconsistent\na,x=2,True,reproduced\nb,,True,not reported\n"
        "c,y=1,True,consistent\nc,y=2,False,unreadable\n",
        encoding="utf-8",
    )
    (root / "requirements/report.txt").write_text("typst==0.15.2\n", encoding="utf-8")
    file = "figures/demo/fig_01_bars.svg"
    (root / file).write_text(SVG.format(width=454, text="from the file"), encoding="utf-8")
    notebook(
        root / "notebooks/01_first.ipynb",
        v4.new_markdown_cell(FIRST),
        v4.new_code_cell("case = 'demo'", execution_count=1, metadata={"tags": ["parameters"]}),
        code(figure(file=file), shown({"text/markdown": "**Figure 1.** caption"}, type="caption")),
        code(table("tbl-long", 60, 4)),
    )
    notebook(
        root / "notebooks/02_second.ipynb",
        v4.new_markdown_cell("# Second\n\nText.\n\n## Later on\n\n- one\n- two"),
        code(table("tbl-wide", 3, 16, "12345.67-")),
        code(figure("fig-small", 120)),
    )
    return root


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path / "project")
    monkeypatch.chdir(root)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return root


def notebooks(root: Path) -> list[Path]:
    return sorted((root / "notebooks").glob("*.ipynb"))


def structure(pdf: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Dictionary]]:
    """Tags of a tagged PDF, in reading order."""
    waiting = [pdf.Root.StructTreeRoot.K]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += reversed(list(node))
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield str(node.S), node
            if "/K" in node:
                waiting.append(node.K)


def tags(pdf: pikepdf.Pdf) -> Counter[str]:
    return Counter(tag for tag, _ in structure(pdf))


_PRELUDE = """
#let cross-reference(target, body, ..more) = emph(body)
"""


def to_html(markup: str) -> str:
    """Body of the HTML that Typst's own exporter makes of some markup."""
    made = typst.compile((_PRELUDE + markup).encode(), format="html", ignore_system_fonts=True)
    return re.sub(r"^.*?<body>|</body>.*$", "", made.decode("utf-8"), flags=re.DOTALL)


def texts_of(markups: list[str]) -> list[str]:
    """Read back what Typst shows for each piece of markup; any markup in it is an error."""
    reader = """
    #let plain(it) = {
      if it.func() in (text, [#sym.hash].func()) { it.text }
      else if it == [ ] { " " }
      else if it.has("children") { it.children.map(plain).join("") }
      else { panic("not plain text: " + repr(it)) }
    }
    """
    cells = "\n".join(f"#metadata(plain([{markup}]))<t>" for markup in markups)
    compiler = typst.Compiler((reader + cells).encode(), ignore_system_fonts=True)
    return [text or "" for text in json.loads(compiler.query("<t>", field="value"))]


def visible(markup: str) -> str:
    """Text of HTML without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))
