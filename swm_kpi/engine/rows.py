"""``kpi.rows``: the rows behind one number, each with its role in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any, assert_never

import narwhals as nw
import polars as pl

from swm_kpi.contracts import ALL, UNKNOWN, Column, Dimension
from swm_kpi.engine.aggregate.aggregate_table import (
    Axes,
    UsedSnapshots,
    aggregate_table,
    find_used_snapshots,
)
from swm_kpi.engine.backends.narwhals_columns import with_condition_columns
from swm_kpi.engine.compute import axes_of, computable, compute_tables
from swm_kpi.engine.encoding.dst import time_of
from swm_kpi.engine.encoding.encode import INSTANT
from swm_kpi.engine.input.read import read_tables
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.request import Request, plan_request
from swm_kpi.errors import OutputError, RequestError, clear_tracebacks, did_you_mean
from swm_kpi.expressions import Expression, conjuncts, english
from swm_kpi.measures import Measure, Statistic, TimeAlignment
from swm_kpi.measures.arithmetic import QuotientOfInputs
from swm_kpi.measures.mapping_counts import mapping_statistics, unmapped
from swm_kpi.measures.null_conditions import (
    Completeness,
    describe_blanks,
    describe_undecided,
    join_columns,
)
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric
from swm_kpi.model.plugins import catalogue as installed_catalogue
from swm_kpi.output.files import write_bytes
from swm_kpi.output.guard import NO_POLICY
from swm_kpi.vocabulary import Basis

COUNTED, NUMERATOR, DENOMINATOR, LEFT_OUT = "counted", "numerator", "denominator", "left out"
UNDECIDED, NO_VALUE, NOT_MET, INCOMPLETE = (
    "undecided", "no value", "not met", "incomplete snapshot",
)  # fmt: skip
"""How the reason of a row that is left out begins."""

ROLES = (COUNTED, NUMERATOR, DENOMINATOR, LEFT_OUT)
_ROLE, _REASON, _TABLE = "role", "reason", "table"
_MAX_ROWS = 1_000_000
_IN_SNAPSHOT = "in snapshot"
_TAKEN = "taken"
_NOT_USED = f"{INCOMPLETE}: it lacks a part, so it is not in the mean"


@dataclass(frozen=True)
class NumberRows:
    """The rows behind one number. They are personal data.

    Attributes:
        ref: the ref.
        measure: the key of the measure.
        period: the label of the period.
        members: the member of each breakdown that was asked for.
        number: the number itself, as a row of the result of ``compute``.
        tables: by table, its rows of the period and the members: the columns of the contract,
            and ``role`` and ``reason``.
    """

    ref: str
    measure: str
    period: str
    members: Mapping[str, str]
    number: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    is_personal = True

    @property
    def frame(self) -> pl.DataFrame:
        """The rows, if the number reads one table; else those of all tables, one below another."""
        if len(self.tables) == 1:
            return next(iter(self.tables.values()))
        named = (
            frame.select(pl.lit(table).alias(_TABLE), pl.all())
            for table, frame in self.tables.items()
        )
        return pl.concat(named, how="diagonal_relaxed")

    def counts(self) -> dict[str, int]:
        """Return the number of rows in each role."""
        totals = dict.fromkeys(ROLES, 0)
        for frame in self.tables.values():
            for role, rows in frame[_ROLE].value_counts().iter_rows():
                totals[role] += rows
        return {role: rows for role, rows in totals.items() if rows}

    def to_csv(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the rows to a CSV file. They are personal data and have no disclosure control.

        Args:
            path: the file to write.
            policy: ``"none"``, to say that this is meant.
            overwrite: replace an existing file.

        Raises:
            OutputError: ``policy`` is not ``"none"``, or the file cannot be written.
        """
        if policy != NO_POLICY:
            raise OutputError(
                'These rows are personal data. Use policy="none" to write them, to a place where '
                "the tables themselves may be."
            )
        write_bytes(path, self.frame.write_csv().encode(), overwrite=overwrite)

    def __str__(self) -> str:
        members = "".join(f", {key} {member}" for key, member in self.members.items())
        counts = ", ".join(f"{rows:,} {role}" for role, rows in self.counts().items()) or "none"
        return f"Ref {self.ref}, {self.measure}, {self.period}{members}: {counts}. Personal data."

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show no row in a notebook, because notebooks are saved and shared."""
        printer.text(str(self))


@clear_tracebacks
def rows(
    ref: str,
    measure: str,
    data: Mapping[str, Any],
    *,
    period: Any,
    as_at: Any = None,
    assumptions: Mapping[str, Any] | None = None,
    basis: str = Basis.FORCE.value,
    catalogue: Catalogue | None = None,
    **members: str,
) -> NumberRows:
    """Return the rows behind one number, each with its role, and why a row is left out.

    Every row of the period and the members is there. A row is *counted* if it is in the number. In
    a share, a row is in the *numerator* (and so in the denominator too), or in the *denominator*
    alone. Any other row is *left out*, and ``reason`` says why. The table stays in its engine: only
    these rows leave it. They are personal data.

    Args:
        ref: the ref or key of a metric.
        measure: the key of one of its measures.
        data: table name to table, as for ``compute``.
        period: the period, such as ``"2024/25 Q4"``.
        as_at: the day the data were extracted.
        assumptions: values that replace the defaults of assumptions.
        basis: ``force``, or ``proxy`` for a measure of public data.
        catalogue: where to look the metric up; by default the installed definitions.
        members: the member of each breakdown, such as ``lpa="North"``; all where left out.

    Raises:
        RequestError: a name is unknown, the data have none of the tables of the metric, or more
            than a million rows are behind the number.
        PeriodError: the period is not written as one.
        ContractError: a table breaks its contract.
        InputError: a table cannot be read.
    """
    plan = catalogue if catalogue is not None else installed_catalogue()
    by = [key for key, member in members.items() if member != ALL]
    request = plan_request(
        [ref], data, plan, periods=[period], by=by, as_at=as_at, assumptions=assumptions
    )
    (selected,) = request.metrics
    declared = _measure(selected.metric, measure, Basis(basis))
    # One reading serves the number and its rows: the other columns are read to be shown.
    widened = {
        name: columns.with_shown(request.contracts[name])
        for name, columns in request.columns.items()
    }
    tables = read_tables(data, replace(request, columns=widened), lambda _: None)
    result = compute_tables(request, tables, data, plan, lambda _: None)
    number = _number(result.to_polars(), measure, basis, by, members)
    lister = _Lister(request, tables, {key: members[key] for key in by})
    frames: dict[str, pl.DataFrame] = {}
    for part, role in _parts(declared, selected.metric):
        for table, frame in lister.rows_of(part, role):
            frames[table] = pl.concat([frames[table], frame]) if table in frames else frame
    (span,) = request.periods
    return NumberRows(selected.entry.ref, measure, span.label, dict(members), number, frames)


def _measure(metric: Metric, key: str, basis: Basis) -> Measure:
    keys = [item.key for item in metric.measures if item.basis is basis]
    if key not in keys:
        shown = str(key)[:60]
        raise RequestError(
            f"Ref {metric.ref} has no measure {shown!r}. {did_you_mean(shown, keys)}"
        )
    return metric.measure(key, basis)


def _number(
    frame: pl.DataFrame, measure: str, basis: str, by: Sequence[str], members: Mapping[str, str]
) -> dict[str, Any]:
    cells = frame.filter(pl.col("measure") == measure, pl.col("basis") == basis)
    for key in by:
        known = cells[key].unique().to_list()
        if members[key] not in known:
            shown = str(members[key])[:60]
            if known == [ALL]:
                raise RequestError(f"Measure {measure!r} has no breakdown {key!r}. Leave it out.")
            raise RequestError(f"{key} has no member {shown!r}. {did_you_mean(shown, known)}")
        cells = cells.filter(pl.col(key) == members[key])
    return cells.row(0, named=True)


def _parts(measure: Measure, metric: Metric) -> Iterator[tuple[Measure, str]]:
    """Yield the measures that have the rows to list, with the role that counted rows have."""
    arithmetic = measure.arithmetic
    if not isinstance(arithmetic, QuotientOfInputs):
        yield measure, COUNTED
        return
    yield metric.measure(arithmetic.numerator, measure.basis), NUMERATOR
    if arithmetic.denominator:
        yield metric.measure(arithmetic.denominator, measure.basis), DENOMINATOR
    if measure.statistics:
        yield measure, DENOMINATOR


class _Lister:
    """Lists the rows of measures of one request, from the tables that were read."""

    def __init__(
        self, request: Request, tables: Mapping[str, Table], members: Mapping[str, str]
    ) -> None:
        self.request, self.tables, self.members = request, tables, members
        self.compiler = Compiler(request.assumptions)
        (self.period,) = request.periods

    def rows_of(self, measure: Measure, role: str) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the rows of each table that a measure counts."""
        statistics = measure.statistics
        roles = measure.row_roles
        counted = statistics.get(roles.counted) or next(iter(statistics.values()))
        table = self.tables.get(counted.contract.table)
        if table is None or not counted.columns <= table.columns:
            return
        masks: dict[str, Any] = {"counted": self._mask(counted)}
        for name, key in (("numerator", roles.numerator), ("undecided", roles.undecided)):
            if key:
                masks[name] = self._mask(statistics[key])
        for key in ("undecided", "unanswered", "without_value"):
            if key in measure.row_statistics:
                masks[f"lacks {key}"] = self._mask(measure.row_statistics[key])
        conditions = conjuncts(counted.where)
        for number, condition in enumerate(conditions):
            masks[f"condition{number}"] = _is_true(self.compiler(condition))
        needed = [*statistics.values(), *measure.row_statistics.values()]
        reasons = {}
        if measure.completeness is not None:
            reasons = _reasons(measure.completeness)
            of_mapping = mapping_statistics(measure.completeness, table.statuses)
            for key, text in _unmapped_reasons(measure.completeness).items():
                if key in of_mapping:
                    masks[f"lacks {key}"] = self._mask(of_mapping[key])
                    reasons[f"lacks {key}"] = text
        used = self._used_snapshots(table, counted)
        frame = self._collect(table, counted, masks, needed, used)
        yield table.contract.table, _with_roles(frame, role, reasons, conditions)

    def _collect(
        self,
        table: Table,
        counted: Statistic,
        masks: Mapping[str, Any],
        statistics: Sequence[Statistic],
        used: UsedSnapshots | None,
    ) -> pl.DataFrame:
        prepared = with_condition_columns(table, statistics, self.compiler)
        placed = nw.from_native(prepared.lazy).filter(self._placed(table, counted, used))
        member = self._member(table, counted)
        over = counted.total_over
        if over is not None and over in self.members:
            carrier = self.compiler(table.contract.dimensions[over][1])
            is_member = _is_member(carrier, self._dimension(over), self.members[over])
            masks = {**masks, "numerator": _is_true(is_member & (masks["numerator"] == 1))}
        if member is not None:
            placed = placed.filter(member)
        names = [name for name in table.contract.columns if name in table.columns]
        flags = [mask.alias(f"mask:{name}") for name, mask in masks.items()]
        is_exact = counted.at.name in table.exact
        if used is not None:
            flags.append(nw.col(counted.at.name + (INSTANT if is_exact else "")).alias(_TAKEN))
        # One more than may be listed: a list that is cut short would look whole.
        query = placed.select(*(nw.col(name) for name in names), *flags).head(_MAX_ROWS + 1)
        frame = table.run(lambda: table.collect(query, "listing rows"))
        if len(frame) > _MAX_ROWS:
            raise RequestError(
                f"More than {_MAX_ROWS:,} rows of table {table.contract.table!r} are behind this "
                "number. Ask for a shorter period or for one member."
            )
        if used is None:
            return frame
        taken = frame[_TAKEN].to_list()
        are_used = used.are_used(frame, [time_of(time) for time in taken] if is_exact else taken)
        frame = frame.drop(_TAKEN).with_columns(pl.Series(_IN_SNAPSHOT, are_used))
        # Only the last snapshot is behind a number. Of a mean, each snapshot of the period is.
        is_last = counted.alignment is TimeAlignment.LAST_SNAPSHOT
        return frame.filter(_IN_SNAPSHOT) if is_last else frame

    def _used_snapshots(self, table: Table, statistic: Statistic) -> UsedSnapshots | None:
        """Return which snapshots the number uses; None for a table without."""
        if not statistic.alignment.is_of_snapshots:
            return None
        return table.run(
            lambda: find_used_snapshots(
                table, statistic, computable(self.request, table), self.period,
                axes_of(self.request, self.tables), self.members, self.compiler,
                table.extracted_on(self.request.as_at),
            )
        )  # fmt: skip

    def _mask(self, statistic: Statistic) -> Any:
        """Return 1 for the rows that a statistic counts or adds up, and 0 for others."""
        parts = [] if statistic.where is None else [self.compiler(statistic.where)]
        if statistic.of is not None:
            parts.append(~self.compiler(statistic.of).is_null())
        return _is_true(reduce(and_, parts)) if parts else nw.lit(1)

    def _member(self, table: Table, counted: Statistic) -> Any:
        """Return the condition that a row belongs to the members; None for no condition."""
        parts = []
        for key, member in self.members.items():
            if key == counted.total_over or key not in table.contract.dimensions:
                continue
            value = self.compiler(table.contract.dimensions[key][1])
            parts.append(_is_member(value, self._dimension(key), member))
        return reduce(and_, parts) if parts else None

    def _dimension(self, key: str) -> Dimension:
        return next(item for item in self.request.dimensions if item.key == key)

    def _placed(self, table: Table, statistic: Statistic, used: UsedSnapshots | None) -> Any:
        """Return the condition that a row is in the period, or in the snapshot that it uses."""
        last_day = table.extracted_on(self.request.as_at)
        start, stop = self.period.start, self.period.stop
        if last_day is not None:
            stop = max(start, min(stop, last_day + timedelta(days=1)))
        at = statistic.at
        match statistic.alignment:
            case (
                TimeAlignment.EVENT | TimeAlignment.MEAN_OF_SNAPSHOTS | TimeAlignment.MEAN_OF_STOCKS
            ):
                day = self._day(at)
                return (day >= start) & (day < stop)
            case TimeAlignment.IN_FORCE | TimeAlignment.INTERVAL:
                begun = self._day(at) < stop
                if statistic.until is None:
                    return begun
                ended = self._day(statistic.until)
                limit = stop if statistic.alignment is TimeAlignment.IN_FORCE else start
                return begun & (ended.is_null() | (ended >= limit))
            case TimeAlignment.LAST_SNAPSHOT:
                days = used.days if used is not None else []
                return self._day(at).is_in(days) if days else self._never(at)
            case TimeAlignment.REFERENCE:
                year = self._used_year(table, statistic, last_day)
                return self._never(at) if year is None else self.compiler(at) == year
            case _:
                assert_never(statistic.alignment)

    def _used_year(
        self, table: Table, statistic: Statistic, last_day: date | None
    ) -> date | int | None:
        """Return the reference year that the period uses."""
        aggregates = table.run(
            lambda: aggregate_table(
                table, [statistic], [self.period], Axes((), ()), self.compiler, last_day
            )
        )
        return aggregates.dates[statistic.key][0]

    def _never(self, at: Column) -> Any:
        return self.compiler(at).is_null() & ~self.compiler(at).is_null()

    def _day(self, column: Column) -> Any:
        return self.compiler(column).cast(nw.Date)


