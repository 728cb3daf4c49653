"""Refs 62, 63 and 64, measures of the Local Policing Charter."""

from swm_kpi import (
    Count,
    Direction,
    Distribution,
    Example,
    Metric,
    PeriodEndStock,
    Proportion,
    Ratio,
    Sum,
    Unit,
)

from ...contracts.neighbourhood_alert import AlertMessage, AlertRegistration
from ...contracts.parish_council import PRIORITY_THEME, ParishCouncil, ParishPriority
from ...contracts.station_check import CHECK_ITEM, STATION, AuditCheck
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import LPA
from ...plan.objectives import REASSURING

parish_priorities = Metric(
    ref="62",
    key="parish_priorities",
    parent="61",
    title="Priorities from Parish council contact contracts;",
    objective=REASSURING,
    summary="Priorities that town and parish councils set in their contact contracts in the "
    "period, how they divide by theme, and the share of councils with a contract in force at the "
    "latest snapshot.",
    measures=[
        Count(
            key="priorities",
            label="Priorities set by town and parish councils",
            of=ParishPriority,
            at=ParishPriority.set_on,
        ),
        Distribution(
            key="by_theme",
            label="Priorities by theme, as a share of those coded",
            of=ParishPriority,
            at=ParishPriority.set_on,
            over=PRIORITY_THEME,
        ),
        PeriodEndStock(
            key="with_contract",
            label="Councils with a contact contract in force",
            of=ParishCouncil,
            at=ParishCouncil.as_at,
            where=ParishCouncil.has_contract,
            direction=Direction.HIGHER_IS_BETTER,
        ),
        PeriodEndStock(
            key="councils",
            label="Town and parish councils for which it is known",
            of=ParishCouncil,
            at=ParishCouncil.as_at,
            where=ParishCouncil.has_contract.is_not_null(),
        ),
        Ratio(
            key="contract_share",
            label="Councils with a contact contract in force, as a share of those known",
            numerator="with_contract",
            denominator="councils",
            unit=Unit.PROPORTION,
            direction=Direction.HIGHER_IS_BETTER,
        ),
    ],
    dimensions=[LPA, PRIORITY_THEME],
    direction=Direction.NEUTRAL,
    availability=COLOUR_LOST,
    standards=["Local Policing (Community) Charter"],
    limitations="Not what happened most, nor what was done about it: a priority is what a council "
    "asked for.",
    caveats=[
        "No number of priorities is fixed for a council: one that sets three counts three times.",
        "A priority kept at a review is not set again, so a period without new ones may still have "
        "many in force.",
        "Themes are coded by the force. A priority that is not coded is counted and is in no "
        "share.",
    ],
    examples=[
        Example(
            rows={
                "parish_priority": """
                | priority_id | set_on     | council_id | priority_theme | lpa        |
                | p1          | 2024-04-01 | a          | Road safety    | Shropshire |
                | p2          | 2024-05-06 | a          | Drugs          | Shropshire |
                | p3          | 2024-06-30 | b          |                |            |
                """,
                "parish_council": """
                | as_at      | council_id | has_contract | lpa        |
                | 2024-06-30 | a          | yes          | Shropshire |
                | 2024-06-30 | b          | yes          |            |
                | 2024-06-30 | c          | no           |            |
                | 2024-06-30 | d          | no           |            |
                """,
            },
            expect={
                "priorities": 1 + 1 + 1,
                "by_theme": (1 + 1) / 2,
                "with_contract": 1 + 1,
                "councils": 2 + 2,
                "contract_share": 2 / 4,
            },
            description="Two priorities are coded and their shares add to one. The third is "
            "counted.",
        ),
        Example(
            rows={
                "parish_priority": """
                | priority_id | set_on     | council_id | priority_theme |
                | p1          | 2024-03-31 | a          | Road safety    |
                | p2          | 2024-05-06 | b          |                |
                | p3          | 2024-05-06 | b          |                |
                """,
                "parish_council": """
                | as_at      | council_id | has_contract |
                | 2024-04-30 | a          | yes          |
                | 2024-04-30 | b          | no           |
                | 2024-06-30 | a          | no           |
                | 2024-06-30 | b          | yes          |
                | 2024-06-30 | c          |              |
                """,
            },
            expect={
                "priorities": 1 + 1,
                "by_theme": None,
                "with_contract": 1,
                "councils": 1 + 1,
                "contract_share": 1 / 2,
            },
            edge_case="Two priorities of one council are two. With none coded there are no shares. "
            "The contracts of April and of June are not added, and a council of which nothing is "
            "known is not one without a contract.",
        ),
    ],
)

measured = AlertMessage.opened.is_not_null()

