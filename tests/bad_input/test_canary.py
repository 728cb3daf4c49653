"""The canary: whatever fails or is written, no value of a table comes out of it.

Every text and every key of every table of the catalogue holds ``MARK``. The tests of bad input hold
themselves to the same (``tests/support/bad_inputs.py``), case by case.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import ContractError, InputError, SwmKpiError, TextReport
from swm_kpi.cli.main import main
from swm_kpi.contracts import ContractType
from swm_kpi.errors import clear_tracebacks
from swm_kpi.testing import valid_rows
from tests.support import engines
from tests.support.bad_inputs import (
    EVERYTHING,
    MARK,
    Q1,
    Visit,
    assert_quiet,
    compute,
    metric,
    nothing_is_told,
    refused,
    rows,
)
from tests.support.contract_frames import columns_of, frame_of

pytestmark = [*engines.IGNORED_WARNINGS, pytest.mark.usefixtures(nothing_is_told.__name__)]

PLAN = kpi.catalogue()
METRICS = [item for item in PLAN if isinstance(item, kpi.Metric)]
TOLD = {
    column.name
    for metric in METRICS
    for measure in metric.measures
    if isinstance(measure, TextReport)
    for column in measure.of.columns.values()
    if column.dtype is str
}
"""Texts that are written to be read: what a narrative measure is for."""
ROWS = 12


def seeded(contract: ContractType, *, everywhere: bool) -> pl.DataFrame:
    """Rows with a marker in each text and key: where the contract lets it stand, or everywhere."""
    columns = columns_of(contract, valid_rows(contract, ROWS))
    for name, column in contract.columns.items():
        if column.dtype is not str:
            continue
        free = column.domain is None and column.str_matches is None
        open_ = column.dimension is not None or name in TOLD
        if everywhere or (free and not open_):
            columns[name] = [f"{MARK} {name} {number}" for number in range(ROWS)]
    return frame_of(contract, columns)


# How a table is handed over


def as_objects(frame: pl.DataFrame, _: Path) -> Any:
    return frame.to_pandas().astype(object)


def as_csv(frame: pl.DataFrame, folder: Path) -> Any:
    frame.write_csv(folder / "table.csv")
    return folder / "table.csv"


def as_parquet(frame: pl.DataFrame, folder: Path) -> Any:
    frame.write_parquet(folder / "table.parquet")
    return folder / "table.parquet"


def as_duckdb(frame: pl.DataFrame, _: Path) -> Any:
    return engines.loader("DuckDB")("table", frame)


Way = Callable[[pl.DataFrame, Path], Any]


def attempts(argument: Any, contract: ContractType) -> Iterator[Callable[[], Any]]:
    """Everything that can be asked of a table."""
    table = contract.table
    refs = [metric.ref for metric in METRICS if table in metric.contracts]
    data = {table: argument}
    yield lambda: kpi.validate(argument, contract)
    yield lambda: kpi.validate(argument, contract, strict=True)
    yield lambda: kpi.validate(argument, contract).table
    yield lambda: kpi.check_inputs(data)
    yield lambda: kpi.query_plan(refs, data, periods=Q1)
    yield lambda: kpi.compute(refs, data, periods=Q1, by=["lpa"])
    yield lambda: kpi.compute(refs, data, periods=Q1, on_violation="withhold", as_at="2024-06-14")


def written(result: kpi.Result, folder: Path) -> Iterator[str]:
    """Everything that a result can be written, shown or turned into."""
    yield str(result) + repr(result) + result._repr_html_()
    yield str(result.compare("previous_period").to_polars().to_dicts())
    results = [result] if result.by else [result, result.protect(kpi.DisclosurePolicy())]
    for item in results:
        item.to_csv(folder / "dataset.csv", policy="none", overwrite=True)
        item.to_json(folder / "dataset.json", policy="none", overwrite=True)
        item.to_parquet(folder / "dataset.parquet", policy="none", overwrite=True)
        for path in ("dataset.csv", "dataset.csv-metadata.json", "dataset.json"):
            yield (folder / path).read_text(encoding="utf-8")
        yield str(pl.read_parquet_metadata(folder / "dataset.parquet"))


def tried(data: Any, contract: ContractType, folder: Path | None = None) -> int:
    """Ask everything of a table, hold whatever comes of it to silence, and count the refusals.

    Results are written too where there is a folder for them.
    """
    failed = 0
    for attempt in attempts(data, contract):
        try:
            answer = attempt()
        except SwmKpiError as error:
            failed += 1
            assert_quiet(error)
            continue
        texts = [str(answer), repr(answer)]
        if isinstance(answer, kpi.Result):
            texts.append(str(answer.to_polars().to_dicts()))
            texts += written(answer, folder) if folder is not None else ()
        assert not [text for text in texts if MARK in text]
    return failed


@pytest.mark.parametrize("contract", PLAN.contracts.values(), ids=PLAN.contracts)
def test_no_marker_comes_out_of_a_table_that_keeps_its_contract(
    contract: ContractType, tmp_path: Path
) -> None:
    """Not out of what is computed, written or shown, and not out of what it lacks."""
    tried(seeded(contract, everywhere=False), contract, tmp_path)


@pytest.mark.parametrize("contract", PLAN.contracts.values(), ids=PLAN.contracts)
def test_no_marker_comes_out_of_a_table_that_breaks_its_contract(contract: ContractType) -> None:
    """Every text and key is wrong, and a column that nobody knows is there too."""
    frame = seeded(contract, everywhere=True).with_columns(surname=pl.lit(MARK))
    failed = tried(frame, contract)
    closed = [value for value in contract.columns.values() if value.domain or value.str_matches]
    assert failed or not any(item.dtype is str for item in closed)


@pytest.mark.parametrize("way", [as_objects, as_csv, as_parquet, as_duckdb])
@pytest.mark.parametrize("everywhere", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize("name", ["incident", "crime", "contact", "workforce_snapshot"])
def test_no_marker_comes_out_however_a_table_is_given(
    name: str, everywhere: bool, way: Way, tmp_path: Path
) -> None:
    contract = PLAN.contracts[name]
    tried(way(seeded(contract, everywhere=everywhere), tmp_path), contract)


@pytest.mark.parametrize("name", ["Ibis on DuckDB", "Ibis on PostgreSQL", "Spark"])
def test_no_marker_comes_out_of_another_engine(name: str) -> None:
    loader = engines.loader(name)
    for everywhere in (False, True):
        frame = seeded(PLAN.contracts["incident"], everywhere=everywhere)
        tried(loader("incident", frame), PLAN.contracts["incident"])


@pytest.mark.parametrize("contract", PLAN.contracts.values(), ids=PLAN.contracts)
def test_the_command_line_prints_no_marker(contract: ContractType, tmp_path: Path) -> None:
    """Whatever it exits with; what it prints is looked through when the test ends."""
    path = as_csv(seeded(contract, everywhere=True), tmp_path)
    refs = [metric.ref for metric in METRICS if contract.table in metric.contracts]
    days = ["--start", "2024-04-01", "--end", "2024-06-30", "--data", f"{contract.table}={path}"]
    assert main(["validate", contract.table, str(path), "--strict"]) in (0, 11)
    assert main(["compute", *refs, *days]) in (0, 11)
    assert main(["compute", *refs, *days, "--on-violation", "withhold"]) in (0, 11)


# What fails inside


class Loud:
    """An object that shows a value in whatever way it is printed."""

    def __repr__(self) -> str:
        return MARK

    __str__ = __repr__


class Stream:
    """A table of Arrow's kind that fails as it is read."""

    column_names = ("visit_id",)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise ValueError(f"no row {MARK}")


