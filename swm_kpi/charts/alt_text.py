"""What a picture shows, for whoever does not see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from swm_kpi.analysis.process_charts import SIGNAL_RULES, ProcessChart, VariationType
from swm_kpi.calendar import Period, format_date, format_month_range
from swm_kpi.charts.chart import Caption
from swm_kpi.contracts import UNKNOWN
from swm_kpi.formatting import unit_suffix
from swm_kpi.vocabulary import Grain, Marker, Unit

Formatter = Callable[[float], str]

OVER_TIME = {
    Grain.MONTH: "by month",
    Grain.QUARTER: "by quarter (Q1 is April to June)",
    Grain.YEAR: "by financial year",
    Grain.ROLLING_12: "in the 12 months to each month",
}
_FINDINGS = {
    VariationType.COMMON: ", within routine variation",
    VariationType.IMPROVING: ", a special cause of improvement",
    VariationType.CONCERNING: ", a special cause of concern",
    VariationType.HIGH: ", higher than is routine",
    VariationType.LOW: ", lower than is routine",
}
_SIGNALS = {
    VariationType.IMPROVING: "Special causes of improvement",
    VariationType.CONCERNING: "Special causes of concern",
    VariationType.HIGH: "Special causes, high",
    VariationType.LOW: "Special causes, low",
}
_RUNS = 3


def format_member(member: Mapping[str, str]) -> str:
    """Return whose numbers a series holds."""
    return ", ".join(member.values()) or "whole force"


def format_period(row: Mapping[str, Any]) -> str:
    """Return the period of a row in words."""
    return Period(Grain(row["grain"]), row["period_start"], row["period_end"]).words


def format_span(frame: pl.DataFrame) -> str:
    """Return the time from the first period of a frame to the last, in words."""
    return format_month_range(frame["period_start"][0], frame["period_end"][-1])


def axis_title(unit: str) -> str:
    """Return what an axis measures, as a sentence begins."""
    words = "percentage" if unit == Unit.PROPORTION else unit_suffix(unit).strip() or unit
    return f"{words[:1].upper()}{words[1:]}"


def format_cell(row: Mapping[str, Any], format_value: Formatter) -> str:
    """Write the number of a row as readers see it, its marker beside it or in its place."""
    if row["value"] is None:
        return row["marker"] or str(Marker.NOT_AVAILABLE)
    return f"{format_value(row['value'])} {row['marker']}".rstrip()


def describe_markers(markers: Iterable[str]) -> str:
    """Say what the markers in a picture mean, to go after what stands in its subtitle."""
    found = dict.fromkeys(each for each in markers if each)
    return "".join(f" {each}: {Marker(each).meaning.partition(':')[0]}." for each in found)


def headline(chart: ProcessChart, caption: Caption) -> str:
    """Say what the latest whole period of a series came to."""
    lead = f"{caption.measure}, {format_member(chart.member)}" if chart.member else caption.measure
    last = chart.latest
    if last is None:
        return lead
    finding = _FINDINGS[VariationType(chart.variation)] if chart.variation else ""
    return f"{lead}: {chart.format_value(last['value'])} in {format_period(last)}{finding}"


def describe_series(chart: ProcessChart, caption: Caption) -> str:
    """Say what a series shows: the latest, its span, limits, signals, target, gaps and breaks."""
    return " ".join([*_series(chart, caption), *caption.footnotes])


def _series(chart: ProcessChart, caption: Caption) -> Iterator[str]:
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
    last = chart.latest
    if last is not None:
        number = f"{chart.format_value(last['value'])}{unit_suffix(chart.unit)}"
        yield f"The latest is {number} in {format_period(last)}{_year_before(chart, last)}."
    yield from _extremes(known, chart.format_value)
    if chart.marker or last is None:
        yield f"No process limits: {chart.reason}"
    else:
        yield from _limits(chart, last)
    for target in chart.targets:
        until = f" to {_day(target.until)}" if target.until else ""
        yield f"The target from {_day(target.since)}{until} is {chart.format_value(target.value)}."
    if chart.assurance and last is not None:
        yield f"Against the target of {chart.format_value(last['target'])}: {chart.assurance}."
    yield from chart.notes


def describe_no_number(chart: ProcessChart) -> str:
    """Say why there is nothing to draw of a series."""
    reasons = chart.frame["excluded_reason"].unique(maintain_order=True).to_list()
    return f"No number to show: {'; '.join(reasons)}."


def _year_before(chart: ProcessChart, last: Mapping[str, Any]) -> str:
    """Set the latest number beside that of a year before, of the same side of any break."""
    end = last["period_end"]
    before = chart.frame.filter(
        pl.col("period_start").dt.year() == last["period_start"].year - 1,
        pl.col("period_start").dt.month() == last["period_start"].month,
        pl.col("period_end").dt.month() == end.month,
        pl.col("segment") == last["segment"],
        pl.col("excluded_reason") == "",
    )
    if before.is_empty():
        return ""
    row = before.row(0, named=True)
    then, now = chart.format_value(row["value"]), chart.format_value(last["value"])
    if then == now:
        return f", as in {format_period(row)}"
    way = "up" if last["value"] > row["value"] else "down"
    return f", {way} from {then} in {format_period(row)}"


def _extremes(known: pl.DataFrame, format_value: Formatter) -> Iterator[str]:
    rows = known.to_dicts()
    if len(rows) < 2:
        return
    low, high = (pick(rows, key=lambda row: row["value"]) for pick in (min, max))
    if format_value(low["value"]) == format_value(high["value"]):
        yield f"Every number is {format_value(low['value'])}."
        return
    yield (
        f"The highest is {format_cell(high, format_value)} in {format_period(high)} and the lowest "
        f"{format_cell(low, format_value)} in {format_period(low)}."
    )


def _limits(chart: ProcessChart, last: Mapping[str, Any]) -> Iterator[str]:
    limits = f"{chart.format_value(last['lower'])} to {chart.format_value(last['upper'])}"
    yield f"Routine variation is {limits}, about a mean of {chart.format_value(last['mean'])}."
    rules = [words for rule, words in SIGNAL_RULES.items() if last[rule]]
    if rules:
        yield f"The latest is {' and '.join(rules)}."
    if chart.signals.is_empty():
        yield "No point shows a special cause."
    frame = chart.frame.with_row_index("at")
    for variation, words in _SIGNALS.items():
        rows = frame.filter(pl.col("variation") == variation.value)
        if rows.height:
            runs = _runs(rows.to_dicts())
            more = f"the latest of {rows.height} points, " if len(runs) > _RUNS else ""
            yield f"{words}: {more}{'; '.join(runs[-_RUNS:])}."


def _runs(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return periods in words, neighbours put together."""
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


