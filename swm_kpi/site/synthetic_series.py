"""A synthetic series for each ref: what its page draws, so that a reader sees what it looks like.

No number here says anything about a real force, and every page says so beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from swm_kpi.calendar import periods
from swm_kpi.engine.compute import compute
from swm_kpi.formatting import decimal_places, format_number, unit_suffix
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric
from swm_kpi.synthetic import generate_force
from swm_kpi.vocabulary import Basis, Unit

START, END, EXTRACTED = date(2022, 4, 1), date(2025, 3, 31), date(2025, 4, 1)
SCALE, SEED = 0.02, 1


@dataclass(frozen=True)
class Point:
    """One period of a series.

    Attributes:
        period: its label.
        value: the number, None where there is none.
        shown: the number as readers see it, its marker included.
        note: what is said of it.
    """

    period: str
    value: float | None
    shown: str
    note: str


@dataclass(frozen=True)
class Series:
    """One measure of a synthetic force by quarter.

    Attributes:
        measure: its title.
        unit: what it is measured in.
        points: in the order of time.
    """

    measure: str
    unit: Unit
    points: tuple[Point, ...]

    @property
    def drawn(self) -> bool:
        """Whether there are two numbers or more to join."""
        return sum(each.value is not None for each in self.points) > 1

    def sentence(self) -> str:
        """Say what the picture shows."""
        known = [each for each in self.points if each.value is not None]
        if not known:
            return f"{self.measure}: no number in any quarter."
        first, last = known[0], known[-1]
        low = min(known, key=lambda each: each.value or 0)
        high = max(known, key=lambda each: each.value or 0)
        unit = unit_suffix(self.unit)
        return (
            f"{self.measure}: {first.shown}{unit} in {first.period} and {last.shown} in "
            f"{last.period}. The lowest is {low.shown} in {low.period} and the highest "
            f"{high.shown} in {high.period}."
        )


def synthetic_series(catalogue: Catalogue) -> Mapping[str, Series]:
    """Return ref to the headline of a made-up force, by quarter. The same each time."""
    data = generate_force(START, END, scale=SCALE, seed=SEED, catalogue=catalogue)
    if not data:
        return {}
    result = compute(
        None,
        data,
        periods=periods(START, END, grain="quarter"),
        as_at=EXTRACTED,
        coverage=dict.fromkeys(data, (START, END)),
        catalogue=catalogue,
    )
    rows: dict[str, dict[str, list[dict[str, object]]]] = {}
    for row in result.to_polars().iter_rows(named=True):
        if row["basis"] == Basis.FORCE:
            rows.setdefault(row["ref"], {}).setdefault(row["measure"], []).append(row)
    found = {}
    for entry in catalogue:
        metric = catalogue.metric(entry)
        if metric is not None and entry.ref in rows:
            found[entry.ref] = _chosen(metric, rows[entry.ref])
    return found


def _chosen(metric: Metric, rows: Mapping[str, list[dict[str, object]]]) -> Series:
    """Return the headline, or else the first measure that has a number."""
    own = [each for each in metric.measures if each.basis is Basis.FORCE and each.key in rows]
    first = sorted(own, key=lambda each: each.key != metric.headline_measure.key)
    numbered = [e for e in first if any(row["value"] is not None for row in rows[e.key])]
    measure = (numbered or first)[0]
    unit = measure.resolved_unit
    values = [_number(row["value"]) for row in rows[measure.key]]
    places = decimal_places(unit, values)
    points = []
    for row, value in zip(rows[measure.key], values, strict=True):
        number = "" if value is None else format_number(value, unit, places)
        shown = f"{number} {row['marker'] or ''}".strip()
        points.append(Point(str(row["period"]), value, shown, str(row["note"] or "")))
    return Series(measure.title, unit, tuple(points))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
