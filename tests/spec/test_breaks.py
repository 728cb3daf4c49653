"""A break marks ``[b]`` on the measures and members whose series breaks, and on no other."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import Break, DefinitionError, Ratio
from tests.support.small_tables import (
    CALLS,
    SHADE,
    SIDE,
    URGENT,
    Call,
    build_metric,
    compute,
    frame_of,
)

TEXT = "Break in the series on 6 May 2024: The form changed."
ROWS = frame_of(
    Call,
    """
    | began_at         | urgent | side  | shade |
    | 2024-04-07 12:00 | yes    | Left  | Dark  |
    | 2024-05-07 12:00 | yes    | Left  | Light |
    | 2024-05-07 12:00 | no     | Right | Dark  |
    | 2024-05-07 12:00 | no     | Right | Light |
    """,
)
MEASURES = (
    CALLS,
    URGENT,
    kpi.Count(key="urgent", of=Call, at=Call.began_at, where=Call.urgent),
    Ratio(key="per_call", numerator="urgent", denominator="calls"),
)
KEYS = [measure.key for measure in MEASURES]
NAMES = {"side": SIDE.members, "shade": SHADE.members}


@st.composite
def breaks(draw: st.DrawFn) -> Break:
    measures = draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=2))
    members = {
        key: tuple(draw(st.lists(st.sampled_from(NAMES[key]), unique=True, min_size=1)))
        for key in draw(st.lists(st.sampled_from(list(NAMES)), unique=True))
    }
    return Break("2024-05-06", "The form changed", measures=tuple(measures), members=members)


@pytest.mark.slow
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(breaks(), st.lists(st.sampled_from(list(NAMES)), unique=True))
def test_a_break_is_where_it_is_declared_and_nowhere_else(series_break: Break, by: list) -> None:
    metric = build_metric(*MEASURES, breaks=[series_break])
    result = compute(metric, {"call": ROWS}, ["2024-04", "2024-05"], by=by)
    for row in result.to_polars().iter_rows(named=True):
        named = not series_break.measures or row["measure"] in series_break.measures
        if row["measure"] == "per_call":
            named |= bool({"urgent", "calls"} & set(series_break.measures))
        is_broken = (
            named
            and row["period"] == "2024-05"
            and all(
                row.get(key, "All") in ("All", *names)
                for key, names in series_break.members.items()
            )
        )
        if row["value"] is not None:
            assert row["marker"] == ("[b]" if is_broken else ""), row
        assert row["note"].count(TEXT) == is_broken, row


def test_a_member_that_does_not_break_is_compared_and_one_that_does_is_not() -> None:
    metric = build_metric(
        CALLS, breaks=[Break("2024-05-06", "The form changed", members={"side": ("Right",)})]
    )
    rows = frame_of(
        Call,
        """
        | began_at         | side  |
        | 2024-04-07 12:00 | Left  |
        | 2024-04-07 12:00 | Right |
        | 2024-05-07 12:00 | Left  |
        | 2024-05-07 12:00 | Right |
        """,
    )
    result = compute(metric, {"call": rows}, ["2024-04", "2024-05"], by=["side"])
    compared = result.compare("previous_period").to_polars()
    later = {
        row["side"]: row["change_marker"]
        for row in compared.iter_rows(named=True)
        if row["period"] == "2024-05"
    }
    assert later["Right"] == later["All"] == "[b]"
    assert later["Left"] != "[b]"
    assert [item.because for item in result.spc("calls", member="Right").breaks] == [
        "The form changed"
    ]
    assert result.spc("calls", member="Left").breaks == ()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"measures": ("cals",)}, "Did you mean 'calls'"),
        ({"members": {"sid": ("Left",)}}, "Did you mean 'side'"),
        ({"members": {"side": ("Lefty",)}}, "Did you mean 'Left'"),
    ],
)
def test_a_break_of_an_unknown_measure_or_member_is_refused(fields, words) -> None:
    with pytest.raises(DefinitionError, match=words):
        build_metric(CALLS, breaks=[Break("2024-05-06", "The form changed", **fields)])


def test_ref_20_does_not_mark_robbery_for_a_change_to_burglary() -> None:
    metric = kpi.catalogue()["20"]
    assert isinstance(metric, kpi.Metric)
    broken = {
        (measure.key, measure.basis.value)
        for measure in metric.measures
        if metric.breaks_of(measure)
    }
    assert broken == {
        ("crimes", "force"),
        ("per_1000", "force"),
        ("burglary", "force"),
        ("burglary_per_1000_households", "force"),
        ("burglary_of_homes", "force"),
        ("burglary_of_homes_per_1000_households", "force"),
        ("burglary_of_unconnected_buildings", "force"),
        ("published_crimes", "proxy"),
        ("published_burglary", "proxy"),
    }
