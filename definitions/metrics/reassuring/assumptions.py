"""What the metrics of this theme rest on: thresholds that change, and lists that are a choice."""

from swm_kpi import Assumption

from ...contracts.community import (
    EVENT,
    FARM_WATCH,
    HORSE_WATCH,
    NEIGHBOURHOOD_WATCH,
    NEWSLETTER,
    OTHER_WATCH,
    SHOP_WATCH,
    STREET_WATCH,
    SURGERY,
)
from ...contracts.workforce import DESIGNATED_OFFICER, OFFICER, PCSO, STAFF

ANSWER_999_SECONDS = Assumption(
    "answer_999_seconds",
    10,
    since="2021-04-01",
    because="999 calls are to be answered within 10 seconds; the Commissioner's pages give a "
    "target of 90%. A call answered at exactly 10 seconds is taken as in time. The day is the "
    "start of the plan's first financial year.",
    source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
    "pcc-scrutinises-police-call-handling and "
    "pcc-raises-west-mercia-police-performance-in-latest-meeting-with-chief",
)

ANSWER_101_SECONDS = Assumption(
    "answer_101_seconds",
    30,
    since="2020-04-01",
    because="The local target for 2020/21 was 80% of 101 calls answered within 30 seconds. Local "
    "targets change: the minutes of February 2024 have another, whose threshold is not known to "
    "us.",
    source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
    "pcc-speaks-up-for-public-about-police-non-emergency-call-handling-performance; Shropshire "
    "Star, 27 May 2021",
)

APPOINTMENT_SECONDS = Assumption(
    "appointment_seconds",
    48 * 3_600,
    since="2021-04-01",
    because="48 hours, written in seconds, of real time and not of working days. The commitment of "
    "2019 says two days and the plan says 48 hours. The day is the start of the plan's first "
    "financial year.",
    source="Safer West Mercia Plan Metrics, ref 56",
)

NEW_PLATFORMS = Assumption(
    "new_platforms",
    ("online form", "live chat", "social media", "video"),
    since="2021-04-01",
    because="The plan does not say which platforms are new. E-mail is left out as not new. The "
    "list is our working choice and is unverified.",
)

COMMUNITY_EVENTS = Assumption(
    "community_events",
    (EVENT, SURGERY, NEWSLETTER),
    since="2021-04-01",
    because="The plan lists engagement vans, newsletters, social media, events and surgeries as "
    "examples. Vans are left to ref 60 and social media to ref 66, so that nothing is counted "
    "twice in one dataset. Our working choice, unverified.",
)

WATCH_SCHEMES = Assumption(
    "watch_schemes",
    (NEIGHBOURHOOD_WATCH, FARM_WATCH, SHOP_WATCH, STREET_WATCH, HORSE_WATCH, OTHER_WATCH),
    since="2021-04-01",
    because="The plan does not list the watch schemes it means. Community speed watch is left to "
    "ref 42. Our working choice, unverified.",
)

WORKFORCE = Assumption(
    "workforce",
    (OFFICER, STAFF, PCSO, DESIGNATED_OFFICER),
    since="2021-04-01",
    because="The workforce is taken to be those who are paid: special constables and volunteers "
    "are left out. The plan does not say. Our working choice, unverified.",
)

JOINING = Assumption(
    "joining",
    ("joiner", "transfer in"),
    since="2021-04-01",
    because="An officer who transfers from another force is taken to join. Our working choice, "
    "unverified.",
)

LEAVING = Assumption(
    "leaving",
    ("leaver", "transfer out"),
    since="2021-04-01",
    because="An officer who transfers to another force is taken to leave, so that joiners less "
    "leavers is the change in strength. Our working choice, unverified.",
)

ETHNIC_MINORITY = Assumption(
    "ethnic_minority",
    ("Asian or Asian British", "Black or Black British", "Mixed", "Other ethnic group"),
    since="2021-04-01",
    because="The four broad groups that are not White. White minorities cannot be distinguished in "
    "broad groups. Our working choice, unverified.",
)
