"""Synthetic series for the charts: the headline of each metric, for a force that does not exist.

No number says anything about a real force, and each page says so beside its chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from swm_kpi.calendar import periods
from swm_kpi.engine.compute import compute
from swm_kpi.formatting import NumberFormat, unit_of_number
from swm_kpi.measures.statement_period import financial_year_start
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric
from swm_kpi.synthetic import generate_force
from swm_kpi.vocabulary import Basis, Unit

START, END, EXTRACTED = date(2022, 4, 1), date(2025, 3, 31), date(2025, 4, 1)
SCALE, SEED = 0.02, 1


@dataclass(frozen=True)
class SeriesPoint:
    """The value of one period.

    Attributes:
        period: the label of the period.
        covers: the period that the value covers, as readers see it.
        starts_line: whether no line joins it to the point before: a new year of statements.
        value: the value; None if there is none.
        text: the value as readers see it, with its marker.
        note: the note of the value.
    """

    period: str
    covers: str
    starts_line: bool
    value: float | None
    text: str
    note: str


@dataclass(frozen=True)
class SyntheticSeries:
    """One measure of a synthetic force, by quarter.

    Attributes:
        title: the title of the measure.
        unit: the unit of its values.
        number_format: how readers see its numbers.
        points: the values, from the first period to the last.
    """

    title: str
    unit: Unit
    number_format: NumberFormat
    points: tuple[SeriesPoint, ...]

    @property
    def has_chart(self) -> bool:
        """Whether there are at least two values to join by a line."""
        return sum(point.value is not None for point in self.points) > 1

    def alt_text(self) -> str:
        """Return a description of the chart: the first, last, lowest and highest values."""
        known = [point for point in self.points if point.value is not None]
        if not known:
            return f"{self.title}: no number in any quarter."
        first, last = known[0], known[-1]
        lowest = min(known, key=lambda point: point.value or 0)
        highest = max(known, key=lambda point: point.value or 0)
        suffix = self.number_format.unit_suffix
        if first.text.endswith(suffix):
            suffix = ""
        elif first.text.split(" ")[0] == "1":
            suffix = f" {unit_of_number('1', self.number_format.shown_unit)}"
        return (
            f"{self.title}: {first.text}{suffix} in {first.covers} and {last.text} in "
            f"{last.covers}. The lowest is {lowest.text} in {lowest.covers} and the highest is "
            f"{highest.text} in {highest.covers}."
        )


def build_synthetic_series(catalogue: Catalogue) -> Mapping[str, SyntheticSeries]:
    """Return the series of each metric by reference. The result is the same each time.

    A metric that reads only public data has no series, because public data are not generated.
    """
    tables = generate_force(START, END, scale=SCALE, seed=SEED, catalogue=catalogue)
    if not tables:
        return {}
    result = compute(
        None,
        tables,
        periods=periods(START, END, grain="quarter"),
        as_at=EXTRACTED,
        coverage=dict.fromkeys(tables, (START, END)),
        catalogue=catalogue,
    )
    rows: dict[str, dict[str, list[dict[str, object]]]] = {}
    for row in result.to_polars().iter_rows(named=True):
        if row["basis"] == Basis.FORCE:
            rows.setdefault(row["ref"], {}).setdefault(row["measure"], []).append(row)
    series = {}
    for entry in catalogue:
        metric = catalogue.metric(entry)
        if metric is not None and entry.ref in rows:
            series[entry.ref] = _headline_series(metric, rows[entry.ref])
    return series


def _headline_series(
    metric: Metric, rows: Mapping[str, list[dict[str, object]]]
) -> SyntheticSeries:
    """Return the series of the headline or, if it has no value, of the first measure with one."""
    measures = [
        measure
        for measure in metric.measures
        if measure.basis is Basis.FORCE and measure.key in rows
    ]
    measures.sort(key=lambda measure: measure.key != metric.headline_measure.key)
    with_values = [
        measure
        for measure in measures
        if any(row["value"] is not None for row in rows[measure.key])
    ]
    measure = (with_values or measures)[0]
    unit = measure.resolved_unit
    values = [_as_number(row["value"]) for row in rows[measure.key]]
    number_format = NumberFormat.of(unit, values)
    points: list[SeriesPoint] = []
    statement, year = measure.statement_period, None
    for row, value in zip(rows[measure.key], values, strict=True):
        number = "" if value is None else number_format.text(value)
        text = f"{number} {row['marker'] or ''}".strip()
        covers, starts_line, end = str(row["period"]), False, row["period_end"]
        if statement is not None and isinstance(end, date):
            covers = statement.describe(end)
            starts_line = year != (year := financial_year_start(end))
        note = str(row["note"] or "")
        points.append(SeriesPoint(str(row["period"]), covers, starts_line, value, text, note))
    return SyntheticSeries(measure.title, unit, number_format, tuple(points))


def _as_number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
