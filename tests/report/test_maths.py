"""Formulas: the cache, its refresh, and the LaTeX that tex2typst needs help with."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat.v4 as v4
import pytest

from analysis.base.errors import InputError
from analysis.report.markup import CACHE, Formulas, Place, convert, normalise
from analysis.report.refresh import refresh

from .conftest import notebook, to_html, visible

HERE = Place("x", 1)


def test_the_committed_cache_compiles() -> None:
    cache = json.loads(CACHE.read_text(encoding="utf-8"))
    to_html("".join(f"$ {code} $\n" for code in cache.values()))
    assert all(key == normalise(key) for key in cache)


def test_a_cached_formula_needs_no_converter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tex2typst", None)
    formulas = Formulas({r"\frac{a}{b}": "a/b"})
    assert formulas.typst("\\frac{a}{b}\n", HERE) == "a/b"
    with pytest.raises(InputError, match=r"analysis\.report\.refresh"):
        formulas.typst("z", HERE)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"303{,}110 \text{ soles}", "303,110 soles"),
        (r"22{,}9\,\%", "22,9\N{THIN SPACE}%"),
        (r"\operatorname*{arg\,max}_x f", "arg maxxf"),
        (r"\lvert a \rvert", "|a|"),
        (r"\mathrm{NPM}", "NPM"),
    ],
)
def test_habits_of_authors(latex: str, text: str) -> None:
    pytest.importorskip("tex2typst")
    import unicodedata

    shown = visible(to_html(f"${convert(latex)}$")).replace("\N{NO-BREAK SPACE}", " ")
    assert unicodedata.normalize("NFKC", shown).replace(" ", "") == unicodedata.normalize(
        "NFKC", text
    ).replace(" ", "")


@pytest.mark.parametrize("latex", [r"\frac{", r"\undefined{x}", r"\color{red} x", r"x \tag{3}"])
def test_formulas_that_cannot_be_set_are_refused(latex: str) -> None:
    pytest.importorskip("tex2typst")
    with pytest.raises(InputError, match="cannot be set in the PDF"):
        Formulas({}).typst(latex, HERE)


def test_refresh_writes_exactly_the_formulas_in_use(tmp_path: Path) -> None:
    pytest.importorskip("tex2typst")
    cache = tmp_path / "formulas.json"
    cache.write_text('{"old": "old"}', encoding="utf-8")
    path = notebook(tmp_path / "n.ipynb", v4.new_markdown_cell("# T $x$\n\n$$ y $$\n\n`$no$`"))
    refresh([path], cache)
    assert cache.read_text(encoding="utf-8") == '{\n "x": "x",\n "y": "y"\n}\n'
