"""Refs 41, 42 and 43: road campaigns, community speed watch, and community concerns about roads."""

from swm_kpi import (
    Assumption,
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
    COMMUNITY_SPEED_WATCH,
    ROAD_CAMPAIGN,
    ROAD_EDUCATION,
    SPEED_WATCH_SESSION,
    Activity,
    Scheme,
)
from ...contracts.text_reports import ROAD_CONCERNS
from ...measures import text_report
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE

ROAD_SAFETY_WORK = Assumption(
    "road_safety_work",
    (ROAD_CAMPAIGN, ROAD_EDUCATION),
    since="2021-04-01",
    because="The plan names road campaigns and educational initiatives. We leave community speed "
    "watch sessions to ref 42. The list is our unverified working choice.",
)

_ROAD_SAFETY_ACTIVITY = Activity.activity_type.is_in(ROAD_SAFETY_WORK)
_ROAD_EDUCATION = Activity.activity_type == ROAD_EDUCATION

road_campaigns = Metric(
    ref="41",
    key="road_campaigns",
    version=2,
    title="Data on road campaigns / educational initiatives",
    objective=SECURE,
    summary="Road safety campaigns and educational initiatives, counted on the day they were held "
    "or began; the conversations held; attendance at the initiatives; and the people who completed "
    "one.",
    measures=[
        Count(
            key="campaigns",
            label="Road campaigns",
            of=Activity,
            at=Activity.held_on,
            where=Activity.activity_type == ROAD_CAMPAIGN,
        ),
        Count(
            key="initiatives",
            label="Educational initiatives about roads",
            of=Activity,
            at=Activity.held_on,
            where=_ROAD_EDUCATION,
        ),
        Sum(
            key="contacts",
            label="Conversations at road campaigns and educational initiatives",
            of=Activity,
            at=Activity.held_on,
            where=_ROAD_SAFETY_ACTIVITY,
            value=Activity.contacts,
            unit=Unit.CONTACTS,
            note="Activities where nobody counted add nothing.",
        ),
        Sum(
            key="attendance",
            label="Attendance at educational initiatives",
            of=Activity,
            at=Activity.held_on,
            where=_ROAD_EDUCATION,
            value=Activity.attendance,
            unit=Unit.PEOPLE,
            note="A person who comes twice is counted twice. Initiatives where nobody counted add "
            "nothing.",
        ),
        Sum(
            key="completions",
            label="People who completed an educational initiative",
            of=Activity,
            at=Activity.held_on,
            where=_ROAD_EDUCATION,
            value=Activity.completed,
            unit=Unit.PEOPLE,
            note="Initiatives where completion is not recorded add nothing.",
        ),
        Proportion(
            key="attendance_recorded",
            label="Educational initiatives with attendance recorded",
            of=Activity,
            at=Activity.held_on,
            where=_ROAD_EDUCATION,
            numerator=Activity.attendance.is_not_null(),
            direction=Direction.HIGHER_IS_BETTER,
            note="The attendance comes from these initiatives only.",
        ),
    ],
    dimensions=[LPA, DISTRICT, ACTIVITY_THEME],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=["National Police Chiefs' Council calendar of road safety campaigns (unverified)"],
    limitations="Shows outputs (campaigns and people reached), not what the work achieved. "
    "Collisions and casualties are ref 40, and community speed watch is ref 42.",
    caveats=[
        "A campaign of several days is one campaign, on its first day.",
        "Attending is not completing: a person who leaves a course early attended it.",
        "Courses that drivers take instead of being prosecuted count only if they are in the "
        "activity log as road education. It is unverified whether West Mercia logs them there.",
        "What the campaigns were about, and what was learnt, is reported in words elsewhere.",
    ],
    examples=[
        Example(
            rows="""
            | activity_type  | held_on    | contacts | attendance | completed | lpa           |
            | Road campaign  | 2024-04-01 | 40       |            |           | Shropshire    |
            | Road campaign  | 2024-05-06 | 25       |            |           | Herefordshire |
            | Road education | 2024-05-07 | 5        | 30         | 28        | Shropshire    |
            | Road education | 2024-06-30 |          | 12         | 12        |               |
            """,
            expect={
                "campaigns": 1 + 1,
                "initiatives": 1 + 1,
                "contacts": 40 + 25 + 5,
                "attendance": 30 + 12,
                "completions": 28 + 12,
                "attendance_recorded": 2 / 2,
            },
            description="An initiative where nobody counted conversations adds none to them.",
        ),
        Example(
            rows="""
            | activity_type       | held_on    | contacts | attendance | completed | scheme_id |
            | Road campaign       | 2024-03-31 | 90       |            |           |           |
            | Road campaign       | 2024-06-30 | 10       | 500        |           |           |
            | Road education      | 2024-05-07 |          | 20         | 15        |           |
            | Road education      | 2024-05-08 |          |            |           |           |
            | Speed watch session | 2024-05-09 | 7        | 6          |           | g1        |
            | Event               | 2024-05-10 | 80       | 200        |           |           |
            """,
            expect={
                "campaigns": 1,
                "initiatives": 1 + 1,
                "contacts": 10,
                "attendance": 20,
                "completions": 15,
                "attendance_recorded": 1 / (1 + 1),
            },
            edge_case="Twenty people attended and fifteen completed: these are two different "
            "numbers. A crowd that passed a campaign's stand did not attend a course. A speed "
            "watch session and a community event are not road campaigns. A campaign that began on "
            "31 March is in the quarter before. An initiative where nobody counted attendance "
            "still counts as an initiative.",
        ),
    ],
)

