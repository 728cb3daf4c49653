"""The section of a table's page on how the force makes it: in English, in SQL and by examples."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.calendar import format_date
from swm_kpi.contracts import Column, ContractType
from swm_kpi.force.makers import TableMaker, mapping_origins
from swm_kpi.mapping.english import describe_columns, describe_order
from swm_kpi.mapping.examples import MappingExample
from swm_kpi.mapping.mapping import Mapping
from swm_kpi.mapping.snapshots import Snapshots
from swm_kpi.mapping.union import Union
from swm_kpi.site.context import SiteContext
from swm_kpi.site.examples_section import format_cell, pipe_cells
from swm_kpi.site.links import link_to_table, table_path
from swm_kpi.site.markdown import heading
from swm_kpi.site.markup import (
    Html,
    bullet_list,
    code_block,
    definition_list,
    details,
    join,
    paragraph,
    table,
    tag,
)
from swm_kpi.site.status import download_link

SQL_DIALECTS = {"duckdb": "DuckDB", "tsql": "SQL Server"}
"""The dialects in which the site has the query of a mapping, by name."""

# A longer query is only a file to download.
_MAX_LINES = 150


def build_mapping_section(contract: ContractType, context: SiteContext) -> Iterator[Html]:
    """Yield the blocks of the section; none if the force does not make the table."""
    maker = context.mappings.get(contract.table)
    if maker is None:
        return
    yield heading(f"How {context.organisation or 'the force'} makes this table")
    match maker:
        case Mapping():
            yield from _build_mapping(maker)
        case Union():
            yield from _build_union(maker)
        case Snapshots():
            yield definition_list(
                (
                    ("Counted from", link_to_table(maker.spans.table)),
                    ("First day", format_date(maker.valid_from)),
                    ("Version", _version(maker)),
                    ("Owner", maker.owner),
                )
            )
            yield table(
                f"What each column of {contract.table} is",
                ("Column", "Meaning"),
                ((tag("code", name), text) for name, text in maker.describe_columns().items()),
            )


def _version(maker: TableMaker) -> Html:
    return join([f"{maker.version}, ", tag("code", maker.definition)])


def iter_query_files(context: SiteContext) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each query to download."""
    for maker in context.mappings.values():
        if maker.contract.table in context.catalogue.contracts:
            for mapping in _mappings_of(maker):
                for dialect in SQL_DIALECTS:
                    yield _query_path(mapping, dialect), mapping.sql(dialect)


def _mappings_of(maker: TableMaker) -> tuple[Mapping, ...]:
    match maker:
        case Mapping():
            return (maker,)
        case Union():
            return maker.mappings
        case _:
            return ()


def _query_path(mapping: Mapping, dialect: str) -> str:
    source, table_name = mapping.source.table, mapping.contract.table
    return f"{table_path(table_name)}-from-{source}.{dialect}.sql"


def _build_union(union: Union) -> Iterator[Html]:
    key = " and ".join(column.english() for column in union.key)
    rows = [f"Rows of other days are left out. A {key} that two extracts have is refused."]
    if union.overlap:
        rows.append(f"No row is in two extracts of the same day: {union.overlap.rstrip('.')}.")
    yield definition_list(
        (
            ("Put together from", f"{len(union.parts)} extracts, by {union.at.english()}"),
            *((part.source, f"The rows {part.days}") for part in union.parts),
            ("Rows", " ".join(rows)),
            ("Version", _version(union)),
            ("Owner", union.owner),
        )
    )
    for part in union.parts:
        yield heading(f"From {part.source.replace('_', ' ')}", level=3)
        yield from _build_mapping(part.mapping)


def _build_mapping(mapping: Mapping) -> Iterator[Html]:
    source, name = mapping.source, mapping.contract.table
    origin = f" ({source.source})" if source.source else ""
    yield definition_list(
        (
            ("Extract", join([tag("code", source.table), origin])),
            ("Rows", describe_order(mapping) or "Each row of the extract becomes a row."),
            ("Time zone", source.zone),
            ("In use from", format_date(mapping.valid_from)),
            ("Version", _version(mapping)),
            ("Owner", mapping.owner),
        )
    )
    if mapping.description:
        yield paragraph(mapping.description)
    words = describe_columns(mapping)
    yield table(
        f"How the columns of {name} are made from {source.table}",
        ("Column", "Read from", "How it is made"),
        (
            (tag("code", column), _headings(mapping, column), _how(mapping, column, words[column]))
            for column in mapping.made_columns
        ),
    )
    if mapping.not_in_source:
        by_reason: dict[str, list[str]] = {}
        for column, reason in mapping.not_in_source.items():
            by_reason.setdefault(reason.rstrip("."), []).append(column)
        yield paragraph(
            "The extract has nothing for these columns. A number that needs one is not available:"
        )
        yield bullet_list(
            join([join((tag("code", column) for column in columns), ", "), f": {reason}."])
            for reason, columns in by_reason.items()
        )
    query = mapping.sql("duckdb")
    if query.count("\n") <= _MAX_LINES:
        yield details("The same as a query in SQL", code_block(query, label="SQL of DuckDB"))
    downloads = [
        download_link(_query_path(mapping, dialect).rpartition("/")[2], f"Query ({words})")
        for dialect, words in SQL_DIALECTS.items()
    ]
    yield paragraph(join(downloads, " "), class_="downloads")
    if mapping.examples:
        yield heading(f"Worked examples from {source.table.replace('_', ' ')}", level=3)
        yield paragraph("These rows are invented. Each example is also a test of the mapping.")
    for number, example in enumerate(mapping.examples, start=1):
        yield from _build_example(mapping, example, number)


def _headings(mapping: Mapping, column: str) -> Html:
    headings = [heading for _, heading in mapping_origins(mapping, column) if heading]
    codes = join((tag("code", heading) for heading in headings), ", ")
    return codes or tag("span", "none", class_="empty")


def _how(mapping: Mapping, column: str, words: str) -> str:
    return "As it is." if isinstance(mapping.columns[column], Column) else words


def _build_example(mapping: Mapping, example: MappingExample, number: int) -> Iterator[Html]:
    source, name = mapping.source, mapping.contract.table
    if example.description:
        yield paragraph(tag("strong", f"Example {number}."), f" {example.description}")
    header, rows = pipe_cells(example.rows)
    headings = [source.headers[column] for column in header]
    yield _example_table(f"Example {number}: rows of {source.table}", headings, rows)
    header, rows = pipe_cells(example.expect)
    headings = [column.replace("_", " ") for column in header]
    yield _example_table(f"Example {number}: the rows of {name} that they become", headings, rows)


def _example_table(caption: str, header: list[str], rows: list[list[str]]) -> Html:
    numbered = ([f"{number}", *map(format_cell, row)] for number, row in enumerate(rows, start=1))
    return table(caption, ["Row", *header], numbered)
