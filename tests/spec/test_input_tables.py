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
from tests.support import engines
from tests.support.small_tables import (
    ALL_OF_IT,
    CALLS,
    CALLS_TABLE,
    INCIDENTS,
    PEOPLE,
    Call,
    Outage,
    Post,
    build_metric,
    compute,
    frame_of,
    incident_times,
    row_of,
    rows_of,
    run,
    value_of,
)


def shapes(table: pl.DataFrame, folder: Path) -> dict[str, Any]:
    """Return one table in every physical type that is accepted."""
    table.write_parquet(folder / "incident.parquet")
    table.write_csv(folder / "incident.csv")
    pandas = table.to_pandas()
    plain = pandas.astype(dict.fromkeys(("grade", "lpa"), object))
    nanoseconds = pandas.astype(dict.fromkeys(("created_at", "first_arrived_at"), "datetime64[ns]"))
    local = pandas.copy()
    for name in ("created_at", "first_arrived_at"):
        local[name] = pandas[name].dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    return {
        "Polars": table,
        "lazy Polars": table.lazy(),
        "Polars categoricals": table.cast({"lpa": pl.Categorical, "grade": pl.Enum(["1", "2"])}),
        "Polars milliseconds": table.cast({"created_at": pl.Datetime("ms")}),
        "pandas": pandas,
        "pandas objects": plain,
        "pandas strings": pandas.astype({"grade": "string", "lpa": "string"}),
        "pandas categories": pandas.astype({"grade": "category", "lpa": "category"}),
        "pandas nanoseconds": nanoseconds,
        "pandas aware": local,
        "pandas shuffled index": pandas.iloc[::-1].set_axis([7, 7, 1, 0]),
        "Arrow": table.to_arrow(),
        "parquet": folder / "incident.parquet",
        "CSV": str(folder / "incident.csv"),
        "checked": kpi.validate(
            table.with_columns(
                incident_id=pl.Series(["a", "b", "c", "d"]),
                closing_code=pl.lit(None, pl.String),
                district=pl.lit(None, pl.String),
                mental_health=pl.lit(None, pl.Boolean),
                is_da=pl.lit(None, pl.Boolean),
                became_crime=pl.lit(None, pl.Boolean),
            ),
            "incident",
        ).table,
    }


@pytest.mark.slow
def test_a_table_is_accepted_in_any_physical_type(tmp_path) -> None:
    """The same rows give the same bits in every type."""
    expected = run("53", {"incident": incident_times()}, by=["lpa"]).to_polars()
    assert expected.filter(measure="mean_minutes", lpa="All")["value"].to_list() == [14.0]
    for what, table in shapes(incident_times(), tmp_path).items():
        frame = run("53", {"incident": table}, by=["lpa"]).to_polars()
        assert frame.equals(expected, null_equal=True), what


@pytest.mark.slow
def test_the_callers_frame_is_unchanged(tmp_path) -> None:
    """Values, types and the index stay the same."""
    for what, table in shapes(incident_times(), tmp_path).items():
        before = copy.deepcopy(table)
        run("53", {"incident": table}, by=["lpa"])
        if isinstance(table, pd.DataFrame):
            pd.testing.assert_frame_equal(table, before)
        elif isinstance(table, pl.DataFrame):
            assert_frame_equal(table, before)
        elif isinstance(table, pa.Table):
            assert table.equals(before), what


def test_columns_that_no_measure_reads_are_neither_required_nor_read() -> None:
    """Ref 15 reads two columns. A third may be missing or break the contract."""
    two = INCIDENTS.select("created_at", "closing_code")
    spoilt = two.with_columns(is_da=pl.lit("perhaps"), first_arrived_at=pl.lit(7))
    for table in (two, spoilt):
        assert value_of(run("15", {"incident": table}), "incidents") == 4


def test_no_value_is_coerced_and_one_error_lists_every_violation_of_every_table() -> None:
    """Two tables with several violations are reported at once."""
    incidents = INCIDENTS.with_columns(
        created_at=pl.col("created_at").cast(pl.String), closing_code=pl.lit("No such code")
    )
    people = PEOPLE.with_columns(residents=pl.col("residents").cast(pl.Float64)).drop("mid_year")
    with pytest.raises(ContractError) as failure:
        run("15", {"incident": incidents, "population": people})
    violations = {
        (report.name, violation.column)
        for report in failure.value.reports
        for violation in report.violations
    }
    assert violations == {
        ("incident", "created_at"),
        ("incident", "closing_code"),
        ("population", "residents"),
        ("population", "mid_year"),
    }
    assert "No such code" not in str(failure.value)


def test_withholding_affects_only_measures_that_read_an_invalid_column() -> None:
    """Urgency is text: the share is [x] with the reason, and the count is kept."""
    calls = frame_of(Call, CALLS_TABLE).with_columns(urgent=pl.lit("Y"))
    with pytest.raises(ContractError, match="urgent: holds string"):
        compute(ALL_OF_IT, {"call": calls})
    result = compute(ALL_OF_IT, {"call": calls}, on_violation="withhold")
    assert (value_of(result, "calls"), value_of(result, "mean")) == (2, 20)
    share = row_of(result, "urgent_share")
    assert (share["value"], share["marker"]) == (None, "[x]")
    assert share["note"].startswith("Withheld: table 'call', urgent holds string")


