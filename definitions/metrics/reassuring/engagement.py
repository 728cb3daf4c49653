"""Refs 60, 65 and 67: vans, events and watch schemes."""

from swm_kpi import (
    Count,
    Direction,
    Example,
    Metric,
    PeriodEndStock,
    Proportion,
    Sum,
    Unit,
)

from ...contracts.community import (
    ACTIVITY_THEME,
    ACTIVITY_TYPE,
    SCHEME_TYPE,
    VAN_DEPLOYMENT,
    Activity,
    Scheme,
)
from ...contracts.social_media import PLATFORM, SocialMediaPost
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import REASSURING
from .assumptions import COMMUNITY_EVENTS, WATCH_SCHEMES

_VAN_DEPLOYMENT = Activity.activity_type == VAN_DEPLOYMENT

engagement_vans = Metric(
    ref="60",
    key="engagement_vans",
    version=3,
    title="Use of mobile police stations / engagement vans",
    objective=REASSURING,
    summary="Deployments of mobile police stations and engagement vans, the hours they were open "
    "to the public, and the conversations counted, by the day of the deployment.",
    measures=[
        Count(
            key="deployments",
            label="Deployments of mobile police stations and engagement vans",
            of=Activity,
            at=Activity.held_on,
            where=_VAN_DEPLOYMENT,
        ),
        Sum(
            key="hours",
            label="Hours open to the public",
            of=Activity,
            at=Activity.held_on,
            where=_VAN_DEPLOYMENT,
            value=Activity.hours,
            unit=Unit.HOURS,
            note="Deployments with no hours recorded add nothing.",
        ),
        Sum(
            key="contacts",
            label="Conversations with the public",
            of=Activity,
            at=Activity.held_on,
            where=_VAN_DEPLOYMENT,
            value=Activity.contacts,
            unit=Unit.CONTACTS,
            note="Deployments where nobody counted add nothing.",
        ),
        Proportion(
            key="hours_recorded",
            label="Deployments with hours recorded",
            of=Activity,
            at=Activity.held_on,
            where=_VAN_DEPLOYMENT,
            numerator=Activity.hours.is_not_null(),
            note="The hours come from these deployments only.",
        ),
    ],
    dimensions=[LPA, DISTRICT, ACTIVITY_THEME],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    limitations="Counts deployments, not vans or events. A van that goes to a fair is one "
    "deployment here, and the fair is one event in ref 65. Do not add the two refs.",
    caveats=[
        "A van that visits three places in a day counts three times if the log has three rows, so "
        "the way trips are logged affects the number.",
        "The people who hold the conversations count them.",
        "Hours run from opening to closing. Travel is left out.",
    ],
    examples=[
        Example(
            rows="""
            | activity_type  | held_on    | hours | contacts | lpa           |
            | Van deployment | 2024-04-01 | 4.0   | 30       | Shropshire    |
            | Van deployment | 2024-05-06 | 2.5   | 12       | Herefordshire |
            | Van deployment | 2024-06-30 |       |          |               |
            """,
            expect={
                "deployments": 1 + 1 + 1,
                "hours": 4 + 2.5,
                "contacts": 30 + 12,
                "hours_recorded": 2 / 3,
            },
            description="A deployment with no hours recorded still counts as a deployment.",
        ),
        Example(
            rows="""
            | activity_type  | held_on    | hours | contacts | attendance |
            | Van deployment | 2024-05-06 | 3.0   | 20       | 200        |
            | Event          | 2024-05-06 | 6.0   | 50       | 900        |
            | Surgery        | 2024-05-07 | 1.0   | 5        | 5          |
            | Van deployment | 2024-07-01 | 4.0   | 40       |            |
            """,
            expect={"deployments": 1, "hours": 3, "contacts": 20, "hours_recorded": 1 / 1},
            edge_case="The fair that the van went to is not a second deployment, and the fair's "
            "six hours do not count for the van. Two hundred people came to the fair, but the "
            "van's team held only twenty conversations.",
        ),
    ],
)

