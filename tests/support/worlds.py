"""Many small tables in one, for an engine that takes seconds over each query.

Each random example is a world of its own: its rows carry its name, and no person or key is in two.
One request by world then computes them all, and each is compared with the oracle by itself. What
looks across a whole table (snapshots, the year of a population, shares of a total) is compared with
the oracle of all worlds together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from swm_kpi import (
    Count,
    Dimension,
    Duration,
    Period,
    Proportion,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SumProduct,
    SurveyProportion,
)
from tests.support import oracle
from tests.support.additivity_cases import (
    AREA,
    CONTRACTS,
    MEASURES,
    SORT,
    SYSTEM,
    WORLD,
    a_metric,
    cells,
    computed,
    differences,
    frame,
)

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
BY = [WORLD, AREA, SORT, SYSTEM]
_APART = (
    Count,
    Duration,
    Proportion,
    SumProduct,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SurveyProportion,
)
EVERYTHING = a_metric(MEASURES, BY)
EACH_ALONE = a_metric([each for each in MEASURES if isinstance(each, _APART)], [AREA, SORT, WORLD])
_WHOLE = {each.key for each in MEASURES if not isinstance(each, _APART)}
_MADE_OF = {key for each in MEASURES if each.key in _WHOLE for key in each.depends_on}
ALL_TOGETHER = a_metric([each for each in MEASURES if each.key in _WHOLE | _MADE_OF], BY)


def together(worlds: Mapping[str, Tables]) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of all worlds as one of each."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTRACTS}
    for world, tables in worlds.items():
        for name, rows in tables.items():
            for row in rows:
                known = {key: row[key] for key in ("visit_id", "person") if row.get(key)}
                apart = {key: f"{world} {value}" for key, value in known.items()}
                found[name].append({**row, **apart, "world": world})
    return found


def parted(
    worlds: Mapping[str, Tables],
    periods: Sequence[Period],
    by: Sequence[Dimension],
    given: Callable[[str, pl.DataFrame], Any],
) -> list[str]:
    """Ask every kind of measure of all worlds at once; say where engine and oracle part."""
    tables = together(worlds)
    data = {name: given(name, frame(name, rows)) for name, rows in tables.items()}
    found = cells(computed(EVERYTHING, data, periods, [WORLD, *by]))
    seen = {key[3] for key in found}
    all_together = oracle.compute(ALL_TOGETHER, tables, periods, [WORLD, *by])
    expected = {key: cell for key, cell in all_together.items() if key[0] in _WHOLE}
    for world, alone in worlds.items():
        if world in seen:
            for key, cell in oracle.compute(EACH_ALONE, alone, periods, by).items():
                expected[(*key[:3], world, *key[3:])] = cell
    for key, cell in oracle.compute(EACH_ALONE, tables, periods, by).items():
        expected[(*key[:3], oracle.ALL, *key[3:])] = cell
    return differences(found, expected)
