"""An operation, a time alignment or an expression that an engine does not handle is an error.

Each test adds a member that no engine has a case for, and expects an error and never a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.expressions import Condition, Expression
from swm_kpi.measures import Operation, Statistic, TimeAlignment
from tests.support import engines
from tests.support.oracle_cases import AREA, VISIT, Visit, build_metric, compute, to_frame

pytestmark = list(engines.IGNORED_WARNINGS)

YEAR = kpi.periods("2024-04-01", "2025-03-31", grain="quarter")
ROW = {
    "visit_id": "v1",
    "opened_at": datetime(2024, 5, 1),
    "area": "North",
    "cost": 1.0,
    "score": 1,
}
TABLE = to_frame("visit", [{**ROW, "weight": 1.0}])
ENGINES: dict[str, Callable[[], engines.Loader]] = {
    "Polars": lambda: lambda name, rows: rows,
    "DuckDB": lambda: engines.loader("DuckDB"),
}


def new_member(enum: type[StrEnum], value: str) -> Any:
    """Return a member of an enum that no code has a case for."""
    member = str.__new__(enum, value)
    member._name_, member._value_ = value.upper(), value
    return member


def compute_changed(monkeypatch: pytest.MonkeyPatch, engine: str, **changes: Any) -> kpi.Result:
    """Compute a sum with other attributes of its statistic."""
    metric = build_metric(
        [kpi.Sum(key="cost", **VISIT, value=Visit.cost, unit=kpi.Unit.POUNDS)], [AREA]
    )
    (measure,) = metric.measures
    statistics = {
        role: replace(statistic, **changes) for role, statistic in measure.statistics.items()
    }
    assert all(isinstance(statistic, Statistic) for statistic in statistics.values())
    monkeypatch.setattr(kpi.Sum, "statistics", property(lambda _: statistics))
    data = {"visit": ENGINES[engine]()("visit", TABLE)}
    return compute(metric, data, YEAR, [AREA])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_measure_computes_before_it_is_changed(monkeypatch, engine) -> None:
    values = compute_changed(monkeypatch, engine).to_polars()["value"]
    assert values.drop_nulls().sum() == pytest.approx(2)  # in the area and in the total


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("value", [Visit.cost, Visit.score, None])
def test_an_unknown_operation_is_an_error(monkeypatch, engine, value) -> None:
    product = new_member(Operation, "product")
    with pytest.raises((AssertionError, TypeError), match=r"unreachable|product"):
        compute_changed(monkeypatch, engine, operation=product, of=value)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_operation_that_claims_to_add_is_an_error(monkeypatch, engine) -> None:
    """Each backend fails by itself, even where the operation says whether it adds."""
    product = new_member(Operation, "product")
    for is_additive in (True, False):
        monkeypatch.setattr(
            Operation, "is_additive", property(lambda _, answer=is_additive: answer)
        )
        with pytest.raises((AssertionError, TypeError), match=r"unreachable|product"):
            compute_changed(monkeypatch, engine, operation=product)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("alignment", list(TimeAlignment))
def test_an_unknown_operation_is_an_error_however_rows_meet_periods(
    monkeypatch, engine, alignment
) -> None:
    """No alignment has a way past the check of the operation."""
    product = new_member(Operation, "product")
    with pytest.raises((AssertionError, TypeError)):
        compute_changed(
            monkeypatch, engine, operation=product, alignment=alignment, until=Visit.closed_at
        )


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unknown_time_alignment_is_an_error(monkeypatch, engine) -> None:
    with pytest.raises(AssertionError, match="unreachable"):
        compute_changed(monkeypatch, engine, alignment=new_member(TimeAlignment, "fortnight"))


class Unknown(Condition):
    """A condition that no engine has a case for."""

    @property
    def parts(self) -> tuple[Expression, ...]:
        return ()

    def walk(self) -> Iterator[Expression]:
        yield self


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unknown_expression_is_an_error(monkeypatch, engine) -> None:
    with pytest.raises(TypeError, match="Unknown"):
        compute_changed(monkeypatch, engine, where=Unknown())


def test_the_compiler_refuses_an_unknown_expression() -> None:
    for compiler in (Compiler(), Compiler().for_polars()):
        with pytest.raises(TypeError, match="Unknown"):
            compiler(Unknown())
        assert isinstance(Compiler().for_polars()(Visit.flag), pl.Expr)
