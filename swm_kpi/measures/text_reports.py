"""What is told and not counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.measures.measure import Cells, TableMeasure
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    DisclosureRule,
    FreeText,
    PoolingRule,
    ProcessLimitRule,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array


_NO_NUMBER = "a text report has no number."


class TextReport(TableMeasure):
    """A text for the period, with who wrote it and on what evidence. It has no number.

    The latest text of the period is carried through in the note, marked ``[z]``; a period without
    one is ``[x]``. It is never summed or averaged, and has no interval.

    Attributes:
        at: the last day of the period the text is about.
        text: what is said.
        author: the role that says it, never a name.
        evidence: on what it rests.
        rating: a judgement on a stated scale, if one was made; empty otherwise.
    """

    kind: ClassVar[str] = "text report"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule.refuse(_NO_NUMBER)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(refusal=_NO_NUMBER)
    disclosure: ClassVar[DisclosureRule] = FreeText()
    text: Column
    author: Column
    evidence: Column
    rating: Column | None = None

    @property
    def resolved_unit(self) -> Unit:
        """It has no unit: it is text."""
        return Unit.TEXT

    @property
    def text_columns(self) -> tuple[Column, ...]:
        """The columns carried through, in the order to print them."""
        return tuple(
            c for c in (self.rating, self.text, self.author, self.evidence) if c is not None
        )

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """How many texts there are, counted so that every column carried through is read."""
        return {
            each.name: Statistic(self.of, Operation.ROWS, self.at, where=self.where, of=each)
            for each in self.text_columns
        }

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """No number: not applicable where there is a text, not available where there is none."""
        import numpy as np

        texts = found[self.text.name]
        return Cells(np.full(texts.shape, np.nan), None, None, texts > 0, texts == 0)

    def formula(self) -> str:
        """How it comes about, in plain English."""
        return (
            f"The latest text of the period in the {self.of.table} table"
            f"{self._where_words(' where')}, with its author's role and its evidence. Not a number."
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

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        for column in self.text_columns:
            if column.personal:
                yield "text", f"{column} is personal and would be published", "Use another column"


def _sentence(row: Mapping[str, object], column: Column) -> str:
    text = " ".join(str(row[column.name] or "none given").split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
