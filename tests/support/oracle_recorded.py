"""What the oracle knows of rows that are undecided, lack a value or name no member.

Everything is counted row by row. Nothing is shared with the engine: like the rest of the oracle,
this module reads only the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from swm_kpi import (
    AverageStock,
    BudgetVariance,
    Column,
    Count,
    Distribution,
    Duration,
    Mean,
    Measure,
    Period,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SumProduct,
    SurveyProportion,
    TextReport,
    Unit,
    Uptime,
)
from swm_kpi.contracts import Recoded
from swm_kpi.expressions import (
    BoolOp,
    Compare,
    Elapsed,
    Expression,
    InRepeatedHour,
    IsIn,
    IsNull,
    IsUnknown,
    Not,
    Product,
    Repeats,
    times_with_readings,
)

if TYPE_CHECKING:
    from tests.support.oracle import Oracle, Row

ALL, UNKNOWN = "All", "Unknown"
Number = int | Fraction


@dataclass
class Recorded:
    """What is not recorded behind one cell.

    Attributes:
        is_missing: whether nothing is decided, so that the cell is ``[x]``.
        is_doubtful: whether too much is unknown, so that it is ``[u]``.
        undecided: rows of which it is not known whether they count.
        without_value: rows that count and lack what is measured.
        least, most: what the value can be; None for no limit.
        is_certain: whether no row can change the value.
    """

    is_missing: bool
    is_doubtful: bool
    undecided: int
    without_value: int
    least: Number | None
    most: Number | None
    is_certain: bool


@dataclass
class Rows:
    """The rows of one cell of a measure, sorted by what is known of them."""

    scope: list[Row]
    counted: list[Row]
    undecided: list[Row]
    unanswered: list[Row]
    lacking: list[Row]

    @property
    def potential(self) -> int:
        return len(self.counted) + len(self.undecided)


def recorded(
    oracle: Oracle, measure: Measure, period: Period, chosen: Mapping[str, str]
) -> Recorded | None:
    """Return what is not recorded behind a cell; None for a text."""
    if isinstance(measure, TextReport):
        return None
    if oracle.has_blank_columns(measure):
        return Recorded(True, False, 0, 0, None, None, True)
    if isinstance(measure, Ratio | Rate):
        return _of_quotient(oracle, measure, period, chosen)
    rows = _rows(oracle, measure, period, chosen)
    value = oracle.computed(measure, period, chosen)[0]
    if rows is None:
        return Recorded(False, False, 0, 0, value, value, True)
    share = Fraction(str(oracle.assumptions.get("max_undecided_share", 0.1)))
    unknown = [(rows.undecided, rows.scope), (rows.unanswered, rows.counted)]
    lacking = (rows.lacking, rows.counted)
    blank = getattr(measure, "blank_means_no", None)
    fillable = _fillable(oracle, measure, period, chosen) if blank is not None else []
    # The column is in use if any row of the total has it.
    total = dict.fromkeys(chosen, ALL)
    everywhere = _fillable(oracle, measure, period, total) if blank is not None else []
    is_blank = bool(fillable) and all(oracle.value(blank, row) is None for row in everywhere)
    is_missing = any(part and len(part) >= len(whole) for part, whole in [*unknown, lacking])
    is_missing |= value is None and any(part for part, _ in [*unknown, lacking])
    is_missing |= is_blank
    compared = [*unknown, lacking]
    is_doubtful = any(len(part) > share * len(whole) for part, whole in compared)
    is_uncertain = any(part for part, _ in compared)
    over = measure.over.key if isinstance(measure, Distribution) else None
    if isinstance(measure, RepeatRate):
        looked_back_on, unknown_before = _looked_back_on(oracle, measure, period)
        is_uncertain |= bool(unknown_before)
        is_doubtful |= unknown_before > share * looked_back_on
    for key, member in chosen.items():
        if member in (ALL, UNKNOWN) or key == over:
            continue
        nowhere = _rows(oracle, measure, period, {**chosen, key: UNKNOWN})
        whole = _rows(oracle, measure, period, {**chosen, key: ALL})
        if nowhere is None or whole is None or not nowhere.potential:
            continue
        is_uncertain = True
        # The rows of a total can be fewer: a snapshot that lacks a member is not in its mean.
        named = any(
            part is not None and part.potential
            for part in (
                _rows(oracle, measure, period, {**chosen, key: name})
                for name in _named_members(oracle, key)
            )
        )
        is_missing |= nowhere.potential >= whole.potential and not named
        is_doubtful |= nowhere.potential > share * whole.potential
    if over is not None and chosen.get(over, ALL) == ALL:
        # The whole of a distribution is 1, whatever is not recorded.
        is_doubtful = is_uncertain = False
    least = most = value
    if is_uncertain:
        least, most = _bounds(oracle, measure, period, chosen, over)
    return Recorded(
        is_missing,
        is_doubtful and value is not None,
        len(rows.undecided) + len(rows.unanswered),
        len(fillable) if is_blank else len(rows.lacking),
        least,
        most,
        not is_uncertain,
    )


def _named_members(oracle: Oracle, key: str) -> list[str]:
    """List the members of a breakdown other than Unknown and All."""
    dimension = next(known for known in oracle.metric.dimensions if known.key == key)
    return oracle.members(dimension)[:-2]


def _looked_back_on(oracle: Oracle, measure: RepeatRate, period: Period) -> tuple[int, int]:
    """Count the rows of the period and the months before it, and those that are not recorded."""
    (months,) = oracle.literals(measure.lookback)
    year, month = divmod(period.first_month - months, 12)
    first = date(year, month + 1, 1)
    scope = unknown = 0
    for row in oracle.judged_by[measure.of.table]:
        day = oracle.value(measure.at, row)
        if day is None or not first <= day.date() <= oracle.last_day(period):
            continue
        parts = _conjuncts(measure.where)
        if all(oracle.truth(part, row) for part in parts if not can_be_unknown(part)):
            scope += 1
        truth = True if measure.where is None else oracle.truth(measure.where, row)
        unknown += truth is None or (truth and oracle.value(measure.who, row) is None)
    return scope, unknown


def _of_quotient(
    oracle: Oracle, measure: Ratio | Rate, period: Period, chosen: Mapping[str, str]
) -> Recorded:
    """Return what the parts of a quotient lack. The same rows are counted once."""
    parts = list(oracle.depends_on(measure))
    of_parts = [_of_part(oracle, part, period, chosen) for part in parts]
    scale = measure.scale if isinstance(measure, Rate) else 1
    least_top, most_top = of_parts[0].least, of_parts[0].most
    if isinstance(measure, Rate):
        people = oracle.computed(measure, period, chosen)[2]
        least_bottom = most_bottom = people
    else:
        least_bottom, most_bottom = of_parts[1].least, of_parts[1].most
    undecided: dict[str, int] = {}
    lacking: dict[str, int] = {}
    lacks_part = isinstance(measure, Rate) and people is None
    for part, known in zip(parts, of_parts, strict=True):
        is_blank = bool(known.undecided or known.without_value)
        lacks_part |= not is_blank and _value_of_part(oracle, part, period, chosen) is None
        undecided[_condition_key(part)] = known.undecided
        lacking[_condition_key(part) + str(_measured(part))] = known.without_value
    most = _divide(most_top, most_bottom if (most_top or 0) < 0 else least_bottom, scale)
    value = oracle.computed(measure, period, chosen)[0]
    if measure.resolved_unit is Unit.PROPORTION and most is not None and value is not None:
        most = min(most, Fraction(1)) if value <= 1 else most
    return Recorded(
        any(known.is_missing for known in of_parts),
        any(known.is_doubtful for known in of_parts),
        0 if lacks_part else sum(undecided.values()),
        0 if lacks_part else sum(lacking.values()),
        _divide(least_top, least_bottom if (least_top or 0) < 0 else most_bottom, scale),
        most,
        all(known.is_certain for known in of_parts),
    )


def _value_of_part(
    oracle: Oracle, part: Measure, period: Period, chosen: Mapping[str, str]
) -> Number | None:
    known = {key: m for key, m in chosen.items() if key in part.contract.dimensions}
    return oracle.computed(part, period, known)[0]


def _of_part(oracle: Oracle, part: Measure, period: Period, chosen: Mapping[str, str]) -> Recorded:
    known = {key: m for key, m in chosen.items() if key in part.contract.dimensions}
    result = recorded(oracle, part, period, known)
    assert result is not None
    return result


def _condition_key(measure: Any) -> str:
    """Name the rows that a measure leaves undecided."""
    return f"{measure.of.table} {measure.at} {measure.where!r}"


def _divide(top: Number | None, bottom: Number | None, scale: int) -> Number | None:
    return None if top is None or not bottom else Fraction(top) / bottom * scale


def _rows(oracle: Oracle, measure: Any, period: Period, chosen: Mapping[str, str]) -> Rows | None:
    """Sort the rows of a cell; None where there is no snapshot."""
    rows = _all_rows(oracle, measure, period, chosen)
    if rows is None:
        return None
    where, answer = _conditions(measure)
    truth = [True if where is None else oracle.truth(where, row) for row in rows]
    counted = [row for row, is_true in zip(rows, truth, strict=True) if is_true]
    undecided = [row for row, is_true in zip(rows, truth, strict=True) if is_true is None]
    certain = [part for part in _conjuncts(where) if not can_be_unknown(part)]
    scope = [row for row in rows if all(oracle.truth(part, row) for part in certain)]
    unanswered = []
    if answer is not None:
        unanswered = [row for row in counted if oracle.truth(answer, row) is None]
    blank = getattr(measure, "blank_means_no", None)
    if blank is not None and answer is not None:
        unanswered = [row for row in unanswered if oracle.value(blank, row) is not None]
    lacking = [
        row
        for row in counted
        if any(oracle.value(term, row) is None for term in _measured(measure))
        or _is_reversed(oracle, measure, row)
    ]
    return Rows(scope, counted, undecided, unanswered, lacking)


def _is_reversed(oracle: Oracle, measure: Any, row: Row) -> bool:
    """Whether a row ends before it starts."""
    match measure:
        case Duration():
            by_clock = measure.unit is Unit.DAYS and measure.start.dtype is datetime
            times = Elapsed(measure.start, measure.end, by_clock)
        case Uptime():
            times = Elapsed(measure.at, measure.until)
        case _:
            return False
    elapsed = oracle.value(times, row)
    return elapsed is not None and elapsed < 0


def _fillable(oracle: Oracle, measure: Any, period: Period, chosen: Mapping[str, str]) -> list[Row]:
    """Return the rows that count whatever is in the column in which a blank means no."""
    where, column = _conditions(measure)[0], measure.blank_means_no
    parts = [part for part in _conjuncts(where) if all(term is not column for term in part.walk())]
    rows = _all_rows(oracle, measure, period, chosen) or []
    return [row for row in rows if all(oracle.truth(part, row) for part in parts)]


def _all_rows(
    oracle: Oracle, measure: Any, period: Period, chosen: Mapping[str, str]
) -> list[Row] | None:
    match measure:
        case PeriodEndStock() | BudgetVariance():
            return oracle.stock_rows(measure, period, chosen)
        case AverageStock():
            snapshots = oracle.complete_snapshots(measure, period, chosen)
            return [row for snapshot in snapshots for row in snapshot]
        case Uptime():
            return oracle.outages_in(measure, period, chosen)
        case Distribution():
            whole = {key: ALL if key == measure.over.key else m for key, m in chosen.items()}
            return oracle.events(measure, period, whole)
        case _:
            return oracle.events(measure, period, chosen)


def _conditions(measure: Any) -> tuple[Expression | None, Expression | None]:
    match measure:
        case Proportion():
            return measure.where, measure.numerator
        case SurveyProportion():
            where = measure.valid if measure.where is None else measure.where & measure.valid
            return where, measure.favourable
        case Duration() if measure.blank_means_no is not None:
            ended = Not(IsNull(measure.blank_means_no))
            return ended if measure.where is None else measure.where & ended, None
        case _:
            return measure.where, None


def _measured(measure: Any) -> list[Any]:
    """List what a row of a measure must have."""
    match measure:
        case Count():
            return [] if measure.distinct is None else [measure.distinct]
        case Sum() | Mean():
            return [measure.value]
        case SumProduct():
            return [measure.amount, measure.factor]
        case PeriodEndStock() | AverageStock():
            return [] if measure.value is None else [measure.value]
        case BudgetVariance():
            return [measure.actual, measure.budget]
        case RepeatRate():
            return [measure.who]
        case Duration():
            return [Elapsed(measure.start, measure.end)]
        case Distribution():
            return [measure.of.dimensions[measure.over.key][1]]
        case Uptime():
            return [measure.system]
        case Proportion() | SurveyProportion() | ReoffendingRate():
            return []
    raise TypeError(f"the oracle does not know what a {measure.kind} measures")


def _conjuncts(where: Expression | None) -> list[Expression]:
    if where is None:
        return []
    return list(where.conditions) if isinstance(where, BoolOp) and where.op == "and" else [where]


def can_be_unknown(expression: Expression) -> bool:
    if isinstance(expression, IsNull | IsUnknown | Repeats | InRepeatedHour):
        return False
    if isinstance(expression, Compare) and times_with_readings(expression):
        return True
    if isinstance(expression, Compare | IsIn) and any(
        isinstance(part, Elapsed) and not part.start.scheduled for part in expression.walk()
    ):
        return True
    if isinstance(expression, Column):
        return expression.nullable
    if isinstance(expression, Recoded):
        return True
    return any(can_be_unknown(part) for part in expression.parts)


def _places(chosen: Mapping[str, str], exempt: str | None) -> Iterator[dict[str, str]]:
    """Yield every cell of rows that may belong to a cell, without the cell itself."""
    real = [key for key, m in chosen.items() if m not in (ALL, UNKNOWN) and key != exempt]
    for members in product(*((chosen[key], UNKNOWN) for key in real)):
        place = {**chosen, **dict(zip(real, members, strict=True))}
        if place != dict(chosen):
            yield place


def _bounds(
    oracle: Oracle,
    measure: Any,
    period: Period,
    chosen: Mapping[str, str],
    exempt: str | None,
) -> tuple[Number | None, Number | None]:
    """Return the least and the most that a value can be, None where there is no limit."""
    places = list(_places(chosen, exempt))
    value = oracle.computed(measure, period, chosen)[0]
    match measure:
        case Duration() | Mean() | BudgetVariance():
            return None, None
        case Uptime():
            unplaced = [_rows(oracle, measure, period, place) for place in places]
            if value is None or any(rows is not None and rows.potential for rows in unplaced):
                return None, None
            here = _rows(oracle, measure, period, chosen)
            if here is not None and here.lacking:
                return None, None
            worst = oracle.computed(_counting_undecided(measure), period, chosen)[0]
            return worst, value
        case Proportion() | SurveyProportion() | ReoffendingRate() | Distribution():
            return _bounds_of_share(oracle, measure, period, [dict(chosen), *places])
        case RepeatRate():
            if measure.as_count:
                return value, None
            return _bounds_of_share(oracle, measure, period, [dict(chosen), *places])[0], None
    amount = _amount(measure)
    if amount is not None and not all(map(_is_never_negative, _measured(measure))):
        return None, None
    most: Number = 0
    has_limit = True
    for place in [dict(chosen), *places]:
        rows = _rows(oracle, measure, period, place)
        if rows is None:
            continue
        computed = oracle.computed(measure, period, place)
        most += computed[0] or 0
        if amount is None:
            maybe: Number = len(rows.undecided) + len(rows.lacking)
        else:
            maybe = oracle.total(amount, rows.undecided)
            has_limit = has_limit and not rows.lacking
        if isinstance(measure, AverageStock):
            maybe = Fraction(maybe) / computed[2] if computed[2] else 0
        most += maybe
    return value or 0, most if has_limit else None


def _bounds_of_share(
    oracle: Oracle, measure: Any, period: Period, places: list[dict[str, str]]
) -> tuple[Number | None, Number | None]:
    yes, no, maybe = [], [], []
    for place in places:
        rows = _rows(oracle, measure, period, place)
        assert rows is not None
        _, top, bottom = oracle.computed(measure, period, place)
        yes.append(top)
        no.append(bottom - top)
        if isinstance(measure, SurveyProportion):
            maybe.append(oracle.exact_total(measure.weight, [*rows.undecided, *rows.unanswered]))
        else:
            maybe.append(len(rows.undecided) + len(rows.unanswered) + len(rows.lacking))
    least = _divide(yes[0], yes[0] + sum(no) + sum(maybe), 1)
    most_in = sum(yes) + sum(maybe)
    return least, _divide(most_in, most_in + no[0], 1)


def _counting_undecided(measure: Uptime) -> Uptime:
    """Return the measure with every outage that is not known to be left out."""
    where = measure.where | IsUnknown(measure.where)
    return measure.model_copy(update={"where": where})


def _amount(measure: Any) -> Any:
    match measure:
        case Sum():
            return measure.value
        case SumProduct():
            return Product(measure.amount, measure.factor)
        case PeriodEndStock() | AverageStock():
            return measure.value
    return None


def _is_never_negative(column: Column) -> bool:
    return any(column.bounds.get(word, -1) >= 0 for word in ("ge", "gt"))
