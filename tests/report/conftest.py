"""A small project with two notebooks, and ways to look into what Typst makes of them."""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pikepdf
import pypdfium2
import pytest
import typst

collect_ignore = ["tiny", "project"]  # projects of their own, which tests build

PROJECT = Path(__file__).with_name("project")
SVG = (PROJECT / "bars.svg").read_text(encoding="utf-8").strip()
CAPTION, ALT = "Bars of *both* years. The rest of it.", "Two bars, the second higher"


def code(*outputs: nbformat.NotebookNode, source: str = "show()") -> nbformat.NotebookNode:
    return v4.new_code_cell(source, execution_count=1, outputs=list(outputs))


def shown(data: dict[str, str], **about: str) -> nbformat.NotebookNode:
    metadata = {"analysis": about} if about else {}
    return v4.new_output("display_data", data=data, metadata=metadata)


def figure(label: str = "fig-bars", width: int = 300, **more: str) -> nbformat.NotebookNode:
    about = {"type": "figure", "label": label, "kind": "synthetic", "caption": CAPTION, "alt": ALT}
    drawing = base64.b64encode(SVG.format(width=width, text="embedded").encode()).decode()
    return shown({"text/html": f'<img src="data:image/svg+xml;base64,{drawing}">'}, **about | more)


def stopped() -> nbformat.NotebookNode:
    return v4.new_output("error", ename="ValueError", evalue="bad value", traceback=["..."])


def table(label: str, rows: int, columns: int, cell: str = "v") -> nbformat.NotebookNode:
    head = ", ".join(f'"column {x}"' for x in range(columns))
    body = ", ".join(f'"{cell}{y}.{x}"' for y in range(rows) for x in range(columns))
    typ = f"table(columns: {columns}, table.header({head}), {body})"
    about = {"type": "table", "label": label, "caption": f"Table {label}.", "kind": "derived"}
    return shown({"text/x-typst": typ, "text/plain": "t"}, **about)


def cell(content: str | nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a cell as it is, one of Markdown for a text, one of code for an output."""
    if isinstance(content, str):
        return v4.new_markdown_cell(content)
    return code(content) if "output_type" in content else content


def notebook(path: Path, *cells: str | nbformat.NotebookNode) -> Path:
    content = v4.new_notebook(cells=[cell(one) for one in cells])
    for number, one in enumerate(content.cells):
        one["id"] = f"cell-{number}"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(content, path)
    return path


def make_project(root: Path) -> Path:
    """Write a project with two notebooks that use everything the report can show."""
    shutil.copytree(PROJECT, root)
    (root / "pyproject.toml").touch()
    (root / "figures/demo").mkdir(parents=True)
    first = root / "notebooks/first.md"
    file = "figures/demo/fig_01_bars.svg"
    (root / file).write_text(SVG.format(width=454, text="from the file"), encoding="utf-8")
    notebook(
        root / "notebooks/01_first.ipynb",
        first.read_text(encoding="utf-8"),
        v4.new_code_cell("case = 'demo'", execution_count=1, metadata={"tags": ["parameters"]}),
        code(figure(file=file), shown({"text/markdown": "**Figure 1.** caption"}, type="caption")),
        table("tbl-long", 60, 4),
    )
    notebook(
        root / "notebooks/02_second.ipynb",
        "# Second\n\nText.\n\n## Later on\n\n- one\n- two",
        table("tbl-wide", 3, 16, "12345.67-"),
        figure("fig-small", 120),
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


def texts(path: Path) -> list[str]:
    """Text of every page."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]


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