def headerless(folder: Path) -> Path:
    """A file without a header: its first row would be its columns' names."""
    path = folder / "visits.csv"
    path.write_text(f"{MARK},{MARK} Jones\n{MARK}2,{MARK} Smith\n", encoding="utf-8")
    return path


def step_that_fails(_: Path) -> Any:
    return pl.DataFrame(rows()).lazy().with_columns(pl.col("visitor").str.to_date("%Y-%m-%d"))


def python_that_fails(_: Path) -> Any:
    def fails(text: str) -> str:
        raise KeyError(text)

    frame = pl.DataFrame(rows()).lazy()
    return frame.with_columns(pl.col("visitor").map_elements(fails, return_dtype=pl.String))


def view_that_fails(_: Path) -> Any:
    table = engines.loader("DuckDB")("visit", pl.DataFrame(rows()))
    return table.project("* REPLACE (CAST(CAST(visitor AS INTEGER) AS VARCHAR) AS visit_id)")


def ibis_that_fails(_: Path) -> Any:
    table = engines.loader("Ibis on DuckDB")("visit", pl.DataFrame(rows()))
    return table.mutate(visit_id=table.visitor.cast("int64").cast("string"))


def spark_that_fails(_: Path) -> Any:
    frame = engines.loader("Spark")("visit", pl.DataFrame(rows()))
    return frame.selectExpr("CAST(CAST(visitor AS INT) AS STRING) AS visit_id", "came_at")


