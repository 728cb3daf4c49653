"""Tables in every physical type, and tables that break their contract."""

from __future__ import annotations

import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi import (
    ContractError,
    Count,
    Ratio,
    Unit,
)
from tests.support.small_tables import (
    ALL_OF_IT,
    CALLS,
    CALLS_TABLE,
    INCIDENTS,
    PEOPLE,
    Call,
    Outage,
    Post,
    compute,
    frame,
    incident_times,
    metric,
    row,
    rows,
    run,
    value,
)


def shapes(given: pl.DataFrame, folder: Path) -> dict[str, Any]:
    """Return one table as people have it."""
    given.write_parquet(folder / "incident.parquet")
    given.write_csv(folder / "incident.csv")
    pandas = given.to_pandas()
    plain = pandas.astype(dict.fromkeys(("grade", "lpa"), object))
    nanoseconds = pandas.astype(dict.fromkeys(("created_at", "first_arrived_at"), "datetime64[ns]"))
    local = pandas.copy()
    for name in ("created_at", "first_arrived_at"):
        local[name] = pandas[name].dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    return {
        "Polars": given,
        "lazy Polars": given.lazy(),
        "Polars categoricals": given.cast({"lpa": pl.Categorical, "grade": pl.Enum(["1", "2"])}),
        "Polars milliseconds": given.cast({"created_at": pl.Datetime("ms")}),
        "pandas": pandas,
        "pandas objects": plain,
        "pandas strings": pandas.astype({"grade": "string", "lpa": "string"}),
        "pandas categories": pandas.astype({"grade": "category", "lpa": "category"}),
        "pandas nanoseconds": nanoseconds,
        "pandas aware": local,
        "pandas shuffled index": pandas.iloc[::-1].set_axis([7, 7, 1, 0]),
        "Arrow": given.to_arrow(),
        "parquet": folder / "incident.parquet",
        "CSV": str(folder / "incident.csv"),
        "checked": kpi.validate(
            given.with_columns(
                incident_id=pl.Series(["a", "b", "c", "d"]),
                closing_code=pl.lit(None, pl.String),
                mental_health=pl.lit(None, pl.Boolean),
                is_da=pl.lit(None, pl.Boolean),
                became_crime=pl.lit(None, pl.Boolean),
            ),
            "incident",
        ).table,
    }


def test_a_table_is_accepted_in_any_physical_type(tmp_path) -> None:
    """The same rows give the same result, to the last bit, whatever they came in."""
    expected = run("53", {"incident": incident_times()}, by=["lpa"]).to_polars()
    assert expected.filter(measure="mean_minutes", lpa="All")["value"].to_list() == [14.0]
    for what, given in shapes(incident_times(), tmp_path).items():
        found = run("53", {"incident": given}, by=["lpa"]).to_polars()
        assert found.equals(expected, null_equal=True), what


def test_the_callers_frame_is_unchanged(tmp_path) -> None:
    """Not a value, not a type, not an index."""
    for what, given in shapes(incident_times(), tmp_path).items():
        before = copy.deepcopy(given)
        run("53", {"incident": given}, by=["lpa"])
        if isinstance(given, pd.DataFrame):
            pd.testing.assert_frame_equal(given, before)
        elif isinstance(given, pl.DataFrame):
            assert_frame_equal(given, before)
        elif isinstance(given, pa.Table):
            assert given.equals(before), what


def test_columns_that_no_measure_reads_are_neither_required_nor_read() -> None:
    """Ref 15 reads two columns; a third that breaks its contract is no matter of its."""
    two = INCIDENTS.select("created_at", "closing_code")
    spoilt = two.with_columns(is_da=pl.lit("perhaps"), first_arrived_at=pl.lit(7))
    for given in (two, spoilt):
        assert value(run("15", {"incident": given}), "incidents") == 4


def test_nothing_is_coerced_and_every_failure_of_every_table_is_in_one_error() -> None:
    """Two tables, each with several faults, are reported at once."""
    incidents = INCIDENTS.with_columns(
        created_at=pl.col("created_at").cast(pl.String), closing_code=pl.lit("No such code")
    )
    people = PEOPLE.with_columns(residents=pl.col("residents").cast(pl.Float64)).drop("mid_year")
    with pytest.raises(ContractError) as failure:
        run("15", {"incident": incidents, "population": people})
    found = {
        (report.name, each.column) for report in failure.value.reports for each in report.violations
    }
    assert found == {
        ("incident", "created_at"),
        ("incident", "closing_code"),
        ("population", "residents"),
        ("population", "mid_year"),
    }
    assert "No such code" not in str(failure.value)


