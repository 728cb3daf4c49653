"""The words of a chart, from which the picture and its text alternative are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Description:
    """The words of a chart, decided once. The picture and the text alternative render them.

    Attributes:
        title: the title.
        findings: what the picture shows, for people who do not see it: the kind of chart, values,
            limits and signals.
        caveats: what everyone must know beside the picture: how firm the limits are, breaks,
            seasons, and how a target is met.
        sources: what is counted, where the numbers come from, and disclosure control.
    """

    title: str
    findings: tuple[str, ...]
    caveats: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def alt_text(self) -> str:
        """The text alternative: everything but the title."""
        return " ".join([*self.findings, *self.caveats, *self.sources])
