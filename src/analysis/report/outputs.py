"""What is made of the project as a whole: indexes of figures and tables, checksums, data packages.

Also the build elsewhere that compares every byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from analysis.base.errors import BuildError, InputError
from analysis.base.plan import ARTICLE, PAPER
from analysis.base.text import write_bytes, write_text
from analysis.claims.relations import KINDS, RELATIONS
from analysis.intake.case_files import COURIER, ROWS, TEMPLATE
from analysis.intake.problems import vocabulary
from analysis.kpis.catalogue import METHOD as CATALOGUE
from analysis.kpis.catalogue import indicator
from analysis.notebook.edition import COMMITTED
from analysis.tables.case import Case
from analysis.tables.columns import header_of, is_choice, may_be_empty
from analysis.tables.rows import Table, data_package
from analysis.tables.strategy_tables import CLAIMS, METHODS, PLAN_TABLES

SUMS = "SHA256SUMS"
INDEX = "docs/figures.md"


_ONLY_MADE = (
    *(f"{folder}/{case}/**/*" for folder in ("data/processed", "figures") for case in COMMITTED),
    *(f"report/{case}.pdf" for case in COMMITTED),
    "report/*-layout.json",
    "report/segelec.html",
    "report/segelec-*.png",
    INDEX,
)
_NOTEBOOKS = "notebooks/[0-9][0-9]_*.ipynb"
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def write_sums(root: Path) -> int:
    """Write ``SHA256SUMS``, as sha256sum does, for every machine-made file; return their number.

    ``sha256sum --check SHA256SUMS`` reads it.
    """
    lines = [f"{digest}  {path}\n" for path, digest in sorted(_hashes(root).items())]
    write_text(root / SUMS, "".join(lines))
    return len(lines)


def read_sums(root: Path) -> dict[str, str]:
    """From path, relative to the root, to SHA-256, as committed.

    A build rewrites the file, so where git knows it, its last commit is what counts.

    Raises
    ------
    InputError
        If the file is missing or a line is not of sha256sum's form.
    """
    text = _git(root, "show", f"HEAD:./{SUMS}")
    try:
        text = text or (root / SUMS).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(
            "the file does not exist", file=SUMS, fix="run make report, which writes it"
        ) from error
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            rule = "a line must hold a SHA-256 sum, two spaces and a path"
            raise InputError(rule, file=SUMS, row=number, value=line)
        found[match[2]] = match[1]
    return found


def verify(root: Path) -> int:
    """Build from a copy of what people wrote, compare with ``SHA256SUMS``, and say what differs.

    If nothing does, the records of that build are true of this folder too, and become its own.

    Returns
    -------
    int
        0 if every file has the same bytes, else 1; the folder of the copy then stays.

    Raises
    ------
    InputError
        If there are no sums to compare with.
    BuildError
        If the build fails there, or ran other code than the copy's.
    """
    expected = read_sums(root)
    folder = Path(tempfile.mkdtemp(prefix="rebuilt-"))
    copy = folder / "elsewhere"
    try:
        copy_sources(root, copy)
        environment = _environment(folder / "home")
        for path in sorted(expected):
            if (match := re.fullmatch(r"report/([^/]+)\.pdf", path)) and match[1] != ARTICLE:
                _build(copy, environment, match[1])
        differences = list(compare(root, copy, expected))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if differences:
        print(f"{len(differences)} of {len(expected)} files differ (rebuilt in {copy}):")
        print(*(f"  {line}" for line in differences), sep="\n")
        return 1
    shutil.copytree(copy / ".build", root / ".build", dirs_exist_ok=True)
    shutil.rmtree(folder)
    print(f"verified: {len(expected)} files, same bytes")
    return 0


def compare(root: Path, copy: Path, expected: Mapping[str, str]) -> Iterator[str]:
    """Say which files of the project, or of its copy, have not the expected sums, and how."""
    ours, made = _hashes(root), _hashes(copy)
    for path in sorted({*expected, *made, *ours}):
        wanted, here, there = expected.get(path), ours.get(path), made.get(path)
        if wanted == here == there:
            continue
        if wanted is None:
            words = f"is not in {SUMS}" + (", but was made" if there else "")
        elif there is None:
            words = "was not made again"
        elif here == there:
            words = f"is the same here and rebuilt, but not the one in {SUMS} (run make report)"
        elif there != wanted:
            words = "was made with other bytes"
        else:
            words = f"{'was changed' if here else 'is missing'} here; rebuilt it is as it should be"
        if here and there and here != there:
            words += f", from line {_first_line(root / path, copy / path)} on"
        yield f"{path}: {words}"


def _first_line(ours: Path, made: Path) -> int:
    """Return the number of the first line in which two files differ."""
    lines = zip_longest(ours.read_bytes().split(b"\n"), made.read_bytes().split(b"\n"))
    return next(number for number, (one, other) in enumerate(lines, start=1) if one != other)


def copy_sources(root: Path, copy: Path) -> None:
    """Copy what people wrote, with its dates, and no outputs."""
    from analysis.notebook.run import dumps, read, without_outputs

    made = {path for pattern in _ONLY_MADE for path in root.glob(pattern)} | {root / SUMS}
    for path in _sources(root):
        if path not in made:
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    for path in copy.glob(_NOTEBOOKS):
        write_text(path, dumps(without_outputs(read(path))))


def _sources(root: Path) -> list[Path]:
    """Files that git tracks or would; without git, all but hidden folders and caches."""
    names = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    if "pyproject.toml" in names:
        return [root / name for name in names if name and (root / name).is_file()]
    hidden = re.compile(r"(^|/)(\.[^/]+|__pycache__)/")
    files = (path for path in root.rglob("*") if path.is_file())
    return [path for path in files if not hidden.search(path.relative_to(root).as_posix())]


def _git(root: Path, *arguments: str) -> str:
    """Return what git says; nothing where there is no git, or nothing that it knows."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True)
    except FileNotFoundError:
        return ""
    return os.fsdecode(done.stdout) if done.returncode == 0 else ""


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the caller's but the search path: another home, zone, locale and hash seed."""
    home.mkdir(parents=True)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "LC_ALL": _other_locale(),
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONHASHSEED": "4242",
        "PYTHONUTF8": "0",
        "TZ": "Pacific/Kiritimati",
    }


