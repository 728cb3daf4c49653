"""Intervals are computed for many measures at once."""

from __future__ import annotations

import numpy as np

import swm_kpi as kpi
from swm_kpi import Metric, Proportion, Rate, SumProduct
from swm_kpi.engine.output.intervals import intervals_of
from swm_kpi.measures import Cells


def test_intervals_computed_in_a_batch_equal_those_computed_separately() -> None:
    """Two rates of one kind may have different scales."""
    metrics = [entry for entry in kpi.catalogue() if isinstance(entry, Metric)]
    measures = [measure for metric in metrics for measure in metric.measures]
    assert {Rate, Proportion, SumProduct} <= {type(measure) for measure in measures}
    random = np.random.default_rng(1)
    batch = []
    for measure in measures:
        whole = random.integers(1, 50, (4, 3)).astype(float)
        part = np.minimum(random.integers(0, 50, (4, 3)), whole)
        value = np.where(random.random((4, 3)) < 0.2, np.nan, part / whole)
        batch.append((measure, Cells(value, part, whole, trials=whole, events=part)))
    for interval, pair in zip(intervals_of(batch), batch, strict=True):
        (expected,) = intervals_of([pair])
        assert (interval is None) == (expected is None)
        if interval is not None and expected is not None:
            np.testing.assert_array_equal(interval, expected)
