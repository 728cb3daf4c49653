"""Ref 69, the composition of the workforce, and officers who join and leave."""

from typing import Any

from swm_kpi import (
    Assumption,
    AverageStock,
    Basis,
    Column,
    Count,
    Direction,
    Example,
    Measure,
    Metric,
    PeriodEndStock,
    Ratio,
    Sum,
    Unit,
)

from ...contracts.published_workforce import PUBLISHED_OFFICER, PublishedWorkforce
from ...contracts.workforce import (
    AGE_BAND,
    DISABILITY,
    ETHNICITY,
    GENDER_REASSIGNMENT,
    LEAVER,
    NOT_STATED,
    OFFICER,
    RANK,
    RELIGION,
    SEX,
    SEXUAL_ORIENTATION,
    TRANSFER_IN,
    TRANSFER_OUT,
    WORKER_TYPE,
    OpeningStrength,
    WorkforceMovement,
    WorkforceSnapshot,
)
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import FORCE
from .assumptions import ETHNIC_MINORITY, JOINER_MOVEMENTS, LEAVER_MOVEMENTS, WORKFORCE

_IN_WORKFORCE = WorkforceSnapshot.worker_type.is_in(WORKFORCE)
_OFFICER_MOVEMENT = WorkforceMovement.worker_type == OFFICER

_PUBLISHED_OFFICER = PublishedWorkforce.worker_type == PUBLISHED_OFFICER
_PUBLISHED_DIFFERENCE = (
    "Published by the Home Office at 31 March. Read from the table of officers by sex. The Home "
    "Office also publishes staff, ethnic group, and joiners and leavers by sex and ethnic group, "
    "which are not read here."
)


def _share_measures(
    key: str, people: str, characteristic: str, column: Column, where: Any
) -> tuple[Measure, ...]:
    """Return the measures of one group's share of the workforce.

    Args:
        key: key of the group's number, and start of the other keys.
        people: name of the group.
        characteristic: name of the protected characteristic.
        column: column of the protected characteristic.
        where: a condition on ``WorkforceSnapshot``: the people in the group.
    """
    return (
        PeriodEndStock(
            key=key,
            label=f"{people} in the workforce",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=_IN_WORKFORCE & where,
        ),
        PeriodEndStock(
            key=f"{key}_stated",
            label=f"Workforce who stated their {characteristic}",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=_IN_WORKFORCE & column.is_not_null() & (column != NOT_STATED),
        ),
        Ratio(
            key=f"{key}_share",
            label=f"{people} as a share of those who stated their {characteristic}",
            numerator=key,
            denominator=f"{key}_stated",
            unit=Unit.PROPORTION,
            note="Within one group of the same characteristic the share is always 0 or 1. Read it "
            "for all groups together.",
        ),
    )


def _movements(key: str, label: str, movements: Assumption) -> tuple[Measure, ...]:
    """Return officers who join or leave, as headcount and as full-time equivalents.

    Args:
        key: key of the headcount; the other key ends in ``_fte``.
        label: name of the officers.
        movements: which movements count.
    """
    where = _OFFICER_MOVEMENT & WorkforceMovement.movement.is_in(movements)
    return (
        Count(
            key=key,
            label=f"{label} (headcount)",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            where=where,
        ),
        Sum(
            key=f"{key}_fte",
            label=f"{label} (full-time equivalents)",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            where=where,
            value=WorkforceMovement.fte,
            unit=Unit.FTE,
        ),
    )


