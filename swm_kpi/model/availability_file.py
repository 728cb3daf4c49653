"""A force's own statement of what it can report: a TOML file with a source and date for each ref.

Only this file can make a metric *not reportable*. A statement never hides data: it marks results
``[x]`` with the reason, and ``check_inputs`` reports where it disagrees with the tables.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from swm_kpi.errors import DefinitionError, InputError, Problem, did_you_mean
from swm_kpi.model.availability import Availability, Evidence
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, MetricGroup, UndefinedMetric
from swm_kpi.vocabulary import AvailabilityStatus

_STATUSES = {
    "reportable": AvailabilityStatus.REPORTABLE,
    "not_reportable": AvailabilityStatus.NOT_REPORTABLE,
    "unknown": AvailabilityStatus.UNKNOWN,
}


class _Statement(BaseModel):
    """One ``[[metric]]`` table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    ref: str
    status: str
    reason: str = Field(min_length=1)
    source: str = Field(min_length=1)
    finding: str = Field(min_length=1)
    date: date


def load_availability(catalogue: Catalogue, path: str | Path) -> Catalogue:
    """Return the catalogue with the availability that a TOML file states.

    The file has one table ``[[metric]]`` for each ref, with ``ref``, ``status`` (reportable,
    not_reportable or unknown), ``reason`` (shown to readers), ``source``, ``finding`` (what the
    source shows) and ``date`` (of the statement). Other refs keep their availability.

    Args:
        catalogue: the catalogue to apply the file to. It is not changed.
        path: the path of the file.

    Raises:
        InputError: the file does not exist, or is not TOML.
        DefinitionError: with every mistake in the file.
    """
    file = Path(path)
    statements, problems = [], []
    for number, table in enumerate(_read_tables(file), start=1):
        subject = f"Availability of {str(table.get('ref', f'metric {number}'))[:40]}"
        try:
            statement = _Statement.model_validate(table)
        except ValidationError as error:
            problems += list(_field_problems(error, subject, file.name))
        else:
            statements.append(statement)
        problems += list(_value_problems(table, catalogue, subject, file.name))
    refs = [statement.ref for statement in statements]
    for ref in sorted({ref for ref in refs if refs.count(ref) > 1}):
        rule = "it is stated more than once"
        subject = f"Availability of {ref}"
        problems.append(Problem(subject, "ref", rule, "State each ref once", file.name))
    if problems:
        raise DefinitionError(problems)
    by_ref = {catalogue[statement.ref].ref: statement for statement in statements}
    return Catalogue(
        (_with_statement(entry, by_ref.get(entry.ref)) for entry in catalogue),
        title=catalogue.title,
        objectives=catalogue.objectives,
        themes=catalogue.themes,
        areas=catalogue.areas,
        allow_not_reportable=True,
    )


def _read_tables(file: Path) -> list[dict[str, Any]]:
    failure = ""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        failure = "there is no such file, or it cannot be opened"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        failure = f"it is not TOML: {error}" if "utf" not in str(error) else "it is not UTF-8 text"
    if failure:
        raise InputError(f"Availability file {file.name!r}: {failure}.")
    tables: list[dict[str, Any]] = content.get("metric", [])
    extra = sorted(set(content) - {"metric"})
    is_list = isinstance(tables, list) and all(isinstance(table, dict) for table in tables)
    if extra or not is_list:
        raise InputError(
            f"Availability file {file.name!r}: it must contain [[metric]] tables and nothing else."
        )
    return tables


def _field_problems(error: ValidationError, subject: str, place: str) -> Iterator[Problem]:
    """Turn the errors of one table's fields into problems of this library."""
    for detail in error.errors(include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else "metric"
        if detail["type"] == "extra_forbidden":
            fix = did_you_mean(field, _Statement.model_fields)
            yield Problem(subject, field, "it is not a field of a statement", fix, place)
        elif detail["type"] == "missing":
            yield Problem(subject, field, "it is required", f"Give a {field}", place)
        else:
            rule = f"{detail['msg'][0].lower()}{detail['msg'][1:]}"
            yield Problem(subject, field, rule, "Give a value of the right type", place)


def _value_problems(
    table: dict[str, Any], catalogue: Catalogue, subject: str, place: str
) -> Iterator[Problem]:
    """Yield an unknown status, an unknown ref and a ref with nothing to report."""
    ref, status = table.get("ref"), table.get("status")
    if isinstance(status, str) and status not in _STATUSES:
        fix = did_you_mean(status[:40], _STATUSES)
        yield Problem(subject, "status", "it is not a status that a file can state", fix, place)
    if not isinstance(ref, str):
        return
    if ref not in catalogue:
        names = [name for entry in catalogue for name in (entry.ref, entry.key)]
        fix = did_you_mean(ref[:40], names)
        yield Problem(subject, "ref", "no metric has this ref or key", fix, place)
    elif isinstance(catalogue[ref], MetricGroup | UndefinedMetric):
        rule = "there is nothing to report under this ref itself"
        yield Problem(subject, "ref", rule, "State the refs in the group, or leave it out", place)


def _with_statement(entry: CatalogueEntry, statement: _Statement | None) -> CatalogueEntry:
    if statement is None:
        return entry
    evidence = Evidence(statement.source, statement.finding, statement.date.isoformat())
    availability = Availability(
        status=_STATUSES[statement.status],
        reason=statement.reason,
        evidence=(evidence,),
        as_at=statement.date,
    )
    return entry.model_copy(update={"availability": availability})
