"""Right rows of a contract without chance, and frames of rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from swm_kpi.contracts import ContractType
from swm_kpi.errors import RequestError
from swm_kpi.testing.evaluate import Row
from swm_kpi.testing.repair import mended_table
from swm_kpi.testing.values import Pool, pools

if TYPE_CHECKING:
    import pandas as pd

_BLANK_EVERY = 5


def right_rows(contract: ContractType, n: int = 40) -> list[dict[str, Any]]:
    """Return rows that keep a contract, always the same ones.

    The values of a closed list take turns, and a column that may be null sometimes is.

    Args:
        contract: what a row must keep.
        n: how many rows.

    Raises:
        RequestError: so many different rows are not found.
    """
    chosen = list(enumerate(pools(contract).values()))
    # Some rows may be left out, as when a key can take only so many values.
    drawn = (
        ({pool.column.name: _turn(pool, row, at) for at, pool in chosen}, row)
        for row in range(2 * n)
    )
    kept = list(islice(mended_table(contract, drawn), n))
    if len(kept) < n:
        raise RequestError(f"{contract.__name__}: {n} different right rows are not found.")
    return kept


def _turn(pool: Pool, row: int, at: int) -> Any:
    """Return the value of the column in one place for one row."""
    values = pool.values
    if pool.column.nullable and (
        not values or (row * (at + 1) + row // 7 + at) % _BLANK_EVERY == 0
    ):
        return None
    if not values:
        pattern = pool.column.str_matches
        raise RequestError(f"{pool.column}: no short text is found that matches {pattern}.")
    return values[(row + row // len(values) * (at % 3) + at) % len(values)]


def frame(contract: ContractType, rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as a pandas frame in types that ``validate`` and ``compute`` take.

    Args:
        contract: whose columns, in its order.
        rows: a value, or None, for each column of each row.
    """
    import pandas as pd

    types: dict[type, Any] = {
        datetime: "datetime64[us]", int: "Int64", float: "float64", bool: "boolean",
        str: object, date: object,
    }  # fmt: skip
    held = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series([row[name] for row in held], dtype=types[column.dtype])
            for name, column in contract.columns.items()
        }
    )
