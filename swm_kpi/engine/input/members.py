"""The members of a breakdown: its closed list, or the values that its tables contain."""

from __future__ import annotations

from collections.abc import Iterable

import narwhals as nw

from swm_kpi.contracts import Column, Dimension
from swm_kpi.engine.input.table import Table
from swm_kpi.errors import RequestError

MOST_MEMBERS = 5_000


def read_members(dimension: Dimension, tables: Iterable[Table]) -> tuple[str, ...]:
    """Return a breakdown's closed list; where it is open, its members and the others in the data.

    Raises:
        RequestError: the column has too many values to be a breakdown.
        InputError: a table cannot be read to its end.
    """
    if not dimension.is_open:
        return dimension.members
    members: set[str] = set()
    for table in tables:
        carrier = table.contract.dimensions.get(dimension.key)
        if carrier and isinstance(carrier[1], Column) and carrier[1].name in table.columns:
            members |= _values(table, carrier[1].name)
    if len(members) > MOST_MEMBERS:
        raise RequestError(
            f"Breakdown {dimension.key!r} has {len(members):,} members in the data; the most is "
            f"{MOST_MEMBERS:,}. Does its column hold names or free text?"
        )
    return (*dimension.members, *sorted(members - set(dimension.members)))


def _values(table: Table, column: str) -> set[str]:
    def query() -> set[str]:
        values = nw.from_native(table.lazy).select(nw.col(column).cast(nw.String)).unique()
        rows = table.collect(values, "listing members")
        return set(rows.to_series().drop_nulls().to_list())

    return table.run(query)