_COMMUNITY_EVENT = Activity.activity_type.is_in(COMMUNITY_EVENTS)

events = Metric(
    ref="65",
    key="events",
    version=3,
    parent="61",
    title="Events (e.g. use of engagement vans, newsletters, social media, events, surgeries etc.)",
    objective=REASSURING,
    summary="Community events, surgeries and newsletters (unless another list is set), counted on "
    "the day they were held or sent out, and the recorded attendance. Beside them, each with a "
    "number of its own, deployments of engagement vans and posts on social media.",
    measures=[
        Count(
            key="events",
            label="Events, surgeries and newsletters",
            of=Activity,
            at=Activity.held_on,
            where=_COMMUNITY_EVENT,
        ),
        Sum(
            key="attendance",
            label="Attendance",
            of=Activity,
            at=Activity.held_on,
            where=_COMMUNITY_EVENT,
            value=Activity.attendance,
            unit=Unit.PEOPLE,
            note="A person who comes twice is counted twice. Events where nobody counted add "
            "nothing.",
        ),
        Proportion(
            key="attendance_recorded",
            label="Events and surgeries with attendance recorded",
            of=Activity,
            at=Activity.held_on,
            where=_COMMUNITY_EVENT & (Activity.activity_type != "Newsletter"),
            numerator=Activity.attendance.is_not_null(),
            note="The attendance comes from these only. Newsletters have no attendance.",
        ),
        Count(
            key="van_deployments",
            label="Deployments of mobile police stations and engagement vans",
            of=Activity,
            at=Activity.held_on,
            where=_VAN_DEPLOYMENT,
            note="As in ref 60. By default not in the number of events: a van that goes to an "
            "event is not a second event.",
        ),
        Count(
            key="posts",
            label="Posts on social media",
            of=SocialMediaPost,
            at=SocialMediaPost.posted_at,
            direction=Direction.NEUTRAL,
            note="As in ref 66. Not in the number of events.",
        ),
    ],
    dimensions=[ACTIVITY_TYPE, PLATFORM, LPA, DISTRICT, ACTIVITY_THEME],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["Local Policing (Community) Charter"],
    limitations="There is no total of events, van deployments and posts: a van at an event would "
    "count twice, and a post is not an event. The plan names all three here, so each has its "
    "number.",
    caveats=[
        "A newsletter and a fair count as one each. Read the total together with the breakdown by "
        "type.",
        "Attendance is what organisers counted or estimated.",
        "Events that others held and the police went to count if they are in the log.",
    ],
    examples=[
        Example(
            rows="""
            | activity_type | held_on    | attendance | lpa           |
            | Event         | 2024-04-01 | 150        | Shropshire    |
            | Surgery       | 2024-05-06 | 8          | Herefordshire |
            | Newsletter    | 2024-06-30 |            |               |
            """,
            expect={
                "events": 1 + 1 + 1,
                "attendance": 150 + 8,
                "attendance_recorded": 2 / 2,
            },
            description="A newsletter counts once, however many people read it.",
        ),
        Example(
            rows={
                "activity": """
                | activity_type  | held_on    | attendance | contacts |
                | Event          | 2024-05-06 | 900        | 50       |
                | Event          | 2024-05-07 |            | 10       |
                | Van deployment | 2024-05-06 | 200        | 20       |
                | Road education | 2024-05-08 | 30         |          |
                | Surgery        | 2024-03-31 | 7          |          |
                """,
                "social_media_post": """
                | posted_at           | platform |
                | 2024-05-06 09:00:00 | Facebook |
                | 2024-05-06 09:00:00 | X        |
                | 2024-07-01 00:00:00 | X        |
                """,
            },
            expect={
                "events": 1 + 1,
                "attendance": 900,
                "attendance_recorded": 1 / (1 + 1),
                "van_deployments": 1,
                "posts": 1 + 1,
            },
            edge_case="The van's deployment to the event is not a second event, and its visitors "
            "are not added. Posts about the event are a number of their own. Road education is ref "
            "41. Conversations are not attendance. An event where nobody counted has unknown "
            "attendance, not zero. 31 March is in the quarter before.",
        ),
    ],
)

