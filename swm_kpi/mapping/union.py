"""Unions: the rows of a contract from several extracts, such as an old and a new system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import date, datetime, timedelta
from functools import cached_property, reduce
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl

from swm_kpi.calendar import LONDON, format_date
from swm_kpi.contracts import Column, ContractType, MappingStatus, Violation, status_name
from swm_kpi.coverage import Coverage, Span, is_improbable_gap
from swm_kpi.declaration import Finding
from swm_kpi.engine.execution.dialects import dialect_of
from swm_kpi.engine.execution.engine_errors import translate_engine_errors
from swm_kpi.engine.execution.scans import collect
from swm_kpi.errors import (
    InputError,
    Problem,
    RequestError,
    clear_tracebacks,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import Canonical, is_unusable
from swm_kpi.mapping.checks import day_findings
from swm_kpi.mapping.evaluation import Evaluation, RowsOfPart
from swm_kpi.mapping.mapped_table import ColumnCounts, MappedTable, MappingError, MappingReport
from swm_kpi.mapping.mapping import Mapping as MappingOfTable
from swm_kpi.mapping.mapping import evaluate
from swm_kpi.mapping.table_definition import TableDefinition
from swm_kpi.vocabulary import CoverageSource, Grain

_FIRST, _LAST, _ROWS = "first", "last", "rows"
_DAY = timedelta(days=1)
_FEWEST_PARTS = 2


class Part:
    """One of the mappings of a union, with the days of the rows that it makes.

    Args:
        mapping: the mapping.
        valid_from: the ISO date of its first rows; without it, the earliest.
        valid_to: the ISO date of its last rows, included; without it, the latest.
    """

    def __init__(
        self, mapping: MappingOfTable, *, valid_from: str = "", valid_to: str = ""
    ) -> None:
        self.mapping = mapping
        self.valid_from = valid_from
        self.valid_to = valid_to

    def __repr__(self) -> str:
        return f"<Part {self.mapping!r}, {self.days}>"

    @property
    def first(self) -> date:
        """The first day."""
        return date.fromisoformat(self.valid_from) if self.valid_from else date.min

    @property
    def last(self) -> date:
        """The last day."""
        return date.fromisoformat(self.valid_to) if self.valid_to else date.max

    @property
    def source(self) -> str:
        """The name of the extract."""
        return self.mapping.source.table

    @property
    def days(self) -> str:
        """The days, in words."""
        first = f"from {format_date(self.first)}" if self.valid_from else ""
        last = f"to {format_date(self.last)}" if self.valid_to else ""
        return " ".join(filter(None, (first, last))) or "of all days"


class Union(TableDefinition):
    """The rows of a contract from several extracts, each with a mapping of its own.

    Use it where a force changed its system, or where two systems record one kind of thing. A row
    of an extract counts if it is of the days of its part. Rows of other days are left out and
    counted, so that what was moved from an old system to a new one counts once. A key that two
    parts have is refused.

    A column that one of the sources has no field for is not in the table: nothing could tell its
    blanks from those that a person left.

    Args:
        contract: the contract of the table to make.
        parts: the mappings, each with its days. Together they have every day between the first
            and the last.
        at: the contract's column of the day or time by which a row belongs to a part.
        key: the contract's column, or columns, that identify a row.
        version: a number that rises with each change.
        owner: the role that decides which system has which rows.
        overlap: why no row is in two systems, if parts have days in common.

    Raises:
        DefinitionError: with every problem of the declaration.
    """

    def __init__(
        self,
        contract: ContractType,
        *,
        parts: Sequence[Part],
        at: Column,
        key: Column | Sequence[Column],
        version: int,
        owner: str,
        overlap: str = "",
    ) -> None:
        self.contract = contract
        self.parts = tuple(parts)
        self.at = at
        self.key = tuple(key) if isinstance(key, list | tuple) else (key,)
        self.version = version
        self.owner = owner
        self.overlap = overlap
        self.place = place_of_declaration()
        is_broken = any(is_unusable(part) or not _is_whole(part) for part in self.parts)
        findings = list(self._findings(is_broken=is_broken))
        if findings:
            name = getattr(contract, "__name__", "")
            raise_problems(Problem(f"Union {name}", *finding, self.place) for finding in findings)
        self.is_usable = not findings and not is_broken

    def __repr__(self) -> str:
        sources = " and ".join(part.source for part in self.parts)
        return f"<Union {self.definition} of {sources}>"

    @property
    def mappings(self) -> tuple[MappingOfTable, ...]:
        """The mappings of the parts."""
        return tuple(part.mapping for part in self.parts)

    def canonical(self) -> Canonical:
        """Return everything that moves the rows, as nested lists."""
        return [
            self.contract.table,
            self.at.name,
            [column.name for column in self.key],
            [
                [part.mapping.canonical(), part.first.isoformat(), part.last.isoformat()]
                for part in self.parts
            ],
        ]

    @cached_property
    def not_in_source(self) -> dict[str, str]:
        """The reason for each column that a source has no field for, by name."""
        reasons: dict[str, list[str]] = {}
        for part in self.parts:
            for name, reason in part.mapping.not_in_source.items():
                reasons.setdefault(name, []).append(f"{reason.rstrip('.')} ({part.source})")
        return {name: "; ".join(texts) for name, texts in reasons.items()}

    @cached_property
    def with_status(self) -> tuple[str, ...]:
        """The columns that may hold values which are not mapped, and have a status beside them."""
        names = {name for mapping in self.mappings for name in mapping.with_status}
        return tuple(name for name in self._names if name in names)

    def describe(self) -> str:
        """Return the union in English, with its mappings."""
        descriptions = [part.mapping.describe() for part in self.parts]
        return "\n".join([self.describe_parts(), *descriptions])

    def describe_parts(self) -> str:
        """Return in English which extract has which rows."""
        key = " and ".join(column.english() for column in self.key)
        lines = [
            f"{self.contract.__name__}, put together from {len(self.parts)} extracts",
            f"Version {self.version}. Owner: {self.owner}.",
            "",
            *(
                f"{part.source}: the rows {part.days}, by {self.at.english()}."
                for part in self.parts
            ),
            f"Rows of other days are left out. A {key} that two extracts have is refused.",
        ]
        if self.overlap:
            lines.append(f"No row is in two extracts of the same day: {self.overlap.rstrip('.')}.")
        absent = [f"{name}: {reason}." for name, reason in self.not_in_source.items()]
        if absent:
            lines += ["", "Not in the table, because a source has no field for it:", *absent]
        return "\n".join(lines) + "\n"

    @clear_tracebacks
    def apply(self, extracts: Mapping[str, Any]) -> MappedTable:
        """Make the rows of the contract from the extracts.

        Args:
            extracts: each extract, by the name of its source's table, as ``Mapping.apply`` takes
                it. All are in memory or in files, or all are in one engine.

        Raises:
            MappingError: an extract has values that its mapping refuses, a row has no day, or two
                parts have one key.
            InputError: an extract cannot be read or lacks a column, or they are in two engines.
            RequestError: an extract is missing.
        """
        made = self._evaluate(extracts)
        refused = list(self._refused(made))
        frame, keys_twice = (None, 0) if refused else self._put_together(made)
        if keys_twice:
            refused.append(self._twice(keys_twice))
        if refused:
            raise MappingError(f"Union {self.definition}", tuple(refused))
        return MappedTable(
            self.contract.table,
            f"{self.definition} of {' and '.join(m.definition for m in self.mappings)}",
            frame,
            sum(part.rows for part in made),
            self._counts(made),
            self.not_in_source,
            self._coverage([_days_of(part.frame, self.at.name) for part in made]),
            self.with_status,
        )

    @clear_tracebacks
    def report(self, extracts: Mapping[str, Any]) -> MappingReport:
        """Report what :meth:`apply` would make, and what it would refuse, for each extract.

        Args:
            extracts: as for :meth:`apply`.

        Raises:
            InputError: an extract cannot be read or lacks a column, or they are in two engines.
            RequestError: an extract is missing.
        """
        made = self._evaluate(extracts, list_codes=True)
        refused = list(self._refused(made))
        keys_twice = 0 if refused else self._put_together(made)[1]
        return MappingReport(
            self.definition,
            sum(part.rows for part in made),
            self._counts(made),
            self.not_in_source,
            (*refused, *([self._twice(keys_twice)] if keys_twice else [])),
            tuple(code for part in made for code in part.codes),
            {part.source: item.left_out for part, item in zip(self.parts, made, strict=True)},
        )

    def _evaluate(
        self, extracts: Mapping[str, Any], *, list_codes: bool = False
    ) -> list[Evaluation]:
        """Map each extract. All times of a column are instants, or all are local."""
        missing = [part.source for part in self.parts if part.source not in extracts]
        if missing:
            raise RequestError(
                f"Union {self.definition} is made from {len(self.parts)} extracts, and "
                f"{missing[0]!r} is missing. {did_you_mean(missing[0], extracts)}"
            )
        made: list[Evaluation] = []
        local: frozenset[str] = frozenset()
        while len(made) < len(self.parts):
            part = self.parts[len(made)]
            rows = RowsOfPart(self.at.name, part.first, part.last, local)
            made.append(
                evaluate(part.mapping, extracts[part.source], list_codes=list_codes, part=rows)
            )
            mixed = {
                name for name in self._names if len({name in part.instants for part in made}) > 1
            }
            if mixed - local:
                # One column has one type: beside local times, instants become local time too.
                local |= mixed
                made = []
        return made

    @cached_property
    def _names(self) -> list[str]:
        """The columns of the table, in the order of the contract."""
        return [name for name in self.contract.columns if name not in self.not_in_source]

    def _refused(self, made: Sequence[Evaluation]) -> Iterator[Violation]:
        for part, item in zip(self.parts, made, strict=True):
            for violation in item.refused:
                yield replace(violation, rule=f"{violation.rule}, in {part.source}")

    def _twice(self, keys: int) -> Violation:
        names = ", ".join(column.name for column in self.key)
        return Violation(names, "is that of a row in two of the extracts", keys)

    def _counts(self, made: Sequence[Evaluation]) -> dict[str, ColumnCounts]:
        return {name: reduce(_add, (part.counts[name] for part in made)) for name in self._names}

    def _put_together(self, made: Sequence[Evaluation]) -> tuple[Any, int]:
        """Return the rows of all parts, and how many keys are in more than one of them."""
        dialects = {getattr(dialect_of(item.frame), "name", ""): item for item in made}
        if len(dialects) > 1:
            raise InputError(
                f"Table {self.contract.table!r} is made from extracts in two engines. Pass all of "
                "them in one engine, or all as files."
            )
        ((engine, _),) = dialects.items()
        if not engine:
            frames = [
                nw.from_native(item.frame).select(*self._columns_of(part)).to_native()
                for part, item in zip(self.parts, made, strict=True)
            ]
            return pl.concat(frames, how="vertical_relaxed"), self._count_twice(frames)

        def unite_frames() -> tuple[Any, int]:
            frames = [
                nw.from_native(item.frame).lazy().select(*self._columns_of(part))
                for part, item in zip(self.parts, made, strict=True)
            ]
            return nw.to_native(nw.concat(frames)), self._count_twice(frames)

        return translate_engine_errors(engine, self.contract.table, unite_frames)

    def _columns_of(self, part: Part) -> list[Any]:
        """Return the columns of a part as expressions, each status beside its column."""
        columns: list[Any] = [nw.col(name) for name in self._names]
        for name in self.with_status:
            if name in part.mapping.with_status:
                columns.append(nw.col(status_name(name)).cast(nw.String))
            else:
                words = (
                    nw.lit(word.value)
                    for word in (MappingStatus.NULL_AT_SOURCE, MappingStatus.MAPPED)
                )
                null, mapped = words
                made = nw.when(nw.col(name).is_null()).then(null).otherwise(mapped)
                columns.append(made.alias(status_name(name)))
        return columns

    def _count_twice(self, frames: Sequence[Any]) -> int:
        """Return how many keys are in more than one part. A key with a blank is not compared."""
        keys = [column.name for column in self.key]
        distinct = [
            nw.from_native(frame).lazy().select(*keys).drop_nulls().unique() for frame in frames
        ]
        counted = nw.concat(distinct).group_by(*keys).agg(nw.len().alias(_ROWS))
        query = counted.filter(nw.col(_ROWS) > 1).select(nw.len().alias(_ROWS))
        dialect = dialect_of(nw.to_native(frames[0], pass_through=True))
        return int(collect(query, self.contract.table, "keys", dialect).item())

    def _coverage(self, days: Sequence[tuple[date | None, date | None, int]]) -> Coverage:
        """Return the days that every part covers which has rows of them."""
        covered = [
            _covered(part, *seen, self.contract.min_grain)
            for part, seen in zip(self.parts, days, strict=True)
        ]
        starts = {part.first for part in self.parts}
        starts |= {part.last + _DAY for part in self.parts if part.last < date.max}
        spans: list[Span] = []
        ordered = sorted(starts)
        for number, first in enumerate(ordered):
            last = ordered[number + 1] - _DAY if number + 1 < len(ordered) else date.max
            own = [
                spans_of_part
                for part, spans_of_part in zip(self.parts, covered, strict=True)
                if part.first <= last and part.last >= first
            ]
            if own:
                spans += reduce(_common, own, ((first, last),))
        return Coverage(spans, source=CoverageSource.ROWS)

    def _findings(self, *, is_broken: bool) -> Iterator[Finding]:
        contract = self.contract
        if not isinstance(contract, ContractType):
            yield "contract", "it is not a contract", "Give a class of kpi.Contract"
            return
        for field, columns in (("at", (self.at,)), ("key", self.key)):
            for column in columns:
                if not isinstance(column, Column) or column.owner is not contract:
                    yield field, f"it is not a column of {contract.__name__}", "Give a column of it"
        if isinstance(self.at, Column) and self.at.dtype not in (date, datetime):
            yield "at", "it does not contain dates", "Give a column of dates or times"
        if not isinstance(self.version, int) or isinstance(self.version, bool) or self.version < 1:
            yield "version", f"{self.version!r} is not a version", "Write 1"
        if not (isinstance(self.owner, str) and self.owner.strip()):
            yield "owner", "it is empty", "Name the role that decides"
        if len(self.parts) < _FEWEST_PARTS:
            yield "parts", "a union has two parts or more", "Use the mapping itself"
        if is_broken:
            yield from self._broken_parts()
        else:
            yield from self._part_findings()
            yield from self._day_findings()

    def _broken_parts(self) -> Iterator[Finding]:
        for part in self.parts:
            if not isinstance(part, Part):
                yield "parts", "one is not a Part", "Write Part(mapping, valid_to=...)"
            elif isinstance(part.mapping, MappingOfTable):
                for field in ("valid_from", "valid_to"):
                    if getattr(part, field):
                        yield from day_findings(field, getattr(part, field))
            elif not is_unusable(part.mapping):
                yield "parts", "one has no mapping", "Write Part(mapping, valid_to=...)"

    def _part_findings(self) -> Iterator[Finding]:
        for name, times in Counter(part.source for part in self.parts).items():
            if times > 1:
                yield "parts", f"two parts read {name!r}", "Give each source a table of its own"
        for part in self.parts:
            if part.mapping.contract is not self.contract:
                rule = f"the mapping of {part.source!r} makes {part.mapping.contract.__name__}"
                yield "parts", rule, f"Give mappings that make {self.contract.__name__}"
                continue
            for column in (self.at, *self.key):
                if getattr(column, "name", "") in part.mapping.not_in_source:
                    rule = f"{column} is not in the source {part.source!r}"
                    yield "parts", rule, "Map it, or take another column"

    def _day_findings(self) -> Iterator[Finding]:
        ordered = sorted(self.parts, key=lambda part: (part.first, part.last))
        for part in ordered:
            if part.last < part.first:
                rule = f"the days of {part.source!r} end before they begin"
                yield "parts", rule, "Swap valid_from and valid_to"
        has_overlap = False
        reached = ordered[0].last if ordered else date.max
        for part in ordered[1:]:
            has_overlap = has_overlap or part.first <= reached
            if reached < date.max and part.first > reached + _DAY:
                rule = f"no part has the rows of {format_date(reached + _DAY)}"
                fix = f"Begin {part.source!r} on that day, or end another part later"
                yield "parts", rule, fix
            reached = max(reached, part.last)
        if has_overlap and not self.overlap.strip():
            rule = "parts have days in common, so a row could be in both"
            yield "overlap", rule, "End one before the other begins, or say why no row is in both"
        if self.overlap.strip() and not has_overlap:
            yield "overlap", "no day is in two parts", "Leave it out"


def _is_whole(part: Any) -> bool:
    """Return whether a part has a usable mapping, and days that are dates."""
    if not isinstance(part, Part) or not isinstance(part.mapping, MappingOfTable):
        return False
    days = [day for day in (part.valid_from, part.valid_to) if day]
    return part.mapping.is_usable and not any(list(day_findings("", day)) for day in days)


def _add(counts: ColumnCounts, more: ColumnCounts) -> ColumnCounts:
    pairs = zip(astuple(counts), astuple(more), strict=True)
    return ColumnCounts(*(number + other for number, other in pairs))


def _common(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """Return the days that are in both."""
    pairs = [(max(first, start), min(last, end)) for first, last in spans for start, end in others]
    return tuple(pair for pair in pairs if pair[0] <= pair[1])


def _days_of(frame: Any, at: str) -> tuple[date | None, date | None, int]:
    """Return the first and the last day of some rows, and how many they are."""
    query = (
        nw.from_native(frame)
        .lazy()
        .select(
            nw.col(at).min().alias(_FIRST), nw.col(at).max().alias(_LAST), nw.len().alias(_ROWS)
        )
    )
    first, last, rows = collect(query, at, "days", dialect_of(frame)).row(0)
    return _local_day(first), _local_day(last), int(rows)


def _local_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(ZoneInfo(LONDON))).date()
    return value if isinstance(value, date) else None


def _covered(
    part: Part, first: date | None, last: date | None, rows: int, grain: Grain
) -> tuple[Span, ...]:
    """Return the days that the rows of a part show to be covered.

    Where a part has a first or a last day, its rows reach it unless chance would hardly leave
    the days between without one.
    """
    if first is None or last is None:
        return ()
    seen = Coverage.seen(first, last, rows, are_labels=False, grain=grain)
    opens, closes = seen.first or first, seen.last or last
    days = (min(part.last, closes) - max(part.first, opens)).days + 1
    if part.valid_from:
        gap = (first - part.first).days
        opens = first if is_improbable_gap(gap, days + gap, rows) else part.first
    if part.valid_to:
        gap = (part.last - last).days
        closes = last if is_improbable_gap(gap, days + gap, rows) else part.last
    return ((opens, closes),) if opens <= closes else ()
