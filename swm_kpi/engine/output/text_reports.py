"""Texts carried through to the note: chosen by date, never added up."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.aggregate.snapshots import day_of
from swm_kpi.engine.backends.scans import collect
from swm_kpi.engine.input.tables import Table
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.measures import TextReport


def told(table: Table, narrative: TextReport, periods: Sequence[Period]) -> list[str]:
    """Return what is told in each period: the latest text, who says it and on what evidence."""
    compiler = Compiler()
    frame = nw.from_native(table.lazy)
    if narrative.where is not None:
        frame = frame.filter(compiler(narrative.where))
    names = dict.fromkeys([narrative.at.name, *(each.name for each in narrative.told)])
    rows = collect(frame.select(*names), table.contract.table, "reading texts").to_dicts()
    rows = [each for each in rows if each[narrative.at.name] is not None]
    rows.sort(key=lambda each: str(each[narrative.at.name]))
    texts = []
    for period in periods:
        here = [r for r in rows if period.start <= day_of(r[narrative.at.name]) < period.stop]
        texts.append(_said(here[-1], narrative) if here else "")
    return texts


def _said(row: dict[str, object], narrative: TextReport) -> str:
    rating = row[narrative.rating.name] if narrative.rating is not None else None
    parts = [
        f"Rating: {rating}." if rating is not None else "",
        _sentence(row, narrative.text.name),
    ]
    day = format_date(day_of(row[narrative.at.name]))
    parts.append(f"({row[narrative.author.name]}, {day}.")
    parts.append(f"Evidence: {_sentence(row, narrative.evidence.name)})")
    return " ".join(part for part in parts if part)


def _sentence(row: dict[str, object], name: str) -> str:
    text = " ".join(str(row[name] or "none given").split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
