"""The latest text of each period, for the measures that report texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import narwhals as nw

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.aggregate.snapshots import day_of
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.measures import Measure, TableMeasure

TextKey = tuple[str, ...]


def text_key(measure: Measure) -> TextKey:
    """Return what is equal for measures that report the same texts."""
    return tuple(statistic.key for statistic in measure.statistics.values())


def collect_texts(
    measures: Iterable[Measure],
    tables: Mapping[str, Table],
    periods: Sequence[Period],
    as_at: date | None,
) -> dict[TextKey, list[str]]:
    """Return the text of each period, by :func:`text_key`; empty for a period without one.

    A text dated after the day of extraction is left out. A measure is left out where its table is
    missing, lacks one of its columns, or breaks the contract in one of them.
    """
    texts = {}
    for measure in measures:
        if not (measure.text_columns and isinstance(measure, TableMeasure)):
            continue
        table = tables.get(measure.of.table)
        columns = {name for s in measure.statistics.values() for name in s.columns}
        if table is not None and columns <= table.columns - table.broken.keys():
            last_day = table.extracted_on(as_at)
            texts[text_key(measure)] = _latest_texts(table, measure, periods, last_day)
    return texts


def _latest_texts(
    table: Table, measure: TableMeasure, periods: Sequence[Period], last_day: date | None
) -> list[str]:
    """Return the text of the latest row of each period, as the kind of measure formats it.

    Rows of one moment have no order that every engine keeps, so all their texts are returned.
    """
    frame = nw.from_native(table.lazy)
    if measure.where is not None:
        frame = frame.filter(Compiler()(measure.where))
    date_column = measure.at.name
    names = dict.fromkeys([date_column, *(column.name for column in measure.text_columns)])
    rows = table.collect(frame.select(*names), "reading texts").to_dicts()
    rows = [row for row in rows if row[date_column] is not None]
    if last_day is not None:
        rows = [row for row in rows if day_of(row[date_column]) <= last_day]
    texts = []
    for period in periods:
        inside = [row for row in rows if period.start <= day_of(row[date_column]) < period.stop]
        last = max((row[date_column] for row in inside), default=None)
        latest = [row for row in inside if row[date_column] == last]
        formatted = {
            measure.format_text(row, format_date(day_of(row[date_column]))) for row in latest
        }
        texts.append(" ".join(sorted(formatted)))
    return texts
