"""Worked examples: compute the small tables in a metric's definition, and compare the results."""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars as pl

from swm_kpi.contracts import ContractType
from swm_kpi.engine.compute import compute
from swm_kpi.engine.encoding.encode import polars_type
from swm_kpi.errors import Problem, SwmKpiError
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.examples import Example, parse_pipe_table
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Basis


def example_frame(text: str, contract: ContractType) -> pl.DataFrame:
    """Return a table in pipe syntax as a frame with the contract's types."""
    rows = parse_pipe_table(text, contract)
    header = [cell.strip() for cell in text.strip().splitlines()[0].strip().strip("|").split("|")]
    schema = {name: polars_type(contract.columns[name]) for name in header}
    return pl.DataFrame(rows, schema=schema)


def compute_example(metric: Metric, example: Example) -> dict[str, float | None]:
    """Return the value of each measure, by key, computed from the example's own tables.

    The tables have the areas that the metric was declared with.
    """
    metric = metric.as_declared
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
    force_keys = {measure.key for measure in metric.measures if measure.basis is Basis.FORCE}
    values: dict[str, float | None] = {}
    for row in result.to_polars().to_dicts():
        # Where a measure was computed on both bases, an example states the force's own value.
        is_proxy = row["basis"] == Basis.PROXY and row["measure"] in force_keys
        if row["measure"] in values and is_proxy:
            continue
        values[row["measure"]] = row["value"]
    return values


def check_examples(metric: Metric) -> Iterator[Problem]:
    """Yield a problem for each example whose computed value is not the expected one."""
    for number, example in enumerate(metric.examples, start=1):
        subject, field = f"Metric {metric.ref}", f"example {number}"
        try:
            values = compute_example(metric, example)
        except SwmKpiError as error:
            yield Problem(subject, field, f"it does not compute: {error}", "Fix its table")
            continue
        for key, expected in example.expect.items():
            if not _is_same(values.get(key), expected):
                rule = f"{key} is {values.get(key)}, not {expected}"
                yield Problem(subject, field, rule, "Fix the definition or the example")


def _is_same(value: float | None, expected: float | None) -> bool:
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-12)
