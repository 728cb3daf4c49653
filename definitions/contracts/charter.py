"""The Local Policing Charter: parish councils, alerts, checks at stations, and social media."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from ..plan.dimensions import LPA

PRIORITY_THEME = Dimension(
    "priority_theme",
    "Theme of the priority",
    (
        "Road safety",
        "Anti-social behaviour",
        "Burglary and theft",
        "Rural and wildlife crime",
        "Drugs",
        "Violence",
        "Fraud and cyber crime",
        "Visibility and contact",
        "Other",
    ),
    description="What the priority is about, as the force codes it.",
)

CHECK_ITEM = Dimension(
    "check_item",
    "Item checked",
    ("A board", "Poster", "Other"),
    description="What was looked for at the station.",
)

STATION = Dimension(
    "station",
    "Police station",
    description="The station that was checked. The members are those in the data.",
)

PLATFORM = Dimension(
    "platform",
    "Platform",
    ("Facebook", "X", "Instagram", "Nextdoor", "YouTube", "LinkedIn", "TikTok", "Other"),
    description="The social media platform. X is the platform that was called Twitter.",
)


class ParishCouncil(Contract, row_unit=Unit.COUNCILS, source="Local Policing Charter records"):
    """One row per town or parish council and snapshot date.

    Each snapshot holds every council of the force's area, so snapshots are never added.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The day on which the council did or did not have a contract.",
    )
    council_id = Column(str, description="The council's number.")
    has_contract = Column(
        bool,
        nullable=True,
        label="contact contract in force",
        description="Whether a contact contract was in force on the day; empty if not known.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the council."
    )

    one_row_each = Unique(as_at, council_id)


class ParishPriority(Contract, row_unit=Unit.ACTIVITIES, source="Local Policing Charter records"):
    """One row per priority that a town or parish council set in its contact contract."""

    priority_id = Column(str, unique=True, description="The record's own number.")
    set_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day it was set",
        description="The day on which the council and the force agreed it; a priority kept at a "
        "review is not set again.",
    )
    council_id = Column(str, description="The council's number.")
    priority_theme = Column(
        str,
        dimension=PRIORITY_THEME,
        nullable=True,
        description="What it is about; empty if not coded.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the council."
    )


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
        description="Different people who opened it; empty if the platform did not measure it.",
    )
    replies = Column(
        int, ge=0, nullable=True, description="Replies received; empty if not measured."
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Area it was sent to; empty for several."
    )

    openers_are_recipients = Rule(opened <= recipients, "no more people open it than receive it")


class AlertRegistration(Contract, row_unit=Unit.PEOPLE, source="Neighbourhood alert platform"):
    """One row per person and unbroken registration for neighbourhood alerts."""

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
        description="The first day on which the person was no longer registered, because they "
        "left or the registration lapsed; empty while it lasts.",
    )
    lpa = Column(str, dimension=LPA, nullable=True, description="Local Policing Area of the home.")

    end_follows_registration = Rule(
        ended_on >= registered_on, "the end is not before the registration"
    )


class AuditCheck(Contract, row_unit=Unit.CHECKS, source="Dip sample records"):
    """One row per item checked on one visit to one police station."""

    check_id = Column(str, unique=True, description="The record's own number.")
    checked_on = Column(
        date, ge=date(2000, 1, 1), label="day of the check", description="The day of the visit."
    )
    station = Column(str, dimension=STATION, description="The station visited.")
    check_item = Column(str, dimension=CHECK_ITEM, description="What was looked for.")
    passed = Column(
        bool,
        nullable=True,
        description="Whether it was there and right; empty if it could not be checked.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the station."
    )


class SocialMediaAccount(Contract, source="Social media platforms' exports"):
    """One row per account of the force and snapshot date.

    Each snapshot holds every account, so snapshots are never added.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The day on which followers were counted.",
    )
    account_id = Column(str, description="The account's number.")
    platform = Column(str, dimension=PLATFORM, description="The platform of the account.")
    followers = Column(int, ge=0, description="Followers of the account on that day.")
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Area of the account; empty for the force."
    )

    one_row_each = Unique(as_at, account_id)


class SocialMediaPost(Contract, row_unit=Unit.POSTS, source="Social media platforms' exports"):
    """One row per post by an account of the force.

    The same words posted on two platforms are two rows.
    """

    post_id = Column(str, unique=True, description="The platform's number of the post.")
    posted_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time posted",
        description="When it was posted; Europe/London if no offset is given.",
    )
    platform = Column(str, dimension=PLATFORM, description="The platform it was posted on.")
    impressions = Column(
        int,
        ge=0,
        nullable=True,
        description="Times it was shown on a screen, as the platform counts; empty if not given. "
        "One person may be shown it many times.",
    )
    engagements = Column(
        int,
        ge=0,
        nullable=True,
        description="Reactions, comments, shares and clicks, as the platform counts; empty if not "
        "given.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Area of the account; empty for the force."
    )
