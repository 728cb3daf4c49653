"""Snapshots derived from spans: how many things were open at stated hours of each day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np
import polars as pl

from swm_kpi.calendar import LONDON, format_date
from swm_kpi.contracts import Column, ContractError, ContractType, Violation
from swm_kpi.coverage import Coverage, Span, is_improbable_gap
from swm_kpi.declaration import Finding
from swm_kpi.engine.encoding.encode import IN_REPEATED_HOUR, INSTANT
from swm_kpi.engine.input.read import read_table
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.columns import ColumnsToRead, days_of_areas
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.errors import (
    InputError,
    Problem,
    clear_tracebacks,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import Canonical, Expression, IsUnknown, as_condition, canonical, english
from swm_kpi.mapping.checks import day_findings
from swm_kpi.mapping.mapped_table import (
    ColumnCounts,
    MappedTable,
    MappingError,
    MappingReport,
)
from swm_kpi.mapping.table_definition import TableDefinition
from swm_kpi.mapping.values import NotInSource, left_out
from swm_kpi.vocabulary import CoverageSource

_START, _END, _REPEATED, _COUNTS, _UNKNOWN = "start", "end", "repeated", "counts", "unknown"
_DAY = timedelta(days=1)
_CHANGE_HOUR = 1
"""The local hour that the clocks skip in spring and repeat in autumn."""


class Snapshots(TableDefinition):
    """How many spans are open at stated hours of each day: the rows of a contract of snapshots.

    A span is open at an hour if it began by then and has not ended by then. One without an end is
    open. Each snapshot has a row for every member of every column, also where none is open.

    In the folder of a force, snapshots make a table like a mapping does: their spans are the table
    that a mapping of the folder makes.

    Args:
        contract: the contract of the snapshots.
        spans: the contract of the spans.
        at: the contract's column of the time of a snapshot.
        count: the contract's column of the number of open spans.
        start: the spans' column of the time when they begin.
        end: the spans' column of the time when they end.
        hours: the local hours of the snapshots, from 0 to 23. The hour 1 is refused, because the
            clocks skip it in spring and repeat it in autumn.
        columns: the spans' column that each other column of the contract is taken from, or
            ``not_in_source``.
        version: a number that rises with each change.
        valid_from: the ISO date of the first snapshots. The extract must have every span that was
            open on that day: one that began earlier and is not in it is not counted, and nothing
            can show that.
        owner: the role that decides what is counted.
        where: which spans count, as a condition over their columns; all, if it is left out.

    Raises:
        DefinitionError: with every problem of the declaration.
    """

    def __init__(
        self,
        contract: ContractType,
        *,
        spans: ContractType,
        at: Column,
        count: Column,
        start: Column,
        end: Column,
        hours: Sequence[int],
        columns: Mapping[Column, Any],
        version: int,
        valid_from: str,
        owner: str,
        where: Expression | None = None,
    ) -> None:
        self.contract = contract
        self.spans = spans
        self.at, self.count, self.start, self.end = at, count, start, end
        self.hours = tuple(hours)
        self.version = version
        self.owner = owner
        self.where = where
        self.columns = dict(columns)
        self.place = place_of_declaration()
        findings = [*self._findings(), *day_findings("valid_from", valid_from)]
        if findings:
            name = getattr(contract, "__name__", "")
            raise_problems(
                Problem(f"Snapshots {name}", *finding, self.place) for finding in findings
            )
        self.is_usable = not findings
        self.valid_from = date.min if findings else date.fromisoformat(valid_from)

    def __repr__(self) -> str:
        return f"<Snapshots {self.definition} of {self.spans.__name__}>"

    @cached_property
    def taken_from(self) -> dict[str, Column]:
        """The spans' column that each column of the contract is taken from, by name."""
        return {
            column.name: value
            for column, value in self.columns.items()
            if isinstance(value, Column)
        }

    @cached_property
    def not_in_source(self) -> dict[str, str]:
        """The reason for each column that the spans have no column for, by name."""
        reasons = {
            column.name: value.reason
            for column, value in self.columns.items()
            if isinstance(value, NotInSource)
        }
        return left_out(self.contract, {column.name for column in self.columns}) | reasons

    def canonical(self) -> Canonical:
        """Return everything that moves the rows, as nested lists."""
        return [
            self.contract.table,
            self.spans.table,
            [self.at.name, self.count.name, self.start.name, self.end.name],
            sorted(self.hours),
            self.valid_from.isoformat(),
            [[name, column.name] for name, column in sorted(self.taken_from.items())],
            None if self.where is None else canonical(self.where),
        ]

    def describe(self) -> str:
        """Return in English what a snapshot counts."""
        lines = [
            f"{self.contract.__name__}, counted from {self.spans.__name__}",
            f"Version {self.version}, from {format_date(self.valid_from)}. Owner: {self.owner}.",
            "",
        ]
        lines += [f"{name}: {words}" for name, words in self.describe_columns().items()]
        return "\n".join(lines) + "\n"

    def describe_columns(self) -> dict[str, str]:
        """Return what each column of the contract is, in sentences, by its name."""
        hours = ", ".join(f"{hour:02}:00" for hour in sorted(self.hours))
        which = "" if self.where is None else f" where {english(self.where)}"
        words = {
            self.at.name: f"Every day at {hours}, local time.",
            self.count.name: f"The rows{which} that began at or before that time, by "
            f"{self.start.english()}, and did not end by then, by {self.end.english()}. A row "
            "without an end is open.",
        }
        words |= {
            name: f"Taken from {column.english()}." for name, column in self.taken_from.items()
        }
        return words | {
            name: f"Not in the source. {reason.rstrip('.')}."
            for name, reason in self.not_in_source.items()
        }

    def reads(self, name: str) -> tuple[Column, ...]:
        """Return the spans' columns that a column of the contract is made from."""
        if name == self.count.name:
            condition = () if self.where is None else as_condition(self.where).walk()
            columns = (part for part in condition if isinstance(part, Column))
            return tuple(dict.fromkeys((self.start, self.end, *columns)))
        return (self.taken_from[name],) if name in self.taken_from else ()

    @clear_tracebacks
    def apply(
        self,
        data: Any,
        *,
        last: date | None = None,
        contracts: Mapping[str, ContractType] | None = None,
    ) -> MappedTable:
        """Count the open spans at each hour of each day, from ``valid_from`` on.

        Days that the extract does not cover have no snapshot, and the table says which days have.
        Without ``last``, they end with the last start of a span. With it, they also end there if
        chance would hardly leave so many days without a start, and begin after the first start in
        the same way.

        Args:
            data: the table of spans, in any of the types that ``compute`` takes.
            last: the last day, if it is known: the day before the extract was made.
            contracts: contracts with the areas of a force, by table, as its catalogue has them.

        Raises:
            ContractError: the table breaks the contract of the spans.
            MappingError: a span has no start, ends before it begins, or may or may not count.
            InputError: the table cannot be read, or lacks a column.
        """
        made = self._evaluate(data, last, contracts or {})
        if made.refused:
            raise MappingError(f"Snapshots {self.definition}", made.refused)
        return MappedTable(
            self.contract.table, made.definition, made.frame, made.frame.height, made.counts,
            made.not_in_source, made.coverage,
        )  # fmt: skip

    @clear_tracebacks
    def report(
        self,
        data: Any,
        *,
        last: date | None = None,
        contracts: Mapping[str, ContractType] | None = None,
    ) -> MappingReport:
        """Report what :meth:`apply` would make, and what it would refuse.

        Its counts are of the spans: how their columns came to their values.

        Raises:
            InputError: the table cannot be read, or lacks a column.
        """
        try:
            made = self._evaluate(data, last, contracts or {})
        except ContractError as error:
            refused = tuple(item for report in error.reports for item in report.violations)
            return MappingReport(self.definition, 0, {}, self.not_in_source, refused, ())
        return MappingReport(
            made.definition, made.frame.height, made.counts, made.not_in_source, made.refused, ()
        )

    def _evaluate(
        self, data: Any, last: date | None, contracts: Mapping[str, ContractType]
    ) -> _Made:
        table = self._read(data, contracts.get(self.spans.table, self.spans))
        absent = {
            column.name: table.why_missing(column.name)
            for column in self.taken_from.values()
            if column.name not in table.columns
        }
        absent |= {} if table.mapping is None else dict(table.mapping.not_in_source)
        groups = {name: of for name, of in self.taken_from.items() if of.name not in absent}
        reasons = self.not_in_source | {
            name: absent[of.name] for name, of in self.taken_from.items() if of.name in absent
        }
        rows, starts, refused = self._rows_of(table, groups)
        days = None if refused else self._days(starts, last)
        coverage = Coverage((days,) if days else (), source=CoverageSource.ROWS)
        contract = contracts.get(self.contract.table, self.contract)
        frame = self._count(rows if days else rows.clear(), contract, groups, days)
        counts: dict[str, ColumnCounts] = {}
        definition = self.definition
        if isinstance(data, MappedTable):
            counts = {name: data.counts[of.name] for name, of in groups.items()}
            definition += f" of {data.mapping}"
        return _Made(definition, frame, counts, reasons, refused, coverage)

    def _days(self, starts: pl.Series, last: date | None) -> Span | None:
        """Return the first and the last day of the snapshots; None if there is none.

        Args:
            starts: when spans begin, in microseconds since 1970.
            last: the last day, if the caller states it.
        """
        now = round(datetime.now(ZoneInfo(LONDON)).timestamp() * 1_000_000)
        known = starts.drop_nulls().filter(starts.drop_nulls() <= now)
        if known.is_empty():
            return None
        earliest, latest = (_local(known.min()), _local(known.max()))
        # The day of the last start is whole if that is after its last snapshot.
        is_whole = latest.hour >= max(self.hours)
        closes = latest.date() if is_whole else latest.date() - _DAY
        opens = self.valid_from
        if last is not None:
            days = (last - min(opens, earliest.date())).days + 1
            if not is_improbable_gap((last - latest.date()).days, days, len(known)):
                closes = last
        days = (closes - min(opens, earliest.date())).days + 1
        if is_improbable_gap((earliest.date() - opens).days, days, len(known)):
            opens = earliest.date() + _DAY
        return (opens, closes) if opens <= closes else None

    def _read(self, data: Any, contract: ContractType) -> Table:
        """Read and validate the spans.

        Raises:
            ContractError: they break their contract.
            InputError: a time of theirs is not in the source.
        """
        condition = [] if self.where is None else list(as_condition(self.where).walk())
        columns = [self.start, self.end, *(part for part in condition if isinstance(part, Column))]
        needed = {column.name for column in columns}
        wanted = needed | {column.name for column in self.taken_from.values()}
        wanted |= days_of_areas(contract, wanted)
        times = {column.name for column in columns if column.dtype in (date, datetime)}
        required = tuple(sorted(wanted))
        table, report = read_table(
            data, contract, ColumnsToRead(frozenset(wanted), required, frozenset(times))
        )
        if not report.ok:
            raise ContractError((report,))
        missing = sorted(needed - table.columns)
        if missing:
            reason = table.why_missing(missing[0])
            raise InputError(f"Snapshots {self.definition} cannot be counted: {reason}.")
        return table

    def _rows_of(
        self, table: Table, groups: Mapping[str, Column]
    ) -> tuple[pl.DataFrame, pl.Series, tuple[Violation, ...]]:
        """Return each span that counts, when all spans begin, and what is refused.

        The columns of a span are its start, its end and its groups.
        """
        selected = {
            _START: nw.col(self.start.name + INSTANT),
            _END: nw.col(self.end.name + INSTANT),
            _REPEATED: nw.col(self.start.name + IN_REPEATED_HOUR)
            & nw.col(self.end.name + IN_REPEATED_HOUR),
            **{f"of {name}": nw.col(column.name) for name, column in groups.items()},
        }
        if self.where is not None:
            condition = as_condition(self.where)
            compiler = Compiler({})
            selected[_COUNTS] = compiler(condition)
            selected[_UNKNOWN] = compiler(IsUnknown(condition))
        query = nw.from_native(table.lazy).select(
            **{name: expression.alias(name) for name, expression in selected.items()}
        )
        rows = table.run(lambda: table.collect(query, "reading spans"))
        starts = rows[_START]
        refused = []
        if self.where is not None:
            unknown = rows.filter(pl.col(_UNKNOWN)).height
            rows = rows.filter(pl.col(_COUNTS))
            if unknown:
                rule = "is blank in rows of which it is then not known whether they count"
                names = {p.name for p in as_condition(self.where).walk() if isinstance(p, Column)}
                refused.append(Violation(", ".join(sorted(names)), rule, unknown))
        without_start = rows[_START].null_count()
        if without_start:
            rule = "is empty, so that it is not known when the span began"
            refused.append(Violation(self.start.name, rule, without_start))
        # Of two times in the repeated hour it is not known which is first; no snapshot is in it.
        is_backwards = (pl.col(_END) < pl.col(_START)) & ~pl.col(_REPEATED).fill_null(False)
        backwards = rows.filter(is_backwards).height
        if backwards:
            refused.append(Violation(self.end.name, f"is before {self.start.name}", backwards))
        return rows, starts, tuple(refused)

    def _count(
        self,
        rows: pl.DataFrame,
        contract: ContractType,
        groups: Mapping[str, Column],
        span: Span | None,
    ) -> pl.DataFrame:
        zone = ZoneInfo(LONDON)
        first, last = span or (date.max, date.max - _DAY)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        times = [datetime.combine(day, time(hour)) for day in days for hour in sorted(self.hours)]
        instants = np.array(
            [round(at.replace(tzinfo=zone).timestamp()) * 1_000_000 for at in times], dtype=np.int64
        )
        members = {name: _members(contract.columns[name], rows[f"of {name}"]) for name in groups}
        group = np.zeros(rows.height, dtype=np.int64)
        for name, listed in members.items():
            position = pl.Series(range(len(listed)), dtype=pl.Int64)
            own = rows[f"of {name}"].cast(pl.String)
            index = pl.DataFrame({"member": pl.Series(listed, dtype=pl.String), "at": position})
            joined = pl.DataFrame({"member": own}).join(
                index, on="member", how="left", nulls_equal=True, maintain_order="left"
            )
            group = group * len(listed) + joined["at"].to_numpy()
        size = int(np.prod([len(listed) for listed in members.values()], dtype=np.int64))
        change = np.zeros((size, len(times) + 1), dtype=np.int64)
        begins = np.searchsorted(instants, rows[_START].to_numpy(), side="left")
        ended = rows[_END].fill_null(np.iinfo(np.int64).max).to_numpy()
        ends = np.searchsorted(instants, ended, side="left")
        np.add.at(change, (group, begins), 1)
        np.add.at(change, (group, ends), -1)
        open_spans = change.cumsum(axis=1)[:, :-1]
        combinations = list(product(*members.values()))
        snapshot_at = pl.Series(times, dtype=pl.Datetime("us"))
        frame = pl.DataFrame(
            {
                self.at.name: snapshot_at[np.tile(np.arange(len(times)), size)],
                **{
                    name: pl.Series(
                        [members_of[at] for members_of in combinations], dtype=pl.String
                    )[np.repeat(np.arange(size), len(times))]
                    for at, name in enumerate(members)
                },
                self.count.name: open_spans.ravel(),
            }
        )
        # An area that did not exist on the day has no row, unless something was open in it.
        exists = np.ones((size, len(times)), dtype=bool)
        for at, name in enumerate(members):
            dimension = contract.columns[name].dimension
            if dimension is None or not dimension.is_area:
                continue
            on_day = {
                member: [dimension.has_member(member, time.date(), time.date()) for time in times]
                for member in members[name]
                if member is not None
            }
            for number, combination in enumerate(combinations):
                exists[number] &= on_day.get(combination[at] or "", True)
        return frame.filter(exists.ravel() | (open_spans.ravel() > 0))

    def _findings(self) -> Iterator[Finding]:
        for field, contract in (("contract", self.contract), ("spans", self.spans)):
            if not isinstance(contract, ContractType):
                yield field, "it is not a contract", "Give a class of kpi.Contract"
                return
        wanted = {"at": datetime, "count": int, "start": datetime, "end": datetime}
        for field, dtype in wanted.items():
            owner = self.contract if field in ("at", "count") else self.spans
            column = getattr(self, field)
            if not isinstance(column, Column) or column.owner is not owner:
                yield field, f"it is not a column of {owner.__name__}", "Give a column of it"
            elif column.dtype is not dtype:
                words = "dates with times" if dtype is datetime else "whole numbers"
                yield field, f"it does not contain {words}", "Give a column of that type"
        if not self.hours or len(set(self.hours)) < len(self.hours):
            yield "hours", "they are empty, or one is there twice", "Write hours such as [7, 19]"
        for hour in self.hours:
            if not isinstance(hour, int) or isinstance(hour, bool) or not 0 <= hour <= 23:
                yield "hours", f"{hour!r} is not an hour", "Write whole hours from 0 to 23"
            elif hour == _CHANGE_HOUR:
                yield "hours", "the clocks skip the hour 1 in spring", "Take another hour"
        if not isinstance(self.version, int) or self.version < 1:
            yield "version", f"{self.version!r} is not a version", "Write 1"
        if not (isinstance(self.owner, str) and self.owner.strip()):
            yield "owner", "it is empty", "Name the role that decides"
        yield from self._column_findings()

    def _column_findings(self) -> Iterator[Finding]:
        made = {getattr(column, "name", "") for column in (self.at, self.count)}
        for column, value in self.columns.items():
            if not isinstance(column, Column) or column.owner is not self.contract:
                fix = did_you_mean(str(getattr(column, "name", "")), self.contract.columns)
                yield "columns", f"a key is not a column of {self.contract.__name__}", fix
                continue
            made.add(column.name)
            if isinstance(value, NotInSource):
                continue
            if not isinstance(value, Column) or value.owner is not self.spans:
                rule = f"it is not taken from a column of {self.spans.__name__}"
                yield column.name, rule, "Give a column of it, or not_in_source"
            elif column.dtype is not str or value.dtype is not str:
                yield column.name, "only columns of text divide the counts", "Leave it out"
            elif value.personal:
                yield column.name, "it is taken from a personal column", "Take another column"
            elif value.nullable and not column.nullable:
                yield column.name, f"{value} may be empty, and it never is", "Map another column"
        for name, column in self.contract.columns.items():
            if name not in made and not column.optional:
                yield name, "nothing says what it is taken from", f"Add it, or {_NOT_IN_SOURCE}"


@dataclass(frozen=True)
class _Made:
    """What counting gives: the rows, how they came about, and what is refused."""

    definition: str
    frame: pl.DataFrame
    counts: Mapping[str, ColumnCounts]
    not_in_source: Mapping[str, str]
    refused: tuple[Violation, ...]
    coverage: Coverage


_NOT_IN_SOURCE = 'write not_in_source("...")'


def _local(instant: Any) -> datetime:
    """Return the local time of microseconds since 1970."""
    return datetime.fromtimestamp(int(instant) / 1_000_000, ZoneInfo(LONDON))


def _members(column: Column, values: pl.Series) -> list[str | None]:
    """Return the members of a column: its closed list, or else those in the data."""
    observed = values.cast(pl.String).unique().to_list()
    listed: list[str | None] = sorted(value for value in observed if value is not None)
    if column.domain is not None:
        listed = [str(member) for member in column.domain]
        outside = set(observed) - {None, *listed}
        if outside:
            raise MappingError(
                "Snapshots",
                (Violation(column.name, "is not in the closed list", len(outside)),),
            )
    return [*listed, None] if None in observed else listed
