"""The remedy that a message names works: applied to the files, that message is gone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from analysis.intake.problems import Problem

from .conftest import CASE, Firm, cases

ROUNDS = 12


def set_key(firm: Firm, text: str) -> None:
    """Add a line to case.yaml, or to what stands under its key already."""
    path = firm.raw / "case.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, value in yaml.safe_load(text).items():
        found[key] = {**found.get(key, {}), **value} if isinstance(value, dict) else value
    found["date"] = str(found.get("date", ""))
    path.write_text(yaml.safe_dump(found, allow_unicode=True).replace("'", ""), encoding="utf-8")


def edit(firm: Firm, problem: Problem, change: Callable[[list[list[str]]], None]) -> None:
    """Change the rows of a CSV file in UTF-8."""
    path = firm.root / problem.file
    text = path.read_text(encoding="utf-8-sig")
    delimiter = max(",;\t", key=text.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    change(rows)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def follow(firm: Firm, problem: Problem) -> bool:
    """Do what the remedy says, if a machine can; return whether it did."""
    fix, path = problem.fault.fix, firm.root / problem.file
    lines = [problem.row or 0, *problem.rows]

    def rename_column(rows: list[list[str]]) -> None:
        header = rows[lines[0] - 1]
        header[header.index(found[1])] = problem.column

    def delete(rows: list[list[str]]) -> None:
        for line in sorted(lines, reverse=True):
            rows.pop(line - 1)

    def write(rows: list[list[str]]) -> None:
        at = next(row.index(problem.column) for row in rows if problem.column in row)
        for line in lines:
            rows[line - 1][at] = found[1]

    if path.suffix == ".csv" and path.is_file():
        if found := re.search(r"(?:rename it to|call it|name the file) (\w+\.csv)", fix):
            path.rename(path.with_name(found[1]))
        elif "keep one of the two" in fix or "delete the file" in fix:
            path.unlink()
        elif found := re.search(r"rename the column “(.*?)” if that is it", fix):
            edit(firm, problem, rename_column)
        elif "delete the row" in fix:
            edit(firm, problem, delete)
        elif found := re.search(r"write (?:it like|digits, such as) (\S+)$", fix):
            edit(firm, problem, write)
        else:
            return answer(firm, fix)
        return True
    return answer(firm, fix)


def answer(firm: Firm, fix: str) -> bool:
    """Add the line of case.yaml that a remedy names, if it names one whole."""
    if "under rates:\n" in fix:
        lines = fix.partition("under rates:\n")[2].partition("\n  or")[0]
        set_key(firm, "rates:\n" + lines.replace(": rate", ": 4.05"))
        return True
    found = re.search(r"case\.yaml.*?((?:intake|periods): ?\{[^}]*\}|closed: \[[^]]*\])", fix)
    if found is None or "..." in found[1] or "its name" in found[1]:
        return False
    set_key(firm, found[1].replace("2023Q1", "1999Q1").replace("2024Q4", "2199Q4"))
    return True


@pytest.mark.parametrize("case", cases("files-and-what-is-said"), ids=lambda case: case["test"])
def test_remedies_work_when_followed(firm: Firm, case: dict[str, Any]) -> None:
    firm.prepare(case)
    for _ in range(ROUNDS):
        problems = firm.read().problems
        for problem in problems:
            if follow(firm, problem):
                break
        else:
            return  # nothing left, or nothing that a machine can do
        place = (problem.fault.rule, problem.file, problem.column, problem.row)
        after = firm.read().problems
        left = {(one.fault.rule, one.file, one.column, one.row) for one in after}
        assert place not in left, str(problem)
    raise AssertionError(f"no end of it: {problems[0]}")


def test_amounts_marked_with_another_currency_are_converted_by_the_rates_asked_for(
    firm: Firm,
) -> None:
    firm.put(
        "sale.csv",
        "invoiced_on;amount\n2024-05-02;$ 10.50\n2024-05-03;-984.64 EUR\n"
        "2024-05-04;S/ 7\n2024-05-05;($2)\n",
    )
    (problem,) = firm.read().problems
    assert follow(firm, problem)
    read = firm.read()
    assert read.problems == ()
    assert read.tables["sale"]["amount_centimos"].tolist() == [4253, -398779, 700, -810]


def test_they_lead_to_a_green_check(firm: Firm) -> None:
    """From a file with six faults to none by remedies alone."""
    firm.put("case.yaml", CASE.replace("2023Q1", "2024Q1").replace("2023H2", "2024Q1"))
    firm.put(
        "ventas_2024.csv",
        "invoice_id;Importe final;invoiced_on\nF1;1.234;03/04/2024\nF2;x;05/06/2024\nF3;5;soon\n"
        "Total;9;03/04/2024\nF4;1;01/12/2023\nF5;1;03/11/2024\n",
    )
    told = 0
    while problems := firm.read().problems:
        assert any(follow(firm, problem) for problem in problems), [str(one) for one in problems]
        told += 1
        assert told < ROUNDS
    assert told >= 6
