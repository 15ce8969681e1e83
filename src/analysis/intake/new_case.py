"""A case of one's own: made from a firm's files, or a copy of an example to be filled in."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from analysis.base.errors import InputError, printable
from analysis.base.language import Code, counted, tr, using
from analysis.base.text import listed
from analysis.intake import proposal as of
from analysis.intake.case_files import COURIER, READABLE, TEMPLATE
from analysis.intake.convert import FORMS
from analysis.intake.currencies import codes_of
from analysis.intake.naming import likely_header, plain_header, words_of
from analysis.intake.problems import fault_of, in_language, vocabulary, words_for
from analysis.intake.proposal import SIGNS, Column, Proposal, Question, told
from analysis.intake.sheets import Grid, read_file
from analysis.tables.columns import money_of
from analysis.tables.schema import IntakeSettings

Form = Literal["csv", "claims"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_RESERVED = {"conformance"}


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
    example = COURIER if form == "claims" else TEMPLATE
    template = root / "data" / "raw" / example
    if not (template / "case.yaml").is_file():
        raise InputError(f"there is no {example}", file=f"data/raw/{example}/case.yaml")
    return make_folder(name, root, lambda folder: _copy(template, folder, name, form, code))


def _refused(rule: str, *, value: object = None, at: object = None, **words: str) -> InputError:
    """Return what stops the making of a case, in the words of ``rules.yaml``."""
    fault = fault_of(rule, **words)
    file = None if at is None else str(at)
    return InputError(in_language(fault.rule), file=file, value=value, fix=in_language(fault.fix))


def make_folder(name: str, root: Path, fill: Callable[[Path], None]) -> Path:
    """Make the folder of a new case; complete or not there at all.

    Raises
    ------
    InputError
        If the name is taken or none.
    """
    target = root / "data" / "raw" / name
    if not _NAME.fullmatch(name):
        raise _refused("no-case-name", value=name)
    if name in _RESERVED:
        raise _refused("reserved-name", value=name)
    if target.exists() or target.is_symlink():
        raise _refused("case-exists", value=name, case=f"data/raw/{name}/case.yaml")
    aside = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=target.parent))
    try:
        fill(aside)
        aside.chmod(0o755)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return target


def _copy(template: Path, target: Path, name: str, form: Form, code: str) -> None:
    """Copy what belongs to a form of case; the data package describes the template's own files."""
    text = (template / "case.yaml").read_text(encoding="utf-8")
    new = {"name": name}
    if form != "claims":  # what the rows say, and the currency, are not the template's
        new |= {"kind": "yours", "currency": "XXX"}
        text = re.sub(r"(?m)^(date|currency_name):.*\n|^periods:\n(  .*\n)+\n", "", text)
    if code:
        text = re.sub(r"(?m)^# language: es", "language: es  ", text)  # the comment stays
        if not re.search("(?m)^language:", text):
            text = re.sub(r"(?m)^name:.*\n", rf"\g<0>language: {code}\n", text, count=1)
        new |= {"language": code}
    for key, word in new.items():  # comments stay in their column
        line = re.search(rf"(?m)^{key}:[^#\n]*(#?)", text)
        if line:
            put = f"{key}: {word} ".ljust(len(line[0]) - len(line[1])) + line[1]
            text = text.replace(line[0], put.rstrip(), 1)
    (target / "case.yaml").write_text(text, encoding="utf-8", newline="\n")
    for path in sorted([template / "README.md", *template.glob("*.csv")]):
        shutil.copyfile(path, target / path.name)


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
        What each column is read as, and what is asked.

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

        def fill(folder: Path) -> None:
            for path in paths:
                shutil.copyfile(path, folder / path.name)
            (folder / "case.yaml").write_text(text, encoding="utf-8", newline="\n")

        file = f"{make_folder(name, root, fill).relative_to(root)}/case.yaml"
        lines = [line for one in made for line in _columns(one)] + passed + [""]
        if not code and used != "en":
            lines += [told("language", code=f"language: {used}"), ""]
        if not asked:
            return "\n".join(lines) + told("no-question", file=file)
        one, many = vocabulary("questions").values()
        lines.append(counted(one, many, len(asked), file=file))
        for row, question in asked:
            lines.append(f"  {tr('row {row}', row=row)}: {question.text}")
            lines += [f"    # {answer}" for answer in question.answers]
        return "\n".join(lines) + "\n"


