"""What changed between two versions of a force's mappings, in English, and for how many rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import narwhals as nw

from swm_kpi.calendar import OPEN_END, OPEN_START, format_date
from swm_kpi.engine.execution.dialects import dialect_of
from swm_kpi.engine.execution.engine_errors import translate_engine_errors
from swm_kpi.engine.execution.scans import collect
from swm_kpi.errors import SwmKpiError
from swm_kpi.force.force import Force
from swm_kpi.force.makers import TableMaker, extracts_of
from swm_kpi.mapping.code_list import CodeRow
from swm_kpi.mapping.english import describe_columns, describe_order
from swm_kpi.mapping.mapped_table import MappedTable, MappingError, format_small_count
from swm_kpi.mapping.mapping import Mapping as MappingOfTable
from swm_kpi.mapping.union import Union
from swm_kpi.mapping.values import Codes

_MOST_CODES = 40
_WAS, _NOW, _SAME_KEY = "was ", "now ", "same key"
_NOT_COUNTED = "Rows that change are not counted"


def iter_differences(
    before: Force, after: Force, extracts: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """Yield the lines that say what changed between the mappings of two folders.

    Codes of personal columns have no code list, so none is shown. Counts under five are hidden.

    Args:
        before: the earlier version of the folder.
        after: the later version.
        extracts: by name of the source's table, an extract to count the rows that change, in any
            type that ``Mapping.apply`` takes. A line names each that is missing.
    """
    lines: list[str] = []
    for table in sorted(before.mappings.keys() | after.mappings.keys()):
        old, new = before.mappings.get(table), after.mappings.get(table)
        if old is None or new is None:
            kept = new if old is None else old
            word = "new" if old is None else "removed"
            if kept is not None:
                makers = after.mappings if old is None else before.mappings
                made_from = " and ".join(extracts_of(makers, table))
                lines += [f"{table}: {word}, from {made_from}", ""]
            continue
        if isinstance(old, MappingOfTable) and isinstance(new, MappingOfTable):
            changes = _changes(old, new, extracts or {})
        elif isinstance(old, Union) and isinstance(new, Union):
            changes = list(_word_changes(old.describe_parts(), new.describe_parts()))
            parts = {mapping.source.table: mapping for mapping in old.mappings}
            for mapping in new.mappings:
                was = parts.get(mapping.source.table)
                of_part = [] if was is None else _changes(was, mapping, extracts or {})
                if of_part:
                    changes += [f"  {mapping.source.table}:", *(f"  {line}" for line in of_part)]
        else:
            changes = list(_word_changes(old.describe(), new.describe()))
        if changes:
            lines += [_heading(old, new), *changes, ""]
    yield from lines[:-1] or ["No mapping changes."]


def _changes(old: MappingOfTable, new: MappingOfTable, extracts: Mapping[str, Any]) -> list[str]:
    changes = list(_mapping_changes(old, new))
    if changes and extracts:
        name = new.source.table
        changes += (
            _row_changes(old, new, extracts[name])
            if name in extracts
            else [f"  {_NOT_COUNTED}: there is no extract {name!r}."]
        )
    return changes


def _word_changes(old: str, new: str) -> Iterator[str]:
    """Yield the lines of a description that changed."""
    before, after = old.splitlines(), new.splitlines()
    yield from (f"  no longer: {line}" for line in before if line not in after)
    yield from (f"  now: {line}" for line in after if line not in before)


def _heading(old: TableMaker, new: TableMaker) -> str:
    if old.version != new.version:
        return f"{new.contract.table}: version {old.version}, now {new.version}"
    if old.hash != new.hash:
        return f"{new.contract.table}: still version {new.version}. Raise it: rows change."
    return f"{new.contract.table}: version {new.version}. No row changes."


def _mapping_changes(old: MappingOfTable, new: MappingOfTable) -> Iterator[str]:
    fields = {
        "owner": (old.owner, new.owner),
        "in use from": (format_date(old.valid_from), format_date(new.valid_from)),
        "source": (old.source.table, new.source.table),
        "time zone": (old.source.zone, new.source.zone),
        "rows": (describe_order(old), describe_order(new)),
    }
    for name, (was, now) in fields.items():
        if was != now:
            yield f"  {name}: {was or 'nothing'}"
            yield f"    now: {now or 'nothing'}"
    yield from _source_changes(old, new)
    old_words, new_words = describe_columns(old), describe_columns(new)
    for name in dict.fromkeys((*old_words, *new_words)):
        was, now = old_words.get(name, "no such column"), new_words.get(name, "no such column")
        codes = list(_code_changes(old, new, name))
        if was != now:
            yield f"  {name}: {was}"
            yield f"    now: {now}"
        elif codes:
            yield f"  {name}: {now}"
        yield from codes


def _source_changes(old: MappingOfTable, new: MappingOfTable) -> Iterator[str]:
    for name in dict.fromkeys((*old.read_columns, *new.read_columns)):
        was, now = old.source.headers.get(name), new.source.headers.get(name)
        if was != now and was is not None and now is not None:
            yield f"  column {name} of the extract: headed {was!r}, now {now!r}"


def _code_rows(mapping: MappingOfTable, name: str) -> dict[str, list[CodeRow]]:
    """Return the approved rows of the code lists that a column is made from, by code."""
    rows: dict[str, list[CodeRow]] = {}
    value = mapping.columns.get(name)
    for part in value.walk() if value is not None else ():
        if isinstance(part, Codes):
            for row in part.code_list.rows:
                rows.setdefault(row.source_code, []).append(row)
    return rows


def _code_changes(old: MappingOfTable, new: MappingOfTable, name: str) -> Iterator[str]:
    old_rows, new_rows = _code_rows(old, name), _code_rows(new, name)
    changed = [
        code
        for code in sorted(old_rows.keys() | new_rows.keys())
        if _meanings(old_rows.get(code, [])) != _meanings(new_rows.get(code, []))
    ]
    for code in changed[:_MOST_CODES]:
        was, now = _meanings(old_rows.get(code, [])), _meanings(new_rows.get(code, []))
        yield f"    code {code}: {was}, now {now}"
    if len(changed) > _MOST_CODES:
        yield f"    and {len(changed) - _MOST_CODES} more codes"


def _meanings(rows: list[CodeRow]) -> str:
    return " and ".join(_meaning(row) for row in rows) or "not mapped"


def _meaning(row: CodeRow) -> str:
    days = ""
    if date.min < row.valid_from and row.valid_from > OPEN_START:
        days += f" from {format_date(row.valid_from)}"
    if row.valid_to < OPEN_END:
        days += f" to {format_date(row.valid_to)}"
    return f"{row.target or 'not recorded'}{days}"


def _row_changes(old: MappingOfTable, new: MappingOfTable, extract: Any) -> Iterator[str]:
    """Yield how many rows of an extract change, by column."""
    made = [_apply(mapping, extract) for mapping in (old, new)]
    for word, outcome in zip(("before", "now"), made, strict=True):
        if isinstance(outcome, str):
            yield f"  Rows {word}: {outcome}"
    was, now = made
    if isinstance(was, str) or isinstance(now, str):
        return
    if was.rows != now.rows:
        yield f"  Rows: {was.rows:,}, now {now.rows:,}"
        return
    names = [name for name in new.made_columns if name in old.made_columns]
    key = next((key for key in new.contract.keys if set(key) <= set(names)), ())
    if not key:
        yield f"  {_NOT_COUNTED}: not both mappings make a key of {new.contract.table}."
        return
    counts = _count_changes(was, now, key, names)
    if counts[", ".join(key)] < 0:
        yield f"  {_NOT_COUNTED}: two rows of {new.source.table!r} have one key."
        return
    changes = [f"{name} in {format_small_count(rows)}" for name, rows in counts.items() if rows]
    what = "; ".join(changes) or "no column of any row changes"
    yield f"  Of {now.rows:,} rows of the extract: {what}"


def _count_changes(
    was: MappedTable, now: MappedTable, key: Sequence[str], names: Sequence[str]
) -> dict[str, int]:
    """Count the rows that change, by column, in the engine that holds the extract.

    Rows are compared by their key. One without the same key before is counted for the key. The
    number for the key is below zero if two rows have one key.
    """
    dialect = dialect_of(now.frame)

    def rows_of(table: MappedTable, prefix: str) -> Any:
        rows = nw.from_native(table.frame).lazy()
        columns = (nw.col(name).cast(nw.String).alias(f"{prefix}{name}") for name in names)
        return rows.select(*columns)

    def query() -> dict[str, int]:
        keys = {side: [f"{side}{name}" for name in key] for side in (_WAS, _NOW)}
        pairs = rows_of(now, _NOW).join(
            rows_of(was, _WAS), left_on=keys[_NOW], right_on=keys[_WAS], how="inner"
        )
        compared = [name for name in names if name not in key]
        counts = pairs.select(
            nw.len().alias(_SAME_KEY), *(_is_changed(name).sum().alias(name) for name in compared)
        )
        counted = collect(counts, now.contract, "comparing rows", dialect).row(0, named=True)
        with_other_key = now.rows - int(counted.pop(_SAME_KEY) or 0)
        return {", ".join(key): with_other_key} | {
            name: int(rows or 0) for name, rows in counted.items()
        }

    return (
        query() if dialect is None else translate_engine_errors(dialect.name, now.contract, query)
    )


def _is_changed(name: str) -> Any:
    """Return 1 for a row in which a column changes, and 0 for others."""
    was, now = nw.col(f"{_WAS}{name}"), nw.col(f"{_NOW}{name}")
    both_blank = nw.when(was.is_null() & now.is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    return nw.when(was == now).then(nw.lit(0)).otherwise(both_blank)


def _apply(mapping: MappingOfTable, extract: Any) -> MappedTable | str:
    try:
        return mapping.apply(extract)
    except MappingError as error:
        return "; ".join(
            f"refused: {item.column} {item.rule} ({format_small_count(item.rows)} rows)"
            for item in error.violations
        )
    except SwmKpiError as error:
        return str(error).splitlines()[0]
