"""A result as a notebook shows it: a table that a screen reader can walk through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import polars as pl

from swm_kpi.calendar import format_date
from swm_kpi.formatting import decimal_places, format_number
from swm_kpi.output.metadata import Pack
from swm_kpi.provenance import Provenance
from swm_kpi.vocabulary import Marker

MOST_ROWS = 20
NO_CONTROL = "These numbers have had no disclosure control. Do not publish them."
"""What stands in bold beneath a table that is for the analyst's own eyes."""

# Columns in the unit of the measure.
_LIKE_THE_VALUE = {
    "value", "lower", "upper", "mean", "target", "current_value", "previous_value",
}  # fmt: skip
_CHANGES = {"change_pct": "%", "change_percentage_points": ""}

# Colours come from the notebook, light or dark: only lines are drawn, in the colour of the text.
_STYLE = (
    "<style>"
    ".swm-kpi table{border-collapse:collapse;font-variant-numeric:tabular-nums;color:inherit;"
    "background:transparent}"
    ".swm-kpi caption{caption-side:top;text-align:left;font-weight:600;padding:.3em 0;"
    "color:inherit}"
    ".swm-kpi th,.swm-kpi td{padding:.25em .7em;text-align:left;vertical-align:top;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent);"
    "background:transparent;color:inherit;white-space:nowrap}"
    ".swm-kpi thead th{border-bottom:2px solid currentColor}"
    ".swm-kpi tbody th{font-weight:400}"
    ".swm-kpi .number{text-align:right}"
    ".swm-kpi .words{white-space:normal;min-width:18em;max-width:40em}"
    ".swm-kpi p{margin:.4em 0}"
    "</style>"
)


def pack_table(pack: Pack) -> str:
    """Return the first rows of a pack as HTML, with where they came from and what was hidden."""
    frame = pack.frame
    columns = ["ref", "measure", "period", *pack.by, "value", "unit", "note"]
    if frame["lower"].is_not_null().any():
        columns[-1:-1] = ["lower", "upper"]
    if frame["basis"].n_unique() > 1:
        columns.insert(2, "basis")
    titles = {each: pack.breakdown_title(each) for each in pack.by}
    titles |= {"lower": "95% interval, from", "upper": "to"}
    refs = pack.refs
    what = f"Ref {refs[0]}, {pack.title_of(refs[0])}" if len(refs) == 1 else f"{len(refs)} refs"
    by = f" by {' and '.join(titles[each] for each in pack.by)}" if pack.by else ""
    return html_table(
        frame,
        columns,
        caption=f"{what}{by}: {frame.height:,} {'row' if frame.height == 1 else 'rows'}",
        titles=titles,
        row_headings=2,
        warning="" if pack.policy else NO_CONTROL,
        foot=[*_control(pack), *_origin(pack.provenance)],
    )


def _control(pack: Pack) -> list[str]:
    return [f"Disclosure control: {pack.policy}"] if pack.policy else []


def _origin(told: Provenance | None) -> list[str]:
    """Say what a table was computed by and from, where that is known."""
    if told is None:
        return []
    day = told.as_at
    data = f", from data as at {format_date(day)}" if day is not None else ""
    changed = ", ".join(told.assumptions)
    other = f" Assumptions changed: {changed}." if changed else ""
    by = f"swm-kpi {told.library} with {told.engine} {told.engine_version}"
    return [f"Computed by {by}{data}.{other}"]


def html_table(
    frame: pl.DataFrame,
    columns: Sequence[str],
    *,
    caption: str,
    titles: Mapping[str, str] | None = None,
    row_headings: int = 1,
    most: int = MOST_ROWS,
    warning: str = "",
    foot: Sequence[str] = (),
) -> str:
    """Return some columns of a result's table as HTML.

    Args:
        frame: the table.
        columns: the columns to show, in order.
        caption: what the table is.
        titles: headings of columns whose names are not words.
        row_headings: how many of the first columns say what a row is.
        most: the most rows shown; how many more there are is said under the table.
        warning: what a reader must know first, in bold; empty for nothing.
        foot: sentences to stand under the table.
    """
    places, said = _places(frame), titles or {}
    head = "".join(
        f'<th scope="col">{escape(said.get(each, _heading(each)))}</th>' for each in columns
    )
    rows = []
    met: dict[str, None] = {}
    for row in frame.head(most).iter_rows(named=True):
        cells = []
        for at, column in enumerate(columns):
            text, is_number = _shown(row, column, places)
            if at < row_headings:
                cells.append(f'<th scope="row">{escape(text)}</th>')
            else:
                kind = ' class="number"' if is_number else ""
                kind = ' class="words"' if column.endswith("note") else kind
                cells.append(f"<td{kind}>{escape(text)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
        if row.get("marker"):
            met[row["marker"]] = None
    under = []
    if met:
        meanings = "; ".join(
            f"{escape(each)} {escape(Marker(each).meaning)}" for each in sorted(met)
        )
        under.append(f"<p>{meanings}.</p>")
    more = frame.height - most
    if more > 0:
        under.append(f"<p>{more:,} more {'row' if more == 1 else 'rows'}.</p>")
    if warning:
        under.append(f"<p><strong>{escape(warning)}</strong></p>")
    under += [f"<p>{escape(each)}</p>" for each in foot]
    return (
        f'{_STYLE}<div class="swm-kpi"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"{''.join(under)}</div>"
    )


def _places(frame: pl.DataFrame) -> dict[tuple[Any, ...], int]:
    if not {"ref", "measure", "value", "unit"} <= set(frame.columns):
        return {}
    grouped = frame.group_by("ref", "measure", "unit").agg(pl.col("value"))
    return {
        (ref, measure): decimal_places(unit, values)
        for ref, measure, unit, values in grouped.iter_rows()
    }


def _heading(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _shown(
    row: dict[str, Any], column: str, places: dict[tuple[Any, ...], int]
) -> tuple[str, bool]:
    value = row[column]
    if column == "value" and value is None:
        return row.get("marker") or "", True
    if value is None:
        return "", column in _LIKE_THE_VALUE or column in _CHANGES
    if column in _CHANGES:
        moved = f"{value:+,.1f}" if round(value, 1) else "0.0"
        return f"{moved}{_CHANGES[column]}".replace("-", "\N{MINUS SIGN}"), True
    if column in _LIKE_THE_VALUE:
        digits = places.get((row.get("ref"), row.get("measure")), 0)
        marker = (row.get("marker") or "") if column == "value" else ""
        return f"{format_number(value, row.get('unit') or '', digits)} {marker}".rstrip(), True
    if isinstance(value, float):
        return f"{value:,.10g}", True
    return value.isoformat() if isinstance(value, date) else str(value), False
