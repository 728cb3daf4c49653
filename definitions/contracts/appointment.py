"""Appointments with the police that members of the public asked for."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Rule, Unit

from ..plan.dimensions import DISTRICT, LPA

BOOKED = "booked"
ATTENDED = "attended"
CANCELLED_BY_CALLER = "cancelled by caller"
NO_SHOW = "no show"


class Appointment(Contract, row_unit=Unit.APPOINTMENTS, source="Appointment diary"):
    """One row per appointment requested, whether or not a slot was offered."""

    appointment_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    requested_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time of the request",
        description="When the appointment was asked for; Europe/London if no offset is given.",
    )
    first_offered_at = Column(
        datetime,
        nullable=True,
        label="start of the first slot offered",
        description="When the first slot offered would start, even if the caller did not take it; "
        "empty if no slot was offered.",
    )
    later_by_agreement = Column(
        str,
        isin=("yes", "no", "unknown"),
        label="later by agreement",
        description="Whether the caller and the police agreed on a slot later than the standard. "
        "Write 'unknown' if this was not recorded: 'unknown' does not count as agreement.",
    )
    status = Column(
        str,
        isin=(BOOKED, ATTENDED, CANCELLED_BY_CALLER, "cancelled by police", NO_SHOW),
        nullable=True,
        filled_later=True,
        description="The state of the appointment; empty while no slot is booked. 'no show' means "
        "that the caller did not come.",
    )
    urgent = Column(
        bool,
        description="Whether it was urgent. Urgent appointments are outside the standard for "
        "appointments.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that gives the appointment.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of the place of the appointment. Without it, appointments by "
        "district are not available.",
    )

    offer_follows_request = Rule(
        first_offered_at >= requested_at, "the first slot offered is not before the request"
    )
