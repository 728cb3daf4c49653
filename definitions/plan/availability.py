"""What documents say about availability: the plan's red marks and published figures."""

from swm_kpi import Availability, AvailabilityStatus, Evidence

PLAN_TABLE = "Safer West Mercia Plan 2021-2025, table of metrics"

PLAN_STATEMENT = Availability(
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


VICTIMS_CODE_IN_DEVELOPMENT = Availability(
    status=AvailabilityStatus.IN_DEVELOPMENT,
    reason="The plan speaks of Victims' code metrics under development. We read this as the "
    "metrics of this ref.",
    evidence=(
        Evidence(
            PLAN_TABLE,
            "Ref 5 says that it may also be captured as part of the Victims' code metrics under "
            "development.",
            "2021",
        ),
    ),
)


def published_once(*evidence: Evidence) -> Availability:
    """Return that a figure was once published, with the evidence."""
    return Availability(
        status=AvailabilityStatus.PUBLISHED_BEFORE,
        reason="A figure was once published, so it could be reported then. Whether it is one of "
        "the few that cannot be reported at present is not known here.",
        evidence=evidence,
    )
