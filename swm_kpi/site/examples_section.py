"""The section of a metric's page with its worked examples: the rows, and the calculation."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import assert_never

from swm_kpi.formatting import MINUS, format_number, is_percentage, unit_of_number
from swm_kpi.measures import (
    AddedRows,
    AverageOfRows,
    AverageOfSnapshots,
    DifferenceOfSums,
    DistinctValues,
    Measure,
    QuotientOfColumns,
    QuotientOfInputs,
    ShareOfRows,
)
from swm_kpi.model.metric import Metric
from swm_kpi.site.example_evaluation import (
    ComputedValue,
    CountedRows,
    ExampleEvaluation,
    adds_up_to,
)
from swm_kpi.site.markdown import heading
from swm_kpi.site.markup import Html, join, nowrap, paragraph, table, tag
from swm_kpi.site.status import label
from swm_kpi.vocabulary import Marker, Unit

# More amounts than this are shown as their sum.
_MAX_AMOUNTS = 12
# A calculation of at most this many characters stays on one line.
_MAX_UNBROKEN = 14
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")


def build_examples_section(metric: Metric) -> Iterator[Html]:
    """Yield the blocks of the section.

    Raises:
        SwmKpiError: an example cannot be computed.
    """
    has_other_areas = any(
        dimension.is_area and dimension.members != declared.members
        for dimension, declared in zip(
            metric.dimensions, metric.as_declared.dimensions, strict=True
        )
    )
    metric = metric.as_declared
    yield heading("Worked examples")
    areas = (
        " The areas in them are those of the plan, and not this force’s." if has_other_areas else ""
    )
    yield paragraph(
        "These rows are invented. Each example is also a test: a version of the library is "
        f"released only if it computes these results.{areas}"
    )
    for number, example in enumerate(metric.examples, start=1):
        evaluation = ExampleEvaluation(metric, example)
        purpose = "a case that is easy to get wrong" if example.edge_case else "how it is counted"
        yield heading(f"Example {number}: {purpose}", level=3)
        for text in (example.edge_case, example.description):
            if text:
                yield paragraph(text, class_="inset" if example.edge_case else None)
        for name in evaluation.pipe_tables:
            yield _build_rows_table(evaluation, name, number)
        yield _build_results_table(evaluation, number)


def _build_rows_table(evaluation: ExampleEvaluation, name: str, number: int) -> Html:
    header, rows = pipe_cells(evaluation.pipe_tables[name])
    headings = ["Row", *(column.replace("_", " ") for column in header)]
    body: list[list[object]] = [
        [f"{row_number}", *map(format_cell, row)] for row_number, row in enumerate(rows, start=1)
    ]
    verdicts = evaluation.verdicts(name)
    if verdicts is not None:
        headings.insert(1, "Does it count?")
        for cells, verdict in zip(body, verdicts, strict=True):
            cells.insert(1, _verdict_label(verdict))
    caption = f"Example {number}: rows of the {name} table, for {evaluation.period.label}"
    return table(caption, headings, body)


def pipe_cells(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a pipe table, as text."""
    lines = [line.strip() for line in text.strip().splitlines()]
    header, *rows = (
        [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]
        for line in lines
        if set(line) - set("|-: ")
    )
    return header, rows


def format_cell(text: str) -> Html:
    """Return a cell, in which no date breaks at its hyphens."""
    if not text:
        return tag("span", "empty", class_="empty")
    return join((nowrap(word) if _DATE.match(word) else word for word in text.split()), " ")


def _verdict_label(verdict: str) -> Html:
    words, _, reason = verdict.partition(":")
    if words == "Counts":
        return label("tick", "good", words)
    if words == "In the total only":
        return label("list", "plain", words)
    return join([label("cross", "plain", words), tag("small", reason.strip())])


def _build_results_table(evaluation: ExampleEvaluation, number: int) -> Html:
    rows = []
    for measure in evaluation.measures:
        counted, calculation = describe_calculation(evaluation, measure)
        if len(calculation) <= _MAX_UNBROKEN:
            calculation = nowrap(calculation)
        value = evaluation.values[measure.key, measure.basis]
        rows.append((measure.title, counted, calculation, _format_result(measure, value)))
    return table(f"Example {number}: results", ("Measure", "Rows", "Calculation", "Result"), rows)


def _format_result(measure: Measure, computed: ComputedValue) -> Html:
    unit = measure.resolved_unit
    if unit is Unit.TEXT:
        return join([tag("strong", computed.marker or "none"), "a text, not a number"], " ")
    if computed.value is None:
        meaning = Marker(computed.marker).meaning if computed.marker else "no number"
        return join([tag("strong", computed.marker or "none"), meaning], " ")
    if is_percentage(unit):
        number = format_number(computed.value, unit)
    elif unit is Unit.POUNDS:
        number = f"{MINUS if computed.value < 0 else ''}£{_format_plain(abs(computed.value))}"
    else:
        number = _format_plain(round(computed.value, 4))
    shows_unit = is_percentage(unit) or unit in (Unit.POUNDS, Unit.RATIO)
    unit_text = "" if shows_unit else unit_of_number(number, unit.value)
    return join([tag("strong", number), *filter(None, (unit_text, computed.marker))], " ")


