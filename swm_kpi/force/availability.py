"""``availability.toml``: what a force can report, with an owner, evidence and what it said before.

Only this file can make a metric or a measure *not reportable*. A statement never hides data: it
marks results ``[x]`` with the reason.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from swm_kpi.errors import Problem, did_you_mean
from swm_kpi.model.availability import (
    NEED_EVIDENCE,
    Availability,
    Evidence,
    PastAvailability,
)
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, MetricGroup, UndefinedMetric
from swm_kpi.model.toml_file import TomlFile, field_problems
from swm_kpi.vocabulary import AvailabilityStatus

TABLE = "statement"
_STATUSES = {
    status.value.replace(" ", "_"): status
    for status in AvailabilityStatus
    if status not in (AvailabilityStatus.GROUP, AvailabilityStatus.UNDEFINED)
}


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Evidence(_Table):
    source: str = Field(min_length=1)
    finding: str = Field(min_length=1)
    date: Annotated[str, Field(min_length=4)] | datetime.date


class _Past(_Table):
    date: datetime.date
    status: str
    reason: str = Field(min_length=1)


class _Statement(_Table):
    """One ``[[statement]]`` table of the file."""

    ref: str
    measure: str = ""
    status: str
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    date: datetime.date
    expected: datetime.date | None = None
    evidence: list[_Evidence] = []
    history: list[_Past] = []


@dataclass(frozen=True)
class Statement:
    """What a force states about a ref, or about one measure of it.

    Attributes:
        ref: the ref.
        measure: the key of the measure; empty for the whole ref.
        availability: what is stated.
    """

    ref: str
    measure: str
    availability: Availability


def read_statements(file: TomlFile, catalogue: Catalogue) -> tuple[list[Statement], list[Problem]]:
    """Return the statements of a file, and every mistake in it.

    Args:
        file: the file.
        catalogue: the plan, with the refs and measures that can be stated.
    """
    problems = [*file.problems, *file.key_problems((), (TABLE,))]
    statements: list[Statement] = []
    places: dict[tuple[str, str], str] = {}
    for number, table in enumerate(file.tables(TABLE)):
        subject = f"Availability of {str(table.get('ref', f'statement {number + 1}'))[:40]}"
        stated = None
        try:
            stated = _Statement.model_validate(table)
        except ValidationError as error:
            problems += field_problems(error, _Statement, subject, file, (TABLE, number))
        findings = [
            Problem(subject, field, rule, fix, file.place(TABLE, number, field))
            for field, rule, fix in (
                *_name_findings(table, catalogue),
                *(() if stated is None else _findings(stated)),
            )
        ]
        problems += findings
        if stated is None or findings:
            continue
        key = catalogue[stated.ref].ref, stated.measure
        place = file.place(TABLE, number)
        if key in places:
            rule = f"it is stated at {places[key]} too"
            problems.append(Problem(subject, "ref", rule, "State it once", place))
        places.setdefault(key, place)
        statements.append(Statement(*key, _availability(stated)))
    problems += _whole_findings(statements, places)
    return statements, problems


def _whole_findings(
    statements: Sequence[Statement], places: dict[tuple[str, str], str]
) -> Iterator[Problem]:
    """Yield a reportable in part ref of which no statement says which part is not reportable."""
    refs_with_parts = {statement.ref for statement in statements if statement.measure}
    for statement in statements:
        is_in_part = statement.availability.status is AvailabilityStatus.REPORTABLE_IN_PART
        if is_in_part and statement.measure:
            rule = "one measure is reportable or it is not"
            fix = "Use another status, or state the whole ref"
        elif is_in_part and statement.ref not in refs_with_parts:
            rule = "nothing says which part of it is not reportable"
            fix = "Add a [[statement]] with the measure, or use another status"
        else:
            continue
        place = places[statement.ref, statement.measure]
        yield Problem(f"Availability of {statement.ref}", "status", rule, fix, place)


def with_statements(
    entries: Sequence[CatalogueEntry], statements: Sequence[Statement]
) -> Iterator[CatalogueEntry]:
    """Yield the entries of a catalogue with what is stated about them and their measures."""
    by_name = {
        (statement.ref, statement.measure): statement.availability for statement in statements
    }
    for entry in entries:
        of_measures = {
            measure: availability
            for (ref, measure), availability in by_name.items()
            if ref == entry.ref and measure
        }
        availability = by_name.get((entry.ref, ""), entry.availability)
        if (availability, of_measures) == (entry.availability, {}):
            yield entry
            continue
        yield entry.model_copy(
            update={"availability": availability, "measure_availability": of_measures}
        )


def _availability(stated: _Statement) -> Availability:
    return Availability(
        status=_STATUSES[stated.status],
        reason=stated.reason,
        owner=stated.owner,
        evidence=[Evidence(item.source, item.finding, str(item.date)) for item in stated.evidence],
        as_at=stated.date,
        expected=stated.expected,
        history=[
            PastAvailability(_STATUSES[past.status], past.reason, past.date)
            for past in stated.history
        ],
    )


def _name_findings(table: dict[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """Yield an unknown ref, measure or status, and a ref with nothing to report."""
    ref, measure, status = table.get("ref"), table.get("measure", ""), table.get("status")
    if isinstance(status, str) and status not in _STATUSES:
        yield (
            "status",
            "it is not a status that a file can state",
            did_you_mean(status[:40], _STATUSES),
        )
    if not isinstance(ref, str):
        return
    if ref not in catalogue:
        names = [name for entry in catalogue for name in (entry.ref, entry.key)]
        yield "ref", "no metric has this ref or key", did_you_mean(ref[:40], names)
        return
    entry = catalogue[ref]
    if isinstance(entry, MetricGroup | UndefinedMetric):
        rule = "there is nothing to report under this ref itself"
        yield "ref", rule, "State the refs in the group, or leave it out"
        return
    metric = catalogue.metric(entry)
    keys = [] if metric is None else [item.key for item in metric.measures]
    if isinstance(measure, str) and measure and measure not in keys:
        yield "measure", f"ref {entry.ref} has no such measure", did_you_mean(measure[:40], keys)


def _findings(stated: _Statement) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong between the fields of a statement."""
    for past in stated.history:
        if past.status not in _STATUSES:
            rule = "it has a status that a file cannot state"
            yield "history", rule, did_you_mean(past.status[:40], _STATUSES)
    if _STATUSES.get(stated.status) in NEED_EVIDENCE and not stated.evidence:
        fix = 'Give evidence = [{ source = "...", finding = "...", date = "2025-05" }]'
        yield "evidence", f"{stated.status} needs a document that others can look up", fix
    days = [past.date for past in stated.history]
    if days != sorted(days):
        yield "history", "it is not in order of date", "Write the earliest first"
    if days and days[-1] >= stated.date:
        rule = "its last date is not before the date of the statement"
        yield "history", rule, "Move what was stated before into it, with its own date"
    if stated.expected is not None and stated.status == "reportable":
        yield "expected", "a reportable metric is not expected later", "Leave it out"
    elif stated.expected is not None and stated.expected <= stated.date:
        rule = "it is not after the date of the statement"
        yield "expected", rule, "Give the day on which it is expected to be reportable"