def _language_of(grids: Sequence[Grid]) -> Code:
    """Return the language of most of the words in headers that one language has."""
    heads = [row for grid in grids for row in grid.rows[: (likely_header(grid.rows) or 0) + 1]]
    words = set().union(*(words_of(of.plain_text(cell)) for row in heads for cell in row))
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
    grids: list[Grid] = []
    for path in paths:
        for grid in read_file(path, path.name, IntakeSettings(), SIGNS):
            for problem in grid.problems[:1]:
                error = problem.error()
                if "case.yaml" in problem.fault.fix:  # there is none yet that could answer it
                    error.fix = told("save-as-utf-8")
                raise error
            grids.append(grid)
    return grids


def proposals(grids: Sequence[Grid]) -> tuple[list[Proposal], list[str]]:
    """Return what files or sheets are read as, and why others are passed over."""
    made: dict[tuple[str, ...], Proposal] = {}
    passed = []
    for grid in grids:
        proposal = of.propose(grid)
        if proposal is None:
            passed.append(f"{grid.file}: {told('passed-over')}")
            continue
        head = tuple(plain_header(column.header) for column in proposal.columns)
        if head in made:
            passed.append(f"{grid.file}: {told('same-columns', other=made[head].name)}")
        made.setdefault(head, proposal)
    return list(made.values()), passed


def case_yaml(
    name: str, made: Sequence[Proposal], code: Code = "en"
) -> tuple[str, list[tuple[int, Question]]]:
    """Write a ``case.yaml``; every open question stands where its answer belongs.

    Returns
    -------
    text : str
        The file.
    asked : list of tuple of int and Question
        The questions, each with its row.
    """
    lines: list[str] = []
    asked: list[tuple[int, Question]] = []
    for text, more in _entries(name, made, code):
        if isinstance(more, Question):
            asked.append((len(lines) + 1, more))
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
        yield f"  {of.yaml_key(one.name)}:", counted("{n} row", "{n} rows", one.rows)
        yield f"    {one.table.name}:", tr(one.table.title)
        for column in [column for column in one.columns if column.ours]:
            meant = column.ours
            words = meant if isinstance(meant, str) else json.dumps(meant, ensure_ascii=False)
            yield f"      {of.yaml_key(column.header)}: {words}", column.why
        yield from (("      ", question) for question in one.questions)
        for column in [column for column in one.columns if column.offer]:
            offer = told("offer", reason=told("different-words", n=len(column.counts)))
            yield f"      # {of.yaml_key(column.header)}: {column.offer}", offer
    yield from (("", ""), ("intake:", ""), ("  ignore: []", told("ignored")))
    yield from sorted(_settings(made), key=lambda entry: isinstance(entry[1], Question))


