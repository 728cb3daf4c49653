"""Refs 37 and 38: people who are suspects, or victims, again."""

from collections.abc import Iterator

from swm_kpi import (
    Break,
    Direction,
    Example,
    Measure,
    Metric,
    RepeatRate,
    Unit,
)

from ...assumptions import REPEAT_MONTHS
from ...contracts.crime import FLAGGED_BY_PEOPLE, OFFENCE_SUBGROUP, PAST_MOVES, RECORDING_CHANGES
from ...contracts.crime_party import (
    BY_RECORDING,
    CRIMES_ONLY,
    DEALT_WITH,
    EVERYWHERE_BEFORE,
    NAMED_SUSPECT,
    ONE_DAY_IS_ONE,
    PERSON_VICTIM,
    SAME_PERSON,
    SEXUAL_VIOLENCE,
    CrimeParty,
)
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import LPA
from ...plan.objectives import SECURE

_NAMED_NOT_GUILTY = (
    "A suspect is somebody named as having done it, and may not have. An offender was charged, "
    "cautioned or dealt with in another way, which for a charge is not a conviction either."
)
_NO_SUSPECT = (
    "A crime in which nobody was named is in neither part, so a force that names more suspects "
    "finds more repeats."
)
_LATE = (
    "Offenders of the latest periods are too few: a crime is often recorded long before anyone is "
    "dealt with for it."
)
_HISTORY = (
    "The 12 months before the period must be in the data. Without them the number is too low, and "
    "is marked."
)

_ROLES = {"victims": PERSON_VICTIM, "suspects": NAMED_SUSPECT, "offenders": DEALT_WITH}


def _repeats(role: str, *, sexual: bool) -> Iterator[Measure]:
    """Yield how many people of a role came again, and their share of the people of that role."""
    where = _ROLES[role] & (SEXUAL_VIOLENCE if sexual else CrimeParty.is_da)
    note = _LATE if role == "offenders" else ""
    yield RepeatRate(
        key=f"repeat_{role}",
        of=CrimeParty,
        at=CrimeParty.recorded_at,
        where=where,
        who=CrimeParty.person_id,
        lookback=REPEAT_MONTHS,
        as_count=True,
        unit=Unit.VICTIMS if role == "victims" else Unit.PEOPLE,
        note=note,
    )
    yield RepeatRate(
        key=f"repeat_share_of_{role}",
        label=f"Repeat {role} as a share of {role}",
        of=CrimeParty,
        at=CrimeParty.recorded_at,
        where=where,
        who=CrimeParty.person_id,
        lookback=REPEAT_MONTHS,
        note=note,
    )


repeat_domestic_abuse_offenders = Metric(
    ref="37",
    key="repeat_domestic_abuse_offenders",
    title="Repeat DA offenders (volume / rate)",
    objective=SECURE,
    summary="Different people named as suspects of a domestic abuse (DA) crime recorded in the "
    "period and of another recorded on an earlier day in the 12 months before it, and their share "
    "of the people who were suspects in the period; and the same for offenders, those of them who "
    "were dealt with.",
    measures=[
        *_repeats("suspects", sexual=False),
        *_repeats("offenders", sexual=False),
    ],
    dimensions=[LPA, OFFENCE_SUBGROUP],
    direction=Direction.LOWER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[],
    limitations="Not serial perpetrators, who abuse two or more different victims: here the "
    "earlier crime may be against the same victim or another. And not reoffending, which follows "
    "people from a conviction.",
    caveats=[
        "There is no national definition. The plan says offenders; most people named in domestic "
        "abuse crimes are never dealt with, so suspects are given too.",
        _NAMED_NOT_GUILTY,
        _NO_SUSPECT,
        _HISTORY,
        CRIMES_ONLY,
        ONE_DAY_IS_ONE,
        BY_RECORDING,
        EVERYWHERE_BEFORE,
        SAME_PERSON,
        FLAGGED_BY_PEOPLE,
        PAST_MOVES,
        RECORDING_CHANGES,
    ],
    breaks=[Break("2015-04-01", "Forces began to flag domestic abuse in their returns")],
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
            description="An offender was a suspect too, with or without a row for each. A's "
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
            |           | suspect  |             | 2024-04-06 12:00 | yes   | recorded  |
            |           | suspect  |             | 2024-05-06 12:00 | yes   | recorded  |
            """,
            expect={
                "repeat_suspects": 1,
                "repeat_share_of_suspects": 1 / (1 + 1 + 1 + 1 + 1 + 1),
                "repeat_offenders": 0,
                "repeat_share_of_offenders": 0 / (1 + 1),
            },
            edge_case="Only F is a repeat suspect, and was dealt with once, so is no repeat "
            "offender. The others: thirteen months before; two crimes of one day; a victim before; "
            "a crime that was not domestic abuse before; a cancelled crime before; and nobody "
            "named.",
        ),
    ],
)

repeat_sexual_violence = Metric(
    ref="38",
    key="repeat_sexual_violence",
    title="Repeat sexual violence victims and offenders (volume / rate)",
    objective=SECURE,
    summary="Different people who were victims of a rape or other sexual offence recorded in the "
    "period and of another recorded on an earlier day in the 12 months before it, and their share "
    "of the people who were such victims in the period; the same for people named as suspects, and "
    "for those of them who were dealt with.",
    measures=[
        *_repeats("victims", sexual=True),
        *_repeats("suspects", sexual=True),
        *_repeats("offenders", sexual=True),
    ],
    dimensions=[LPA],
    direction=Direction.LOWER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[],
    limitations="Not offences: several offences reported on one day, against one victim or by one "
    "suspect, are one event. An earlier crime of another kind does not make a victim a repeat.",
    caveats=[
        "There is no national definition. Rape and other sexual offences are taken together: one "
        "may follow the other.",
        "The numbers are very small for one area and quarter.",
        "Reports of offences of long ago are often several. Those recorded on one day make no "
        "repeat; those recorded on different days do, though nobody was harmed again.",
        _NAMED_NOT_GUILTY,
        _NO_SUSPECT,
        _HISTORY,
        CRIMES_ONLY,
        ONE_DAY_IS_ONE,
        BY_RECORDING,
        EVERYWHERE_BEFORE,
        SAME_PERSON,
        PAST_MOVES,
        RECORDING_CHANGES,
    ],
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
            description="Another sexual offence followed by a rape is a repeat.",
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
            edge_case="Two reports of one day, an assault before, and a rape recorded thirteen "
            "months before make no repeat victim. E was dealt with once: a repeat suspect, not a "
            "repeat offender. A body is not a person.",
        ),
    ],
)
