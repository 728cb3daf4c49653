"""Refs 37 and 38: repeat suspects, offenders and victims."""

from typing import Any

from swm_kpi import (
    Direction,
    Example,
    Measure,
    Metric,
    Unit,
)

from ...contracts.crime import (
    FLAG_CAVEAT,
    OFFENCE_SUBGROUP,
    OTHER_SEXUAL_OFFENCES,
    PAST_FIGURES_CAVEAT,
    RECORDING_CAVEAT,
    VICTIM_CHILD_OR_ADULT,
    VICTIM_SEX,
    counting_rules_of_2023,
    domestic_abuse_flag_began,
    online_safety_act_offences,
)
from ...contracts.crime_party import (
    DEALT_WITH,
    EARLIER_CRIME_CAVEAT,
    INCIDENTS_CAVEAT,
    IS_DEALT_WITH,
    IS_NAMED_SUSPECT,
    IS_PERSON_VICTIM,
    MATCHING_CAVEAT,
    NAMED_SUSPECT,
    RECORDING_DAY_CAVEAT,
    SAME_DAY_CAVEAT,
    SEXUAL_OFFENCE,
    SEXUAL_VIOLENCE,
    CrimeParty,
)
from ...measures import repeat_people
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE

_SUSPECT_CAVEAT = (
    "A suspect is a person named as having done it, who may not have. An offender was charged, "
    "cautioned or dealt with in another way. A charge is not a conviction."
)
_NOBODY_NAMED_CAVEAT = (
    "A crime in which nobody was named is left out of both parts, so a force that names more "
    "suspects finds more repeats."
)
_OFFENDERS_NOTE = (
    "The latest periods show too few offenders: a crime is often recorded long before anyone is "
    "dealt with for it."
)
_HISTORY_CAVEAT = (
    "The data must include the 12 months before the period. Without them the number is too low and "
    "is marked."
)

_DOMESTIC_ABUSE = {
    "suspects": NAMED_SUSPECT & CrimeParty.is_da,
    "offenders": DEALT_WITH & CrimeParty.is_da,
}
_SEXUAL_VIOLENCE = {
    "victims": SEXUAL_VIOLENCE & IS_PERSON_VICTIM,
    "suspects": SEXUAL_VIOLENCE & IS_NAMED_SUSPECT,
    "offenders": SEXUAL_VIOLENCE & IS_DEALT_WITH,
}


def _repeats(role: str, where: Any) -> tuple[Measure, ...]:
    """Return the number of repeat people in a role, and their share of all people in that role."""
    return repeat_people(
        f"repeat_{role}",
        f"repeat_share_of_{role}",
        f"Repeat {role}",
        where,
        unit=Unit.VICTIMS if role == "victims" else Unit.PEOPLE,
        note=_OFFENDERS_NOTE if role == "offenders" else "",
    )


