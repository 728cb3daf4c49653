"""Refs 34 and 35: notices and orders against domestic abuse, stalking and sexual harm."""

from collections.abc import Iterator

from swm_kpi import Assumption, Break, Count, Direction, Example, Measure, Metric, Proportion

from ...contracts.civil_order import (
    DAPN,
    DAPO,
    DVPN,
    DVPO,
    GRANTED,
    SHPO,
    SHPO_INTERIM,
    SOPO,
    SPO,
    SPO_INTERIM,
    SRO,
    SRO_INTERIM,
    CivilOrder,
)
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE


def _order_measures(
    order: str, label: str, *, without_application: bool = False
) -> Iterator[Measure]:
    """Yield the measures of one order: applied for, granted, share granted, and breached.

    Args:
        order: the type of order.
        label: the name of the orders, for the start of each label.
        without_application: whether a court can make it without an application.
    """
    key = _key(order)
    of_type = CivilOrder.order_type == order
    applied = of_type
    if without_application:
        applied = of_type & CivilOrder.applied_at.is_not_null()
    yield Count(
        key=f"{key}_applied",
        label=f"{label}: applied for",
        of=CivilOrder,
        at=CivilOrder.applied_at,
        where=applied,
    )
    yield Count(
        key=f"{key}_granted",
        label=f"{label}: granted",
        of=CivilOrder,
        at=CivilOrder.heard_at,
        where=of_type & (CivilOrder.result == GRANTED),
        note=_FROM_ANY_COURT if without_application else "",
    )
    yield Proportion(
        key=f"{key}_granted_share",
        label=f"{label}: share of the period's decided applications granted",
        of=CivilOrder,
        at=CivilOrder.applied_at,
        # An application without a result is pending.
        where=applied & CivilOrder.result.is_not_null(),
        numerator=CivilOrder.result == GRANTED,
    )
    yield _breaches(order, label)


_OF_AN_ORDER = ("applied", "granted", "granted_share", "breached")


def _key(order: str) -> str:
    return order.lower().replace(" ", "_")


def _breaches(order: str, label: str) -> Measure:
    """Return the number of orders first breached."""
    return Count(
        key=f"{_key(order)}_breached",
        label=f"{label}: first breached",
        of=CivilOrder,
        at=CivilOrder.breached_at,
        # Most orders are never breached.
        where=(CivilOrder.order_type == order) & CivilOrder.breached_at.is_not_null(),
        direction=Direction.NEUTRAL,
    )


_PERIODS_CAVEAT = (
    "An application and its result can fall in different periods. So the orders granted in the "
    "period, by the day of the decision, are not a part of the orders applied for in the period. "
    "The share follows the applications made in the period."
)
_PENDING_CAVEAT = "Applications still pending are left out of both parts of the share."
_BREACHES_CAVEAT = (
    "Breaches are counted by the day of an order's first breach, whenever it was granted. More "
    "breaches may mean better enforcement."
)
_NO_DAY_CAVEAT = (
    "An order granted on a day that was not kept is not among the orders granted, and a note says "
    "how many there were. The share of applications granted includes it."
)
_DECIDED_CAVEAT = (
    "A withdrawn application counts as decided: it is in the share, as not granted. More orders "
    "are shown as better, but the number of people who need one is not measured."
)
_FROM_ANY_COURT = (
    "Includes orders that a court made without an application by the police, such as on conviction."
)
_SMALL_NUMBERS_CAVEAT = (
    "Numbers for one quarter or area can be very small, and a share of them then means little."
)

HOURS_TO_HEARING = Assumption(
    "hours_to_hearing",
    48,
    since="2021-04-01",
    because="The Domestic Abuse Act 2021, section 29, sets 48 hours from giving a notice to the "
    "hearing, without Sundays, Christmas Day, Good Friday and bank holidays. That the Act of 2010 "
    "sets the same for the older orders is our unverified working choice.",
    source="Domestic Abuse Act 2021, section 29",
)


def _heard_in_time(order: str, label: str) -> Measure:
    """Return the share of decisions with a first hearing in time after the notice."""
    return Proportion(
        key=f"{_key(order)}_heard_in_time",
        label=f"{label}: share of the period's decisions first heard in time after the notice",
        of=CivilOrder,
        at=CivilOrder.heard_at,
        where=(CivilOrder.order_type == order) & CivilOrder.heard_at.is_not_null(),
        numerator=CivilOrder.hearing_hours <= HOURS_TO_HEARING,
        note="Sundays, Christmas Day, Good Friday and bank holidays are not counted. Orders "
        "that did not follow a notice are in neither part.",
    )


