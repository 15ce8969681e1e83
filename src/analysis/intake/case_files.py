"""Names as files write them: of columns, tables, values and currencies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from analysis.intake.problems import Fault, Note, Problem, fault_of, vocabulary
from analysis.tables.case import Case
from analysis.tables.columns import header_of
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Row, Table
from analysis.tables.strategy_tables import CHECK_INS, PLAN_TABLES

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
"""Characters without width, which make two texts differ that look alike."""

CURRENCIES = vocabulary("currencies")
"""Signs by currency, lower case; its code is one too."""


@dataclass(frozen=True)
class Found:
    """What a header names: a column of the row model, and its units in one of the file's."""

    field: str
    factor: int = 1


CURRENCY = "(currency)"
SCALE = "(unit_scale)"
"""Columns that files may have beside those of the row model."""


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """Write a name plainly: lower case, no accents, an underscore for everything else.

    Examples
    --------
    >>> folded("N.º de Factura"), folded(" Año ")
    ('numero_de_factura', 'ano')
    """
    plain = unicodedata.normalize("NFKD", INVISIBLE.sub("", text)).casefold()
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    name = re.sub(r"[^0-9a-z]+", "_", kept.replace("ł", "l")).strip("_")
    return re.sub(r"^(n_o|n|no|nro|num)_", "numero_", name)  # Nº, N.º, Nro.


@cache
def names_of(row: type[Row]) -> Mapping[str, Found]:
    """Return every name under which files may give a column of a row model."""
    names: dict[str, Found] = {}
    money = False
    for field, info in row.model_fields.items():
        header = header_of(info)
        money = money or header.money
        names[folded(field)] = Found(field)
        names |= {name: Found(field) for name in header.also}
        names |= {name: Found(field, header.factor) for name in header.larger}
    if money:
        names |= {name: Found(CURRENCY) for name in ("currency", "moneda", "divisa", "waluta")}
    if "unit_scale" not in row.model_fields and "basis" in row.model_fields:
        names |= {name: Found(SCALE) for name in ("unit_scale", "escala")}
    return names


def own_signs(currency: str, name: str) -> tuple[str, ...]:
    """Return how amounts of a currency may be marked, the longest first."""
    signs = {currency.casefold(), name.casefold(), *CURRENCIES.get(currency, "").split()}
    return tuple(sorted(signs, key=lambda sign: (-len(sign), sign)))


def foreign_signs(currency: str, name: str) -> tuple[str, ...]:
    """Return the marks of all other currencies, the longest first."""
    known = {
        sign for code, signs in CURRENCIES.items() for sign in (code.casefold(), *signs.split())
    }
    others = known - set(own_signs(currency, name))
    return tuple(sorted(others, key=lambda sign: (-len(sign), sign)))


def find_column(header: str, row: type[Row], currency: tuple[str, ...]) -> Found | None:
    """Return what a header names, with or without its currency: ``Monto (S/)`` is an amount."""
    names = names_of(row)
    plain = folded(header)
    if plain in names:
        return names[plain]
    for sign in currency:
        short = plain.removesuffix(f"_{folded(sign)}")
        if short != plain and short in names:
            return names[short]
    return None


def without_sign(text: str, signs: Iterable[str]) -> str | None:
    """Take a currency's sign off either end of a text; None if none of the signs stands there."""
    small = text.casefold()
    for sign in signs:
        before = small.startswith(sign) and not text[len(sign) : len(sign) + 1].isalpha()
        after = small.endswith(sign) and not text[: -len(sign)][-1:].isalpha()
        if before or after:
            return (text[len(sign) :] if before else text[: -len(sign)]).strip()
    return None


def foreign_column(
    header: str, row: type[Row], currency: tuple[str, ...], foreign: tuple[str, ...]
) -> str:
    """Return the column of amounts that a header gives in another currency, or nothing.

    So ``Monto (US$)``, and ``Importe en dólares``, unless that is the case's own currency.
    """
    text = header.strip(" ()[]")
    rest = without_sign(text, foreign)
    if rest is None or without_sign(text, currency) is not None:
        return ""
    found = names_of(row).get(re.sub("_(en|in)$", "", folded(rest)))
    if found is None or found.field not in row.model_fields:
        return ""
    return found.field if header_of(row.model_fields[found.field]).money else ""


def find_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a file or sheet is named after."""
    plain = folded(name)
    for table in tables:
        if plain in {table.name, folded(table.file.removesuffix(".csv")), *table.also}:
            return table
    return None


def nearest_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a name may speak of: ``ventas 2024``, ``costz``."""
    known = {other: table for table in tables for other in (table.name, *table.also)}
    words = [word for word in re.sub(r"\d+", "_", folded(name)).split("_") if word]
    near = next((word for word in ("_".join(words), *words) if word in known), "")
    return known.get(near or closest(name, known))


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that a name may be a slip of, or nothing."""
    found = get_close_matches(folded(name), list(known), n=1, cutoff=0.75)
    return found[0] if found else ""


def contained(name: str, known: Iterable[str]) -> str:
    """Return the longest known name whose words all stand in a name: ``importe total``."""
    words = set(folded(name).split("_"))
    inside = [other for other in known if set(other.split("_")) <= words]
    return max(inside, key=len, default="")


ROWS = (*LEDGER_TABLES, CHECK_INS)
"""Tables of a firm's rows."""

