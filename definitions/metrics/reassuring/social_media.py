"""Ref 66, engagement on social media, a metric of the Local Policing Charter."""

from swm_kpi import Count, Direction, Example, Metric, PeriodEndStock, Ratio, Sum, Unit

from ...contracts.social_media import PLATFORM, SocialMediaAccount, SocialMediaPost
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import REASSURING

social_media = Metric(
    ref="66",
    key="social_media",
    version=3,
    parent="61",
    title="Social media engagement",
    objective=REASSURING,
    summary="Followers of the force's accounts at the latest snapshot, the force's posts in the "
    "period, how often they were shown (impressions), and how often people reacted to them "
    "(engagements).",
    measures=[
        PeriodEndStock(
            key="followers",
            label="Followers of the force's accounts",
            of=SocialMediaAccount,
            at=SocialMediaAccount.as_at,
            value=SocialMediaAccount.followers,
            unit=Unit.FOLLOWERS,
            note="A person who follows three accounts is counted three times, and some followers "
            "are not people.",
        ),
        Count(
            key="posts",
            label="Posts",
            of=SocialMediaPost,
            at=SocialMediaPost.posted_at,
            direction=Direction.NEUTRAL,
        ),
        Sum(
            key="impressions",
            label="Impressions of posts with both numbers",
            of=SocialMediaPost,
            at=SocialMediaPost.posted_at,
            where=SocialMediaPost.engagements.is_not_null(),
            value=SocialMediaPost.impressions,
            unit=Unit.IMPRESSIONS,
            direction=Direction.NEUTRAL,
            note="How often posts were shown. Not people, and not engagements.",
        ),
        Sum(
            key="engagements",
            label="Engagements with posts with both numbers",
            of=SocialMediaPost,
            at=SocialMediaPost.posted_at,
            where=SocialMediaPost.impressions.is_not_null(),
            value=SocialMediaPost.engagements,
            unit=Unit.ENGAGEMENTS,
            note="Reactions, comments, shares and clicks, whether approving or not.",
        ),
        Ratio(
            key="engagement_rate",
            label="Engagements per impression",
            numerator="engagements",
            denominator="impressions",
            unit=Unit.PERCENTAGE_RATIO,
        ),
    ],
    dimensions=[PLATFORM, LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["Each platform's own definitions"],
    limitations="Impressions are not engagements, and neither is a number of people. Contact from "
    "the public to report something is ref 58.",
    caveats=[
        "Platforms define these numbers differently and change the definitions without notice, so "
        "a step in a series may be a new definition. Read each platform separately.",
        "Some followers and engagements are automated, and an angry comment counts as an "
        "engagement.",
        "Posts are still shown after the period ends. The numbers are from the day of the export, "
        "so older periods have had more time.",
    ],
    examples=[
        Example(
            rows={
                "social_media_account": """
                | as_at      | account_id | platform | followers | lpa        |
                | 2024-06-30 | a          | Facebook | 5000      |            |
                | 2024-06-30 | b          | X        | 2000      | Shropshire |
                """,
                "social_media_post": """
                | post_id | posted_at           | platform | impressions | engagements |
                | p1      | 2024-04-01 00:00:00 | Facebook | 1000        | 100         |
                | p2      | 2024-06-30 23:59:00 | X        | 3000        | 60          |
                """,
            },
            expect={
                "followers": 5000 + 2000,
                "posts": 1 + 1,
                "impressions": 1000 + 3000,
                "engagements": 100 + 60,
                "engagement_rate": (100 + 60) / (1000 + 3000),
            },
            description="The engagement rate is a share of all impressions, not the mean of the "
            "posts' rates of 10% and 2%.",
        ),
        Example(
            rows={
                "social_media_account": """
                | as_at      | account_id | platform | followers |
                | 2024-05-31 | a          | Facebook | 4000      |
                | 2024-06-30 | a          | Facebook | 4100      |
                """,
                "social_media_post": """
                | post_id | posted_at           | platform | impressions | engagements |
                | p1      | 2024-05-06 12:00:00 | Facebook | 1000        | 50          |
                | p2      | 2024-05-06 12:00:00 | X        |             | 400         |
                | p3      | 2024-05-07 12:00:00 | X        | 800         |             |
                | p4      | 2024-07-01 00:00:00 | X        | 9000        | 900         |
                """,
            },
            expect={
                "followers": 4100,
                "posts": 1 + 1 + 1,
                "impressions": 1000,
                "engagements": 50,
                "engagement_rate": 50 / 1000,
            },
            edge_case="Followers in May and June are not added together. A post with only one of "
            "the two numbers counts as a post but is left out of both sums. Otherwise 450 "
            "engagements would be divided by 1,800 impressions of other posts.",
        ),
    ],
)
