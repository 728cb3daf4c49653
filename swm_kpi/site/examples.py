"""The worked examples of a metric, as small tables with the sum shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from swm_kpi.contracts import Column
from swm_kpi.formatting import MINUS, format_number
from swm_kpi.measures import (
    AverageStock,
    BudgetVariance,
    Count,
    Duration,
    Measure,
    Proportion,
    Rate,
    Ratio,
    RepeatRate,
)
from swm_kpi.measures.duration import Average
from swm_kpi.measures.statistic import Statistic
from swm_kpi.model.metric import Metric
from swm_kpi.site.context import section
from swm_kpi.site.markup import Html, join, paragraph, table, tag, whole
from swm_kpi.site.status import label
from swm_kpi.site.worked_example import Counted, Found, Working, agrees
from swm_kpi.vocabulary import Marker, Unit

_LISTED, _BRIEF = 12, 14
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")


def examples_section(metric: Metric) -> Iterator[Html]:
    """Yield the blocks that show each example of a metric."""
    yield section("Worked examples")
    yield paragraph(
        "The rows are made up. Each example is also a test: the library must come to these "
        "numbers before a version of it can be released."
    )
    for number, example in enumerate(metric.examples, start=1):
        working = Working(metric, example)
        kind = "A case that is easily got wrong" if example.edge_case else "How it is counted"
        yield section(f"Example {number}: {kind[:1].lower()}{kind[1:]}", level=3)
        for words in (example.edge_case, example.description):
            if words:
                yield paragraph(words, class_="inset" if example.edge_case else None)
        for name in working.texts:
            yield _rows(working, name, number)
        yield _results(working, number)


def _rows(working: Working, name: str, number: int) -> Html:
    lines = [line.strip() for line in working.texts[name].strip().splitlines() if line.strip()]
    lines = [line for line in lines if set(line) - set("|-: ")]
    cells = [
        [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]
        for line in lines
    ]
    verdicts = working.verdicts(name)
    heads = ["Row", *(each.replace("_", " ") for each in cells[0])]
    body: list[list[object]] = [
        [f"{at}", *(_cell(each) for each in row)] for at, row in enumerate(cells[1:], start=1)
    ]
    if verdicts is not None:
        heads.insert(1, "Does it count?")
        for row, verdict in zip(body, verdicts, strict=True):
            row.insert(1, _verdict(verdict))
    caption = f"Example {number}: rows of the table {name}, for {working.period.label}"
    return table(caption, heads, body)


def _cell(text: str) -> Html:
    """Return a cell, in which a date is not broken at its hyphens."""
    if not text:
        return tag("span", "empty", class_="empty")
    return join([whole(each) if _DAY.match(each) else each for each in text.split()], " ")


def _verdict(verdict: str) -> Html:
    word, _, why = verdict.partition(":")
    if word == "Counts":
        return label("yes", "good", word)
    if word == "In the total only":
        return label("list", "plain", word)
    return join([label("no", "plain", word), tag("small", why.strip())])


def _results(working: Working, number: int) -> Html:
    rows = []
    for measure in working.measures:
        which, sums = sum_shown(working, measure)
        kept = whole(sums) if len(sums) <= _BRIEF else sums
        result = _result(measure, working.found[measure.key, measure.basis])
        rows.append((measure.title, which, kept, result))
    heads = ("Measure", "Rows", "Sum", "Result")
    return table(f"Example {number}: what it comes to", heads, rows)


def _result(measure: Measure, found: Found) -> Html:
    if measure.resolved_unit is Unit.TEXT:
        return join([tag("strong", found.marker or "none"), "a text, not a number"], " ")
    if found.value is None:
        said = Marker(found.marker).meaning if found.marker else "no number"
        return join([tag("strong", found.marker or "none"), said], " ")
    unit = measure.resolved_unit
    if unit is Unit.PROPORTION:
        number = format_number(found.value, unit, 1)
    elif unit is Unit.POUNDS:
        number = f"{MINUS if found.value < 0 else ''}£{_plain(abs(found.value))}"
    else:
        number = _plain(round(found.value, 4))
    words = "" if unit in (Unit.PROPORTION, Unit.POUNDS, Unit.RATIO) else unit.value
    return join([tag("strong", number), *filter(None, (words, found.marker))], " ")


def sum_shown(working: Working, measure: Measure) -> tuple[str, str]:
    """Return which rows of an example count towards a measure, and the sum they make, in words.

    Either is empty where it cannot be told from the rows one by one.
    """
    found = working.found[measure.key, measure.basis]
    match measure:
        case Count(distinct=Column() as column):
            return _different(working, measure.statistics["count"], found.value, column)
        case RepeatRate(as_count=True, who=who):
            return _different(working, measure.statistics["again"], found.value, who)
        case RepeatRate():
            return _share(working, measure, found, "again", "people")
        case Proportion():
            return _share(working, measure, found)
        case Duration():
            return _duration(working, measure, found)
        case Ratio(numerator=numerator, denominator=denominator):
            names = {each.key: each.title for each in working.metric.measures}
            return f"{names[numerator]} ÷ {names[denominator].lower()}", _divided(found)
        case Rate(of=of, scale=scale):
            names = {each.key: each.title for each in working.metric.measures}
            if found.numerator is not None and found.denominator is not None:
                sums = f"{_plain(found.numerator)} ÷ {_plain(found.denominator)} × {scale:,}"
                return f"{names[of]} ÷ {measure.per.english()}", sums
        case BudgetVariance():
            actual, budget = (working.counted(measure.statistics[r]) for r in ("actual", "budget"))
            if actual is not None and budget is not None and not measure.relative:
                parts = [_added(each, brackets=True) for each in (actual, budget)]
                return _listed(actual.rows), f" {MINUS} ".join(parts)
        case AverageStock():
            counted = working.counted(measure.statistics["sum"])
            if counted is not None and found.denominator and found.value is not None:
                total = found.value * found.denominator
                sums = f"{_added(counted, brackets=True)} ÷ {_plain(found.denominator)} snapshots"
                return (_listed(counted.rows), sums) if agrees(counted, total) else ("", "")
    for role in ("count", "sum", "total", "stock"):
        statistic = measure.statistics.get(role)
        counted = working.counted(statistic) if statistic is not None else None
        if counted is not None and agrees(counted, found.value):
            return _listed(counted.rows), _added(counted)
    return "", _divided(found)


def _different(
    working: Working, statistic: Statistic, value: float | None, column: Column
) -> tuple[str, str]:
    counted = working.counted(statistic)
    if counted is None or value is None or not agrees(counted, value):
        return "", ""
    return _listed(counted.rows), f"{_plain(value)} different values of {column.english()}"


def _share(
    working: Working,
    measure: Proportion | RepeatRate,
    found: Found,
    over: str = "numerator",
    under: str = "denominator",
) -> tuple[str, str]:
    top = working.counted(measure.statistics[over])
    bottom = working.counted(measure.statistics[under])
    unknown = measure.statistics.get("unknown")
    left_out = working.counted(unknown) if unknown is not None else Counted((), ())
    if top is None or bottom is None or left_out is None or not agrees(top, found.numerator):
        return "", _divided(found)
    decided = tuple(each for each in bottom.rows if each not in left_out.rows)
    if math.fsum(bottom.amounts) - len(left_out.rows) != found.denominator:
        return "", _divided(found)
    return f"{_listed(top.rows)}, out of {_listed(decided).lower()}", _divided(found)


def _duration(working: Working, measure: Duration, found: Found) -> tuple[str, str]:
    seconds = working.counted(measure.statistics["seconds"])
    if seconds is None or found.denominator != len(seconds.rows):
        return "", ""
    scale = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3_600}.get(
        measure.resolved_unit, 86_400
    )
    each = tuple(amount / scale for amount in seconds.amounts)
    if not each:
        return "No row", ""
    if measure.average is Average.MEAN:
        return _listed(
            seconds.rows
        ), f"{_added(Counted(seconds.rows, each), brackets=True)} ÷ {len(each)}"
    values = ", ".join(_plain(value) for value in sorted(each))
    return _listed(seconds.rows), f"The {measure.average.value} of {values}"


def _divided(found: Found) -> str:
    if found.numerator is None or found.denominator is None:
        return ""
    return f"{_plain(found.numerator)} ÷ {_plain(found.denominator)}"


def _added(counted: Counted, *, brackets: bool = False) -> str:
    if not counted.amounts:
        return "0"
    if len(counted.amounts) > _LISTED:
        return f"{_plain(sum(counted.amounts))}"
    words = " + ".join(_plain(each) for each in counted.amounts)
    return f"({words})" if brackets and len(counted.amounts) > 1 else words


def _plain(number: float) -> str:
    return f"{number:,.10g}".replace("-", MINUS)


def _listed(rows: Sequence[int]) -> str:
    if not rows:
        return "No row"
    if len(rows) == 1:
        return f"Row {rows[0]}"
    if list(rows) == list(range(rows[0], rows[-1] + 1)) and len(rows) > 2:
        return f"Rows {rows[0]} to {rows[-1]}"
    return f"Rows {', '.join(map(str, rows[:-1]))} and {rows[-1]}"
