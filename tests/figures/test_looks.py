"""What every figure has to keep: text that fits, words for all readers, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest
from playwright.sync_api import Browser

from analysis.figures.style import KIND_MARK, KIND_WORDS
from analysis.notebook.drawing import Figure, contents, figure_order, figures_by_report, svg

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pictures(gallery: dict[str, Figure]) -> dict[str, str]:
    """Every figure as SVG, by name."""
    return {name: svg(figure) for name, figure in gallery.items()}


SHOWN = [name for name in figure_order() if name not in figures_by_report()["firms"]]


def test_every_figure_is_shown_once(gallery: dict[str, Figure]) -> None:
    assert set(gallery) == set(SHOWN)
    files = {path.stem for path in (ROOT / "figures").glob("*/*.svg")}
    assert {figure.stem for figure in gallery.values()} == files


@pytest.mark.parametrize("name", SHOWN)
def test_text_fits_apart_from_lines_and_can_be_read_at_the_printed_size(
    gallery: dict[str, Figure], name: str, check: Callable[..., None]
) -> None:
    figure = gallery[name]
    assert figure.figure.get_size_inches()[0] * 25.4 == pytest.approx(160)
    check(figure, against_lines=True)


@pytest.mark.parametrize("name", SHOWN)
def test_words_for_all_readers(gallery: dict[str, Figure], name: str) -> None:
    figure = gallery[name]
    for text in (figure.caption, figure.alt):
        assert text.strip().endswith(".")
        assert not re.search(r"\b(nan|NaN|None|NaT|NA|Fraction|Timestamp)\b|[{}]|  ", text)
    assert len(figure.data)
    assert len(figure.alt) > 80


def test_captions_say_the_message(gallery: dict[str, Figure]) -> None:
    for name, message in (
        ("earlier_counts", "only 288 fits"),
        ("earlier_counts", "no split fits"),
        ("respondents", "354 fits only if the figure was cut off"),
        ("productivity_services", "labour grew in at least one quarter"),
        ("productivity_services", "10.77 to 11.26% where it grew alike in both"),
        ("sales_by_reading", "5 of 21 readings"),
        ("services_by_type", "26.6% of 354 services"),
    ):
        assert message in gallery[name].caption


def test_drawings_show_their_kind_and_are_the_same_whatever_the_user_has_set(
    drawings: dict[str, tuple[Figure, Callable[[], Figure]]], pictures: dict[str, str]
) -> None:
    with matplotlib.rc_context(
        {"font.size": 20, "axes.grid": True, "xtick.labelsize": 22, "figure.facecolor": "red"}
    ):
        again = {name: draw() for name, (_, draw) in drawings.items()}
    for name, (first, _) in drawings.items():
        drawing = pictures[name]
        assert drawing == svg(again[name]), name
        mark = re.search(rf'<g id="{KIND_MARK}">(.*?)</g>', drawing, re.DOTALL)
        assert mark is not None
        assert f">{KIND_WORDS[first.kind]}</text>" in mark[1]


CLIPPED = """() => {
  const page = document.querySelector('svg').getBoundingClientRect();
  const boxes = [...document.querySelectorAll('text')].filter(t => t.textContent.trim())
    .map(t => [t.textContent.trim(), t.getBoundingClientRect()]);
  const bad = boxes.filter(([, r]) => r.right > page.right + 1 || r.left < page.left - 1
    || r.top < page.top - 1 || r.bottom > page.bottom + 1).map(([text]) => text);
  boxes.forEach(([text, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1.5 && high > 4) bad.push(text + ' on ' + other);
  }));
  return bad;
}"""


def test_no_text_is_clipped_or_overlaps_where_our_font_is_not_installed(
    gallery: dict[str, Figure], pictures: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    page, bad = browser.new_page(viewport={"width": 900, "height": 900}), {}
    for name, figure in gallery.items():
        drawing = contents(figure, "report/segelec.pdf", pictures[name])[".svg"]
        # No machine has a font of this name: what is seen are the letters in the file.
        path = tmp_path / f"{name}.svg"
        path.write_text(drawing.replace("IBM Plex Sans", "Nobody Has This"), encoding="utf-8")
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready")
        if found := page.evaluate(CLIPPED):
            bad[name] = found
        assert page.locator("text").first.text_content()[:9] == figure.caption[:9]
        assert page.locator("text", has_text="report/segelec.pdf").count() == 1
    page.close()
    assert bad == {}
