"""Contacts from the public: calls to 999 and 101, and messages by other channels."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from ..plan.dimensions import DISTRICT, LPA

CHANNEL = Dimension(
    "channel",
    "Channel",
    ("999", "101", "online form", "live chat", "social media", "email", "video", "other"),
    description="The line or platform by which the contact reached the force.",
)

FORCE_CLOCK = "force"
BT_CLOCK = "bt"


class Contact(Contract, row_unit=Unit.CONTACTS, source="Telephony and digital contact systems"):
    """One row per contact from the public and clock: a call, or a message by another channel.

    A 999 call that both BT and the force timed is two rows with different clocks. They are never
    counted together.
    """

    contact_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    line = Column(str, dimension=CHANNEL, description="The line or platform of the contact.")
    clock = Column(
        str,
        isin=(FORCE_CLOCK, BT_CLOCK),
        description="Who timed it: 'force' for the force's own systems, which record every "
        "channel, or 'bt' for BT's 999 record, which includes the time until the call reached the "
        "force.",
    )
    presented_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time presented",
        description="When the call began to wait for an answer, or the message was sent, to the "
        "second; Europe/London if no offset is given.",
    )
    answered_at = Column(
        datetime,
        nullable=True,
        label="time answered",
        description="When a person answered, to the second; empty if nobody did.",
    )
    abandoned_at = Column(
        datetime,
        nullable=True,
        label="time abandoned",
        description="When the caller gave up before anyone answered; empty if they did not.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area the contact was about, if known.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        description="The district the contact was about, if known.",
    )

    answer_follows_presentation = Rule(
        answered_at >= presented_at, "the answer is not before the contact was presented"
    )
    abandonment_follows_presentation = Rule(
        abandoned_at >= presented_at, "the abandonment is not before the contact was presented"
    )
    answered_or_abandoned = Rule(
        answered_at.is_null() | abandoned_at.is_null(),
        "a contact is not both answered and abandoned",
    )
