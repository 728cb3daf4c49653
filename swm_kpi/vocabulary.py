"""The enumerations of the library: units, grains, markers, directions and statuses.

Every member is a ``str``, so it prints, compares, sorts and exports as its own text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from swm_kpi.errors import DefinitionError, Problem, place_of_declaration


class Direction(StrEnum):
    """Whether a higher or a lower value is better.

    A volume of reported harm is neutral: it also rises when more of the harm is reported.
    """

    HIGHER_IS_BETTER = "higher is better"
    LOWER_IS_BETTER = "lower is better"
    NEUTRAL = "neither way is better in itself"


class Frequency(StrEnum):
    """How often a metric is reported."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


class Unit(StrEnum):
    """The unit of a value.

    A proportion is a number from 0 to 1. A percentage ratio is a ratio that readers see as a
    percentage, such as an attrition rate: 0.15 is shown as 15.0%, and it can be above 1.

    A plugin declares a unit that is not listed here with :meth:`declare`.
    """

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
    PERCENTAGE_RATIO = "percentage ratio"
    PER_100000_PEOPLE = "per 100,000 people"
    PER_1000_HOUSEHOLDS = "per 1,000 households"
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

    @classmethod
    def declare(cls, name: str) -> Unit:
        """Declare a unit of your own, in the plural as readers see it: ``Unit.declare("vans")``.

        Values of a declared unit are shown as plain numbers followed by the name. Declaring a name
        again returns the same unit. A declared unit can be pickled; it is not listed when you
        iterate over ``Unit``.

        Raises:
            DefinitionError: the name is not lower-case words separated by single spaces.
        """
        try:
            return cls(name)
        except ValueError:
            pass
        if not isinstance(name, str) or not _UNIT_NAME.match(name):
            rule = f"{name!r} is not a unit name"
            fix = "Write lower-case words in the plural, such as 'patrol hours'"
            raise DefinitionError([Problem("Unit", "name", rule, fix, place_of_declaration())])
        unit = str.__new__(cls, name)
        unit._name_ = name.upper().replace(" ", "_")
        unit._value_ = name
        return _DECLARED_UNITS.setdefault(name, unit)

    @classmethod
    def known_names(cls) -> list[str]:
        """Return the names of the listed and the declared units, sorted."""
        return sorted({*cls, *_DECLARED_UNITS})

    @classmethod
    def _missing_(cls, value: object) -> Unit | None:
        """Find a declared unit when ``Unit(value)`` is not a listed one."""
        return _DECLARED_UNITS.get(value) if isinstance(value, str) else None

    def __reduce_ex__(self, protocol: object) -> tuple[Callable[[str], Unit], tuple[str]]:
        """Pickle by name, and declare the unit again where it is loaded."""
        return Unit.declare, (self.value,)


_UNIT_NAME = re.compile(r"\A[a-z0-9]+(?:[ -][a-z0-9]+)*\Z")
_DECLARED_UNITS: dict[str, Unit] = {}


class Marker(StrEnum):
    """Why a cell has no plain number: the shorthand of the Government Analysis Function.

    A rule of the library sets each of them. Symbols that no rule sets are not listed.
    """

    NONE = ""
    CONFIDENTIAL = "[c]"
    NOT_AVAILABLE = "[x]"
    NOT_APPLICABLE = "[z]"
    PROVISIONAL = "[p]"
    LOW_RELIABILITY = "[u]"
    BREAK = "[b]"

    @property
    def meaning(self) -> str:
        """The marker in words, as printed on a notes page."""
        return _MARKER_MEANINGS[self]


_MARKER_MEANINGS = {
    Marker.NONE: "a plain number",
    Marker.CONFIDENTIAL: "withheld to protect people who could be identified",
    Marker.NOT_AVAILABLE: "not available",
    Marker.NOT_APPLICABLE: "not applicable, such as a share of nothing",
    Marker.PROVISIONAL: "provisional: the data for the period are not complete",
    Marker.LOW_RELIABILITY: "of low reliability",
    Marker.BREAK: "the series breaks in this period: not comparable with earlier periods",
}


class Grain(StrEnum):
    """The length of a period. A year is a financial year, April to March."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ROLLING_12 = "rolling_12"

    @property
    def months(self) -> int:
        """The length in calendar months."""
        return _MONTHS[self.value]


_MONTHS = {"month": 1, "quarter": 3, "year": 12, "rolling_12": 12}


class AvailabilityStatus(StrEnum):
    """What documents say about whether the force can report a metric.

    ``REPORTABLE_IN_PART`` is a metric of which single measures cannot be reported. Of one that is
    ``IN_DEVELOPMENT`` the way to report it is still being worked on. Of one that was
    ``PUBLISHED_BEFORE`` a figure was published once, and nothing says whether it can be now.
    ``UNKNOWN`` is a metric of which no document says anything. ``GROUP`` is a reference that only
    groups others. ``UNDEFINED`` is a reference without text.
    """

    REPORTABLE = "reportable"
    REPORTABLE_IN_PART = "reportable in part"
    IN_DEVELOPMENT = "in development"
    PUBLISHED_BEFORE = "published before"
    NOT_REPORTABLE = "not reportable"
    UNKNOWN = "unknown"
    GROUP = "group"
    UNDEFINED = "undefined"


class Basis(StrEnum):
    """Whose records a value comes from: the force's own, or a public proxy for them."""

    FORCE = "force"
    PROXY = "proxy"


class CoverageSource(StrEnum):
    """How the days that a table covers are known."""

    CALLER = "stated by the caller"
    READER = "stated by the file's reader"
    ROWS = "seen in the rows"


WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters of Unicode that are white space, such as a non-breaking space.

Polars trims these. Engines of databases trim others, so they are listed for them.
"""
