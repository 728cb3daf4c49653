"""Mappings: from a raw extract of a force's system to the rows of a contract.

``kpi.Source`` declares the columns of an extract. ``kpi.Mapping`` says what each column of a
contract is made from. This package has what they are declared with, and what they make.
"""

from swm_kpi.mapping.examples import MappingExample
from swm_kpi.mapping.mapped_table import (
    ColumnCounts,
    MappedTable,
    MappingError,
    MappingReport,
    UnmappedCode,
)
from swm_kpi.mapping.snapshots import Snapshots
from swm_kpi.mapping.union import Part, Union
from swm_kpi.mapping.values import area, coalesce, codes, flag, not_in_source

__all__ = [
    "ColumnCounts",
    "MappedTable",
    "MappingError",
    "MappingExample",
    "MappingReport",
    "Part",
    "Snapshots",
    "Union",
    "UnmappedCode",
    "area",
    "coalesce",
    "codes",
    "flag",
    "not_in_source",
]
