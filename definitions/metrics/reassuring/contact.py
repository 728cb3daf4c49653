"""Refs 57 and 58: how calls are answered, and contact through new platforms."""

from swm_kpi import (
    Assumption,
    Average,
    Count,
    Direction,
    Duration,
    Evidence,
    Example,
    Measure,
    Metric,
    Proportion,
    Unit,
)

from ...contracts.contact import CHANNEL, FORCE_CLOCK, Contact
from ...plan.availability import COLOUR_LOST, published_once
from ...plan.dimensions import LPA
from ...plan.objectives import REASSURING
from .assumptions import ANSWER_101_SECONDS, ANSWER_999_SECONDS, NEW_PLATFORMS

_BY_FORCE_CLOCK = Contact.clock == FORCE_CLOCK


def _call_measures(line: str, limit: Assumption) -> tuple[Measure, ...]:
    """Return the measures of the calls on one line.

    Args:
        line: 999 or 101.
        limit: the longest time to answer, in seconds, that is in time.
    """
    calls = _BY_FORCE_CLOCK & (Contact.line == line)
    return (
        Count(
            key=f"calls_{line}",
            label=f"{line} calls presented",
            of=Contact,
            at=Contact.presented_at,
            where=calls,
            unit=Unit.CALLS,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key=f"answered_{line}",
            label=f"{line} calls answered in time",
            of=Contact,
            at=Contact.presented_at,
            where=calls,
            numerator=Contact.answered_at.is_not_null()
            & (Contact.presented_at.until(Contact.answered_at) <= limit),
            blank_means_no=Contact.answered_at,
        ),
        Duration(
            key=f"wait_{line}",
            label=f"Mean wait for an answer to {line}",
            of=Contact,
            at=Contact.presented_at,
            where=calls,
            start=Contact.presented_at,
            end=Contact.answered_at,
            average=Average.MEAN,
            unit=Unit.SECONDS,
            blank_means_no=Contact.answered_at,
            direction=Direction.LOWER_IS_BETTER,
            note="Of calls that were answered.",
        ),
        Proportion(
            key=f"abandoned_{line}",
            label=f"{line} calls abandoned",
            of=Contact,
            at=Contact.presented_at,
            where=calls,
            numerator=Contact.abandoned_at.is_not_null(),
            direction=Direction.LOWER_IS_BETTER,
        ),
    )


call_handling = Metric(
    ref="57",
    key="call_handling",
    version=6,
    title="999 and 101 call handling performance",
    objective=REASSURING,
    summary="Calls to 999 and 101, the share answered in time (within 10 seconds for 999 and 30 "
    "for 101, unless other limits are set), how long callers waited for an answer, and the share "
    "abandoned. Timed by the force's own clock and counted on the day the call was presented.",
    measures=[
        *_call_measures("999", ANSWER_999_SECONDS),
        *_call_measures("101", ANSWER_101_SECONDS),
    ],
    headline="answered_999",
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="Shropshire Star, 27 May 2021; Police and Crime Commissioner's website, "
            "westmercia-pcc.gov.uk/"
            "pcc-speaks-up-for-public-about-police-non-emergency-call-handling-performance",
            finding="Gives 57% of 101 calls answered within 30 seconds in 2020/21, against a "
            "target of 80%.",
            date="2021-05-27",
        ),
        Evidence(
            source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
            "pcc-scrutinises-police-call-handling",
            finding="Gives 88% of 999 calls answered within 10 seconds in September 2021, against "
            "a target of 90%. It does not state which clock was used.",
            date="2021-09",
        ),
    ),
    limitations="Not the national 999 figures. Those use BT's clock, which includes the time until "
    "the call reaches the force and so gives longer times, and they are a share of answered calls. "
    "The two are never mixed.",
    caveats=[
        "An abandoned call counts as not answered in time, however soon the caller gave up. A call "
        "with no time answered and no time abandoned counts as not answered in time, and not as "
        "abandoned.",
        "A call answered at exactly 10 or 30 seconds is in time. The national 999 bands are under "
        "10 seconds, 10 to under 60, and 60 or more.",
        "The mean wait covers answered calls only. It leaves out callers who gave up.",
        "Targets change. For 101 the target was 80% within 30 seconds in 2020/21. The "
        "Commissioner's minutes of February 2024 quote a target of 60%; we do not know its "
        "threshold.",
        "For 101, it is unverified whether time in a menu or with a switchboard is part of the "
        "wait.",
        "There is no breakdown by area: calls are answered for the whole force, and the area of an "
        "abandoned call is not known.",
    ],
    examples=[
        Example(
            rows="""
            | line | clock | presented_at        | answered_at         | abandoned_at        |
            | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:04 |                     |
            | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:10 |                     |
            | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:11 |                     |
            | 999  | force | 2024-06-30 23:59:55 | 2024-07-01 00:00:00 |                     |
            | 101  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:30 |                     |
            | 101  | force | 2024-05-06 12:00:00 | 2024-05-06 12:01:30 |                     |
            | 101  | force | 2024-05-06 12:00:00 |                     | 2024-05-06 12:02:00 |
            """,
            expect={
                "calls_999": 3 + 1,
                "answered_999": (1 + 1 + 1) / 4,
                "wait_999": (4 + 10 + 11 + 5) / 4,
                "abandoned_999": 0 / 4,
                "calls_101": 1 + 1 + 1,
                "answered_101": 1 / 3,
                "wait_101": (30 + 90) / 2,
                "abandoned_101": 1 / 3,
            },
            description="Exactly 10 seconds for 999, and exactly 30 for 101, is in time. A call is "
            "counted when it is presented, even if it is answered in the next quarter.",
        ),
        Example(
            rows="""
            | line | clock | presented_at        | answered_at         | abandoned_at        |
            | 999  | force | 2024-05-06 12:00:03 | 2024-05-06 12:00:11 |                     |
            | 999  | force | 2024-05-06 12:00:00 |                     | 2024-05-06 12:00:02 |
            | 999  | force | 2024-05-06 12:00:00 |                     |                     |
            | 999  | bt    | 2024-05-06 12:00:00 | 2024-05-06 12:00:11 |                     |
            | 999  | bt    | 2024-05-06 13:00:00 | 2024-05-06 13:00:05 |                     |
            | 101  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:20 |                     |
            | 101  | force | 2024-05-06 12:00:00 |                     | 2024-05-06 12:00:05 |
            """,
            expect={
                "calls_999": 1 + 1 + 1,
                "answered_999": 1 / (1 + 1 + 1),
                "wait_999": 8 / 1,
                "abandoned_999": 1 / (1 + 1 + 1),
                "calls_101": 1 + 1,
                "answered_101": 1 / (1 + 1),
                "wait_101": 20 / 1,
                "abandoned_101": 1 / (1 + 1),
            },
            edge_case="A caller who gave up after two seconds was not answered in time. The call "
            "stays in the denominator, and its wait is left out of the mean. BT's record of the "
            "same call, on a longer clock, is never counted. A 101 call answered after 20 seconds "
            "is in time; a 999 call would be late.",
        ),
        Example(
            rows="""
            | line        | clock | presented_at        | answered_at         | abandoned_at |
            | 101         | force | 2024-05-06 12:00:00 |                     |              |
            | online form | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:01 |              |
            | 999         | bt    | 2024-05-06 12:00:00 | 2024-05-06 12:00:01 |              |
            """,
            expect={
                "calls_999": 0,
                "answered_999": None,
                "wait_999": None,
                "abandoned_999": None,
                "calls_101": 1,
                "answered_101": None,
                "wait_101": None,
            },
            edge_case="If the force's clock has no 999 calls, there is no share. That is different "
            "from 0% or 100%. No answering time is recorded of any 101 call, so whether they were "
            "answered is not known. An online form is not a call.",
        ),
    ],
)

