"""What makes the tables of a force: mappings, unions of them, and snapshots of other tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from swm_kpi.contracts import Column
from swm_kpi.mapping.english import describe_columns
from swm_kpi.mapping.mapping import Mapping as MappingOfTable
from swm_kpi.mapping.snapshots import Snapshots
from swm_kpi.mapping.union import Union
from swm_kpi.mapping.values import NotInSource

TableMaker: TypeAlias = MappingOfTable | Union | Snapshots
"""A declaration in ``sources/`` that makes a table."""

Origin: TypeAlias = tuple[str, str]
"""The name of an extract and the heading of a column in it, each empty where there is none."""


def iter_mappings(makers: Mapping[str, TableMaker]) -> Iterator[MappingOfTable]:
    """Yield every mapping from an extract."""
    for maker in makers.values():
        if isinstance(maker, MappingOfTable):
            yield maker
        elif isinstance(maker, Union):
            yield from maker.mappings


def extracts_of(makers: Mapping[str, TableMaker], table: str) -> tuple[str, ...]:
    """Return the names of the extracts that a table is made from."""
    match makers.get(table):
        case MappingOfTable() as mapping:
            return (mapping.source.table,)
        case Union() as union:
            return tuple(part.source for part in union.parts)
        case Snapshots() as snapshots:
            return extracts_of(makers, snapshots.spans.table)
        case _:
            return (table,)


def origins_of(makers: Mapping[str, TableMaker], table: str, column: str) -> tuple[Origin, ...]:
    """Return the columns of extracts that a column of a contract is made from."""
    match makers.get(table):
        case MappingOfTable() as mapping:
            return tuple(mapping_origins(mapping, column))
        case Union() as union:
            return tuple(o for mapping in union.mappings for o in mapping_origins(mapping, column))
        case Snapshots() as snapshots:
            spans = snapshots.spans.table
            read = (origins_of(makers, spans, part.name) for part in snapshots.reads(column))
            origins = dict.fromkeys(origin for group in read for origin in group)
            nowhere = ((name, "") for name in extracts_of(makers, table))
            return tuple(origins) or tuple(nowhere)
        case _:
            return (("", ""),)


def words_of(makers: Mapping[str, TableMaker], table: str, column: str) -> str:
    """Return how a column of a contract is made, in sentences."""
    match makers.get(table):
        case MappingOfTable() as mapping:
            return describe_columns(mapping).get(column, "")
        case Union() as union:
            return " ".join(
                f"{part.source}: {describe_columns(part.mapping).get(column, '')}"
                for part in union.parts
            )
        case Snapshots() as snapshots:
            words = snapshots.describe_columns().get(column, "")
            spans = snapshots.spans.table
            of_spans = (
                f"{part.name} of {spans}: {words_of(makers, spans, part.name)}"
                for part in snapshots.reads(column)
                if spans in makers
            )
            return " ".join([words, *of_spans])
        case _:
            return "No mapping makes the table."


def mapping_origins(mapping: MappingOfTable, column: str) -> Iterator[Origin]:
    """Yield the columns of an extract that a mapping makes a column from."""
    value, source = mapping.columns.get(column), mapping.source
    parts = () if value is None or isinstance(value, NotInSource) else value.walk()
    names = dict.fromkeys(part.name for part in parts if isinstance(part, Column))
    for heading in [source.headers[name] for name in names] or [""]:
        yield source.table, heading
