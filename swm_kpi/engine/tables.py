"""Tables made ready: opened, encoded, and checked against their contracts in one pass."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.contracts import CheckedTable, Column, ContractReport, ContractType, Violation
from swm_kpi.contracts.schema import failing_rows
from swm_kpi.engine.compile import Compiler
from swm_kpi.engine.encode import encode, plausible
from swm_kpi.engine.engines import Engine, engine_of, through
from swm_kpi.engine.frames import open_table
from swm_kpi.engine.remote_tables import RemoteTable
from swm_kpi.engine.scans import collect
from swm_kpi.errors import InputError
from swm_kpi.expressions import DTYPE_WORDS

_RAW = "raw:"
_RULE = "rule:"


@dataclass(frozen=True)
class Table:
    """A table the engine can accumulate from.

    Attributes:
        contract: what its rows are.
        lazy: the encoded columns, as a lazy frame of the engine that holds them.
        rows: how many rows it has.
        columns: contract columns that it holds.
        broken: columns that a violation touches, with the rule; empty unless they are withheld.
        spans: first and last day of each date column that has any value.
        coverage: first and last day covered, where whoever read it knows.
        missing_months: the first day of each month within it that nothing was given for.
        missing_of: by breakdown and member, the further months that nothing was given for.
        notes: what readers of a number should be told.
        remote: whether the rows are in another engine, and stay there.
        kept: narrow columns worked out before, of a table that does not change.
    """

    contract: ContractType
    lazy: Any
    rows: int
    columns: frozenset[str]
    broken: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[date, date]] = field(default_factory=dict)
    coverage: tuple[date, date] | None = None
    missing_months: tuple[date, ...] = ()
    missing_of: Mapping[str, Mapping[str, tuple[date, ...]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    remote: bool = False
    kept: dict[Any, Any] = field(default_factory=dict)


def prepare(
    given: Any,
    contract: ContractType,
    *,
    wanted: Collection[str],
    required: Collection[str],
    instants: Collection[str],
) -> tuple[Table, ContractReport]:
    """Open a table, encode it and check it.

    Args:
        given: one of the supported inputs.
        contract: the table's contract.
        wanted: columns to read and check where the table has them.
        required: columns that it is a violation not to have.
        instants: columns that elapsed time is measured from or to.

    Raises:
        InputError: it is of no supported type, cannot be read, or was checked for another table.
    """
    if isinstance(given, CheckedTable):
        return _already_checked(given, contract, required)
    engine = engine_of(given)
    if engine is not None:
        return _remote(given, engine, contract, wanted, required, instants)
    raw = open_table(given, contract.table, wanted)
    schema = raw.lazy.collect_schema()
    columns = {name: contract.columns[name] for name in schema.names() if name in contract.columns}
    broken: list[tuple[str, str, pl.Expr]] = []
    encoded: dict[str, pl.Expr] = {}
    for name, column in columns.items():
        one = encode(
            column,
            pl.col(_RAW + name),
            schema[name],
            as_text=raw.as_text,
            instant=name in instants,
        )
        encoded |= one.columns
        broken += [(name, rule, rows) for rule, rows in one.broken]
    # Each column stays beside the encoded one as it came, so that one pass counts both.
    renamed = raw.lazy.rename({name: _RAW + name for name in columns})
    wide = renamed.with_columns(each.alias(name) for name, each in encoded.items())
    usable = {name: column for name, column in columns.items() if name in encoded}
    wide, rules = _with_rules(wide, contract, usable)
    broken += [*_column_rules(usable), *_key_rules(contract, usable), *rules]
    if raw.in_memory:
        wide = collect(wide, contract.table, "encoding").lazy()
    counts = _count(wide, contract.table, broken, usable)
    rows = int(counts["rows"][0])
    violations = _violations(broken, counts)
    violations += [
        Violation(
            name,
            f"holds several types, or one that cannot be read, or occurs twice; it should hold "
            f"{_word(contract, name)}",
            rows,
        )
        for name in raw.mixed
    ]
    violations += [
        Violation(name, "the column is missing", rows)
        for name in required
        if name not in columns and name not in raw.mixed
    ]
    violations += list(_own_checks(wide, contract, usable))
    table = Table(
        contract,
        wide.select(list(encoded)),
        rows,
        frozenset(usable),
        _broken_columns(violations),
        _spans(counts, usable),
        raw.coverage,
        raw.missing_months,
        raw.missing_of,
        raw.notes,
    )
    report = ContractReport(
        contract.table,
        rows,
        tuple(sorted(violations)),
        tuple(sorted(set(raw.names) - set(contract.columns))),
        tuple(name for name in contract.columns if name not in columns),
    )
    return table, report


def _remote(
    given: Any,
    engine: Engine,
    contract: ContractType,
    wanted: Collection[str],
    required: Collection[str],
    instants: Collection[str],
) -> tuple[Table, ContractReport]:
    """Encode and check a table where it is."""
    found = through(
        engine.name,
        contract.table,
        lambda: RemoteTable(given, engine, contract, wanted, instants),
    )
    missing = [
        Violation(name, "the column is missing", found.rows)
        for name in required
        if name not in found.given
    ]
    violations = [*found.violations, *missing]
    columns = frozenset(found.columns)
    broken = _broken_columns(violations)
    table = Table(contract, found.lazy, found.rows, columns, broken, found.spans, remote=True)
    report = ContractReport(
        contract.table,
        found.rows,
        tuple(sorted(violations)),
        tuple(sorted(set(found.names) - set(contract.columns))),
        tuple(name for name in contract.columns if name not in found.given),
    )
    return table, report


def validate(frame: Any, contract: ContractType, *, strict: bool = False) -> ContractReport:
    """Check a whole table against its contract, every column and rule of it.

    Args:
        frame: one of the inputs that ``compute`` takes.
        contract: the table's contract.
        strict: refuse columns that the contract does not know, which are otherwise only named.

    Returns:
        A report of counts. When it is ok, its ``table`` is the table encoded, to compute from
        without being checked again.

    Raises:
        InputError: the input is of no supported type or cannot be read.
    """
    times = {name for name, column in contract.columns.items() if column.dtype in (date, datetime)}
    names = set(contract.columns)
    table, report = prepare(
        frame, contract, wanted=names, required=contract.columns, instants=times
    )
    violations = report.violations
    if strict and report.extra_columns:
        rule = "the contract has no such column"
        violations += tuple(Violation(name, rule, report.rows) for name in report.extra_columns)
    checked = None
    if not violations:
        checked = CheckedTable(
            contract.__name__,
            contract.table,
            table.lazy
            if table.remote
            else collect(table.lazy, contract.table, "keeping the encoded table"),
            tuple(sorted(table.columns)),
            table.coverage,
            table.missing_months,
            table.missing_of,
            table.notes,
            table.spans,
            rows=table.rows,
        )
    return ContractReport(
        report.name, report.rows, violations, report.extra_columns, report.not_given, checked
    )


def _already_checked(
    given: CheckedTable, contract: ContractType, required: Collection[str]
) -> tuple[Table, ContractReport]:
    if given.contract != contract.__name__:
        raise InputError(
            f"Table {contract.table!r}: the table given was checked as {given.table!r}. "
            f"Validate it as {contract.table!r} first."
        )
    missing = [Violation(n, "the column is missing", 0) for n in required if n not in given.columns]
    remote = engine_of(given.frame) is not None
    table = Table(
        contract,
        given.frame if remote else given.frame.lazy(),
        given.rows,
        frozenset(given.columns),
        _broken_columns(missing),
        dict(given.spans),
        given.coverage,
        given.missing_months,
        given.missing_of,
        given.notes,
        remote=remote,
        kept=given.kept,
    )
    return table, ContractReport(contract.table, given.rows, tuple(missing))


def _with_rules(
    wide: pl.LazyFrame, contract: ContractType, usable: dict[str, Column]
) -> tuple[pl.LazyFrame, list[tuple[str, str, pl.Expr]]]:
    """Add a column for each cross-column rule whose columns are all there."""
    compiler = Compiler()
    found: list[tuple[str, str, pl.Expr]] = []
    added = {}
    for name, rule in contract.rules.items():
        reads = [each.name for each in rule.condition.walk() if isinstance(each, Column)]
        if all(each in usable for each in reads):
            added[_RULE + name] = compiler(rule.condition)
            joined = ", ".join(dict.fromkeys(reads))
            found.append(
                (joined, f"breaks the rule that {rule.says}", (~pl.col(_RULE + name)).sum())
            )
    if not added:
        return wide, []
    ruled = nw.from_native(wide).with_columns(*(each.alias(n) for n, each in added.items()))
    return ruled.to_native(), found


def _column_rules(usable: dict[str, Column]) -> Iterator[tuple[str, str, pl.Expr]]:
    for name, column in usable.items():
        value = pl.col(name)
        if not column.nullable:
            yield name, "is missing", pl.col(_RAW + name).is_null().sum() + _nan(column)
        for word, bound in column.bounds.items():
            says, outside = {
                "ge": ("less than", value < bound),
                "gt": ("not more than", value <= bound),
                "le": ("more than", value > bound),
                "lt": ("not less than", value >= bound),
            }[word]
            yield name, f"is {says} {bound}", outside.sum()
        if column.str_matches is not None:
            pattern = rf"\A(?:{column.str_matches})\z"
            rule = f"does not match the pattern {column.str_matches}"
            yield name, rule, (~value.cast(pl.String).str.contains(pattern)).sum()


def _nan(column: Column) -> pl.Expr:
    """Count the NaN of a number column, which are missing values too."""
    if column.dtype is not float:
        return pl.lit(0)
    return pl.col(_RAW + column.name).cast(pl.Float64, strict=False).is_nan().sum()


def _key_rules(
    contract: ContractType, usable: dict[str, Column]
) -> Iterator[tuple[str, str, pl.Expr]]:
    for key in contract.keys:
        if not all(name in usable for name in key):
            continue
        together = pl.col(key[0]) if len(key) == 1 else pl.struct(key)
        rule = "is not unique" if len(key) == 1 else "are not unique together"
        # Missing keys are counted as missing; here they would look like repeats of each other.
        whole = pl.all_horizontal(pl.col(name).is_not_null() for name in key)
        known = together.filter(whole)
        yield ", ".join(key), rule, known.len() - known.n_unique()
        for name in key:
            if usable[name].dtype is str and usable[name].domain is None:
                text = pl.col(name)
                yield name, "has spaces round it", (text != text.str.strip_chars()).sum()
                yield name, "is empty text", (text == "").sum()


def _count(
    wide: pl.LazyFrame,
    table: str,
    broken: list[tuple[str, str, pl.Expr]],
    usable: dict[str, Column],
) -> pl.DataFrame:
    """Count every rule's broken rows, and find each date column's span, in one pass."""
    spans = [
        each
        for name, column in usable.items()
        if column.dtype in (date, datetime)
        for each in (
            plausible(pl.col(name)).min().cast(pl.Date).alias(f"first:{name}"),
            plausible(pl.col(name)).max().cast(pl.Date).alias(f"last:{name}"),
        )
    ]
    counted = [rows.cast(pl.Int64).alias(f"broken:{i}") for i, (_, _, rows) in enumerate(broken)]
    return collect(wide.select(pl.len().alias("rows"), *counted, *spans), table, "checking")


def _violations(broken: list[tuple[str, str, pl.Expr]], counts: pl.DataFrame) -> list[Violation]:
    found = []
    for position, (column, rule, _) in enumerate(broken):
        rows = counts[f"broken:{position}"][0]
        if rows:
            found.append(Violation(column, rule, int(rows)))
    return found


def _own_checks(
    wide: pl.LazyFrame, contract: ContractType, usable: dict[str, Column]
) -> Iterator[Violation]:
    """Run the Pandera checks that a contract's author added to a column."""
    for name, column in usable.items():
        if column.checks is not None:
            series = collect(
                wide.select(name), contract.table, "the contract's own checks"
            ).to_series()
            for check, rows in failing_rows(series, column):
                yield Violation(name, f"fails {check}", rows)


def _broken_columns(violations: list[Violation]) -> dict[str, str]:
    return {
        name: f"{each.column} {each.rule}"
        for each in reversed(violations)
        for name in each.column.split(", ")
    }


def _spans(counts: pl.DataFrame, usable: dict[str, Column]) -> dict[str, tuple[date, date]]:
    found = {}
    for name, column in usable.items():
        if column.dtype in (date, datetime):
            first, last = counts[f"first:{name}"][0], counts[f"last:{name}"][0]
            if first is not None:
                found[name] = (first, last)
    return found


def _word(contract: ContractType, name: str) -> str:
    return DTYPE_WORDS[contract.columns[name].dtype]