def test_withholding_affects_a_rate_of_an_invalid_denominator_and_not_its_numerator() -> None:
    """A post has a side outside the list: calls are kept, calls per post are withheld."""
    posts = frame_of(Post, "| day |\n| 2024-06-30 |").with_columns(side=pl.lit("Middle"))
    metric = build_metric(
        CALLS,
        Count(key="posts", of=Post, at=Post.day, where=Post.side == "Left"),
        Ratio(key="calls_for_each", numerator="calls", denominator="posts"),
    )
    data = {"call": frame_of(Call, CALLS_TABLE), "post": posts}
    result = compute(metric, data, on_violation="withhold")
    assert value_of(result, "calls") == 2
    for measure in ("posts", "calls_for_each"):
        assert row_of(result, measure)["marker"] == "[x]"
        assert row_of(result, measure)["note"].startswith("Withheld: table 'post', side")


def test_withholding_leaves_a_count_without_its_breakdown_column() -> None:
    """Urgency is text, and there is no side: the count of all calls is kept."""
    calls = frame_of(Call, CALLS_TABLE).with_columns(urgent=pl.lit("Y")).drop("side", strict=False)
    result = compute(ALL_OF_IT, {"call": calls}, by=["side"], on_violation="withhold")
    assert value_of(result, "calls", side="All") == 2
    assert value_of(result, "calls", side="Left") is None
    assert {row["marker"] for row in rows_of(result, "urgent_share")} == {"[x]"}


def test_withholding_affects_measures_of_an_invalid_table_without_the_breakdown() -> None:
    """The table of outages has no side, and one outage no system. Only calls have sides."""
    outages = frame_of(Outage, "| began_at |\n| 2024-05-06 12:00 |").with_columns(
        system=pl.lit(None, pl.String)
    )
    metric = build_metric(
        CALLS,
        Count(
            key="outages", of=Outage, at=Outage.began_at, unit=Unit.CALLS,
            where=Outage.system == "email",
        ),
    )  # fmt: skip
    data = {"call": frame_of(Call, CALLS_TABLE), "outage": outages}
    result = compute(metric, data, by=["side"], on_violation="withhold")
    assert value_of(result, "calls", side="All") == 2
    only = row_of(result, "outages")
    assert (only["side"], only["marker"]) == ("All", "[x]")
    assert only["note"].startswith("Withheld: table 'outage', system is missing")


def test_withholding_affects_measures_that_read_a_column_of_a_broken_rule() -> None:
    """A call that ends before it begins withholds measures that read its times."""
    calls = frame_of(Call, CALLS_TABLE).with_columns(ended_at=datetime(2024, 5, 6, 11))
    result = compute(ALL_OF_IT, {"call": calls}, on_violation="withhold")
    assert row_of(result, "mean")["marker"] == "[x]"
    assert "does not end before it begins" in row_of(result, "mean")["note"]


def test_withholding_does_not_count_an_invalid_member_as_unknown() -> None:
    """A side outside the list was recorded, so it is not Unknown."""
    calls = frame_of(Call, CALLS_TABLE).with_columns(side=pl.Series(["Left", "Middle"]))
    result = compute(build_metric(CALLS), {"call": calls}, by=["side"], on_violation="withhold")
    assert "Unknown" not in result.to_polars()["side"].to_list()
    *members, total = rows_of(result, "calls")
    assert (total["side"], total["value"], total["marker"]) == ("All", 2, "")
    assert {row["marker"] for row in members} == {"[x]"}
    assert all("side" in row["note"].lower() for row in members)


def test_withholding_does_not_count_a_repeated_key_twice() -> None:
    """It is not known which of two rows with one key is right, so every count is withheld."""
    calls = frame_of(Call, CALLS_TABLE).with_columns(call_id=pl.lit("1"))
    result = compute(build_metric(CALLS), {"call": calls}, on_violation="withhold")
    assert (value_of(result, "calls"), row_of(result, "calls")["marker"]) == (None, "[x]")
    assert "not unique" in row_of(result, "calls")["note"]


@pytest.mark.parametrize("engine", ["Polars", "DuckDB"])
def test_a_table_without_any_of_the_columns_names_them(engine: str) -> None:
    """Their names are in capitals. The area is there, and the request does not read it."""
    incidents = INCIDENTS.select("lpa", pl.exclude("lpa").name.to_uppercase())
    data = incidents if engine == "Polars" else engines.loader(engine)("incident", incidents)
    with pytest.raises(kpi.ContractError, match="the column is missing") as raised:
        run("15", {"incident": data})
    assert "'CREATED_AT'" in str(raised.value)
    assert "'CLOSING_CODE'" in str(raised.value)
