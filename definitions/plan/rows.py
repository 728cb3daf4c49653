"""The plan's table as published, and the entries that need nothing but their row of it."""

import csv
from functools import cache
from importlib.resources import files

from swm_kpi import CatalogueEntry, MetricGroup, Objective, UndefinedMetric

from .availability import GROUP, UNDEFINED
from .objectives import OBJECTIVES


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = files("swm_kpi.definitions").joinpath("plan", "plan.csv").read_text(encoding="utf-8")
    return {row["ref"]: row for row in csv.DictReader(text.splitlines())}


def _objective(ref: str) -> Objective | None:
    title = _rows()[ref]["objective"]
    return next((objective for objective in OBJECTIVES if objective.title == title), None)


def group(ref: str, key: str, note: str = "") -> CatalogueEntry:
    """Return the entry for a row that only groups other rows.

    Args:
        ref: its number.
        key: a name for code.
        note: what else belongs to the group and is not in it.
    """
    children = tuple(child for child, row in _rows().items() if row["parent"] == ref)
    return MetricGroup(
        ref=ref,
        key=key,
        title=_rows()[ref]["text"],
        objective=_objective(ref),
        availability=GROUP,
        children=children,
        note=note,
    )


def undefined(ref: str, key: str) -> CatalogueEntry:
    """Return the entry for a row that has a number but no text."""
    return UndefinedMetric(
        ref=ref, key=key, title="", objective=_objective(ref), availability=UNDEFINED
    )
