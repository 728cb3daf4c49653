"""The canonical form of a mapping: equal if and only if two mappings make the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swm_kpi.expressions import Canonical, Leaf, LocalDate, Parse, canonical
from swm_kpi.expressions.literals import canonical_literal
from swm_kpi.mapping.code_list import fold
from swm_kpi.mapping.values import Coalesce, Codes, Constant, Flag, NotInSource, Value

if TYPE_CHECKING:
    from swm_kpi.mapping.mapping import Mapping


def canonical_mapping(mapping: Mapping) -> Canonical:
    """Return the canonical form of a mapping, without words for readers."""
    source = mapping.source
    headers = [[name, source.headers[name]] for name in mapping.read_columns]
    return [
        mapping.contract.table,
        [source.table, source.zone, headers],
        [canonical_value(value) for value in mapping.one_row_per],
        [canonical_value(value) for value in mapping.first_by],
        [[name, canonical_value(value)] for name, value in sorted(mapping.columns.items())],
    ]


def canonical_value(value: Value) -> Canonical:
    """Return the canonical form of what a column is made from.

    Raises:
        TypeError: there is no canonical form for the class of the value.
    """
    match value:
        case Leaf():
            return canonical(value)
        case Constant(value=constant):
            return ["constant", canonical_literal(constant)]
        case NotInSource():
            return ["not in source"]
        case Parse(column=column, time_format=time_format, unmapped=unmapped):
            return ["parse", canonical(column), time_format.text, unmapped]
        case LocalDate(time=time):
            return ["date", canonical_value(time)]
        case Flag():
            lists = [
                sorted(fold(str(item)) if value.is_folded else str(item) for item in listed)
                for listed in (value.yes, value.no, value.null)
            ]
            return ["flag", canonical(value.column), *lists, value.unmapped, value.is_folded]
        case Codes():
            rows = sorted(
                [
                    str(value.key_of(row)),
                    row.target,
                    row.valid_from.isoformat(),
                    row.valid_to.isoformat(),
                ]
                for row in value.code_list.rows
            )
            at = None if value.at is None else canonical_value(value.at)
            other = None if value.other is None else canonical_literal(value.other)
            return [
                "codes", canonical(value.column), at, value.unmapped, other, value.is_folded, *rows
            ]  # fmt: skip
        case Coalesce(values=values):
            return ["coalesce", *(canonical_value(part) for part in values)]
    raise TypeError(f"{type(value).__name__} has no canonical form: add it to canonical_value()")
