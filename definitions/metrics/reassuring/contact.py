"""Refs 57 and 58: how calls are answered, and contact through new platforms."""

from swm_kpi import (
    Assumption,
    Average,
    Basis,
    Column,
    Count,
    Direction,
    Distribution,
    Duration,
    Evidence,
    Example,
    Measure,
    Metric,
    Proportion,
    Ratio,
    Sum,
    SumProduct,
    Unit,
)

from ...contracts.contact import CHANNEL, BtAnswerTimes, Contact
from ...plan.availability import PLAN_STATEMENT, published_once
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import REASSURING
from .assumptions import ANSWER_101_SECONDS, ANSWER_999_SECONDS, NEW_PLATFORMS

_BTS_CLOCK = (
    "Published by force and month. BT's clock starts when its operator transfers the call, so "
    "times are longer than by the force's own clock. Only answered calls are in it, and a call "
    "answered at exactly 10 seconds is not in time."
)


def _call_measures(line: str, limit: Assumption) -> tuple[Measure, ...]:
    """Return the measures of the calls on one line.

    Args:
        line: 999 or 101.
        limit: the longest time to answer, in seconds, that is in time.
    """
    calls = Contact.line == line
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


def _calls_by_bts_clock(key: str, label: str, calls: Column) -> Sum:
    return Sum(
        key=key,
        label=f"999 calls answered{label}, BT's clock",
        of=BtAnswerTimes,
        at=BtAnswerTimes.month,
        value=calls,
        unit=Unit.CALLS,
        direction=Direction.NEUTRAL,
        basis=Basis.PROXY,
        proxy_difference=_BTS_CLOCK,
    )


def _share_by_bts_clock(key: str, label: str, *, is_good: bool | None = None) -> Ratio:
    directions = {True: Direction.HIGHER_IS_BETTER, False: Direction.LOWER_IS_BETTER}
    return Ratio(
        key=f"{key}_share",
        label=f"Share of 999 calls answered{label}, BT's clock",
        numerator=key,
        denominator="bt_answered",
        unit=Unit.PROPORTION,
        direction=Direction.NEUTRAL if is_good is None else directions[is_good],
        basis=Basis.PROXY,
        proxy_difference=_BTS_CLOCK,
    )


_UNDER_10, _UNDER_60, _FROM_60 = (
    " in under 10 seconds",
    " in 10 to under 60 seconds",
    " in 60 seconds or more",
)

_BY_BTS_CLOCK: tuple[Measure, ...] = (
    _calls_by_bts_clock("bt_answered", "", BtAnswerTimes.answered),
    _calls_by_bts_clock("bt_under_10", _UNDER_10, BtAnswerTimes.under_10),
    _calls_by_bts_clock("bt_from_10_to_60", _UNDER_60, BtAnswerTimes.from_10_to_60),
    _calls_by_bts_clock("bt_from_60", _FROM_60, BtAnswerTimes.from_60),
    _share_by_bts_clock("bt_under_10", _UNDER_10, is_good=True),
    _share_by_bts_clock("bt_from_10_to_60", _UNDER_60),
    _share_by_bts_clock("bt_from_60", _FROM_60, is_good=False),
    SumProduct(
        key="bt_seconds",
        label="Seconds until an answer to 999, all calls, BT's clock",
        of=BtAnswerTimes,
        at=BtAnswerTimes.month,
        amount=BtAnswerTimes.answered,
        factor=BtAnswerTimes.mean_seconds,
        unit=Unit.SECONDS,
        direction=Direction.NEUTRAL,
        basis=Basis.PROXY,
        proxy_difference=_BTS_CLOCK,
    ),
    Ratio(
        key="bt_mean_seconds",
        label="Mean time to answer 999, BT's clock",
        numerator="bt_seconds",
        denominator="bt_answered",
        unit=Unit.SECONDS,
        direction=Direction.LOWER_IS_BETTER,
        basis=Basis.PROXY,
        proxy_difference=_BTS_CLOCK,
        note="Each month weighs as much as its calls.",
    ),
)