def _reasons(completeness: Completeness) -> dict[str, str]:
    """Return why rows are left out, by the mask of such rows."""
    value = describe_blanks(completeness.measured_columns)
    if completeness.unusable is not None:
        value += f", or {english(completeness.unusable)}"
    decides = describe_undecided(completeness.undecided_columns, completeness.reversed_times)
    return {
        "lacks without_value": f"{NO_VALUE}: {value}",
        "lacks unanswered": f"{UNDECIDED}: {decides}",
        "lacks undecided": f"{UNDECIDED}: {decides}",
    }


def _unmapped_reasons(completeness: Completeness) -> dict[str, str]:
    """Return why rows with a value that is not mapped are left out, by their role."""
    value = f"{NO_VALUE}: {join_columns(completeness.measured_columns)} is not mapped"
    decides = f"{UNDECIDED}: {join_columns(completeness.undecided_columns)} is not mapped"
    return {
        unmapped("without_value"): value,
        unmapped("unanswered"): decides,
        unmapped("undecided"): decides,
    }


def _is_true(condition: Any) -> Any:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _is_member(value: Any, dimension: Dimension, member: str) -> Any:
    if member != UNKNOWN:
        return value == member
    if not dimension.members:
        return value.is_null()
    return value.is_null() | ~value.is_in(list(dimension.members))


