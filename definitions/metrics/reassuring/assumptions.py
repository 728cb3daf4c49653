"""Assumptions of the metrics under this objective: thresholds that change, and lists we chose."""

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
from ...contracts.workforce import DESIGNATED_OFFICER, JOINER, LEAVER, OFFICER, PCSO, STAFF

ANSWER_999_SECONDS = Assumption(
    "answer_999_seconds",
    10,
    since="2021-04-01",
    because="999 calls should be answered within 10 seconds; the Commissioner's pages give a "
    "target of 90%. We treat a call answered at exactly 10 seconds as in time. The start date is "
    "the first day of the plan's first financial year.",
    source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
    "pcc-scrutinises-police-call-handling and "
    "pcc-raises-west-mercia-police-performance-in-latest-meeting-with-chief",
)

ANSWER_101_SECONDS = Assumption(
    "answer_101_seconds",
    30,
    since="2020-04-01",
    because="The local target for 2020/21 was 80% of 101 calls answered within 30 seconds. Local "
    "targets change: the minutes of February 2024 give another target, and we do not know its "
    "threshold.",
    source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
    "pcc-speaks-up-for-public-about-police-non-emergency-call-handling-performance; Shropshire "
    "Star, 27 May 2021",
)

APPOINTMENT_SECONDS = Assumption(
    "appointment_seconds",
    48 * 3_600,
    since="2021-04-01",
    because="48 hours in seconds, counting all hours and not only working days. The commitment of "
    "2019 says two days and the plan says 48 hours. The start date is the first day of the plan's "
    "first financial year.",
    source="Safer West Mercia Plan Metrics, ref 56",
)

NEW_PLATFORMS = Assumption(
    "new_platforms",
    ("online form", "live chat", "social media", "video"),
    since="2021-04-01",
    because="The plan does not say which platforms are new. We leave out e-mail because it is not "
    "new. The list is our unverified working choice.",
)

COMMUNITY_EVENTS = Assumption(
    "community_events",
    (EVENT, SURGERY, NEWSLETTER),
    since="2021-04-01",
    because="The plan lists engagement vans, newsletters, social media, events and surgeries as "
    "examples. Vans and posts have numbers of their own, so that a van at an event is not two "
    "events. Our unverified working choice.",
)

WATCH_SCHEMES = Assumption(
    "watch_schemes",
    (NEIGHBOURHOOD_WATCH, FARM_WATCH, SHOP_WATCH, STREET_WATCH, HORSE_WATCH, OTHER_WATCH),
    since="2021-04-01",
    because="The plan does not list the watch schemes it means. We leave community speed watch to "
    "ref 42. Our unverified working choice.",
)

WORKFORCE = Assumption(
    "workforce",
    (OFFICER, STAFF, PCSO, DESIGNATED_OFFICER),
    since="2021-04-01",
    because="The plan does not say who the workforce is. We count paid people and leave out "
    "special constables and volunteers. Our unverified working choice.",
)

JOINER_MOVEMENTS = Assumption(
    "joining",
    (JOINER,),
    since="2021-04-01",
    because="The Home Office's headline of joiners leaves out transfers from other forces. They "
    "are counted separately here. Add 'transfer in' to count them as joiners.",
    source="Home Office, Police workforce, England and Wales: 31 March 2024",
)

LEAVER_MOVEMENTS = Assumption(
    "leaving",
    (LEAVER,),
    since="2021-04-01",
    because="The published rate of leavers leaves out transfers to other forces. They are counted "
    "separately here. Add 'transfer out' to count them as leavers, so that joiners minus leavers "
    "is the change in strength. The report is of the Home Office's figures, and not the original.",
    source="Milton Keynes Citizen, 7 August 2023, on the Home Office's police workforce statistics",
)

ETHNIC_MINORITY = Assumption(
    "ethnic_minority",
    ("Asian or Asian British", "Black or Black British", "Mixed", "Other ethnic group"),
    since="2021-04-01",
    because="The four broad groups other than White. Broad groups cannot show White minorities. "
    "Our unverified working choice.",
)
