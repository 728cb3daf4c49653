"""The text alternatives of charts: what a chart shows, in plain English."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from swm_kpi.analysis.process_charts import (
    SIGNAL_RULES,
    ProcessChart,
    Signal,
    VariationType,
)
from swm_kpi.calendar import Period, format_month_range
from swm_kpi.charts.chart import Caption
from swm_kpi.charts.description import Description
from swm_kpi.formatting import NumberFormat, unit_name
from swm_kpi.measures import StatementPeriod
from swm_kpi.statistics import Assurance
from swm_kpi.vocabulary import Grain, Marker

ValueFormatter = Callable[[float], str]

OVER_TIME = {
    Grain.MONTH: "by month",
    Grain.QUARTER: "by quarter (Q1 is April to June)",
    Grain.YEAR: "by financial year",
    Grain.ROLLING_12: "in the 12 months to each month",
}
_SIGNALS = {
    VariationType.IMPROVING: "Signals of improvement",
    VariationType.CONCERNING: "Signals of concern",
    VariationType.HIGH: "Signals of high numbers",
    VariationType.LOW: "Signals of low numbers",
}
_ASSURANCE = {
    Assurance.MET: "consistently met",
    Assurance.HIT_AND_MISS: "hit and miss, so some periods meet it by chance",
    Assurance.MISSED: "consistently missed",
    Assurance.CANNOT_TELL: "cannot tell whether it will be met",
}
_MOST_RUNS = 3


def format_member(member: Mapping[str, str]) -> str:
    """Return the name of a member, or ``whole force`` for the total."""
    return ", ".join(member.values()) or "whole force"


def format_period(row: Mapping[str, Any], statement: StatementPeriod | None = None) -> str:
    """Return the period of a row in words, or the months that its statement covers."""
    if statement is not None:
        return statement.describe(row["period_end"])
    return Period(Grain(row["grain"]), row["period_start"], row["period_end"]).words


def format_span(frame: pl.DataFrame) -> str:
    """Return the months from the first period of a frame to the last, in words."""
    return format_month_range(frame["period_start"][0], frame["period_end"][-1])


def axis_title(number_format: NumberFormat) -> str:
    """Return the title of an axis of values: the unit with a capital letter."""
    words = unit_name(number_format.shown_unit)
    return f"{words[:1].upper()}{words[1:]}"


def format_cell(row: Mapping[str, Any], format_value: ValueFormatter) -> str:
    """Return the value of a row as text, with its marker, or the marker alone."""
    if row["value"] is None:
        return row["marker"] or str(Marker.NOT_AVAILABLE)
    return f"{format_value(row['value'])} {row['marker']}".rstrip()


def describe_markers(markers: Iterable[str]) -> str:
    """Return a sentence for each marker in a chart, to follow its subtitle."""
    distinct = dict.fromkeys(marker for marker in markers if marker)
    return "".join(f" {text}: {Marker(text).meaning.partition(':')[0]}." for text in distinct)


def describe_series(chart: ProcessChart, caption: Caption) -> Description:
    """Return the words of a series: latest value, extremes, limits, signals, targets, caveats."""
    return Description(
        _headline(chart, caption),
        tuple(_series_findings(chart, caption)),
        tuple(_series_caveats(chart)),
        caption.footnotes,
    )


def _headline(chart: ProcessChart, caption: Caption) -> str:
    """Return the title of a series: the latest complete value, the target, and whether it moved."""
    latest, statement = chart.latest, chart.statement_period
    subject = caption.measure
    if latest is not None and statement is StatementPeriod.YEAR_TO_DATE:
        subject = subject.removesuffix(f", {statement.value}")
    lead = f"{subject}, {format_member(chart.member)}" if chart.member else subject
    if latest is None:
        return lead
    shown = chart.number_format
    format_value = shown.text_with_unit if shown.is_time else shown.text
    joint = " in " if statement is None else f", {statement.value}, "
    text = f"{lead}: {format_value(latest['value'])}{joint}{_period(chart, latest)}"
    if latest["target"] is not None:
        text += f" (target {format_value(latest['target'])})"
    if chart.signal is Signal.NO_LIMITS:
        return text
    return f"{text}, {chart.change_words or 'no change shown lately'}"


def _series_findings(chart: ProcessChart, caption: Caption) -> Iterator[str]:
    frame = chart.frame
    over_time = OVER_TIME[Grain(str(frame["grain"][0]))]
    yield (
        f"Line chart. {caption.measure}, {format_member(chart.member)}, {over_time}, "
        f"{format_span(frame)}. {caption.metric}."
    )
    known = frame.filter(pl.col("value").is_not_null())
    if known.is_empty():
        yield describe_no_number(chart)
        return
    latest = chart.latest
    if latest is not None:
        number = chart.number_format.text_with_unit(latest["value"])
        change = _change_from_year_before(chart, latest)
        yield f"The latest is {number} in {_period(chart, latest)}{change}."
    yield from _extremes(chart, known)
    if chart.marker or latest is None:
        yield f"No process limits: {chart.reason}"
    else:
        yield from _limits(chart, latest)


def _series_caveats(chart: ProcessChart) -> Iterator[str]:
    """Yield the targets and how they are met, and the notes of the chart."""
    if chart.frame["value"].is_null().all():
        return
    latest = chart.latest
    for target in chart.targets:
        is_latest = latest is not None and chart.assurance and latest["target"] == target.value
        assured = f": {_ASSURANCE[Assurance(chart.assurance)]}" if is_latest else ""
        level = chart.format_value(target.value)
        yield f"The target {target.describe_days()} is {level}{assured}."
    yield from chart.notes


def describe_no_number(chart: ProcessChart) -> str:
    """Return the reason why a series has nothing to draw."""
    reasons = chart.frame["excluded_reason"].unique(maintain_order=True).to_list()
    return f"No number to show: {'; '.join(reasons)}."


def _change_from_year_before(chart: ProcessChart, latest: Mapping[str, Any]) -> str:
    """Return the change from the same period a year before, if both are in one segment."""
    before = chart.frame.filter(
        pl.col("period_start").dt.year() == latest["period_start"].year - 1,
        pl.col("period_start").dt.month() == latest["period_start"].month,
        pl.col("period_end").dt.month() == latest["period_end"].month,
        pl.col("segment") == latest["segment"],
        pl.col("excluded_reason") == "",
    )
    if before.is_empty():
        return ""
    row = before.row(0, named=True)
    then, now = chart.format_value(row["value"]), chart.format_value(latest["value"])
    if then == now:
        return f", as in {_period(chart, row)}"
    direction = "up" if latest["value"] > row["value"] else "down"
    return f", {direction} from {then} in {_period(chart, row)}"


def _period(chart: ProcessChart, row: Mapping[str, Any]) -> str:
    return format_period(row, chart.statement_period)


def _extremes(chart: ProcessChart, known: pl.DataFrame) -> Iterator[str]:
    rows, format_value = known.to_dicts(), chart.format_value
    if len(rows) < 2:
        return
    low, high = (pick(rows, key=lambda row: row["value"]) for pick in (min, max))
    if format_value(low["value"]) == format_value(high["value"]):
        yield f"Every number is {format_value(low['value'])}."
        return
    yield (
        f"The highest is {format_cell(high, format_value)} in {_period(chart, high)} and the "
        f"lowest {format_cell(low, format_value)} in {_period(chart, low)}."
    )


def _limits(chart: ProcessChart, latest: Mapping[str, Any]) -> Iterator[str]:
    lower, mean, upper = (chart.format_value(latest[name]) for name in ("lower", "mean", "upper"))
    yield f"Without a change, {lower} to {upper} is expected, around a mean of {mean}."
    rules = [description for rule, description in SIGNAL_RULES.items() if latest[rule]]
    if rules:
        yield f"The latest is {' and '.join(rules)}."
    if chart.signals.is_empty():
        yield "No point is a signal."
    frame = chart.frame.with_row_index("at")
    for variation, description in _SIGNALS.items():
        rows = frame.filter(pl.col("variation") == variation.value)
        if rows.height:
            runs = _consecutive_periods(rows.to_dicts())
            more = f"the latest of {rows.height} points, " if len(runs) > _MOST_RUNS else ""
            yield f"{description}: {more}{'; '.join(runs[-_MOST_RUNS:])}."


def _consecutive_periods(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the periods of the rows in words, with consecutive periods as one range."""
    runs: list[list[dict[str, Any]]] = []
    for row in rows:
        if runs and row["at"] == runs[-1][-1]["at"] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return [
        format_period(run[0])
        if len(run) == 1
        else format_month_range(run[0]["period_start"], run[-1]["period_end"])
        for run in runs
    ]


