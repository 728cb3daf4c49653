"""What is documented about availability: the plan's red marks, and figures that were published."""

from swm_kpi import Availability, AvailabilityStatus, Evidence

_REASON = (
    "The plan marks some metrics in red, as not reportable because of systems issues, but the copy "
    "of the plan to hand has lost its colours, so it cannot be said whether this is one of them."
)

COLOUR_LOST = Availability(status=AvailabilityStatus.UNKNOWN, reason=_REASON)

GROUP = Availability(
    status=AvailabilityStatus.GROUP,
    reason="A heading of the plan: the refs under it are what is reported.",
)

UNDEFINED = Availability(
    status=AvailabilityStatus.UNDEFINED,
    reason="The plan's table has a number and no text here, so there is nothing to report.",
)


def published_once(*evidence: Evidence) -> Availability:
    """Return: still unknown, with evidence that a figure was published at some time."""
    return Availability(
        status=AvailabilityStatus.UNKNOWN,
        reason=f"{_REASON} A figure was published at some time, so it could be reported then.",
        evidence=evidence,
    )
