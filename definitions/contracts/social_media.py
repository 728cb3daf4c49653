"""The force's social media accounts and posts."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Unique, Unit

from ..plan.dimensions import DISTRICT, LPA

PLATFORM = Dimension(
    "platform",
    "Platform",
    ("Facebook", "X", "Instagram", "Nextdoor", "YouTube", "LinkedIn", "TikTok", "Other"),
    description="The social media platform. X was formerly Twitter.",
)


class SocialMediaAccount(Contract, source="Social media platforms' exports"):
    """One row per account of the force and snapshot date.

    Each snapshot has every account, so snapshots are never added together.
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
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that the account is for; empty for the force.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district that the account is for; empty for a wider area. Without it, "
        "followers by district are not available.",
    )

    one_row_each = Unique(as_at, account_id)


class SocialMediaPost(Contract, row_unit=Unit.POSTS, source="Social media platforms' exports"):
    """One row per post by an account of the force.

    The same text posted on two platforms is two rows.
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
        description="How often it was shown on a screen, as the platform counts; empty if not "
        "given. One person may see it many times.",
    )
    engagements = Column(
        int,
        ge=0,
        nullable=True,
        description="Reactions, comments, shares and clicks, as the platform counts; empty if not "
        "given.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that the account is for; empty for the force.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district that the account is for; empty for a wider area. Without it, "
        "posts by district are not available.",
    )
