"""Labels for the status of a metric. Each has words and an icon: colour is never the only sign."""

from __future__ import annotations

from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, MetricAlias, reason_not_computed
from swm_kpi.site.markup import Html, join, link, tag
from swm_kpi.vocabulary import AvailabilityStatus

# The path of each icon, in a square of 16 by 16.
_ICON_PATHS = {
    "tick": "M3 8.5l3.2 3.2L13 5",
    "cross": "M4 4l8 8M12 4l-8 8",
    "question": "M5.4 5.6a2.6 2.6 0 1 1 3.8 2.3c-.9.5-1.2 1-1.2 1.8M8 12.4v.2",
    "list": "M3 4h10M3 8h10M3 12h10",
    "dash": "M4 8h8",
    "sum": "M12 4V3H4l4 5-4 5h8v-1",
    "warning": "M8 2.5l6 11H2zM8 6.5v3M8 11.6v.1",
    "download": "M8 2v8M4.5 7L8 10.5 11.5 7M3 13.5h10",
}
# The icon, the colour and the words of each status.
_AVAILABILITY = {
    AvailabilityStatus.REPORTABLE: ("tick", "good", "Reportable"),
    AvailabilityStatus.REPORTABLE_IN_PART: ("tick", "unsure", "Reportable in part"),
    AvailabilityStatus.IN_DEVELOPMENT: ("sum", "unsure", "In development"),
    AvailabilityStatus.PUBLISHED_BEFORE: ("question", "unsure", "Published before"),
    AvailabilityStatus.NOT_REPORTABLE: ("cross", "bad", "Not reportable"),
    AvailabilityStatus.UNKNOWN: ("question", "unsure", "Availability not known"),
    AvailabilityStatus.GROUP: ("list", "plain", "Group of metrics"),
    AvailabilityStatus.UNDEFINED: ("dash", "plain", "No text in the plan"),
}


def icon(name: str) -> Html:
    """Return an icon. It is hidden from screen readers, because words always follow it."""
    return Html(
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" '
        f'focusable="false"><path d="{_ICON_PATHS[name]}"/></svg>'
    )


def label(icon_name: str, colour: str, text: str) -> Html:
    """Return text with an icon in a coloured box.

    Args:
        icon_name: such as ``tick`` or ``cross``.
        colour: ``good``, ``bad``, ``unsure`` or ``plain``.
        text: the words.
    """
    return tag("span", icon(icon_name), tag("span", text), class_=f"tag {colour}")


def availability_label(status: AvailabilityStatus) -> Html:
    """Return the label of an availability status."""
    return label(*_AVAILABILITY[status])


def availability_text(status: AvailabilityStatus) -> str:
    """Return the words of an availability status."""
    return _AVAILABILITY[status][2]


def computation_label(entry: CatalogueEntry, catalogue: Catalogue) -> Html:
    """Return the label that says whether a computation is defined."""
    if catalogue.metric(entry) is None:
        return label("dash", "plain", "Nothing to compute")
    if isinstance(entry, MetricAlias):
        return label("sum", "good", f"Computed as ref {entry.of}")
    return label("sum", "good", "Computed")


def status_labels(entry: CatalogueEntry, catalogue: Catalogue) -> Html:
    """Return the labels of an entry: its computation, and its availability if that is stated."""
    own = catalogue.own_availability(entry)
    labels = [] if own is None else [availability_label(own.status)]
    labels.append(computation_label(entry, catalogue))
    return tag("span", join(labels, " "), class_="tags")


def not_computed_sentence(entry: CatalogueEntry) -> str:
    """Return the reason why nothing is computed, as a sentence."""
    reason = reason_not_computed(entry)
    return f"{reason[:1].upper()}{reason[1:]}."


def unverified_label() -> Html:
    """Return the label of a statement without a published source."""
    return label("warning", "unsure", "Unverified")


def download_link(address: str, text: str) -> Html:
    """Return a link to a file, with an icon."""
    return tag("span", icon("download"), link(address, text), class_="download")
