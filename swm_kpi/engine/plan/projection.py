"""The projection: the narrow columns that counting reads.

Times are read as days, people as hashes, and members of a breakdown as codes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, assert_never

import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import Column, ContractType
from swm_kpi.engine.encoding.encode import instant_of
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.grouping import GroupingSet
from swm_kpi.engine.plan.predicates import expression_name, predicate_columns
from swm_kpi.expressions import Expression, Repeats, Term
from swm_kpi.measures import Operation, Statistic, TimeAlignment


def plan_projection(
    statistics: Sequence[Statistic],
    boolean_columns: Mapping[str, Expression],
    grouping: GroupingSet,
    contract: ContractType,
    compiler: Compiler,
    exact: Collection[str] = (),
) -> dict[str, list[pl.Expr]]:
    """Return the columns to read from a Polars table.

    Args:
        statistics: everything to compute from it.
        boolean_columns: predicates to evaluate row by row, by the name of their column.
        grouping: the breakdowns.
        contract: the table's contract.
        compiler: compiles expressions to Polars.
        exact: the columns of times that are read as instants.

    Returns:
        The expressions to read, by what they are for, such as ``day:created_on``.

    Raises:
        TypeError: a statistic of intervals, which have a scan of their own.
    """
    columns: dict[str, list[pl.Expr]] = {}

    def read(name: str, column: pl.Expr) -> None:
        columns[name] = [column.alias(name)]

    def read_day(column: Term) -> None:
        name = f"day:{time_column(column).name}"
        if name not in columns:
            read(name, compiler(column).cast(pl.Date).cast(pl.Int32))

    def read_hashes(key: Term) -> None:
        name, value = expression_name(key), compiler(key)
        columns[f"hash:{name}"] = [
            value.hash(1).alias(f"hash:{name}"),
            value.hash(2).alias(f"second:{name}"),
            value.is_not_null().alias(f"known:{name}"),
        ]

    for statistic in statistics:
        for condition in (statistic.where, statistic.series):
            for column in predicate_columns(condition).dictionary_columns.values():
                read(column.name, pl.col(column.name))
        match statistic.alignment:
            case (
                TimeAlignment.LAST_SNAPSHOT
                | TimeAlignment.MEAN_OF_SNAPSHOTS
                | TimeAlignment.MEAN_OF_STOCKS
                | TimeAlignment.REFERENCE
            ):
                at = statistic.at.name
                read(f"value:{at}", instant_of(at) if at in exact else pl.col(at))
            case TimeAlignment.EVENT | TimeAlignment.IN_FORCE:
                read_day(statistic.at)
                if statistic.until is not None:
                    read_day(statistic.until)
            case TimeAlignment.INTERVAL:
                raise TypeError("intervals have a scan of their own")
            case _:
                assert_never(statistic.alignment)
        if statistic.operation is Operation.ROWS:
            continue
        if statistic.of is None:
            raise TypeError(f"{statistic.operation} needs an expression")
        match statistic.operation:
            case Operation.DISTINCT:
                read_hashes(statistic.of)
            case Operation.QUANTILE:
                read(f"of:{expression_name(statistic.of)}", compiler(statistic.of))
            case Operation.SUM | Operation.SUM_OF_WEIGHTS:
                read(f"sum:{expression_name(statistic.of)}", compiler(statistic.of))
            case _:
                assert_never(statistic.operation)
    for name, predicate in boolean_columns.items():
        if isinstance(predicate, Repeats):
            read_hashes(predicate.who)
            read_day(predicate.at)
            if predicate.where is not None:
                read(f"counted:{name}", compiler(predicate.where))
        else:
            read(name, compiler(predicate))
    for position in grouping.grouped:
        key = grouping.dimensions[position].key
        read(f"member:{key}", _members(contract.dimensions[key][1], grouping, position, compiler))
    return columns


def _members(carrier: Term, grouping: GroupingSet, position: int, compiler: Compiler) -> pl.Expr:
    members = grouping.members[position]
    column: pl.Expr = compiler(carrier)
    if isinstance(carrier, Column) and carrier.domain == members:
        # Validation has encoded it by this very list.
        return column
    return column.cast(pl.String).cast(pl.Enum(members), strict=False)


def decode_dictionary(codes: NDArray[Any], column: Column | None) -> pl.Series:
    """Return the values that codes stand for.

    Args:
        codes: positions among the column's values, null last.
        column: a dictionary column; None for a boolean column.
    """
    if column is None or column.dtype is bool:
        return pl.Series([False, True, None], dtype=pl.Boolean).gather(codes)
    members = pl.Series([*(column.domain or ()), None], dtype=pl.Enum(column.domain or ()))
    return members.gather(codes)


def time_column(term: Term) -> Column:
    """Return a term that places rows in time as the column that it is."""
    if not isinstance(term, Column):
        raise TypeError("only a column places rows in time")
    return term
