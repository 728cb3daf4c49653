"""The columns, order and bytes of a result."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import polars as pl
import pyarrow as pa
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi import (
    Sum,
    Unit,
)
from swm_kpi.output import write_csv
from tests.support.small_tables import (
    ALL_OF_IT,
    CALL,
    CALLS_TABLE,
    INCIDENTS,
    Call,
    build_metric,
    compute,
    frame_of,
    row_of,
    run,
    value_of,
)

COLUMNS = {
    "ref": pl.String,
    "metric": pl.String,
    "measure": pl.String,
    "basis": pl.String,
    "grain": pl.String,
    "period": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "lpa": pl.String,
    "asb_type": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "undecided": pl.Float64,
    "in_repeated_hour": pl.Float64,
    "without_value": pl.Float64,
    "unmapped": pl.Float64,
    "null_at_source": pl.Float64,
    "mapped_to_other": pl.Float64,
    "in_no_period": pl.Float64,
    "at_least": pl.Float64,
    "at_most": pl.Float64,
    "answers": pl.Float64,
    "effective_answers": pl.Float64,
    "marker": pl.String,
    "note": pl.String,
    "definition": pl.String,
    "as_at": pl.Date,
}


def test_a_result_has_its_declared_columns_in_order() -> None:
    frame = run("15", {"incident": INCIDENTS}, by=["lpa", "asb_type"]).to_polars()
    assert dict(frame.schema) == COLUMNS
    first = frame.row(0, named=True)
    assert first["ref"] == "15"
    assert (first["metric"], first["measure"]) == ("asb_incidents", "incidents")
    assert (first["basis"], first["grain"], first["unit"]) == ("force", "quarter", "incidents")
    assert first["period"] == "2024/25 Q1"
    assert (first["period_start"], first["period_end"]) == (date(2024, 4, 1), date(2024, 6, 30))
    assert first["as_at"] is None


def test_a_result_names_the_definition_of_each_row() -> None:
    """``ref@version#hash``, the same for every row of a metric."""
    (definition,) = set(run("15", {"incident": INCIDENTS}).to_polars()["definition"])
    assert definition == kpi.catalogue()["15"].definition
    ref, _, rest = definition.partition("@")
    version, _, digest = rest.partition("#")
    assert (ref, version) == ("15", str(kpi.catalogue()["15"].version))
    assert len(digest) == 8
    assert set(digest) <= set("0123456789abcdef")


def test_a_result_has_a_row_for_each_measure_period_and_member_in_order() -> None:
    """Metrics and periods as in the request, measures as declared, members as listed."""
    calls = frame_of(Call, CALLS_TABLE)
    periods = ["2024-06", "2024-05"]
    frame = compute(ALL_OF_IT, {"call": calls}, periods, by=["side"]).to_polars()
    order = [
        (measure, period, side)
        for measure in ("calls", "urgent_share", "mean")
        for period in periods
        for side in ("Left", "Right", "All")
    ]
    assert list(frame.select("measure", "period", "side").iter_rows()) == order


def test_a_share_has_its_numerator_and_denominator() -> None:
    """A count has no numerator and no denominator; a share has both."""
    result = compute(ALL_OF_IT, {"call": frame_of(Call, CALLS_TABLE)})
    share, count = row_of(result, "urgent_share"), row_of(result, "calls")
    assert (share["value"], share["numerator"], share["denominator"]) == (0.5, 1, 2)
    assert (count["numerator"], count["denominator"]) == (None, None)


def test_the_same_inputs_give_the_same_bytes(tmp_path) -> None:
    """Also with the rows of a float column in another order."""
    rng = np.random.default_rng(1)
    costs = rng.lognormal(3, 4, 5_000)
    calls = pl.DataFrame(
        {
            "began_at": [datetime(2024, 5, 6, 12)] * 5_000,
            "cost": costs,
            "side": rng.choice(["Left", "Right"], 5_000),
        }
    )
    assert sum(costs) != sum(sorted(costs))
    metric = build_metric(Sum(key="cost", **CALL, value=Call.cost, unit=Unit.POUNDS))
    files = set()
    for seed in range(5):
        mixed = calls.sample(fraction=1, shuffle=True, seed=seed) if seed else calls
        path = tmp_path / f"{seed}.csv"
        write_csv(compute(metric, {"call": mixed}, by=["side"]).to_polars(), path)
        files.add(path.read_bytes())
    assert len(files) == 1


def test_polars_pandas_and_arrow_results_are_equal() -> None:
    """They have the same cells, with the same nulls."""
    result = run("15", {"incident": INCIDENTS}, by=["lpa"], as_at="2024-07-14")
    polars, pandas, arrow = result.to_polars(), result.to_pandas(), result.to_arrow()
    assert list(pandas.columns) == polars.columns == arrow.column_names
    assert_frame_equal(pl.from_arrow(arrow), polars)
    for name in polars.columns:
        expected = polars[name].to_list()
        cells = pandas[name].tolist()
        if polars.schema[name] == pl.Date:
            assert [cell.date() for cell in cells] == expected
        else:
            for cell, wanted in zip(cells, expected, strict=True):
                missing = isinstance(cell, float) and math.isnan(cell)
                assert (None if missing else cell) == wanted
    assert isinstance(arrow, pa.Table)


def test_changing_a_returned_frame_does_not_change_the_result() -> None:
    result = run("15", {"incident": INCIDENTS})
    polars, pandas = result.to_polars(), result.to_pandas()
    polars.replace_column(0, pl.Series("ref", ["99", "99"]))
    pandas["value"] = -1
    assert result.to_polars()["ref"].to_list() == ["15", "15"]
    assert value_of(result, "incidents") == 4
