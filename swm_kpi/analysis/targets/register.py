"""``kpi.Targets``: a register of targets, each of one measure, with its days and its source."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from swm_kpi.analysis.measure_series import MeasureSeries, Member
from swm_kpi.analysis.targets.target import Target
from swm_kpi.contracts import ALL
from swm_kpi.errors import (
    DefinitionError,
    Problem,
    RequestError,
    did_you_mean,
    place_of_declaration,
)
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric
from swm_kpi.model.plugins import catalogue as installed_catalogue
from swm_kpi.model.toml_file import FORMAT, TomlFile, field_problems, read_toml
from swm_kpi.output import html_table
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.vocabulary import Basis, Unit

TABLE = "target"
_NO_FIELD = "there is no such field"
_Finding = tuple[str, str, str]


def _parse_date(value: object) -> object:
    """Return the date of text such as 2024-04-01, which a row in Python may have."""
    if not isinstance(value, str):
        return value
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "it is not a date such as 2024-04-01") from None


_Day = Annotated[datetime.date, BeforeValidator(_parse_date)]


class _Row(BaseModel):
    """One ``[[target]]`` table, without the members of breakdowns."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    ref: str
    measure: str
    value: float = Field(allow_inf_nan=False)
    valid_from: _Day
    valid_to: _Day | None = None
    source: str = Field(min_length=1)
    basis: str = ""


@dataclass(frozen=True)
class SeriesTarget:
    """A target, and the series that it is for.

    Attributes:
        ref, measure, basis: the measure.
        member: the member of each breakdown, sorted by breakdown; empty for the total.
        unit: the unit of the measure.
        target: the level, its days and its source.
    """

    ref: str
    measure: str
    basis: str
    member: tuple[tuple[str, str], ...]
    unit: str
    target: Target

    @property
    def key(self) -> tuple[object, ...]:
        """What identifies the series."""
        return self.ref, self.measure, self.basis, self.member


class Targets:
    """A register of targets. It never changes: a past target keeps its days.

    Args:
        rows: one mapping for each target: ``ref``, ``measure``, ``value``, ``valid_from``,
            ``source``, and where they are needed ``valid_to``, ``basis`` and the member of a
            breakdown, such as ``{"lpa": "North"}``.
        catalogue: the plan with the refs and measures; by default the installed definitions.

    Raises:
        DefinitionError: with every mistake in the rows.
    """

    def __init__(
        self, rows: Iterable[Mapping[str, Any]] = (), catalogue: Catalogue | None = None
    ) -> None:
        tables = [dict(row) if isinstance(row, Mapping) else {} for row in rows]
        place = place_of_declaration()
        places = [f"{place}, row {number}" for number in range(1, len(tables) + 1)]
        file = TomlFile(place, {"format": FORMAT, TABLE: tables})
        self._entries = _checked(file, catalogue, places)

    @classmethod
    def read(cls, path: str | Path, catalogue: Catalogue | None = None) -> Targets:
        """Read a register from a TOML file with a ``[[target]]`` table for each target.

        Args:
            path: the path of the file.
            catalogue: the plan with the refs and measures; by default the installed definitions.

        Raises:
            DefinitionError: with every mistake in the file, each with its line.
        """
        register = cls.__new__(cls)
        register._entries = _checked(read_toml(Path(path)), catalogue)
        return register

    def of(
        self,
        ref: str,
        measure: str,
        *,
        basis: str | Basis = Basis.FORCE,
        member: Mapping[str, str] | None = None,
    ) -> tuple[Target, ...]:
        """Return the targets of one series, the earliest first; empty if it has none.

        Args:
            ref: the ref.
            measure: the key of the measure.
            basis: whose records the values come from.
            member: the member of each breakdown; the total by default. A target of the total is
                never a target of a member.
        """
        parts = tuple(sorted(item for item in (member or {}).items() if item[1] != ALL))
        key = ref, measure, Basis(basis).value, parts
        return tuple(entry.target for entry in self._entries if entry.key == key)

    def __iter__(self) -> Iterator[SeriesTarget]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        targets, series = len(self), len({entry.key for entry in self})
        return f"Targets({targets} target{'' if targets == 1 else 's'} of {series} series)"

    def _repr_html_(self) -> str:
        """Return the register as a table that a notebook shows."""
        frame = self.to_polars()
        return html_table(frame, frame.columns, caption="Targets", row_headings=2)

    def to_polars(self) -> pl.DataFrame:
        """Return a table with a row for each target, and a column for each breakdown named."""
        keys = sorted({key for entry in self for key, _ in entry.member})
        rows = [
            {
                "ref": entry.ref,
                "measure": entry.measure,
                "basis": entry.basis,
                **{key: dict(entry.member).get(key, ALL) for key in keys},
                "value": float(entry.target.value),
                "valid_from": entry.target.first_day,
                "valid_to": None if entry.target.valid_to is None else entry.target.last_day,
                "source": entry.target.source,
            }
            for entry in self
        ]
        schema: dict[str, Any] = dict.fromkeys(("ref", "measure", "basis", *keys), pl.String)
        days = {"valid_from": pl.Date, "valid_to": pl.Date}
        return pl.DataFrame(
            rows, schema={**schema, "value": pl.Float64, **days, "source": pl.String}
        )

    def to_pandas(self) -> Any:
        """Return the table of ``to_polars`` as a pandas data frame."""
        return pandas_table(self.to_polars())