protection_notices_and_orders = Metric(
    ref="34",
    version=4,
    key="protection_notices_and_orders",
    title="DVPNs / DVPOs;",
    objective=SECURE,
    parent="31",
    summary="Domestic violence protection notices (DVPNs), counted on the day they were "
    "authorised. Orders (DVPOs) applied for, granted and breached, each counted on its own day, "
    "the share of the period's applications that were granted, and the share heard within 48 "
    "hours. Separately, the notices and orders of the Domestic Abuse Act 2021 (DAPNs and "
    "DAPOs).",
    measures=[
        Count(
            key="dvpn_authorised",
            label="Domestic violence protection notices: authorised",
            of=CivilOrder,
            at=CivilOrder.issued_at,
            where=(CivilOrder.order_type == DVPN) & CivilOrder.issued_at.is_not_null(),
        ),
        *_order_measures(DVPO, "Domestic violence protection orders"),
        _heard_in_time(DVPO, "Domestic violence protection orders"),
        _breaches(DVPN, "Domestic violence protection notices"),
        Count(
            key="dapn_authorised",
            label="Domestic abuse protection notices: authorised",
            of=CivilOrder,
            at=CivilOrder.issued_at,
            where=(CivilOrder.order_type == DAPN) & CivilOrder.issued_at.is_not_null(),
        ),
        *_order_measures(DAPO, "Domestic abuse protection orders", without_application=True),
        _heard_in_time(DAPO, "Domestic abuse protection orders"),
    ],
    dimensions=[LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "Crime and Security Act 2010, sections 24 to 33",
        "Domestic Abuse Act 2021, part 3; in force in pilot areas from 27 November 2024 "
        "(S.I. 2024/1191) to 31 March 2026 (S.I. 2025/1222)",
    ],
    limitations="Not orders in force. The older notices and orders and those of the Act of 2021 "
    "are never added: they are different powers.",
    caveats=[
        _PERIODS_CAVEAT,
        _PENDING_CAVEAT,
        _DECIDED_CAVEAT,
        _NO_DAY_CAVEAT,
        _BREACHES_CAVEAT,
        _SMALL_NUMBERS_CAVEAT,
        "The pilot was in Greater Manchester, three London boroughs and the British Transport "
        "Police, and later in Cleveland and North Wales. West Mercia was not in it, so it should "
        "have no such rows before April 2026. We did not find what followed the pilot. Where the "
        "newer notices and orders come into use, the older ones may fall.",
    ],
    breaks=[
        Break(
            "2026-04-01",
            "The pilot of domestic abuse protection notices and orders ended on 31 March 2026; "
            "what followed is unverified",
        ),
    ],
    examples=[
        Example(
            rows="""
    | order_type | issued_at  | applied_at | heard_at   | hearing_hours | result  | breached_at |
    | DVPN       | 2024-04-01 |            |            |               |         | 2024-04-02  |
    | DVPN       | 2024-05-06 |            |            |               |         |             |
    | DVPO       |            | 2024-04-02 | 2024-04-03 | 48            | granted | 2024-04-20  |
    | DVPO       |            | 2024-05-07 | 2024-05-08 | 49            | refused |             |
            """,
            expect={
                "dvpn_authorised": 1 + 1,
                "dvpo_applied": 1 + 1,
                "dvpo_granted": 1,
                "dvpo_granted_share": 1 / (1 + 1),
                "dvpo_heard_in_time": 1 / (1 + 1),
                "dvpo_breached": 1,
                "dvpn_breached": 1,
                "dapn_authorised": 0,
                "dapo_granted": 0,
            },
            description="A notice and the order that follows it are counted separately. A hearing "
            "after exactly 48 hours is in time.",
        ),
        Example(
            rows="""
            | order_type | issued_at  | applied_at | heard_at   | result    | breached_at |
            | DVPO       |            | 2024-03-30 | 2024-04-02 | granted   | 2024-07-01  |
            | DVPO       |            | 2024-03-30 | 2024-04-02 | granted   | 2024-04-03  |
            | DVPO       |            | 2024-06-29 | 2024-07-02 | granted   |             |
            | DVPO       |            | 2024-06-30 |            |           |             |
            | DVPO       |            | 2024-05-06 |            | withdrawn |             |
            | DVPN       | 2024-07-01 |            |            |           |             |
            | DVPN       |            |            |            |           |             |
            """,
            expect={
                "dvpn_authorised": 0,
                "dvpo_applied": 1 + 1 + 1,
                "dvpo_granted": 1 + 1,
                "dvpo_granted_share": 1 / (1 + 1),
                "dvpo_breached": 1,
                "dvpn_breached": 0,
            },
            edge_case="Two orders granted in the quarter were applied for before it. Dividing them "
            "by the three applications in the quarter would wrongly give two thirds. Of those "
            "three, one was granted (after the quarter), one was withdrawn, and one is pending and "
            "left out of both parts. A notice that was not authorised does not count.",
        ),
        Example(
            rows="""
    | order_type | issued_at  | applied_at | heard_at   | hearing_hours | result  | breached_at |
    | DAPN       | 2026-04-07 |            |            |               |         |             |
    | DAPO       |            | 2026-04-08 | 2026-04-11 | 49            | granted | 2026-05-09  |
    | DAPO       |            |            | 2026-05-20 |               | granted |             |
    | DVPN       | 2026-04-07 |            |            |               |         |             |
    | DVPO       |            | 2026-04-08 | 2026-04-09 |               | granted |             |
            """,
            period="2026/27 Q1",
            expect={
                "dvpn_authorised": 1,
                "dvpo_applied": 1,
                "dvpo_granted": 1,
                "dvpo_granted_share": 1 / 1,
                "dvpo_heard_in_time": None,
                "dvpo_breached": 0,
                "dapn_authorised": 1,
                "dapo_applied": 1,
                "dapo_granted": 1 + 1,
                "dapo_granted_share": 1 / 1,
                "dapo_heard_in_time": 0 / 1,
                "dapo_breached": 1,
            },
            edge_case="The notices and orders of the two Acts are never added. A domestic abuse "
            "protection order that a court made without an application counts as granted. An order "
            "without the hours to its hearing is in neither part of the share heard in time.",
        ),
    ],
)

