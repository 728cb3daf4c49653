"""The closed sets of words. Each is text, so that it prints, compares and exports as itself."""

from __future__ import annotations

from enum import StrEnum


class Objective(StrEnum):
    """The objectives of the Safer West Mercia Plan 2021-2025, in the plan's words."""

    VICTIMS = "Putting victims and survivors first"
    SECURE = "Building a more secure West Mercia"
    REFORMING = "Reforming West Mercia"
    REASSURING = "Reassuring West Mercia's Communities"
    NOT_STATED = "Not stated in the plan"


class Direction(StrEnum):
    """Which way is better. A volume of reported harm is neutral: more may be reported."""

    HIGHER_IS_BETTER = "higher is better"
    LOWER_IS_BETTER = "lower is better"
    NEUTRAL = "neither way is better in itself"


class Frequency(StrEnum):
    """How often a metric is meant to be reported."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


class Unit(StrEnum):
    """What one is one of. A proportion is a number from 0 to 1."""

    ACTIVITIES = "activities"
    ALLEGATIONS = "allegations"
    ANSWERS = "answers"
    APPOINTMENTS = "appointments"
    ARRESTS = "arrests"
    ASSETS = "assets"
    BREACHES = "breaches"
    CALLS = "calls"
    CASUALTIES = "casualties"
    CHECKS = "checks"
    COLLISIONS = "collisions"
    COMPLAINTS = "complaints"
    CONTACTS = "contacts"
    COUNCILS = "councils"
    COUNTY_LINES = "county lines"
    CRIMES = "crimes"
    DAYS = "days"
    DELIVERIES = "deliveries"
    DISRUPTIONS = "disruptions"
    ENGAGEMENTS = "engagements"
    EVENTS = "events"
    FOLLOWERS = "followers"
    FTE = "full-time equivalents"
    GROUPS = "groups"
    HOURS = "hours"
    IMPRESSIONS = "impressions"
    INCIDENTS = "incidents"
    MESSAGES = "messages"
    MINUTES = "minutes"
    OFFENCES = "offences"
    OPENINGS = "openings"
    ORDERS = "orders"
    OUTAGES = "outages"
    OUTCOMES = "outcomes"
    PEOPLE = "people"
    PER_100000_PEOPLE = "per 100,000 people"
    PER_1000_PEOPLE = "per 1,000 people"
    PER_HUNDRED = "per hundred"
    PER_MILLION_PEOPLE = "per million people"
    PLANS = "plans"
    POSTS = "posts"
    POUNDS = "pounds"
    PROPORTION = "proportion"
    RATIO = "ratio"
    REFERRALS = "referrals"
    REPLIES = "replies"
    SCHEMES = "schemes"
    SECONDS = "seconds"
    SESSIONS = "sessions"
    TEXT = "text"
    TONNES_CO2E = "tonnes of CO2 equivalent"
    VICTIMS = "victims"


class Marker(StrEnum):
    """Why a cell is not a plain number: the Government Analysis Function's shorthand."""

    NONE = ""
    CONFIDENTIAL = "[c]"
    LOW = "[low]"
    NOT_AVAILABLE = "[x]"
    NOT_APPLICABLE = "[z]"
    PROVISIONAL = "[p]"
    REVISED = "[r]"
    LOW_RELIABILITY = "[u]"
    BREAK = "[b]"
    ESTIMATED = "[e]"

    @property
    def meaning(self) -> str:
        """The marker in words, as a notes page prints it."""
        return _MARKER_MEANINGS[self]


_MARKER_MEANINGS = {
    Marker.NONE: "a plain number",
    Marker.CONFIDENTIAL: "withheld to protect people who could be identified",
    Marker.LOW: "rounds to zero but is not zero",
    Marker.NOT_AVAILABLE: "not available",
    Marker.NOT_APPLICABLE: "not applicable, such as a share of nothing",
    Marker.PROVISIONAL: "provisional: the period is not complete in the data",
    Marker.REVISED: "revised since it was first published",
    Marker.LOW_RELIABILITY: "of low reliability",
    Marker.BREAK: "after a break in the series: not comparable with earlier periods",
    Marker.ESTIMATED: "estimated",
}


class Grain(StrEnum):
    """How long a period is. A year is a financial year, April to March."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ROLLING_12 = "rolling_12"

    @property
    def months(self) -> int:
        """Length in calendar months."""
        return _MONTHS[self.value]


_MONTHS = {"month": 1, "quarter": 3, "year": 12, "rolling_12": 12}


class AvailabilityStatus(StrEnum):
    """What is documented about whether the force can report a metric."""

    REPORTABLE = "reportable"
    NOT_REPORTABLE = "not reportable"
    UNKNOWN = "unknown"
    GROUP = "group"
    UNDEFINED = "undefined"


class Basis(StrEnum):
    """Whose records a number rests on."""

    FORCE = "force"
    PROXY = "proxy"
