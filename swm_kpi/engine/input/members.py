"""The members of a breakdown: its closed list, or the values that its tables contain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import narwhals as nw

from swm_kpi.calendar import Period
from swm_kpi.contracts import Column, Dimension
from swm_kpi.engine.input.table import Table
from swm_kpi.errors import RequestError

MOST_MEMBERS = 5_000


def read_members(
    dimension: Dimension, tables: Iterable[Table], periods: Sequence[Period] = ()
) -> tuple[str, ...]:
    """Return a breakdown's closed list; where it is open, its members and the others in the data.

    An area that does not exist in any of the periods is a member if the data have rows in it, such
    as crimes that were recorded before it ended.

    Raises:
        RequestError: the column has too many values to be a breakdown.
        InputError: a table cannot be read to its end.
    """
    ended = _ended_areas(dimension, periods)
    if not dimension.is_open and not ended:
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
    listed = [name for name in dimension.members if name not in ended or name in members]
    return (*listed, *sorted(members - set(dimension.members)))


def _ended_areas(dimension: Dimension, periods: Sequence[Period]) -> set[str]:
    """Return the members that are areas which exist on no day of any period."""
    return {
        name
        for name in dimension.members
        if periods and not any(dimension.has_member(name, p.start, p.end) for p in periods)
    }


def _values(table: Table, column: str) -> set[str]:
    def query() -> set[str]:
        values = nw.from_native(table.lazy).select(nw.col(column).cast(nw.String)).unique()
        rows = table.collect(values, "listing members")
        return set(rows.to_series().drop_nulls().to_list())

    return table.run(query)
