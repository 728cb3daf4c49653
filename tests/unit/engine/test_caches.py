"""Objects that a dashboard caches or sends to another process are copied without a change.

Caches and process pools copy by pickle. No test reads a pickle from a file.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from multiprocessing.reduction import ForkingPickler
from typing import Any

import pytest

import swm_kpi as kpi

MONTHS = kpi.periods("2023-04-01", "2025-03-31", grain="month")
POLICY = kpi.DisclosurePolicy(exempt={"53": "Response times are about no person."})


@cache
def incidents() -> Any:
    return kpi.synthetic.generate_force("2023-04-01", "2025-03-31", scale=0.01, seed=1)["incident"]


@cache
def response_times() -> kpi.Result:
    return kpi.compute(["53"], {"incident": incidents()}, periods=MONTHS, by=["lpa"])


@cache
def validated() -> Any:
    return kpi.validate(incidents(), "incident").table


def error_of(request: Callable[[], object]) -> kpi.SwmKpiError:
    with pytest.raises(kpi.SwmKpiError) as caught:
        request()
    return caught.value


def compute_broken_table() -> object:
    wrong = incidents().assign(lpa="Sherwood")
    return kpi.compute(["53"], {"incident": wrong}, periods=MONTHS[:1], by=["lpa"])


ERRORS: dict[str, Callable[[], object]] = {
    "contract": compute_broken_table,
    "definition": lambda: kpi.Metric(ref="?"),  # type: ignore[call-arg]
    "period": lambda: kpi.compute(["53"], {"incident": validated()}, periods=["2024/26"]),
    "request": lambda: kpi.compute(["999"], {"incident": validated()}, periods=MONTHS),
    "input": lambda: kpi.validate(3, "incident"),
}
OBJECTS: dict[str, Callable[[], Any]] = {
    "validated table": validated,
    "protected": lambda: response_times().protect(POLICY),
    "chart": lambda: response_times().plot(),
    "policy": lambda: POLICY,
    "process chart": lambda: response_times().spc(
        response_times().entries["53"].metric.headline_measure.key
    ),
    "provenance": lambda: response_times().provenance,
    "report": lambda: kpi.validate(incidents().assign(lpa="Sherwood"), "incident"),
    "result": response_times,
}
COPIES = {
    "pickle": lambda value: ForkingPickler.loads(ForkingPickler.dumps(value)),
    "deep copy": copy.deepcopy,
}


@pytest.mark.parametrize("method", COPIES)
@pytest.mark.parametrize("name", OBJECTS)
def test_a_copy_equals_the_original(name: str, method: str) -> None:
    if name == "chart":
        pytest.importorskip("altair")
    original = OBJECTS[name]()
    copied = COPIES[method](original)
    assert type(copied) is type(original)
    assert repr(copied) == repr(original)


@pytest.mark.parametrize("method", COPIES)
def test_a_copied_result_has_the_same_numbers_policy_and_provenance(method: str) -> None:
    for result in (response_times(), response_times().protect(POLICY)):
        copied = COPIES[method](result)
        assert copied.to_polars().equals(result.to_polars())
        assert copied.policy == result.policy
        assert copied.provenance == result.provenance
        expected = result.compare("previous_year").to_polars()
        assert copied.compare("previous_year").to_polars().equals(expected)


@pytest.mark.parametrize("method", COPIES)
@pytest.mark.parametrize("name", ERRORS)
def test_a_copied_error_has_the_same_message_problems_and_reports(name: str, method: str) -> None:
    error = error_of(ERRORS[name])
    copied = COPIES[method](error)
    assert type(copied) is type(error)
    assert str(copied) == str(error)
    assert getattr(copied, "problems", None) == getattr(error, "problems", None)
    assert getattr(copied, "reports", None) == getattr(error, "reports", None)


def compute_in_worker(table: Any) -> kpi.Result:
    return kpi.compute(["53"], {"incident": table}, periods=MONTHS, by=["lpa"])


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_worker_process_returns_the_same_result_and_the_same_error() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = pool.submit(compute_in_worker, validated()).result()
        assert result.to_polars().equals(response_times().to_polars())
        assert result.provenance == response_times().provenance
        with pytest.raises(kpi.ContractError, match="is not in the closed list"):
            pool.submit(compute_in_worker, incidents().assign(lpa="Sherwood")).result()
