"""The objectives of a plan: the goals that its metrics are grouped under."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.declaration import Declaration, Finding
from swm_kpi.measures.measure import KEY


class Objective(Declaration):
    """An objective of a plan.

    Attributes:
        key: a name for code, in lower case.
        title: the plan's own words, as readers see them.

    Raises:
        DefinitionError: the key is not a name, or the title is empty.
    """

    key: str
    title: str

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the objective."""
        if not KEY.match(self.key):
            rule = f"{self.key[:40]!r} is not a name"
            yield "key", rule, "Use lower-case letters, digits and single underscores"
        if not self.title.strip():
            yield "title", "it is empty", "Copy the objective from the plan"

    def __str__(self) -> str:
        return self.title
