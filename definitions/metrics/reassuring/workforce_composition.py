"""Ref 69, who makes up the workforce, and which officers join and leave."""

from swm_kpi import (
    AverageStock,
    Basis,
    Count,
    Direction,
    Example,
    Metric,
    PeriodEndStock,
    Ratio,
    Unit,
)

from ...contracts.published_workforce import PUBLISHED_OFFICER, PublishedWorkforce
from ...contracts.workforce import (
    AGE_BAND,
    DISABILITY,
    ETHNICITY,
    GENDER_REASSIGNMENT,
    NOT_STATED,
    OFFICER,
    RANK,
    RELIGION,
    SEX,
    SEXUAL_ORIENTATION,
    WORKER_TYPE,
    WorkforceMovement,
    WorkforceSnapshot,
)
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import FORCE
from .assumptions import ETHNIC_MINORITY, JOINING, LEAVING, WORKFORCE

in_workforce = WorkforceSnapshot.worker_type.is_in(WORKFORCE)
officer_moved = WorkforceMovement.worker_type == OFFICER

_SHARES = (
    ("women", "Women", "sex", WorkforceSnapshot.sex, WorkforceSnapshot.sex == "Female"),
    (
        "minority",
        "People of an ethnic minority",
        "ethnic group",
        WorkforceSnapshot.ethnicity,
        WorkforceSnapshot.ethnicity.is_in(ETHNIC_MINORITY),
    ),
    (
        "disabled",
        "Disabled people",
        "disability",
        WorkforceSnapshot.disability,
        WorkforceSnapshot.disability == "Disabled",
    ),
    (
        "lgb",
        "Lesbian, gay and bisexual people and those of another orientation",
        "sexual orientation",
        WorkforceSnapshot.sexual_orientation,
        WorkforceSnapshot.sexual_orientation.is_in("Gay or lesbian", "Bisexual", "Other"),
    ),
)

published_officer = PublishedWorkforce.worker_type == PUBLISHED_OFFICER
PUBLISHED_ONLY = (
    "Published by the Home Office at 31 March, for officers and by sex only: no staff, no other "
    "characteristic, no joiners or leavers."
)

