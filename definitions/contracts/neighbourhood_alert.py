"""Neighbourhood alerts: the messages sent and the people registered for them."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Rule, Unit

from ..plan.dimensions import DISTRICT, LPA


class AlertMessage(Contract, row_unit=Unit.MESSAGES, source="Neighbourhood alert platform"):
    """One row per message sent to people registered for neighbourhood alerts.

    A message to 500 people is one row.
    """

    message_id = Column(str, unique=True, description="The platform's own number.")
    sent_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time sent",
        description="When it was sent; Europe/London if no offset is given.",
    )
    recipients = Column(int, ge=0, description="People it was sent to.")
    opened = Column(
        int,
        ge=0,
        nullable=True,
        label="people who opened it",
        description="How many different people opened it; empty if the platform did not measure "
        "this.",
    )
    replies = Column(
        int, ge=0, nullable=True, description="Replies received; empty if not measured."
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area it was sent to; empty if there were several.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district it was sent to; empty if there were several. Without it, "
        "messages by district are not available.",
    )

    openers_are_recipients = Rule(
        opened <= recipients,
        "no more people open the message than receive it",
    )


class AlertRegistration(Contract, row_unit=Unit.PEOPLE, source="Neighbourhood alert platform"):
    """One row per unbroken registration of a person for neighbourhood alerts."""

    registration_id = Column(
        str, unique=True, personal=True, description="The platform's number, pseudonymised."
    )
    registered_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day of registration",
        description="The day on which the person registered.",
    )
    ended_on = Column(
        date,
        nullable=True,
        label="day the registration ended",
        description="The first day on which the person was no longer registered, because they left "
        "or the registration lapsed; empty while it lasts.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area where the person lives."
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the person lives. Without it, people by district are not "
        "available.",
    )

    end_follows_registration = Rule(
        ended_on >= registered_on, "the end is not before the registration"
    )