def parse_targets(
    target: Target | Iterable[Target] | Targets | None, series: MeasureSeries, member: Member
) -> tuple[Target, ...]:
    """Return the targets of one series in order of their first days.

    Args:
        target: one or more targets of the series, or a register that may have some.
        series: the rows of the measure.
        member: the member of the series; None for the total.

    Raises:
        RequestError: an item is not a Target, two targets apply on one day, or the target of a
            proportion is not from 0 to 1.
    """
    if isinstance(target, Targets):
        parts = series.parse_member(member)
        return target.of(series.ref, series.measure.key, basis=series.measure.basis, member=parts)
    if target is None:
        targets: tuple[Target, ...] = ()
    else:
        targets = tuple(target) if isinstance(target, Iterable) else (target,)
    if not all(isinstance(item, Target) for item in targets):
        raise RequestError(
            'target= takes a Target, such as kpi.Target(0.9, valid_from="2024-04-01", '
            'source="..."), several, or kpi.Targets.'
        )
    ordered = tuple(sorted(targets, key=lambda item: item.first_day))
    if any(before.last_day >= after.first_day for before, after in pairwise(ordered)):
        raise RequestError("Two targets apply on one day. Give the earlier one a valid_to=.")
    for item in ordered:
        for rule, fix in _value_findings(item.value, series.measure):
            raise RequestError(f"The target of {series.measure.title!r}: {rule}. {fix}.")
    return ordered


def _checked(
    file: TomlFile, catalogue: Catalogue | None, row_places: Sequence[str] = ()
) -> tuple[SeriesTarget, ...]:
    """Return the targets of a file, in the order of its series and then of their days.

    Raises:
        DefinitionError: with every mistake.
    """
    plan = catalogue if catalogue is not None else installed_catalogue()
    problems = [*file.problems, *file.key_problems((), (TABLE,))]
    placed: list[tuple[SeriesTarget, str]] = []
    for number, table in enumerate(file.tables(TABLE)):

        def place(field: str, number: int = number) -> str:
            return row_places[number] if row_places else file.place(TABLE, number, field)

        ref = table.get("ref", f"number {number + 1}")
        subject = f"Target of {str(ref)[:40]}"
        metric = _metric_of(table, plan)
        dimensions = {} if metric is None else {item.key: item for item in metric.dimensions}
        member = {key: value for key, value in table.items() if key in dimensions}
        fields = {key: value for key, value in table.items() if key not in dimensions}
        row = None
        try:
            row = _Row.model_validate(fields)
        except ValidationError as error:
            # Without its metric, it is not known which fields are breakdowns.
            problems += [
                _with_breakdowns(problem, dimensions, place(problem.field))
                for problem in field_problems(error, _Row, subject, file, (TABLE, number))
                if metric is not None or problem.rule != _NO_FIELD
            ]
        findings = [
            *_name_findings(table, plan, metric),
            *_member_findings(member, dimensions),
        ]
        if row is not None:
            findings += _row_findings(row, metric)
        problems += [
            Problem(subject, field, rule, fix, place(field)) for field, rule, fix in findings
        ]
        if row is None or findings or metric is None:
            continue
        measure = _measure_of(row, metric)
        stated = Target(
            row.value,
            row.valid_from.isoformat(),
            None if row.valid_to is None else row.valid_to.isoformat(),
            row.source.strip(),
        )
        parts = tuple(sorted(item for item in member.items() if item[1] != ALL))
        ref, basis = plan[row.ref].ref, measure.basis.value
        entry = SeriesTarget(ref, measure.key, basis, parts, measure.resolved_unit.value, stated)
        placed.append((entry, place("valid_from")))
    problems += _overlap_problems(placed)
    if problems:
        raise DefinitionError(problems)
    order = {key: at for at, key in enumerate(dict.fromkeys(entry.key for entry, _ in placed))}
    entries = [entry for entry, _ in placed]
    return tuple(sorted(entries, key=lambda entry: (order[entry.key], entry.target.first_day)))


