"""Inputs that failed in fuzzing before, and a short run of every target of ``tests/fuzz``."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import SEEDS, TARGETS

# The problem, and the target and input that showed it.
FIXED_FAILURES = {
    "a whole number too large for any number type": (
        "expressions",
        b"\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff",
    ),
    "whole numbers compared with a column of fractions": (
        "expressions",
        b"\x01>>>>>>>>>\x00\x00\x00\x07\x07\xa6\x05\x00",
    ),
}


@pytest.mark.parametrize("problem", FIXED_FAILURES)
def test_a_fixed_failure_stays_fixed(problem: str) -> None:
    target, content = FIXED_FAILURES[problem]
    TARGETS[target](content)


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_passes(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_seeds_pass(name: str) -> None:
    """Replace some bytes of a seed, as a fuzzer does first."""

    @settings(max_examples=50, deadline=None, derandomize=True)
    @given(st.sampled_from(SEEDS[name]), st.integers(0, 200), st.binary(max_size=12))
    def passes(seed: bytes, position: int, replacement: bytes) -> None:
        TARGETS[name](seed[:position] + replacement + seed[position + len(replacement) :])

    passes()