def describe_calculation(evaluation: ExampleEvaluation, measure: Measure) -> tuple[str, str]:
    """Return which rows of an example a measure counts, and how its value follows from them.

    Both are text, such as ``Rows 1 to 3`` and ``1 + 1 + 1``. The first is empty where single rows
    do not show it. Both are empty where neither does.
    """
    value = evaluation.values[measure.key, measure.basis]
    match measure.arithmetic:
        case AddedRows(statistic=role):
            rows = evaluation.counted_rows(measure.statistics[role])
            if rows is not None and adds_up_to(rows, value.value):
                return _format_rows(rows.numbers), _format_sum(rows)
        case DistinctValues(statistic=role, column=column):
            rows = evaluation.counted_rows(measure.statistics[role])
            if rows is None or value.value is None or not adds_up_to(rows, value.value):
                return "", ""
            noun = "value" if value.value == 1 else "values"
            count = f"{_format_plain(value.value)} different {noun} of {column}"
            return _format_rows(rows.numbers), count
        case ShareOfRows() as share:
            return _describe_share_rows(evaluation, measure, share), _format_quotient(value)
        case AverageOfRows() as average:
            return _describe_average(evaluation, measure, average)
        case AverageOfSnapshots(statistic=role):
            rows = evaluation.counted_rows(measure.statistics[role])
            if rows is not None and value.denominator and value.value is not None:
                if not adds_up_to(rows, value.value * value.denominator):
                    return "", ""
                noun = "snapshot" if value.denominator == 1 else "snapshots"
                snapshots = f"{_format_plain(value.denominator)} {noun}"
                total = _format_sum(rows, brackets=True)
                return _format_rows(rows.numbers), f"{total} ÷ {snapshots}"
        case DifferenceOfSums(minuend=minuend, subtrahend=subtrahend):
            first = evaluation.counted_rows(measure.statistics[minuend])
            second = evaluation.counted_rows(measure.statistics[subtrahend])
            if first is not None and second is not None:
                sums = (_format_sum(rows, brackets=True) for rows in (first, second))
                return _format_rows(first.numbers), f" {MINUS} ".join(sums)
        case QuotientOfInputs() as quotient:
            return _describe_quotient(evaluation, measure, quotient)
        case QuotientOfColumns():
            pass
        case _ as arithmetic:
            assert_never(arithmetic)
    return "", _format_quotient(value)


def _describe_share_rows(
    evaluation: ExampleEvaluation, measure: Measure, share: ShareOfRows
) -> str:
    """Return the rows in the numerator and the denominator; empty if they do not agree with it."""
    value = evaluation.values[measure.key, measure.basis]
    part = evaluation.counted_rows(measure.statistics[share.part])
    whole = evaluation.counted_rows(measure.statistics[share.whole])
    undecided: CountedRows | None = CountedRows((), ())
    if share.undecided:
        undecided = evaluation.counted_rows(measure.statistics[share.undecided])
    if part is None or whole is None or undecided is None or not adds_up_to(part, value.numerator):
        return ""
    if math.fsum(whole.amounts) - len(undecided.numbers) != value.denominator:
        return ""
    decided = tuple(number for number in whole.numbers if number not in undecided.numbers)
    return f"{_format_rows(part.numbers)}, out of {_format_rows(decided).lower()}"


def _describe_average(
    evaluation: ExampleEvaluation, measure: Measure, average: AverageOfRows
) -> tuple[str, str]:
    value = evaluation.values[measure.key, measure.basis]
    rows = evaluation.counted_rows(measure.statistics[average.statistic])
    if rows is None or value.denominator != len(rows.numbers):
        return "", ""
    amounts = tuple(amount / average.divisor for amount in rows.amounts)
    if not amounts:
        return "No row", ""
    if average.is_mean:
        total = _format_sum(CountedRows(rows.numbers, amounts), brackets=True)
        return _format_rows(rows.numbers), f"{total} ÷ {len(amounts)}"
    listed = ", ".join(map(_format_plain, sorted(amounts)))
    return _format_rows(rows.numbers), f"The {average.name} of {listed}"


def _describe_quotient(
    evaluation: ExampleEvaluation, measure: Measure, quotient: QuotientOfInputs
) -> tuple[str, str]:
    value = evaluation.values[measure.key, measure.basis]
    metric = evaluation.metric
    numerator = metric.measure(quotient.numerator, measure.basis).title
    denominator = quotient.people
    if quotient.denominator:
        denominator = metric.measure(quotient.denominator, measure.basis).title.lower()
    calculation = _format_quotient(value)
    if calculation and quotient.scale != 1:
        calculation += f" × {quotient.scale:,}"
    return f"{numerator} ÷ {denominator}", calculation


def _format_quotient(value: ComputedValue) -> str:
    if value.numerator is None or value.denominator is None:
        return ""
    return f"{_format_plain(value.numerator)} ÷ {_format_plain(value.denominator)}"


def _format_sum(rows: CountedRows, *, brackets: bool = False) -> str:
    if not rows.amounts:
        return "0"
    if len(rows.amounts) > _MAX_AMOUNTS:
        return _format_plain(sum(rows.amounts))
    text = " + ".join(map(_format_plain, rows.amounts))
    return f"({text})" if brackets and len(rows.amounts) > 1 else text


def _format_plain(number: float) -> str:
    return f"{number:,.10g}".replace("-", MINUS)


def _format_rows(numbers: Sequence[int]) -> str:
    if not numbers:
        return "No row"
    if len(numbers) == 1:
        return f"Row {numbers[0]}"
    if list(numbers) == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 2:
        return f"Rows {numbers[0]} to {numbers[-1]}"
    return f"Rows {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
