"""The canary: no error message, output or log contains a value of a table.

Every text and every key of every table of the catalogue contains ``MARKER``. The tests of bad input
check the same for each case (``tests/support/bad_inputs.py``).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
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
    ALL_MEASURES,
    MARKER,
    QUARTERS,
    Visit,
    assert_no_marker,
    build_metric,
    compute,
    no_marker_is_printed,
    raises_without_marker,
    rows,
)
from tests.support.contract_frames import columns_of, frame_of

pytestmark = [*engines.IGNORED_WARNINGS, pytest.mark.usefixtures(no_marker_is_printed.__name__)]

PLAN = kpi.catalogue()
METRICS = [item for item in PLAN if isinstance(item, kpi.Metric)]
PUBLISHED_TEXTS = {
    column.name
    for metric in METRICS
    for measure in metric.measures
    if isinstance(measure, TextReport)
    for column in measure.of.columns.values()
    if column.dtype is str
}
"""Text columns that a text report publishes."""
ROWS = 12


def plant_markers(contract: ContractType, *, everywhere: bool) -> pl.DataFrame:
    """Return rows with a marker in texts and keys: where the contract allows it, or everywhere."""
    columns = columns_of(contract, valid_rows(contract, ROWS))
    for name, column in contract.columns.items():
        if column.dtype is not str:
            continue
        is_free = column.domain is None and column.str_matches is None
        is_shown = column.dimension is not None or name in PUBLISHED_TEXTS
        if everywhere or (is_free and not is_shown):
            columns[name] = [f"{MARKER} {name} {number}" for number in range(ROWS)]
    return frame_of(contract, columns)


# The forms of a table


def to_objects(frame: pl.DataFrame, _: Path) -> Any:
    return frame.to_pandas().astype(object)


def to_csv_file(frame: pl.DataFrame, folder: Path) -> Any:
    frame.write_csv(folder / "table.csv")
    return folder / "table.csv"


def to_parquet_file(frame: pl.DataFrame, folder: Path) -> Any:
    frame.write_parquet(folder / "table.parquet")
    return folder / "table.parquet"


def to_duckdb(frame: pl.DataFrame, _: Path) -> Any:
    return engines.loader("DuckDB")("table", frame)


Conversion = Callable[[pl.DataFrame, Path], Any]


def refs_of(contract: ContractType) -> list[str]:
    """Return the refs of the metrics that read a table."""
    return [metric.ref for metric in METRICS if contract.table in metric.contracts]


def iter_requests(
    argument: Any, contract: ContractType, refs: Sequence[str]
) -> Iterator[Callable[[], Any]]:
    """Yield every kind of request that reads a table."""
    table = contract.table
    data = {table: argument}
    yield lambda: kpi.validate(argument, contract)
    yield lambda: kpi.validate(argument, contract, strict=True)
    yield lambda: kpi.validate(argument, contract).table
    yield lambda: kpi.check_inputs(data)
    yield lambda: kpi.query_plan(refs, data, periods=QUARTERS)
    yield lambda: kpi.compute(refs, data, periods=QUARTERS, by=["lpa"])
    yield lambda: kpi.compute(
        refs, data, periods=QUARTERS, on_violation="withhold", as_at="2024-06-14"
    )


def iter_outputs(result: kpi.Result, folder: Path) -> Iterator[str]:
    """Yield the text of every output of a result."""
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


def count_refusals(
    data: Any,
    contract: ContractType,
    folder: Path | None = None,
    refs: Sequence[str] | None = None,
) -> int:
    """Make every request of a table, check that no output has a marker, and count the errors.

    With a folder, the results are also written. The requests are for all metrics of the table, or
    for some refs.
    """
    failures = 0
    for attempt in iter_requests(data, contract, refs_of(contract) if refs is None else refs):
        try:
            answer = attempt()
        except SwmKpiError as error:
            failures += 1
            assert_no_marker(error)
            continue
        texts = [str(answer), repr(answer)]
        if isinstance(answer, kpi.Result):
            texts.append(str(answer.to_polars().to_dicts()))
            texts += iter_outputs(answer, folder) if folder is not None else ()
        assert not [text for text in texts if MARKER in text]
    return failures


@pytest.mark.parametrize("contract", PLAN.contracts.values(), ids=PLAN.contracts)
def test_a_valid_table_reveals_no_marker(contract: ContractType, tmp_path: Path) -> None:
    """No result, file, report or error message contains it."""
    count_refusals(plant_markers(contract, everywhere=False), contract, tmp_path)


@pytest.mark.parametrize("contract", PLAN.contracts.values(), ids=PLAN.contracts)
def test_an_invalid_table_reveals_no_marker(contract: ContractType) -> None:
    """Every text and key is wrong, and the table has an unknown column."""
    frame = plant_markers(contract, everywhere=True).with_columns(surname=pl.lit(MARKER))
    failures = count_refusals(frame, contract)
    closed = [value for value in contract.columns.values() if value.domain or value.str_matches]
    assert failures or not any(item.dtype is str for item in closed)


@pytest.mark.exhaustive
@pytest.mark.parametrize("convert", [to_objects, to_csv_file, to_parquet_file, to_duckdb])
@pytest.mark.parametrize("everywhere", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize("name", ["incident", "crime", "contact", "workforce_snapshot"])
def test_no_form_of_a_table_reveals_a_marker(
    name: str, everywhere: bool, convert: Conversion, tmp_path: Path
) -> None:
    contract = PLAN.contracts[name]
    count_refusals(convert(plant_markers(contract, everywhere=everywhere), tmp_path), contract)


@pytest.mark.parametrize("name", ["Ibis on DuckDB", "Ibis on PostgreSQL", "Spark"])
def test_no_engine_reveals_a_marker(name: str) -> None:
    """One metric is enough: what an engine says in an error does not depend on the metric."""
    loader = engines.loader(name)
    contract = PLAN.contracts["incident"]
    for everywhere in (False, True):
        frame = plant_markers(contract, everywhere=everywhere)
        count_refusals(loader("incident", frame), contract, refs=refs_of(contract)[:1])


@pytest.mark.exhaustive
@pytest.mark.parametrize("contract", PLAN.contracts.values(), ids=PLAN.contracts)
def test_the_command_line_prints_no_marker(contract: ContractType, tmp_path: Path) -> None:
    """The fixture checks the printed text after the test, for any exit code."""
    path = to_csv_file(plant_markers(contract, everywhere=True), tmp_path)
    refs = refs_of(contract)
    days = ["--start", "2024-04-01", "--end", "2024-06-30", "--data", f"{contract.table}={path}"]
    assert main(["validate", contract.table, str(path), "--strict"]) in (0, 11)
    assert main(["compute", *refs, *days]) in (0, 11)
    assert main(["compute", *refs, *days, "--on-violation", "withhold"]) in (0, 11)


# Errors inside an engine


class PrintsMarker:
    """An object with the marker as its text."""

    def __repr__(self) -> str:
        return MARKER

    __str__ = __repr__


class FailingArrowStream:
    """A table of the Arrow protocol that raises when it is read."""

    column_names = ("visit_id",)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise ValueError(f"no row {MARKER}")


def write_csv_without_header(folder: Path) -> Path:
    """Write a file without a header, so that its first row is read as the names of columns."""
    path = folder / "visits.csv"
    path.write_text(f"{MARKER},{MARKER} Jones\n{MARKER}2,{MARKER} Smith\n", encoding="utf-8")
    return path


def build_failing_lazy_frame(_: Path) -> Any:
    return pl.DataFrame(rows()).lazy().with_columns(pl.col("visitor").str.to_date("%Y-%m-%d"))


def build_failing_python_function(_: Path) -> Any:
    def raise_error(text: str) -> str:
        raise KeyError(text)

    frame = pl.DataFrame(rows()).lazy()
    return frame.with_columns(pl.col("visitor").map_elements(raise_error, return_dtype=pl.String))


def build_failing_duckdb_view(_: Path) -> Any:
    table = engines.loader("DuckDB")("visit", pl.DataFrame(rows()))
    return table.project("* REPLACE (CAST(CAST(visitor AS INTEGER) AS VARCHAR) AS visit_id)")


def build_failing_ibis_table(_: Path) -> Any:
    table = engines.loader("Ibis on DuckDB")("visit", pl.DataFrame(rows()))
    return table.mutate(visit_id=table.visitor.cast("int64").cast("string"))


def build_failing_spark_frame(_: Path) -> Any:
    frame = engines.loader("Spark")("visit", pl.DataFrame(rows()))
    return frame.selectExpr("CAST(CAST(visitor AS INT) AS STRING) AS visit_id", "came_at")


def write_truncated_parquet(folder: Path) -> Any:
    path = to_parquet_file(pl.DataFrame(rows()), folder)
    path.write_bytes(path.read_bytes()[:-30])
    return path


def use_first_row_as_labels(_: Path) -> Any:
    return pd.DataFrame([[1, 2]], columns=[f"{MARKER} Jones", MARKER])


FAILING_TABLES = (
    write_csv_without_header, build_failing_lazy_frame, build_failing_python_function,
    build_failing_duckdb_view, build_failing_ibis_table,
    build_failing_spark_frame, write_truncated_parquet, use_first_row_as_labels,
    lambda _: FailingArrowStream(), lambda _: PrintsMarker(),
    lambda _: pd.DataFrame({"visit_id": [PrintsMarker()]}), lambda _: pd.Series([MARKER]),
    lambda _: [MARKER],
)  # fmt: skip


@pytest.mark.parametrize("make", FAILING_TABLES)
def test_an_error_inside_an_engine_reveals_no_marker(
    make: Callable[[Path], Any], tmp_path: Path
) -> None:
    """The error of an engine contains the value, so the library does not pass it on."""
    data = make(tmp_path)
    with raises_without_marker((InputError, ContractError)):
        _ = kpi.validate(data, Visit).table
    with raises_without_marker((InputError, ContractError)):
        compute(data, *ALL_MEASURES)


def test_an_unexpected_error_keeps_no_variables_of_the_table() -> None:
    """Its traceback keeps files and lines, which help to fix it, but no variables."""

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
        assert MARKER not in str([item.locals for item in inner])


def test_the_canary_finds_a_marker_in_an_error_that_keeps_its_variables() -> None:
    """Without ``clear_tracebacks``, the same error contains the rows, so these tests can fail."""
    compute_without_clearing = kpi.compute.__wrapped__  # type: ignore[attr-defined]
    metric = build_metric(*ALL_MEASURES)
    data = {"visit": pl.DataFrame(rows(grade=["none", "low", None]))}
    with pytest.raises(ContractError) as caught:
        compute_without_clearing(
            [metric], data, periods=QUARTERS, catalogue=kpi.Catalogue([metric])
        )
    with pytest.raises(AssertionError):
        assert_no_marker(caught.value)
