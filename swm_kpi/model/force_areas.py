"""Metrics with the areas of a force: other members in area breakdowns, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from swm_kpi.calendar import format_date
from swm_kpi.contracts import (
    AreaLookup,
    Column,
    ContractType,
    Dimension,
    Recoded,
    contract_with_areas,
)
from swm_kpi.errors import DefinitionError, Problem, did_you_mean
from swm_kpi.model.areas import Areas
from swm_kpi.model.metric import Metric

AS_THEN, AS_NOW = "as then", "as now"
BOUNDARIES = (AS_THEN, AS_NOW)
"""Whether a row is in the area of its own day, or in that of the newest boundaries."""

_ALWAYS = ((date.min, date.max),)


def metrics_with_areas(
    metrics: Iterable[Metric], areas: Areas, boundaries: str
) -> dict[str, Metric]:
    """Return metrics with the areas of a force in their breakdowns, by ref.

    Their definitions and hashes stay the same. Their worked examples are those of the metric as
    it was declared.

    Args:
        metrics: the metrics.
        areas: the areas.
        boundaries: ``"as then"`` or ``"as now"``.

    Raises:
        DefinitionError: a level is missing, or the boundaries are neither.
    """
    metrics = list(metrics)
    declared = [metric.as_declared for metric in metrics]
    dimensions = {
        dimension.key: dimension for metric in declared for dimension in metric.dimensions
    }
    problems = list(_problems(dimensions, areas, boundaries))
    if problems:
        raise DefinitionError(problems)
    lookups = {
        key: areas.lookup(key) if boundaries == AS_THEN else areas.newest_lookup(key)
        for key, dimension in dimensions.items()
        if dimension.is_area and key in areas.levels
    }
    # The copies are made from what they replace: a memo of deepcopy says what stands for what.
    replaced: dict[int, Any] = {}
    for key, dimension in dimensions.items():
        made = dimension
        if key in lookups:
            is_then = boundaries == AS_THEN
            days = areas.days_of(key) if is_then else dict.fromkeys(areas.members(key), _ALWAYS)
            made = dimension.with_areas(days, _note(areas, dimension, is_then=is_then))
        replaced[id(dimension)] = made
    contracts = {
        id(contract): contract for metric in declared for contract in metric.contracts.values()
    }
    for contract in contracts.values():
        own = _area_columns(contract, replaced, lookups, force_level=areas.levels[-1])
        replaced |= _replace_contract(contract, own, f"{areas.hash} {boundaries}")
    return {metric.ref: _with_areas(metric, replaced) for metric in metrics}


def _note(areas: Areas, dimension: Dimension, *, is_then: bool) -> str:
    """Say which boundaries count, if they ever changed."""
    if areas.newest is None:
        return ""
    when = "on the day of each row" if is_then else f"from {format_date(areas.newest)}"
    return f"By {dimension.title} boundaries {when}."


def _problems(
    dimensions: Mapping[str, Dimension], areas: Areas, boundaries: str
) -> Iterable[Problem]:
    if boundaries not in BOUNDARIES:
        rule = f"{str(boundaries)[:40]!r} is not a way to choose boundaries"
        yield Problem("Areas", "boundaries", rule, did_you_mean(str(boundaries), BOUNDARIES))
    for key, dimension in dimensions.items():
        if dimension.is_area and not dimension.is_open and key not in areas.levels:
            rule = f"they have no level {key!r}, and metrics are broken down by it"
            fix = f"Name a level {key}: the levels are {', '.join(areas.levels)}"
            yield Problem("Areas", "level", rule, fix)


def _area_columns(
    contract: ContractType,
    replaced: Mapping[int, Any],
    lookups: Mapping[str, AreaLookup],
    *,
    force_level: str,
) -> dict[str, tuple[Dimension, AreaLookup | None]]:
    """Return the breakdown of each column of areas, and which area a value belongs to."""
    columns = {}
    for column in contract.columns.values():
        dimension = column.dimension
        if dimension is None or dimension.key not in lookups:
            continue
        # Rows of other forces have areas of theirs, if the breakdown takes those in the data.
        is_closed = not (dimension.is_open and force_level in contract.dimensions)
        lookup = lookups[dimension.key] if is_closed else None
        columns[column.name] = (replaced[id(dimension)], lookup)
    return columns


def _replace_contract(
    contract: ContractType,
    own: Mapping[str, tuple[Dimension, AreaLookup | None]],
    identity: str,
) -> dict[int, Any]:
    """Return what stands for a contract and for each of its columns."""
    columns: list[Column | Recoded] = [*contract.columns.values(), *contract.derived.values()]
    if not own:
        return {id(item): item for item in (contract, *columns)}
    made = contract_with_areas(contract, own, identity)
    now: dict[str, Column | Recoded] = {**made.columns, **made.derived}
    return {id(contract): made} | {id(column): now[column.name] for column in columns}


def _with_areas(metric: Metric, replaced: dict[int, Any]) -> Metric:
    declared = metric.as_declared
    replaced |= {id(assumption): assumption for assumption in declared.assumptions}
    dimensions = tuple(replaced[id(dimension)] for dimension in declared.dimensions)
    return metric.with_measures(deepcopy(declared.measures, replaced), dimensions)
