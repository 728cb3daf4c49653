"""The narrow columns that counting reads: days for times, hashes for people, codes for members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import Column, ContractType
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.exact_sums import exact_sum_expressions
from swm_kpi.engine.plan.grouping import GroupingSet
from swm_kpi.engine.plan.predicates import name_of, parts_of
from swm_kpi.expressions import Expression, Repeats, Term
from swm_kpi.measures import Operation, Statistic, TimeAlignment


def narrow(
    statistics: Sequence[Statistic],
    answers: Mapping[str, Expression],
    grouping: GroupingSet,
    contract: ContractType,
    compiler: Compiler,
) -> dict[str, list[pl.Expr]]:
    """Say what is read of a table.

    Args:
        statistics: everything that will be asked of it.
        answers: conditions answered row by row, by the name of their column.
        grouping: the breakdowns.
        contract: the table's contract.
        compiler: to Polars.

    Returns:
        By what a column is for and is named for, such as ``day:created_on``, what is read for it.
    """
    found: dict[str, list[pl.Expr]] = {}

    def read(name: str, column: pl.Expr) -> None:
        found[name] = [column.alias(name)]

    def day(column: Term) -> None:
        name = f"day:{column_of(column).name}"
        if name not in found:
            read(name, compiler(column).cast(pl.Date).cast(pl.Int32))

    def person(who: Term) -> None:
        name, value = name_of(who), compiler(who)
        found[f"hash:{name}"] = [
            value.hash(1).alias(f"hash:{name}"),
            value.hash(2).alias(f"second:{name}"),
            value.is_not_null().alias(f"known:{name}"),
        ]

    for statistic in statistics:
        for condition in (statistic.where, statistic.series):
            for column in parts_of(condition).columns.values():
                read(column.name, pl.col(column.name))
        match statistic.alignment:
            case (
                TimeAlignment.LAST_SNAPSHOT
                | TimeAlignment.MEAN_OF_SNAPSHOTS
                | TimeAlignment.MEAN_OF_STOCKS
                | TimeAlignment.REFERENCE
            ):
                read(f"value:{statistic.at.name}", pl.col(statistic.at.name))
            case TimeAlignment.EVENT | TimeAlignment.IN_FORCE:
                day(statistic.at)
                if statistic.until is not None:
                    day(statistic.until)
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
                person(statistic.of)
            case Operation.QUANTILE:
                read(f"of:{name_of(statistic.of)}", compiler(statistic.of))
            case Operation.SUM:
                for suffix, summand in exact_sum_expressions(statistic.of, compiler(statistic.of)):
                    read(f"sum:{name_of(statistic.of)}{suffix}", summand)
            case _:
                assert_never(statistic.operation)
    for name, answer in answers.items():
        if isinstance(answer, Repeats):
            person(answer.who)
            day(answer.at)
            if answer.where is not None:
                read(f"counted:{name}", compiler(answer.where))
        else:
            read(name, compiler(answer))
    for position in grouping.grouped:
        key = grouping.dimensions[position].key
        read(f"member:{key}", _members(contract.dimensions[key][1], grouping, position, compiler))
    return found


def _members(carrier: Term, grouping: GroupingSet, position: int, compiler: Compiler) -> pl.Expr:
    members = grouping.members[position]
    column: pl.Expr = compiler(carrier)
    if isinstance(carrier, Column) and carrier.domain == members:
        # It was encoded by this very list when it was checked.
        return column
    return column.cast(pl.String).cast(pl.Enum(members), strict=False)


def decoded(codes: NDArray[Any], column: Column | None) -> pl.Series:
    """Return the values of a listed column, or of answers, from their codes."""
    if column is None or column.dtype is bool:
        return pl.Series([False, True, None], dtype=pl.Boolean).gather(codes)
    members = pl.Series([*(column.domain or ()), None], dtype=pl.Enum(column.domain or ()))
    return members.gather(codes)


def column_of(term: Term) -> Column:
    """Return the column by which rows are dated."""
    if not isinstance(term, Column):
        raise TypeError("rows are dated by a column")
    return term
