"""The files that a table's page offers: an empty CSV template, and the contract as JSON."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import english

_FIELD_TYPES: dict[type, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", date: "date",
    datetime: "datetime",
}  # fmt: skip
_CONSTRAINTS = {
    "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
}  # fmt: skip


def csv_template(contract: ContractType) -> str:
    """Return a CSV file with a header row of the table's columns, and no other row."""
    return ",".join(contract.columns) + "\n"


def table_schema(contract: ContractType) -> str:
    """Return the contract of a table as a Frictionless Table Schema, in JSON.

    https://datapackage.org/standard/table-schema/ defines the properties. ``rules``, ``personal``
    and ``dimension`` are additions of this library.
    """
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": contract.table,
        "title": contract.table.replace("_", " ").capitalize(),
        "description": contract.meaning,
        "fields": [_field(column) for column in contract.columns.values()],
        "missingValues": [""],
    }
    if contract.keys:
        primary_key, *unique_keys = [list(key) for key in contract.keys]
        schema["primaryKey"] = primary_key
        if unique_keys:
            schema["uniqueKeys"] = unique_keys
    if contract.rules:
        schema["rules"] = [
            {"description": rule.says, "condition": english(rule.condition)}
            for rule in contract.rules.values()
        ]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not column.nullable}
    if column.unique:
        constraints["unique"] = True
    for bound, value in column.bounds.items():
        limit = value if isinstance(value, int | float) else str(value)
        constraints[_CONSTRAINTS[bound]] = limit
    if column.str_matches is not None:
        constraints["pattern"] = column.str_matches
    if column.domain is not None:
        constraints["enum"] = list(column.domain)
    field: dict[str, Any] = {
        "name": column.name,
        "type": _FIELD_TYPES[column.dtype],
        "description": column.description,
        "constraints": constraints,
    }
    if column.dtype in (date, datetime):
        field["format"] = "default"
    if column.personal:
        field["personal"] = True
    if column.optional:
        field["optional"] = True
    if column.dimension is not None:
        field["dimension"] = column.dimension.key
    return field
