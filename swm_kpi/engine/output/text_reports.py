"""The latest text of each period, for the notes."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.aggregate.snapshots import day_of
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.measures import TableMeasure


def latest_texts(table: Table, measure: TableMeasure, periods: Sequence[Period]) -> list[str]:
    """Return the text of each period: that of its latest row, as the kind of measure formats it."""
    compiler = Compiler()
    frame = nw.from_native(table.lazy)
    if measure.where is not None:
        frame = frame.filter(compiler(measure.where))
    date_column = measure.at.name
    names = dict.fromkeys([date_column, *(column.name for column in measure.text_columns)])
    rows = table.collect(frame.select(*names), "reading texts").to_dicts()
    rows = [row for row in rows if row[date_column] is not None]
    rows.sort(key=lambda row: str(row[date_column]))
    texts = []
    for period in periods:
        inside = [row for row in rows if period.start <= day_of(row[date_column]) < period.stop]
        latest = inside[-1] if inside else None
        day = format_date(day_of(latest[date_column])) if latest else ""
        texts.append(measure.format_text(latest, day) if latest else "")
    return texts
