"""Refs 8 and 36: repeat victims, of all crime and of domestic abuse."""

from swm_kpi import Direction, Example, Metric, Unit

from ...contracts.crime import (
    FLAG_CAVEAT,
    OFFENCE_SUBGROUP,
    PAST_FIGURES_CAVEAT,
    RECORDING_CAVEAT,
    VICTIM_AGE_GROUP,
    VICTIM_SEX,
    counting_rules_of_2023,
    domestic_abuse_flag_began,
)
from ...contracts.crime_party import (
    EARLIER_CRIME_CAVEAT,
    INCIDENTS_CAVEAT,
    MATCHING_CAVEAT,
    PERSON_VICTIM,
    RECORDING_DAY_CAVEAT,
    SAME_DAY_CAVEAT,
    CrimeParty,
)
from ...measures import repeat_people
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE, VICTIMS

_DOMESTIC_ABUSE = repeat_people(
    "da_repeat_victims",
    "da_repeat_share",
    "Domestic abuse: repeat victims",
    PERSON_VICTIM & CrimeParty.is_da,
    unit=Unit.VICTIMS,
    note="Both the crime of the period and the earlier one were flagged as domestic abuse.",
)
_DOMESTIC_ABUSE_KEYS = tuple(measure.key for measure in _DOMESTIC_ABUSE)
_BREAKS = [
    domestic_abuse_flag_began(*_DOMESTIC_ABUSE_KEYS),
    counting_rules_of_2023(*_DOMESTIC_ABUSE_KEYS),
]
_HISTORY_CAVEAT = (
    "The data must include the 12 months before the period. Without them the number is too low and "
    "is marked."
)
_REPORTING_CAVEAT = (
    "A fall may mean that fewer people report again, not that fewer are harmed again."
)
_CONFERENCE = "A repeat case at a multi-agency risk assessment conference follows a different rule."

