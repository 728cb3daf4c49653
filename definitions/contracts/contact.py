"""Contacts from the public: calls to 999 and 101, and messages by other channels."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from ..plan.dimensions import DISTRICT, FORCE, LPA

CHANNEL = Dimension(
    "channel",
    "Channel",
    ("999", "101", "online form", "live chat", "social media", "email", "video", "other"),
    description="The line or platform by which the contact reached the force.",
)


class Contact(Contract, row_unit=Unit.CONTACTS, source="Telephony and digital contact systems"):
    """One row per contact from the public: a call, or a message by another channel.

    Times are those of the force's own systems. BT's record of 999 calls is in another table.
    """

    contact_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    line = Column(str, dimension=CHANNEL, description="The line or platform of the contact.")
    presented_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time presented",
        description="When the call reached the force and began to wait for an answer, or the "
        "message was sent, to the second; Europe/London if no offset is given.",
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
        optional=True,
        description="The district the contact was about, if known. Without it, contacts by "
        "district are not available.",
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


class BtAnswerTimes(Contract, source="BT's record of 999 calls, published on police.uk"):
    """One row per force and month: 999 calls answered, by BT's clock.

    BT's clock starts when its operator transfers the call, so times are longer than by the force's
    own clock. The two are never mixed. A call that nobody answered is not in the table.
    """

    month = Column(
        date,
        ge=date(2021, 11, 1),
        label="month of the calls",
        description="Any day of the month, such as the first. The figures began in November 2021.",
    )
    force = Column(
        str, dimension=FORCE, reporter=True, description="The force that answered the calls."
    )
    answered = Column(
        int, ge=0, label="calls answered", description="Calls answered: the sum of the three bands."
    )
    under_10 = Column(
        int,
        ge=0,
        label="calls answered in under 10 seconds",
        description="Calls answered in under 10 seconds. A call answered at exactly 10 seconds is "
        "in the next band.",
    )
    from_10_to_60 = Column(
        int,
        ge=0,
        label="calls answered in 10 to under 60 seconds",
        description="Calls answered in 10 seconds or more and under 60.",
    )
    from_60 = Column(
        int,
        ge=0,
        label="calls answered in 60 seconds or more",
        description="Calls answered in 60 seconds or more.",
    )
    mean_seconds = Column(
        float,
        ge=0,
        decimals=2,
        label="mean seconds to answer",
        description="The mean seconds until an answer, of the calls answered in the month.",
    )

    bands_are_of_answered_calls = Rule(
        (under_10 <= answered) & (from_10_to_60 <= answered) & (from_60 <= answered),
        "no band has more calls than were answered",
    )
    one_row_each = Unique(month, force)
