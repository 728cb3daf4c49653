"""Work with communities: volunteer schemes, and activities with the public."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from ..plan.dimensions import DISTRICT, LPA

COMMUNITY_SPEED_WATCH = "Community speed watch"
NEIGHBOURHOOD_WATCH = "Neighbourhood watch"
FARM_WATCH = "Farm watch"
SHOP_WATCH = "Shop watch"
STREET_WATCH = "Street watch"
HORSE_WATCH = "Horse watch"
OTHER_WATCH = "Other watch"

SCHEME_TYPE = Dimension(
    "scheme_type",
    "Type of scheme",
    (
        COMMUNITY_SPEED_WATCH,
        NEIGHBOURHOOD_WATCH,
        FARM_WATCH,
        SHOP_WATCH,
        STREET_WATCH,
        HORSE_WATCH,
        OTHER_WATCH,
    ),
    description="What the scheme watches over, from the register of schemes.",
)

EVENT = "Event"
SURGERY = "Surgery"
NEWSLETTER = "Newsletter"
VAN_DEPLOYMENT = "Van deployment"
ROAD_CAMPAIGN = "Road campaign"
ROAD_EDUCATION = "Road education"
SPEED_WATCH_SESSION = "Speed watch session"

ACTIVITY_TYPE = Dimension(
    "activity_type",
    "Type of activity",
    (
        EVENT,
        SURGERY,
        NEWSLETTER,
        VAN_DEPLOYMENT,
        ROAD_CAMPAIGN,
        ROAD_EDUCATION,
        SPEED_WATCH_SESSION,
        "Other scheme activity",
        "Other",
    ),
    description="The type of activity. Road education is a course, talk or visit that teaches "
    "about roads. A van deployment is one outing of a mobile police station or engagement van.",
)

ACTIVITY_THEME = Dimension(
    "activity_theme",
    "Theme",
    (
        "Speeding",
        "Drink and drug driving",
        "Seat belts and phones",
        "Young and vulnerable road users",
        "Other road safety",
        "Anti-social behaviour",
        "Burglary and theft",
        "Rural and wildlife crime",
        "Fraud and cyber crime",
        "Drugs",
        "Violence and exploitation",
        "Other",
    ),
    description="What the activity was mainly about. If it was about several things, the first of "
    "them.",
)


class Scheme(Contract, row_unit=Unit.SCHEMES, source="Register of community schemes"):
    """One row per watch scheme or community speed watch group that is or was registered."""

    scheme_id = Column(str, unique=True, description="The register's own number.")
    scheme_type = Column(str, dimension=SCHEME_TYPE, description="What the scheme watches over.")
    started_on = Column(
        date,
        ge=date(1980, 1, 1),
        label="day of registration",
        description="The day on which the scheme was registered.",
    )
    ended_on = Column(
        date,
        nullable=True,
        label="day of closure",
        description="The first day on which it was no longer registered; empty while it is "
        "registered.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the scheme."
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of the scheme. Without it, schemes by district are not "
        "available.",
    )

    closure_follows_registration = Rule(
        ended_on >= started_on, "the closure is not before the registration"
    )


class Activity(Contract, row_unit=Unit.ACTIVITIES, source="Activity and vehicle logs"):
    """One row per activity with the public on one day: an event, an outing of a van, a session.

    A campaign of several days is one row, on its first day. A van that goes to an event is two
    rows, one for the van and one for the event. They are never counted together.
    """

    activity_id = Column(str, unique=True, description="The log's own number.")
    activity_type = Column(str, dimension=ACTIVITY_TYPE, description="The type of activity.")
    held_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day of the activity",
        description="The day of the activity; the first day of one that lasted several.",
    )
    hours = Column(
        float,
        ge=0,
        decimals=2,
        nullable=True,
        description="Hours it was open to the public; empty if not recorded.",
    )
    attendance = Column(
        int,
        ge=0,
        nullable=True,
        description="People who attended; empty if nobody counted or nobody could come.",
    )
    completed = Column(
        int,
        ge=0,
        nullable=True,
        label="people who completed",
        description="For a course, those who came and finished it; empty for anything else.",
    )
    contacts = Column(
        int,
        ge=0,
        nullable=True,
        label="conversations with the public",
        description="Conversations with members of the public; empty if nobody counted.",
    )
    activity_theme = Column(
        str, dimension=ACTIVITY_THEME, nullable=True, description="What it was mainly about."
    )
    location = Column(
        str,
        nullable=True,
        description="The place, always spelled the same way; empty if not recorded.",
    )
    scheme_id = Column(
        str,
        nullable=True,
        label="scheme",
        description="The register's number of the scheme that held the activity; empty for an "
        "activity of the police.",
    )
    scheme_type = Column(
        str,
        dimension=SCHEME_TYPE,
        nullable=True,
        description="Type of that scheme; empty for an activity of the police.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area it took place in."
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district it took place in. Without it, activities by district are not "
        "available.",
    )

    completion_needs_attendance = Rule(
        completed <= attendance,
        "no more people complete a course than attend it",
    )
    session_is_of_a_scheme = Rule(
        (activity_type != SPEED_WATCH_SESSION) | scheme_id.is_not_null(),
        "a speed watch session names its scheme",
    )
    scheme_has_a_type = Rule(
        scheme_id.is_null() | scheme_type.is_not_null(), "an activity of a scheme names its type"
    )
