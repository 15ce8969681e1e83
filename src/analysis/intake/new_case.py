"""A case of one's own: made from a firm's files, or a copy of an example to be filled in."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from analysis.base.errors import InputError, printable
from analysis.base.language import Code, counted, tr, using
from analysis.base.text import listed
from analysis.intake.amounts import SIGNS, Column
from analysis.intake.case_files import COURIER, READABLE, ROWS, TEMPLATE, has_money
from analysis.intake.naming import likely_header, words_of
from analysis.intake.problems import words_for
from analysis.intake.proposal import (
    AnyTable,
    Proposal,
    Question,
    currency_of,
    plain_text,
    propose,
    settings_of,
    yaml_key,
)
from analysis.intake.sheets import Grid, Mapped, plain_header, read_csv, read_workbook
from analysis.tables.case import IntakeSettings

Form = Literal["csv", "claims"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_RESERVED = {"conformance"}


def new_case(name: str, root: Path, form: Form = "csv") -> Path:
    """Copy an example to a new folder of ``data/raw``.

    Parameters
    ----------
    name : str
        Name of the case: small letters, digits, hyphens, underscores.
    root : Path
        The project's root folder.
    form : {"csv", "claims"}
        Whether to copy the tables of a firm, or the claims of a publication.

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
    return make_folder(name, root, lambda folder: _copy(template, folder, name, form))


def make_folder(name: str, root: Path, fill: Callable[[Path], None]) -> Path:
    """Make the folder of a new case; complete or not there at all.

    Raises
    ------
    InputError
        If the name is taken or none.
    """
    target = root / "data" / "raw" / name
    if not _NAME.fullmatch(name):
        raise InputError(
            "a case's name has up to 40 small letters, digits, hyphens and underscores, and begins "
            "with a letter",
            value=name,
            fix="choose another, such as NAME=acme",
        )
    if name in _RESERVED:
        raise InputError(
            "this name is used by the project itself", value=name, fix="choose another"
        )
    if target.exists() or target.is_symlink():
        fix = tr(
            "choose another; or change this one in {file}, such as its language:; or delete its "
            "folder",
            file=f"data/raw/{name}/case.yaml",
        )
        raise InputError(tr("there is a case of this name already"), value=name, fix=fix)
    aside = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=target.parent))
    try:
        fill(aside)
        aside.chmod(0o755)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return target


def _copy(template: Path, target: Path, name: str, form: Form) -> None:
    """Copy what belongs to a form of case; the data package describes the template's own files."""
    text = (template / "case.yaml").read_text(encoding="utf-8")
    new = {"name": name}
    if form != "claims":  # what the rows say, and the currency, are not the template's
        new |= {"kind": "yours", "currency": "XXX"}
        text = re.sub(r"(?m)^(date|currency_name):.*\n|^periods:\n(  .*\n)+\n", "", text)
    (target / "case.yaml").write_text(_renamed(text, new), encoding="utf-8", newline="\n")
    shutil.copyfile(template / "README.md", target / "README.md")
    for path in sorted(template.glob("*.csv")):
        shutil.copyfile(path, target / path.name)


