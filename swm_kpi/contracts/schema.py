"""Pandera schemas built from contracts. Only this module imports pandera.

Pandera's errors contain the values that failed and the whole frame, so none leaves this module.
Pandera's global switches can turn checks off, so this module turns them on for each run.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from swm_kpi.contracts.column import Column
from swm_kpi.errors import RequestError, did_you_mean

if TYPE_CHECKING:
    import polars as pl

    from swm_kpi.contracts.contract import ContractType

Schema: TypeAlias = Any
_BACKENDS = ("pandas", "polars")


def build_schema(contract: ContractType, backend: str) -> Schema:
    """Return a Pandera ``DataFrameSchema`` with the contract's column rules and keys.

    Only ``swm_kpi.validate`` checks rules over several columns.

    Raises:
        RequestError: the backend is neither pandas nor polars.
    """
    if backend not in _BACKENDS:
        raise RequestError(f"No Pandera schema for {backend!r}. {did_you_mean(backend, _BACKENDS)}")
    pa = _pandera(backend)
    return pa.DataFrameSchema(
        {
            name: pa.Column(
                _dtype(column, backend),
                checks=[
                    *_checks(pa, column, backend),
                    *(column.checks(pa) if column.checks else ()),
                ],
                nullable=column.nullable,
                required=not column.optional,
                unique=column.unique,
                coerce=False,
                description=column.description,
            )
            for name, column in contract.columns.items()
        },
        unique=next((list(key) for key in contract.keys if len(key) > 1), None),
        strict=False,
        unique_column_names=backend == "pandas",
        name=contract.table,
        description=contract.meaning,
    )


def failing_rows(series: pl.Series, column: Column) -> list[tuple[str, int]]:
    """Run the ``checks`` of a column. Return the name and the number of rows of each that fails."""
    pa = _pandera("polars")
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    failed_checks: list[tuple[str, int]] = []
    for check in column.checks(pa) if column.checks else ():
        schema = pa.DataFrameSchema({column.name: pa.Column(checks=[check], nullable=True)})
        failed = 0
        with config_context(
            validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA
        ):
            try:
                schema.validate(series.alias(column.name).to_frame(), lazy=True)
            except SchemaErrors as errors:
                failed = errors.failure_cases.height
        if failed:
            failed_checks.append((check.name or "a check", failed))
    return failed_checks


def _pandera(backend: str) -> Any:
    try:
        if backend == "polars":
            import pandera.polars

            return pandera.polars
        import pandera.pandas
    except ValueError:
        raise RequestError(
            "Pandera does not start: one of its environment variables, such as "
            "PANDERA_VALIDATION_DEPTH, has a value that it does not know. Unset the variable."
        ) from None
    return pandera.pandas


def _dtype(column: Column, backend: str) -> Any:
    """Return Pandera's type; None for text in pandas, which has several physical types."""
    if backend == "polars":
        import polars as pl

        types: dict[type, Any] = {
            str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean, date: pl.Date,
            datetime: pl.Datetime("us"),
        }  # fmt: skip
        return types[column.dtype]
    if column.dtype is str:
        return None
    if column.nullable and column.dtype in (int, bool):
        return {int: "Int64", bool: "boolean"}[column.dtype]
    return {int: "int64", float: "float64", bool: "bool", date: "datetime64[us]"}.get(
        column.dtype, "datetime64[us]"
    )


def _checks(pa: Any, column: Column, backend: str) -> list[Any]:
    checks = []
    if column.domain is not None:
        checks.append(pa.Check.isin(list(column.domain)))
    for word, bound in column.bounds.items():
        checks.append(getattr(pa.Check, word)(_bound(bound, column, backend)))
    if column.str_matches is not None:
        # In Polars, $ matches only at the end of the text. In Python it also matches before a final
        # line break, so \Z is used.
        first, last = ("^", "$") if backend == "polars" else (r"\A", r"\Z")
        checks.append(pa.Check.str_matches(f"{first}(?:{column.str_matches}){last}"))
    if column.dtype is str and backend == "pandas" and column.domain is None:
        checks.append(
            pa.Check(lambda value: isinstance(value, str), element_wise=True, name="text")
        )
    return checks


def _bound(bound: Any, column: Column, backend: str) -> Any:
    if type(bound) is date and (column.dtype is datetime or backend == "pandas"):
        return datetime(bound.year, bound.month, bound.day)
    return bound
