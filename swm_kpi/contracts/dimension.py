"""A breakdown and its members."""

from __future__ import annotations

from collections.abc import Sequence

from swm_kpi.contracts.signature_errors import SignatureErrorMeta
from swm_kpi.errors import Problem, place_of_declaration, raise_problems

ALL = "All"
UNKNOWN = "Unknown"
_RESERVED = {ALL: "it names the total row", UNKNOWN: "it names the rows with no value recorded"}


class Dimension(metaclass=SignatureErrorMeta):
    """A breakdown with a closed list of members, such as Local Policing Area.

    Every member is a row of the result whether or not the data hold it. A null is its own member,
    ``Unknown``, shown when there are any and always inside the total.

    Args:
        key: the name used in ``by=[...]`` and as the result's column.
        title: what readers see.
        members: the closed list, in the order to show it. Leave it out only where no list can be
            fixed (a force's own directorates): the members are then those in the data.
        description: what a member is, and by which rule a row belongs to it.
    """

    def __init__(
        self, key: str, title: str, members: Sequence[str] = (), *, description: str
    ) -> None:
        self.key = key
        self.title = title
        self.members = tuple(members) if isinstance(members, list | tuple) else ()
        self._listed = isinstance(members, list | tuple)
        self.description = description
        problems = list(self._problems())
        if problems:
            place = place_of_declaration()
            raise_problems(Problem(f"Dimension {key!r}", *each, place) for each in problems)

    @property
    def is_open(self) -> bool:
        """Whether the members are taken from the data, because no list can be fixed."""
        return not self.members

    def __repr__(self) -> str:
        return f"Dimension({self.key!r}, {len(self.members) or 'open'} members)"

    def _problems(self) -> list[tuple[str, str, str]]:
        found = []
        if not (self.key.isidentifier() and self.key.islower()):
            found.append(
                ("key", f"{self.key!r} is not a lower case name", "Use letters, digits and _")
            )
        if not self._listed or not all(isinstance(each, str) for each in self.members):
            found.append(("members", "they are not a list of names", "Write a list of texts"))
        if not self.title.strip():
            found.append(("title", "a reader needs a title", "Say what the breakdown is called"))
        if not self.description.strip():
            found.append(
                ("description", "it is empty", "Say by which rule a row belongs to a member")
            )
        repeated = sorted({each for each in self.members if self.members.count(each) > 1})
        if repeated:
            found.append(("members", f"{repeated[0]!r} is listed twice", "List each member once"))
        found += [
            ("members", f"{each!r} is reserved: {why}", "Name the member differently")
            for each, why in _RESERVED.items()
            if each in self.members
        ]
        return found