def _with_roles(
    frame: pl.DataFrame,
    role: str,
    reasons: Mapping[str, str],
    conditions: Sequence[Expression],
) -> pl.DataFrame:
    """Return the rows with their role and reason, in place of the columns of masks."""

    def has(name: str) -> pl.Expr:
        column = f"mask:{name}"
        return pl.col(column) == 1 if column in frame.columns else pl.lit(False)

    is_share = "mask:numerator" in frame.columns
    in_snapshot = pl.col(_IN_SNAPSHOT) if _IN_SNAPSHOT in frame.columns else pl.lit(True)
    would_count = has("counted") & ~has("undecided")
    is_counted = would_count & in_snapshot
    counted_role = DENOMINATOR if is_share else role
    roles = (
        pl.when(is_counted & has("numerator")).then(pl.lit(NUMERATOR))
        .when(is_counted).then(pl.lit(counted_role))
        .otherwise(pl.lit(LEFT_OUT))
    )  # fmt: skip
    reason = pl.lit("")
    for number in reversed(range(len(conditions))):
        text = f"{NOT_MET}: {english(conditions[number])}"
        reason = pl.when(~has(f"condition{number}")).then(pl.lit(text)).otherwise(reason)
    for name, text in reasons.items():
        reason = pl.when(has(name)).then(pl.lit(text)).otherwise(reason)
    reason = pl.when(would_count & ~in_snapshot).then(pl.lit(_NOT_USED)).otherwise(reason)
    labelled = frame.with_columns(roles.alias(_ROLE))
    labelled = labelled.with_columns(
        pl.when(pl.col(_ROLE) == LEFT_OUT).then(reason).otherwise(pl.lit("")).alias(_REASON)
    )
    return labelled.select(~pl.selectors.starts_with("mask:", _IN_SNAPSHOT))
