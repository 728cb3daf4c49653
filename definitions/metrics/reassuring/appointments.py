"""Ref 56, appointments that are not urgent."""

from swm_kpi import Count, Direction, Evidence, Example, Metric, Proportion

from ...contracts.appointment import (
    ATTENDED,
    BOOKED,
    CANCELLED_BY_CALLER,
    NO_SHOW,
    Appointment,
)
from ...plan.availability import published_once
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import REASSURING
from .assumptions import APPOINTMENT_SECONDS

# An empty status means that no slot is booked. That is the police's failure, so it stays in.
_IN_SCOPE = ~Appointment.urgent & (
    Appointment.status.is_null() | (Appointment.status != CANCELLED_BY_CALLER)
)
_OFFERED = Appointment.first_offered_at.is_not_null()
_WITHIN_48_HOURS = (
    Appointment.requested_at.until(Appointment.first_offered_at) <= APPOINTMENT_SECONDS
)

_MET_THE_STANDARD = _OFFERED & (_WITHIN_48_HOURS | (Appointment.later_by_agreement == "yes"))
_NO_LONGER_BOOKED = ~Appointment.urgent & (
    Appointment.status.is_null() | ~Appointment.status.is_in(CANCELLED_BY_CALLER, BOOKED)
)
_KEPT = Appointment.status.is_not_null() & Appointment.status.is_in(ATTENDED, NO_SHOW)