call_handling = Metric(
    ref="57",
    key="call_handling",
    version=7,
    title="999 and 101 call handling performance",
    objective=REASSURING,
    summary="Calls to 999 and 101, the share answered in time (within 10 seconds for 999 and 30 "
    "for 101, unless other limits are set), how long callers waited for an answer, and the share "
    "abandoned. Timed by the force's own clock and counted on the day the call was presented. "
    "Beside them, the published figures for 999 by BT's clock, which are a series of their own.",
    measures=[
        *_call_measures("999", ANSWER_999_SECONDS),
        *_call_measures("101", ANSWER_101_SECONDS),
        *_BY_BTS_CLOCK,
    ],
    headline="answered_999",
    dimensions=[FORCE],
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
        Evidence(
            source="Shropshire Star, 31 May 2022, shropshirestar.com/news/crime/2022/05/31/"
            "majority-of-999-calls-to-west-mercia-police-answered-within-10-seconds",
            finding="Gives a mean of 11.7 seconds by BT's clock, 20th of 44 forces, and 92% of 999 "
            "calls answered within 10 seconds by the force's own, from April 2021 to March 2022.",
            date="2022-05-31",
        ),
        Evidence(
            source="Shropshire Star, 25 April 2024, on figures of police.uk, shropshirestar.com/"
            "news/2024/04/25/west-mercia-police-among-the-slowest-forces-for-answering-999-calls",
            finding="Gives 72.63% of 999 calls answered within 10 seconds and a mean of 17.66 "
            "seconds from February 2023 to February 2024.",
            date="2024-04-25",
        ),
    ),
    standards=[
        "Written answer HL1958 of 6 November 2024: 999 figures by force and month since November "
        "2021, for calls answered in under 10 seconds, 10 to under 60, and 60 or more",
    ],
    limitations="The force's own measures are not the national 999 figures. Those use BT's clock, "
    "which includes the time until the call reaches the force and so gives longer times, and they "
    "are a share of answered calls. The two are never mixed: BT's are named so.",
    caveats=[
        "An abandoned call counts as not answered in time, however soon the caller gave up. A call "
        "with no time answered and no time abandoned counts as not answered in time, and not as "
        "abandoned.",
        "By the force's clock, a call answered at exactly 10 or 30 seconds is in time. By BT's "
        "clock, only a call answered in under 10 seconds is.",
        "The total of BT's figures adds up all the forces in the table. For one force, keep only "
        "its rows, or break the figures down by police force. The three shares add up to 100%: if "
        "they do not, the table is wrong.",
        "If no call in the whole table has a time abandoned, no share of calls abandoned is shown: "
        "the system may not record them.",
        "999 and 101 are measures of their own, and are never added. Contact by other channels is "
        "ref 58.",
        "The mean wait covers answered calls only. It leaves out callers who gave up.",
        "Targets change. For 101 the target was 80% within 30 seconds in 2020/21. The "
        "Commissioner's minutes of February 2024 quote a target of 60%; we do not know its "
        "threshold.",
        "That BT's clock starts at the transfer is from a newspaper's analysis (MailOnline, on the "
        "year to October 2024). We did not find BT's own words.",
        "For 101, it is unverified whether time in a menu or with a switchboard is part of the "
        "wait.",
        "There is no breakdown by area: calls are answered for the whole force, and the area of an "
        "abandoned call is not known.",
    ],
    examples=[
        Example(
            rows="""
            | line | presented_at        | answered_at         | abandoned_at        |
            | 999  | 2024-05-06 12:00:00 | 2024-05-06 12:00:04 |                     |
            | 999  | 2024-05-06 12:00:00 | 2024-05-06 12:00:10 |                     |
            | 999  | 2024-05-06 12:00:00 | 2024-05-06 12:00:11 |                     |
            | 999  | 2024-06-30 23:59:55 | 2024-07-01 00:00:00 |                     |
            | 101  | 2024-05-06 12:00:00 | 2024-05-06 12:00:30 |                     |
            | 101  | 2024-05-06 12:00:00 | 2024-05-06 12:01:30 |                     |
            | 101  | 2024-05-06 12:00:00 |                     | 2024-05-06 12:02:00 |
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
            | line | presented_at        | answered_at         | abandoned_at        |
            | 999  | 2024-05-06 12:00:03 | 2024-05-06 12:00:11 |                     |
            | 999  | 2024-05-06 12:00:00 |                     | 2024-05-06 12:00:02 |
            | 999  | 2024-05-06 12:00:00 |                     |                     |
            | 101  | 2024-05-06 12:00:00 | 2024-05-06 12:00:20 |                     |
            | 101  | 2024-05-06 12:00:00 |                     | 2024-05-06 12:00:05 |
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
            "stays in the denominator, and its wait is left out of the mean. A 101 call answered "
            "after 20 seconds is in time; a 999 call would be late.",
        ),
        Example(
            rows="""
            | line        | presented_at        | answered_at         | abandoned_at |
            | 101         | 2024-05-06 12:00:00 |                     |              |
            | online form | 2024-05-06 12:00:00 | 2024-05-06 12:00:01 |              |
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
            edge_case="If there are no 999 calls, there is no share. That is different "
            "from 0% or 100%. No answering time is recorded of any 101 call, so whether they were "
            "answered is not known. An online form is not a call.",
        ),
        Example(
            rows={
                "contact": """
                | line | presented_at        | answered_at         | abandoned_at        |
                | 999  | 2024-05-06 12:00:00 | 2024-05-06 12:00:10 |                     |
                | 999  | 2024-05-06 12:00:00 |                     | 2024-05-06 12:00:30 |
                """,
                "bt_answer_times": """
        | month      | force       | answered | under_10 | from_10_to_60 | from_60 | mean_seconds |
        | 2024-04-01 | West Mercia | 100      | 80       | 15            | 5       | 12.0         |
        | 2024-05-01 | West Mercia | 300      | 210      | 75            | 15      | 16.0         |
        | 2024-07-01 | West Mercia | 200      | 0        | 0             | 200     | 90.0         |
                """,
            },
            expect={
                "calls_999": 1 + 1,
                "answered_999": 1 / (1 + 1),
                "bt_answered": 100 + 300,
                "bt_under_10": 80 + 210,
                "bt_from_10_to_60": 15 + 75,
                "bt_from_60": 5 + 15,
                "bt_under_10_share": (80 + 210) / (100 + 300),
                "bt_from_10_to_60_share": (15 + 75) / (100 + 300),
                "bt_from_60_share": (5 + 15) / (100 + 300),
                "bt_seconds": 100 * 12 + 300 * 16,
                "bt_mean_seconds": (100 * 12 + 300 * 16) / (100 + 300),
            },
            edge_case="BT's figures are a series of their own. A call answered at exactly 10 "
            "seconds is in time by the force's clock and not by BT's, and an abandoned call is in "
            "the force's denominator and not in BT's. The mean of the two months is weighted by "
            "calls: 15 seconds, and not the 14 halfway between 12 and 16.",
        ),
    ],
)

