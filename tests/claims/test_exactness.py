"""No float may decide a verdict: proved on the syntax tree of every module of the package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import analysis.claims

MODULES = sorted(Path(analysis.claims.__file__).parent.rglob("*.py"))
FLOAT_NAMES = {"float", "complex", "sqrt", "float64", "float32", "isclose", "exp", "log", "pow"}


def offences(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            found.append(f"line {line}: float literal {node.value}")
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            found.append(f"line {line}: true division")
        if isinstance(node, ast.Name) and node.id in FLOAT_NAMES:
            found.append(f"line {line}: {node.id}")
        if isinstance(node, ast.Attribute) and node.attr in FLOAT_NAMES:
            found.append(f"line {line}: .{node.attr}")
        if isinstance(node, ast.ImportFrom) and node.module == "math":
            found += [f"line {line}: {a.name}" for a in node.names if a.name in FLOAT_NAMES]
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_float_in_the_module(module: Path) -> None:
    assert offences(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 0.5",
        "x = a / b",
        "x /= 2",
        "float(x)",
        "math.sqrt(2)",
        "from math import sqrt",
        "np.float64(1)",
        "x = 1j",
    ],
)
def test_the_proof_would_notice(source: str) -> None:
    assert offences(source)


def test_modules_stay_small() -> None:
    assert all(len(m.read_text(encoding="utf-8").splitlines()) <= 450 for m in MODULES)
