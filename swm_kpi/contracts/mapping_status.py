"""The column that a mapping makes beside one that may hold values which it does not map."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from swm_kpi.contracts.column import Column


class MappingStatus(StrEnum):
    """How a row of a mapped column came to its value."""

    MAPPED = "mapped"
    """It has a value from the source, or a constant."""
    NULL_AT_SOURCE = "null at source"
    """The source has no value, or a code for "not recorded"."""
    UNMAPPED = "unmapped"
    """The source has a value that the mapping does not map."""
    OTHER = "other"
    """The source has such a value, and it became the mapping's ``other``."""


STATUSES = tuple(status.value for status in MappingStatus)


def status_name(column: str) -> str:
    """Return the name of the column of a column's status. No contract has a name with a space."""
    return f"{column} status"


@lru_cache(maxsize=1_024)
def status_column(column: Column) -> Column:
    """Return the column of a column's status, to use in conditions."""
    status = Column(str, isin=STATUSES, description=f"How {column.name} came to its value.")
    status.name, status.table = status_name(column.name), column.table
    return status
