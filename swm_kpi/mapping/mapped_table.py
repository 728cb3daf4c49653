"""What a mapping makes of an extract: the rows of a contract, with what was counted on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from swm_kpi.contracts import TableMapping, Violation
from swm_kpi.coverage import Coverage
from swm_kpi.errors import DataError

_MIN_WIDTH = 9
SMALL = 5
"""A report hides counts below this number."""
ABOUT_CODES = ("has a code", "has a value")
"""How a rule begins that is about codes or flags, which a report lists."""


class MappingError(DataError):
    """An extract has values that its mapping refuses.

    Attributes:
        violations: each column, what was refused in it, and in how many rows.
    """

    def __init__(self, subject: str, violations: tuple[Violation, ...]) -> None:
        self.subject = subject
        self.violations = violations
        lines = [f"{subject} refuses the extract:", *(f"  {item}" for item in violations)]
        if any(item.rule.startswith(ABOUT_CODES) for item in violations):
            lines.append(
                "To see codes that are not personal, run swm-kpi map report, or print "
                "mapping.report(extract)."
            )
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[Self], tuple[str, tuple[Violation, ...]]]:
        """Keep the violations when the error is pickled, as between processes."""
        return type(self), (self.subject, self.violations)


@dataclass(frozen=True)
class ColumnCounts:
    """How the rows of a mapped column came to their values.

    Attributes:
        mapped: rows with a value from the source, or with a constant.
        null_at_source: rows for which the source has no value, or a code for "not recorded".
        unmapped: rows with a value in the source that the mapping does not map.
        other: rows with such a value that became the mapping's ``other``.
    """

    mapped: int
    null_at_source: int = 0
    unmapped: int = 0
    other: int = 0

    @property
    def rows(self) -> int:
        """All rows of the table."""
        return self.mapped + self.null_at_source + self.unmapped + self.other


@dataclass(frozen=True)
class MappedTable:
    """The rows of a contract that a mapping made from an extract: a table to pass to ``compute``.

    Attributes:
        contract: the name of the contract's table.
        mapping: the definition of the mapping, such as ``crime@3#12bcd4fa``.
        frame: the rows alone: a Polars frame, or a table of the engine that holds the extract.
            Beside a column that may hold unmapped values it has the column's status, such as
            ``reason status``: ``mapped``, ``null at source``, ``unmapped`` or ``other``.
        rows: the number of rows.
        counts: the four counts of each mapped column, by name.
        not_in_source: the reason for each column that the source has no field for, by name.
        coverage: the days that the table covers, where it is known how it was put together; None
            where its rows must show them.
        with_status: the columns that have a status beside them.
    """

    contract: str
    mapping: str
    frame: Any = field(repr=False)
    rows: int
    counts: Mapping[str, ColumnCounts]
    not_in_source: Mapping[str, str]
    coverage: Coverage | None = None
    with_status: tuple[str, ...] = ()

    @property
    def table_mapping(self) -> TableMapping:
        """What the readers of a number must know of how the rows were made."""
        counts = self.counts.items()
        return TableMapping(
            self.mapping,
            {name: count.unmapped for name, count in counts if count.unmapped},
            {name: count.other for name, count in counts if count.other},
            self.not_in_source,
            self.with_status,
        )


@dataclass(frozen=True)
class UnmappedCode:
    """A code that a mapping does not map.

    Attributes:
        column: the column of the contract.
        code: the code, as the source has it.
        rows: in how many rows it is; None for fewer than five.
    """

    column: str
    code: str
    rows: int | None


@dataclass(frozen=True)
class MappingReport:
    """What a mapping would make of an extract, for the analyst who owns the mapping.

    It lists codes of columns that are not personal. Keep it where the extract is kept.

    Attributes:
        mapping: the definition of the mapping.
        rows: the number of rows that it would make.
        counts: the four counts of each mapped column, by name.
        not_in_source: the reason for each column that the source has no field for, by name.
        refused: what the mapping refuses; empty if it would make the table.
        codes: the codes that are not mapped, the most frequent first.
        left_out: by extract of a union, the rows of days that another extract has.
    """

    mapping: str
    rows: int
    counts: Mapping[str, ColumnCounts]
    not_in_source: Mapping[str, str]
    refused: tuple[Violation, ...]
    codes: tuple[UnmappedCode, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the mapping refuses nothing."""
        return not self.refused

    def __str__(self) -> str:
        width = max([len(name) for name in (*self.counts, *self.not_in_source, "column")])
        headings = ("mapped", "null at source", "unmapped", "other")
        lines = [f"{self.mapping}: {self.rows:,} rows", ""]
        sizes = [max(len(text), _MIN_WIDTH) for text in headings]
        shown = (text.rjust(size) for text, size in zip(headings, sizes, strict=True))
        lines.append("  ".join(["column".ljust(width), *shown]))
        for name, count in self.counts.items():
            numbers = (count.mapped, count.null_at_source, count.unmapped, count.other)
            cells = (
                text.rjust(size)
                for text, size in zip(format_small_counts(numbers), sizes, strict=True)
            )
            lines.append("  ".join([name.ljust(width), *cells]))
        lines += [
            f"{name.ljust(width)}  not in the source: {reason}"
            for name, reason in self.not_in_source.items()
        ]
        if self.left_out:
            lines += ["", "Rows of days that another extract has, left out:"]
            lines += [
                f"  {name}: {format_small_count(rows)}" for name, rows in self.left_out.items()
            ]
        if self.codes:
            lines += ["", "Codes that are not mapped:"]
            for name in dict.fromkeys(item.column for item in self.codes):
                of_column = [item for item in self.codes if item.column == name]
                rows = format_small_counts([item.rows or 1 for item in of_column])
                lines += [
                    f"  {name}: {item.code!r} in {text} rows"
                    for item, text in zip(of_column, rows, strict=True)
                ]
        if self.refused:
            lines += ["", "Refused:"]
            lines += [
                f"  {item.column}: {item.rule} ({format_small_count(item.rows)} rows)"
                for item in self.refused
            ]
        return "\n".join(lines)


def format_small_counts(numbers: Sequence[int]) -> list[str]:
    """Return counts that add up to a known one, so that no small one can be subtracted from it.

    Where only one is small, the next in size is "5 or more".
    """
    texts = [format_small_count(number) for number in numbers]
    small = [position for position, number in enumerate(numbers) if 0 < number < SMALL]
    others = [position for position, number in enumerate(numbers) if number >= SMALL]
    if len(small) == 1 and others:
        texts[min(others, key=lambda position: numbers[position])] = f"{SMALL} or more"
    return texts


def format_small_count(number: int) -> str:
    """Return a count of rows; only "under 5" if it is small and not zero."""
    return f"{number:,}" if number == 0 or number >= SMALL else f"under {SMALL}"
