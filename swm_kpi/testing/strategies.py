"""Hypothesis strategies that draw valid rows and frames of a contract."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.errors import MissingExtra
from swm_kpi.testing.fixed_rows import frame
from swm_kpi.testing.repair import repair_rows
from swm_kpi.testing.values import avoid_dst_gap, is_valid, moments, number, pools, steps

if TYPE_CHECKING:
    import pandas as pd
    from hypothesis.strategies import SearchStrategy

_MAX_CHOICE = 23
_MAX_TEXT_LENGTH = 8


def rows(
    contract: ContractType, *, min_size: int = 0, max_size: int = 12
) -> SearchStrategy[list[dict[str, Any]]]:
    """Return a strategy of lists of valid rows of a contract, with every key and rule.

    Times are local times in Europe/London, never in an hour that the clocks skip. Many values come
    from a small pool, so that rows of one list often have the same value.

    Args:
        contract: the contract that every list of rows is valid against.
        min_size: the minimum number of rows.
        max_size: the maximum number of rows.

    Raises:
        MissingExtra: Hypothesis is not installed.
    """
    drawn = unrepaired_rows(contract, min_size=min_size, max_size=max_size)
    repaired = drawn.map(lambda rows: list(repair_rows(contract, rows)))
    return repaired.filter(lambda rows: len(rows) >= min_size)


def frames(
    contract: ContractType, *, min_size: int = 0, max_size: int = 12
) -> SearchStrategy[pd.DataFrame]:
    """Return a strategy of pandas frames that are valid against a contract.

    Args:
        contract: the contract that every frame is valid against.
        min_size: the minimum number of rows.
        max_size: the maximum number of rows.

    Raises:
        MissingExtra: Hypothesis is not installed.
    """
    drawn = rows(contract, min_size=min_size, max_size=max_size)
    return drawn.map(lambda rows: frame(contract, rows))


def unrepaired_rows(
    contract: ContractType, *, min_size: int = 0, max_size: int = 12
) -> SearchStrategy[list[tuple[dict[str, Any], int]]]:
    """Return a strategy of rows that can break rules and repeat keys.

    Each value is valid in its column. Each row has a number for ``repair_rows``.

    Args:
        contract: the contract that states the columns.
        min_size: the minimum number of rows.
        max_size: the maximum number of rows.

    Raises:
        MissingExtra: Hypothesis is not installed.
    """
    st = _hypothesis()
    row = st.fixed_dictionaries(
        {name: _values(st, contract, column) for name, column in contract.columns.items()}
    )
    return st.lists(  # type: ignore[no-any-return]
        st.tuples(row, st.integers(0, _MAX_CHOICE)), min_size=min_size, max_size=max_size
    )


def _hypothesis() -> Any:
    try:
        import hypothesis.strategies as st
    except ImportError:
        st = None  # type: ignore[assignment]
    if st is None:
        raise MissingExtra.needed("hypothesis", extra="test", purpose="a strategy of rows")
    return st


def _values(st: Any, contract: ContractType, column: Column) -> SearchStrategy[Any]:
    pool = pools(contract)[column.name].values
    choices = [st.none()] if column.nullable else []
    choices += [st.sampled_from(pool)] if pool else []
    # A check of the author can reject almost every value of the type, so use the pool alone.
    only_pool = column.domain is not None or (column.checks is not None and pool)
    if not only_pool and column.dtype is not bool:
        choices.append(_any_value(st, column).filter(lambda value: is_valid(column, value)))
    return st.one_of(choices)  # type: ignore[no-any-return]


def _any_value(st: Any, column: Column) -> SearchStrategy[Any]:
    """Return a strategy of any value of the column's type within its bounds."""
    chosen: Any
    if column.dtype is str:
        if column.str_matches is not None:
            # As in the engine, a class such as \d is only ASCII, and the whole text must match.
            letters = st.characters(min_codepoint=32, max_codepoint=126)
            chosen = st.from_regex(column.str_matches, fullmatch=True, alphabet=letters)
        else:
            letters = st.characters(codec="utf-8", categories=("L", "N", "P"))
            chosen = st.text(letters, min_size=1, max_size=_MAX_TEXT_LENGTH)
    elif column.dtype in (int, float):
        low, high, scale = steps(column)
        chosen = st.integers(low, high).map(lambda step: number(column, step, scale))
    else:
        first, last = moments(column)
        if column.dtype is date:
            chosen = st.dates(first.date(), last.date())
        else:
            chosen = st.datetimes(first, last).map(avoid_dst_gap)
    return chosen  # type: ignore[no-any-return]
