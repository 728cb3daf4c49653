"""Compares the members of a breakdown with their average, by the kind of the measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.analysis.members.funnel import (
    MAX_P_VALUE,
    Funnel,
    MemberJudgement,
    limits_of_size,
)
from swm_kpi.analysis.members.member_rows import MemberRows, select_member_rows
from swm_kpi.analysis.members.population import (
    NO_POPULATION,
    UNIT_OF_RATE,
    check_population,
    divide_by_people,
)
from swm_kpi.calendar import Period
from swm_kpi.measures import ChangeTest, QuotientOfMeasures
from swm_kpi.statistics import (
    MIN_MEMBERS_FOR_SPREAD,
    FunnelLimits,
    Homogeneity,
    Overdispersion,
    funnel_position,
    homogeneity_of_estimates,
    homogeneity_of_rates,
    homogeneity_of_shares,
    rate_overdispersion,
    share_overdispersion,
)
from swm_kpi.vocabulary import Direction, Grain, Marker

_NOT_COMPARED = (Marker.PROVISIONAL.value, Marker.LOW_RELIABILITY.value)
_LIMITS = FunnelLimits._fields
_ANSWERS = "effective answers"
_PERIOD_ENDS = ("period_start", "period_end")


@dataclass(frozen=True)
class _Sizes:
    """The members that are compared, as arrays in the order of the list.

    Attributes:
        cases: the numerators; the effective number of favourable answers of a survey.
        sizes: the cases, effective answers or people that they are divided by.
        slack: by how much rounding for disclosure control can have moved each count.
        scale: the number of people of a rate; None for a share.
    """

    cases: NDArray[np.float64]
    sizes: NDArray[np.float64]
    slack: NDArray[np.float64]
    scale: float | None

    @property
    def average(self) -> float:
        """The average of the members, weighted by their size."""
        return float(self.cases.sum() / self.sizes.sum()) * (self.scale or 1.0)

    @property
    def cautious(self) -> NDArray[np.float64]:
        """The counts, each as near to the average as its rounding allows."""
        expected = self.sizes * self.average / (self.scale or 1.0)
        distance = self.cases - expected
        kept = np.maximum(np.abs(distance) - self.slack, 0)
        return np.asarray(expected + np.sign(distance) * kept)

    @property
    def values(self) -> NDArray[np.float64]:
        """The values of the cautious counts."""
        return np.asarray(self.cautious / self.sizes * (self.scale or 1.0))

    def test(self) -> Homogeneity:
        """Return the test of whether they differ at all."""
        counts = self.cautious
        if self.scale is None:
            return homogeneity_of_shares(np.minimum(counts, self.sizes), self.sizes)
        return homogeneity_of_rates(counts, self.sizes)

    def overdispersion(self) -> Overdispersion:
        """Return how much they differ beyond chance."""
        counts = self.cautious
        if self.scale is None:
            return share_overdispersion(np.minimum(counts, self.sizes), self.sizes)
        return rate_overdispersion(counts, self.sizes, self.scale)

    def limits(self, spread: float = 0.0) -> FunnelLimits:
        """Return the limits around the average."""
        return limits_of_size(self.sizes, self.average, self.scale, spread)


@dataclass
class _Columns:
    """What the comparison says of each member, in the order of its rows."""

    reasons: list[str]
    positions: list[str | None] = field(default_factory=list)
    sizes: list[float | None] = field(default_factory=list)
    limits: dict[str, list[float | None]] = field(default_factory=dict)


def build_funnel(
    series: MeasureSeries,
    *,
    by: str,
    by_title: str,
    period: str | None,
    members: Sequence[str] | None,
    population: Mapping[str, float] | None,
    per: int,
    policy: str,
    rounding_base: int,
) -> Funnel:
    """Return the members of a breakdown, compared with their average.

    Args:
        series: the rows of the measure.
        by: the breakdown.
        by_title: its title.
        period: the label of the period; None for the latest complete one.
        members: the members to compare; None for all.
        population: the people of each member, for a count of events.
        per: the number of people of the rates that these give.
        policy: the disclosure policy that protects the numbers; empty if none does.
        rounding_base: the number that counts are rounded to a multiple of.

    Returns:
        The comparison. If members of this kind cannot be compared, it has a marker and a reason.

    Raises:
        RequestError: the breakdown, the period or a member does not exist, or the measure is not a
            count that can be divided by people.
    """
    selected = select_member_rows(series, by, period, members)
    scale, title, unit = _scale(series), series.measure.title, series.unit
    if population is not None:
        people = check_population(series.measure, population, per)
        selected = divide_by_people(selected, people, per)
        scale, title = float(per), f"{title} per {per:,} people"
        unit = UNIT_OF_RATE[per].value
    any_row = selected.any_row
    total = None if selected.total is None else selected.total["value"]
    columns = _Columns([_reason(row) for row in selected.rows])
    funnel = Funnel(
        ref=series.ref,
        measure=series.measure.key,
        basis=series.measure.basis.value,
        title=title,
        by=by,
        by_title=by_title,
        period=Period(
            Grain(any_row["grain"]), any_row["period_start"], any_row["period_end"]
        ).words,
        unit=unit,
        direction=series.direction,
        average=None,
        test=None,
        overdispersion=None,
        is_adjusted=False,
        has_limits=False,
        marker="",
        reason="",
        notes=(),
        unknown=None if selected.unknown is None else selected.unknown["value"],
        total=total,
        scale=scale,
        size_unit=_size_unit(series, scale),
        frame=pl.DataFrame(),
        policy=policy,
    )
    refusal = "" if population is not None else _refusal(series, by)
    if not refusal and not selected.rows:
        refusal = f"this measure is not broken down by {by_title}."
    if refusal:
        funnel = replace(funnel, marker=Marker.NOT_APPLICABLE.value, reason=refusal)
    elif series.measure.change_test.test is ChangeTest.ESTIMATES and population is None:
        funnel = _compare_estimates(funnel, selected, columns, is_whole=members is None)
    else:
        funnel = _compare_sizes(funnel, selected, columns, rounding_base)
    funnel = replace(funnel, frame=_frame(funnel, selected, columns))
    return replace(funnel, notes=tuple(_notes(funnel, selected, rounding_base)))


def _refusal(series: MeasureSeries, by: str) -> str:
    """Return why members of a measure are never compared; empty if they can be."""
    measure = series.measure
    test = measure.change_test.test
    if any(statistic.total_over == by for statistic in measure.statistics.values()):
        return "the shares of a breakdown add up to 1, so each depends on the others."
    match test:
        case ChangeTest.SHARES | ChangeTest.SURVEY_SHARES | ChangeTest.ESTIMATES:
            return ""
        case ChangeTest.EVENT_RATES if _scale(series) is None:
            return (
                "a count of a member says how large it is. Compare a rate, such as per 1,000 "
                "people, or a share."
            )
        case ChangeTest.EVENT_RATES:
            inputs = {part.change_test.test for part in series.parts}
            if inputs == {ChangeTest.EVENT_RATES}:
                return ""
            return "what it counts is not separate events, so no limits of chance apply."
        case ChangeTest.NONE:
            return measure.change_test.refusal[:1].lower() + measure.change_test.refusal[1:]
        case ChangeTest.TREND:
            return "a stock carries over from period to period, so it has no limits of chance."
        case ChangeTest.PERIOD_VARIATION:
            return "nothing states how far chance moves a value of this kind."
        case _:
            assert_never(test)


def _scale(series: MeasureSeries) -> float | None:
    """Return the number of people of a rate of events; None for another kind."""
    match series.measure.change_test.test, series.measure.disclosure:
        case ChangeTest.EVENT_RATES, QuotientOfMeasures(scale):
            return float(scale)
        case _:
            return None


def _size_unit(series: MeasureSeries, scale: float | None) -> str:
    """Return what the sizes of the members count."""
    if series.measure.change_test.test is ChangeTest.SURVEY_SHARES:
        return _ANSWERS
    return "cases" if scale is None else "people"


def _reason(row: dict[str, Any]) -> str:
    """Return why a member cannot be compared; empty if it can."""
    if row["numerator"] is not None and row["denominator"] is None and row["value"] is None:
        return NO_POPULATION
    if row["value"] is None or row["marker"] in _NOT_COMPARED:
        return Marker(row["marker"] or Marker.NOT_AVAILABLE.value).meaning
    return ""


def _compare_sizes(
    funnel: Funnel, selected: MemberRows, columns: _Columns, rounding_base: int
) -> Funnel:
    """Compare shares or rates by limits of their size."""
    is_survey = funnel.size_unit == _ANSWERS
    size_name = "effective_answers" if is_survey else "denominator"
    for at, row in enumerate(selected.rows):
        if not columns.reasons[at] and not (row["numerator"] is not None and row[size_name]):
            columns.reasons[at] = "the numbers that it is divided from are not shown"
        elif not columns.reasons[at] and row["numerator"] < 0:
            columns.reasons[at] = "its count is below zero, because of corrections"
    rows = [row for row, reason in zip(selected.rows, columns.reasons, strict=True) if not reason]
    if len(rows) < 2:
        return _without_comparison(funnel, len(rows), columns)
    scale = funnel.scale
    sizes = np.array([row[size_name] for row in rows], dtype=np.float64)
    cases = np.array([row["numerator"] for row in rows], dtype=np.float64)
    if is_survey:
        cases = sizes * np.array([row["value"] for row in rows], dtype=np.float64)
    slack = np.zeros(len(rows))
    if rounding_base > 1:
        # Half the base for the count, and for a share its part of half the base of the cases.
        share = cases.sum() / sizes.sum() if scale is None else 0.0
        slack += rounding_base / 2 * (1 + share)
    compared = _Sizes(cases, sizes, slack, scale)
    test = compared.test()
    dispersion = compared.overdispersion() if len(rows) >= MIN_MEMBERS_FOR_SPREAD else None
    plain = compared.limits()
    is_adjusted = False
    limits = plain
    adjusted = None
    if dispersion is not None:
        adjusted = compared.limits(dispersion.spread)
        is_adjusted = test.p_value < MAX_P_VALUE and dispersion.spread > 0
        limits = adjusted if is_adjusted else plain
    positions = iter(funnel_position(compared.values, limits).tolist())
    columns.positions = [None if reason else next(positions) for reason in columns.reasons]
    in_order = iter(sizes.tolist())
    columns.sizes = [None if reason else next(in_order) for reason in columns.reasons]
    columns.limits = _spread_out(plain, "", columns.reasons)
    if adjusted is not None:
        columns.limits |= _spread_out(adjusted, "adjusted_", columns.reasons)
    return replace(
        funnel,
        average=compared.average,
        test=test,
        overdispersion=dispersion,
        is_adjusted=is_adjusted,
        has_limits=True,
    )


def _compare_estimates(
    funnel: Funnel, selected: MemberRows, columns: _Columns, *, is_whole: bool
) -> Funnel:
    """Compare medians or percentiles with that of the whole, by their own intervals."""
    for at, row in enumerate(selected.rows):
        if not columns.reasons[at] and (row["lower"] is None or row["upper"] is None):
            few = "it has no interval, because it has few cases"
            hidden = "its interval is not shown, to protect people who could be identified"
            columns.reasons[at] = hidden if funnel.policy else few
        elif not columns.reasons[at] and row["upper"] <= row["lower"]:
            columns.reasons[at] = "its interval has no width"
    rows = [row for row, reason in zip(selected.rows, columns.reasons, strict=True) if not reason]
    if len(rows) < 2:
        return _without_comparison(funnel, len(rows), columns)
    names = ("value", "lower", "upper")
    test = homogeneity_of_estimates(*([row[name] for row in rows] for name in names))
    average = funnel.total if is_whole else None
    columns.positions = [
        None if reason or average is None else _side(row, average)
        for row, reason in zip(selected.rows, columns.reasons, strict=True)
    ]
    if average is None:
        columns.reasons = [
            reason or "the median of these members together is not known"
            for reason in columns.reasons
        ]
    return replace(funnel, average=average, test=test)


def _side(row: dict[str, Any], average: float) -> str:
    if row["lower"] > average:
        return "above 95%"
    return "below 95%" if row["upper"] < average else "within"


def _without_comparison(funnel: Funnel, compared: int, columns: _Columns) -> Funnel:
    members = "no member has" if compared == 0 else "only 1 member has"
    reason = f"{members} a number to compare."
    columns.reasons = [text or reason.rstrip(".") for text in columns.reasons]
    return replace(funnel, marker=Marker.NOT_AVAILABLE.value, reason=reason)


def _spread_out(
    limits: FunnelLimits, prefix: str, reasons: Sequence[str]
) -> dict[str, list[float | None]]:
    """Return the limits by column, with nothing for members that are not compared."""
    columns = {}
    for name, numbers in limits._asdict().items():
        values = iter(numbers.tolist())
        columns[prefix + name] = [None if reason else next(values) for reason in reasons]
    return columns


def _notes(funnel: Funnel, selected: MemberRows, rounding_base: int) -> Iterator[str]:
    """Yield what a reader needs beside the comparison."""
    if funnel.test is not None:
        compared = funnel.test.degrees + 1
        if not funnel.differs:
            yield (
                "Chance alone can make differences as large as these, so no member is picked out."
            )
        elif funnel.has_limits:
            expected = round(compared * 0.05)
            lie = "1 lies" if expected == 1 else f"{expected} lie"
            if expected:
                yield f"Of {compared} members about {lie} outside the 95% limits by chance."
        if funnel.is_adjusted:
            yield (
                "The members differ by more than chance, so the limits are wider than chance: they "
                "show which members differ from what is usual among them."
            )
        elif funnel.has_limits and compared < MIN_MEMBERS_FOR_SPREAD and funnel.differs:
            yield (
                f"With fewer than {MIN_MEMBERS_FOR_SPREAD} members the limits allow for chance "
                "alone, not for other differences between members."
            )
        yield (
            "A difference is a reason to ask why. It does not say who does well: members differ in "
            "the people they serve and in what is recorded."
        )
    if rounding_base > 1:
        yield (
            f"About: counts are rounded to {rounding_base}. A member is picked out only if it "
            "would be for every count that rounds to the one shown."
        )
    if funnel.policy and any(row["marker"] == Marker.CONFIDENTIAL.value for row in selected.rows):
        yield "Suppressed members are in neither the average nor the test."
    if funnel.unknown is not None:
        shown = funnel.number_format.text_with_unit(funnel.unknown)
        yield f"Unknown is not a member: {shown}."


def _frame(funnel: Funnel, selected: MemberRows, columns: _Columns) -> pl.DataFrame:
    """Return the table of the comparison: see ``Funnel.to_polars``."""
    count = len(selected.rows)
    positions = columns.positions or [None] * count
    reasons = columns.reasons
    if funnel.marker:
        reasons = [reason or funnel.reason.rstrip(".") for reason in reasons]
    judgements = [
        _judgement(position, funnel.direction, differs=funnel.differs) for position in positions
    ]
    names = ("ref", "metric", "measure", "basis", "grain", "period", "period_start", "period_end")
    numbers = ("value", "numerator", "denominator", "lower", "upper")

    def column(name: str) -> list[Any]:
        return [row[name] for row in selected.rows]

    limit_names = [prefix + name for prefix in ("", "adjusted_") for name in _LIMITS]
    floats = {name: column(name) for name in numbers}
    floats["size"] = columns.sizes or [None] * count
    floats["average"] = [funnel.average] * count
    floats |= {name: columns.limits.get(name, [None] * count) for name in limit_names}
    table: dict[str, Any] = {name: column(name) for name in (*names, selected.by)}
    table |= {name: pl.Series(values, dtype=pl.Float64) for name, values in floats.items()}
    texts = {
        "unit": [funnel.unit] * count,
        "marker": [row["marker"] or "" for row in selected.rows],
        "position": positions,
        "judgement": [judgement for judgement, _ in judgements],
        "evidence": [evidence for _, evidence in judgements],
        "reason": reasons,
    }
    table |= {name: pl.Series(values, dtype=pl.String) for name, values in texts.items()}
    order = [*names, selected.by, "value", "unit", "numerator", "denominator", "marker", "size"]
    order += ["lower", "upper", "average", *limit_names]
    return pl.DataFrame(table).select(*order, "position", "judgement", "evidence", "reason")


def _judgement(position: str | None, direction: Direction, *, differs: bool) -> tuple[str, str]:
    """Return the judgement of a member and its evidence."""
    if position is None:
        return MemberJudgement.CANNOT_TELL.value, ""
    if position == "within" or not differs:
        return MemberJudgement.NOT_SHOWN.value, ""
    evidence = "strong" if position.endswith("99.8%") else "weak"
    is_high = position.startswith("above")
    if direction is Direction.NEUTRAL:
        judgement = MemberJudgement.HIGHER if is_high else MemberJudgement.LOWER
    else:
        is_better = is_high == (direction is Direction.HIGHER_IS_BETTER)
        judgement = MemberJudgement.BETTER if is_better else MemberJudgement.WORSE
    return judgement.value, evidence