workforce_composition = Metric(
    ref="69",
    key="workforce_composition",
    title="Workforce composition, officer joiners and attrition rate by protected characteristics",
    objective=None,
    summary="The people in post at the latest snapshot of the period by protected characteristic, "
    "the share of some groups among those who stated it, and the officers who joined and left in "
    "the period.",
    measures=[
        PeriodEndStock(
            key="workforce",
            label="Workforce in post (headcount)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=in_workforce,
        ),
        *(
            measure
            for key, people, characteristic, column, group in _SHARES
            for measure in (
                PeriodEndStock(
                    key=key,
                    label=f"{people} in the workforce",
                    of=WorkforceSnapshot,
                    at=WorkforceSnapshot.as_at,
                    where=in_workforce & group,
                ),
                PeriodEndStock(
                    key=f"{key}_stated",
                    label=f"Workforce whose {characteristic} is stated",
                    of=WorkforceSnapshot,
                    at=WorkforceSnapshot.as_at,
                    where=in_workforce & column.is_not_null() & (column != NOT_STATED),
                ),
                Ratio(
                    key=f"{key}_share",
                    label=f"{people} as a share of those whose {characteristic} is stated",
                    numerator=key,
                    denominator=f"{key}_stated",
                    unit=Unit.PROPORTION,
                    note="Within one member of the same characteristic the share is all or "
                    "nothing: read it over all of them.",
                ),
            )
        ),
        PeriodEndStock(
            key="officers",
            label="Officers in post (headcount)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=WorkforceSnapshot.worker_type == OFFICER,
            note="On one day, and not the mean strength of the period.",
        ),
        Count(
            key="joiners",
            label="Officers who joined",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            where=officer_moved & WorkforceMovement.movement.is_in(JOINING),
        ),
        Count(
            key="leavers",
            label="Officers who left",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            where=officer_moved & WorkforceMovement.movement.is_in(LEAVING),
        ),
        Count(
            key="resignations",
            label="Officers who resigned",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            where=officer_moved & (WorkforceMovement.reason == "resignation"),
        ),
        AverageStock(
            key="mean_officers",
            label="Officers in post, mean of the period (headcount)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=WorkforceSnapshot.worker_type == OFFICER,
            same_rows=False,
        ),
        Ratio(
            key="attrition",
            label="Officer attrition rate",
            numerator="leavers",
            denominator="mean_officers",
            direction=Direction.LOWER_IS_BETTER,
            note="Leavers of the period over the mean strength of the same period, by its "
            "snapshots. A yearly rate is that of a rolling 12 months or a financial year; a "
            "quarter's is not annualised.",
        ),
        PeriodEndStock(
            key="published_women",
            label="Women among officers (headcount)",
            of=PublishedWorkforce,
            at=PublishedWorkforce.as_at,
            series=PublishedWorkforce.sex.is_not_null(),
            where=published_officer & (PublishedWorkforce.sex == "Female"),
            value=PublishedWorkforce.headcount,
            unit=Unit.PEOPLE,
            basis=Basis.PROXY,
            proxy_difference=PUBLISHED_ONLY,
        ),
        PeriodEndStock(
            key="published_officers",
            label="Officers whose sex is published (headcount)",
            of=PublishedWorkforce,
            at=PublishedWorkforce.as_at,
            series=PublishedWorkforce.sex.is_not_null(),
            where=published_officer,
            value=PublishedWorkforce.headcount,
            unit=Unit.PEOPLE,
            basis=Basis.PROXY,
            proxy_difference=PUBLISHED_ONLY,
        ),
        Ratio(
            key="published_women_share",
            label="Women as a share of officers",
            numerator="published_women",
            denominator="published_officers",
            unit=Unit.PROPORTION,
            basis=Basis.PROXY,
            proxy_difference=PUBLISHED_ONLY,
        ),
    ],
    dimensions=[
        SEX,
        AGE_BAND,
        ETHNICITY,
        DISABILITY,
        RELIGION,
        SEXUAL_ORIENTATION,
        GENDER_REASSIGNMENT,
        RANK,
        FORCE,
        WORKER_TYPE,
    ],
    direction=Direction.NEUTRAL,
    availability=COLOUR_LOST,
    standards=[
        "Equality Act 2010 (unverified)",
        "Home Office user guide to police workforce statistics",
    ],
    limitations="Someone whose characteristic is not stated is in the workforce, shown as a member "
    "of its own, and is in no share: to leave it out of the denominator is not to count it as the "
    "majority. Joiners and leavers are of officers only, as the plan says.",
    caveats=[
        "The attrition rate is only as even as the snapshots: where they are taken at two dates a "
        "year, the mean strength rests on those two.",
        "Small groups can identify people: nothing here is published before disclosure control.",
        "When many do not state a characteristic, the share among those who do may mislead.",
        "A rise in a share may be more people stating it, and not more people.",
        "Pregnancy and maternity, and marriage and civil partnership, are protected "
        "characteristics too, and are not in the table.",
        "Transfers from and to other forces are joiners and leavers here, unless another list is "
        "given.",
    ],
    examples=[
        Example(
            rows={
                "workforce_snapshot": """
                |as_at     |person_id|worker_type|sex   |ethnicity|disability  |sexual_orientation|
                |2024-06-30|a        |officer    |Female|White    |Not disabled|Heterosexual      |
                |2024-06-30|b        |officer    |Male  |Mixed    |Disabled    |Bisexual          |
                |2024-06-30|c        |staff      |Female|White    |Not disabled|Gay or lesbian    |
                |2024-06-30|d        |PCSO       |Male  |White    |Not disabled|Heterosexual      |
                """,
                "workforce_movement": """
                | moved_on   | movement | worker_type | reason      |
                | 2024-04-01 | joiner   | officer     |             |
                | 2024-05-06 | joiner   | officer     |             |
                | 2024-06-30 | leaver   | officer     | resignation |
                """,
            },
            expect={
                "workforce": 1 + 1 + 1 + 1,
                "women": 1 + 1,
                "women_stated": 4,
                "women_share": 2 / 4,
                "minority": 1,
                "minority_stated": 4,
                "minority_share": 1 / 4,
                "disabled": 1,
                "disabled_stated": 4,
                "disabled_share": 1 / 4,
                "lgb": 1 + 1,
                "lgb_stated": 4,
                "lgb_share": 2 / 4,
                "officers": 1 + 1,
                "joiners": 1 + 1,
                "leavers": 1,
                "resignations": 1,
                "mean_officers": (1 + 1) / 1,
                "attrition": 1 / 2,
            },
            description="Staff are in the composition, and joiners and leavers are of officers.",
        ),
        Example(
            rows={
                "workforce_snapshot": """
                |as_at|person_id|worker_type|sex|ethnicity|disability|sexual_orientation|
                | 2024-05-31 | a | officer | Female | Mixed | Disabled | Bisexual |
                | 2024-06-30 | a | officer | Female | Mixed | Disabled | Not stated |
                | 2024-06-30 | b | officer | Male | White | Not stated | Not stated |
                | 2024-06-30 | c | staff | Not stated | Not stated |  | Not stated |
                | 2024-06-30 | d | staff |  | White | Not stated |  |
                | 2024-06-30 | e | special | Female | Mixed | Disabled | Bisexual |
                | 2024-06-30 | f | volunteer | Male | White | Disabled | Bisexual |
                """,
                "workforce_movement": """
                | moved_on   | movement     | worker_type | reason      |
                | 2024-05-06 | transfer in  | officer     |             |
                | 2024-05-06 | transfer out | officer     |             |
                | 2024-05-06 | leaver       | officer     | retirement  |
                | 2024-05-06 | leaver       | staff       | resignation |
                | 2024-05-06 | joiner       | special     |             |
                | 2024-07-01 | leaver       | officer     | resignation |
                """,
            },
            expect={
                "workforce": 1 + 1 + 1 + 1,
                "women": 1,
                "women_stated": 1 + 1,
                "women_share": 1 / (1 + 1),
                "minority": 1,
                "minority_stated": 1 + 1 + 1,
                "minority_share": 1 / 3,
                "disabled": 1,
                "disabled_stated": 1,
                "disabled_share": 1 / 1,
                "lgb": 0,
                "lgb_stated": 0,
                "lgb_share": None,
                "officers": 1 + 1,
                "joiners": 1,
                "leavers": 1 + 1,
                "resignations": 0,
                "mean_officers": (1 + 2) / 2,
                "attrition": (1 + 1) / (3 / 2),
            },
            edge_case="Those who do not state it are in no share: one woman of the two whose sex "
            "is known is a half, and not a quarter of four. Where nobody states it there is no "
            "share, which is not 0%. Attrition divides by the mean of both snapshots and not by "
            "the last. Specials and volunteers are left out, snapshots are not added, transfers "
            "are joiners and leavers, and staff who leave are not officers.",
        ),
        Example(
            rows={
                "published_workforce": """
                | as_at      | force       | worker_type    | sex    | headcount | fte |
                | 2024-06-30 | West Mercia | Police Officer | Female | 3         | 2.5 |
                | 2024-06-30 | West Mercia | Police Officer | Male   | 5         | 5   |
                | 2024-06-30 | West Mercia | Police Staff   | Female | 9         | 8   |
                """
            },
            expect={
                "published_women": 3,
                "published_officers": 3 + 5,
                "published_women_share": 3 / 8,
            },
            description="From public data only officers are counted, and only by sex.",
        ),
    ],
)
