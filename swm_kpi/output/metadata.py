"""What a file of results says besides its numbers: one account, used by every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.provenance import Provenance
from swm_kpi.vocabulary import Basis, Marker

KEYS = ("ref", "measure", "basis", "grain", "period")
"""With the breakdowns, the columns that tell one row from every other."""

_ABBREVIATED = 3

NO_CONTROL = "None: these numbers have had no disclosure control. Do not publish them."

DESCRIPTIONS = {
    "ref": "The number of the metric in its plan, as text.",
    "metric": "The name of the metric.",
    "measure": "The name of the measure: a metric may have several.",
    "basis": "Whose records the number rests on: force, or proxy for public open data.",
    "grain": "How long the period is: month, quarter, year or rolling_12. A year is April to "
    "March, and so are its quarters.",
    "period": "The period, as readers write it: 2024/25 Q1 is April to June 2024.",
    "period_start": "The first day of the period, local time in Europe/London.",
    "period_end": "The last day of the period, inclusive.",
    "value": "The number. Empty where the marker says why. A proportion is from 0 to 1.",
    "unit": "What one is one of.",
    "numerator": "What the value was divided from, where it was.",
    "denominator": "What the value was divided by, where it was.",
    "lower": "The lower limit of the interval of the value, where there is one.",
    "upper": "The upper limit of the interval of the value, where there is one.",
    "marker": "Why the value is not a plain number; empty where it is.",
    "note": "What a reader of this one number must know.",
    "definition": "What was computed: ref, version and a hash of all that moves the number.",
    "as_at": "The day on which the data were extracted, where that was said.",
}


def in_words(key: str) -> str:
    """Write a key for readers; a short one is an abbreviation."""
    return key.upper() if len(key) <= _ABBREVIATED else key.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Pack:
    """A result as it is written.

    Attributes:
        frame: the table, in the columns of a result.
        by: the breakdowns, in the order of their columns.
        entries: what was asked for, by ref.
        metrics: what was computed for it, by ref.
        policy: the disclosure policy in words; empty where the numbers went through none.
        provenance: what it was computed from, where that is known.
        title: what the pack is called.
    """

    frame: pl.DataFrame
    by: tuple[str, ...] = ()
    entries: Mapping[str, CatalogueEntry] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    policy: str = ""
    provenance: Provenance | None = None
    title: str = "Performance metrics"

    @property
    def disclosure(self) -> str:
        """The disclosure policy, or that there was none."""
        return self.policy or NO_CONTROL

    @property
    def refs(self) -> list[str]:
        """The refs, in the order of the table."""
        return self.frame["ref"].unique(maintain_order=True).to_list()

    @property
    def markers(self) -> dict[str, str]:
        """Every marker and what it means."""
        return {each.value: each.meaning for each in Marker if each is not Marker.NONE}

    @property
    def as_at(self) -> Any:
        """The day of extraction, or None."""
        days = self.frame["as_at"].drop_nulls()
        return days[0] if len(days) else None

    def title_of(self, ref: str) -> str:
        """Return what a ref is called."""
        entry = self.entries.get(ref)
        return (entry.name if entry is not None else "") or f"Ref {ref}"

    def label_of(self, ref: str, measure: str, basis: str) -> str:
        """Return what a measure is called; a proxy says that it is one."""
        found = self.metrics.get(ref)
        label = in_words(measure)
        if found is not None:
            label = found.measure(measure, Basis(basis)).title
        return f"{label}, from public data" if basis == Basis.PROXY else label

    def breakdown_title(self, key: str) -> str:
        """Return what a breakdown is called."""
        for metric in self.metrics.values():
            for table in metric.contracts.values():
                if key in table.dimensions:
                    return table.dimensions[key][0].title
        return in_words(key)

    def describe(self, column: str) -> str:
        """Say what a column of the table holds."""
        if column in self.by:
            title = self.breakdown_title(column)
            return f"{title}. All is the total; Unknown is in the total and in no other member."
        return DESCRIPTIONS[column]

    def about(self) -> dict[str, Any]:
        """Return what every format says of the numbers; exact counts only without a policy."""
        told = self.provenance
        return {
            "title": self.title,
            "disclosure": self.disclosure,
            "disclosed": bool(self.policy),
            "refs": {ref: self.title_of(ref) for ref in self.refs},
            "breakdowns": list(self.by),
            "markers": self.markers,
            "provenance": told.to_dict(exact=not self.policy) if told is not None else None,
        }