new_platforms = Metric(
    ref="58",
    key="new_platforms",
    title="Volume of public demand via new platforms and technology",
    objective=REASSURING,
    summary="Contacts from the public by online form, live chat, social media or video, and their "
    "share of all contacts, counted on the day the contact was made.",
    measures=[
        Count(
            key="contacts",
            label="Contacts by new platforms",
            of=Contact,
            at=Contact.presented_at,
            where=_BY_FORCE_CLOCK & Contact.line.is_in(NEW_PLATFORMS),
        ),
        Proportion(
            key="share",
            label="Contacts by new platforms as a share of all contact",
            of=Contact,
            at=Contact.presented_at,
            where=_BY_FORCE_CLOCK,
            numerator=Contact.line.is_in(NEW_PLATFORMS),
            note="Within one channel the share is always 0 or 1. Read it for all channels "
            "together.",
        ),
    ],
    dimensions=[CHANNEL, LPA],
    direction=Direction.NEUTRAL,
    availability=COLOUR_LOST,
    limitations="Counts contacts, not people: one person may make many contacts about one matter, "
    "through several channels.",
    caveats=[
        "A new channel causes a step in the series that is not a step in demand.",
        "The share also rises when fewer people phone, or when people give up trying.",
        "E-mail is part of all contacts but is not a new platform.",
        "Messages that are not from the public, such as spam, count if they are in the table.",
    ],
    examples=[
        Example(
            rows="""
            | line         | clock | presented_at        | lpa           |
            | online form  | force | 2024-04-01 00:00:00 | Shropshire    |
            | live chat    | force | 2024-05-06 12:00:00 |               |
            | social media | force | 2024-05-06 12:00:00 | Herefordshire |
            | video        | force | 2024-06-30 23:59:59 |               |
            | 101          | force | 2024-05-06 12:00:00 | Shropshire    |
            """,
            expect={"contacts": 1 + 1 + 1 + 1, "share": 4 / (4 + 1)},
            description="Four platforms are new. A call to 101 is in all contacts only.",
        ),
        Example(
            rows="""
            | line        | clock | presented_at        |
            | online form | force | 2024-05-06 12:00:00 |
            | email       | force | 2024-05-06 12:00:00 |
            | other       | force | 2024-05-06 12:00:00 |
            | 999         | force | 2024-05-06 12:00:00 |
            | 999         | bt    | 2024-05-06 12:00:00 |
            | live chat   | force | 2024-07-01 00:00:00 |
            """,
            expect={"contacts": 1, "share": 1 / (1 + 1 + 1 + 1)},
            edge_case="E-mail is not a new platform. BT's record of the same 999 call is not "
            "another contact; counting it would make the share too small.",
        ),
    ],
)
