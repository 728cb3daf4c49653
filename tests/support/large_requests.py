"""Requests for more cells than a table can hold, which the engine must refuse unread."""

from __future__ import annotations

from datetime import date
from typing import Any

from swm_kpi import Column, Contract, Count, Dimension, Metric, Unit
from tests.support.bad_inputs import build_metric


def crossed_metric(*lengths: int) -> Metric:
    """Return a count with a dimension of each length."""
    dimensions = [
        Dimension(f"d{n}", f"D{n}", [str(number) for number in range(length)], description="Many.")
        for n, length in enumerate(lengths)
    ]
    columns: dict[str, Any] = {
        f"c{n}": Column(str, dimension=dimension, nullable=True, description="One of many.")
        for n, dimension in enumerate(dimensions)
    }
    columns["day"] = Column(date, description="When.")
    body = {**columns, "__doc__": "One row per event."}
    contract: Any = type(Contract)("Wide", (Contract,), body, row_unit=Unit.EVENTS)
    for name, column in columns.items():
        column.__set_name__(contract, name)
    return build_metric(Count(key="events", of=contract, at=contract.day), dimensions=dimensions)


class UnreadableTable:
    """Not a table: reading any attribute of it raises an error."""
