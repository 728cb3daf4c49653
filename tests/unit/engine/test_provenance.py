"""Provenance and fingerprints do not depend on the engine, and show no value of a table."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.coverage import Coverage
from swm_kpi.provenance import Provenance, TableRead, fingerprint, library_version

AGGREGATES = {
    "month": [24291, 24292, 24292],
    "lpa": ["Shropshire", None, "Herefordshire"],
    "rows": [3, 1, 2],
    "seconds": [10.5, math.nan, 7.0],
}


def build_provenance(**changes: object) -> Provenance:
    fields: dict[str, object] = {
        "library": "0.1.0",
        "engine": "polars",
        "engine_version": "2.1.0",
        "definitions": {"57": "57@1#12bcd4fa", "15": "15@1#00000000"},
        "as_at": date(2025, 4, 14),
        "periods": ("2024/25 Q1",),
        "breakdowns": ("lpa",),
        "assumptions": {"answer_within_999": 15},
        "coverage": {"contact": Coverage((date(2024, 4, 1), date(2025, 3, 31)))},
        "tables": (
            TableRead("incident", 881, "0" * 16, ("3 rows left out.",), validated=False),
            TableRead("contact", 2684, "f" * 16),
        ),
    }
    return Provenance(**(fields | changes))  # type: ignore[arg-type]


def test_a_fingerprint_does_not_depend_on_order() -> None:
    reversed_aggregates = {name: AGGREGATES[name][::-1] for name in reversed(AGGREGATES)}
    assert fingerprint(AGGREGATES) == fingerprint(reversed_aggregates)
    other = {"day": [1], "rows": [2]}
    assert fingerprint(AGGREGATES, other) == fingerprint(other, AGGREGATES)


@pytest.mark.parametrize(
    "convert",
    [
        lambda name, values: np.array(values, dtype=object),
        lambda name, values: pd.Series(values),
        lambda name, values: pl.Series(values, strict=False),
        lambda name, values: pd.Categorical(values) if name == "lpa" else values,
        lambda name, values: [Decimal(value) for value in values] if name == "rows" else values,
        lambda name, values: np.array(values, dtype=np.int32) if name == "month" else values,
        lambda name, values: [float(value) for value in values] if name == "rows" else values,
    ],
)
def test_a_fingerprint_does_not_depend_on_physical_types(convert) -> None:
    converted = {name: convert(name, values) for name, values in AGGREGATES.items()}
    assert fingerprint(converted) == fingerprint(AGGREGATES)


@pytest.mark.parametrize(
    "days",
    [
        [datetime(2024, 4, 1)],
        np.array(["2024-04-01"], dtype="datetime64[ns]"),
        np.array(["2024-04-01"], dtype="datetime64[D]"),
        pd.Series(pd.to_datetime(["2024-04-01"])),
        pl.Series([date(2024, 4, 1)]),
    ],
)
def test_a_day_has_one_fingerprint_in_every_type(days) -> None:
    assert fingerprint({"day": days}) == fingerprint({"day": [date(2024, 4, 1)]})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("rows", [3, 1, 3]),
        ("seconds", [10.5, 0.0, 7.0]),
        ("seconds", [10.5001, math.nan, 7.0]),
        ("lpa", ["Shropshire", "null", "Herefordshire"]),
        ("lpa", ["Herefordshire", None, "Shropshire"]),
        ("month", [24291, 24292, 24293]),
    ],
)
def test_any_change_of_an_aggregate_changes_the_fingerprint(
    name: str, values: list[object]
) -> None:
    assert fingerprint(AGGREGATES | {name: values}) != fingerprint(AGGREGATES)


def test_a_text_and_a_number_have_different_fingerprints() -> None:
    assert fingerprint({"code": ["7"]}) != fingerprint({"code": [7]})


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        fingerprint({"a": [1, 2], "b": [1]})


@given(
    st.lists(st.floats(0.01, 1e6), min_size=2, max_size=40),
    st.randoms(use_true_random=False),
)
def test_sums_added_in_another_order_have_the_same_fingerprint(numbers, random) -> None:
    shuffled = list(numbers)
    random.shuffle(shuffled)
    first, other = sum(numbers), sum(shuffled)
    if f"{first:.8e}" == f"{other:.8e}":  # a sum between two rounded numbers may round either way
        assert fingerprint({"sum": [first]}) == fingerprint({"sum": [other]})
    assert math.isclose(first, other, rel_tol=1e-9)


def test_a_fingerprint_is_short_and_shows_no_value() -> None:
    digest = fingerprint({"name": ["Zebedee"], "rows": [123456789]})
    assert len(digest) == 16
    assert set(digest) <= set("0123456789abcdef")


def test_provenance_is_frozen_and_sorted() -> None:
    provenance = build_provenance()
    assert [table.name for table in provenance.tables] == ["contact", "incident"]
    assert list(provenance.definitions) == ["15", "57"]
    with pytest.raises(AttributeError):
        provenance.engine = "duckdb"  # type: ignore[misc]
    with pytest.raises(TypeError):
        provenance.definitions["57"] = ""  # type: ignore[index]
    assert provenance == build_provenance()
    assert provenance.table("contact") == TableRead("contact", 2684, "f" * 16)
    assert provenance.table("crime") is None


def test_provenance_survives_json() -> None:
    provenance = build_provenance()
    assert (
        Provenance.from_dict(json.loads(json.dumps(provenance.to_dict(exact=True)))) == provenance
    )


def test_inexact_provenance_has_no_count() -> None:
    written = json.dumps(build_provenance().to_dict(exact=False))
    for secret in ("881", "2684", "0" * 16, "f" * 16, '"rows"', "2,684"):
        assert secret not in written.replace("#00000000", "")
    restored = Provenance.from_dict(json.loads(written))
    assert restored.table("incident") == TableRead(
        "incident", validated=False, notes=("some rows left out.",)
    )
    assert restored.definitions == build_provenance().definitions


def test_assumptions_of_any_type_are_written_as_json() -> None:
    values = {"codes": frozenset({"b", "a"}), "day": date(2024, 4, 1), "on": True, "n": None}
    provenance = build_provenance(assumptions=values).to_dict(exact=True)["assumptions"]
    assert provenance == {"codes": ["a", "b"], "day": "2024-04-01", "n": None, "on": True}
    json.dumps(provenance)


@pytest.mark.parametrize("part", ["library", "definitions", "tables", "coverage", "as_at"])
def test_provenance_with_a_missing_part_is_refused(part: str) -> None:
    broken = build_provenance().to_dict(exact=True)
    del broken[part]
    with pytest.raises(kpi.InputError, match="provenance of a dataset cannot be read"):
        Provenance.from_dict(broken)


def test_the_library_knows_its_version() -> None:
    assert library_version()


def test_provenance_is_public() -> None:
    assert kpi.Provenance is Provenance