repeat_victimisation = Metric(
    ref="8",
    key="repeat_victimisation",
    version=3,
    title="Volume / rate of repeat victimisation (inc. DA repeat victims)",
    objective=VICTIMS,
    summary="People who were victims of a crime recorded in the period and of another recorded on "
    "an earlier day in the 12 months before it, and their share of the people who were victims in "
    "the period. Shown for all crime and for domestic abuse (DA). Counts each person once.",
    measures=[
        *repeat_people(
            "repeat_victims", "repeat_share", "Repeat victims", PERSON_VICTIM, unit=Unit.VICTIMS
        ),
        *_DOMESTIC_ABUSE,
    ],
    dimensions=[OFFENCE_SUBGROUP, VICTIM_SEX, VICTIM_AGE_GROUP, LPA, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[],
    limitations="Counts people, not crimes: a victim of four crimes is one repeat victim. The "
    f"share of crimes against repeat victims is a different number. {_CONFERENCE}",
    caveats=[
        "The Home Office Counting Rules do not define a repeat victim.",
        "Businesses, the state and other bodies are not people and are left out.",
        "By type of crime, the type is that of the crime in the period. The earlier crime may be "
        "of any type.",
        _HISTORY_CAVEAT,
        _REPORTING_CAVEAT,
        INCIDENTS_CAVEAT,
        SAME_DAY_CAVEAT,
        RECORDING_DAY_CAVEAT,
        EARLIER_CRIME_CAVEAT,
        MATCHING_CAVEAT,
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=_BREAKS,
    examples=[
        Example(
            rows="""
            | person_id | role   | victim_type | recorded_at      | is_da | status   |
            | A         | victim | person      | 2023-05-06 09:00 | no    | recorded |
            | A         | victim | person      | 2024-05-06 12:00 | no    | recorded |
            | B         | victim | person      | 2024-04-01 12:00 | yes   | recorded |
            | B         | victim | person      | 2024-06-30 12:00 | yes   | recorded |
            | C         | victim | person      | 2024-02-06 12:00 | no    | recorded |
            | C         | victim | person      | 2024-05-07 12:00 | yes   | recorded |
            | D         | victim | person      | 2024-05-08 12:00 | yes   | recorded |
            """,
            expect={
                "repeat_victims": 1 + 1 + 1,
                "repeat_share": (1 + 1 + 1) / (1 + 1 + 1 + 1),
                "da_repeat_victims": 1,
                "da_repeat_share": 1 / (1 + 1 + 1),
            },
            description="A was a victim on the same day in the year before, which is within the 12 "
            "months. C was a victim in the quarter before: the earlier crime may be outside the "
            "period. C's earlier crime was not domestic abuse, so C is a repeat victim of crime "
            "but not of domestic abuse.",
        ),
        Example(
            rows="""
            | person_id | role    | victim_type | recorded_at      | is_da | status    |
            | A         | victim  | person      | 2023-04-20 12:00 | yes   | recorded  |
            | A         | victim  | person      | 2024-05-20 12:00 | yes   | recorded  |
            | B         | victim  | person      | 2024-05-06 09:00 | yes   | recorded  |
            | B         | victim  | person      | 2024-05-06 23:00 | yes   | recorded  |
            | C         | victim  | business    | 2024-04-06 12:00 | no    | recorded  |
            | C         | victim  | business    | 2024-05-06 12:00 | no    | recorded  |
            | D         | suspect |             | 2024-04-06 12:00 | yes   | recorded  |
            | D         | victim  | person      | 2024-05-06 12:00 | yes   | recorded  |
            | E         | victim  | person      | 2024-04-06 12:00 | yes   | cancelled |
            | E         | victim  | person      | 2024-05-06 12:00 | yes   | recorded  |
            |           | victim  | person      | 2024-04-06 12:00 | yes   | recorded  |
            |           | victim  | person      | 2024-05-06 12:00 | yes   | recorded  |
            | F         | victim  | person      | 2024-06-06 12:00 | yes   | recorded  |
            | F         | victim  | person      | 2024-07-06 12:00 | yes   | recorded  |
            | G         | victim  |             | 2024-04-06 12:00 | yes   | recorded  |
            | G         | victim  |             | 2024-05-06 12:00 | yes   | recorded  |
            """,
            expect={
                "repeat_victims": 0,
                "repeat_share": 0 / (1 + 1 + 1 + 1 + 1),
                "da_repeat_victims": 0,
                "da_repeat_share": 0 / (1 + 1 + 1 + 1 + 1),
            },
            edge_case="Why these do not count: thirteen months before is too long ago; two crimes "
            "recorded on one day are one event; a business is not a person; a suspect is not a "
            "victim; a cancelled crime does not count; two victims with no name are not treated as "
            "the same person; a crime after the quarter does not make a crime in the quarter a "
            "repeat; it is not recorded whether G is a person.",
        ),
        Example(
            rows="""
            | person_id | role   | victim_type | recorded_at      | is_da | status   |
            | A         | victim | person      | 2024-04-06 12:00 | yes   | recorded |
            | A         | victim | person      | 2024-05-06 12:00 | yes   | recorded |
            | A         | victim | person      | 2024-06-06 12:00 |       | recorded |
            | B         | victim | person      | 2024-05-06 12:00 | no    | recorded |
            | B         | victim | person      | 2024-06-06 12:00 | yes   | recorded |
            """,
            expect={
                "repeat_victims": 1 + 1,
                "repeat_share": (1 + 1) / (1 + 1),
                "da_repeat_victims": 1,
                "da_repeat_share": 1 / (1 + 1),
            },
            edge_case="Counts people, not crimes: three crimes against one person are one repeat "
            "victim. B's earlier crime was not domestic abuse.",
        ),
        Example(
            rows="""
            | person_id | role   | victim_type | recorded_at      | is_da | status   |
            | A         | victim | person      | 2024-04-06 12:00 | yes   | incident |
            | A         | victim | person      | 2024-05-06 12:00 | yes   | recorded |
            | B         | victim | person      | 2024-04-06 12:00 | no    | incident |
            | B         | victim | person      | 2024-05-06 12:00 | no    | incident |
            """,
            expect={
                "repeat_victims": 0,
                "repeat_share": 0 / 1,
                "da_repeat_victims": 0,
                "da_repeat_share": 0 / 1,
            },
            edge_case="Incidents in which no crime was recorded make no repeat, unless the "
            "assumption repeat_statuses is changed: then A and B would both be repeat victims.",
        ),
    ],
)

repeat_domestic_abuse_victims = Metric(
    ref="36",
    key="repeat_domestic_abuse_victims",
    title="DA repeat victims (volume / rate)",
    objective=SECURE,
    summary="People who were victims of a domestic abuse (DA) crime recorded in the period and of "
    "another domestic abuse crime recorded on an earlier day in the 12 months before it, and their "
    "share of the people who were victims of domestic abuse in the period. Counts each person "
    "once.",
    measures=[*_DOMESTIC_ABUSE],
    dimensions=[OFFENCE_SUBGROUP, VICTIM_SEX, VICTIM_AGE_GROUP, LPA, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[],
    limitations="Counts people, not crimes. The earlier crime may be by the same suspect or by "
    "another, so this does not count repeat offending in one relationship (ref 37 counts the "
    f"suspects). {_CONFERENCE}",
    caveats=[
        "Ref 8 shows the same two numbers beside those for all crime.",
        "There is no national definition of a repeat victim.",
        "By type of crime, the type is that of the crime in the period. The earlier crime may be "
        "of any type that was flagged as domestic abuse.",
        "Victims who report domestic abuse again may trust the police more. A rise is not always "
        "worse, and a fall may mean that fewer people report again.",
        _HISTORY_CAVEAT,
        INCIDENTS_CAVEAT,
        SAME_DAY_CAVEAT,
        RECORDING_DAY_CAVEAT,
        EARLIER_CRIME_CAVEAT,
        MATCHING_CAVEAT,
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=_BREAKS,
    examples=[
        Example(
            rows="""
            | person_id | role   | victim_type | recorded_at      | is_da | status   |
            | A         | victim | person      | 2023-05-06 09:00 | yes   | recorded |
            | A         | victim | person      | 2024-05-06 12:00 | yes   | recorded |
            | B         | victim | person      | 2024-04-01 12:00 | yes   | recorded |
            | B         | victim | person      | 2024-05-01 12:00 | yes   | recorded |
            | B         | victim | person      | 2024-06-30 12:00 | yes   | recorded |
            | C         | victim | person      | 2024-05-08 12:00 | yes   | recorded |
            """,
            expect={
                "da_repeat_victims": 1 + 1,
                "da_repeat_share": (1 + 1) / (1 + 1 + 1),
            },
            description="A's earlier crime was on the same day in the year before, which is within "
            "the 12 months. B was a victim three times and is one repeat victim.",
        ),
        Example(
            rows="""
            | person_id | role    | victim_type | recorded_at      | is_da | status    |
            | A         | victim  | person      | 2024-04-06 12:00 | no    | recorded  |
            | A         | victim  | person      | 2024-05-06 12:00 | yes   | recorded  |
            | B         | victim  | person      | 2024-05-06 09:00 | yes   | recorded  |
            | B         | victim  | person      | 2024-05-06 23:00 | yes   | recorded  |
            | C         | suspect |             | 2024-04-06 12:00 | yes   | recorded  |
            | C         | victim  | person      | 2024-05-06 12:00 | yes   | recorded  |
            | D         | victim  | person      | 2024-04-06 12:00 | yes   | incident  |
            | D         | victim  | person      | 2024-05-06 12:00 | yes   | recorded  |
            | E         | victim  | person      | 2024-04-06 12:00 | yes   | cancelled |
            | E         | victim  | person      | 2024-05-06 12:00 | yes   | recorded  |
            | F         | victim  | person      | 2024-05-06 12:00 | no    | recorded  |
            """,
            expect={
                "da_repeat_victims": 0,
                "da_repeat_share": 0 / (1 + 1 + 1 + 1 + 1),
            },
            edge_case="None of these is a repeat victim of domestic abuse. The earlier crime was "
            "not domestic abuse (A), was recorded on the same day (B), had the person as its "
            "suspect (C), was only an incident (D) or was cancelled (E). F was not a victim of "
            "domestic abuse, so is in neither part of the share.",
        ),
    ],
)
