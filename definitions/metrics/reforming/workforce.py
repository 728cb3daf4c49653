"""Ref 52, officer numbers."""

from swm_kpi import Basis, Direction, Evidence, Example, Metric, PeriodEndStock, Ratio, Unit

from ...contracts.published_workforce import PUBLISHED_OFFICER, PublishedWorkforce
from ...contracts.workforce import (
    ESTABLISHMENT,
    OFFICER,
    RANK,
    UPLIFT_BASELINE,
    Establishment,
    WorkforceSnapshot,
)
from ...measures import headcount_and_fte
from ...plan.availability import published_once
from ...plan.dimensions import FORCE, LPA
from ...plan.objectives import REFORMING

_OFFICER = WorkforceSnapshot.worker_type == OFFICER
_AVAILABLE_OFFICER = _OFFICER & ~WorkforceSnapshot.career_break & ~WorkforceSnapshot.seconded

officer_numbers = Metric(
    ref="52",
    key="officer_numbers",
    version=3,
    title="Officer numbers",
    objective=REFORMING,
    summary="Police officers in post on the date of the latest snapshot of the period, as "
    "headcount and as full-time equivalents, with and without those on a career break or seconded "
    "out. Beside them, the officer posts on the establishment, and the number from which the "
    "Police Uplift Programme counts.",
    measures=[
        *headcount_and_fte("officers", "Officers in post", _OFFICER),
        *headcount_and_fte(
            "available_officers",
            "Officers not on a career break or seconded out",
            _AVAILABLE_OFFICER,
            "An officer is left out if either is not recorded.",
        ),
        PeriodEndStock(
            key="officer_posts",
            label="Officer posts on the establishment (full-time equivalents)",
            of=Establishment,
            at=Establishment.as_at,
            series=Establishment.basis == ESTABLISHMENT,
            where=Establishment.worker_type == OFFICER,
            value=Establishment.posts,
            unit=Unit.FTE,
            direction=Direction.NEUTRAL,
        ),
        Ratio(
            key="posts_filled",
            label="Officers in post as a share of the establishment",
            numerator="officers_fte",
            denominator="officer_posts",
            unit=Unit.PERCENTAGE_RATIO,
            note="Above 100% if there are more officers than posts. Full-time equivalents on both "
            "sides.",
        ),
        PeriodEndStock(
            key="uplift_baseline",
            label="Baseline of the Police Uplift Programme (headcount)",
            of=Establishment,
            at=Establishment.as_at,
            series=Establishment.basis == UPLIFT_BASELINE,
            where=Establishment.worker_type == OFFICER,
            value=Establishment.posts,
            unit=Unit.PEOPLE,
            direction=Direction.NEUTRAL,
            note="Compare it with the headcount of officers.",
        ),
        PeriodEndStock(
            key="officers_fte",
            label="Officers in post, Home Office (full-time equivalents)",
            of=PublishedWorkforce,
            at=PublishedWorkforce.as_at,
            series=PublishedWorkforce.worker_type == PUBLISHED_OFFICER,
            where=PublishedWorkforce.fte >= 0,
            value=PublishedWorkforce.fte,
            unit=Unit.FTE,
            basis=Basis.PROXY,
            proxy_difference="Published by the Home Office for 31 March and 30 September only, and "
            "revised later. The published table decides whether officers on a career break or "
            "seconded out are counted. There are no Local Policing Areas.",
        ),
    ],
    dimensions=[LPA, RANK, FORCE],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="Inspectorate's PEEL 2018 pages, West Mercia, 'More about this area'",
            finding="Gives an officer establishment of 2,145 in 2019. An establishment is the "
            "number of posts, not of officers in post.",
            date="2019",
        ),
        Evidence(
            source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/budget2024",
            finding="Gives an officer establishment of 2,506 for 2024/25.",
            date="2024",
        ),
    ),
    standards=["Home Office user guide to police workforce statistics"],
    limitations="Officers in post are people, and the establishment is the number of posts: a "
    "figure of one is not a figure of the other. Special constables, designated officers and "
    "police community support officers are not police officers.",
    caveats=[
        "Headcount and full-time equivalents are different numbers. Do not use one in place of the "
        "other.",
        "Compare a target only with the same measure. It is unverified that the Police Uplift "
        "Programme counted people, while the workforce statistics give full-time equivalents.",
        "Every number of officers includes those on long-term sickness, maternity leave or "
        "restricted duties.",
        "The establishment follows the budget. A force may state it for the whole force only: "
        "there is then no share by area or rank.",
    ],
    examples=[
        Example(
            rows="""
            | as_at      | person_id | worker_type | fte  | career_break | seconded | lpa        |
            | 2024-06-30 | a         | officer     | 1.0  | no           | no       | Shropshire |
            | 2024-06-30 | b         | officer     | 0.5  | no           | no       | Shropshire |
            | 2024-06-30 | c         | officer     | 1.0  | yes          | no       |            |
            | 2024-06-30 | d         | officer     | 0.75 | no           | yes      |            |
            """,
            expect={
                "officers": 1 + 1 + 1 + 1,
                "officers_fte": 1 + 0.5 + 1 + 0.75,
                "available_officers": 1 + 1,
                "available_officers_fte": 1 + 0.5,
            },
            description="An officer who works half time is one person and half a full-time "
            "equivalent.",
        ),
        Example(
            rows={
                "workforce_snapshot": """
                | as_at      | person_id | worker_type | fte | career_break | seconded |
                | 2024-06-30 | a         | officer     | 1.0 | no           | no       |
                | 2024-06-30 | b         | officer     | 0.8 | no           | no       |
                """,
                "establishment": """
                | as_at      | basis           | worker_type | rank      | posts |
                | 2024-04-30 | establishment   | officer     | Constable | 4     |
                | 2024-06-30 | establishment   | officer     | Constable | 1.5   |
                | 2024-06-30 | establishment   | officer     | Sergeant  | 0.5   |
                | 2024-06-30 | establishment   | staff       |           | 3     |
                | 2024-06-30 | uplift baseline | officer     |           | 3     |
                """,
            },
            expect={
                "officers": 1 + 1,
                "officers_fte": 1 + 0.8,
                "officer_posts": 1.5 + 0.5,
                "posts_filled": (1 + 0.8) / (1.5 + 0.5),
                "uplift_baseline": 3,
            },
            edge_case="Two people are 1.8 full-time equivalents in 2 posts: 90%, not 100%. The "
            "ranks of one day are added together, the posts of April are another snapshot, posts "
            "of staff are not officer posts, and the baseline is not a post.",
        ),
        Example(
            rows="""
            | as_at      | person_id | worker_type        | fte | career_break | seconded |
            | 2024-04-30 | a         | officer            | 1.0 | no           | no       |
            | 2024-05-31 | a         | officer            | 1.0 | no           | no       |
            | 2024-05-31 | b         | officer            | 0.8 | no           | no       |
            | 2024-06-30 | a         | officer            | 0.6 | no           | no       |
            | 2024-06-30 | c         | special            | 0.0 | no           | no       |
            | 2024-06-30 | d         | designated officer | 1.0 | no           | no       |
            | 2024-06-30 | e         | PCSO               | 1.0 | no           | no       |
            | 2024-06-30 | f         | staff              | 1.0 | no           | no       |
            | 2024-07-31 | g         | officer            | 1.0 | no           | no       |
            """,
            expect={
                "officers": 1,
                "officers_fte": 0.6,
                "available_officers": 1,
                "available_officers_fte": 0.6,
            },
            edge_case="Only the latest snapshot of the quarter counts, and snapshots are not added "
            "together. An officer who left in June is gone, and one who joined in July is not "
            "there yet. Specials, designated officers, police community support officers and staff "
            "are not officers.",
        ),
        Example(
            rows="""
            | as_at      | person_id | worker_type | fte | career_break | seconded |
            | 2024-06-30 | a         | officer     | 1.0 | no           | no       |
            | 2024-06-30 | b         | officer     | 1.0 |              | no       |
            | 2024-06-30 | c         | officer     | 1.0 | yes          |          |
            """,
            expect={"officers": 1 + 1 + 1, "available_officers": 1, "available_officers_fte": 1},
            edge_case="An officer with no record about a career break is in post, but is not known "
            "to be available.",
        ),
        Example(
            rows={
                "published_workforce": """
                | as_at      | force       | worker_type    | fte    | headcount |
                | 2024-03-31 | West Mercia | Police Officer | 2400.5 |           |
                | 2024-09-30 | West Mercia | Police Officer | 2000.5 | 2100      |
                | 2024-09-30 | West Mercia | Police Officer | 410.25 | 415       |
                | 2024-09-30 | West Mercia | Police Staff   | 1800.0 | 2000      |
                | 2024-09-30 | Warwickshire | Police Officer |       |           |
                """
            },
            period="2024/25 Q2",
            expect={"officers_fte": 2000.5 + 410.25},
            edge_case="From the Home Office's figures: the two lines of 30 September are added "
            "together, 31 March is another snapshot, and staff are not officers. A force with no "
            "figure adds nothing and is noted.",
        ),
    ],
)
