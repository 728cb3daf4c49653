"""What a file of results says beside its numbers: one description, used by every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.provenance import Provenance
from swm_kpi.result_columns import describe_column
from swm_kpi.vocabulary import Basis, Marker

NO_DISCLOSURE_CONTROL = "None: these numbers have had no disclosure control. Do not publish them."

_MAX_ABBREVIATION_LENGTH = 3


def humanize_key(key: str) -> str:
    """Return a key as a heading: ``lpa`` as LPA, ``crime_type`` as Crime type.

    A key of up to three letters is an abbreviation, in capitals.
    """
    if len(key) <= _MAX_ABBREVIATION_LENGTH:
        return key.upper()
    return key.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Dataset:
    """A result with everything that its files say about it.

    Attributes:
        frame: the table, in the columns of a result.
        by: the breakdowns, in the order of their columns.
        entries: the catalogue entry that was requested, by ref.
        metrics: the metric that was computed, by ref.
        policy: the disclosure policy as a sentence; empty without disclosure control.
        provenance: what the numbers were computed from, where that is known.
        title: the title of the dataset.
    """

    frame: pl.DataFrame
    by: tuple[str, ...] = ()
    entries: Mapping[str, CatalogueEntry] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    policy: str = ""
    provenance: Provenance | None = None
    title: str = "Performance metrics"

    @property
    def disclosure_control(self) -> str:
        """The disclosure policy as a sentence, or a warning that there was none."""
        return self.policy or NO_DISCLOSURE_CONTROL

    @property
    def refs(self) -> list[str]:
        """The refs, in the order of the table."""
        return self.frame["ref"].unique(maintain_order=True).to_list()

    @property
    def markers(self) -> dict[str, str]:
        """The meaning of each marker in the table."""
        used = set(self.frame["marker"].unique())
        return {marker.value: marker.meaning for marker in Marker if marker and marker in used}

    @property
    def as_at(self) -> date | None:
        """The day of extraction, or None where it was not stated."""
        days = self.frame["as_at"].drop_nulls()
        return days[0] if len(days) else None

    def title_of(self, ref: str) -> str:
        """Return the title of a ref."""
        entry = self.entries.get(ref)
        return (entry.name if entry is not None else "") or f"Ref {ref}"

    def label_of(self, ref: str, measure: str, basis: str) -> str:
        """Return the title of a measure. That of a proxy ends in "from public data"."""
        metric = self.metrics.get(ref)
        label = humanize_key(measure)
        if metric is not None:
            label = metric.measure(measure, Basis(basis)).title
        return f"{label}, from public data" if basis == Basis.PROXY else label

    def breakdown_title(self, key: str) -> str:
        """Return the title of a breakdown."""
        for metric in self.metrics.values():
            for table in metric.contracts.values():
                if key in table.dimensions:
                    return table.dimensions[key][0].title
        return humanize_key(key)

    def describe_column(self, column: str) -> str:
        """Return what a column of the table means."""
        description = describe_column(column)
        if column in self.by:
            return f"{self.breakdown_title(column)}. {description}"
        return description

    def to_metadata(self) -> dict[str, Any]:
        """Return what every format says about the numbers, ready for JSON.

        It has the exact row counts of the tables read only where the numbers are not protected.
        """
        provenance = self.provenance
        return {
            "title": self.title,
            "disclosure_control": self.disclosure_control,
            "protected": bool(self.policy),
            "refs": {ref: self.title_of(ref) for ref in self.refs},
            "breakdowns": list(self.by),
            "markers": self.markers,
            "provenance": provenance.to_dict(exact=not self.policy) if provenance else None,
        }
