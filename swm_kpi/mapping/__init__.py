"""Mappings: from a raw extract of a force's system to the rows of a contract.

A :class:`Source` declares the columns of an extract. A :class:`Mapping` says what each column of a
contract is made from.
"""

from swm_kpi.mapping.mapped_table import (
    ColumnCounts,
    MappedTable,
    MappingError,
    MappingReport,
    UnmappedCode,
)
from swm_kpi.mapping.mapping import Mapping
from swm_kpi.mapping.source import Source
from swm_kpi.mapping.values import coalesce, codes, flag, not_in_source

__all__ = [
    "ColumnCounts",
    "MappedTable",
    "Mapping",
    "MappingError",
    "MappingReport",
    "Source",
    "UnmappedCode",
    "coalesce",
    "codes",
    "flag",
    "not_in_source",
]
