"""A case of one's own: made from a firm's files, or a copy of an example to be filled in."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from analysis.base.errors import InputError, printable
from analysis.base.language import Code, counted, tr, using
from analysis.base.text import listed
from analysis.intake.case_files import COURIER, READABLE, TEMPLATE
from analysis.intake.convert import FORMS, codes_of
from analysis.intake.naming import likely_header, words_of
from analysis.intake.problems import Problem, fault_of, told, vocabulary, words_for
from analysis.intake.proposal import READ, SIGNS, Column, Proposal, Question, propose, yaml_key
from analysis.intake.sheets import Grid, read_file
from analysis.tables.columns import money_of, plain_header, plain_text
from analysis.tables.schema import IntakeSettings

Form = Literal["csv", "claims"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def new_case(name: str, root: Path, form: Form = "csv", code: Code | Literal[""] = "") -> Path:
    """Copy an example to a new folder of ``data/raw``.

    Parameters
    ----------
    name : str
        Name of the case: small letters, digits, hyphens, underscores.
    root : Path
        The project's root folder.
    form : {"csv", "claims"}
        Whether to copy the tables of a firm, or the claims of a publication.
    code : {"en", "es", "pl", ""}
        Language of the case; if empty, that of the example.

    Returns
    -------
    Path
        The new folder, complete or not there at all.

    Raises
    ------
    InputError
        If the name is taken or none, or the example is not there.
    """
    template = root / "data" / "raw" / (COURIER if form == "claims" else TEMPLATE)
    path = template / "case.yaml"
    if not path.is_file():
        raise InputError(f"there is no {template.name}", file=str(path.relative_to(root)))
    text, new = path.read_text(encoding="utf-8"), {"name": name, "language": code}
    if form != "claims":  # what the rows say, and the currency, are not the template's
        new |= {"kind": "yours", "currency": "XXX"}
        text = re.sub(r"(?m)^(date|currency_name):.*\n|^periods:\n(  .*\n)+\n", "", text)
    for key, word in new.items():
        line = f"{key}: {word}".ljust(26) + " "  # comments stay in their column
        text = re.sub(rf"(?m)^{key}: \S+ +", line, text) if word else text
    # the data package describes the template's own files
    return make_folder(name, root, text, [template / "README.md", *template.glob("*.csv")])


def _refused(rule: str, *, value: str | None = None, at: object = "", **words: str) -> InputError:
    """Return what stops the making of a case, in the words of ``rules.yaml``."""
    return Problem(fault_of(rule, **words), str(at), value=value).error()


def make_folder(name: str, root: Path, text: str, files: Iterable[Path]) -> Path:
    """Make the folder of a case: its ``case.yaml`` and copies of files, or nothing at all.

    Raises
    ------
    InputError
        If the name is taken or none.
    """
    target = root / "data" / "raw" / name
    if not _NAME.fullmatch(name):
        raise _refused("no-case-name", value=name)
    if target.exists() or target.is_symlink():
        raise _refused("case-exists", value=name, case=f"data/raw/{name}/case.yaml")
    with TemporaryDirectory(prefix=f".{name}.", dir=target.parent) as aside:
        folder = Path(aside, name)
        folder.mkdir()
        for path in files:
            shutil.copyfile(path, folder / path.name)
        (folder / "case.yaml").write_text(text, encoding="utf-8", newline="\n")
        return folder.rename(target)


def case_from(name: str, given: str, root: Path, code: Code | Literal[""] = "en") -> str:
    """Make a case of a firm's own files.

    Parameters
    ----------
    name : str
        Name of the case.
    given : str
        A file or folder, or several with blanks between them.
    root : Path
        The project's root folder.
    code : {"en", "es", "pl", ""}
        Language of the case, in which its report will be and in which all this is said; if empty,
        that of the names of columns.

    Returns
    -------
    str
        The new ``case.yaml``: what each column is read as, and what is asked.

    Raises
    ------
    InputError
        If the name is taken or none, or a file is not there, cannot be read or holds no table.
    """
    with using(code or "en"):
        paths = sources(given)
        grids = read_sources(paths)
    with using(used := code or _language_of(grids)):
        made, passed = proposals(grids)
        if not made:
            raise _refused("no-rows-in-files", value=given)
        text, asked = case_yaml(name, made, used)
        file = f"{make_folder(name, root, text, paths).relative_to(root)}/case.yaml"
        lines = [text, *passed]
        if not code and used != "en":
            lines.append(told("language", code=f"language: {used}"))
        one, many = vocabulary("questions").values()
        end = counted(one, many, len(asked), file=file) if asked else told("no-question", file=file)
        return "\n".join([*lines, end, ""])


def _language_of(grids: Sequence[Grid]) -> Code:
    """Return the language of most of the words in headers that one language has."""
    heads = [row for grid in grids for row in grid.rows[: (likely_header(grid.rows) or 0) + 1]]
    words = set().union(*(words_of(plain_text(cell)) for row in heads for cell in row))
    counts: dict[Code, int] = {c: len(words & words_for("headers", c)) for c in ("es", "pl")}
    code = max(counts, key=lambda code: counts[code])
    return code if counts[code] > 1 else "en"


def sources(given: str) -> list[Path]:
    """Return the files that are named, those of folders among them.

    Raises
    ------
    InputError
        If one is not there, has a form that is not read, or two have the same name.
    """
    named = [Path(given)] if Path(given).exists() else [Path(part) for part in given.split()]
    paths: list[Path] = []
    for path in named:
        for item in sorted(path.iterdir()) if path.is_dir() else [path]:
            if item.is_file() and item.suffix.lower() in READABLE:
                paths.append(item)
            elif item == path:
                rule = "form-not-read" if item.is_file() else "no-such-file"
                raise _refused(rule, at=path, ends=listed(READABLE, "or"))
    for name, times in Counter(path.name for path in paths).items():
        if times > 1:
            raise _refused("two-of-a-name", at=name)
    if not paths:
        raise _refused("nothing-to-read", at=given)
    return paths


def read_sources(paths: Sequence[Path]) -> list[Grid]:
    """Read files of any form.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    every = (read_file(path, path.name, IntakeSettings(), SIGNS) for path in paths)
    grids = [grid for file in every for grid in file]
    for problem in [problem for grid in grids for problem in grid.problems][:1]:
        error = problem.error()
        if "case.yaml" in problem.fault.fix:  # there is none yet that could answer it
            error.fix = told("save-as-utf-8")
        raise error
    return grids


