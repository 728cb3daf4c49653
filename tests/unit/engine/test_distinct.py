"""Keys are encoded and counted without collisions."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import Column, Contract
from swm_kpi.engine.execution.distinct import count_distinct, duplicates, encode_keys

LOADED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Bill(Contract):
    """One row per bill."""

    bill_id = Column(str, unique=True, description="The key.")


IDS = st.lists(st.sampled_from(["a", "b", "c", "A", " a", None]), max_size=12)


@pytest.mark.slow
@LOADED
@given(IDS)
def test_validation_counts_each_repetition_of_a_key(ids: list[str | None]) -> None:
    report = kpi.validate(pl.DataFrame({"bill_id": ids}, schema={"bill_id": pl.String}), Bill)
    known = [bill_id for bill_id in ids if bill_id is not None]
    broken = {violation.rule: violation.rows for violation in report.violations}
    assert broken.get("is not unique", 0) == len(known) - len(set(known))


@pytest.mark.slow
@LOADED
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=40),
    st.sampled_from([1, 2**32, 2**61]),
)
def test_entities_are_distinguished_by_both_hashes(
    rows: list[tuple[int, int, bool]], by: int
) -> None:
    """The hashes differ in their low or high bits, and one or both of them may be equal."""
    first = np.array([low * by for low, _, _ in rows], dtype=np.uint64)
    second = np.array([high for _, high, _ in rows], dtype=np.uint64)
    known = np.array([is_known for _, _, is_known in rows], dtype=bool)
    codes = encode_keys(first, second, known).tolist()
    assert [code == -1 for code in codes] == [not is_known for is_known in known]
    pairs = {
        (low, high, code) for (low, high, _), code in zip(rows, codes, strict=True) if code >= 0
    }
    assert len(pairs) == len({pair[:2] for pair in pairs}) == len({pair[2] for pair in pairs})
    assert count_distinct(first, second) == len({(low, high) for low, high, _ in rows})
    hashes = [low * by for low, _, _ in rows]
    assert duplicates(first).tolist() == sorted({x for x in hashes if hashes.count(x) > 1})
