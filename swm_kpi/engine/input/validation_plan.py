"""How a Polars table is encoded and validated: planned once for each contract and physical schema.

A plan depends on the contract, the columns and their physical types, and on no row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import narwhals as nw
import polars as pl

from swm_kpi.contracts import Column, ContractType, Violation
from swm_kpi.engine.encoding.encode import (
    INSTANT,
    IS_MISSING,
    MOST_CHARACTERS,
    NOT_LISTED,
    SMALLEST_WEIGHT,
    TOO_LARGE,
    TOO_LONG,
    TOO_SMALL,
    encode,
    has_offset,
    is_in_key,
    is_like_a_weight,
    limit_of,
    plausible,
    without_blanks,
)
from swm_kpi.engine.execution.distinct import count_distinct, duplicates
from swm_kpi.engine.execution.scans import collect, select
from swm_kpi.engine.input.unlisted_areas import describe_values, is_of_areas, unlisted_values
from swm_kpi.engine.plan.columns import Window
from swm_kpi.engine.plan.compile import Compiler

OUTSIDE_BOUND = {"ge": "less than", "gt": "not more than", "le": "more than", "lt": "not less than"}
"""How a value breaks each bound, in words."""

NOT_THE_SAME = "is not the same in every row"
"""The rule for the time of extraction, in words."""

OF_THE_TABLE = (TOO_LARGE, NOT_THE_SAME)
"""Rules of columns that matter even if no period uses the row."""

_RAW = "raw:"
_RULE = "rule:"
_CACHED_PLANS = 128


@dataclass(frozen=True)
class ValidationPlan:
    """How the columns of a table are encoded and validated.

    Attributes:
        contract: the table's contract.
        columns: the contract's columns that the table has.
        usable: those that are encoded. One of a type that cannot be used is null in every row.
        encoded: an expression for each column of the encoded table, by name.
        rules: for each rule over several columns, whether a row keeps it.
        checked: the column and the rule of each check, in the order of ``counts``.
        counts: what one scan counts: the rows, those that break each rule, and the first and last
            day of each date column.
        keys: the keys that can be checked.
        exact: the identifying columns of times that have an offset, as their type shows. Whether
            times in text have one is counted.
        of_rows: by number, the counts of the checks of one row by itself, such as a closed list. A
            row that no period uses cannot make these wrong for the others. A rule over several
            columns is not counted here if one of its values could not be encoded.
    """

    contract: ContractType
    columns: tuple[str, ...]
    usable: dict[str, Column]
    encoded: dict[str, pl.Expr]
    rules: tuple[pl.Expr, ...]
    checked: tuple[tuple[str, str], ...]
    counts: tuple[pl.Expr, ...]
    keys: tuple[tuple[str, ...], ...]
    exact: frozenset[str]
    of_rows: Mapping[int, pl.Expr]

    def encode(self, raw: pl.LazyFrame) -> pl.LazyFrame:
        """Return the encoded columns, and beside them the raw ones under other names."""
        renamed = raw.rename({name: _RAW + name for name in self.columns})
        encoded = renamed.with_columns(
            expression.alias(name) for name, expression in self.encoded.items()
        )
        return encoded.with_columns(self.rules) if self.rules else encoded


@dataclass(frozen=True)
class CheckedRows:
    """What the scans of a table count.

    Attributes:
        rows: the number of rows.
        violations: every rule that some row breaks.
        spans: the first and last day of each date column that has any value.
        blank: the columns that have no value in any row.
        exact: the identifying columns of times that have an offset.
    """

    rows: int
    violations: list[Violation]
    spans: dict[str, tuple[date, date]]
    blank: frozenset[str]
    exact: frozenset[str]


@lru_cache(maxsize=_CACHED_PLANS)
def plan_validation(
    contract: ContractType,
    schema: tuple[tuple[str, pl.DataType], ...],
    instants: frozenset[str],
    identifying: frozenset[str] = frozenset(),
    *,
    as_text: bool,
) -> ValidationPlan:
    """Plan how a table is encoded and validated; the same for the same arguments.

    Args:
        contract: the table's contract.
        schema: the names of its columns, and the types they came in.
        instants: columns whose instants are read.
        identifying: columns whose instants are read where their times have an offset.
        as_text: whether every value is text to be parsed, from a CSV file.
    """
    columns = {name: contract.columns[name] for name, _ in schema if name in contract.columns}
    exact = frozenset(
        name for name, dtype in schema if isinstance(dtype, pl.Datetime) and dtype.time_zone
    )
    instants |= identifying if as_text else identifying & exact
    checks: list[tuple[str, str, pl.Expr]] = []
    encoded: dict[str, pl.Expr] = {}
    day_column = contract.area_day_column
    day: pl.Expr | None = None
    unusable: set[str] = set()
    # The day of each row comes first: the areas of other columns are looked up by it.
    for name, dtype in sorted(schema, key=lambda item: columns.get(item[0]) is not day_column):
        if name in columns:
            column = encode(
                columns[name],
                pl.col(_RAW + name),
                dtype,
                as_text=as_text,
                has_instant=name in instants,
                day=day,
            )
            if columns[name] is day_column and name in column.columns:
                day = column.columns[name].cast(pl.Date)
            encoded |= column.columns
            if not column.is_usable:
                unusable.add(name)
            checks += [(name, rule, rows) for rule, rows in column.broken]
    usable = {name: column for name, column in columns.items() if name in encoded}
    # Text of a CSV file can have an offset or not.
    rules, rule_checks = _rules(contract, usable, None if as_text else exact)
    keys = contract.keys_among(usable)
    of_columns, of_keys = list(_column_checks(usable, unusable)), list(_key_checks(keys, usable))
    of_rows = [number for number, (_, rule, _) in enumerate(checks) if rule == NOT_LISTED]
    of_rows += [
        len(checks) + n for n, (_, rule, _) in enumerate(of_columns) if rule not in OF_THE_TABLE
    ]
    checks += [*of_columns, *of_keys]
    counts_of_rows = {number: checks[number][2] for number in of_rows}
    for columns_read, rule, broken in rule_checks:
        of_encoded = broken & ~_is_lost(columns_read.split(", "), usable)
        counts_of_rows[len(checks)] = of_encoded.sum()
        checks.append((columns_read, rule, broken.sum()))
    counts = [rows.alias(f"broken:{number}") for number, (_, _, rows) in enumerate(checks)]
    return ValidationPlan(
        contract,
        tuple(columns),
        usable,
        encoded,
        tuple(rules),
        tuple((column, rule) for column, rule, _ in checks),
        (
            pl.len().alias("rows"),
            *counts,
            *_spans(usable),
            *_filled(usable),
            *_offsets(identifying & usable.keys() if as_text else frozenset()),
        ),
        keys,
        identifying & exact & usable.keys(),
        {number: rows.alias(f"broken:{number}") for number, rows in counts_of_rows.items()},
    )


def run_validation(
    encoded: pl.LazyFrame | pl.DataFrame,
    plan: ValidationPlan,
    windows: tuple[Window, ...] | None = None,
) -> CheckedRows:
    """Count the rows that break each rule.

    If any row breaks a rule of one row by itself, the rows that can be used are counted again.

    Args:
        encoded: what :meth:`ValidationPlan.encode` returns.
        plan: the same plan.
        windows: the rows that can be used; None for all.
    """
    counts = select(encoded, plan.counts, plan.contract.table, "checking").row(0, named=True)
    rows = int(counts["rows"])
    again = [count for number, count in plan.of_rows.items() if counts[f"broken:{number}"]]
    within = encoded
    if again:
        if windows is not None and all(window.column in plan.usable for window in windows):
            within = encoded.filter(pl.any_horizontal(_is_used(window) for window in windows))
        rows_used = select(within, again, plan.contract.table, "checking the rows of the periods")
        counts |= rows_used.row(0, named=True)
    violations = [
        Violation(column, rule, counts[f"broken:{number}"], _unlisted(within, plan, column, rule))
        for number, (column, rule) in enumerate(plan.checked)
        if counts[f"broken:{number}"]
    ]
    exact = plan.exact | {name for name in plan.usable if counts.get(f"offset:{name}")}
    for key in plan.keys:
        compared = tuple(name + INSTANT if name in exact else name for name in key)
        never_blank = [
            used for name, used in zip(key, compared, strict=True) if not plan.usable[name].nullable
        ]
        repeats = _count_repeats(encoded, plan.contract.table, compared, never_blank)
        if repeats:
            violations.append(repeated_key(key, repeats))
    spans = {
        name: (counts[f"first:{name}"], counts[f"last:{name}"])
        for name in plan.usable
        if counts.get(f"first:{name}") is not None
    }
    blank = {name for name in plan.usable if counts.get(f"filled:{name}", rows) == 0}
    blank |= {name for name in plan.usable if counts.get(f"first:{name}", rows) is None}
    return CheckedRows(rows, violations, spans, frozenset(blank), exact)


def _unlisted(
    encoded: pl.LazyFrame | pl.DataFrame, plan: ValidationPlan, name: str, rule: str
) -> str:
    """Return the values of a column of areas that are no areas, in words."""
    if rule != NOT_LISTED or not is_of_areas(plan.usable[name]):
        return ""
    raw = without_blanks(pl.col(_RAW + name).cast(pl.String))
    rows = encoded.lazy().filter(pl.col(name).is_null() & raw.is_not_null())
    query = unlisted_values(nw.from_native(rows), _RAW + name).to_native()
    table, purpose = plan.contract.table, "listing values that are no areas"
    return describe_values(plan.usable[name], collect(query, table, purpose))


def _is_lost(names: Sequence[str], columns: Mapping[str, Column]) -> pl.Expr:
    """Return whether a row has a value of some column that could not be encoded.

    A number that is not a number is missing, and not lost.
    """
    return pl.any_horizontal(
        pl.lit(False),
        *(
            pl.col(name).is_null() & pl.col(_RAW + name).is_not_null()
            for name in names
            if columns[name].dtype is not float
        ),
    )


def _is_used(window: Window) -> pl.Expr:
    """Return whether a row is in a window, or has no time that says so."""
    time = pl.col(window.column)
    return ((time >= pl.lit(window.start)) & (time < pl.lit(window.stop))).fill_null(True)


def repeated_key(key: tuple[str, ...], rows: int) -> Violation:
    """Return the violation of a key that some rows share with an earlier row."""
    rule = "is not unique" if len(key) == 1 else "are not unique together"
    return Violation(", ".join(key), rule, rows)


def _count_repeats(
    encoded: pl.LazyFrame | pl.DataFrame,
    table: str,
    key: tuple[str, ...],
    never_blank: Sequence[str],
) -> int:
    """Count the rows whose key an earlier row has.

    A blank in a column that may be blank is a value of the key: two rows of one area and year that
    name no district are one row twice. Sorting hashes takes a quarter of the time that comparing
    texts takes, and eight bytes a row. Only rows with the same first hash as another row are
    compared again, by a second hash.
    """
    # A null in the other columns is a violation of its own, and no repeat of another null.
    complete = pl.all_horizontal(
        pl.lit(True), *(pl.col(name).is_not_null() for name in never_blank)
    )
    values = (pl.col(key[0]) if len(key) == 1 else pl.struct(key)).filter(complete)
    first, second = values.hash(1).alias("first"), values.hash(2).alias("second")
    hashes = select(encoded, [first], table, "checking the key")["first"]
    shared = duplicates(hashes.to_numpy())
    if not len(shared):
        return 0
    suspects = (
        encoded.lazy()
        .select(first, second)
        .filter(pl.col("first").is_in(pl.lit(pl.Series(shared))))
    )
    pairs = collect(suspects, table, "comparing keys")
    return len(pairs) - count_distinct(pairs["first"].to_numpy(), pairs["second"].to_numpy())


def _rules(
    contract: ContractType, usable: dict[str, Column], exact: frozenset[str] | None
) -> tuple[list[pl.Expr], list[tuple[str, str, pl.Expr]]]:
    """Compile each rule over several columns, where the table has them all.

    Returns:
        The expressions of the rules, and for each its columns, its words and whether a row breaks
        it.
    """
    compiler = Compiler(polars=True, exact=exact, of_rules=True)
    expressions: list[pl.Expr] = []
    checks: list[tuple[str, str, pl.Expr]] = []
    for name, rule in contract.rules.items():
        reads = [part.name for part in rule.condition.walk() if isinstance(part, Column)]
        if all(column in usable for column in reads):
            expressions.append(compiler(rule.condition).alias(_RULE + name))
            columns = ", ".join(dict.fromkeys(reads))
            broken = ~pl.col(_RULE + name)
            checks.append((columns, f"breaks the rule that {rule.says}", broken))
    return expressions, checks


def _column_checks(
    usable: dict[str, Column], unusable: Collection[str]
) -> Iterator[tuple[str, str, pl.Expr]]:
    for name, column in usable.items():
        value = pl.col(name)
        if name in unusable:
            # Its values are nulls of a type that cannot be used.
            if not column.nullable:
                yield name, IS_MISSING, pl.col(_RAW + name).null_count()
            continue
        if not column.nullable:
            yield name, IS_MISSING, _count_missing(column)
        if column.extraction:
            differs = value.min() != value.max()
            yield name, NOT_THE_SAME, pl.when(differs).then(pl.len()).otherwise(0)
        for word, bound in column.bounds.items():
            outside = {
                "ge": value < bound,
                "gt": value <= bound,
                "le": value > bound,
                "lt": value >= bound,
            }[word]
            yield name, f"is {OUTSIDE_BOUND[word]} {bound}", outside.sum()
        if column.dtype is str and column.domain is None:
            yield name, TOO_LONG, (value.str.len_chars() > MOST_CHARACTERS).sum()
        if column.dtype in (int, float):
            limit, size = limit_of(column), value.cast(pl.Float64).abs()
            yield name, TOO_LARGE, ((size >= limit) & (size < float("inf"))).sum()
        if is_like_a_weight(column):
            yield name, TOO_SMALL, ((value > 0) & (value < SMALLEST_WEIGHT)).sum()
        if column.str_matches is not None:
            pattern = rf"\A(?:{column.str_matches})\z"
            rule = f"does not match the pattern {column.str_matches}"
            yield name, rule, (~value.cast(pl.String).str.contains(pattern)).sum()


def _count_missing(column: Column) -> pl.Expr:
    """Count the missing values; a NaN in a column of numbers is missing too."""
    raw = pl.col(_RAW + column.name)
    if column.dtype is str and not is_in_key(column):
        encoded = pl.col(column.name)
        if column.domain is None:
            return encoded.null_count()
        text = raw.cast(pl.String, strict=False).filter(encoded.is_null())
        return without_blanks(text).null_count()
    if column.dtype is not float:
        return raw.null_count()
    return raw.null_count() + raw.cast(pl.Float64, strict=False).is_nan().sum()


def _key_checks(
    keys: tuple[tuple[str, ...], ...], usable: dict[str, Column]
) -> Iterator[tuple[str, str, pl.Expr]]:
    for name in (name for key in keys for name in key):
        if usable[name].dtype is str and usable[name].domain is None:
            text = pl.col(name)
            yield name, "has spaces round it", (text != text.str.strip_chars()).sum()
            yield name, "is empty text", (text == "").sum()


def _spans(usable: dict[str, Column]) -> Iterator[pl.Expr]:
    for name, column in usable.items():
        if column.dtype in (date, datetime):
            when = plausible(pl.col(name))
            yield when.min().cast(pl.Date).alias(f"first:{name}")
            yield when.max().cast(pl.Date).alias(f"last:{name}")


def _offsets(names: Iterable[str]) -> Iterator[pl.Expr]:
    """Return whether the text of some columns of times has an offset."""
    for name in sorted(names):
        yield has_offset(pl.col(_RAW + name).cast(pl.String)).any().alias(f"offset:{name}")


def _filled(usable: dict[str, Column]) -> Iterator[pl.Expr]:
    """Count the values of each column that may be blank; of dates, the first one shows it."""
    for name, column in usable.items():
        if column.nullable and column.dtype not in (date, datetime):
            yield pl.col(name).count().alias(f"filled:{name}")
