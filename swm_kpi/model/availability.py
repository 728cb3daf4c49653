"""Documented availability: whether a force can report a metric, and the evidence for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from swm_kpi.calendar import format_date, format_month_range
from swm_kpi.declaration import Declaration, Finding, Frozen
from swm_kpi.vocabulary import AvailabilityStatus


@dataclass(frozen=True)
class Evidence:
    """A source for a statement about availability.

    Attributes:
        source: a document that a reader can look up.
        finding: what the document shows, and no more.
        date: the date of publication or retrieval as ``YYYY-MM-DD``, or ``YYYY-MM`` or ``YYYY``
            where the day is not known.
    """

    source: str
    finding: str
    date: str

    @property
    def formatted_date(self) -> str:
        """The date for readers, such as 27 May 2021; unchanged where it has no month."""
        with suppress(ValueError):
            return format_date(date.fromisoformat(self.date))
        with suppress(ValueError):
            month = date.fromisoformat(f"{self.date}-01")
            return format_month_range(month, month)
        return self.date


class Availability(Declaration):
    """Whether a force can report a metric, as documented. It never hides data.

    Attributes:
        status: what the documents say.
        reason: why, in words for readers.
        evidence: the sources. *Reportable* and *not reportable* need at least one.
        as_at: the date of the statement.

    Raises:
        DefinitionError: the reason is empty, or the status needs evidence and has none.
    """

    status: AvailabilityStatus
    reason: str
    evidence: Frozen[Evidence] = ()
    as_at: date | None = None

    @classmethod
    def subject_of(cls, fields: dict[str, object]) -> str:
        """Name the declaration in a message."""
        return "Availability"

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        if not self.reason.strip():
            yield "reason", "it is empty", "Say in a sentence why this is the status"
        needs_evidence = (AvailabilityStatus.REPORTABLE, AvailabilityStatus.NOT_REPORTABLE)
        if self.status in needs_evidence and not self.evidence:
            fix = "Give evidence=[Evidence(...)], or use the status unknown"
            yield "evidence", f"{self.status.value} needs a source", fix
