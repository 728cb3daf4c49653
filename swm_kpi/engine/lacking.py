"""What an engine has no operation for: the measures that need it are refused by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from swm_kpi.engine.engines import engine_of
from swm_kpi.engine.request import Chosen
from swm_kpi.engine.tables import Table
from swm_kpi.errors import RequestError
from swm_kpi.measures import Operation


def refuse_what_is_lacking(chosen: Iterable[Chosen], tables: Mapping[str, Table]) -> None:
    """Refuse measures that cannot be worked out where their table is, before any row is counted.

    Raises:
        RequestError: there are such measures; every one is named.
    """
    asked = list(chosen)
    told = []
    for name, table in tables.items():
        engine = engine_of(table.lazy) if table.remote else None
        for operation, why in engine.lacks(table.lazy).items() if engine is not None else ():
            needing = list(_needing(asked, name, operation))
            if needing:
                told.append(f"Table {name!r}: {why}, and {', '.join(needing)} needs one.")
    if told:
        told.append("Leave those metrics out, or give the table another way.")
        raise RequestError(" ".join(told))


def _needing(chosen: Iterable[Chosen], table: str, operation: Operation) -> Iterator[str]:
    for one in chosen:
        for measure in one.measures:
            statistics = measure.statistics.values()
            if any(s.contract.table == table and s.operation is operation for s in statistics):
                yield f"{measure.key!r} of metric {one.entry.ref}"
