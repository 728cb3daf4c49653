"""Tests of the changes of many rows, by the kind of their measures.

All rows of one test are computed together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from swm_kpi.analysis.comparison.compared_periods import ComparedPeriods
from swm_kpi.analysis.comparison.pooling import RowNumbers
from swm_kpi.analysis.comparison.series import Series, Variation
from swm_kpi.analysis.comparison.verdict import Verdict, verdict_of
from swm_kpi.calendar import Period
from swm_kpi.measures import Additivity, ChangeTest, ResultColumn
from swm_kpi.vocabulary import Direction, Grain

_TREND_YEARS = {Grain.MONTH: 2, Grain.QUARTER: 2, Grain.YEAR: 8}
"""How many years of a stock its trend is fitted to."""
_FEW_PERIODS = (
    "There are too few earlier periods to estimate how much the number varies: only chance is "
    "allowed for, and the evidence is weak at most."
)
_OVERLAP = "Neighbouring rolling 12 months share eleven of their months."
_OTHER_WAY = "The latest number has not moved the way of the trend."
_SEASONAL = "The number follows the time of year. Compare it with the year before."


@dataclass(frozen=True)
class ChangeAnswer:
    """What a test says of one change.

    Attributes:
        verdict: whether a change is shown.
        reason: how it was tested, or why it cannot be.
        change: the current number less the earlier one, at the current number of days.
        lower, upper: the 95% interval of the change.
        p_value: the p-value of no change.
        caveats: what to be careful of, in sentences.
    """

    verdict: Verdict = Verdict.CANNOT_TELL
    reason: str = ""
    change: float | None = None
    lower: float | None = None
    upper: float | None = None
    p_value: float | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangeQuestion:
    """One change to test.

    Attributes:
        series: the series.
        direction: which way is better.
        periods: the periods on both sides.
        current, previous: the numbers of those periods that have any.
        value, previous_value: the pooled numbers.
    """

    series: Series
    direction: Direction
    periods: ComparedPeriods
    current: Sequence[RowNumbers]
    previous: Sequence[RowNumbers]
    value: float
    previous_value: float

    @property
    def variation(self) -> Variation:
        """How much the series varies."""
        return self.series.variation

    @property
    def current_rows(self) -> list[tuple[Period, RowNumbers]]:
        """The current periods with their numbers."""
        return list(zip(self.periods.current, self.current, strict=True))

    @property
    def previous_rows(self) -> list[tuple[Period, RowNumbers]]:
        """The earlier periods with their numbers."""
        return list(zip(self.periods.previous, self.previous, strict=True))

    @property
    def is_same_season(self) -> bool:
        """Whether both sides are of the same time of year."""
        current, previous = self.periods.current[0], self.periods.previous[0]
        return (current.first_month - previous.first_month) % 12 == 0

    @property
    def dispersion(self) -> tuple[float, float]:
        """The dispersion of the sums on both sides, and its degrees of freedom."""
        longest = max(len(self.current), 1 if self.periods.is_average else len(self.previous))
        return self.variation.of_sum(longest, is_same_season=self.is_same_season)


@dataclass(frozen=True)
class _Inputs:
    """The questions of one test that have an answer, with the numbers that the test takes."""

    places: list[int] = field(default_factory=list)
    rows: list[tuple[float, ...]] = field(default_factory=list)

    def add(self, place: int, *numbers: float) -> None:
        self.places.append(place)
        self.rows.append(numbers)


def answer_questions(questions: Sequence[ChangeQuestion]) -> list[ChangeAnswer]:
    """Return the answer to each question."""
    answers = [_obstacle(question) for question in questions]
    inputs: dict[ChangeTest, _Inputs] = {}
    for place, question in enumerate(questions):
        if answers[place] is not None:
            continue
        numbers = _INPUTS[question.series.change_test](question)
        if isinstance(numbers, str):
            answers[place] = ChangeAnswer(reason=numbers)
        else:
            inputs.setdefault(question.series.change_test, _Inputs()).add(place, *numbers)
    for test, rows in inputs.items():
        if test is ChangeTest.TREND:
            _answer_trends(questions, rows, answers)
        else:
            _answer(test, questions, rows, answers)
    return [answer or ChangeAnswer() for answer in answers]


def _obstacle(question: ChangeQuestion) -> ChangeAnswer | None:
    """Return the answer to a question that needs no test, or None."""
    series = question.series
    if series.change_test is ChangeTest.NONE:
        return ChangeAnswer(reason=series.no_test_reason)
    if question.variation.is_seasonal and not question.is_same_season:
        return ChangeAnswer(reason=_SEASONAL)
    return None


def _event_rates(question: ChangeQuestion) -> tuple[float, ...] | str:
    sides = []
    for rows in (question.current_rows, question.previous_rows):
        events = [question.series.events(row) for _, row in rows]
        exposures = [question.series.exposure(period, row) for period, row in rows]
        if None in events or not all(exposures):
            return "The number of events, or of people, is not known."
        sides += [sum(filter(None, events)), sum(filter(None, exposures))]
    now, exposure, before, previous_exposure = sides
    unit = 1.0
    if question.series.measure.process_limits.count is not ResultColumn.VALUE:
        periods = len(question.previous) if question.periods.is_average else 1
        unit = (
            question.value / now
            if now
            else question.previous_value * periods / before
            if before
            else 1.0
        )
    return now, before, exposure, previous_exposure, unit


def _shares(question: ChangeQuestion) -> tuple[float, ...] | str:
    sides: list[float] = []
    for rows in (question.current_rows, question.previous_rows):
        known = [share for _, row in rows if (share := question.series.share(row)) is not None]
        if not known:
            return "The number of cases is not known."
        sides += [sum(cases for cases, _ in known), sum(total for _, total in known)]
    return tuple(sides)


def _estimates(question: ChangeQuestion) -> tuple[float, ...] | str:
    if len(question.current) > 1 or len(question.previous) > 1:
        return "The interval of a median of several periods is not known."
    numbers: list[float] = []
    for row in (*question.current, *question.previous):
        if row.value is None or row.lower is None or row.upper is None:
            return "There are too few cases for an interval."
        numbers += [row.value, row.lower, row.upper]
    return tuple(numbers)


def _period_variation(question: ChangeQuestion) -> tuple[float, ...] | str:
    if question.series.grain is Grain.ROLLING_12:
        return f"There is no measure of its variation. {_OVERLAP}"
    if not question.variation.is_estimated:
        return "There are too few earlier periods to know how much the number varies."
    current, previous = question.periods.current, question.periods.previous
    days = sum(question.series.days(period) for period in current) / len(current)
    previous_days = sum(question.series.days(period) for period in previous) / len(previous)
    is_additive = question.series.measure.additivity is Additivity.ADDITIVE
    count = len(current) if is_additive else 1
    previous_count = len(previous) if is_additive and not question.periods.is_average else 1
    return (
        question.value / count / days,
        question.previous_value / previous_count / previous_days,
        question.dispersion[0] ** 0.5,
        question.dispersion[1],
        float(len(current)),
        float(len(previous)),
        count * days,
    )


def _trend(question: ChangeQuestion) -> tuple[float, ...] | str:
    from swm_kpi.statistics import MIN_TREND_POINTS

    series = question.series
    years = _TREND_YEARS.get(series.grain)
    if years is None:
        return f"The trend of a stock is not judged from them. {_OVERLAP}"
    last = question.periods.current[-1]
    first_month = last.last_month - 12 * years
    points = [
        (period, row)
        for period, row in series.usable(date.min, last.stop)
        if period.first_month > first_month
    ]
    if len(points) < MIN_TREND_POINTS:
        return f"A trend needs {MIN_TREND_POINTS} periods, and there are {len(points)}."
    step = series.grain.months
    start = points[0][0].first_month
    places = tuple(float((period.first_month - start) // step) for period, _ in points)
    values = tuple(float(row.value or 0) for _, row in points)
    return (float(len(points)), *places, *values)


def _no_test(question: ChangeQuestion) -> str:
    return question.series.no_test_reason


_INPUTS: dict[ChangeTest, Callable[[ChangeQuestion], tuple[float, ...] | str]] = {
    ChangeTest.EVENT_RATES: _event_rates,
    ChangeTest.SHARES: _shares,
    ChangeTest.SURVEY_SHARES: _shares,
    ChangeTest.ESTIMATES: _estimates,
    ChangeTest.PERIOD_VARIATION: _period_variation,
    ChangeTest.TREND: _trend,
    ChangeTest.NONE: _no_test,
}


def _answer(
    test: ChangeTest,
    questions: Sequence[ChangeQuestion],
    inputs: _Inputs,
    answers: list[ChangeAnswer | None],
) -> None:
    """Answer the questions of one test together."""
    import numpy as np

    from swm_kpi.statistics import (
        Dispersion,
        Estimate,
        estimate_change,
        rate_change,
        share_change,
        spread_change,
    )

    tested = [questions[place] for place in inputs.places]
    numbers = np.array(inputs.rows, dtype=np.float64).T
    dispersion = Dispersion(
        np.array([item.dispersion[0] for item in tested]),
        np.array([item.dispersion[1] or np.inf for item in tested]),
    )
    unit = np.ones(len(tested))
    match test:
        case ChangeTest.EVENT_RATES:
            *counts, unit = numbers
            changes = rate_change(*counts, dispersion=dispersion)
        case ChangeTest.SHARES | ChangeTest.SURVEY_SHARES:
            changes = share_change(*numbers, dispersion=dispersion)
        case ChangeTest.ESTIMATES:
            sides = Estimate(*numbers[:3]), Estimate(*numbers[3:])
            changes = estimate_change(*sides, dispersion=dispersion)
        case ChangeTest.PERIOD_VARIATION:
            now, before, deviation, degrees, count, previous_count, unit = numbers
            changes = spread_change(
                now,
                before,
                deviation,
                degrees,
                current_periods=count,
                previous_periods=previous_count,
            )
        case ChangeTest.TREND | ChangeTest.NONE:
            raise ValueError(f"{test} is not answered together")
        case _:
            assert_never(test)
    for place, question, size, *numbers_of_change in zip(
        inputs.places, tested, unit.tolist(), *(column.tolist() for column in changes), strict=True
    ):
        change, lower, upper, p_value = numbers_of_change
        answers[place] = ChangeAnswer(
            verdict_of(change, p_value, question.direction),
            _sentence(test),
            change * size,
            lower * size,
            upper * size,
            p_value,
            _caveats(question),
        )


def _answer_trends(
    questions: Sequence[ChangeQuestion], inputs: _Inputs, answers: list[ChangeAnswer | None]
) -> None:
    """Answer the questions about stocks: those with the same periods together."""
    import numpy as np

    from swm_kpi.statistics import linear_trend

    by_positions: dict[tuple[float, ...], list[tuple[int, tuple[float, ...]]]] = {}
    for place, (count, *numbers) in zip(inputs.places, inputs.rows, strict=True):
        positions = tuple(numbers[: int(count)])
        by_positions.setdefault(positions, []).append((place, tuple(numbers[int(count) :])))
    for positions, items in by_positions.items():
        trend = linear_trend(np.array([values for _, values in items]), positions)
        rows = zip(*(column.tolist() for column in trend), strict=True)
        for (place, _), (slope, lower, upper, p_value) in zip(items, rows, strict=True):
            question = questions[place]
            step = question.series.grain.months
            current, previous = question.periods.current[-1], question.periods.previous[-1]
            length = (current.first_month - previous.first_month) / step
            is_same_way = (question.value - question.previous_value) * slope > 0
            verdict = verdict_of(slope, p_value, question.direction)
            reason = _sentence(ChangeTest.TREND)
            if not is_same_way and verdict is not Verdict.NO_CHANGE_SHOWN:
                verdict, reason = Verdict.NO_CHANGE_SHOWN, f"{reason} {_OTHER_WAY}"
            answers[place] = ChangeAnswer(
                verdict,
                reason,
                slope * length,
                lower * length,
                upper * length,
                p_value,
                ("The change is that of the trend over the time compared.",),
            )


def _sentence(test: ChangeTest) -> str:
    return f"{test.value}."


def _caveats(question: ChangeQuestion) -> tuple[str, ...]:
    caveats = []
    if not question.variation.is_estimated:
        caveats.append(_FEW_PERIODS)
    if question.variation.autocorrelation:
        caveats.append("Neighbouring periods are alike, and the test allows for it.")
    return tuple(caveats)
