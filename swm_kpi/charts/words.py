"""What a picture shows, said in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from swm_kpi.charts.story import Story, story_of
from swm_kpi.contracts import UNKNOWN
from swm_kpi.numbers import counted
from swm_kpi.vocabulary import Unit


def text_alternative(
    frame: pl.DataFrame, title: str, *, by: str = "lpa", by_title: str = "Local Policing Area"
) -> str:
    """Say in a sentence or two what the chart of a measure shows.

    Args:
        frame: the rows of one measure of a result.
        title: what the measure is called.
        by: the breakdown drawn.
        by_title: what readers call it.

    Raises:
        RequestError: the rows are of several measures, or have no number.
    """
    story = story_of(frame, str(frame["unit"][0]), by)
    first, last = story.total[_like(story)], story.total[story.latest]
    if first.value is None or last.value is None:
        return ""
    unit = counted(story.unit)
    lead = f"{title}: it was {story.say(first.value)}{unit} for the whole force in {first.name}"
    if first is last:
        said = f"{lead}, the only period with a number."
    else:
        change = _change(first.value, last.value, story)
        said = f"{lead} and {story.say(last.value)} in {last.name}, {change}."
    if last.provisional:
        said += " That period is provisional."
    known = [each for each in story.members if each.value is not None and each.name != UNKNOWN]
    if len(known) > 1:
        most = max(each.value for each in known if each.value is not None)
        least = min(each.value for each in known if each.value is not None)
        if most == least:
            said += f" In {last.name} every {by_title} had {story.say(most)}."
        else:
            top = [each.name for each in known if each.value == most]
            verb, each_of = ("s were", " each") if len(top) > 1 else (" was", "")
            said += f" In {last.name} the highest {by_title}{verb} {_listed(top)} "
            said += f"({story.say(most)}{each_of})."
    return said


def _like(story: Story) -> int:
    """Return the position of the earliest period of the same season as the latest, else of any.

    A summer quarter is not set against a winter one where years of both are there.
    """
    seen = [at for at, each in enumerate(story.total) if each.value is not None]
    ends = story.periods["period_end"].to_list()
    alike = [at for at in seen if ends[at].month == ends[story.latest].month]
    return seen[0] if alike[0] == story.latest else alike[0]


def _change(first: float, last: float, story: Story) -> str:
    if story.say(first) == story.say(last):
        return "about the same"
    way = "up" if last > first else "down"
    if story.unit == Unit.PROPORTION:
        points = f"{abs(last - first) * 100:.1f}"
        return f"{way} {points} percentage point{'' if points == '1.0' else 's'}"
    if first <= 0 or last < 0:
        return f"{way} {story.say(abs(last - first))}"
    share = abs(last - first) / first
    return f"{way} {share:.0%}" if share >= 0.01 else f"{way} less than 1%"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
