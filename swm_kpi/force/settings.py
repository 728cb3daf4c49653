"""``force.toml``: the name of the force and what it has decided."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from swm_kpi.disclosure import DisclosurePolicy
from swm_kpi.engine.plan.request import check_assumptions
from swm_kpi.engine.plan.selection import SelectedMetric
from swm_kpi.errors import DefinitionError, Problem, RequestError, did_you_mean
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.force_areas import AS_THEN, BOUNDARIES
from swm_kpi.model.metric import Metric
from swm_kpi.model.toml_file import TomlFile, field_problems
from swm_kpi.vocabulary import Grain

_TABLES = ("disclosure", "assumptions")
_SIMILAR = "similar_forces"


@dataclass(frozen=True)
class SimilarForces:
    """The forces that a force compares itself with, as it states them from one day on.

    Attributes:
        valid_from: the first day of the statement.
        forces: their names.
        source: who says that they are similar.
    """

    valid_from: datetime.date
    forces: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Settings:
    """What ``force.toml`` states.

    Attributes:
        name: the name of the force.
        contact: where to ask about the numbers.
        areas: the name of the file of areas; empty for the areas of the plan.
        boundaries: whether a row is in the area of its day, or in that of the newest boundaries.
        default_grain: the length of periods, unless a request says otherwise.
        similar_forces: the forces to compare with, the earliest statement first.
        policy: the disclosure policy for everything that leaves the force; None if not stated.
        assumptions: the values that replace the defaults of assumptions, by key.
    """

    name: str = ""
    contact: str = ""
    areas: str = ""
    default_grain: Grain = Grain.QUARTER
    similar_forces: tuple[SimilarForces, ...] = ()
    policy: DisclosurePolicy | None = None
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    boundaries: str = AS_THEN


class _Top(BaseModel):
    """The keys of the file outside any table."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    name: str = Field(min_length=1)
    contact: str = Field(min_length=1)
    areas: str = ""
    boundaries: str = AS_THEN
    default_grain: str = Grain.QUARTER.value


class _SimilarForces(BaseModel):
    """One ``[[similar_forces]]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    valid_from: datetime.date
    forces: list[str] = Field(min_length=1)
    source: str = Field(min_length=1)


def read_settings(file: TomlFile, catalogue: Catalogue) -> tuple[Settings, list[Problem]]:
    """Return the settings of a force, and every mistake in its file.

    Args:
        file: ``force.toml``.
        catalogue: the plan, with the assumptions that can be replaced.
    """
    problems = [*file.problems, *file.key_problems((*_Top.model_fields, *_TABLES), (_SIMILAR,))]
    if file.problems:
        return Settings(), problems
    top = _Top(name="?", contact="?")
    try:
        top = _Top.model_validate(file.content)
    except ValidationError as error:
        problems += field_problems(error, _Top, "Force", file, ())
    grains = [grain.value for grain in Grain]
    if top.default_grain not in grains:
        rule, fix = "there is no such grain", did_you_mean(top.default_grain[:40], grains)
        place = file.place("default_grain")
        problems.append(Problem("Force", "default_grain", rule, fix, place))
    if top.boundaries not in BOUNDARIES:
        rule, fix = "it is not a way to choose boundaries", did_you_mean(top.boundaries, BOUNDARIES)
        problems.append(Problem("Force", "boundaries", rule, fix, file.place("boundaries")))
    similar, similar_problems = _read_similar(file)
    policy, policy_problems = _read_policy(file)
    assumptions = file.content.get("assumptions", {})
    problems += [*similar_problems, *policy_problems]
    problems += _assumption_problems(file, assumptions, catalogue)
    if problems:
        return Settings(top.name, top.contact, top.areas), problems
    grain = Grain(top.default_grain)
    return Settings(
        top.name, top.contact, top.areas, grain, similar, policy, assumptions, top.boundaries
    ), []


def _read_similar(file: TomlFile) -> tuple[tuple[SimilarForces, ...], list[Problem]]:
    similar: list[SimilarForces] = []
    problems: list[Problem] = []
    for number, table in enumerate(file.tables(_SIMILAR)):
        subject = f"Similar forces {number + 1}"
        try:
            stated = _SimilarForces.model_validate(table)
        except ValidationError as error:
            problems += field_problems(error, _SimilarForces, subject, file, (_SIMILAR, number))
            continue
        if similar and stated.valid_from <= similar[-1].valid_from:
            rule = "it is not after that of the statement before"
            place = file.place(_SIMILAR, number, "valid_from")
            problems.append(
                Problem(subject, "valid_from", rule, "Write the earliest statement first", place)
            )
        similar.append(SimilarForces(stated.valid_from, tuple(stated.forces), stated.source))
    return tuple(similar), problems


def _read_policy(file: TomlFile) -> tuple[DisclosurePolicy | None, list[Problem]]:
    table = file.content.get("disclosure")
    if table is None:
        return None, []
    place = file.place("disclosure")
    if not isinstance(table, dict):
        rule = "it is not a table"
        return None, [Problem("Force", "disclosure", rule, "Write [disclosure]", place)]
    try:
        return DisclosurePolicy(**table), []
    except DefinitionError as error:
        return None, [
            Problem(
                "Disclosure policy",
                problem.field,
                problem.rule,
                problem.fix.replace(f"{problem.field}=", problem.field),
                file.place("disclosure", problem.field),
            )
            for problem in error.problems
        ]


def _assumption_problems(
    file: TomlFile, assumptions: object, catalogue: Catalogue
) -> Iterator[Problem]:
    if not isinstance(assumptions, dict):
        place = file.place("assumptions")
        rule = "it is not a table"
        yield Problem("Force", "assumptions", rule, "Write [assumptions]", place)
        return
    metrics = [entry for entry in catalogue if isinstance(entry, Metric)]
    used = {assumption.key for metric in metrics for assumption in metric.assumptions}
    selected = [SelectedMetric(metric, metric, tuple(metric.measures)) for metric in metrics]
    for key, value in assumptions.items():
        place = file.place("assumptions", key)
        if key not in used:
            rule, fix = "no metric rests on such an assumption", did_you_mean(key[:40], used)
            yield Problem("Assumptions", key[:40], rule, fix, place)
            continue
        try:
            check_assumptions({key: value}, selected)
        except RequestError as error:
            rule, _, fix = str(error).rstrip(".").partition(". ")
            fix = fix or "Give a value of the right type"
            yield Problem("Assumptions", key, rule, fix, place)
