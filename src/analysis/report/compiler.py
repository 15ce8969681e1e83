"""The Typst compiler with the project's fonts, fixed date and PDF standards."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import typst

from analysis.errors import InputError
from analysis.report.chapter import Chapter

FONTS = Path(__file__).resolve().parents[1] / "fonts"
TEMPLATE = Path(__file__).resolve().parent / "template"

# Every chapter file starts with this import and an empty line; see `error_from_typst`.
CHAPTER_HEAD = '#import "/template/report.typ": *\n\n'

_PLACE = re.compile(r"┌─ [\\/]?(?:.*[\\/])?chapters[\\/]([^\\/]+)\.typ:(\d+):")
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


def _compiler(main: Path) -> typst.Compiler:
    return typst.Compiler(
        str(main), root=str(main.parent), ignore_system_fonts=True, font_paths=[str(FONTS)]
    )


def to_pdf(main: Path, moment: datetime) -> bytes:
    """Compile to a tagged PDF that meets PDF/UA-1 and PDF/A-3a, both checked by the compiler.

    Raises
    ------
    typst.TypstError
        If the source has an error or the document breaks a rule of these standards.
    """
    output = _compiler(main).compile(format="pdf", timestamp=moment, pdf_standards=_STANDARDS)
    return cast(bytes, output)


def to_png(main: Path, moment: datetime, ppi: float) -> list[bytes]:
    """Compile to one PNG image per page."""
    output = _compiler(main).compile(format="png", timestamp=moment, ppi=ppi)
    return [output] if isinstance(output, bytes) else list(output or [])


def error_from_typst(error: typst.TypstError, chapters: Iterable[Chapter]) -> InputError:
    """Say in which notebook and cell a compiler error arose, in words for its author."""
    place = _PLACE.search(error.diagnostic)
    named = {chapter.name: chapter for chapter in chapters}
    if place is None or place[1] not in named:
        return InputError(
            f"the PDF could not be made: {error.message.strip()}",
            fix=error.hints[0] if error.hints else None,
        )
    line = int(place[2]) - CHAPTER_HEAD.count("\n")
    cell = named[place[1]].cell_of_line(line)
    rule, fix = error.message.strip(), error.hints[0] if error.hints else None
    missing = re.search(r'text `"(.+?)"` could not be displayed', rule)
    if missing:
        rule = f"no font of the report has the character {missing[1]!r}"
        fix = "replace it by a word or another character"
    return InputError(
        f"the PDF could not be made: {rule}", file=f"{place[1]}.ipynb, cell {cell}", fix=fix
    )