new_platforms = Metric(
    ref="58",
    key="new_platforms",
    version=2,
    title="Volume of public demand via new platforms and technology",
    objective=REASSURING,
    summary="Contacts from the public by online form, live chat, social media or video, and their "
    "share of all contacts, counted on the day the contact was made. Also the share of each "
    "channel, 999 and 101 included.",
    measures=[
        Count(
            key="contacts",
            label="Contacts by new platforms",
            of=Contact,
            at=Contact.presented_at,
            where=Contact.line.is_in(NEW_PLATFORMS),
        ),
        Proportion(
            key="share",
            label="Contacts by new platforms as a share of all contact",
            of=Contact,
            at=Contact.presented_at,
            numerator=Contact.line.is_in(NEW_PLATFORMS),
            note="Within one channel the share is always 0 or 1. Read it for all channels "
            "together.",
        ),
        Distribution(
            key="channel_share",
            label="Share of contacts by each channel",
            of=Contact,
            at=Contact.presented_at,
            over=CHANNEL,
            note="Of all contacts, 999 and 101 included.",
        ),
    ],
    dimensions=[CHANNEL, LPA, DISTRICT],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
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
            | line         | presented_at        | lpa           |
            | online form  | 2024-04-01 00:00:00 | Shropshire    |
            | live chat    | 2024-05-06 12:00:00 |               |
            | social media | 2024-05-06 12:00:00 | Herefordshire |
            | video        | 2024-06-30 23:59:59 |               |
            | 101          | 2024-05-06 12:00:00 | Shropshire    |
            """,
            expect={
                "contacts": 1 + 1 + 1 + 1,
                "share": 4 / (4 + 1),
                "channel_share": (1 + 1 + 1 + 1 + 1) / 5,
            },
            description="Four platforms are new. A call to 101 is in all contacts only. Each of "
            "the five channels has a fifth of the contacts, and together they add up to 1.",
        ),
        Example(
            rows="""
            | line        | presented_at        |
            | online form | 2024-05-06 12:00:00 |
            | email       | 2024-05-06 12:00:00 |
            | other       | 2024-05-06 12:00:00 |
            | 999         | 2024-05-06 12:00:00 |
            | live chat   | 2024-07-01 00:00:00 |
            """,
            expect={"contacts": 1, "share": 1 / (1 + 1 + 1 + 1)},
            edge_case="E-mail is not a new platform, and is in all contacts. A live chat of 1 July "
            "belongs to the next quarter.",
        ),
    ],
)
