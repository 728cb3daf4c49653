"""What documents say about availability: the plan's red marks and published figures."""

from swm_kpi import Availability, AvailabilityStatus, Evidence

PLAN_TABLE = "Safer West Mercia Plan 2021-2025, table of metrics"

COLOUR_LOST = Availability(
    status=AvailabilityStatus.UNKNOWN,
    reason="Most metrics of the plan can be reported. The plan says that a small number cannot at "
    "present, because of systems issues, and that the force continues to develop its approach to "
    "them. It marks those in red, and our copy has lost its colours, so which ones they are is not "
    "known here.",
)
"""What the plan says of all its metrics. It holds for each that has no statement of its own."""

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
        reason="A figure was once published, so it could be reported then. Whether it is one of "
        "the few that cannot be reported at present is not known here.",
        evidence=evidence,
    )
