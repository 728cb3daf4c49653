"""Ref 8, repeat victims; and ref 36, the domestic abuse part of ref 8."""

from swm_kpi import Direction, Example, Metric, MetricAlias, Unit

from ...contracts.crime import (
    FLAG_CAVEAT,
    OFFENCE_SUBGROUP,
    PAST_FIGURES_CAVEAT,
    RECORDING_CAVEAT,
)
from ...contracts.crime_party import (
    CRIMES_ONLY_CAVEAT,
    EARLIER_CRIME_CAVEAT,
    MATCHING_CAVEAT,
    PERSON_VICTIM,
    RECORDING_DAY_CAVEAT,
    SAME_DAY_CAVEAT,
    CrimeParty,
)
from ...measures import repeat_people
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import LPA
from ...plan.objectives import SECURE, VICTIMS

_DA_VICTIM = PERSON_VICTIM & CrimeParty.is_da

repeat_victimisation = Metric(
    ref="8",
    key="repeat_victimisation",
    version=2,
    title="Volume / rate of repeat victimisation (inc. DA repeat victims)",
    objective=VICTIMS,
    summary="People who were victims of a crime recorded in the period and of another recorded on "
    "an earlier day in the 12 months before it, and their share of the people who were victims in "
    "the period. Shown for all crime and for domestic abuse (DA). Counts each person once.",
    measures=[
        *repeat_people(
            "repeat_victims", "repeat_share", "Repeat victims", PERSON_VICTIM, unit=Unit.VICTIMS
        ),
        *repeat_people(
            "da_repeat_victims",
            "da_repeat_share",
            "Domestic abuse: repeat victims",
            _DA_VICTIM,
            unit=Unit.VICTIMS,
            note="Both the crime of the period and the earlier one were flagged as domestic abuse.",
        ),
    ],
    dimensions=[LPA, OFFENCE_SUBGROUP],
    direction=Direction.LOWER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[],
    limitations="Counts people, not crimes: a victim of four crimes is one repeat victim. The "
    "share of crimes against repeat victims is a different number. A repeat case at a multi-agency "
    "risk assessment conference follows a different rule.",
    caveats=[
        "The Home Office Counting Rules do not define a repeat victim.",
        "Businesses, the state and other bodies are not people and are left out.",
        "By type of crime, the type is that of the crime in the period. The earlier crime may be "
        "of any type.",
        "The data must include the 12 months before the period. Without them the number is too low "
        "and is marked.",
        "A fall may mean that fewer people report again, not that fewer are harmed again.",
        CRIMES_ONLY_CAVEAT,
        SAME_DAY_CAVEAT,
        RECORDING_DAY_CAVEAT,
        EARLIER_CRIME_CAVEAT,
        MATCHING_CAVEAT,
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
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
            "repeat.",
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
    ],
)

repeat_domestic_abuse_victims = MetricAlias(
    ref="36",
    key="repeat_domestic_abuse_victims",
    title="DA repeat victims (volume / rate)",
    objective=SECURE,
    of="8",
    only=["da_repeat_victims", "da_repeat_share"],
    summary="The same as the domestic abuse (DA) part of ref 8, repeat victimisation.",
    availability=COLOUR_LOST,
)