def spoilt_parquet(folder: Path) -> Any:
    path = as_parquet(pl.DataFrame(rows()), folder)
    path.write_bytes(path.read_bytes()[:-30])
    return path


def first_row_as_labels(_: Path) -> Any:
    return pd.DataFrame([[1, 2]], columns=[f"{MARK} Jones", MARK])


FAILING = (
    headerless, step_that_fails, python_that_fails, view_that_fails, ibis_that_fails,
    spark_that_fails, spoilt_parquet, first_row_as_labels, lambda _: Stream(), lambda _: Loud(),
    lambda _: pd.DataFrame({"visit_id": [Loud()]}), lambda _: pd.Series([MARK]), lambda _: [MARK],
)  # fmt: skip


@pytest.mark.parametrize("make", FAILING)
def test_no_marker_comes_out_of_what_fails_inside(
    make: Callable[[Path], Any], tmp_path: Path
) -> None:
    """An engine's own error, which holds the value, goes no further than the engine."""
    data = make(tmp_path)
    with refused((InputError, ContractError)):
        _ = kpi.validate(data, Visit).table
    with refused((InputError, ContractError)):
        compute(data, *EVERYTHING)


def test_an_error_nobody_foresaw_forgets_the_table_too() -> None:
    """Its frames, files and lines stay, for whoever mends it; their variables do not."""

    @clear_tracebacks
    def computes(table: pl.DataFrame, *, name: str) -> None:
        copy = table.to_dicts()
        raise RuntimeError(name) from deeper(copy)

    def deeper(copy: list[dict[str, Any]]) -> Exception:
        try:
            raise KeyError(len(copy))
        except KeyError as error:
            return error

    with pytest.raises(RuntimeError, match="unforeseen") as caught:
        computes(pl.DataFrame(rows()), name="unforeseen")
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.name for frame in frames][-2:] == ["wrapper", "computes"]
    for error in (caught.value, caught.value.__cause__):
        record = traceback.TracebackException.from_exception(error, capture_locals=True)
        inner = [item for item in record.stack if item.name in ("wrapper", "computes", "deeper")]
        assert MARK not in str([item.locals for item in inner])


def test_the_markers_would_be_found() -> None:
    """The same error, not made to forget, does hold the rows: so the tests above can fail."""
    inside = kpi.compute.__wrapped__  # type: ignore[attr-defined]
    made = metric(*EVERYTHING)
    data = {"visit": pl.DataFrame(rows(grade=["none", "low", None]))}
    with pytest.raises(ContractError) as caught:
        inside([made], data, periods=Q1, catalogue=kpi.Catalogue([made]))
    with pytest.raises(AssertionError):
        assert_quiet(caught.value)
