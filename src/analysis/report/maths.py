"""LaTeX formulas to Typst, through a committed cache.

The converter (``tex2typst``) has wheels for few systems, so its results are kept in
``formulas.json`` beside this module, and a build needs it only for formulas that are new.
``python -m analysis.report.refresh NOTEBOOK...`` brings the file up to date.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import typst

from analysis.report.escape import typst_string
from analysis.report.labels import Place

CACHE = Path(__file__).with_name("formulas.json")

_REFRESH = "install tex2typst and run `python -m analysis.report.refresh notebooks/*.ipynb`"
_GROUPED_NUMBER = re.compile(r"\d+(?:\{,\}\d+)+")
_OPERATOR = re.compile(r"(\\operatorname\*?)\{([^{}]*)\}")
_UNSUPPORTED = re.compile(r"\\(color|textcolor|tag|label|ref|href|def|newcommand)\b")


def normalise(latex: str) -> str:
    """White space squeezed: the key of a formula in the cache, and its alternative text."""
    return " ".join(latex.split())


def _prepare(latex: str) -> str:
    """Rewrite the few LaTeX habits that tex2typst gets wrong."""
    latex = _GROUPED_NUMBER.sub(
        lambda number: r"\text{" + number[0].replace("{,}", ",") + "}", latex
    )
    latex = _OPERATOR.sub(lambda name: f"{name[1]}{{{name[2].replace(chr(92) + ',', ' ')}}}", latex)
    return re.sub(r"\\[lr]vert\b", "|", latex)


def convert(latex: str) -> str:
    """Typst code of a LaTeX formula, converted by tex2typst and compiled once as a check.

    Raises
    ------
    ImportError
        If tex2typst is not installed.
    ValueError
        If the formula cannot be converted, or its conversion does not compile.
    """
    from tex2typst import tex2typst

    unsupported = _UNSUPPORTED.search(latex)
    if unsupported:
        raise ValueError(f"the command {unsupported[0]} is not supported")
    try:
        result = cast(str, tex2typst(_prepare(latex)))
    except ValueError as error:
        raise ValueError(str(error).splitlines()[0]) from error
    try:
        typst.compile(f"$ {result} $".encode(), ignore_system_fonts=True)
    except typst.TypstError as error:
        raise ValueError(f"its conversion `{result}` is refused: {error.message}") from error
    return result


@dataclass
class Formulas:
    """Conversions at hand, and which of them a document used.

    Attributes
    ----------
    cache : dict
        Normalised LaTeX to Typst.
    used : dict
        The part of the cache that was asked for, with what had to be added.
    """

    cache: dict[str, str]
    used: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path = CACHE) -> Formulas:
        """Read the committed cache; an absent file is an empty cache."""
        if not path.exists():
            return cls({})
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def typst(self, latex: str, place: Place) -> str:
        """Typst code of a formula.

        Raises
        ------
        InputError
            If the formula is not in the cache and cannot be converted here.
        """
        key = normalise(latex)
        if key not in self.used:
            self.used[key] = self.cache[key] if key in self.cache else _convert_new(key, place)
        return self.used[key]


def _convert_new(latex: str, place: Place) -> str:
    try:
        return convert(latex)
    except ImportError as error:
        raise place.error(
            "this formula is not in formulas.json, and tex2typst is not installed",
            value=latex,
            fix=_REFRESH,
        ) from error
    except ValueError as error:
        raise place.error(
            f"this formula cannot be set in the PDF ({error})",
            value=latex,
            fix="write it with simpler commands",
        ) from error


def inline(latex: str, formulas: Formulas, place: Place) -> str:
    """Typst markup of a formula in running text, its LaTeX as alternative text."""
    alt = typst_string(normalise(latex))
    return f"#math.equation(alt: {alt}, ${formulas.typst(latex, place)}$)"


def display(latex: str, formulas: Formulas, place: Place, label: str | None = None) -> str:
    """Typst markup of a formula on its own line; with a label it is numbered."""
    alt = typst_string(normalise(latex))
    numbering = "" if label is None else ', numbering: "(1)"'
    code = f"$ {formulas.typst(latex, place)} $"
    tag = "" if label is None else f" #label({typst_string(label)})"
    return f"#math.equation(block: true{numbering}, alt: {alt}, {code}){tag}"
