"""Dimensions: the breakdowns of a metric, with their members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import MAXYEAR, MINYEAR, date

from swm_kpi.calendar import format_date
from swm_kpi.contracts.signature_errors import SignatureErrorMeta
from swm_kpi.errors import Problem, place_of_declaration, raise_problems

ALL = "All"
UNKNOWN = "Unknown"
_RESERVED = {ALL: "it names the total row", UNKNOWN: "it names the rows without a value"}


NO_AREA = "does not exist in the period."
"""How the note of an area ends in a period in which it does not exist, after its name."""

Days = tuple[date, date]
"""The first and the last day of a span."""


class Dimension(metaclass=SignatureErrorMeta):
    """A breakdown with a closed list of members, such as Local Policing Area.

    Every member has a row in the result, whether or not it occurs in the data. Nulls form the
    member ``Unknown``: it is shown when there are any, and the total always includes it.

    Args:
        key: the name used in ``by=[...]`` and as the result's column.
        title: the name that readers see.
        members: the closed list, in the order to show it. Leave it out only where no list can be
            fixed, such as a force's directorates: the members are then those in the data.
        description: what a member is, and the rule by which a row belongs to it.
        is_area: whether the members are areas: those of the level ``key`` of a force's
            :class:`~swm_kpi.Areas`. Values of a column of areas may be in messages.

    Attributes:
        is_open: whether the data may have further members, because no list can be fixed.
        note: what the note of each number by this breakdown says; usually empty.
        has_days: whether the members are areas of which some do not exist on every day.

    Raises:
        DefinitionError: with every problem of the declaration.
    """

    def __init__(
        self,
        key: str,
        title: str,
        members: Sequence[str] = (),
        *,
        description: str,
        is_area: bool = False,
    ) -> None:
        self.key = key
        self.title = title
        self.members = tuple(members) if isinstance(members, list | tuple) else ()
        self._is_list = isinstance(members, list | tuple)
        self.description = description
        self.is_area = is_area
        self.is_open = not self.members
        self.note = ""
        self.has_days = False
        self._days: dict[str, Sequence[Days]] = {}
        findings = self._findings()
        if findings:
            place = place_of_declaration()
            raise_problems(Problem(f"Dimension {key!r}", *finding, place) for finding in findings)

    def with_areas(self, days: Mapping[str, Sequence[Days]], note: str) -> Dimension:
        """Return the breakdown with the areas of a force.

        Args:
            days: the first and last days of the spans in which each area exists, by its name.
            note: which boundaries count, for the notes of numbers; empty if they never changed.
        """
        changed = copy(self)
        changed.members = tuple(days)
        changed.note = note
        changed._days = dict(days)
        always = (date.min, date.max)
        changed.has_days = any(span != always for spans in days.values() for span in spans)
        return changed

    def has_member(self, name: str, first: date, last: date) -> bool:
        """Return whether a member exists on some day from the first to the last."""
        days = self._days.get(name)
        return days is None or any(start <= last and end >= first for start, end in days)

    def has_member_throughout(self, name: str, first: date, last: date) -> bool:
        """Return whether a member exists, in one span, from the first day to the last."""
        days = self._days.get(name)
        return days is None or any(start <= first and end >= last for start, end in days)

    def describe_days(self, name: str, first: date, last: date) -> str:
        """Return on which days from the first to the last a member exists; empty if on all."""
        if self.has_member_throughout(name, first, last):
            return ""
        spans = [(start, end) for start, end in self._days[name] if start <= last and end >= first]
        words = []
        for start, end in spans:
            begins = f"from {format_date(start)}" if start > first else ""
            ends = f"until {format_date(end)}" if end < last else ""
            words.append(f"{begins} {ends}".strip())
        return f"{name} exists {' and '.join(words)}." if spans else f"{name} {NO_AREA}"

    def has_member_in(self, name: str, year: int) -> bool:
        """Return whether a member exists in the middle of a year, the day of mid-year estimates."""
        if name not in self._days:
            return True
        middle = date(min(max(year, MINYEAR), MAXYEAR), 6, 30)
        return self.has_member(name, middle, middle)

    def __repr__(self) -> str:
        count = "open" if self.is_open else len(self.members)
        return f"Dimension({self.key!r}, {count} members)"

    def _findings(self) -> list[tuple[str, str, str]]:
        findings = []
        if not (self.key.isidentifier() and self.key.islower()):
            findings.append(
                ("key", f"{self.key!r} is not a lower-case name", "Use letters, digits and _")
            )
        if not self._is_list or not all(isinstance(member, str) for member in self.members):
            findings.append(("members", "they are not a list of names", "Write a list of str"))
        if not self.title.strip():
            findings.append(("title", "a reader needs a title", "Say what the breakdown is called"))
        if not self.description.strip():
            findings.append(
                ("description", "it is empty", "Say by which rule a row belongs to a member")
            )
        repeated = sorted({name for name in self.members if self.members.count(name) > 1})
        if repeated:
            findings.append(("members", f"{repeated[0]!r} is listed twice", "List it once"))
        findings += [
            ("members", f"{name!r} is reserved: {reason}", "Name the member differently")
            for name, reason in _RESERVED.items()
            if name in self.members
        ]
        return findings
