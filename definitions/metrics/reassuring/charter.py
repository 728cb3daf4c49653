"""Refs 62, 63 and 64, metrics of the Local Policing Charter."""

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
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import REASSURING

parish_priorities = Metric(
    ref="62",
    key="parish_priorities",
    version=2,
    parent="61",
    title="Priorities from Parish council contact contracts;",
    objective=REASSURING,
    summary="Priorities that town and parish councils set in their contact contracts in the "
    "period, their themes, and the share of councils with a contract in force at the latest "
    "snapshot.",
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
            label="Town and parish councils where this is known",
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
    dimensions=[LPA, DISTRICT, PRIORITY_THEME],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=["Local Policing (Community) Charter"],
    limitations="Shows what councils asked for. It does not show what happened most often or what "
    "the police did about it.",
    caveats=[
        "A council can set any number of priorities: a council that sets three counts three times.",
        "A priority kept at a review is not counted again, so many priorities may be in force in a "
        "period with no new ones.",
        "The force codes the themes. A priority without a code is in the count but not in the "
        "shares.",
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
            description="Two priorities have a code, and their shares add up to 1. The third is in "
            "the count only.",
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
            edge_case="Two priorities of one council count as two. With no codes there are no "
            "shares. The snapshots of April and June are not added together. A council with an "
            "unknown contract is left out of the share.",
        ),
    ],
)

_OPENING_MEASURED = AlertMessage.opened.is_not_null()

neighbourhood_alerts = Metric(
    ref="63",
    key="neighbourhood_alerts",
    version=3,
    parent="61",
    title="Neighbourhood alerts metrics (e.g. no. of messages sent, people registered etc.);",
    objective=REASSURING,
    summary="Alert messages sent in the period, people registered for alerts on its last day, the "
    "share of delivered messages that recipients opened, and the replies received.",
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
            value=AlertMessage.opened,
            unit=Unit.OPENINGS,
            note="A recipient who opens two messages is counted twice.",
        ),
        Sum(
            key="delivered",
            label="Alert messages times recipients, where opening was measured",
            of=AlertMessage,
            at=AlertMessage.sent_at,
            where=_OPENING_MEASURED,
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
    dimensions=[LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["Local Policing (Community) Charter"],
    limitations="People registered are not people reached: a message goes to some of them, and "
    "fewer open it. One message to 500 people counts as one message.",
    caveats=[
        "A person with a lapsed registration does not count as registered, even if messages still "
        "reach them.",
        "Some e-mail programs open messages automatically, and some hide that a message was "
        "opened: the open rate is only a guide.",
        "A message counts as delivered to everyone it was sent to, whether or not it arrived.",
        "The number of people registered is for one day and is never added up over periods.",
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
            description="In the open rate, a message to 500 people weighs five times as much as a "
            "message to 100. Both count as one message.",
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
            edge_case="Five hundred deliveries are not five hundred people registered. Only one "
            "person was registered on the last day: another registration lapsed on 30 June and a "
            "third began on 1 July. A message with no measurement of openings is left out of the "
            "open rate.",
        ),
    ],
)

station_dip_samples = Metric(
    ref="64",
    version=3,
    key="station_dip_samples",
    parent="61",
    title="Data from dip sampling at police stations (e.g. A boards, posters etc.)",
    objective=REASSURING,
    summary="Checks made at police stations, and the share of checks where the item was present "
    "and correct, counted on the day of the visit.",
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
            where=AuditCheck.passed.is_not_null(),
            numerator=AuditCheck.passed,
            note="A share of the checks with a result, which are not a random sample. An item "
            "that could not be checked is in neither part.",
        ),
    ],
    dimensions=[LPA, DISTRICT, STATION, CHECK_ITEM],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["Local Policing (Community) Charter"],
    limitations="Not the share of stations that pass: each check covers one item at one station, "
    "and the stations visited do not represent the others.",
    caveats=[
        "The sample is random only if stations and days were drawn by lot. Otherwise no margin of "
        "error applies to all stations.",
        "A station with more visits or more items has more weight.",
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
            edge_case="An item that could not be checked neither passed nor failed, and is left "
            "out of the share. One check of three passed: checks are counted, not stations.",
        ),
    ],
)
