"""Hypothesis strategies that draw the rows and frames of a contract."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.errors import MissingExtra
from swm_kpi.testing.plain import frame
from swm_kpi.testing.repair import mended_table
from swm_kpi.testing.values import awake, keeps, moments, number, pools, steps

if TYPE_CHECKING:
    import pandas as pd
    from hypothesis.strategies import SearchStrategy

_TURNS = 23
_LONGEST = 8


def rows(
    contract: ContractType, *, min_size: int = 0, max_size: int = 12
) -> SearchStrategy[list[dict[str, Any]]]:
    """Return a strategy of rows that keep a contract: columns, keys and rules.

    Times are wall clock in Europe/London, never in the hour that the clocks skip. Values come often
    from a small pool, so that rows of one table agree about something.

    Args:
        contract: what every row must keep.
        min_size: the fewest rows.
        max_size: the most rows.

    Raises:
        MissingExtra: Hypothesis is not installed.
    """
    drawn = loose_rows(contract, min_size=min_size, max_size=max_size)
    mended = drawn.map(lambda given: list(mended_table(contract, given)))
    return mended.filter(lambda kept: len(kept) >= min_size)


def frames(
    contract: ContractType, *, min_size: int = 0, max_size: int = 12
) -> SearchStrategy[pd.DataFrame]:
    """Return a strategy of pandas frames that keep a contract.

    Args:
        contract: what every frame must keep.
        min_size: the fewest rows.
        max_size: the most rows.

    Raises:
        MissingExtra: Hypothesis is not installed.
    """
    drawn = rows(contract, min_size=min_size, max_size=max_size)
    return drawn.map(lambda kept: frame(contract, kept))


def loose_rows(
    contract: ContractType, *, min_size: int = 0, max_size: int = 12
) -> SearchStrategy[list[tuple[dict[str, Any], int]]]:
    """Return a strategy of rows that keep the rules of single columns only, each with its turn.

    Args:
        contract: whose columns.
        min_size: the fewest rows.
        max_size: the most rows.

    Raises:
        MissingExtra: Hypothesis is not installed.
    """
    st = _hypothesis()
    row = st.fixed_dictionaries(
        {name: _values(st, contract, column) for name, column in contract.columns.items()}
    )
    return st.lists(  # type: ignore[no-any-return]
        st.tuples(row, st.integers(0, _TURNS)), min_size=min_size, max_size=max_size
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
    # An author's own check may pass next to nothing of the type, so the pool is enough for it.
    narrow = column.domain is not None or (column.checks is not None and pool)
    if not narrow and column.dtype is not bool:
        wide = _wide(st, column)
        choices.append(wide.filter(lambda value: keeps(column, value)))
    return st.one_of(choices)  # type: ignore[no-any-return]


def _wide(st: Any, column: Column) -> SearchStrategy[Any]:
    """Return a strategy of any value of the column's type within its bounds."""
    chosen: Any
    if column.dtype is str:
        if column.str_matches is not None:
            # As in the engine, a class such as \d is of ASCII, and the whole text matches.
            letters = st.characters(min_codepoint=32, max_codepoint=126)
            chosen = st.from_regex(column.str_matches, fullmatch=True, alphabet=letters)
        else:
            letters = st.characters(codec="utf-8", categories=("L", "N", "P"))
            chosen = st.text(letters, min_size=1, max_size=_LONGEST)
    elif column.dtype in (int, float):
        low, high, scale = steps(column)
        chosen = st.integers(low, high).map(lambda step: number(column, step, scale))
    else:
        first, last = moments(column)
        if column.dtype is date:
            chosen = st.dates(first.date(), last.date())
        else:
            chosen = st.datetimes(first, last).map(awake)
    return chosen  # type: ignore[no-any-return]
