"""What a result says of where it came from: the same on every engine, and nothing of anyone."""

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
from swm_kpi.provenance import Provenance, TableRead, fingerprint, library_version

ANSWER = {
    "month": [24291, 24292, 24292],
    "lpa": ["Shropshire", None, "Herefordshire"],
    "rows": [3, 1, 2],
    "seconds": [10.5, math.nan, 7.0],
}


def told(**changes: object) -> Provenance:
    fields: dict[str, object] = {
        "library": "0.1.0",
        "engine": "polars",
        "engine_version": "2.1.0",
        "definitions": {"57": "57@1#12bcd4fa", "15": "15@1#00000000"},
        "as_at": date(2025, 4, 14),
        "periods": ("2024/25 Q1",),
        "breakdowns": ("lpa",),
        "assumptions": {"answer_within_999": 15},
        "coverage": {"contact": (date(2024, 4, 1), date(2025, 3, 31))},
        "tables": (
            TableRead("incident", 881, "0" * 16, ("3 rows left out.",), validated=False),
            TableRead("contact", 2684, "f" * 16),
        ),
    }
    return Provenance(**(fields | changes))  # type: ignore[arg-type]


# The fingerprint


def test_order_is_nothing_to_a_fingerprint() -> None:
    turned = {name: ANSWER[name][::-1] for name in reversed(ANSWER)}
    assert fingerprint(ANSWER) == fingerprint(turned)
    other = {"day": [1], "rows": [2]}
    assert fingerprint(ANSWER, other) == fingerprint(other, ANSWER)


@pytest.mark.parametrize(
    "as_held",
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
def test_the_physical_type_is_nothing_to_a_fingerprint(as_held) -> None:
    stored = {name: as_held(name, values) for name, values in ANSWER.items()}
    assert fingerprint(stored) == fingerprint(ANSWER)


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
def test_a_day_is_a_day_however_it_is_held(days) -> None:
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
def test_any_change_of_an_aggregate_changes_it(name: str, values: list[object]) -> None:
    assert fingerprint(ANSWER | {name: values}) != fingerprint(ANSWER)


def test_a_text_is_not_the_number_it_reads_as() -> None:
    assert fingerprint({"code": ["7"]}) != fingerprint({"code": [7]})


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        fingerprint({"a": [1, 2], "b": [1]})


@given(
    st.lists(st.floats(0.01, 1e6), min_size=2, max_size=40),
    st.randoms(use_true_random=False),
)
def test_sums_added_in_another_order_have_one_fingerprint(numbers, random) -> None:
    turned = list(numbers)
    random.shuffle(turned)
    first, other = sum(numbers), sum(turned)
    if f"{first:.8e}" == f"{other:.8e}":  # a sum at the very edge of rounding may fall either way
        assert fingerprint({"sum": [first]}) == fingerprint({"sum": [other]})
    assert math.isclose(first, other, rel_tol=1e-9)


def test_it_is_short_and_shows_no_value() -> None:
    digest = fingerprint({"name": ["Zebedee"], "rows": [123456789]})
    assert len(digest) == 16
    assert set(digest) <= set("0123456789abcdef")


# The value


def test_it_is_frozen_and_in_one_order() -> None:
    provenance = told()
    assert [table.name for table in provenance.tables] == ["contact", "incident"]
    assert list(provenance.definitions) == ["15", "57"]
    with pytest.raises(AttributeError):
        provenance.engine = "duckdb"  # type: ignore[misc]
    with pytest.raises(TypeError):
        provenance.definitions["57"] = ""  # type: ignore[index]
    assert provenance == told()
    assert provenance.table("contact") == TableRead("contact", 2684, "f" * 16)
    assert provenance.table("crime") is None


def test_it_goes_through_json_and_back() -> None:
    provenance = told()
    assert (
        Provenance.from_dict(json.loads(json.dumps(provenance.to_dict(exact=True)))) == provenance
    )


def test_what_goes_with_disclosed_numbers_tells_no_count() -> None:
    written = json.dumps(told().to_dict(exact=False))
    for secret in ("881", "2684", "0" * 16, "f" * 16, "rows", "left out"):
        assert secret not in written.replace("#00000000", "")
    back = Provenance.from_dict(json.loads(written))
    assert back.table("incident") == TableRead("incident", validated=False)
    assert back.definitions == told().definitions


def test_assumptions_of_any_type_can_be_written() -> None:
    values = {"codes": frozenset({"b", "a"}), "day": date(2024, 4, 1), "on": True, "n": None}
    provenance = told(assumptions=values).to_dict(exact=True)["assumptions"]
    assert provenance == {"codes": ["a", "b"], "day": "2024-04-01", "n": None, "on": True}
    json.dumps(provenance)


@pytest.mark.parametrize("part", ["library", "definitions", "tables", "coverage", "as_at"])
def test_a_broken_account_is_refused_by_name(part: str) -> None:
    broken = told().to_dict(exact=True)
    del broken[part]
    with pytest.raises(kpi.InputError, match="provenance of a dataset cannot be read"):
        Provenance.from_dict(broken)


def test_the_library_knows_its_version() -> None:
    assert library_version()


def test_it_is_public() -> None:
    assert kpi.Provenance is Provenance