def _renamed(text: str, new: Mapping[str, str]) -> str:
    """Set some words in the text of a ``case.yaml``; comments stay, in their column."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        key = line.partition(":")[0]
        if key in new:
            before, mark, comment = line.partition("#")
            lines[place] = f"{key}: {new[key]} ".ljust(len(before)) + mark + comment
    return "\n".join(line.rstrip() for line in lines)


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
    found = code or _language_of(grids)
    with using(found):
        return _case_from(name, given, root, found, paths, proposals(grids), seen=not code)


def _language_of(grids: Sequence[Grid]) -> Code:
    """Return the language of most of the words in headers that one language has."""
    heads = [row for grid in grids for row in grid.rows[: (likely_header(grid.rows) or 0) + 1]]
    words = set().union(*(words_of(plain_text(cell)) for row in heads for cell in row))
    counts: dict[Code, int] = {c: len(words & words_for("headers", c)) for c in ("es", "pl")}
    code = max(counts, key=lambda code: counts[code])
    return code if counts[code] > 1 else "en"


def _case_from(
    name: str,
    given: str,
    root: Path,
    code: Code,
    paths: Sequence[Path],
    found: tuple[list[Proposal], list[str]],
    *,
    seen: bool,
) -> str:
    made, passed = found
    if not made:
        raise InputError(
            tr("no file holds rows of a table: names of columns, and a day in each row below"),
            value=given,
            fix=tr("name the export that has a row for each invoice, order or service"),
        )
    text, asked = case_yaml(name, made, code)

    def fill(folder: Path) -> None:
        for path in paths:
            shutil.copyfile(path, folder / path.name)
        (folder / "case.yaml").write_text(text, encoding="utf-8", newline="\n")

    folder = make_folder(name, root, fill).relative_to(root)
    lines = [line for one in made for line in _columns(one)] + passed + [""]
    if seen and code != "en":
        text = tr("The names of columns are in this language, and so are case and report: {code}")
        lines += [text.format(code=f"language: {code}"), ""]
    if asked:
        lines.append(
            counted(
                "{n} question, to be answered in {file} (take the # away):",
                "{n} questions, to be answered in {file} (take the # away):",
                len(asked),
                file=f"{folder}/case.yaml",
            )
        )
    for row, question in asked:
        place = tr("row {row}", row=row)
        lines += [f"  {place}: {question.text}", *(f"    # {line}" for line in question.answers)]
    done = tr("{file} holds this; no question is open.", file=f"{folder}/case.yaml")
    return "\n".join(lines) + ("\n" if asked else done)


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
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        for item in inside:
            if item.is_file() and item.suffix.lower() in READABLE:
                paths.append(item)
            elif item == path:
                gone, other = tr("there is no such file"), tr("this form of file is not read")
                rule = other if item.is_file() else gone
                ends = listed(READABLE, "or")
                fix = tr("name a file that ends in {ends}, or a folder of them", ends=ends)
                raise InputError(rule, file=path, fix=fix)
    twice = [name for name, times in Counter(path.name for path in paths).items() if times > 1]
    if twice or not paths:
        both, none = tr("two files have this name"), tr("the folder holds no file that is read")
        where = twice[0] if twice else given
        raise InputError(both if twice else none, file=where, fix=tr("name other files"))
    return paths


def read_sources(paths: Sequence[Path]) -> list[Grid]:
    """Read files of any form.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    grids: list[Grid] = []
    every = Mapped("", ROWS[0], {})
    for path in paths:
        if path.suffix.lower() == ".xlsx":
            book = read_workbook(path, path.name, lambda *_: [(ROWS[0], every)], SIGNS)
            found, problems = book.grids, book.problems
        else:
            found, problems = [AnyTable(path.name, ROWS[0])], []
            read_csv(found[0], path, IntakeSettings(), SIGNS)
        wrong = [*problems, *(problem for grid in found for problem in grid.problems)]
        if wrong:
            error = wrong[0].error()
            if "case.yaml" in wrong[0].fault.fix:  # there is no case.yaml yet that could answer it
                error.fix = tr("save it as CSV UTF-8, which leaves no doubt")
            raise error
        grids += found
    return grids


