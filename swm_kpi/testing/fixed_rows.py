"""Fixed valid rows of a contract, and frames of rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from swm_kpi.contracts import ContractType
from swm_kpi.errors import RequestError
from swm_kpi.testing.evaluate import Row
from swm_kpi.testing.repair import repair_rows
from swm_kpi.testing.values import Pool, pools

if TYPE_CHECKING:
    import pandas as pd

_NULL_EVERY = 5


def valid_rows(contract: ContractType, n: int = 40) -> list[dict[str, Any]]:
    """Return valid rows of a contract: the same rows on every call.

    The rows use every value of a closed list, and a nullable column is null in some rows.

    Args:
        contract: the contract that every row is valid against.
        n: the number of rows.

    Raises:
        RequestError: the contract does not allow that many different rows, or no text is known
            that matches a column's pattern.
    """
    numbered_pools = list(enumerate(pools(contract).values()))
    # Some rows can be left out, for example if a key has few values. So try twice as many.
    candidates = (
        (
            {
                pool.column.name: _nth_value(pool, row, position)
                for position, pool in numbered_pools
            },
            row,
        )
        for row in range(2 * n)
    )
    rows = list(islice(repair_rows(contract, candidates), n))
    if len(rows) < n:
        raise RequestError(
            f"{contract.__name__}: there are fewer than {n} different valid rows. Ask for fewer."
        )
    return rows


def _nth_value(pool: Pool, row: int, position: int) -> Any:
    """Return the value of a column in a row. The column's position varies the order of values."""
    values = pool.values
    if pool.column.nullable and (
        not values or (row * (position + 1) + row // 7 + position) % _NULL_EVERY == 0
    ):
        return None
    if not values:
        pattern = pool.column.str_matches
        raise RequestError(f"{pool.column}: no short text is known that matches {pattern}.")
    return values[(row + row // len(values) * (position % 3) + position) % len(values)]


def frame(contract: ContractType, rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as a pandas frame in types that ``validate`` and ``compute`` accept.

    Args:
        contract: the contract that states the columns, their order and their types.
        rows: a value or None for each column of each row.
    """
    import pandas as pd

    types: dict[type, Any] = {
        datetime: "datetime64[us]", int: "Int64", float: "float64", bool: "boolean",
        str: object, date: object,
    }  # fmt: skip
    row_list = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series([row[name] for row in row_list], dtype=types[column.dtype])
            for name, column in contract.columns.items()
        }
    )
