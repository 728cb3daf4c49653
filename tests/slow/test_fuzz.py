"""What fuzzing found, for good; and the targets of ``tests/fuzz``, tried a little on every run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import SEEDS, TARGETS

# What each find was, and the bytes that led to it.
FINDS = {
    "a whole number too large for any number type": (
        "expressions",
        b"\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff",
    ),
    "whole numbers looked for in a column of fractions": (
        "expressions",
        b"\x01>>>>>>>>>\x00\x00\x00\x07\x07\xa6\x05\x00",
    ),
}


@pytest.mark.parametrize("find", FINDS)
def test_what_was_found_is_mended(find: str) -> None:
    name, given = FINDS[find]
    TARGETS[name](given)


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_ends_well(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_seeds_end_well(name: str) -> None:
    """A seed with some of its bytes replaced, as a fuzzer would begin."""

    @settings(max_examples=50, deadline=None, derandomize=True)
    @given(st.sampled_from(SEEDS[name]), st.integers(0, 200), st.binary(max_size=12))
    def ends_well(seed: bytes, at: int, put: bytes) -> None:
        TARGETS[name](seed[:at] + put + seed[at + len(put) :])

    ends_well()