def _settings(made: Sequence[Proposal]) -> Iterator[Entry]:
    """Yield how the files write days and amounts, with an example of each, and what is open."""
    for one in made:
        is_bank = one.table.name == "sale" and any(column.says("bank") for column in one.columns)
        for column in [c for c in one.amounts if is_bank and c.below_zero][:1]:
            text = told("payments", n=column.below_zero, all=len(column.cells))
            yield "  ", Question(text, ("below_zero: leave-out", "below_zero: subtract"))
    for (key, forms), kind in zip(FORMS.items(), of.READ, strict=True):
        columns = [column for one in made for column in one.columns if column.kind == kind]
        cells = Column("", [cell for column in columns for cell in column.sample]).sample
        reads = [(str(cell), of.READ[kind](cell)) for cell in cells]
        shown = {read.shows: cell for cell, read in reversed(reads) if read.shows}
        asked = [cell for cell, read in reads if of.asks(read)]
        if kind == "day" and asked and not shown and all("." in cell for cell in asked):
            shown = {"day-first": asked[0]}
        if len(shown) == 1:
            yield f"  {key}: {next(iter(shown))}", told("as-in", example=shown.popitem()[1])
        elif asked and not shown:
            text = told("how-read", cell=asked[0], forms=listed(forms, "or"))
            yield "  ", Question(text, tuple(f"{key}: {form}" for form in forms))
        short = [found for c in cells if kind == "day" and (found := _TWO_DIGITS.search(str(c)))]
        if any(int(found[2]) > _LATEST for found in short):
            answers = ("two_digit_years: 1900", "two_digit_years: 2000")
            yield "  ", Question(told("century", cell=short[0][0]), answers)
        elif short:
            yield "  two_digit_years: 2000", told("as-in", example=short[0][0])


_TWO_DIGITS, _LATEST = re.compile(r"^\d{1,2}([-/.])\d{1,2}\1(\d{2})(?!\d)", re.ASCII), 50
"""A day whose year has two digits, and those after which it may be of the last century."""


def _currency(made: Sequence[Proposal]) -> Entry:
    """Return the currency of headers and amounts, or the question which of several it is."""
    if not any(money_of(one.table.row) for one in made):
        return "currency: XXX", told("no-currency")
    found: dict[str, list[str]] = {}
    for one in made:
        for column in one.amounts or [c for c in one.columns if c.kind == "number"]:
            words = re.split(r"[\s()\[\],_]+", column.header.casefold())
            marks = {re.sub(r"[\d\s.,'’()+−-]", "", str(cell)).casefold() for cell in column.sample}
            found |= {sign: codes for sign in {*words, *marks} if (codes := codes_of(sign))}
    sure = {code for codes in found.values() if len(codes) == 1 for code in codes}
    named, why = (
        sorted(sure or set().union(*found.values())),
        told("currency-sign", sign=min(found, default="")),
    )
    for column in [c for one in made for c in one.columns if c.ours == "currency"][:1]:
        often = dict.fromkeys(word.upper() for word, _ in column.counts.most_common())
        named = [code for code in often if re.fullmatch("[A-Z]{3}", code)]
        why = told("currency-column", header=column.header)
    if len(named) == 1:
        return f"currency: {named[0]}", why
    text = told("which-currency") + ("" if named else " " + told("three-letters"))
    return "", Question(text, tuple(f"currency: {code}" for code in named or ["XXX"]))


_COMMENTS = 36
"""Column in which the comments of a ``case.yaml`` stand."""
_MOST_COLUMNS = 40


def _columns(one: Proposal) -> Iterator[str]:
    """Yield a line for each column: its header, three of its cells, and what it is read as."""
    title = tr(one.table.title)
    said = told("read-as", table=one.table.name, title=title[0].lower() + title[1:])
    yield f"{one.name}: {counted('{n} row', '{n} rows', one.rows)}, {said}"
    order = sorted(one.columns, key=lambda column: not column.ours)
    for column in order[:_MOST_COLUMNS]:
        ours = column.ours or told("not-used")
        meant = ours if isinstance(ours, str) else told("rows-with", words=listed(ours, "or"))
        shown = " · ".join(of.plain_text(cell)[:18] for cell in column.sample[:3])
        why = f", {column.why}" if column.why else ""
        yield f"  {column.header[:28]:<28}  {shown[:48]:<48}  {meant}{why}"
    if len(order) > _MOST_COLUMNS:
        yield "  " + told("more-columns", n=len(order) - _MOST_COLUMNS)