neighbourhood_alerts = Metric(
    ref="63",
    key="neighbourhood_alerts",
    parent="61",
    title="Neighbourhood alerts metrics (e.g. no. of messages sent, people registered etc.);",
    objective=REASSURING,
    summary="Alert messages sent in the period, the people registered for them on its last day, "
    "how many recipients opened them and how many replies came.",
    measures=[
        Count(
            key="messages",
            label="Alert messages sent",
            of=AlertMessage,
            at=AlertMessage.sent_at,
            direction=Direction.NEUTRAL,
        ),
        PeriodEndStock(
            key="registered",
            label="People registered for alerts",
            of=AlertRegistration,
            at=AlertRegistration.registered_on,
            until=AlertRegistration.ended_on,
        ),
        Sum(
            key="opened",
            label="Times a recipient opened an alert message",
            of=AlertMessage,
            at=AlertMessage.sent_at,
            where=measured,
            value=AlertMessage.opened,
            unit=Unit.OPENINGS,
            note="A recipient who opens two messages is counted twice.",
        ),
        Sum(
            key="delivered",
            label="Alert messages times recipients, where opening was measured",
            of=AlertMessage,
            at=AlertMessage.sent_at,
            where=measured,
            value=AlertMessage.recipients,
            unit=Unit.DELIVERIES,
            direction=Direction.NEUTRAL,
        ),
        Ratio(
            key="open_rate",
            label="Alert messages opened, as a share of those delivered",
            numerator="opened",
            denominator="delivered",
            unit=Unit.PROPORTION,
        ),
        Sum(
            key="replies",
            label="Replies to alert messages",
            of=AlertMessage,
            at=AlertMessage.sent_at,
            value=AlertMessage.replies,
            unit=Unit.REPLIES,
        ),
    ],
    dimensions=[LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=["Local Policing (Community) Charter"],
    limitations="People registered are not people reached: a message goes to some of them, and "
    "fewer open it. One message to 500 people is one message.",
    caveats=[
        "Someone whose registration lapsed is not registered, whatever messages still reach them.",
        "Some programs open a message, or hide that it was opened, without its reader: the open "
        "rate is a guide only.",
        "People registered are a number on a day, and are never added over periods.",
    ],
    examples=[
        Example(
            rows={
                "alert_message": """
                | message_id | sent_at             | recipients | opened | replies |
                | m1         | 2024-04-01 00:00:00 | 500        | 200    | 3       |
                | m2         | 2024-06-30 23:59:00 | 100        | 70     | 0       |
                """,
                "alert_registration": """
                | registration_id | registered_on | ended_on   |
                | r1              | 2019-05-06    |            |
                | r2              | 2024-06-30    |            |
                | r3              | 2020-01-01    | 2024-07-01 |
                """,
            },
            expect={
                "messages": 1 + 1,
                "registered": 1 + 1 + 1,
                "opened": 200 + 70,
                "delivered": 500 + 100,
                "open_rate": (200 + 70) / (500 + 100),
                "replies": 3 + 0,
            },
            description="A message to 500 people weighs five times one to 100 in the open rate, "
            "and is one message.",
        ),
        Example(
            rows={
                "alert_message": """
                | message_id | sent_at             | recipients | opened | replies |
                | m1         | 2024-05-06 12:00:00 | 300        |        |         |
                | m2         | 2024-05-07 12:00:00 | 200        | 50     | 2       |
                | m3         | 2024-07-01 00:00:00 | 900        | 900    | 90      |
                """,
                "alert_registration": """
                | registration_id | registered_on | ended_on   |
                | r1              | 2019-05-06    |            |
                | r2              | 2019-05-06    | 2024-06-30 |
                | r3              | 2024-07-01    |            |
                """,
            },
            expect={
                "messages": 1 + 1,
                "registered": 1,
                "opened": 50,
                "delivered": 200,
                "open_rate": 50 / 200,
                "replies": 2,
            },
            edge_case="Five hundred deliveries are not five hundred people registered: one is, "
            "since another lapsed on 30 June and a third came on 1 July. A message whose opening "
            "was not measured is not a message that nobody opened.",
        ),
    ],
)

station_dip_samples = Metric(
    ref="64",
    key="station_dip_samples",
    parent="61",
    title="Data from dip sampling at police stations (e.g. A boards, posters etc.)",
    objective=REASSURING,
    summary="Checks made at police stations, and the share of them where the item was there and "
    "right, counted on the day of the visit.",
    measures=[
        Count(
            key="checks",
            label="Checks made",
            of=AuditCheck,
            at=AuditCheck.checked_on,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="passed",
            label="Checks passed",
            of=AuditCheck,
            at=AuditCheck.checked_on,
            numerator=AuditCheck.passed,
            note="Of the checks made, which are not a random sample.",
        ),
    ],
    dimensions=[LPA, STATION, CHECK_ITEM],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=["Local Policing (Community) Charter"],
    limitations="Not the share of stations that are right: a check is of one item at one station, "
    "and the stations visited do not stand for the others.",
    caveats=[
        "The sample is not random unless stations and days were drawn by lot, so no margin of "
        "error holds for all stations.",
        "A station visited often, or with more items, weighs more.",
    ],
    examples=[
        Example(
            rows="""
            | checked_on | station    | check_item | passed |
            | 2024-04-01 | Shrewsbury | A board    | yes    |
            | 2024-04-01 | Shrewsbury | Poster     | yes    |
            | 2024-06-30 | Hereford   | A board    | yes    |
            | 2024-06-30 | Hereford   | Poster     | no     |
            """,
            expect={"checks": 2 + 2, "passed": (2 + 1) / (2 + 2)},
            description="Four checks at two stations. The visits are invented for the example.",
        ),
        Example(
            rows="""
            | checked_on | station    | check_item | passed |
            | 2024-05-06 | Shrewsbury | A board    | yes    |
            | 2024-05-06 | Shrewsbury | Poster     | no     |
            | 2024-05-06 | Hereford   | A board    |        |
            | 2024-05-06 | Hereford   | Poster     | no     |
            | 2024-07-01 | Hereford   | Poster     | yes    |
            """,
            expect={"checks": 1 + 1 + 1 + 1, "passed": 1 / (1 + 1 + 1)},
            edge_case="What could not be checked was visited, and neither passed nor failed. One "
            "of two stations was not wholly right, but one check of three passed: it is checks "
            "that are counted and not stations.",
        ),
    ],
)
