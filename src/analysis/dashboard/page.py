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
from html import escape
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SCRIPTS = (
    "exact",
    "words",
    "cube",
    "okr",
    "state",
    "dom",
    "charts",
    "table",
    "panels",
    "panels_okr",
    "panels_claims",
    "main",
)
"""Names of the scripts, in the order in which they are put together."""


def page(model: dict[str, Any]) -> str:
    """Fill the page with a model.

    Parameters
    ----------
    model : dict
        From :func:`analysis.dashboard.model.model`.

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
    parts = {
        "policy": policy,
        "title": escape(f"{case['title']}: {case['subtitle']}"),
        "style": style,
        "script": script,
        "data": embed(model),
        "words": embed(json.loads(_text("spanish.json"))),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda mark: parts[mark[1]], _text("page.html"))


def code() -> str:
    """Return all scripts as one, in a function of its own, so that no name is global."""
    parts = [f"// ---- {name}.js\n\n{_text(f'js/{name}.js')}" for name in SCRIPTS]
    return '\n(() => {\n"use strict";\n\n' + "\n".join(parts) + "\n})();\n"


def embed(content: object) -> str:
    """Write JSON that stays inside its script element, whatever texts it holds."""
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