def proposals(grids: Sequence[Grid]) -> tuple[list[Proposal], list[str]]:
    """Return what files or sheets are read as, and why others are passed over."""
    made: dict[tuple[str, ...], Proposal] = {}
    passed = []
    for grid in grids:
        one = propose(grid)
        head = tuple(plain_header(column.header) for column in one.columns) if one else ()
        if one is None:
            passed.append(f"{grid.file}: {told('passed-over')}")
        elif head in made:
            passed.append(f"{grid.file}: {told('same-columns', other=made[head].name)}")
        else:
            made[head] = one
    return list(made.values()), passed


def case_yaml(name: str, made: Sequence[Proposal], code: Code = "en") -> tuple[str, list[Question]]:
    """Write a ``case.yaml``; return it and its questions, which stand where their answers belong.

    Every column has a line with some of its cells, those that are not used as comments.
    """
    lines, asked = list[str](), list[Question]()
    for text, more in _entries(name, made, code):
        if isinstance(more, Question):
            asked.append(more)
            question = f"{tr('QUESTION')} {len(asked)}: {more.text}"
            lines += [f"{text}# {line}" for line in (question, *more.answers)]
        else:
            lines.append(f"{text.ljust(_COMMENTS - 1)} # {more}" if more else text)
    return "\n".join(map(printable, lines)) + "\n", asked


Entry = tuple[str, str | Question]
"""A line of ``case.yaml`` and its comment, or the indent of a question and the question."""