powers_sexual_violence = Metric(
    ref="35",
    version=4,
    key="powers_sexual_violence",
    title="Powers to tackle sexual violence (inc. stalking prevention orders)",
    objective=SECURE,
    summary="Stalking protection orders (SPOs, which the plan calls stalking prevention orders), "
    "sexual harm prevention orders (SHPOs) and sexual risk orders (SROs): applied for, granted and "
    "breached, each counted on its own day, and the share of the period's applications that were "
    "granted. Interim orders are separate. Also sexual harm prevention orders "
    "made on conviction, and breaches of older sexual offences prevention orders (SOPOs).",
    measures=[
        *_order_measures(SPO, "Stalking protection orders"),
        *_order_measures(SPO_INTERIM, "Interim stalking protection orders"),
        *_order_measures(SHPO, "Sexual harm prevention orders", without_application=True),
        Count(
            key="shpo_on_conviction",
            label="Sexual harm prevention orders: made on conviction",
            of=CivilOrder,
            at=CivilOrder.heard_at,
            where=(CivilOrder.order_type == SHPO)
            & (CivilOrder.result == GRANTED)
            & CivilOrder.on_conviction,
            direction=Direction.NEUTRAL,
            note="A part of the sexual harm prevention orders granted.",
        ),
        *_order_measures(SHPO_INTERIM, "Interim sexual harm prevention orders"),
        *_order_measures(SRO, "Sexual risk orders"),
        *_order_measures(SRO_INTERIM, "Interim sexual risk orders"),
        _breaches(SOPO, "Sexual offences prevention orders"),
    ],
    dimensions=[LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "Stalking Protection Act 2019, section 1: an order is made on the application of a chief "
        "officer; in force from 20 January 2020 (S.I. 2020/26)",
        "Sexual Offences Act 2003, part 2: sexual harm prevention orders and sexual risk orders, "
        "added by the Anti-social Behaviour, Crime and Policing Act 2014, schedule 5; in force "
        "from 8 March 2015 (S.I. 2015/373)",
    ],
    limitations="Not orders in force. An interim order does not count as a full order. Not every "
    "order here is about sexual violence: stalking may not be sexual.",
    caveats=[
        _PERIODS_CAVEAT,
        _PENDING_CAVEAT,
        _DECIDED_CAVEAT,
        _NO_DAY_CAVEAT,
        _BREACHES_CAVEAT,
        _SMALL_NUMBERS_CAVEAT,
        "Sexual harm prevention orders and sexual risk orders replaced sexual offences prevention "
        "orders on 8 March 2015. Earlier ones can still be breached.",
        "The breach of an interim stalking protection order is an offence like that of a full one "
        "(Home Office, Review of Stalking Protection Orders, January 2023). It is counted apart.",
    ],
    breaks=[
        Break(
            "2015-03-08",
            "Sexual harm prevention orders and sexual risk orders replaced sexual offences "
            "prevention orders",
            measures=tuple(
                f"{order}_{what}"
                for order in ("shpo", "shpo_interim", "sro", "sro_interim")
                for what in _OF_AN_ORDER
            ),
        ),
        Break(
            "2020-01-20",
            "Stalking protection orders came into force",
            measures=tuple(
                f"{order}_{what}" for order in ("spo", "spo_interim") for what in _OF_AN_ORDER
            ),
        ),
    ],
    examples=[
        Example(
            rows="""
            | order_type   | applied_at | heard_at   | result  | on_conviction | breached_at |
            | SPO          | 2024-04-02 | 2024-05-03 | granted | no            | 2024-06-20  |
            | SPO          | 2024-04-20 | 2024-05-20 | refused |               |             |
            | SPO interim  | 2024-04-02 | 2024-04-03 | granted | no            | 2024-04-09  |
            | SHPO         | 2024-05-06 | 2024-06-06 | granted | no            |             |
            | SHPO         |            | 2024-05-07 | granted | yes           | 2024-06-07  |
            | SHPO interim | 2024-05-06 | 2024-05-08 | granted | no            |             |
            | SHPO interim | 2024-05-13 | 2024-05-14 | refused |               |             |
            | SRO          | 2024-05-06 | 2024-06-06 | granted | no            | 2024-06-30  |
            | SRO interim  | 2024-05-06 | 2024-05-08 | granted | no            | 2024-05-20  |
            | SOPO         |            | 2014-02-01 | granted | yes           | 2024-05-06  |
            """,
            expect={
                "spo_applied": 1 + 1,
                "spo_granted": 1,
                "spo_granted_share": 1 / (1 + 1),
                "spo_breached": 1,
                "spo_interim_applied": 1,
                "spo_interim_granted": 1,
                "spo_interim_granted_share": 1 / 1,
                "spo_interim_breached": 1,
                "shpo_applied": 1,
                "shpo_granted": 1 + 1,
                "shpo_on_conviction": 1,
                "shpo_granted_share": 1 / 1,
                "shpo_breached": 1,
                "shpo_interim_applied": 1 + 1,
                "shpo_interim_granted": 1,
                "shpo_interim_granted_share": 1 / (1 + 1),
                "shpo_interim_breached": 0,
                "sro_applied": 1,
                "sro_granted": 1,
                "sro_granted_share": 1 / 1,
                "sro_breached": 1,
                "sro_interim_applied": 1,
                "sro_interim_granted": 1,
                "sro_interim_granted_share": 1 / 1,
                "sro_interim_breached": 1,
                "sopo_breached": 1,
            },
            description="A sexual harm prevention order made on conviction counts as granted, "
            "although nobody applied for it, and is shown apart. The interim orders and their "
            "breaches are not added to those of the full orders.",
        ),
        Example(
            rows="""
            | order_type   | applied_at | heard_at   | result  | breached_at |
            | SPO          | 2024-03-20 | 2024-04-20 | granted | 2024-07-20  |
            | SPO          | 2024-06-20 | 2024-07-20 | granted |             |
            | SPO          | 2024-06-25 |            |         |             |
            | SPO          | 2024-05-06 |            | granted |             |
            | SPO interim  | 2024-03-20 | 2024-03-22 | granted | 2024-04-22  |
            | SPO interim  | 2024-06-20 | 2024-06-21 | refused |             |
            | SHPO         | 2024-06-20 | 2024-07-20 | refused |             |
            | SHPO interim | 2024-03-31 | 2024-04-01 | granted | 2024-06-30  |
            | SRO          | 2024-03-31 | 2024-04-01 | granted |             |
            | SRO interim  | 2024-06-30 | 2024-07-01 | granted |             |
            | SOPO         |            | 2014-06-01 | granted |             |
            """,
            expect={
                "spo_applied": 1 + 1 + 1,
                "spo_granted": 1,
                "spo_granted_share": (1 + 1) / (1 + 1),
                "spo_breached": 0,
                "spo_interim_applied": 1,
                "spo_interim_granted": 0,
                "spo_interim_granted_share": 0 / 1,
                "spo_interim_breached": 1,
                "shpo_applied": 1,
                "shpo_granted": 0,
                "shpo_granted_share": 0 / 1,
                "shpo_interim_applied": 0,
                "shpo_interim_granted": 1,
                "shpo_interim_granted_share": None,
                "shpo_interim_breached": 1,
                "sro_applied": 0,
                "sro_granted": 1,
                "sro_granted_share": None,
                "sro_interim_applied": 1,
                "sro_interim_granted": 0,
                "sro_interim_granted_share": 1 / 1,
                "sopo_breached": 0,
            },
            edge_case="The first stalking order was granted in the quarter and applied for before "
            "it. The second was applied for in the quarter and granted after it. Each counts on "
            "its own day, and the share follows the applications. The stalking order granted on "
            "a day that was not kept is in the share, and in no period of the orders granted. An "
            "interim order is not a full order, so the breach in April is not one of a full "
            "order.",
        ),
    ],
)
