"""Refs 19 and 26: drug-related homicide, county lines, and serious organised crime."""

from swm_kpi import (
    Count,
    Direction,
    Example,
    Metric,
    PeriodEndStock,
    Sum,
    Unit,
)

from ...assumptions import DISRUPTION_STATUSES_COUNTED, DISRUPTIVE_LEVELS
from ...contracts.crime import COUNTING_RULES, HOMICIDE, PAST_FIGURES_CAVEAT, RECORDED, Crime
from ...contracts.serious_crime import (
    CLOSED_BY_POLICE,
    FOUR_P,
    LEAD_AGENCY,
    LEVEL,
    THREAT,
    CountyLine,
    Disruption,
    OrganisedCrimeGroup,
)
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE

_ACCEPTED = Disruption.status.is_in(DISRUPTION_STATUSES_COUNTED)
_COUNTED = _ACCEPTED & (Disruption.level.is_null() | Disruption.level.is_in(DISRUPTIVE_LEVELS))

_MODERATION_CAVEAT = (
    "Teams assess their own disruptions, and others moderate them. Only accepted disruptions count "
    "(an assumption), so figures for the latest period rise as claims are moderated. A claim whose "
    "moderated level is no effect or negative is not a disruption (an assumption)."
)
_JOINT_WORK_CAVEAT = (
    "Each agency may claim joint work, so forces, the regional unit and national agencies are "
    "never added together."
)

