"""Documented availability: may the force report this metric, and how do we know?"""

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
    """Where a statement about availability comes from.

    Attributes:
        source: a document a reader can look up.
        finding: what it shows, no more.
        date: when it was published or held; a year or month where the day is not known.
    """

    source: str
    finding: str
    date: str

    @property
    def when(self) -> str:
        """The date as readers write it: 27 May 2021; as it was given where it is not a day."""
        with suppress(ValueError):
            return format_date(date.fromisoformat(self.date))
        with suppress(ValueError):
            month = date.fromisoformat(f"{self.date}-01")
            return format_month_range(month, month)
        return self.date


class Availability(Declaration):
    """Whether a metric may be reported, as documented. It never hides data.

    Attributes:
        status: what is documented.
        reason: why, in words for readers.
        evidence: sources; at least one for anything but unknown, heading and no metric text.
        as_at: the date of the statement.
    """

    status: AvailabilityStatus
    reason: str
    evidence: Frozen[Evidence] = ()
    as_at: date | None = None

    @classmethod
    def subject_of(cls, fields: dict[str, object]) -> str:
        """Name it in a message."""
        return "Availability"

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        if not self.reason.strip():
            yield "reason", "it is empty", "Say in a sentence why this is the status"
        proven = (AvailabilityStatus.REPORTABLE, AvailabilityStatus.NOT_REPORTABLE)
        if self.status in proven and not self.evidence:
            fix = "Give evidence=[Evidence(...)], or status unknown"
            yield "evidence", f"{self.status.value} needs a source", fix
