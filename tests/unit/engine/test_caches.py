"""What a dashboard keeps: results and all that comes of them cross processes, and come back whole.

Caches and pools of processes copy by pickle. Nothing here is read from a file.
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
POLICY = kpi.DisclosurePolicy(exempt={"53": "Times of response are about no person."})


@cache
def incidents() -> Any:
    return kpi.synthetic.generate_force("2023-04-01", "2025-03-31", scale=0.01, seed=1)["incident"]


@cache
def computed() -> kpi.Result:
    return kpi.compute(["53"], {"incident": incidents()}, periods=MONTHS, by=["lpa"])


@cache
def checked() -> Any:
    return kpi.validate(incidents(), "incident").table


def refused(ask: Callable[[], object]) -> kpi.SwmKpiError:
    with pytest.raises(kpi.SwmKpiError) as caught:
        ask()
    return caught.value


def broken() -> object:
    wrong = incidents().assign(lpa="Sherwood")
    return kpi.compute(["53"], {"incident": wrong}, periods=MONTHS[:1], by=["lpa"])


ERRORS: dict[str, Callable[[], object]] = {
    "contract": broken,
    "definition": lambda: kpi.Metric(ref="?"),  # type: ignore[call-arg]
    "period": lambda: kpi.compute(["53"], {"incident": checked()}, periods=["2024/26"]),
    "request": lambda: kpi.compute(["999"], {"incident": checked()}, periods=MONTHS),
    "input": lambda: kpi.validate(3, "incident"),
}
KEPT: dict[str, Callable[[], Any]] = {
    "checked table": checked,
    "protected": lambda: computed().protect(POLICY),
    "picture": lambda: computed().plot(),
    "policy": lambda: POLICY,
    "process chart": lambda: computed().spc(computed().entries["53"].metric.headline_measure.key),
    "provenance": lambda: computed().provenance,
    "report": lambda: kpi.validate(incidents().assign(lpa="Sherwood"), "incident"),
    "result": computed,
}
COPIES = {
    "sent": lambda kept: ForkingPickler.loads(ForkingPickler.dumps(kept)),
    "copied": copy.deepcopy,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kept", KEPT)
def test_what_is_kept_comes_back_as_it_was(kept: str, how: str) -> None:
    if kept == "picture":
        pytest.importorskip("altair")
    data = KEPT[kept]()
    copied = COPIES[how](data)
    assert type(copied) is type(data)
    assert repr(copied) == repr(data)


@pytest.mark.parametrize("how", COPIES)
def test_a_kept_result_has_the_numbers_the_policy_and_where_they_came_from(how: str) -> None:
    for data in (computed(), computed().protect(POLICY)):
        copied = COPIES[how](data)
        assert copied.to_polars().equals(data.to_polars())
        assert copied.policy == data.policy
        assert copied.provenance == data.provenance
        assert (
            copied.compare("previous_year")
            .to_polars()
            .equals(data.compare("previous_year").to_polars())
        )


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("wrong", ERRORS)
def test_an_error_crosses_from_another_process_with_all_its_words(wrong: str, how: str) -> None:
    data = refused(ERRORS[wrong])
    copied = COPIES[how](data)
    assert type(copied) is type(data)
    assert str(copied) == str(data)
    assert getattr(copied, "problems", None) == getattr(data, "problems", None)
    assert getattr(copied, "reports", None) == getattr(data, "reports", None)


def at_work(table: Any) -> kpi.Result:
    return kpi.compute(["53"], {"incident": table}, periods=MONTHS, by=["lpa"])


def test_other_processes_compute_the_same_and_their_errors_are_ours() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = pool.submit(at_work, checked()).result()
        assert result.to_polars().equals(computed().to_polars())
        assert result.provenance == computed().provenance
        with pytest.raises(kpi.ContractError, match="is not in the closed list"):
            pool.submit(at_work, incidents().assign(lpa="Sherwood")).result()