drug_homicides_and_county_lines = Metric(
    ref="19",
    key="drug_homicides_and_county_lines",
    version=2,
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
            direction=Direction.HIGHER_IS_BETTER,
        ),
        Count(
            key="line_disruptions",
            label="Disruptions of county lines",
            of=Disruption,
            at=Disruption.assessed_on,
            where=_COUNTED & Disruption.is_county_line,
            direction=Direction.HIGHER_IS_BETTER,
        ),
        Sum(
            key="people_safeguarded",
            label="Vulnerable people safeguarded by disruptions of county lines",
            of=Disruption,
            at=Disruption.assessed_on,
            where=_COUNTED & Disruption.is_county_line,
            value=Disruption.safeguarded,
            unit=Unit.PEOPLE,
            direction=Direction.HIGHER_IS_BETTER,
            note="Disruptions where nobody counted add nothing.",
        ),
    ],
    dimensions=[LPA, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[f"{COUNTING_RULES}: one homicide for each victim", "Homicide Index: drug flags"],
    limitations="Not drug deaths, and not every line that stopped. A line archived because there "
    "was no more intelligence about it was not closed by police work.",
    caveats=[
        "Few homicides are drug-related, and the flag is often known late. Use years, not "
        "quarters, and do not compare areas.",
        "Homicides with no decision on the flag are noted but not counted.",
        "More active lines may mean better intelligence.",
        "The area of a homicide is where it happened, of a county line where it sells most, and of "
        "a disruption where the work was done.",
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
                | assessed_on | status   | level     | is_county_line | safeguarded |
                | 2024-04-20  | accepted | Major     | yes            | 2           |
                | 2024-05-20  | accepted | Minor     | yes            | 0           |
                | 2024-05-20  | accepted | Minor     | no             | 4           |
                | 2024-05-20  | accepted | No effect | yes            | 0           |
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
            "quarter. Work with no effect is not a disruption.",
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
                | 2023-09-01  | 2024-05-01 |                  |
                """,
                "disruption": """
                | happened_on | assessed_on | status   | level | is_county_line | safeguarded |
                | 2024-06-20  | 2024-07-04  | accepted | Minor | yes            | 1           |
                | 2024-05-20  | 2024-05-21  | rejected | Minor | yes            | 1           |
                | 2024-05-20  | 2024-05-21  | claimed  | Minor | yes            | 1           |
                | 2024-05-20  | 2024-05-21  | accepted | Minor |                | 1           |
                """,
            },
            expect={
                "drug_related_homicides": 1,
                "lines_active": 0,
                "lines_closed": 0,
                "line_disruptions": None,
                "people_safeguarded": None,
            },
            edge_case="A line archived because there was no more intelligence was not closed by "
            "police work. A line that ended without a record of how is not known to be closed by "
            "police work, and a line closed the day before the quarter does not count in it. A "
            "disruption counts when it is assessed, and only if it is accepted. The only one "
            "accepted in the quarter does not say whether it is of a county line, so there is no "
            "number. Only the first homicide is both recorded and flagged. It happened before the "
            "quarter and counts in the quarter in which it was recorded.",
        ),
    ],
)

serious_organised_crime = Metric(
    ref="26",
    key="serious_organised_crime",
    version=3,
    title="Serious organised crime data (inc. no. of disruptions across 4P framework)",
    objective=SECURE,
    summary="Disruptions of serious and organised crime, counted on the day they were assessed, "
    "by part of the 4P framework (pursue, prevent, protect, prepare) and by level. Organised crime "
    "groups mapped on the last day of the period, and those newly mapped and archived in the "
    "period.",
    measures=[
        Count(
            key="disruptions",
            of=Disruption,
            at=Disruption.assessed_on,
            where=_COUNTED,
            note="Break it down by part of the 4P framework.",
        ),
        Count(
            key="without_effect",
            label="Accepted claims that disrupted nothing or made the threat worse",
            of=Disruption,
            at=Disruption.assessed_on,
            where=_ACCEPTED & ~Disruption.level.is_in(DISRUPTIVE_LEVELS),
            direction=Direction.LOWER_IS_BETTER,
            note="Levels no effect and negative. Not among the disruptions.",
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
    dimensions=[LPA, DISTRICT, FOUR_P, LEVEL, THREAT, LEAD_AGENCY],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "4P framework: pursue, prevent, protect, prepare (HMICFRS glossary)",
        "National scale of disruption: major, moderate, minor, none and negative (Northern Ireland "
        "Policing Board, written question on the Paramilitary Crime Task Force)",
    ],
    limitations="Does not count arrests or seizures. A disruption is the effect of the work on the "
    "threat, and one disruption may take many arrests. A group that is archived was not "
    "necessarily dismantled.",
    caveats=[
        "A major disruption and a minor one each count as 1. Read the levels.",
        "A disruption with no level or no part of the framework recorded is in the total, and "
        "Unknown in the breakdown.",
        "The area of a disruption is where the work was done, and of a group who manages it.",
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
                "disruptions": 1 + 1 + 1 + 1 + 1,
                "without_effect": 0,
                "groups_mapped": 1 + 1,
                "groups_newly_mapped": 1,
                "groups_archived": 1,
            },
            description="Each disruption has one level and one part of the framework: two pursue, "
            "and one each prevents, protects and prepares. A major one and a minor one each count "
            "as 1.",
        ),
        Example(
            rows={
                "disruption": """
                | happened_on | assessed_on | status   | four_p | level    |
                | 2024-03-20  | 2024-04-02  | accepted | Pursue | Major    |
                | 2024-06-20  | 2024-07-02  | accepted | Pursue | Major    |
                | 2024-05-06  |             | claimed  | Pursue | Major    |
                | 2024-05-06  | 2024-05-07  | claimed  | Pursue | Major    |
                | 2024-05-06  | 2024-05-07  | rejected | Pursue | Major    |
                | 2024-05-06  | 2024-05-07  | accepted |        |          |
                | 2024-05-06  | 2024-05-07  | accepted | Pursue | No effect |
                | 2024-05-06  | 2024-05-07  | accepted | Pursue | Negative |
                | 2024-05-06  |             | accepted | Pursue | Major    |
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
                "without_effect": 1 + 1,
                "groups_mapped": 1,
                "groups_newly_mapped": 0,
                "groups_archived": 1,
            },
            edge_case="The day of the assessment decides, not the day of the work. A claim that "
            "was not accepted does not count. Two accepted claims had no effect or a negative one: "
            "they are not disruptions. A disruption with no level and no part of the framework "
            "recorded is in the total. One that was accepted without its day is in no period. A "
            "group archived on the last day is no longer mapped.",
        ),
    ],
)