def _entries(name: str, made: Sequence[Proposal], code: Code) -> Iterator[Entry]:
    yield told("made-by", command=f"make case NAME={name}"), ""
    yield told("to-answer"), ""
    yield f"name: {name}", ""
    yield f"title: {name.replace('-', ' ').replace('_', ' ').title()}", told("title")
    yield "kind: yours", ""
    yield f"language: {code}", told("languages")
    yield _currency(made)
    yield from (("", ""), (told("columns"), ""), ("columns:", ""))
    for one in made:
        yield f"  {yaml_key(one.name)}:", counted("{n} row", "{n} rows", one.rows)
        yield f"    {one.table.name}:", tr(one.table.title)
        shown = [column for column in one.columns if column.ours or column not in one.asked]
        for column in sorted(shown, key=lambda column: not column.ours):
            meant = column.ours or column.offer or told("not-used")
            words = meant if isinstance(meant, str) else json.dumps(meant, ensure_ascii=False)
            mark = "" if column.ours else "# "
            line = f"      {mark}{yaml_key(column.header)}: {words}"
            yield line, "; ".join(filter(None, (column.why, column.shown)))
        yield from (("      ", question) for question in one.questions)
    yield from (("", ""), ("intake:", ""), ("  ignore: []", told("ignored")))
    yield from sorted(_settings(made), key=lambda entry: isinstance(entry[1], Question))


def _settings(made: Sequence[Proposal]) -> Iterator[Entry]:
    """Yield how the files write days and amounts, with an example of each, and what is open."""
    for one in made:
        is_bank = one.table.name == "sale" and any(c.says("bank") for c in one.columns)
        for column in [c for c in one.amounts if is_bank and c.below_zero][:1]:
            text = told("payments", n=column.below_zero, all=len(column.cells))
            yield "  ", Question(text, ("below_zero: leave-out", "below_zero: subtract"))
    for (key, forms), kind in zip(FORMS.items(), READ, strict=True):
        columns = [column for one in made for column in one.columns if column.kind == kind]
        cells = Column("", [cell for column in columns for cell in column.sample]).sample
        reads = [(str(cell), READ[kind](cell)) for cell in cells]
        shown = {read.shows: cell for cell, read in reversed(reads) if read.shows}
        asked = [cell for cell, read in reads if read.asks]
        if kind == "day" and asked and not shown and all("." in cell for cell in asked):
            shown = {"day-first": asked[0]}
        if len(shown) == 1:
            yield f"  {key}: {next(iter(shown))}", told("as-in", example=shown.popitem()[1])
        elif asked and not shown:
            text = told("how-read", cell=asked[0], forms=listed(forms, "or"))
            yield "  ", Question(text, tuple(f"{key}: {form}" for form in forms))
        short = [found for c in cells if kind == "day" and (found := _TWO_DIGITS.search(str(c)))]
        if short and all(found[2] < "51" for found in short):  # else the check asks
            yield "  two_digit_years: 2000", told("as-in", example=short[0][0])


_TWO_DIGITS = re.compile(r"^\d{1,2}([-/.])\d{1,2}\1(\d{2})(?!\d)", re.ASCII)
"""A day whose year has two digits."""


def _currency(made: Sequence[Proposal]) -> Entry:
    """Return the currency of headers and amounts, or the question which of several it is."""
    if not any(money_of(one.table.row) for one in made):
        return "currency: XXX", told("no-currency")
    marks = set[str]()
    for one in made:
        for column in one.amounts or [c for c in one.columns if c.kind == "number"]:
            marks.update(re.split(r"[\s()\[\],_]+", column.header.casefold()))
            marks |= {re.sub(r"[\d\s.,'’()+−-]", "", str(c)).casefold() for c in column.sample}
    found = {mark: codes for mark in marks if (codes := codes_of(mark))}
    sure = {code for codes in found.values() if len(codes) == 1 for code in codes}
    named = sorted(sure or set().union(*found.values()))
    why = told("currency-sign", sign=min(found, default=""))
    for column in [column for one in made for column in one.taken("currency")][:1]:
        often = dict.fromkeys(word.upper() for word, _ in column.counts.most_common())
        named = [code for code in often if re.fullmatch("[A-Z]{3}", code)]
        why = told("currency-column", header=column.header)
    if len(named) == 1:
        return f"currency: {named[0]}", why
    more = "" if named else told("three-letters")
    headers = [column.header for one in made for column in one.columns]
    for code in [code for code in vocabulary("countries") if code in (named or code)]:
        for header in [h for h in headers if words_of(h) & words_for("countries", code)][:1]:
            named, more = [code], told("points-to", header=header)
    text = f"{told('which-currency')} {more}".strip()
    return "", Question(text, tuple(f"currency: {code}" for code in named or ["XXX"]))


_COMMENTS = 36
"""Column in which the comments of a ``case.yaml`` stand."""
