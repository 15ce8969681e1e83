"""The Typst compiler with the project's fonts, fixed date and PDF standards."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import typst

from analysis.base.errors import InputError
from analysis.base.fonts import FONTS
from analysis.report.chapter import CHAPTER_HEAD, Chapter

TEMPLATE = Path(__file__).resolve().parent / "template"

_PLACE = re.compile(r"┌─ [\\/]?(?:.*[\\/])?chapters[\\/]([^\\/]+)\.typ:(\d+):")
# Millimetres from the paper's top to the first line of text, as in template/report.typ.
_TEXT_TOP = 28

_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]


def timestamp(fallback: date) -> datetime:
    """Moment that the PDF bears: ``SOURCE_DATE_EPOCH``, else the start of a day in UTC.

    Raises
    ------
    InputError
        If the variable holds no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not epoch:
        return datetime(fallback.year, fallback.month, fallback.day, tzinfo=UTC)
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            "SOURCE_DATE_EPOCH must be a number of seconds since 1970", value=epoch
        ) from error


def lay_out(folder: Path, main: str, files: dict[str, bytes]) -> Path:
    """Write a Typst project (template, other files, main file); return the main file."""
    shutil.copytree(TEMPLATE, folder / "template", dirs_exist_ok=True)
    for name, content in files.items():
        path = folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    start = folder / "main.typ"
    start.write_text(main, encoding="utf-8", newline="\n")
    return start


def _float(main: Path, labels: Iterable[str]) -> None:
    """Tell the template which figures float.

    By a file of the template: Typst lays out anew only what depends on a file that has changed, but
    everything after a change of its inputs.
    """
    told = main.parent / "template" / "floated.txt"
    told.write_text(",".join(sorted(labels)), encoding="utf-8", newline="\n")


def _compiler(main: Path) -> typst.Compiler:
    return typst.Compiler(
        str(main), root=str(main.parent), ignore_system_fonts=True, font_paths=[str(FONTS)]
    )


def settle(main: Path, figures: dict[str, list[str]]) -> list[str]:
    """Let those figures float that must, so that no page is left half empty before a figure.

    A figure stands where the notebook has it if there is room. If not, it goes to the top of the
    next page and the text after it moves up, up to the next long table, unless it would then follow
    the chapter's last word or stand above its title. Typst cannot decide this by itself, so the
    document is laid out again until nothing changes.

    Parameters
    ----------
    main : Path
        The main file of the Typst project.
    figures : dict
        Name of every chapter to the labels of its figures, in the order of the text.

    Returns
    -------
    list of str
        Labels of the figures that float; none if the source has an error.
    """
    floated: set[str] = set()
    fixed: set[str] = set()
    while True:
        try:
            query = _compiler(main).query("<figure-mark>", field="value")
        except RuntimeError:  # without a place in the source, unlike that of compiling
            return []
        places = {mark["key"]: (mark["page"], mark["y"]) for mark in json.loads(query)}
        changes = [
            _revise(labels, chapter, places, floated, fixed) for chapter, labels in figures.items()
        ]
        if not any(changes):
            return sorted(floated)
        _float(main, floated)


def _revise(
    labels: list[str],
    chapter: str,
    places: dict[str, tuple[int, float]],
    floated: set[str],
    fixed: set[str],
) -> bool:
    """Let one figure of a chapter float, or fix one where it stands; say whether there was one.

    Every figure is decided on at most twice, so repeating this ends.
    """
    before = None
    head, (last_page, _) = places[f"head of {chapter}"], places[f"end of {chapter}"]
    for label in labels:
        page, height = places[label]
        overtaken = before is not None and (page, height) < places[before]
        if label in floated and (page > last_page or (page, height) < head):
            floated.remove(label)
            fixed.add(label)
            return True
        if label not in floated | fixed and (overtaken or height < _TEXT_TOP + 1):
            floated.add(label)
            return True
        if before is not None and before in floated and label in fixed and overtaken:
            floated.remove(before)
            fixed.add(before)
            return True
        if before is not None and label in floated and before not in floated and overtaken:
            if before in fixed:
                floated.remove(label)
                fixed.add(label)
            else:
                floated.add(before)
            return True
        before = label
    return False


def to_pdf(main: Path, moment: datetime) -> bytes:
    """Compile to a tagged PDF that meets PDF/UA-1 and PDF/A-3a, both checked by the compiler.

    Raises
    ------
    typst.TypstError
        If the source has an error or the document breaks a rule of these standards.
    """
    compiler = _compiler(main)
    output = compiler.compile(format="pdf", timestamp=moment, pdf_standards=_STANDARDS)
    return cast(bytes, output)


def to_png(main: Path, moment: datetime, ppi: float) -> list[bytes]:
    """Compile to one PNG image per page."""
    compiler = _compiler(main)
    output = compiler.compile(format="png", timestamp=moment, ppi=ppi)
    return [output] if isinstance(output, bytes) else list(output or [])


def error_from_typst(error: typst.TypstError, chapters: Iterable[Chapter]) -> InputError:
    """Say in which notebook and cell a compiler error arose, in words for its author."""
    place = _PLACE.search(error.diagnostic)
    named = {chapter.name: chapter for chapter in chapters}
    file = None
    if place is not None and place[1] in named:
        line = int(place[2]) - CHAPTER_HEAD.count("\n")
        file = f"{place[1]}.ipynb, cell {named[place[1]].cell_of_line(line)}"
    rule, fix = error.message.strip(), error.hints[0] if error.hints else None
    missing = re.search(r'text `"(.+?)"` could not be displayed', rule)
    if missing:
        rule = f"no font of the report has the character {missing[1]!r}"
        fix = "replace it by a word or another character"
    return InputError(f"the PDF could not be made: {rule}", file=file, fix=fix)
