"""``check_inputs`` lists what these tables can compute before anything is computed."""

from __future__ import annotations

import swm_kpi as kpi
from tests.support.small_tables import (
    CALLS,
    CALLS_TABLE,
    INCIDENTS,
    PEOPLE,
    Q1,
    WHOLE_Q1,
    Call,
    frame,
    incident_times,
    metric,
    rows,
    run,
)


def test_readiness_says_what_computes_and_what_lacks_which_table_or_column() -> None:
    """From names alone: no row is read."""
    found = kpi.check_inputs({"incident": INCIDENTS.drop("lpa"), "population": PEOPLE})
    known = {each.ref: each for each in found.refs}
    assert list(known) == [str(ref) for ref in range(1, 71)]
    assert "15" in found.ready
    assert known["15"].measures == ("incidents", "per_1000")
    assert known["57"].lacking == ("needs table 'contact'",)
    assert "57" in found.not_ready
    assert "table 'incident' needs column 'mental_health'" in known["9"].lacking
    assert "17" in found.not_ready
    assert known["55"].lacking == ("the plan gives no text for this ref",)
    assert "needs table 'contact'" in str(found)


def test_readiness_tells_a_part_from_the_whole() -> None:
    """Without a population, ref 15 has its count and not its rate."""
    found = kpi.check_inputs({"incident": INCIDENTS})
    assert "15" in found.partial
    (asb,) = (each for each in found.refs if each.ref == "15")
    assert asb.measures == ("incidents",)
    assert "needs table 'population'" in asb.lacking


def test_what_readiness_says_is_ready_computes() -> None:
    """Each measure that it names has a number, and each that it does not name says why not."""
    data = {"incident": incident_times(), "population": PEOPLE}
    ready = {each.ref: each.measures for each in kpi.check_inputs(data).refs if each.measures}
    assert "53" in ready
    for ref, measures in ready.items():
        found = run(ref, data).to_polars().filter(basis="force")
        for each in found.iter_rows(named=True):
            computed = "not given" not in each["note"] and "has no column" not in each["note"]
            assert computed == (each["measure"] in measures), (ref, each["measure"])


def test_a_metric_handed_over_as_an_object_brings_its_own_breakdowns() -> None:
    """A metric in no catalogue is asked by its own dimensions."""
    found = kpi.compute(
        [metric(CALLS)],
        {"call": frame(Call, CALLS_TABLE)},
        periods=Q1,
        by=["side"],
        coverage={"call": WHOLE_Q1},
    )
    assert [each["value"] for each in rows(found, "calls")] == [1, 1, 2]
