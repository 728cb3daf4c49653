"""The page of one table, and the files that go with it: an empty template and its contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import DTYPE_WORDS, english
from swm_kpi.site.context import Subject, page, section, to_metric, to_table
from swm_kpi.site.markup import Html, bullets, code, disclosed, join, paragraph, table, tag
from swm_kpi.site.status import download, label, state
from swm_kpi.vocabulary import Basis

_FEW = 8
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_TYPES: dict[type, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", date: "date",
    datetime: "datetime",
}  # fmt: skip


def table_page(contract: ContractType, subject: Subject) -> str:
    """Return the Markdown page of a table."""
    name = contract.table
    return page(
        f"Table: {name.replace('_', ' ')}",
        paragraph(contract.meaning, class_="lead"),
        paragraph(
            join(
                [
                    download(f"{name}.csv", "Template (CSV)"),
                    download(f"{name}.json", "Contract (JSON)"),
                ],
                " ",
            ),
            class_="downloads",
        ),
        *_notes(contract),
        section("Columns"),
        table(
            f"Every column of {name}",
            ("Column", "What it holds", "Type and rules"),
            (
                (
                    tag("code", each.name),
                    each.description,
                    kind_of(each),
                )
                for each in contract.columns.values()
            ),
        ),
        *_derived(contract),
        *_rules(contract),
        section("What can be computed from it"),
        *_readers(contract, subject),
        section("Check a file"),
        paragraph(
            "A check says which column breaks which rule, and in how many rows. It shows no value."
        ),
        code(f"swm-kpi validate {name} {name}.csv", label="Command"),
        lead=paragraph(tag("span", "Table"), class_="caption"),
        short=name.replace("_", " "),
        heading=name.replace("_", " ").capitalize(),
        kind="table",
    )


def _notes(contract: ContractType) -> Iterator[Html]:
    more = [part.strip() for part in (contract.__doc__ or "").split("\n\n")[1:]]
    yield from (paragraph(part) for part in more if part)
    if contract.source:
        yield paragraph(tag("strong", "Usually from:"), f" {contract.source}.")
    if any(each.personal for each in contract.columns.values()):
        yield paragraph(
            "Columns marked personal could identify someone. They are used to tell people apart "
            "inside a computation, are never a breakdown and never leave it.",
        )


def kind_of(column: Column) -> Html:
    """Return the type of a column, whether it may be empty, and the rules its values keep."""
    words = DTYPE_WORDS[column.dtype]
    empty = "may be empty" if column.nullable else "never empty"
    return join([f"{words[:1].upper()}{words[1:]}, {empty}", *_rules_of(column)], Html("<br>"))


def _rules_of(column: Column) -> Iterator[Html]:
    """Yield the rules that a column's values keep."""
    if column.unique:
        yield join(["Each value once"])
    if column.personal:
        yield label("warn", "unsure", "Personal")
    for bound, value in column.bounds.items():
        yield join([f"{_BOUNDS[bound].capitalize()} {value}"])
    if column.str_matches is not None:
        yield join(["Form: ", tag("code", column.str_matches)])
    if column.domain is not None:
        yield _listed([str(each) for each in column.domain])
    if column.dimension is not None:
        yield join([f"Breakdown: {column.dimension.title}"])


def _listed(values: list[str]) -> Html:
    shown = tag("span", join((tag("code", each) for each in values), ", "), class_="values")
    if len(values) <= _FEW:
        return join(["One of: ", shown])
    return disclosed(f"One of {len(values)} values", shown)


def _derived(contract: ContractType) -> Iterator[Html]:
    if contract.derived:
        yield section("Worked out from its columns", level=3)
        yield table(
            f"Breakdowns of {contract.table} that need no column of their own",
            ("Breakdown", "What it is", "From"),
            (
                (each.dimension.title, each.description, tag("code", each.source.name))
                for each in contract.derived.values()
            ),
        )


def _rules(contract: ContractType) -> Iterator[Html]:
    keys = [f"No two rows have the same {' and '.join(each)}." for each in contract.keys]
    rules = [
        f"{each.says[:1].upper()}{each.says[1:].rstrip('.')}." for each in contract.rules.values()
    ]
    if keys or rules:
        yield section("Rules between columns")
        yield bullets([*keys, *rules])


def _readers(contract: ContractType, subject: Subject) -> Iterator[Html]:
    alone, together, proxies = [], [], []
    for entry in subject.readers(contract.table):
        own = subject.tables(entry, Basis.FORCE)
        told = state(entry, subject.catalogue)
        if contract.table not in own:
            proxies.append((entry.ref, to_metric(entry), told))
        elif len(own) == 1:
            alone.append((entry.ref, to_metric(entry), told))
        else:
            others = join((to_table(each) for each in own if each != contract.table), ", ")
            together.append((entry.ref, to_metric(entry), others, told))
    if alone:
        yield table("From this table alone", ("Ref", "Metric", "State"), alone)
    if together:
        heads = ("Ref", "Metric", "With the tables", "State")
        yield table("With other tables", heads, together)
    if proxies:
        yield table("As public data that come near", ("Ref", "Metric", "State"), proxies)


def template(contract: ContractType) -> str:
    """Return a CSV file with the headings of a table and no rows."""
    return ",".join(contract.columns) + "\n"


def contract_json(contract: ContractType) -> str:
    """Return a table's contract as a Frictionless Table Schema.

    See https://datapackage.org/standard/table-schema/ for what each property is.
    """
    content: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": contract.table,
        "title": contract.table.replace("_", " ").capitalize(),
        "description": contract.meaning,
        "fields": [_field(each) for each in contract.columns.values()],
        "missingValues": [""],
    }
    if contract.keys:
        first, *others = [list(each) for each in contract.keys]
        content["primaryKey"] = first
        if others:
            content["uniqueKeys"] = others
    if contract.rules:
        content["rules"] = [
            {"description": each.says, "condition": english(each.condition)}
            for each in contract.rules.values()
        ]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not column.nullable}
    if column.unique:
        constraints["unique"] = True
    words = {
        "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
    }  # fmt: skip
    for bound, value in column.bounds.items():
        constraints[words[bound]] = value if isinstance(value, int | float) else str(value)
    if column.str_matches is not None:
        constraints["pattern"] = column.str_matches
    if column.domain is not None:
        constraints["enum"] = list(column.domain)
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.dtype],
        "description": column.description,
        "constraints": constraints,
    }
    if column.dtype in (date, datetime):
        field["format"] = "default"
    if column.personal:
        field["personal"] = True
    if column.dimension is not None:
        field["dimension"] = column.dimension.key
    return field