speed_watch_groups = Metric(
    ref="42",
    key="speed_watch_groups",
    title="No. of community speed watch groups",
    objective=SECURE,
    summary="Community speed watch groups registered on the last day of the period, and how many "
    "different groups held at least one session in the period.",
    measures=[
        PeriodEndStock(
            key="registered",
            label="Community speed watch groups registered",
            of=Scheme,
            at=Scheme.started_on,
            until=Scheme.ended_on,
            where=Scheme.scheme_type == COMMUNITY_SPEED_WATCH,
            unit=Unit.GROUPS,
        ),
        Count(
            key="active",
            label="Community speed watch groups that held a session in the period",
            of=Activity,
            at=Activity.held_on,
            where=Activity.activity_type == SPEED_WATCH_SESSION,
            distinct=Activity.scheme_id,
            unit=Unit.GROUPS,
            note="To count groups active in twelve months, ask for a rolling 12 months.",
        ),
        Count(
            key="sessions",
            label="Community speed watch sessions",
            of=Activity,
            at=Activity.held_on,
            where=Activity.activity_type == SPEED_WATCH_SESSION,
            unit=Unit.SESSIONS,
        ),
    ],
    dimensions=[LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["Community Speed Watch national scheme (unverified)"],
    limitations="Registered does not mean active: a group with no session for years stays "
    "registered until it is closed. The plan does not say which it means, so both are shown.",
    caveats=[
        "A group counts as active in the period if it held at least one session in it. One session "
        "being enough is our unverified choice.",
        "The number of groups registered is for one day and is never added up over periods.",
        "Active groups do not add up either: a group active in two quarters is one group in the "
        "year. A group with sessions in two areas counts in both areas and once in the total.",
        "More sessions may find more speeding. Neither number shows that roads are safer.",
    ],
    examples=[
        Example(
            rows={
                "scheme": """
                | scheme_id | scheme_type           | started_on | ended_on   |
                | g1        | Community speed watch | 2015-06-01 |            |
                | g2        | Community speed watch | 2024-06-30 |            |
                | g3        | Community speed watch | 2020-01-01 | 2024-07-01 |
                """,
                "activity": """
                | activity_type       | held_on    | scheme_id | scheme_type           |
                | Speed watch session | 2024-04-01 | g1        | Community speed watch |
                | Speed watch session | 2024-06-30 | g2        | Community speed watch |
                """,
            },
            expect={"registered": 1 + 1 + 1, "active": 1 + 1, "sessions": 1 + 1},
            description="A group that closed on 1 July was still registered on 30 June.",
        ),
        Example(
            rows={
                "scheme": """
                | scheme_id | scheme_type           | started_on | ended_on   |
                | g1        | Community speed watch | 2015-06-01 |            |
                | g2        | Community speed watch | 2015-06-01 |            |
                | g3        | Community speed watch | 2015-06-01 | 2024-06-30 |
                | g4        | Community speed watch | 2024-07-01 |            |
                | g5        | Neighbourhood watch   | 2015-06-01 |            |
                """,
                "activity": """
                | activity_type         | held_on    | scheme_id | scheme_type           |
                | Speed watch session   | 2024-05-06 | g1        | Community speed watch |
                | Speed watch session   | 2024-05-13 | g1        | Community speed watch |
                | Speed watch session   | 2024-05-06 | g3        | Community speed watch |
                | Other scheme activity | 2024-05-07 | g2        | Community speed watch |
                | Other scheme activity | 2024-05-06 | g5        | Neighbourhood watch   |
                | Speed watch session   | 2024-07-01 | g4        | Community speed watch |
                """,
            },
            expect={"registered": 1 + 1, "active": 1 + 1, "sessions": 2 + 1},
            edge_case="A group with no session since 2019 is registered but not active. A group "
            "that closed on 30 June is not registered on that day, although it was active in the "
            "quarter. Two sessions of one group are one active group. A neighbourhood watch is not "
            "a speed watch, a meeting is not a session, and July is in the next quarter.",
        ),
    ],
)

road_concerns = Metric(
    ref="43",
    key="road_concerns",
    title="Roads-related community concerns (qualitative)",
    objective=SECURE,
    summary="What communities said about roads in the period, in words, with the role of the "
    "author and the evidence.",
    measures=[
        text_report("concerns", "Roads-related community concerns", ROAD_CONCERNS),
    ],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    limitations="Not a statistic: the plan calls it qualitative. Letters received and speeding "
    "found are not counted here.",
    caveats=[
        "People who write or answer a survey do not represent everyone: people who say nothing may "
        "still have concerns.",
        "If a period has no text, that does not mean that nobody had concerns.",
    ],
    examples=[
        Example(
            rows="""
            | subject       | period_end | text               | author_role | evidence |
            | road concerns | 2024-06-30 | Speed in villages. | Roads lead  | Letters  |
            """,
            expect={"concerns": None},
            description="The note shows the text for the period. There is no number.",
        ),
        Example(
            rows="""
            | subject           | period_end | text         | rating | author_role | evidence |
            | road concerns     | 2024-04-30 | Speed.       | 2      | Roads lead  | Letters  |
            | road concerns     | 2024-06-30 | Parking.     | 4      | Roads lead  | Letters  |
            | vision and values | 2024-06-30 | Our purpose. |        | Chief       | Plan     |
            """,
            expect={"concerns": None},
            edge_case="The later text is reported, and there is no number. Two texts do not count "
            "as two concerns, and ratings of 2 and 4 are not averaged to 3.",
        ),
    ],
)
