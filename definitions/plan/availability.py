"""What documents say about availability: the plan's red marks and published figures."""

from swm_kpi import Availability, AvailabilityStatus, Evidence

_REASON = (
    "The plan marks some metrics in red, as not reportable because of systems issues. Our copy of "
    "the plan has lost its colours, so we do not know whether this is one of them."
)

COLOUR_LOST = Availability(status=AvailabilityStatus.UNKNOWN, reason=_REASON)

GROUP = Availability(
    status=AvailabilityStatus.GROUP,
    reason="A group of metrics in the plan. The refs in the group are reported.",
)

UNDEFINED = Availability(
    status=AvailabilityStatus.UNDEFINED,
    reason="The plan's table has a number here but no text, so there is nothing to report.",
)


def published_once(*evidence: Evidence) -> Availability:
    """Return unknown availability, with the evidence that a figure was once published."""
    return Availability(
        status=AvailabilityStatus.UNKNOWN,
        reason=f"{_REASON} A figure was once published, so it could be reported then.",
        evidence=evidence,
    )
