"""The text report: a written text for a period, without a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.measures.grid_cells import Cells
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTestRule,
    DisclosureRule,
    FreeText,
    PoolingRule,
    ProcessLimitRule,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array


_NO_NUMBER = "a text report has no number."


class TextReport(TableMeasure):
    """A text for the period, with its author's role and its evidence. It has no number.

    The note carries the latest text of the period, and the value is marked ``[z]``. If several are
    of that day, it carries all of them, in alphabetical order. A period without a text is marked
    ``[x]``.

    - Unit: text.
    - Time: a text belongs to the period that holds its date.
    - Totals: none. It is never broken down: the note carries the latest text of the whole table.
    - Protection: a policy withholds the text, unless it says that free text may be published.
    - Process limits: none, because there is no number.
    - Interval: none, for the same reason.

    Attributes:
        at: the last day of the period that the text is about.
        text: the column of the text.
        author: the column of the role of its author, never a name.
        evidence: the column that says on what evidence it rests.
        rating: the column of a judgement on a stated scale, if there is one.
    """

    kind: ClassVar[str] = "text report"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule.refuse(_NO_NUMBER)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule.refuse("A text is not judged.")
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(refusal=_NO_NUMBER)
    disclosure: ClassVar[DisclosureRule] = FreeText()
    text: Column
    author: Column
    evidence: Column
    rating: Column | None = None

    @property
    def resolved_unit(self) -> Unit:
        """Always text."""
        return Unit.TEXT

    @property
    def text_columns(self) -> tuple[Column, ...]:
        """The columns that the note carries, in the order to print them."""
        columns = (self.rating, self.text, self.author, self.evidence)
        return tuple(column for column in columns if column is not None)

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """How many texts there are: one statistic for each column that the note carries."""
        return {
            column.name: Statistic(self.of, Operation.ROWS, self.at, where=self.where, of=column)
            for column in self.text_columns
        }

    @property
    def completeness(self) -> None:
        """A text needs nothing: there is no number that a blank could change."""

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return no number: not applicable where there is a text, else not available."""
        import numpy as np

        texts = statistics[self.text.name]
        return Cells(
            np.full(texts.shape, np.nan),
            not_applicable=texts > 0,
            unavailable=texts == 0,
            notes=[(texts == 0, "There is no text of the period.")],
        )

    def format_text(self, row: Mapping[str, object], day: str) -> str:
        """Return the rating, the text, its author and date, and its evidence."""
        rating = row[self.rating.name] if self.rating is not None else None
        parts = [
            f"Rating: {rating}." if rating is not None else "",
            _sentence(row, self.text),
            f"({row[self.author.name]}, {day}.",
            f"Evidence: {_sentence(row, self.evidence)})",
        ]
        return " ".join(part for part in parts if part)

    def formula(self) -> str:
        """Return where the text comes from, in plain English."""
        return (
            f"The latest text of the period in the {self.of.table} table"
            f"{self._describe_where(' where')}, with its author's role and its evidence. It is "
            "not a number."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        for column in self.text_columns:
            if column.personal:
                yield "text", f"{column} is personal and would be published", "Use another column"


def _sentence(row: Mapping[str, object], column: Column) -> str:
    text = " ".join(str(row[column.name] or "none given").split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
