"""A metric that reads one of the plan's tables and rests on one of its assumptions."""

from other_force_kpis.objectives import SAFE_HOMES
from other_force_kpis.stop_search import NOT_STATED
from swm_kpi import Direction, Example, Metric, RepeatRate, Unit
from swm_kpi.definitions.assumptions import REPEAT_MONTHS
from swm_kpi.definitions.contracts.crime import RESIDENTIAL_BURGLARY
from swm_kpi.definitions.contracts.crime_party import PERSON_VICTIM, CrimeParty

repeat_burglary_victims = Metric(
    ref="OF3",
    key="repeat_burglary_victims",
    title="Repeat victims of residential burglary",
    objective=SAFE_HOMES,
    summary="Different people who were victims of a residential burglary recorded in the period "
    "and of another recorded on an earlier day in the months before it that the assumption "
    "repeat_months names.",
    measures=[
        RepeatRate(
            key="repeat_victims",
            of=CrimeParty,
            at=CrimeParty.recorded_at,
            where=PERSON_VICTIM & (CrimeParty.offence_subgroup == RESIDENTIAL_BURGLARY),
            who=CrimeParty.person_id,
            lookback=REPEAT_MONTHS,
            as_count=True,
            unit=Unit.VICTIMS,
        ),
    ],
    direction=Direction.LOWER_IS_BETTER,
    availability=NOT_STATED,
    limitations="Not repeat burglaries: a person burgled four times is one repeat victim.",
    examples=[
        Example(
            rows="""
            | person_id | role   | victim_type | recorded_at | offence_subgroup     | status   |
            | A         | victim | person      | 2023-05-06  | Residential burglary | recorded |
            | A         | victim | person      | 2024-05-06  | Residential burglary | recorded |
            | B         | victim | person      | 2023-05-06  | Vehicle offences     | recorded |
            | B         | victim | person      | 2024-05-06  | Residential burglary | recorded |
            """,
            expect={"repeat_victims": 1},
            edge_case="B's earlier crime was no burglary.",
        ),
    ],
)
