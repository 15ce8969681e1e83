"""Frictionless ``datapackage.json`` of a case's tables, made from their row models."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from analysis.tables.columns import header_of, may_be_empty
from analysis.tables.rows import Table

_TYPES: dict[Any, str] = {date: "date", date | None: "date", int: "integer", int | None: "integer"}


_LIMITS = (
    ("ge", "minimum"),
    ("le", "maximum"),
    ("pattern", "pattern"),
    ("min_length", "minLength"),
)


def data_package(name: str, title: str, tables: Iterable[Table], folder: str = "") -> str:
    """Describe some tables, with their types, limits, keys and references to each other.

    Parameters
    ----------
    name, title : str
        Of the package.
    tables : iterable of Table
        Its resources, in this order.
    folder : str
        Put before each file's name, ending in a slash.

    Returns
    -------
    str
        JSON text.
    """
    known = {table.name: table for table in tables}
    resources = [
        {
            "name": _resource(table),
            "title": table.title,
            "path": f"{folder}{table.file}",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": _schema(table, known),
        }
        for table in known.values()
    ]
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _resource(table: Table) -> str:
    return table.name.replace("_", "-")


def _schema(table: Table, known: Mapping[str, Table]) -> dict[str, Any]:
    fields = [_field(name, info) for name, info in table.row.model_fields.items()]
    schema: dict[str, Any] = {"fields": fields, "primaryKey": list(table.key)}
    foreign = [
        {
            "fields": name,
            "reference": {"resource": _resource(known[to]), "fields": known[to].key[0]},
        }
        for name, info in table.row.model_fields.items()
        if (to := header_of(info).references) in known
    ]
    return schema | ({"foreignKeys": foreign} if foreign else {})


def _field(name: str, info: FieldInfo) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if may_be_empty(info) else {"required": True}
    kind = _TYPES.get(info.annotation, "string")
    if get_origin(info.annotation) is Literal:
        constraints["enum"] = list(get_args(info.annotation))
    for rule in info.metadata:
        for ours, theirs in _LIMITS:
            value = getattr(rule, ours, None)
            if value is not None:
                constraints[theirs] = str(value) if isinstance(value, date) else value
    described = {"name": name, "description": info.description, "type": kind}
    return described | ({"constraints": constraints} if constraints else {})
