"""Ten thousand made-up tables: each is read right or has clear problems, and nothing falls over."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.intake.case_check import Intake, read
from analysis.intake.case_files import TABLES
from analysis.intake.new_case import case_from
from analysis.tables.case import case_problems
from analysis.tables.columns import names_of
from analysis.tables.rows import Table

from .conftest import CASE, Firm, cases, make_firm

TIMES, EACH, PARTS = 1000, 10, 4

RUN = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
OPTIONS = cases("fuzz-options")
CELLS = [*cases("fuzz-cells"), "9" * 5000]


def header(chance: Random, table: Table) -> list[str]:
    """Name the columns as the table does, or anyhow."""
    if chance.random() < 2 / 3:
        return list(table.row.model_fields)
    names = sorted({*names_of(table.row), "", "notes", "Monto (S/)", "x\x00", "ID "})
    return chance.choices(names, k=chance.randint(0, 12))


def csv_bytes(chance: Random, table: Table) -> bytes:
    """Write a table of nasty cells, or bytes at random."""
    if chance.randrange(20) == 0:
        return chance.randbytes(chance.randint(0, 120))
    rows = [header(chance, table)]
    for _ in range(chance.randint(0, 4)):
        rows.append(chance.choices(CELLS, k=len(rows[0]) + chance.randint(0, 1)))
    delimiter, end = chance.choice(",;\t"), chance.choice(["\n", "\r\n"])
    quoted = chance.random() < 1 / 2

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quoted or delimiter in text else text

    text = end.join(delimiter.join(map(cell, row)) for row in rows) + end
    codec = chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    return text.encode(codec, errors="replace")


def is_right_or_says_why(intake: Intake) -> None:
    """Each problem names file and rule; each table holds nothing that its row model refuses."""
    for problem in intake.problems:
        text = str(problem)
        assert text.startswith("data/raw/acme")
        assert problem.fault.rule
        assert text.replace("\n", "").isprintable()
    assert all(str(note).isprintable() for note in intake.notes)
    models = {table.name: table.row for table in TABLES}
    for name, frame in intake.tables.items():
        assert list(frame.columns) == list(models[name].model_fields)
        for record in frame.to_dict("records"):
            models[name].model_validate(
                {
                    key: (None if value is pd.NaT else value.date())
                    if isinstance(value, pd.Timestamp) or value is pd.NaT
                    else value
                    for key, value in record.items()
                }
            )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with pd.option_context("mode.string_storage", "python"):  # as reports, without pyarrow
        yield make_firm(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_tables(project: Firm, part: int) -> None:
    """Plain seeded draws: hypothesis would take a quarter of the time for drawing."""
    cases = []
    for options in OPTIONS:
        project.settings(options)
        cases.append(project.case)
    count = 0
    for seed in range(part, TIMES, PARTS):
        chance = Random(seed)
        for path in project.raw.glob("*.csv"):
            path.unlink()
        for table in chance.sample(TABLES, EACH):
            project.put(table.file, csv_bytes(chance, table))
            count += 1
        try:
            is_right_or_says_why(read(chance.choice(cases)))
        except Exception as error:
            error.add_note(f"with seed {seed}")
            raise
    assert count == 10_000 // PARTS


def test_exports_become_cases(tmp_path: Path) -> None:
    """Any file makes a case whose case.yaml can be read, or is refused with a remedy."""
    firm = make_firm(tmp_path)
    made, refused = 0, list[InputError]()
    for seed in range(TIMES // 4):
        chance = Random(seed)
        path = tmp_path / chance.choice(["export.csv", "ventas 2024.tsv", "costs.txt"])
        path.write_bytes(
            export(chance) if chance.random() < 2 / 3 else csv_bytes(chance, TABLES[2])
        )
        shutil.rmtree(firm.raw)
        try:
            case_from("acme", str(path), tmp_path)
        except InputError as error:
            refused.append(error)
            firm.raw.mkdir()
            continue
        except Exception as error:
            error.add_note(f"with seed {seed}")
            raise
        text = (firm.raw / "case.yaml").read_text(encoding="utf-8")
        if "\ncurrency:" not in text:
            (firm.raw / "case.yaml").write_text(f"{text}currency: EUR\n", encoding="utf-8")
        wrong = case_problems("acme", tmp_path)
        assert not wrong, (seed, list(map(str, wrong)))
        is_right_or_says_why(firm.read())
        made += 1
    assert made > TIMES // 20
    assert all(error.fix for error in refused)


def export(chance: Random) -> bytes:
    """Write a file as a program may: any names, days and amounts in one of many forms."""
    names = sorted(
        {*names_of(TABLES[2].row), "Notes", "Status: now", "No", "100%", "A #1", '"q"', "é"}
    )
    rows = [chance.sample(names, chance.randint(2, 8))]
    forms = [
        [f"{n:02}/{chance.randint(1, 12):02}/2024" for n in range(1, 29)],
        ["5,00", "1.234", "-7"],
        ["€ 5.00"],
        ["cancelled", "paid"],
        CELLS,
    ]
    kinds = [chance.choice(forms) for _ in rows[0]]
    rows += [[chance.choice(kind) for kind in kinds] for _ in range(chance.randint(1, 30))]
    text = io.StringIO()
    csv.writer(text, delimiter=chance.choice(",;\t")).writerows(rows)
    return text.getvalue().encode("utf-8", errors="replace")


def workbook() -> bytes:
    made = openpyxl.Workbook()
    made.active.title = "staff"
    made.active.append(["staff_id", "role", "hired_on"])
    made.active.append(["T1", "x", "2020-01-01"])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


WORKBOOK = workbook()


@settings(RUN, max_examples=150)
@given(place=st.integers(0, len(WORKBOOK) - 1), piece=st.binary(max_size=6), gone=st.integers(0, 9))
def test_workbooks_with_bytes_changed(project: Firm, place: int, piece: bytes, gone: int) -> None:
    for path in project.raw.glob("*.csv"):
        path.unlink()
    project.settings("{}")
    path = project.put("acme.xlsx", WORKBOOK[:place] + piece + WORKBOOK[place + gone :])
    try:
        is_right_or_says_why(project.read())
    finally:
        path.unlink()


@settings(RUN, max_examples=150)
@given(data=st.data())
def test_workbooks_with_parts_changed(project: Firm, data: st.DataObject) -> None:
    for path in project.raw.glob("*.csv"):
        path.unlink()
    project.settings("{}")
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    place = data.draw(st.integers(0, len(parts[name])))
    piece = data.draw(
        st.sampled_from(b'<|&x;|<row r=\'0\'/>|r="ZZZZ9"|\0|t="e"|</x>|<v>x</v>|9'.split(b"|"))
    )
    parts[name] = parts[name][:place] + piece + parts[name][place + data.draw(st.integers(0, 9)) :]
    path = project.raw / "acme.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    try:
        is_right_or_says_why(project.read())
    finally:
        path.unlink()


YAML = st.sampled_from(cases("fuzz-yaml"))


@settings(RUN, max_examples=400)
@given(lines=st.lists(st.lists(YAML, max_size=4).map(" ".join), max_size=6), kept=st.booleans())
def test_case_yaml(tmp_path_factory: pytest.TempPathFactory, lines: list[str], kept: bool) -> None:
    root = Path(tmp_path_factory.getbasetemp()) / "yaml"
    folder = root / "data/raw/acme"
    folder.mkdir(parents=True, exist_ok=True)
    text = (CASE if kept else "") + "\n".join(lines)
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    for error in case_problems("acme", root):
        assert str(error).startswith("data/raw/acme/case.yaml")
