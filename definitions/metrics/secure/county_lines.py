"""Refs 19 and 26: drug-related homicide, county lines, and serious organised crime."""

from swm_kpi import (
    Count,
    Direction,
    Distribution,
    Example,
    Metric,
    PeriodEndStock,
    Sum,
    Unit,
)

from ...assumptions import DISRUPTION_STATUSES_COUNTED
from ...contracts.crime import COUNTING_RULES, HOMICIDE, PAST_FIGURES_CAVEAT, RECORDED, Crime
from ...contracts.serious_crime import (
    CLOSED_BY_POLICE,
    FOUR_P,
    LEAD_AGENCY,
    LEVEL,
    MAJOR,
    MINOR,
    MODERATE,
    THREAT,
    CountyLine,
    Disruption,
    OrganisedCrimeGroup,
)
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import LPA
from ...plan.objectives import SECURE

_COUNTED = Disruption.status.is_in(DISRUPTION_STATUSES_COUNTED)

_MODERATION_CAVEAT = (
    "Teams assess their own disruptions, and others moderate them. Only accepted disruptions count "
    "(an assumption), so figures for the latest period rise as claims are moderated."
)
_JOINT_WORK_CAVEAT = (
    "Each agency may claim joint work, so forces, the regional unit and national agencies are "
    "never added together."
)

