"""The plan's table as published, and the entries that are no more than their row in it."""

import csv
from functools import cache
from importlib.resources import files

from swm_kpi import CatalogueEntry, MetricGroup, Objective, UndefinedMetric

from .availability import GROUP, UNDEFINED


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = files("swm_kpi.definitions").joinpath("plan", "plan.csv").read_text(encoding="utf-8")
    return {row["ref"]: row for row in csv.DictReader(text.splitlines())}


def _objective(ref: str) -> Objective:
    stated = _rows()[ref]["objective"]
    return Objective(stated) if stated else Objective.NOT_STATED


def heading(ref: str, key: str) -> CatalogueEntry:
    """Return the entry of a row that only gathers others under it."""
    children = tuple(each for each, row in _rows().items() if row["parent"] == ref)
    return MetricGroup(
        ref=ref,
        key=key,
        title=_rows()[ref]["text"],
        objective=_objective(ref),
        availability=GROUP,
        children=children,
    )


def no_text(ref: str, key: str) -> CatalogueEntry:
    """Return the entry of a row with a number and no text."""
    return UndefinedMetric(
        ref=ref, key=key, title="", objective=_objective(ref), availability=UNDEFINED
    )