def _day(iso: str) -> str:
    return format_date(date.fromisoformat(iso))


def describe_members(
    rows: Sequence[dict[str, Any]],
    whole: dict[str, Any] | None,
    *,
    by: str,
    lead: str,
    format_value: Formatter,
    unit: str,
) -> str:
    """Say what the members of a breakdown come to: the whole, the highest, the lowest, the rest."""
    said = [f"Dot chart. {lead}."]
    if whole is not None:
        suffix = unit_suffix(unit) if whole["value"] is not None else ""
        said.append(f"Whole force: {format_cell(whole, format_value)}{suffix}.")
    known = [each for each in rows if each["value"] is not None]
    ranked = sorted(
        (each for each in known if each[by] != UNKNOWN), key=lambda each: -float(each["value"])
    )
    ranked += [each for each in known if each[by] == UNKNOWN]
    if ranked:
        listed = (f"{each[by]} {_with_interval(each, format_value)}" for each in ranked)
        said.append(f"From the highest: {', '.join(listed)}.")
    for marker in dict.fromkeys(each["marker"] for each in rows if each["value"] is None):
        names = [each[by] for each in rows if each["value"] is None and each["marker"] == marker]
        why = Marker(marker or Marker.NOT_AVAILABLE.value).meaning
        said.append(f"No number for {', '.join(names)}: {why}.")
    return " ".join(said)


def _with_interval(row: dict[str, Any], format_value: Formatter) -> str:
    value = format_cell(row, format_value)
    if row["lower"] is None or row["upper"] is None:
        return value
    return f"{value} (95% interval {format_value(row['lower'])} to {format_value(row['upper'])})"


def describe_years(
    lead: str,
    runs: Sequence[tuple[str, Sequence[dict[str, Any]]]],
    format_value: Formatter,
    unit: str,
    missing: str,
) -> str:
    """Say how the latest financial year goes beside the one before.

    Args:
        lead: what the picture is of.
        runs: each year and its points, the latest year first.
        format_value: how a number is written.
        unit: what one is one of.
        missing: why the year before is not drawn; empty where it is.
    """
    said = [f"Line chart. {lead}."]
    for year, points in runs:
        listed = (f"{each['name']} {format_cell(each, format_value)}" for each in points)
        said.append(
            f"{year}{unit_suffix(unit) and ' in' + unit_suffix(unit)}: {', '.join(listed)}."
        )
    if len(runs) > 1:
        now, before = ({p["name"]: p["value"] for p in run if not p["hollow"]} for _, run in runs)
        both = [(value, before[name]) for name, value in now.items() if name in before]
        above = sum(value > then for value, then in both)
        below = sum(value < then for value, then in both)
        said.append(
            f"Of the {len(both)} whole periods with a number in both years, {above} "
            f"{'is' if above == 1 else 'are'} above the year before and {below} below."
        )
    if missing:
        said.append(missing)
    return " ".join(said)


def describe_small_multiples(
    lead: str, panels: Sequence[tuple[str, Sequence[dict[str, Any]]]], format_value: Formatter
) -> str:
    """Say from what to what each member of a breakdown went, each with its own small chart."""
    said = [f"Small line charts on one scale. {lead}."]
    for name, rows in panels:
        known = [each for each in rows if each["value"] is not None]
        if not known:
            why = dict.fromkeys(Marker(each["marker"] or "[x]").meaning for each in rows)
            said.append(f"{name}: no number ({'; '.join(why)}).")
            continue
        first, last = known[0], known[-1]
        ends = f"{format_cell(first, format_value)} in {format_period(first)}"
        if first is not last:
            ends += f", {format_cell(last, format_value)} in {format_period(last)}"
        gaps = len(rows) - len(known)
        without = (
            f"; {gaps} {'period' if gaps == 1 else 'periods'} without a number" if gaps else ""
        )
        said.append(f"{name}: {ends}{without}.")
    return " ".join(said)