def test_withholding_blanks_only_the_measures_that_read_a_bad_column() -> None:
    """Urgency is written as text: the share is [x] with the reason, and the count stands."""
    calls = frame(Call, CALLS_TABLE).with_columns(urgent=pl.lit("Y"))
    with pytest.raises(ContractError, match="urgent: holds string"):
        compute(ALL_OF_IT, {"call": calls})
    found = compute(ALL_OF_IT, {"call": calls}, on_violation="withhold")
    assert (value(found, "calls"), value(found, "mean")) == (2, 20)
    share = row(found, "urgent_share")
    assert (share["value"], share["marker"]) == (None, "[x]")
    assert share["note"].startswith("Withheld: table 'call', urgent holds string")


def test_withholding_blanks_what_is_divided_by_a_bad_table_and_not_what_is_divided() -> None:
    """A post has a side that is in no list: calls stand, and calls for each post do not."""
    posts = frame(Post, "| day |\n| 2024-06-30 |").with_columns(side=pl.lit("Middle"))
    made = metric(
        CALLS,
        Count(key="posts", of=Post, at=Post.day, where=Post.side == "Left"),
        Ratio(key="calls_for_each", numerator="calls", denominator="posts"),
    )
    data = {"call": frame(Call, CALLS_TABLE), "post": posts}
    found = compute(made, data, on_violation="withhold")
    assert value(found, "calls") == 2
    for measure in ("posts", "calls_for_each"):
        assert row(found, measure)["marker"] == "[x]"
        assert row(found, measure)["note"].startswith("Withheld: table 'post', side")


def test_withholding_leaves_a_count_whose_breakdown_nobody_gave() -> None:
    """Urgency is written as text, and there is no side: the count of all calls stands."""
    calls = frame(Call, CALLS_TABLE).with_columns(urgent=pl.lit("Y")).drop("side", strict=False)
    found = compute(ALL_OF_IT, {"call": calls}, by=["side"], on_violation="withhold")
    assert (row(found, "calls")["side"], value(found, "calls")) == ("All", 2)
    assert row(found, "urgent_share")["marker"] == "[x]"


def test_withholding_from_a_table_without_the_breakdown_blanks_what_reads_it() -> None:
    """An outage has no side, and one has no system: calls are told by side, outages are not."""
    outages = frame(Outage, "| began_at |\n| 2024-05-06 12:00 |").with_columns(
        system=pl.lit(None, pl.String)
    )
    made = metric(
        CALLS,
        Count(
            key="outages", of=Outage, at=Outage.began_at, unit=Unit.CALLS,
            where=Outage.system == "email",
        ),
    )  # fmt: skip
    data = {"call": frame(Call, CALLS_TABLE), "outage": outages}
    found = compute(made, data, by=["side"], on_violation="withhold")
    assert value(found, "calls", side="All") == 2
    only = row(found, "outages")
    assert (only["side"], only["marker"]) == ("All", "[x]")
    assert only["note"].startswith("Withheld: table 'outage', system is missing")


def test_withholding_follows_a_rule_over_several_columns() -> None:
    """A call that ends before it begins blanks what reads its times."""
    calls = frame(Call, CALLS_TABLE).with_columns(ended_at=datetime(2024, 5, 6, 11))
    found = compute(ALL_OF_IT, {"call": calls}, on_violation="withhold")
    assert row(found, "mean")["marker"] == "[x]"
    assert "does not end before it begins" in row(found, "mean")["note"]


def test_withholding_does_not_take_a_bad_member_for_unknown() -> None:
    """A side that is in no list is not a side that nobody recorded."""
    calls = frame(Call, CALLS_TABLE).with_columns(side=pl.Series(["Left", "Middle"]))
    found = compute(metric(CALLS), {"call": calls}, by=["side"], on_violation="withhold")
    assert "Unknown" not in found.to_polars()["side"].to_list()
    (only,) = rows(found, "calls")
    assert only["side"] == "All"
    assert "side" in only["note"].lower()


def test_withholding_does_not_count_a_repeated_key_twice() -> None:
    """Which of two rows with one key is right is not known, so every count of rows is withheld."""
    calls = frame(Call, CALLS_TABLE).with_columns(call_id=pl.lit("1"))
    found = compute(metric(CALLS), {"call": calls}, on_violation="withhold")
    assert (value(found, "calls"), row(found, "calls")["marker"]) == (None, "[x]")
    assert "not unique" in row(found, "calls")["note"]