TABLES = (*ROWS, *PLAN_TABLES)
"""All tables that a firm may hand in; claims, relations and methods are read elsewhere."""

_OTHERS = {"claims", "relations", "methods"}
_OTHER_FORMATS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")

BOTH = fault_of("workbook-and-files")
TWICE = fault_of("table-twice")
OUTSIDE = fault_of("outside-folder")
IGNORED = "not read, as case.yaml says (intake: ignore)"


@dataclass(frozen=True)
class Inputs:
    """The files of a case: either CSV files by table, or a workbook."""

    csv: tuple[tuple[Table, Path], ...]
    workbook: Path | None
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]


def file_of(case: Case, path: Path) -> str:
    """Return a path as messages show it."""
    return str(path.relative_to(case.root))


def find(case: Case) -> Inputs:
    """Look through a case's folder; nothing outside it is opened, and nothing in its subfolders."""
    problems: list[Problem] = []
    notes: list[Note] = []
    inside = []
    for path in sorted(case.raw.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        if path.name in case.parameters.intake.ignore:
            notes.append(Note(file_of(case, path), IGNORED))
        elif path.is_symlink() and not path.resolve().is_relative_to(case.raw.resolve()):
            problems.append(Problem(OUTSIDE, file_of(case, path)))
        elif path.is_dir():
            problems += _folder(case, path)
        elif path.is_file():
            inside.append(path)
    book = next((path for path in inside if path.name == f"{case.name}.xlsx"), None)
    csv = []
    for path in inside:
        table = find_table(path.stem, TABLES) if path.suffix.lower() == ".csv" else None
        if table is not None:
            csv.append((table, path))
        elif path != book:
            asked, noted = _left_out(case, path)
            problems += asked
            notes += noted
    problems += _doubles(case, csv, book)
    return Inputs(tuple(csv), book, tuple(problems), tuple(notes))


def is_summed_in_place(case: Case, paths: Iterable[Path]) -> bool:
    """Whether files of rows are summed where they lie."""
    asked = case.parameters.engine == "duckdb"
    return asked or any(path.suffix == ".parquet" for path in paths)


def _folder(case: Case, path: Path) -> Iterator[Problem]:
    """Ask about a folder in the name of a table, unless its files are summed where they lie."""
    table = nearest_table(path.stem, TABLES)
    if table is None or not case.has_own_rows:
        return
    in_place = is_summed_in_place(case, chain(case.raw.glob("*"), case.raw.glob("*/*")))
    if not (in_place and table in ROWS and path.name == table.file.removesuffix(".csv")):
        yield Problem(_asked(f"put its rows into one file {table.file}"), file_of(case, path))


def _asked(remedy: str) -> Fault:
    """Say that something which looks like a table is not read, and what to do if it is one."""
    return fault_of("looks-like-a-table", remedy=remedy)


def asked_about(table: Table, what: str) -> Fault:
    """Ask about a file or sheet that is named like a table, and does not bear its name."""
    name = table.file if what == "file" else table.name
    return _asked(
        f"rename it to {name}, or add its rows to the {what} of that name if there is one"
    )


def _doubles(case: Case, csv: list[tuple[Table, Path]], book: Path | None) -> Iterator[Problem]:
    if book is not None and csv:
        names = ", ".join(path.name for _, path in csv)
        yield Problem(BOTH, file_of(case, book), value=names)
    seen: dict[str, Path] = {}
    for table, path in csv:
        if table.name in seen:
            yield Problem(TWICE, file_of(case, path), value=seen[table.name].name)
        seen[table.name] = path


def _left_out(case: Case, path: Path) -> tuple[list[Problem], list[Note]]:
    """Ask about a file that looks like a table and is not read; note what else looks like data."""
    suffix, name = path.suffix.lower(), file_of(case, path)
    near = nearest_table(path.stem, TABLES)
    if suffix in _OTHER_FORMATS:
        return [Problem(fault_of("other-format"), name)], []
    if suffix == ".xlsx":
        fault = _asked(f"name the one workbook of the case {case.name}.xlsx, with a sheet a table")
    elif suffix == ".csv" and path.stem not in _OTHERS and near:
        fault = asked_about(near, "file")
    elif suffix in {".txt", ".tsv"} and near:
        fault = _asked(f"rename it to {near.file}, whatever stands between its cells")
    elif suffix == ".csv" and path.stem not in _OTHERS:
        return [], [Note(name, "not read, since no table has this name")]
    else:
        return [], []
    if case.has_own_rows:
        return [Problem(fault, name)], []
    return [], [Note(name, "not read: the case has no rows of its own")]
