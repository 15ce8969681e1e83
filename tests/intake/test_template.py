"""The template is what the row models say, and can be copied."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.claims.relations import RelationRow
from analysis.cli import main
from analysis.intake.case_files import TABLES
from analysis.intake.new_case import new_case
from analysis.report.outputs import LISTS, describe, indicators_of, with_index
from analysis.tables.case import load_case
from analysis.tables.columns import folded, header_of, may_be_empty, names_of
from analysis.tables.firm_tables import FinStatementRow, ServiceRow
from analysis.tables.strategy_tables import ClaimRow

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "data/raw/template"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATE, tmp_path / "data/raw/template")
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["segelec", "kowalczyk", "template", "courier"])
def test_data_packages_are_current(name: str) -> None:
    case = load_case(name, ROOT)
    assert (case.raw / "datapackage.json").read_text(encoding="utf-8") == describe(case)


def test_the_readme_is_current() -> None:
    text = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    assert with_index(text, f"{LISTS['template']()}\n", "tables") == text
    for table in TABLES:
        assert f"| `{table.file}` |" in text
    with pytest.raises(InputError, match="needs the marks"):
        with_index("no marks", "", "tables")


def test_the_readme_of_claims_is_current_and_names_the_vocabulary() -> None:
    text = (ROOT / "data/raw/courier/README.md").read_text(encoding="utf-8")
    assert with_index(text, f"{LISTS['courier']()}\n", "tables") == text
    for name in (*ClaimRow.model_fields, *RelationRow.model_fields):
        assert f"\n| {name} |" in text or f"\n| [{name}] |" in text
    words = ("growth", "money", "target", "structure", "period sum", "less is better", "unprinted")
    assert all(f"`{word}`" in text for word in words)


def test_the_template_has_every_table_and_required_column() -> None:
    for table in TABLES:
        with (TEMPLATE / table.file).open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        fields = table.row.model_fields
        assert header == [name for name in fields if name in header]
        assert all(may_be_empty(info) for name, info in fields.items() if name not in header)


def test_every_made_up_row_of_the_template_says_so() -> None:
    for path in TEMPLATE.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                words = path.stem in ("okrs", "targets", "process", "variables", "plan", "rates")
                assert words or "SYN-" in "".join(row.values()) or "made-up" in row["place"]


def test_which_indicators_need_a_table() -> None:
    by_name = {table.name: table for table in TABLES}
    # by the catalogue of the method: revenue growth needs invoices, retention needs the staff list
    assert "F3" in indicators_of(by_name["sale"])
    assert "P2" in indicators_of(by_name["staff"])
    assert indicators_of(by_name["swot"]) == ()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_other_names_are_plain_and_mean_one_thing(table) -> None:  # type: ignore[no-untyped-def]
    seen: dict[str, str] = {}
    for field, info in table.row.model_fields.items():
        header = header_of(info)
        for name in (field, *header.also, *header.larger):
            assert folded(name) == name
            assert seen.setdefault(name, field) == field
    assert set(seen) <= set(names_of(table.row))


def test_required_and_optional() -> None:
    assert not may_be_empty(ServiceRow.model_fields["completed_on"])
    fields = [field for table in TABLES for field in table.row.model_fields.items()]
    assert " ".join(sorted({name for name, info in fields if may_be_empty(info)})) == (
        "axis baseline cash_flow_basis claim_id confirmed customer_id due_on explains "
        "first_service_on fx_effect goods_cost_centimos invoice_id kpi left_on option place "
        "quotation requested_on segment service_id service_type source started_on upper value"
    )


def test_data_packages_hold_limits_and_references() -> None:
    package = json.loads(describe(load_case("template", ROOT)))
    schemas = {resource["name"]: resource["schema"] for resource in package["resources"]}
    score = schemas["survey-response"]["fields"][3]
    assert score["constraints"] == {"required": True, "minimum": 1, "maximum": 5}
    assert schemas["sale"]["foreignKeys"] == [
        {"fields": f"{name}_id", "reference": {"resource": name, "fields": f"{name}_id"}}
        for name in ("service", "customer")
    ]
    assert schemas["fin-statement"]["primaryKey"] == ["company_id", "period", "basis"]
    assert len(schemas["fin-statement"]["fields"]) == len(FinStatementRow.model_fields)


def test_a_copy(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert main(["new-case", "--name", "acme"]) == 0
    assert "make check CASE=acme" in capsys.readouterr().out
    case = load_case("acme", root)
    assert (case.parameters.name, case.parameters.kind) == ("acme", "yours")
    assert {path.name for path in case.raw.glob("*.csv")} == {table.file for table in TABLES}
    assert main(["new-case", "--name", "acme"]) == 2
    assert "“acme”: there is a case of this name already" in capsys.readouterr().err


def test_the_comments_of_a_copy_stay_in_their_column(root: Path) -> None:
    old, new = (
        (folder / "case.yaml").read_text(encoding="utf-8").splitlines()
        for folder in (TEMPLATE, new_case("a-much-longer-name", root))
    )
    kept = [line for line in new if "#" in line]
    places = {line.partition("#")[2]: line.find("#") for line in old}
    assert [places[line.partition("#")[2]] for line in kept] == [line.find("#") for line in kept]
    assert "name: a-much-longer-name   #" in new[1]
    assert not any(line.startswith(("date", "periods", "currency_name")) for line in new)


def test_what_the_readme_of_a_copy_refers_to_is_there(root: Path) -> None:
    for form in ("csv", "claims"):
        shutil.copytree(ROOT / "data/raw/courier", root / "data/raw/courier", dirs_exist_ok=True)
        folder = new_case(form, root, form)
        text = (folder / "README.md").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "datapackage.json" in line]
        assert lines
        assert all("data/raw/" in line for line in lines)


def test_a_copy_of_claims_is_nobodys_own(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert main(["new-case", "--name", "bakery", "--form", "claims"]) == 0
    assert "make check CASE=bakery" in capsys.readouterr().out
    folder = project / "data/raw/bakery"
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "case.yaml",
        "claims.csv",
        "relations.csv",
    ]
    assert load_case("bakery", project).parameters.kind == "printed"
    assert main(["check", "--case", "bakery"]) == 2
    told = capsys.readouterr().out
    for name in ("title", "subtitle", "source", "date", "currency", "periods"):
        assert f"case.yaml, column {name}" in told
    assert "claims.csv" in told
    assert main(["verdicts", "--case", "bakery"]) == 2
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    text = re.sub("(?m)^((?:sub)?title|  authors): .*", r"\1: Bakery", text)
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    claims = (folder / "claims.csv").read_text(encoding="utf-8")
    (folder / "claims.csv").write_text(claims.replace("made up", "our text", 1), encoding="utf-8")
    assert main(["check", "--case", "bakery"]) == 0
    assert main(["verdicts", "--case", "bakery"]) == 0


@pytest.mark.parametrize(
    "name", ["", "Acme", "../x", "a/b", "a b", ".hidden", "1st", "é", "a\n", "a" * 41]
)
def test_bad_names(root: Path, name: str) -> None:
    with pytest.raises(InputError, match="a case's name has up to 40 small letters"):
        new_case(name, root)
    assert sorted(path.name for path in (root / "data/raw").iterdir()) == ["template"]


def test_a_copy_that_fails_leaves_nothing(root: Path) -> None:
    (root / "data/raw/template/README.md").unlink()
    with pytest.raises(FileNotFoundError):
        new_case("acme", root)
    assert sorted(path.name for path in (root / "data/raw").iterdir()) == ["template"]
    shutil.rmtree(root / "data/raw/template")
    with pytest.raises(InputError, match="there is no template"):
        new_case("acme", root)


def test_the_command_writes_what_is_committed(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    (root / "data/raw/template/datapackage.json").unlink()
    assert main(["package", "--case", "template"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"data/raw/template/{name}" for name in ("datapackage.json", "README.md")
    ]
    for name in ("datapackage.json", "README.md"):
        assert (root / "data/raw/template" / name).read_bytes() == (TEMPLATE / name).read_bytes()
