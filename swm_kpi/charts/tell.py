"""What a picture shows, for whoever does not see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from swm_kpi.contracts import UNKNOWN
from swm_kpi.numbers import counted
from swm_kpi.process import Nature, ProcessChart
from swm_kpi.vocabulary import Marker, Unit

_NAMED = 4


def tell_series(chart: ProcessChart, title: str) -> str:
    """Say what a series shows: its span, the latest, limits, signals, target, gaps and breaks."""
    return " ".join(_series(chart, title))


def _series(chart: ProcessChart, title: str) -> Iterator[str]:
    frame = chart.frame
    who = ", ".join(chart.member.values()) or "the whole force"
    first, last = frame["period"][0], frame["period"][-1]
    span = f"{first} to {last}" if first != last else first
    yield f"Line chart. {title}, {who}, {span}."
    known = frame.filter(pl.col("value").is_not_null())
    if known.is_empty():
        yield no_number(chart)
        return
    values = known["value"].to_list()
    if len(values) > 1:
        yield f"The values run from {chart.say(min(values))} to {chart.say(max(values))}."
    yield str(chart)
    yield from _signals(chart)


def no_number(chart: ProcessChart) -> str:
    """Say why there is nothing to draw of a series."""
    reasons = chart.frame["left_out"].unique(maintain_order=True).to_list()
    return f"No number to show: {'; '.join(reasons)}."


def _signals(chart: ProcessChart) -> Iterator[str]:
    if chart.marker:
        return
    signals = chart.signals
    if signals.is_empty():
        yield "No point shows a special cause."
        return
    for nature in Nature:
        periods = signals.filter(pl.col("nature") == nature.value)["period"].to_list()
        if periods:
            shown = ", ".join(periods[-_NAMED:])
            lead = f"the latest {_NAMED} of {len(periods)}: " if len(periods) > _NAMED else ""
            yield f"{nature.value[:1].upper()}{nature.value[1:]}: {lead}{shown}."


def kind_of(unit: str) -> str:
    """Return what an axis measures, as a sentence begins."""
    words = "percentage" if unit == Unit.PROPORTION else counted(unit).strip() or unit
    return f"{words[:1].upper()}{words[1:]}"


def markers_in_words(markers: Iterable[str]) -> str:
    """Say what the markers in a picture mean, to go after what stands in its subtitle."""
    found = dict.fromkeys(each for each in markers if each)
    return "".join(f" {each}: {Marker(each).meaning.partition(':')[0]}." for each in found)


def tell_members(
    rows: Sequence[dict[str, Any]],
    whole: dict[str, Any] | None,
    *,
    by: str,
    by_title: str,
    title: str,
    period: str,
    say: Callable[[float], str],
    unit: str,
) -> str:
    """Say what the members of a breakdown come to: the whole, the highest, the lowest, the rest."""
    said = [f"Dot chart. {title}, {period}, by {by_title}."]
    if whole is not None and whole["value"] is not None:
        said.append(f"Whole force: {say(whole['value'])}{counted(unit)}.")
    known = [each for each in rows if each["value"] is not None]
    ranked = sorted(
        (each for each in known if each[by] != UNKNOWN), key=lambda each: -float(each["value"])
    )
    ranked += [each for each in known if each[by] == UNKNOWN]
    if ranked:
        listed = (f"{each[by]} {_with_interval(each, say)}" for each in ranked)
        said.append(f"From the highest: {', '.join(listed)}.")
    for marker in dict.fromkeys(each["marker"] for each in rows if each["value"] is None):
        names = [each[by] for each in rows if each["value"] is None and each["marker"] == marker]
        why = Marker(marker or Marker.NOT_AVAILABLE.value).meaning
        said.append(f"No number for {', '.join(names)}: {why}.")
    if not rows:
        said.append(f"The measure is not broken down by {by_title}.")
    elif not known:
        said.append("Nothing is drawn.")
    return " ".join(said)


def _with_interval(row: dict[str, Any], say: Callable[[float], str]) -> str:
    value = f"{say(row['value'])} {row['marker']}".rstrip()
    if row["lower"] is None or row["upper"] is None:
        return value
    return f"{value} (interval {say(row['lower'])} to {say(row['upper'])})"


def tell_years(
    title: str,
    who: str,
    runs: Sequence[tuple[str, Sequence[dict[str, Any]]]],
    say: Callable[[float], str],
    unit: str,
    missing: str,
) -> str:
    """Say how the latest financial year goes beside the one before.

    Args:
        title: what the picture is called.
        who: whose numbers they are.
        runs: each year and its points, the latest year first.
        say: how a number is written.
        unit: what one is one of.
        missing: why the year before is not drawn; empty where it is.
    """
    said = [f"Line chart. {title}, {who}, by financial year."]
    for year, points in runs:
        listed = (
            f"{each['name']} {say(each['value'])} {each['marker']}".rstrip() for each in points
        )
        said.append(f"{year}{counted(unit) and ' in' + counted(unit)}: {', '.join(listed)}.")
    if len(runs) > 1:
        now, before = ({p["name"]: p["value"] for p in run if not p["hollow"]} for _, run in runs)
        both = [(value, before[name]) for name, value in now.items() if name in before]
        above = sum(value > then for value, then in both)
        below = sum(value < then for value, then in both)
        said.append(
            f"Of {len(both)} whole periods in both years, {above} are above the year before and "
            f"{below} below."
        )
    if missing:
        said.append(missing)
    return " ".join(said)
