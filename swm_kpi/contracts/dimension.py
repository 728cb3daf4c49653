"""Dimensions: the breakdowns of a metric, with their members."""

from __future__ import annotations

from collections.abc import Sequence

from swm_kpi.contracts.signature_errors import SignatureErrorMeta
from swm_kpi.errors import Problem, place_of_declaration, raise_problems

ALL = "All"
UNKNOWN = "Unknown"
_RESERVED = {ALL: "it names the total row", UNKNOWN: "it names the rows without a value"}


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

    Raises:
        DefinitionError: with every problem of the declaration.
    """

    def __init__(
        self, key: str, title: str, members: Sequence[str] = (), *, description: str
    ) -> None:
        self.key = key
        self.title = title
        self.members = tuple(members) if isinstance(members, list | tuple) else ()
        self._is_list = isinstance(members, list | tuple)
        self.description = description
        findings = self._findings()
        if findings:
            place = place_of_declaration()
            raise_problems(Problem(f"Dimension {key!r}", *finding, place) for finding in findings)

    @property
    def is_open(self) -> bool:
        """Whether the members are those in the data, because no list can be fixed."""
        return not self.members

    def __repr__(self) -> str:
        return f"Dimension({self.key!r}, {len(self.members) or 'open'} members)"

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