def _metric_of(table: Mapping[str, Any], plan: Catalogue) -> Metric | None:
    """Return the metric of a target's ref; None if there is none."""
    ref = table.get("ref")
    return plan.metric(plan[ref]) if isinstance(ref, str) and ref in plan else None


def _with_breakdowns(problem: Problem, dimensions: Iterable[str], place: str) -> Problem:
    """Return the problem with its place, and with breakdowns among the fields that it suggests."""
    fix = problem.fix
    if problem.rule == _NO_FIELD:
        fix = did_you_mean(problem.field[:40], [*_Row.model_fields, *dimensions])
    return Problem(problem.subject, problem.field, problem.rule, fix, place)


def _name_findings(
    table: Mapping[str, Any], plan: Catalogue, metric: Metric | None
) -> Iterator[_Finding]:
    """Yield an unknown ref or measure, a basis that it does not have, and a text."""
    ref, key = table.get("ref"), table.get("measure")
    if isinstance(ref, str) and ref not in plan:
        names = [name for entry in plan for name in (entry.ref, entry.key)]
        yield "ref", "no metric has this ref or key", did_you_mean(ref[:40], names)
    elif isinstance(ref, str) and metric is None:
        yield "ref", "no number is computed for this ref", "Give a ref with a measure"
    if metric is None or not isinstance(key, str):
        return
    measures = [measure for measure in metric.measures if measure.key == key]
    if not measures:
        keys = dict.fromkeys(measure.key for measure in metric.measures)
        yield "measure", f"ref {ref} has no such measure", did_you_mean(key[:40], keys)
        return
    basis = table.get("basis", "")
    bases = [measure.basis.value for measure in measures]
    if isinstance(basis, str) and basis and basis not in bases:
        rule = f"measure {key!r} has no such basis"
        yield "basis", rule, did_you_mean(basis[:40], bases)


def _member_findings(
    member: Mapping[str, Any], dimensions: Mapping[str, Any]
) -> Iterator[_Finding]:
    """Yield each member that a breakdown does not have."""
    for key, name in member.items():
        dimension = dimensions[key]
        if not isinstance(name, str) or not name.strip():
            yield key, "it is not the name of a member", f'Write {key} = "..."'
        elif not dimension.is_open and name not in (*dimension.members, ALL):
            rule = f"breakdown {key!r} has no such member"
            yield key, rule, did_you_mean(name[:40], dimension.members)


def _row_findings(row: _Row, metric: Metric | None) -> Iterator[_Finding]:
    """Yield what is wrong between the fields of a target."""
    if not row.source.strip():
        yield "source", "it is empty", "Say who set the target, and where it is published"
    if row.valid_to is not None and row.valid_to < row.valid_from:
        yield "valid_to", "it is before valid_from", "Write the earlier day first"
    if metric is None:
        return
    if any(measure.key == row.measure for measure in metric.measures):
        measure = _measure_of(row, metric)
        yield from (("value", rule, fix) for rule, fix in _value_findings(row.value, measure))


def _measure_of(row: _Row, metric: Metric) -> Measure:
    """Return the measure of a target: of the basis named, or the force's own where there is one."""
    measures = {item.basis.value: item for item in metric.measures if item.key == row.measure}
    wanted = row.basis or Basis.FORCE.value
    return measures[wanted] if wanted in measures else next(iter(measures.values()))


def _value_findings(value: float, measure: Measure) -> Iterator[tuple[str, str]]:
    """Yield why a measure can never have a value, and what to write."""
    unit = measure.resolved_unit
    if unit is Unit.TEXT:
        yield "a text has no number", "Leave the target out"
    elif unit is Unit.PROPORTION and not 0 <= value <= 1:
        yield "a proportion is from 0 to 1", "Write 0.9 for 90%"
    elif value < 0 and unit is not Unit.POUNDS and not measure.percentage_change.refusal:
        yield f"{unit.value} are never below zero", "Write a number from zero"


def _overlap_problems(placed: Sequence[tuple[SeriesTarget, str]]) -> Iterator[Problem]:
    """Yield each target that applies on a day on which another of its series does."""
    for key in dict.fromkeys(entry.key for entry, _ in placed):
        of_series = sorted(
            (item for item in placed if item[0].key == key),
            key=lambda item: item[0].target.first_day,
        )
        for (before, place_before), (after, place) in pairwise(of_series):
            if before.target.last_day >= after.target.first_day:
                rule = f"the target at {place_before} applies on that day too"
                fix = "Give the earlier one a valid_to before it"
                yield Problem(f"Target of {after.ref}", "valid_from", rule, fix, place)
