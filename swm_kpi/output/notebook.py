"""The HTML table that a notebook shows for a result, accessible to a screen reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import polars as pl

from swm_kpi.calendar import format_date
from swm_kpi.formatting import NumberFormat, format_change
from swm_kpi.output.dataset import Dataset
from swm_kpi.output.guard import UNPROTECTED_WARNING
from swm_kpi.provenance import Provenance
from swm_kpi.result_columns import notebook_columns
from swm_kpi.vocabulary import Marker

MAX_ROWS = 20

# These columns are in the unit of the measure.
_IN_UNIT_OF_VALUE = {
    "value", "lower", "upper", "mean", "target", "current_value", "previous_value",
}  # fmt: skip
_CHANGE_SUFFIXES = {"change_pct": "%", "change_percentage_points": ""}

# Colours come from the notebook, light or dark. Only lines are drawn, in the colour of the text.
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


def dataset_table(dataset: Dataset) -> str:
    """Return the first rows of a dataset as HTML, with its disclosure control and provenance.

    The column ``basis`` is left out where it has one value, ``lower`` and ``upper`` where empty.
    """
    frame = dataset.frame
    left_out = set()
    if not frame["lower"].is_not_null().any():
        left_out |= {"lower", "upper"}
    if frame["basis"].n_unique() <= 1:
        left_out.add("basis")
    columns = [name for name in notebook_columns(dataset.by) if name not in left_out]
    titles = {key: dataset.breakdown_title(key) for key in dataset.by}
    titles |= {"lower": "95% interval, from", "upper": "to"}
    refs = dataset.refs
    subject = f"{len(refs)} refs"
    if len(refs) == 1:
        subject = f"Ref {refs[0]}, {dataset.title_of(refs[0])}"
    by = f" by {' and '.join(titles[key] for key in dataset.by)}" if dataset.by else ""
    return html_table(
        frame,
        columns,
        caption=f"{subject}{by}: {frame.height:,} {'row' if frame.height == 1 else 'rows'}",
        titles=titles,
        row_headings=2,
        warning="" if dataset.policy else UNPROTECTED_WARNING,
        footnotes=[*_describe_policy(dataset), *_describe_provenance(dataset.provenance)],
    )


def _describe_policy(dataset: Dataset) -> list[str]:
    return [f"Disclosure control: {dataset.policy}"] if dataset.policy else []


def _describe_provenance(provenance: Provenance | None) -> list[str]:
    """Return the notes on tables, then the software, the day of extraction and assumptions."""
    if provenance is None:
        return []
    day = provenance.as_at
    data = f", from data as at {format_date(day)}" if day is not None else ""
    changed = ", ".join(provenance.assumptions)
    assumptions = f" Assumptions changed: {changed}." if changed else ""
    software = f"swm-kpi {provenance.library} with {provenance.engine} {provenance.engine_version}"
    notes = [f"Table {name}: {text}" for name, text in provenance.table_notes()]
    return [*notes, f"Computed by {software}{data}.{assumptions}"]


def html_table(
    frame: pl.DataFrame,
    columns: Sequence[str],
    *,
    caption: str,
    titles: Mapping[str, str] | None = None,
    row_headings: int = 1,
    max_rows: int = MAX_ROWS,
    warning: str = "",
    footnotes: Sequence[str] = (),
) -> str:
    """Return some columns of a table as HTML, with the meaning of each marker in it below.

    Args:
        frame: the table.
        columns: the columns to show, in order.
        caption: the caption of the table.
        titles: the headings of columns, where the name of the column will not do.
        row_headings: the number of leading columns that are row headings.
        max_rows: the maximum number of rows. A line below gives the number of further rows.
        warning: a warning in bold below the table; empty for none.
        footnotes: paragraphs below the table.
    """
    formats, headings = _number_formats(frame), titles or {}
    head = "".join(
        f'<th scope="col">{escape(headings.get(name, _heading(name)))}</th>' for name in columns
    )
    rows = []
    markers = set()
    for row in frame.head(max_rows).iter_rows(named=True):
        cells = []
        for position, column in enumerate(columns):
            text, is_number = _format_cell(row, column, formats)
            if position < row_headings:
                cells.append(f'<th scope="row">{escape(text)}</th>')
            else:
                css_class = ' class="number"' if is_number else ""
                css_class = ' class="words"' if column.endswith("note") else css_class
                cells.append(f"<td{css_class}>{escape(text)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
        if row.get("marker"):
            markers.add(row["marker"])
    below = []
    if markers:
        meanings = "; ".join(
            f"{escape(marker)} {escape(Marker(marker).meaning)}" for marker in sorted(markers)
        )
        below.append(f"<p>{meanings}.</p>")
    more = frame.height - max_rows
    if more > 0:
        below.append(f"<p>{more:,} more {'row' if more == 1 else 'rows'}.</p>")
    if warning:
        below.append(f"<p><strong>{escape(warning)}</strong></p>")
    below += [f"<p>{escape(footnote)}</p>" for footnote in footnotes]
    return (
        f'{_STYLE}<div class="swm-kpi"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"{''.join(below)}</div>"
    )


def _number_formats(frame: pl.DataFrame) -> dict[tuple[Any, ...], NumberFormat]:
    """Return the format of each measure's numbers, by ref and measure."""
    if not {"ref", "measure", "value", "unit"} <= set(frame.columns):
        return {}
    grouped = frame.group_by("ref", "measure", "unit").agg(pl.col("value"))
    return {
        (ref, measure): NumberFormat.of(unit, values)
        for ref, measure, unit, values in grouped.iter_rows()
    }


def _heading(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _format_cell(
    row: dict[str, Any], column: str, formats: dict[tuple[Any, ...], NumberFormat]
) -> tuple[str, bool]:
    """Return the text of a cell, and whether it is a number or stands in the place of one."""
    value = row[column]
    if column == "value" and value is None:
        return row.get("marker") or "", True
    if value is None:
        return "", column in _IN_UNIT_OF_VALUE or column in _CHANGE_SUFFIXES
    if column in _CHANGE_SUFFIXES:
        return format_change(value, _CHANGE_SUFFIXES[column]), True
    if column in _IN_UNIT_OF_VALUE:
        number_format = formats.get((row.get("ref"), row.get("measure")))
        number_format = number_format or NumberFormat.of(row.get("unit") or "", [value])
        marker = (row.get("marker") or "") if column == "value" else ""
        return f"{number_format.text(value)} {marker}".rstrip(), True
    if isinstance(value, float):
        return f"{value:,.10g}", True
    return value.isoformat() if isinstance(value, date) else str(value), False
