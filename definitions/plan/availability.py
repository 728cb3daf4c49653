"""What documents say about availability: the plan's red marks, and published figures."""

from swm_kpi import Availability, AvailabilityStatus, Evidence

_REASON = (
    "The plan marks some metrics in red, as not reportable because of systems issues. The copy of "
    "the plan that we have has lost its colours, so we do not know whether this is one of them."
)

COLOUR_LOST = Availability(status=AvailabilityStatus.UNKNOWN, reason=_REASON)

GROUP = Availability(
    status=AvailabilityStatus.GROUP,
    reason="A group of metrics in the plan: the refs in the group are reported.",
)

UNDEFINED = Availability(
    status=AvailabilityStatus.UNDEFINED,
    reason="The plan's table has a number and no text here, so there is nothing to report.",
)


def published_once(*evidence: Evidence) -> Availability:
    """Return an unknown availability with evidence that a figure was published at some time."""
    return Availability(
        status=AvailabilityStatus.UNKNOWN,
        reason=f"{_REASON} A figure was published at some time, so it could be reported then.",
        evidence=evidence,
    )