repeat_domestic_abuse_offenders = Metric(
    ref="37",
    key="repeat_domestic_abuse_offenders",
    version=3,
    title="Repeat DA offenders (volume / rate)",
    objective=SECURE,
    summary="People named as suspects in a domestic abuse (DA) crime recorded in the period and in "
    "another recorded on an earlier day in the 12 months before it, and their share of the people "
    "who were suspects in the period. The same for offenders: suspects who were dealt with. Counts "
    "each person once.",
    measures=[
        measure for role, where in _DOMESTIC_ABUSE.items() for measure in _repeats(role, where)
    ],
    dimensions=[OFFENCE_SUBGROUP, LPA, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[],
    limitations="Not serial perpetrators, who abuse two or more different victims. Here the "
    "earlier crime may be against the same victim or another. Not reoffending, which follows "
    "people from a conviction.",
    caveats=[
        "There is no national definition. The plan says offenders. A person named in a domestic "
        "abuse crime may never be dealt with, so suspects are shown too.",
        _SUSPECT_CAVEAT,
        _NOBODY_NAMED_CAVEAT,
        _HISTORY_CAVEAT,
        INCIDENTS_CAVEAT,
        "Offenders are always of recorded crimes: nobody is dealt with for an incident.",
        SAME_DAY_CAVEAT,
        RECORDING_DAY_CAVEAT,
        EARLIER_CRIME_CAVEAT,
        MATCHING_CAVEAT,
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[
        domestic_abuse_flag_began(),
        counting_rules_of_2023(),
    ],
    examples=[
        Example(
            rows="""
            | person_id | role     | recorded_at      | is_da | status   |
            | A         | suspect  | 2024-01-06 12:00 | yes   | recorded |
            | A         | suspect  | 2024-05-06 12:00 | yes   | recorded |
            | B         | offender | 2024-04-06 12:00 | yes   | recorded |
            | B         | offender | 2024-06-06 12:00 | yes   | recorded |
            | C         | suspect  | 2024-05-06 12:00 | yes   | recorded |
            | D         | offender | 2024-05-06 12:00 | yes   | recorded |
            """,
            expect={
                "repeat_suspects": 1 + 1,
                "repeat_share_of_suspects": (1 + 1) / (1 + 1 + 1 + 1),
                "repeat_offenders": 1,
                "repeat_share_of_offenders": 1 / (1 + 1),
            },
            description="An offender is also a suspect, with or without a row for each role. A's "
            "earlier crime was before the quarter.",
        ),
        Example(
            rows="""
            | person_id | role     | victim_type | recorded_at      | is_da | status    |
            | A         | suspect  |             | 2023-04-20 12:00 | yes   | recorded  |
            | A         | suspect  |             | 2024-05-20 12:00 | yes   | recorded  |
            | B         | suspect  |             | 2024-05-06 12:00 | yes   | recorded  |
            | B         | offender |             | 2024-05-06 12:00 | yes   | recorded  |
            | B         | offender |             | 2024-05-06 18:00 | yes   | recorded  |
            | C         | victim   | person      | 2024-04-06 12:00 | yes   | recorded  |
            | C         | suspect  |             | 2024-05-06 12:00 | yes   | recorded  |
            | D         | suspect  |             | 2024-04-06 12:00 | no    | recorded  |
            | D         | suspect  |             | 2024-05-06 12:00 | yes   | recorded  |
            | E         | suspect  |             | 2024-04-06 12:00 | yes   | cancelled |
            | E         | suspect  |             | 2024-05-06 12:00 | yes   | recorded  |
            | F         | suspect  |             | 2024-04-06 12:00 | yes   | recorded  |
            | F         | offender |             | 2024-05-06 12:00 | yes   | recorded  |
            | G         | suspect  |             | 2024-04-06 12:00 | yes   | incident  |
            | G         | suspect  |             | 2024-05-06 12:00 | yes   | recorded  |
            |           | suspect  |             | 2024-04-06 12:00 | yes   | recorded  |
            |           | suspect  |             | 2024-05-06 12:00 | yes   | recorded  |
            """,
            expect={
                "repeat_suspects": 1,
                "repeat_share_of_suspects": 1 / (1 + 1 + 1 + 1 + 1 + 1 + 1),
                "repeat_offenders": 0,
                "repeat_share_of_offenders": 0 / (1 + 1),
            },
            edge_case="Only F is a repeat suspect. F was dealt with once, so is not a repeat "
            "offender. Why the others do not count: the earlier crime was thirteen months before; "
            "both crimes were recorded on one day; the person was a victim before; the earlier "
            "crime was not domestic abuse; the earlier crime was cancelled; the earlier event was "
            "an incident in which no crime was recorded; nobody was named.",
        ),
    ],
)

repeat_sexual_violence = Metric(
    ref="38",
    key="repeat_sexual_violence",
    version=3,
    title="Repeat sexual violence victims and offenders (volume / rate)",
    objective=SECURE,
    summary="People who were victims of a rape or other sexual offence recorded in the period and "
    "of another recorded on an earlier day in the 12 months before it, and their share of the "
    "people who were such victims in the period. The same for people named as suspects, and for "
    "suspects who were dealt with. Counts each person once.",
    measures=[
        measure for role, where in _SEXUAL_VIOLENCE.items() for measure in _repeats(role, where)
    ],
    dimensions=[SEXUAL_OFFENCE, VICTIM_CHILD_OR_ADULT, VICTIM_SEX, LPA, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[],
    limitations="Counts people, not offences. Several offences recorded on one day, against one "
    "victim or by one suspect, are one event. An earlier crime of another kind does not count as a "
    "repeat.",
    caveats=[
        "There is no national definition. The total counts rape and other sexual offences "
        "together, so one may follow the other. The breakdown by type of sexual offence separates "
        "them by the crime of the period; the earlier crime may be of either type.",
        "Age and sex are those of victims. Suspects and offenders are Unknown in those breakdowns.",
        "A person with a rape and another sexual offence in the period is in both types, so the "
        "two can add up to more than the total.",
        "Numbers for one area and quarter can be very small.",
        "Victims often report several offences from long ago. Those recorded on one day are not a "
        "repeat. Those recorded on different days are, although nobody may have been harmed again.",
        _SUSPECT_CAVEAT,
        _NOBODY_NAMED_CAVEAT,
        _HISTORY_CAVEAT,
        "Only recorded crimes count. A report of rape in which no crime was recorded makes no "
        "repeat.",
        SAME_DAY_CAVEAT,
        RECORDING_DAY_CAVEAT,
        EARLIER_CRIME_CAVEAT,
        MATCHING_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[online_safety_act_offences(members={"sexual_offence": (OTHER_SEXUAL_OFFENCES,)})],
    examples=[
        Example(
            rows="""
            | person_id | role     | victim_type | recorded_at | offence_subgroup      | status   |
            | A         | victim   | person      | 2023-11-06  | Other sexual offences | recorded |
            | A         | victim   | person      | 2024-05-06  | Rape offences         | recorded |
            | B         | victim   | person      | 2024-05-06  | Rape offences         | recorded |
            | C         | suspect  |             | 2024-04-06  | Other sexual offences | recorded |
            | C         | suspect  |             | 2024-05-06  | Other sexual offences | recorded |
            | D         | offender |             | 2024-03-06  | Rape offences         | recorded |
            | D         | offender |             | 2024-05-06  | Rape offences         | recorded |
            | E         | suspect  |             | 2024-05-06  | Rape offences         | recorded |
            """,
            expect={
                "repeat_victims": 1,
                "repeat_share_of_victims": 1 / (1 + 1),
                "repeat_suspects": 1 + 1,
                "repeat_share_of_suspects": (1 + 1) / (1 + 1 + 1),
                "repeat_offenders": 1,
                "repeat_share_of_offenders": 1 / 1,
            },
            description="An earlier other sexual offence followed by a rape is a repeat.",
        ),
        Example(
            rows="""
            | person_id | role     | victim_type | recorded_at | offence_subgroup     | status    |
            | A         | victim   | person      | 2024-05-06  | Rape offences        | recorded  |
            | A         | victim   | person      | 2024-05-06  | Rape offences        | recorded  |
            | B         | victim   | person      | 2024-04-06  | Violence with injury | recorded  |
            | B         | victim   | person      | 2024-05-06  | Rape offences        | recorded  |
            | C         | victim   | person      | 2023-04-06  | Rape offences        | recorded  |
            | C         | victim   | person      | 2024-05-06  | Rape offences        | recorded  |
            | D         | suspect  |             | 2024-04-06  | Rape offences        | cancelled |
            | D         | offender |             | 2024-05-06  | Rape offences        | recorded  |
            | E         | suspect  |             | 2024-04-06  | Rape offences        | recorded  |
            | E         | offender |             | 2024-05-06  | Rape offences        | recorded  |
            | F         | victim   | state       | 2024-04-06  | Other sexual offences | recorded |
            | F         | victim   | state       | 2024-05-06  | Other sexual offences | recorded |
            """,
            expect={
                "repeat_victims": 0,
                "repeat_share_of_victims": 0 / (1 + 1 + 1),
                "repeat_suspects": 1,
                "repeat_share_of_suspects": 1 / (1 + 1),
                "repeat_offenders": 0,
                "repeat_share_of_offenders": 0 / (1 + 1),
            },
            edge_case="None of these is a repeat victim: two crimes recorded on one day, an "
            "earlier assault, and a rape recorded thirteen months before. E was dealt with once, "
            "so is a repeat suspect but not a repeat offender. A victim that is not a person does "
            "not count.",
        ),
    ],
)