def _other_locale() -> str:
    """Turkish, where installed, for its own capital of i; else the one without any language."""
    if shutil.which("locale") is None:
        return "C"
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    return next((name for name in known if name.lower().startswith("tr_tr.utf")), "C")


def _build(copy: Path, environment: Mapping[str, str], case: str) -> None:
    """Run ``make report`` in the copy with the packages, but not the code, of this environment."""
    jobs = (os.cpu_count() or 1) + 1
    make = ["make", "--no-print-directory", f"VENV={sys.prefix}", f"CASE={case}", f"JOBS={jobs}"]
    whose = 'whose-code: ; @"$(VENV)/bin/python" -c "import analysis; print(analysis.__file__)"'
    place: dict[str, Any] = {"cwd": copy, "env": dict(environment)}
    asking = [*make, f"--eval={whose}", "whose-code"]
    asked = subprocess.run(asking, capture_output=True, text=True, **place)
    imported = asked.stdout.strip()
    if asked.returncode or not Path(imported).resolve().is_relative_to(copy.resolve()):
        raise BuildError(
            f"the build in {copy} would not run its own code but "
            + (imported or asked.stderr.strip() or "none")
        )
    if subprocess.run([*make, "report"], **place).returncode:
        raise BuildError(f"make report CASE={case} failed in {copy}; its messages stand above")


def _hashes(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in (*_ONLY_MADE, _NOTEBOOKS)
        for path in root.glob(pattern)
        if path.is_file() and not path.name.startswith(".")
    }


_FUNCTION = re.compile(r"^@s\.drawing\ndef (\w+)", re.MULTILINE)
_NAMED = re.compile(r'(\w+)\.named\("(\w+)"\)')


def drawing_functions(package: Path) -> dict[str, str]:
    """Map the names of all figures to their functions, such as ``okr_charts.reliability``."""
    found = {}
    for path in package.rglob("*.py"):
        module = ".".join(path.relative_to(package).with_suffix("").parts)
        text = path.read_text(encoding="utf-8")
        functions = [(name, name) for name in _FUNCTION.findall(text)]
        for function, name in [*functions, *_NAMED.findall(text)]:
            found[name] = f"{module}.{function}"
    return found


_ABOUT_INDEX = """# Figures

Every figure of the report on the paper, in its order, then those of the report on the article, with
the notebook that shows it, the function of `src/analysis/figures` that draws it, and the
[kind](../README.md#four-kinds-of-number) of its numbers. `make report` writes this page.
"""

PAPER_FIGURES = Path("figures", PAPER)


def figure_index(notebooks: Iterable[Path], functions: Mapping[str, str]) -> str:
    """List every shown figure with its number, notebook, function and kind, as a page of docs.

    Parameters
    ----------
    notebooks : iterable of Path
        Executed notebooks, in reading order.
    functions : mapping
        From `drawing_functions`.
    """
    head = ("| Figure | Shows | Notebook | Function | Kind |", "|--:|---|---|---|---|")
    rows = {}
    for path in notebooks:
        for about in _figures(path):
            title, file = about["caption"].split(". ")[0].rstrip("."), Path(about["file"])
            _, number, name = file.stem.split("_", 2)
            rows[file.parent != PAPER_FIGURES, int(number)] = (
                f"| {int(number)} | [{title}](../{about['file']}) "
                f"| [{path.stem}](../notebooks/{path.name}) "
                f"| `{functions[name]}` | {about['kind']} |"
            )
    return "\n".join([_ABOUT_INDEX, *head, *(rows[key] for key in sorted(rows))]) + "\n"


def remove_stale(figures: Path, notebooks: Iterable[Path]) -> None:
    """Remove the files of a case's figures that no notebook shows any longer under this name."""
    shown = {Path(about["file"]).stem for path in notebooks for about in _figures(path)}
    for path in figures.glob("fig_*"):
        if path.stem not in shown:
            path.unlink()