workforce_composition = Metric(
    ref="69",
    version=3,
    key="workforce_composition",
    title="Workforce composition, officer joiners and attrition rate by protected characteristics",
    objective=None,
    summary="The people in post at the latest snapshot of the period, by protected characteristic; "
    "the share of some groups among people who stated the characteristic; and the officers who "
    "joined and left in the period.",
    measures=[
        PeriodEndStock(
            key="workforce",
            label="Workforce in post (headcount)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=_IN_WORKFORCE,
        ),
        *_share_measures(
            "women", "Women", "sex", WorkforceSnapshot.sex, WorkforceSnapshot.sex == "Female"
        ),
        *_share_measures(
            "minority",
            "People of an ethnic minority",
            "ethnic group",
            WorkforceSnapshot.ethnicity,
            WorkforceSnapshot.ethnicity.is_in(ETHNIC_MINORITY),
        ),
        *_share_measures(
            "disabled",
            "Disabled people",
            "disability status",
            WorkforceSnapshot.disability,
            WorkforceSnapshot.disability == "Disabled",
        ),
        *_share_measures(
            "lgb",
            "Lesbian, gay and bisexual people and those of another orientation",
            "sexual orientation",
            WorkforceSnapshot.sexual_orientation,
            WorkforceSnapshot.sexual_orientation.is_in("Gay or lesbian", "Bisexual", "Other"),
        ),
        PeriodEndStock(
            key="officers",
            label="Officers in post (headcount)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=WorkforceSnapshot.worker_type == OFFICER,
            note="On one day. Not the mean strength of the period.",
        ),
        *_movements("joiners", "Officers who joined", JOINER_MOVEMENTS),
        Count(
            key="transfers_in",
            label="Officers who transferred from another force",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            where=_OFFICER_MOVEMENT & (WorkforceMovement.movement == TRANSFER_IN),
        ),
        *_movements("leavers", "Officers who left the police", LEAVER_MOVEMENTS),
        Count(
            key="transfers_out",
            label="Officers who transferred to another force",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            where=_OFFICER_MOVEMENT & (WorkforceMovement.movement == TRANSFER_OUT),
        ),
        Count(
            key="resignations",
            label="Officers who resigned",
            of=WorkforceMovement,
            at=WorkforceMovement.moved_on,
            # Only a leaver has a reason: empty is not missing for anyone else.
            where=_OFFICER_MOVEMENT
            & (WorkforceMovement.movement == LEAVER)
            & (WorkforceMovement.reason == "resignation"),
        ),
        AverageStock(
            key="opening_officers_fte",
            label="Officers in post on 31 March before the year (full-time equivalents)",
            of=OpeningStrength,
            at=OpeningStrength.opens_on,
            where=OpeningStrength.worker_type == OFFICER,
            value=OpeningStrength.fte,
            same_rows=False,
            unit=Unit.FTE,
            note="Only financial years have it: a year has one such day.",
        ),
        Ratio(
            key="attrition",
            label="Officer attrition rate (full-time equivalents, of strength on 31 March before)",
            numerator="leavers_fte",
            denominator="opening_officers_fte",
            unit=Unit.PERCENTAGE_RATIO,
            direction=Direction.LOWER_IS_BETTER,
            note="Only financial years have this rate. Compares with the Home Office's rate.",
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
            key="attrition_of_mean",
            label="Officer attrition rate (headcount, of mean strength)",
            numerator="leavers",
            denominator="mean_officers",
            unit=Unit.PERCENTAGE_RATIO,
            direction=Direction.LOWER_IS_BETTER,
            note="Leavers in the period divided by the mean strength in the same period's "
            "snapshots. Does not compare with published rates. For a yearly rate, ask for a "
            "rolling 12 months or a financial year. The rate for a quarter is not annualised.",
        ),
        PeriodEndStock(
            key="published_women",
            label="Women among officers (headcount)",
            of=PublishedWorkforce,
            at=PublishedWorkforce.as_at,
            series=PublishedWorkforce.sex.is_not_null(),
            where=_PUBLISHED_OFFICER & (PublishedWorkforce.sex == "Female"),
            value=PublishedWorkforce.headcount,
            unit=Unit.PEOPLE,
            basis=Basis.PROXY,
            proxy_difference=_PUBLISHED_DIFFERENCE,
        ),
        PeriodEndStock(
            key="published_officers",
            label="Officers with sex published (headcount)",
            of=PublishedWorkforce,
            at=PublishedWorkforce.as_at,
            series=PublishedWorkforce.sex.is_not_null(),
            where=_PUBLISHED_OFFICER,
            value=PublishedWorkforce.headcount,
            unit=Unit.PEOPLE,
            basis=Basis.PROXY,
            proxy_difference=_PUBLISHED_DIFFERENCE,
        ),
        Ratio(
            key="published_women_share",
            label="Women as a share of officers",
            numerator="published_women",
            denominator="published_officers",
            unit=Unit.PROPORTION,
            basis=Basis.PROXY,
            proxy_difference=_PUBLISHED_DIFFERENCE,
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
    availability=PLAN_STATEMENT,
    standards=[
        "Equality Act 2010 (unverified)",
        "Home Office, Police workforce, England and Wales: 31 March 2024: joiners excluding "
        "transfers, in full-time equivalents",
        "Home Office, User guide to police workforce statistics, 24 January 2024: leavers by rank, "
        "gender, leaver type and ethnicity",
    ],
    limitations="People who did not state a characteristic are in the workforce and shown as a "
    "separate group. They are left out of both parts of every share, so they do not count as the "
    "majority. Joiners and leavers are officers only, as the plan says.",
    caveats=[
        "The mean strength in the second attrition rate depends on the snapshots. If there are "
        "only two a year, the mean comes from those two.",
        "Small groups can identify people. Apply disclosure control before publishing.",
        "When many people do not state a characteristic, the share among those who do may mislead.",
        "A rise in a share may mean that more people stated the characteristic, not that there are "
        "more people in the group.",
        "Pregnancy and maternity, and marriage and civil partnership, are also protected "
        "characteristics. They are not in the table.",
        "Transfers from and to other forces are counted separately and are not in the attrition "
        "rates, unless another list is set.",
        "The published rate divides full-time equivalents by the strength at the start of the "
        "year. We found this by arithmetic from published figures, and not in its guide.",
        "Ethnic groups are the five broad ones. White minorities are counted as White.",
        "There is no comparison with residents. Compare the shares with those of the census, for "
        "people of working age.",
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
                | moved_on   | movement     | worker_type | reason      | fte |
                | 2024-04-01 | joiner       | officer     |             | 1   |
                | 2024-05-06 | joiner       | officer     |             | 0.5 |
                | 2024-05-06 | transfer in  | officer     |             | 1   |
                | 2024-06-30 | leaver       | officer     | resignation | 0.8 |
                | 2024-06-30 | transfer out | officer     |             | 1   |
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
                "joiners_fte": 1 + 0.5,
                "transfers_in": 1,
                "leavers": 1,
                "leavers_fte": 0.8,
                "transfers_out": 1,
                "resignations": 1,
                "mean_officers": (1 + 1) / 1,
                "attrition_of_mean": 1 / 2,
            },
            description="Staff are in the composition. Joiners and leavers are officers only, and "
            "transfers are neither.",
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
                "joiners": 0,
                "transfers_in": 1,
                "leavers": 1,
                "transfers_out": 1,
                "resignations": 0,
                "mean_officers": (1 + 2) / 2,
                "attrition_of_mean": 1 / (3 / 2),
            },
            edge_case="People who do not state it are left out of the share: one woman among two "
            "people with a known sex is a half, not a quarter of four. If nobody states it there "
            "is no share, which is different from 0%. The second attrition rate divides by the "
            "mean of both snapshots, not by the last one. Specials and volunteers are left out, "
            "snapshots are not added together, transfers are neither joiners nor leavers, and "
            "staff who leave are not officers.",
        ),
        Example(
            period="2024/25",
            rows={
                "workforce_snapshot": """
                | as_at      | person_id | worker_type |
                | 2024-09-30 | a         | officer     |
                | 2025-03-31 | a         | officer     |
                """,
                "opening_strength": """
                | opens_on   | person_id | worker_type | fte |
                | 2024-04-01 | a         | officer     | 1   |
                | 2024-04-01 | b         | officer     | 0.5 |
                | 2024-04-01 | c         | officer     | 1   |
                | 2024-04-01 | d         | staff       | 1   |
                | 2025-04-01 | a         | officer     | 1   |
                """,
                "workforce_movement": """
                | moved_on   | movement     | worker_type | reason     | fte  |
                | 2024-05-06 | leaver       | officer     | retirement | 0.5  |
                | 2024-07-06 | transfer out | officer     |            | 1    |
                | 2025-04-01 | leaver       | officer     | retirement | 1    |
                """,
            },
            expect={
                "officers": 1,
                "leavers": 1,
                "leavers_fte": 0.5,
                "transfers_out": 1,
                "opening_officers_fte": 1 + 0.5 + 1,
                "attrition": 0.5 / (1 + 0.5 + 1),
                "mean_officers": (1 + 1) / 2,
                "attrition_of_mean": 1 / 1,
            },
            edge_case="The first rate divides by the strength on 31 March before the year, in "
            "full-time equivalents. The strength at the end of the year, or the mean of the "
            "year's two snapshots, would give a higher rate. A transfer to another force is not "
            "a leaver.",
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
            description="Public data cover only officers, and only by sex.",
        ),
    ],
)