def describe_members(
    rows: Sequence[dict[str, Any]],
    total: dict[str, Any] | None,
    *,
    by: str,
    lead: str,
    number_format: NumberFormat,
) -> str:
    """Return what a chart of members shows: the total, then the members in their order.

    Args:
        rows: a row for each member.
        total: the row of the total; None if the result has none.
        by: the breakdown.
        lead: the title and the metric.
        number_format: the format of the numbers.
    """
    sentences, format_value = [f"Dot chart. {lead}."], number_format.text
    if total is not None:
        sentences.append(f"Whole force: {format_cell(total, number_format.text_with_unit)}.")
    known = [row for row in rows if row["value"] is not None]
    if known:
        listed = (f"{row[by]} {_with_interval(row, format_value)}" for row in known)
        sentences.append(f"{', '.join(listed)}.")
    missing = [row for row in rows if row["value"] is None]
    for marker in dict.fromkeys(row["marker"] for row in missing):
        names = [row[by] for row in missing if row["marker"] == marker]
        reason = Marker(marker or Marker.NOT_AVAILABLE.value).meaning
        sentences.append(f"No number for {', '.join(names)}: {reason}.")
    return " ".join(sentences)


def _with_interval(row: dict[str, Any], format_value: ValueFormatter) -> str:
    value = format_cell(row, format_value)
    if row["lower"] is None or row["upper"] is None:
        return value
    return f"{value} (95% interval {format_value(row['lower'])} to {format_value(row['upper'])})"