def _figures(notebook: Path) -> list[dict[str, str]]:
    """Return what the outputs of a notebook say of the figures that a build saved."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    abouts = [output.get("metadata", {}).get("analysis", {}) for output in outputs]
    return [about for about in abouts if about.get("type") == "figure" and "file" in about]


def with_index(text: str, index: str, name: str) -> str:
    r"""Put a table between its marks in a page.

    Raises
    ------
    InputError
        If the marks are missing.

    Examples
    --------
    >>> with_index("<!-- sizes -->\nold\n<!-- /sizes -->", "new\n", "sizes")
    '<!-- sizes -->\nnew\n<!-- /sizes -->'
    """
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not marks.search(text):
        raise InputError("the page needs the marks of this table", value=f"<!-- {name} -->")
    return marks.sub(lambda match: match[1] + index + match[2], text)


_PARTS = vocabulary("parts")
"""What a table serves that no indicator needs."""


def write_package(case: Case) -> tuple[Path, ...]:
    """Write what describes a case's tables, and the README of an example to copy.

    Parameters
    ----------
    case : Case
        A case with CSV files.

    Returns
    -------
    tuple of Path
        The files written, each replaced only when complete.
    """
    made = {case.raw / "datapackage.json": describe(case).encode("utf-8")}
    if case.name in LISTS:
        readme = case.raw / "README.md"
        listed = f"{LISTS[case.name]()}\n"
        text = with_index(readme.read_text(encoding="utf-8"), listed, "tables")
        made[readme] = text.encode("utf-8")
    for path, content in made.items():
        write_bytes(path, content)
    return tuple(made)


def describe(case: Case) -> str:
    """Return the data package of the tables that a case has as CSV files."""
    from analysis.efficiency.sentences import description

    if case.name == ARTICLE:
        return description(case)
    known = (CLAIMS, RELATIONS, *ROWS, *PLAN_TABLES, METHODS)
    tables = [table for table in known if (case.raw / table.file).is_file()]
    title = f"{case.parameters.title}: {case.parameters.subtitle}"
    return data_package(case.name, title, tables)


def table_list() -> str:
    """List all tables: what each holds, what needs it, its columns (optional ones in brackets)."""
    rows = [
        (f"`{table.file}`", table.title, _needed_for(table), ", ".join(_columns(table)))
        for table in (*ROWS, *PLAN_TABLES)
    ]
    return "\n".join(_table(("Table", "Holds", "Needed for", "Columns"), rows))


def claims_list() -> str:
    """List the columns of a case of claims with their vocabulary, and what each relation says."""
    kinds = []
    for name, kind in KINDS.items():
        needed, others = ", ".join(kind.needs) or "none", ", ".join((*kind.may, "reading", "note"))
        kinds.append((f"`{name}`", kind.meaning, needed, others))
    heads = ("Relation", "Says of the quantity of its row", "Cells to fill", "May be filled")
    lines = ["`relations.csv` has a row for each thing that holds:", "", *_table(heads, kinds)]
    for table in (CLAIMS, RELATIONS):
        about = f"The columns of `{table.file}`, those in brackets may be empty:"
        fields = table.row.model_fields.items()
        rows = [(_bracketed(name, info), _meaning(info)) for name, info in fields]
        lines += ["", about, "", *_table(("Column", "Holds"), rows)]
    return "\n".join(lines)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table in Markdown."""
    head, *lines = (f"| {' | '.join(cells)} |" for cells in (heads, *rows))
    return [head, f"|{'---|' * len(heads)}", *lines]


LISTS: Mapping[str, Callable[[], str]] = {TEMPLATE: table_list, COURIER: claims_list}
"""What the README of each example to copy lists."""


def indicators_of(table: Table) -> tuple[str, ...]:
    """Return the keys of the indicators that need a table."""
    prefix = f"{table.name}."
    return tuple(
        record.key
        for record in CATALOGUE
        if any(column.startswith(prefix) for column in record.columns)
    )


def _needed_for(table: Table) -> str:
    keys = indicators_of(table)
    names = [f"{key} {indicator(key).name.lower()}" for key in keys]
    return ", ".join([*names, *([_PARTS[table.name]] if table.name in _PARTS else [])])


def _columns(table: Table) -> Iterator[str]:
    for name, info in table.row.model_fields.items():
        larger = header_of(info).larger
        shown = f"{name} or {larger[0]}" if larger else name
        yield _bracketed(shown, info)


def _bracketed(name: str, info: FieldInfo) -> str:
    return f"[{name}]" if may_be_empty(info) else name


def _meaning(info: FieldInfo) -> str:
    """Return what a column holds, with its vocabulary unless another list has that."""
    options = get_args(info.annotation) if is_choice(info) else ()
    if options == tuple(KINDS):
        return "one of the relations above"
    listed = f": one of {', '.join(f'`{option}`' for option in options)}" if options else ""
    return f"{info.description}{listed}"
