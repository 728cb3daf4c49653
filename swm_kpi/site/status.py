"""States in words with a picture beside them: never by colour alone."""

from __future__ import annotations

from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, MetricAlias, reason_not_computed
from swm_kpi.site.markup import Html, join, link, tag
from swm_kpi.vocabulary import AvailabilityStatus

_SHAPES = {
    "yes": "M3 8.5l3.2 3.2L13 5",
    "no": "M4 4l8 8M12 4l-8 8",
    "ask": "M5.4 5.6a2.6 2.6 0 1 1 3.8 2.3c-.9.5-1.2 1-1.2 1.8M8 12.4v.2",
    "list": "M3 4h10M3 8h10M3 12h10",
    "blank": "M4 8h8",
    "sum": "M12 4V3H4l4 5-4 5h8v-1",
    "warn": "M8 2.5l6 11H2zM8 6.5v3M8 11.6v.1",
    "down": "M8 2v8M4.5 7L8 10.5 11.5 7M3 13.5h10",
}
_STATUSES = {
    AvailabilityStatus.REPORTABLE: ("yes", "good", "Reportable"),
    AvailabilityStatus.NOT_REPORTABLE: ("no", "bad", "Not reportable"),
    AvailabilityStatus.UNKNOWN: ("ask", "unsure", "Availability not known"),
    AvailabilityStatus.GROUP: ("list", "plain", "Group of metrics"),
    AvailabilityStatus.UNDEFINED: ("blank", "plain", "No text in the plan"),
}


def icon(shape: str) -> Html:
    """Return a small line drawing that says nothing to those who hear the page."""
    return Html(
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" '
        f'focusable="false"><path d="{_SHAPES[shape]}"/></svg>'
    )


def label(shape: str, colour: str, *words: object) -> Html:
    """Return words in a coloured box, with a drawing."""
    return tag("span", icon(shape), tag("span", *words), class_=f"tag {colour}")


def availability(status: AvailabilityStatus) -> Html:
    """Say what is documented of availability."""
    return label(*_STATUSES[status])


def availability_words(status: AvailabilityStatus) -> str:
    """Return the words alone."""
    return _STATUSES[status][2]


def computes(entry: CatalogueEntry, catalogue: Catalogue) -> Html:
    """Say whether a computation is defined."""
    if catalogue.metric(entry) is None:
        return label("blank", "plain", "Nothing to compute")
    if isinstance(entry, MetricAlias):
        return label("sum", "good", f"Computed as ref {entry.of}")
    return label("sum", "good", "Computed")


def state(entry: CatalogueEntry, catalogue: Catalogue) -> Html:
    """Return both states of a ref, in a row."""
    told = (availability(entry.availability.status), computes(entry, catalogue))
    return tag("span", join(told, " "), class_="tags")


def why_not(entry: CatalogueEntry) -> str:
    """Say as a sentence why nothing is computed."""
    words = reason_not_computed(entry)
    return f"{words[:1].upper()}{words[1:]}."


def unverified() -> Html:
    """Mark what rests on no published source."""
    return label("warn", "unsure", "Unverified")


def download(address: str, words: str) -> Html:
    """Return a link to a file."""
    return tag("span", icon("down"), link(address, words), class_="download")