def describe_years(
    lead: str,
    years: Sequence[tuple[str, Sequence[dict[str, Any]]]],
    number_format: NumberFormat,
    missing: str,
) -> str:
    """Return the alt text of a year-on-year chart.

    Args:
        lead: the title, the grain and the metric.
        years: each financial year and its points, the latest year first.
        number_format: the format of the numbers.
        missing: the reason why the year before is not drawn; empty if it is drawn.
    """
    sentences = [f"Line chart. {lead}."]
    suffix = number_format.unit_suffix
    for year, points in years:
        listed = (f"{point['name']} {format_cell(point, number_format.number)}" for point in points)
        sentences.append(f"{year}{suffix and ' in' + suffix}: {', '.join(listed)}.")
    if len(years) > 1:
        now, before = (
            {point["name"]: point["value"] for point in points if not point["hollow"]}
            for _, points in years
        )
        both = [(value, before[name]) for name, value in now.items() if name in before]
        above = sum(value > then for value, then in both)
        below = sum(value < then for value, then in both)
        sentences.append(
            f"Of the {len(both)} complete periods with a number in both years, {above} "
            f"{'is' if above == 1 else 'are'} above the year before and {below} below."
        )
    if missing:
        sentences.append(missing)
    return " ".join(sentences)


def describe_small_multiples(
    lead: str,
    panels: Sequence[tuple[str, Sequence[dict[str, Any]]]],
    format_value: ValueFormatter,
    statement: StatementPeriod | None = None,
) -> str:
    """Return the alt text of small multiples: the first and last value of each member."""
    sentences = [f"Small line charts on one scale. {lead}."]
    for name, rows in panels:
        known = [row for row in rows if row["value"] is not None]
        if not known:
            reasons = dict.fromkeys(Marker(row["marker"] or "[x]").meaning for row in rows)
            sentences.append(f"{name}: no number ({'; '.join(reasons)}).")
            continue
        first, last = known[0], known[-1]
        ends = f"{format_cell(first, format_value)} in {format_period(first, statement)}"
        if first is not last:
            ends += f", {format_cell(last, format_value)} in {format_period(last, statement)}"
        gaps = len(rows) - len(known)
        periods = "period" if gaps == 1 else "periods"
        without = f"; {gaps} {periods} without a number" if gaps else ""
        sentences.append(f"{name}: {ends}{without}.")
    return " ".join(sentences)