drug_homicides_and_county_lines = Metric(
    ref="19",
    key="drug_homicides_and_county_lines",
    title="Drug-related homicides / County Lines;",
    objective=SECURE,
    parent="16",
    summary="Victims of homicides flagged as drug-related, counted on the day the crime was "
    "recorded. County lines active on the last day of the period, and county lines that police "
    "work closed in the period. Disruptions of county lines, and the people they safeguarded, "
    "counted on the day the disruption was assessed.",
    measures=[
        Count(
            key="drug_related_homicides",
            label="Victims of drug-related homicide",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == HOMICIDE) & Crime.is_drug_related,
            unit=Unit.VICTIMS,
            direction=Direction.LOWER_IS_BETTER,
        ),
        PeriodEndStock(
            key="lines_active",
            label="County lines active on the last day",
            of=CountyLine,
            at=CountyLine.active_from,
            until=CountyLine.ended_on,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key="lines_closed",
            label="County lines closed by police work",
            of=CountyLine,
            at=CountyLine.ended_on,
            where=CountyLine.ended_how == CLOSED_BY_POLICE,
        ),
        Count(
            key="line_disruptions",
            label="Disruptions of county lines",
            of=Disruption,
            at=Disruption.assessed_on,
            where=_COUNTED & Disruption.is_county_line,
        ),
        Sum(
            key="people_safeguarded",
            label="Vulnerable people safeguarded by disruptions of county lines",
            of=Disruption,
            at=Disruption.assessed_on,
            where=_COUNTED & Disruption.is_county_line,
            value=Disruption.safeguarded,
            unit=Unit.PEOPLE,
        ),
    ],
    dimensions=[LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[f"{COUNTING_RULES}: one homicide for each victim", "Homicide Index: drug flags"],
    limitations="Not drug deaths, and not every line that stopped. A line archived because there "
    "was no more intelligence about it was not closed by police work.",
    caveats=[
        "Few homicides are drug-related, and the flag is often known late. Use years, not "
        "quarters, and do not compare areas.",
        "Homicides with no decision on the flag are noted but not counted.",
        "More active lines may mean better intelligence.",
        "A person safeguarded by two disruptions is counted twice.",
        _MODERATION_CAVEAT,
        _JOINT_WORK_CAVEAT,
        PAST_FIGURES_CAVEAT,
    ],
    examples=[
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup | is_drug_related | status   |
                | 2024-05-06 12:00 | Homicide         | yes             | recorded |
                | 2024-05-06 12:00 | Homicide         | no              | recorded |
                """,
                "county_line": """
                | active_from | ended_on   | ended_how        |
                | 2021-02-01  |            |                  |
                | 2024-06-30  |            |                  |
                | 2023-09-01  | 2024-07-01 | closed by police |
                | 2023-09-01  | 2024-06-30 | closed by police |
                | 2024-04-02  | 2024-05-20 | closed by police |
                """,
                "disruption": """
                | assessed_on | status   | is_county_line | safeguarded |
                | 2024-04-20  | accepted | yes            | 2           |
                | 2024-05-20  | accepted | yes            | 0           |
                | 2024-05-20  | accepted | no             | 4           |
                """,
            },
            expect={
                "drug_related_homicides": 1,
                "lines_active": 1 + 1 + 1,
                "lines_closed": 1 + 1,
                "line_disruptions": 1 + 1,
                "people_safeguarded": 2 + 0,
            },
            description="A line that ended on 1 July was still active on 30 June. A line that "
            "opened and closed in the quarter counts as closed and is not active at the end of the "
            "quarter.",
        ),
        Example(
            rows={
                "crime": """
                | recorded_at | occurred_from | offence_subgroup     | is_drug_related | status    |
                | 2024-05-06  | 2024-02-06    | Homicide             | yes             | recorded  |
                | 2024-05-06  | 2024-05-06    | Homicide             |                 | recorded  |
                | 2024-05-06  | 2024-05-06    | Homicide             | yes             | cancelled |
                | 2024-05-06  | 2024-05-06    | Trafficking of drugs | yes             | recorded  |
                """,
                "county_line": """
                | active_from | ended_on   | ended_how        |
                | 2023-09-01  | 2024-05-01 | archived         |
                | 2023-09-01  | 2024-03-31 | closed by police |
                | 2024-07-01  |            |                  |
                """,
                "disruption": """
                | happened_on | assessed_on | status   | is_county_line | safeguarded |
                | 2024-06-20  | 2024-07-04  | accepted | yes            | 1           |
                | 2024-05-20  | 2024-05-21  | rejected | yes            | 1           |
                | 2024-05-20  | 2024-05-21  | claimed  | yes            | 1           |
                | 2024-05-20  | 2024-05-21  | accepted |                | 1           |
                """,
            },
            expect={
                "drug_related_homicides": 1,
                "lines_active": 0,
                "lines_closed": 0,
                "line_disruptions": None,
                "people_safeguarded": None,
            },
            edge_case="A line archived without more intelligence was not closed by police work, "
            "and a line closed the day before the quarter does not count in it. A disruption "
            "counts when it is assessed, and only if it is accepted. The only accepted one does "
            "not say whether it is of a county line, so there is no number. Only the first "
            "homicide is "
            "both recorded and flagged, although it happened before the quarter.",
        ),
    ],
)

serious_organised_crime = Metric(
    ref="26",
    key="serious_organised_crime",
    version=2,
    title="Serious organised crime data (inc. no. of disruptions across 4P framework)",
    objective=SECURE,
    summary="Disruptions of serious and organised crime, counted on the day they were assessed, "
    "and the share in each part of the 4P framework (pursue, prevent, protect, prepare). Organised "
    "crime groups mapped on the last day of the period, and those newly mapped and archived in the "
    "period.",
    measures=[
        Count(key="disruptions", of=Disruption, at=Disruption.assessed_on, where=_COUNTED),
        *(
            Count(
                key=f"{impact.lower()}_disruptions",
                label=f"{impact} disruptions",
                of=Disruption,
                at=Disruption.assessed_on,
                where=_COUNTED & (Disruption.level == impact),
            )
            for impact in (MAJOR, MODERATE, MINOR)
        ),
        *(
            Count(
                key=f"{strand.lower()}_disruptions",
                label=f"Disruptions under {strand}",
                of=Disruption,
                at=Disruption.assessed_on,
                where=_COUNTED & (Disruption.four_p == strand),
            )
            for strand in FOUR_P.members
        ),
        Distribution(
            key="share_of_disruptions",
            label="Share of disruptions by part of the 4P framework",
            of=Disruption,
            at=Disruption.assessed_on,
            where=_COUNTED,
            over=FOUR_P,
            direction=Direction.NEUTRAL,
            note="Break this down by part of the 4P framework; in total it is always 1.",
        ),
        PeriodEndStock(
            key="groups_mapped",
            label="Organised crime groups mapped on the last day",
            of=OrganisedCrimeGroup,
            at=OrganisedCrimeGroup.mapped_on,
            until=OrganisedCrimeGroup.archived_on,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key="groups_newly_mapped",
            label="Organised crime groups newly mapped",
            of=OrganisedCrimeGroup,
            at=OrganisedCrimeGroup.mapped_on,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key="groups_archived",
            label="Organised crime groups archived",
            of=OrganisedCrimeGroup,
            at=OrganisedCrimeGroup.archived_on,
            direction=Direction.NEUTRAL,
        ),
    ],
    dimensions=[LPA, FOUR_P, LEVEL, THREAT, LEAD_AGENCY],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[
        "4P framework: pursue, prevent, protect, prepare",
        "National disruption manual: major, moderate and minor (wording unverified)",
    ],
    limitations="Does not count arrests or seizures. A disruption is the effect of the work on the "
    "threat, and one disruption may take many arrests. A group that is archived was not "
    "necessarily dismantled.",
    caveats=[
        "A major disruption and a minor one each count as 1. Read the levels.",
        "Disruptions with no level or part of the framework recorded are only in the total.",
        "This metric does not show how harmful each group is.",
        "Sensitive: a small number may reveal an operation.",
        _MODERATION_CAVEAT,
        _JOINT_WORK_CAVEAT,
    ],
    examples=[
        Example(
            rows={
                "disruption": """
                | assessed_on | status   | four_p  | level    |
                | 2024-04-01  | accepted | Pursue  | Major    |
                | 2024-05-06  | accepted | Pursue  | Minor    |
                | 2024-05-06  | accepted | Prevent | Moderate |
                | 2024-05-06  | accepted | Protect | Minor    |
                | 2024-06-30  | accepted | Prepare | Minor    |
                """,
                "organised_crime_group": """
                | mapped_on  | archived_on |
                | 2020-01-10 |             |
                | 2024-05-06 |             |
                | 2023-02-01 | 2024-05-20  |
                """,
            },
            expect={
                "disruptions": 5,
                "major_disruptions": 1,
                "moderate_disruptions": 1,
                "minor_disruptions": 1 + 1 + 1,
                "pursue_disruptions": 1 + 1,
                "prevent_disruptions": 1,
                "protect_disruptions": 1,
                "prepare_disruptions": 1,
                "share_of_disruptions": (2 + 1 + 1 + 1) / 5,
                "groups_mapped": 1 + 1,
                "groups_newly_mapped": 1,
                "groups_archived": 1,
            },
            description="Each disruption has one level and one part of the framework. The share "
            "here is for the total, so it is 1.",
        ),
        Example(
            rows={
                "disruption": """
                | happened_on | assessed_on | status   | four_p | level |
                | 2024-03-20  | 2024-04-02  | accepted | Pursue | Major |
                | 2024-06-20  | 2024-07-02  | accepted | Pursue | Major |
                | 2024-05-06  |             | claimed  | Pursue | Major |
                | 2024-05-06  | 2024-05-07  | claimed  | Pursue | Major |
                | 2024-05-06  | 2024-05-07  | rejected | Pursue | Major |
                | 2024-05-06  | 2024-05-07  | accepted |        |       |
                """,
                "organised_crime_group": """
                | mapped_on  | archived_on |
                | 2024-07-01 |             |
                | 2023-02-01 | 2024-06-30  |
                | 2023-02-01 | 2024-07-01  |
                """,
            },
            expect={
                "disruptions": 1 + 1,
                "major_disruptions": 1,
                "pursue_disruptions": 1,
                "share_of_disruptions": 1 / 1,
                "groups_mapped": 1,
                "groups_newly_mapped": 0,
                "groups_archived": 1,
            },
            edge_case="The day of the assessment decides, not the day of the work. A claim that "
            "was not accepted does not count. A disruption with no part of the framework recorded "
            "is in the total but not in the shares. A group archived on the last day is no longer "
            "mapped.",
        ),
    ],
)
