"""A force's own statement of what it may report: a dated, sourced TOML file over a catalogue.

This is the only way to *not reportable*. A statement never hides data: it marks results ``[x]``
with its reason, and ``check_inputs`` says where it and the tables given disagree.
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
    """What the file says of one ref."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    ref: str
    status: str
    reason: str = Field(min_length=1)
    source: str = Field(min_length=1)
    finding: str = Field(min_length=1)
    date: date


def load_availability(catalogue: Catalogue, path: str | Path) -> Catalogue:
    """Return the catalogue with the availability that a TOML file states.

    The file has a table ``[[metric]]`` for each ref it speaks of, with ``ref``, ``status``
    (reportable, not_reportable or unknown), ``reason`` (shown to readers), ``source``, ``finding``
    (what the source shows) and ``date`` (of the statement).

    Args:
        catalogue: whose entries are spoken of; it is not changed.
        path: the file.

    Raises:
        InputError: there is no such file, or it is not TOML.
        DefinitionError: with everything that is wrong in it.
    """
    file = Path(path)
    found, problems = [], []
    for number, raw in enumerate(_tables(file), start=1):
        subject = f"Availability of {str(raw.get('ref', f'metric {number}'))[:40]}"
        try:
            statement = _Statement.model_validate(raw)
        except ValidationError as error:
            problems += list(_told(error, subject, file.name))
        else:
            found.append(statement)
        problems += list(_wrong(raw, catalogue, subject, file.name))
    refs = [each.ref for each in found]
    for ref in sorted({each for each in refs if refs.count(each) > 1}):
        rule = "it is stated more than once"
        subject = f"Availability of {ref}"
        problems.append(Problem(subject, "ref", rule, "State each ref once", file.name))
    if problems:
        raise DefinitionError(problems)
    stated = {catalogue[each.ref].ref: each for each in found}
    restated = (_restated(each, stated) for each in catalogue)
    return Catalogue(restated, themes=catalogue.themes, allow_not_reportable=True)


def _tables(file: Path) -> list[dict[str, Any]]:
    failure = ""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        failure = "there is no such file, or it cannot be opened"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        failure = f"it is not TOML: {error}" if "utf" not in str(error) else "it is not UTF-8 text"
    if failure:
        raise InputError(f"Availability file {file.name!r}: {failure}.")
    tables = content.get("metric", [])
    extra = sorted(set(content) - {"metric"})
    if extra or not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise InputError(
            f"Availability file {file.name!r}: it holds [[metric]] tables and nothing else."
        )
    return tables


def _told(error: ValidationError, subject: str, place: str) -> Iterator[Problem]:
    for each in error.errors(include_url=False):
        field = str(each["loc"][0]) if each["loc"] else "metric"
        known = did_you_mean(field, _Statement.model_fields)
        if each["type"] == "extra_forbidden":
            yield Problem(subject, field, "it is not a field of a statement", known, place)
        elif each["type"] == "missing":
            yield Problem(subject, field, "it is required", f"Give a {field}", place)
        else:
            rule = f"{each['msg'][0].lower()}{each['msg'][1:]}"
            yield Problem(subject, field, rule, "Give a value of the right type", place)


def _wrong(
    raw: dict[str, Any], catalogue: Catalogue, subject: str, place: str
) -> Iterator[Problem]:
    ref, status = raw.get("ref"), raw.get("status")
    if isinstance(status, str) and status not in _STATUSES:
        fix = did_you_mean(status[:40], _STATUSES)
        yield Problem(subject, "status", "it is not a status that can be stated", fix, place)
    if not isinstance(ref, str):
        return
    if ref not in catalogue:
        refs = [name for each in catalogue for name in (each.ref, each.key)]
        fix = did_you_mean(ref[:40], refs)
        yield Problem(subject, "ref", "no metric has this ref or key", fix, place)
    elif isinstance(catalogue[ref], MetricGroup | UndefinedMetric):
        rule = "there is nothing to report under this ref itself"
        yield Problem(subject, "ref", rule, "State its parts, or leave it out", place)


def _restated(entry: CatalogueEntry, stated: dict[str, _Statement]) -> CatalogueEntry:
    statement = stated.get(entry.ref)
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
