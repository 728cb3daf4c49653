"""Documented availability: whether a force can report a metric, and the evidence for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from swm_kpi.calendar import format_date, format_month_range
from swm_kpi.declaration import Declaration, Finding, Frozen
from swm_kpi.vocabulary import AvailabilityStatus

NEED_EVIDENCE = (
    AvailabilityStatus.REPORTABLE,
    AvailabilityStatus.REPORTABLE_IN_PART,
    AvailabilityStatus.PUBLISHED_BEFORE,
    AvailabilityStatus.NOT_REPORTABLE,
)
"""The statuses that need a document that others can look up."""


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


@dataclass(frozen=True)
class PastAvailability:
    """What was stated before about the availability of a metric.

    Attributes:
        status: what it was.
        reason: why, in words for readers.
        as_at: the date of that statement.
    """

    status: AvailabilityStatus
    reason: str
    as_at: date


class Availability(Declaration):
    """Whether a force can report a metric, as documented. It never hides data.

    Attributes:
        status: what the documents say.
        reason: why, in words for readers.
        evidence: the sources. Every status but *unknown* and *in development* needs at least one.
        as_at: the date of the statement.
        owner: the role that answers for the statement.
        expected: the day on which a metric that is not reportable is expected to be.
        history: what was stated before, the earliest first.

    Raises:
        DefinitionError: the reason is empty, or the status needs evidence and has none.
    """

    status: AvailabilityStatus
    reason: str
    evidence: Frozen[Evidence] = ()
    as_at: date | None = None
    owner: str = ""
    expected: date | None = None
    history: Frozen[PastAvailability] = ()

    @classmethod
    def subject_of(cls, fields: dict[str, object]) -> str:
        """Name the declaration in a message."""
        return "Availability"

    def dated_sentences(self) -> Iterator[str]:
        """Yield who answers for the statement, when it was made, and what is expected."""
        if self.owner:
            yield f"Owner: {self.owner}."
        if self.as_at is not None:
            yield f"Stated on {format_date(self.as_at)}."
        if self.expected is not None:
            yield f"Expected to be reportable from {format_date(self.expected)}."

    def describe(self) -> str:
        """Return the statement in sentences, with its owner, evidence and history."""
        sentences = [f"{self.status.value.capitalize()}. {self.reason.rstrip('.')}."]
        sentences += self.dated_sentences()
        for evidence in self.evidence:
            source = f"({evidence.source}, {evidence.formatted_date})"
            sentences.append(f"Evidence: {evidence.finding.rstrip('.')} {source}.")
        for past in self.history:
            day, reason = format_date(past.as_at), past.reason.rstrip(".")
            sentences.append(f"On {day}: {past.status.value}. {reason}.")
        return " ".join(sentences)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        if not self.reason.strip():
            yield "reason", "it is empty", "Say in a sentence why this is the status"
        if self.status in NEED_EVIDENCE and not self.evidence:
            fix = "Give evidence=[Evidence(...)], or use the status unknown"
            yield "evidence", f"{self.status.value} needs a source", fix