def proposals(grids: Sequence[Grid]) -> tuple[list[Proposal], list[str]]:
    """Return what files or sheets are read as, and why others are passed over."""
    made: dict[tuple[str, ...], Proposal] = {}
    passed = []
    for grid in grids:
        proposal = propose(grid)
        if proposal is None:
            why = tr("passed over, since it holds no rows of a table")
            passed.append(f"{grid.file}: {why}")
            continue
        head = tuple(plain_header(column.header) for column in proposal.columns)
        if head in made:
            other = made[head].name
            why = tr("read like {other}, which has the same columns", other=other)
            passed.append(f"{grid.file}: {why}")
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
    page = _Page()
    command = f"make case NAME={name}"
    page.add(
        tr(
            "# Made by {command}; every line may be changed. To answer a QUESTION, take",
            command=command,
        )
    )
    page.add(tr("# the # away before the right one of the lines below it, or write another."))
    page.add(f"name: {name}")
    title = name.replace("-", " ").replace("_", " ").title()
    page.add(f"title: {title}", tr("from the name of the case"))
    page.add("kind: yours")
    page.add(f"language: {code}", tr("of report and messages: en, es or pl"))
    _add_currency(page, made)
    page.add("")
    page.add(
        tr("# Which column of your files is what. Files with the same columns are read alike.")
    )
    page.add("columns:")
    for one in made:
        _add_columns(page, one)
    page.add("")
    page.add("intake:")
    page.add("  ignore: []", tr("files, folders and sheets that look like tables and are none"))
    settings, open_questions = settings_of(made)
    for key, (form, example) in settings.items():
        page.add(f"  {key}: {form}", tr("as in {example}", example=example))
    for question in open_questions:
        page.ask(question, "  ")
    return "\n".join(page.lines) + "\n", page.asked


class _Page:
    """Lines of a ``case.yaml``, and its questions, each with its row."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.asked: list[tuple[int, Question]] = []

    def add(self, text: str, comment: str = "") -> None:
        line = f"{text.ljust(_COMMENTS - 1)} # {comment}" if comment else text
        self.lines.append(printable(line))

    def ask(self, question: Question, indent: str = "") -> None:
        self.asked.append((len(self.lines) + 1, question))
        self.add(f"{indent}# {tr('QUESTION')} {len(self.asked)}: {question.text}")
        for answer in question.answers:
            self.add(f"{indent}# {answer}")


def _add_currency(page: _Page, made: Sequence[Proposal]) -> None:
    currencies, why = currency_of(made)
    if not any(has_money(one.table) for one in made):
        page.add("currency: XXX", tr("no currency, since there are no amounts"))
    elif len(currencies) == 1:
        page.add(f"currency: {currencies[0]}", why)
    else:
        text = tr("In which currency are the amounts?")
        if not currencies:
            text += " " + tr("Write its three letters in place of XXX.")
        page.ask(Question(text, tuple(f"currency: {code}" for code in currencies or ("XXX",))))


def _add_columns(page: _Page, one: Proposal) -> None:
    page.add(f"  {yaml_key(one.name)}:", counted("{n} row", "{n} rows", one.rows))
    page.add(f"    {one.table.name}:", tr(one.table.title))
    for header, (ours, reason) in one.taken.items():
        meant = ours if isinstance(ours, str) else json.dumps(ours, ensure_ascii=False)
        page.add(f"      {yaml_key(header)}: {meant}", reason)
    for question in one.questions:
        page.ask(question, "      ")
    for header, (ours, reason) in one.offers.items():
        offer = tr("{reason}: take the first # away to use it", reason=reason)
        page.add(f"      # {yaml_key(header)}: {ours}", offer)


_COMMENTS = 36
"""Column in which the comments of a ``case.yaml`` stand."""
_MOST_COLUMNS = 40


def _columns(one: Proposal) -> Iterator[str]:
    """Yield a line for each column: its header, three of its cells, and what it is read as."""
    title = tr(one.table.title)
    said = tr("read as {table} ({title})", table=one.table.name, title=title[0].lower() + title[1:])
    yield f"{one.name}: {counted('{n} row', '{n} rows', one.rows)}, {said}"
    order = sorted(one.columns, key=lambda column: column.header not in one.taken)
    for column in order[:_MOST_COLUMNS]:
        ours, why = one.taken.get(column.header, (tr("not used"), ""))
        rows = tr("rows with {words}", words=listed(ours, "or"))
        meant = ours if isinstance(ours, str) else rows
        shown = " · ".join(_shown(column))
        yield f"  {column.header[:28]:<28}  {shown[:48]:<48}  {meant}{', ' if why else ''}{why}"
    if len(order) > _MOST_COLUMNS:
        yield "  " + tr("and {n} more columns, not used", n=len(order) - _MOST_COLUMNS)


def _shown(column: Column) -> list[str]:
    return [plain_text(cell)[:18] for cell in column.sample[:3]]
