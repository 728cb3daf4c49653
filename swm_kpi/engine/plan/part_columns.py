"""Which columns tell the parts of a snapshot, a statement or a reference year apart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from swm_kpi.contracts import Column, ContractType
from swm_kpi.measures import Statistic, TimeAlignment


def part_columns(
    contract: ContractType, statistics: Collection[Statistic]
) -> tuple[list[Column], bool]:
    """Return the columns that tell parts apart, and whether the key of the contract names them.

    Args:
        contract: the table's contract.
        statistics: what is aggregated; no column is needed where none of it is of snapshots.
    """
    needing = [statistic for statistic in statistics if _needs_parts(statistic)]
    carriers = {
        name: column for name, column in contract.columns.items() if column.dimension is not None
    }
    if not needing:
        return [], False
    times = {statistic.at.name for statistic in needing}
    for key in contract.keys:
        named = [carriers[name] for name in key if name in carriers]
        if times & set(key) and named:
            return named, True
    return list(carriers.values()), False


def _needs_parts(statistic: Statistic) -> bool:
    match statistic.alignment:
        case TimeAlignment.REFERENCE | TimeAlignment.MEAN_OF_SNAPSHOTS:
            return True
        case TimeAlignment.LAST_SNAPSHOT:
            is_statement = statistic.series is not None
            names = {name for key in statistic.contract.keys for name in key}
            is_listed = any(
                column.dimension is not None and name in names
                for name, column in statistic.contract.columns.items()
            )
            return is_statement or is_listed or statistic.at.dtype is datetime
        case TimeAlignment.MEAN_OF_STOCKS:
            return statistic.at.dtype is datetime
        case _:
            return False
