"""Where figures go when a page has no room for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.report.compiler import lay_out, settle

HEAD = '#import "/template/report.typ": *\n#show: article.with(title: "x")\n#heading(level: 1)[X]\n'
# The text column is 245 mm high; heights are in millimetres.
TEXT = "#block(height: {}mm)[text]\n"
FIGURE = "#report-figure(box(width: 99mm, height: {}mm), key: {!r}, title: [T])\n"


def floated(folder: Path, *parts: str) -> list[str]:
    body = HEAD + "".join(parts).replace("'", '"') + '#chapter-end("x")\n'
    labels = [f"fig-{name}" for name in "abc" if f'"fig-{name}"' in body]
    return settle(lay_out(folder, body, {}), {"x": labels})


def text(height: int) -> str:
    return TEXT.format(height)


def figure(name: str, height: int) -> str:
    return FIGURE.format(height, f"fig-{name}")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # there is room
        ([text(50), figure("a", 90), text(50)], []),
        # no room: the text after the figure moves up
        ([text(150), figure("a", 120), text(50), text(50)], ["fig-a"]),
        # but not if nothing follows, or if the figure would then come after the last word
        ([text(150), figure("a", 120)], []),
        ([text(150), figure("a", 120), text(20)], []),
        # a figure that would overtake an earlier one floats too
        ([text(150), figure("a", 120), figure("b", 30), text(99), text(99)], ["fig-a", "fig-b"]),
        # each stands at the top of a page of its own
        (
            [text(150), figure("a", 150), text(150), figure("b", 120), text(150), text(20)],
            ["fig-a", "fig-b"],
        ),
    ],
)
def test_figures_float_only_where_that_fills_a_page(
    tmp_path: Path, parts: list[str], expected: list[str]
) -> None:
    assert floated(tmp_path, *parts) == expected
