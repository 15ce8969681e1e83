"""The page: HTML, style sheet and scripts put into one file, with the data as JSON.

Nothing in it can be turned into markup or code by the data: the scripts write texts only, the JSON
cannot close its element, and the page's own policy allows no script or style but these two, known
by their hashes, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from analysis.base.language import LOCALES, tr, using, words_of
from analysis.base.plan import PAPER
from analysis.base.text import own_yaml, write_text
from analysis.dashboard.page_data import model
from analysis.tables.case import Case

FOLDER = Path(__file__).parent
SCRIPTS = (
    *("exact", "words", "cube", "periods", "okr", "state", "dom", "charts", "table", "files"),
    *("picture", "first", "panels", "panels_okr", "panels_claims", "main"),
)
"""Names of the scripts, in the order in which they are put together."""


def page(model: dict[str, Any]) -> str:
    """Fill the page with a model.

    Parameters
    ----------
    model : dict
        From :func:`analysis.dashboard.page_data.model`.

    Returns
    -------
    str
        The whole HTML file; the same bytes for the same model.
    """
    case = model["case"]
    script, style = code(), _text("style.css")
    policy = (
        f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    with using(case["language"]):
        needs = tr(
            "This dashboard needs JavaScript. It runs in your browser alone and asks no server for "
            "anything."
        )
    parts = {
        "needs": needs,
        "policy": policy,
        "title": escape(f"{case['title']}: {case['subtitle']}"),
        "style": style,
        "script": script,
        "data": embed(model),
        "words": embed(translations(script, texts_of(model))),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda mark: parts[mark[1]], _text("page.html"))


def code() -> str:
    """Return all scripts as one, in a function of its own, so that no name is global."""
    parts = [f"// ---- {name}.js\n\n{_text(f'js/{name}.js')}" for name in SCRIPTS]
    return '\n(() => {\n"use strict";\n\n' + "\n".join(parts) + "\n})();\n"


def translations(script: str, texts: Collection[str]) -> dict[str, dict[str, str]]:
    """Take from the catalogues what the page may say in a language other than English.

    Parameters
    ----------
    script : str
        All scripts; what they say are texts in double quotes.
    texts : collection of str
        Texts of the data.

    Returns
    -------
    dict
        By language, from English to the language.
    """
    used = {*texts, *script.split('"')[1:-1]}
    return {
        code: {text: said for text, said in words_of(code).items() if text in used}
        for code in LOCALES
        if code != "en"
    }


def texts_of(content: object) -> set[str]:
    """List all texts in data made of lists and dicts.

    Examples
    --------
    >>> sorted(texts_of({"name": "Sales", "units": ["soles", 1]}))
    ['Sales', 'soles']
    """
    if isinstance(content, str):
        return {content}
    inside = content.values() if isinstance(content, dict) else content
    return set().union(*map(texts_of, inside)) if isinstance(inside, Iterable) else set()


def embed(content: object) -> str:
    r"""Write JSON that stays inside its script element, whatever texts it holds.

    Examples
    --------
    >>> print(embed({"name": "</script>"}))
    {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def digest(content: str) -> str:
    """Return the hash by which the page's policy knows a script or style."""
    hashed = hashlib.sha256(content.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(hashed).decode("ascii")


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


PICTURE = "docs/dashboard.png"
"""Picture of the paper's dashboard, renewed by ``python -m tests.dashboard.picture``."""

_SHOWN: dict[str, Any] = own_yaml(__file__, "notebook.yaml")
PICTURE_ALT, CALL_OUTS = _SHOWN["alt"], _SHOWN["callouts"]


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that a notebook shows in a frame of its own.

    The frame may run the page's script and save files, and nothing else: it cannot reach the
    notebook around it. A program that does not trust the notebook leaves out frames and styles,
    and so shows the picture that a style hides elsewhere. In print the
    picture stands for it, with call-outs, or a sentence with the name of the file.

    Attributes
    ----------
    title : str
        Name of the frame.
    html : str
        The whole page.
    file : str
        Where the build writes it, relative to the project.
    picture : bytes
        A PNG of the page; empty if there is none.
    """

    title: str
    html: str
    file: str
    picture: bytes

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, object]]:
        del include, exclude
        words = {
            "file": self.file,
            "alt": escape(PICTURE_ALT),
            "source": base64.b64encode(self.picture).decode("ascii"),
            "title": escape(self.title),
            "html": escape(self.html),
        }
        frame, picture, text = (
            _SHOWN[form].format_map(words) for form in ("frame", "picture", "markdown")
        )
        places = _places(self.picture)
        shown = [[*places[name], text] for name, text in CALL_OUTS.items() if name in places]
        about = {"type": "dashboard", "alt": PICTURE_ALT, "callouts": shown}
        return {
            "text/html": picture + frame if self.picture else frame,
            "text/markdown": text,
            "text/plain": f"Dashboard: {self.file}",
        }, {"analysis": about} if shown else {}


def _places(picture: bytes) -> dict[str, list[float]]:
    """Read from a PNG where the parts of the page are, as shares of its width and height."""
    from PIL import Image

    with suppress(OSError):  # no picture
        texts = getattr(Image.open(BytesIO(picture)), "text", {})
        places: dict[str, list[float]] = json.loads(texts.get("Places", "{}"))
        return places
    return {}


def dashboard(case: Case) -> Dashboard:
    """Make the dashboard of a case, to be shown as the last value of a notebook's cell."""
    made = model(case)
    file = output(case).relative_to(case.root).as_posix()
    title = f"Dashboard: {case.parameters.title}"
    picture = case.root / PICTURE
    there = case.name == PAPER and picture.is_file()
    return Dashboard(title, page(made), file, picture.read_bytes() if there else b"")


def output(case: Case) -> Path:
    """Return the file that holds a case's dashboard."""
    return case.root / "report" / f"{case.name}.html"


def write_dashboard(case: Case) -> Path:
    """Write the dashboard of a case; the file is replaced only when complete."""
    path = output(case)
    write_text(path, page(model(case)))
    return path