appointments = Metric(
    ref="56",
    key="appointments",
    version=5,
    title="Non-urgent appointments within 48 hours (or at a later time by mutual agreement).",
    objective=REASSURING,
    summary="The share of non-urgent appointment requests that met the standard: the first slot "
    "offered was within 48 hours of the request, or the caller and the police agreed on a later "
    "one. Beside it, the share that met the standard and that the police kept. Counted on the day "
    "of the request.",
    measures=[
        Count(
            key="requested",
            label="Non-urgent appointments requested",
            of=Appointment,
            at=Appointment.requested_at,
            where=_IN_SCOPE,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="within_standard",
            label="Offered within 48 hours, or later by mutual agreement",
            of=Appointment,
            at=Appointment.requested_at,
            where=_IN_SCOPE,
            numerator=_MET_THE_STANDARD,
            blank_means_no=Appointment.first_offered_at,
        ),
        Proportion(
            key="kept",
            label="Offered within 48 hours, or later by mutual agreement, and kept by the police",
            of=Appointment,
            at=Appointment.requested_at,
            where=_NO_LONGER_BOOKED,
            numerator=_MET_THE_STANDARD & _KEPT,
            blank_means_no=Appointment.first_offered_at,
            note="An appointment that the caller attended or missed was kept; one that the police "
            "cancelled was not. Appointments still booked are left out.",
        ),
        Proportion(
            key="within_48_hours",
            label="Offered within 48 hours",
            of=Appointment,
            at=Appointment.requested_at,
            where=_IN_SCOPE,
            numerator=_OFFERED & _WITHIN_48_HOURS,
            blank_means_no=Appointment.first_offered_at,
        ),
    ],
    headline="within_standard",
    dimensions=[LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
            "reduced-demand-brings-better-service-to-communities",
            finding="Says that a small number of non-urgent appointments were outstanding in "
            "November 2019, all of them less than two days old. Gives no share.",
            date="2019-12-16",
        )
    ),
    standards=[
        "The Commissioner's commitment of 2019: everyone who needs a non-urgent appointment will "
        "be offered one within two days, or at a later time by mutual agreement",
    ],
    limitations="Not the share attended within 48 hours: the slot offered is what counts. A slot "
    "offered in time and then cancelled by the police meets the standard of the offer, and is not "
    "kept.",
    caveats=[
        "All hours count, including nights, weekends and bank holidays.",
        "Agreement that was not recorded does not count as agreement.",
        "A request is left out if the caller cancelled it. A request with no slot, or with one "
        "that the police cancelled, stays in.",
        "The status shows whether an appointment was kept, not whether it took place at the slot "
        "first offered.",
        "Requests made in the last days of the period may still be waiting for an offer.",
    ],
    examples=[
        Example(
            rows="""
            | requested_at     | first_offered_at | later_by_agreement | status   | urgent |
            | 2024-05-06 12:00 | 2024-05-08 12:00 | no                 | attended | no     |
            | 2024-05-06 12:00 | 2024-05-06 17:00 | no                 | no show  | no     |
            | 2024-05-06 12:00 | 2024-05-10 12:00 | yes                | booked   | no     |
            | 2024-05-06 12:00 | 2024-05-08 12:01 | no                 | attended | no     |
            """,
            expect={
                "requested": 1 + 1 + 1 + 1,
                "within_standard": (1 + 1 + 1) / 4,
                "within_48_hours": (1 + 1) / 4,
                "kept": (1 + 1) / 3,
            },
            description="Exactly 48 hours is in time; one minute more is not. A later slot counts "
            "if it was agreed. It does not matter whether the caller came: the police kept the "
            "appointment that the caller missed. The one still booked is in neither part of the "
            "share kept.",
        ),
        Example(
            rows="""
        | requested_at     | first_offered_at | later_by_agreement | status              | urgent |
        | 2024-05-06 12:00 | 2024-05-07 12:00 | no                 | attended            | no     |
        | 2024-05-06 12:00 | 2024-05-10 12:00 | unknown            | attended            | no     |
        | 2024-05-06 12:00 |                  | no                 |                     | no     |
        | 2024-05-06 12:00 |                  | yes                |                     | no     |
        | 2024-05-06 12:00 | 2024-05-10 12:00 | no                 | cancelled by police | no     |
        | 2024-05-06 12:00 | 2024-05-10 12:00 | no                 | cancelled by caller | no     |
        | 2024-05-06 12:00 | 2024-05-06 13:00 | no                 | attended            | yes    |
            """,
            expect={
                "requested": 1 + 1 + 2 + 1,
                "within_standard": 1 / (1 + 1 + 2 + 1),
                "within_48_hours": 1 / (1 + 1 + 2 + 1),
                "kept": 1 / (1 + 1 + 2 + 1),
            },
            edge_case="Unknown agreement does not count as agreement. A request with no slot "
            "offered stays in as not met, even if it is marked as agreed. A booking that the "
            "police cancelled stays in. A booking that the caller cancelled is left out, and so is "
            "an urgent one.",
        ),
        Example(
            rows="""
            | requested_at     | first_offered_at | later_by_agreement | status   | urgent |
            | 2024-05-03 16:00 | 2024-05-07 09:00 | no                 | attended | no     |
            | 2024-06-30 20:00 | 2024-07-01 09:00 | no                 | attended | no     |
            | 2024-03-31 20:00 | 2024-04-01 09:00 | no                 | attended | no     |
            """,
            expect={"requested": 1 + 1, "within_standard": 1 / 2, "within_48_hours": 1 / 2},
            edge_case="From Friday afternoon to Tuesday morning after a bank holiday is one "
            "working day, but 89 hours. The day of the request decides the quarter, not the day of "
            "the slot.",
        ),
        Example(
            rows="""
        | requested_at     | first_offered_at | later_by_agreement | status              | urgent |
        | 2024-05-06 12:00 | 2024-05-07 12:00 | no                 | cancelled by police | no     |
        | 2024-05-06 12:00 | 2024-05-07 12:00 | no                 | attended            | no     |
        | 2024-05-06 12:00 | 2024-05-10 12:00 | no                 | attended            | no     |
        | 2024-05-06 12:00 | 2024-05-07 12:00 | no                 |                     | no     |
        | 2024-05-06 12:00 | 2024-05-07 12:00 | no                 | booked              | no     |
            """,
            expect={
                "requested": 1 + 1 + 1 + 1 + 1,
                "within_standard": (1 + 1 + 1 + 1) / 5,
                "kept": 1 / (1 + 1 + 1 + 1),
            },
            edge_case="A slot offered in time and then cancelled by the police meets the standard "
            "of the offer and is not kept. An appointment attended after four days was kept, and "
            "did not meet the standard. A slot offered and never booked is not kept. One still "
            "booked can be kept or not, and is left out of that share.",
        ),
        Example(
            period="2024/25 Q3",
            rows="""
            | requested_at     | first_offered_at | later_by_agreement | status   | urgent |
            | 2024-10-26 12:00 | 2024-10-28 11:00 | no                 | attended | no     |
            | 2024-10-26 12:00 | 2024-10-28 12:00 | no                 | attended | no     |
            """,
            expect={"requested": 1 + 1, "within_standard": 1 / 2, "within_48_hours": 1 / 2},
            edge_case="The clocks went back on 27 October: noon to noon two days later is 49 "
            "hours.",
        ),
    ],
)