watch_schemes = Metric(
    ref="67",
    key="watch_schemes",
    version=5,
    title="No. of watch schemes",
    objective=REASSURING,
    summary="Watch schemes, such as neighbourhood, farm and shop watch, registered on the last day "
    "of the period, and how many different schemes had an activity in the period.",
    measures=[
        PeriodEndStock(
            key="registered",
            label="Watch schemes registered",
            of=Scheme,
            at=Scheme.started_on,
            until=Scheme.ended_on,
            where=Scheme.scheme_type.is_in(WATCH_SCHEMES),
        ),
        Count(
            key="active",
            label="Watch schemes with an activity in the period",
            of=Activity,
            at=Activity.held_on,
            # An activity of the police has no scheme: empty is not missing.
            where=Activity.scheme_id.is_not_null() & Activity.scheme_type.is_in(WATCH_SCHEMES),
            distinct=Activity.scheme_id,
            unit=Unit.SCHEMES,
            note="To count schemes active in twelve months, ask for a rolling 12 months. "
            "Activities of the police belong to no scheme and are left out.",
        ),
    ],
    dimensions=[SCHEME_TYPE, LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["Neighbourhood Watch (unverified)"],
    limitations="Registered does not mean active: a scheme stays on the register until it is "
    "closed. Community speed watch groups are ref 42.",
    caveats=[
        "The number of schemes registered is for one day and is never added up over periods. "
        "Active schemes do not add up either: a scheme active in two quarters is one scheme in the "
        "year.",
        "Activities are known only if volunteers report them: a busy scheme may look idle.",
        "A scheme of six houses and a scheme of six hundred count as one each.",
    ],
    examples=[
        Example(
            rows={
                "scheme": """
                | scheme_id | scheme_type         | started_on | ended_on   |
                | s1        | Neighbourhood watch | 2001-05-06 |            |
                | s2        | Farm watch          | 2024-06-30 |            |
                | s3        | Shop watch          | 2015-05-06 | 2024-07-01 |
                """,
                "activity": """
                | activity_type         | held_on    | scheme_id | scheme_type         |
                | Other scheme activity | 2024-05-06 | s1        | Neighbourhood watch |
                | Event                 | 2024-06-30 | s3        | Shop watch          |
                """,
            },
            expect={"registered": 1 + 1 + 1, "active": 1 + 1},
            description="The shop watch that closed on 1 July was still registered on 30 June.",
        ),
        Example(
            rows={
                "scheme": """
                | scheme_id | scheme_type           | started_on | ended_on   |
                | s1        | Neighbourhood watch   | 2001-05-06 |            |
                | s2        | Neighbourhood watch   | 2001-05-06 |            |
                | s3        | Horse watch           | 2015-05-06 | 2024-06-30 |
                | s4        | Community speed watch | 2015-05-06 |            |
                | s5        | Farm watch            | 2024-07-01 |            |
                """,
                "activity": """
                | activity_type         | held_on    | scheme_id | scheme_type           |
                | Other scheme activity | 2024-05-06 | s1        | Neighbourhood watch   |
                | Other scheme activity | 2024-05-08 | s1        | Neighbourhood watch   |
                | Other scheme activity | 2024-04-01 | s3        | Horse watch           |
                | Speed watch session   | 2024-05-06 | s4        | Community speed watch |
                | Event                 | 2024-05-06 |           |                       |
                | Other scheme activity | 2024-03-31 | s2        | Neighbourhood watch   |
                """,
            },
            expect={"registered": 1 + 1, "active": 1 + 1},
            edge_case="A scheme idle since March is registered but not active in the quarter. A "
            "scheme that closed on 30 June is no longer registered, although it was active in the "
            "quarter. Two meetings of one scheme are one active scheme. Speed watch is not a watch "
            "scheme here, and a police event belongs to no scheme.",
        ),
    ],
)
