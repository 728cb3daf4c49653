"""Run a metric's worked examples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import polars as pl

from swm_kpi.contracts import ContractType
from swm_kpi.engine.compute import compute
from swm_kpi.engine.input.encode import polars_type
from swm_kpi.errors import Problem, SwmKpiError
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.examples import Example, parse_pipe_table
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Basis


def example_frame(text: str, contract: ContractType) -> pl.DataFrame:
    """Return a pipe table as a frame with the contract's types."""
    rows = parse_pipe_table(text, contract)
    header = [cell.strip() for cell in text.strip().splitlines()[0].strip().strip("|").split("|")]
    schema = {name: polars_type(contract.columns[name]) for name in header}
    return pl.DataFrame(rows, schema=schema)


def compute_example(metric: Metric, example: Example) -> dict[str, float | None]:
    """Return what each measure the example expects comes to, on its own tables."""
    first = next(iter(metric.contracts.values()))
    period = example.computed_period
    frames = {
        name: example_frame(text, metric.contracts[name])
        for name, text in example.tables(first).items()
    }
    result = compute(
        [metric],
        frames,
        periods=[period],
        coverage=dict.fromkeys(frames, (period.start, period.end)),
        catalogue=Catalogue([]),
    )
    rows = result.to_polars().to_dicts()
    proxies = {each.key for each in metric.measures if each.basis is Basis.FORCE}
    found: dict[str, float | None] = {}
    for row in rows:
        # Where both bases were computed, an example is of the force's own measure.
        if row["measure"] in found and row["basis"] == "proxy" and row["measure"] in proxies:
            continue
        found[row["measure"]] = row["value"]
    return found


def check_examples(metric: Metric) -> Iterator[Problem]:
    """Yield a problem for each example that does not come to what it expects."""
    for number, example in enumerate(metric.examples, start=1):
        subject, field = f"Metric {metric.ref}", f"example {number}"
        try:
            found = compute_example(metric, example)
        except SwmKpiError as error:
            yield Problem(subject, field, f"it does not compute: {error}", "Mend its table")
            continue
        for key, expected in example.expect.items():
            if not _same(found.get(key), expected):
                rule = f"{key} comes to {found.get(key)}, not {expected}"
                yield Problem(subject, field, rule, "Mend the definition or the example")


def _same(found: Any, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
