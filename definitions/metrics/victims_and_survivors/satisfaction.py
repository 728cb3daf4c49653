"""Ref 3, victim satisfaction."""

from swm_kpi import (
    Assumption,
    Count,
    Direction,
    Evidence,
    Example,
    Measure,
    Metric,
    SurveyProportion,
)

from ...contracts.survey import (
    DA_VICTIM_SURVEY,
    SATISFIED,
    SURVEY_CRIME_TYPE,
    VICTIM_SURVEY,
    WHOLE_EXPERIENCE,
    SurveyAnswer,
)
from ...plan.availability import published_once
from ...plan.dimensions import LPA
from ...plan.objectives import VICTIMS

SATISFIED_ANSWERS = Assumption(
    "satisfied_answers",
    SATISFIED,
    since="2021-04-01",
    because="Satisfied is taken as completely, very or fairly. That the force's survey draws the "
    "line there is unverified.",
)

NO_SATISFACTION_ANSWERS = Assumption(
    "no_satisfaction_answers",
    ("don't know", "refused", "not applicable"),
    since="2021-04-01",
    because="These are no answer about satisfaction and are left out of both parts. 'Neither' is "
    "an answer, and is not satisfied. Our unverified working choice.",
)

LEAST_VICTIM_ANSWERS = Assumption(
    "least_victim_answers",
    30,
    since="2021-04-01",
    because="A share based on fewer answers is marked as having low reliability. Our unverified "
    "working choice: the plan gives no number.",
)

valid = ~SurveyAnswer.answer.is_in(NO_SATISFACTION_ANSWERS)

_STAGES = (
    ("contact", "ease of contact", "with the ease of contact"),
    ("action", "actions taken", "with the actions taken"),
    ("follow_up", "being kept informed", "with being kept informed"),
    ("treatment", "treatment", "with how they were treated"),
)


def _measures(survey: str, whom: str, prefix: str = "") -> list[Measure]:
    """Return the measures of one survey.

    Args:
        survey: which survey.
        whom: its respondents in words, at the start of a label.
        prefix: the start of each key.
    """
    in_survey = SurveyAnswer.survey == survey
    return [
        *(
            SurveyProportion(
                key=f"{prefix}satisfied{key}",
                label=f"{whom} satisfied {words}",
                of=SurveyAnswer,
                at=SurveyAnswer.interviewed_on,
                where=in_survey & (SurveyAnswer.item == item),
                valid=valid,
                favourable=SurveyAnswer.answer.is_in(SATISFIED_ANSWERS),
                weight=SurveyAnswer.weight,
                min_answers=LEAST_VICTIM_ANSWERS,
            )
            for key, item, words in (
                ("", WHOLE_EXPERIENCE, "with the whole experience"),
                *((f"_{key}", item, words) for key, item, words in _STAGES),
            )
        ),
        Count(
            key=f"{prefix}answers",
            label=f"{whom}: answers about the whole experience",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=in_survey & (SurveyAnswer.item == WHOLE_EXPERIENCE) & valid,
            direction=Direction.NEUTRAL,
            note="Unweighted, and without those who did not know or refused.",
        ),
    ]


victim_satisfaction = Metric(
    ref="3",
    key="victim_satisfaction",
    title="Victim satisfaction by crime type (inc. Domestic Abuse (DA))",
    objective=VICTIMS,
    summary="Of the victims interviewed in the period who gave an answer, the weighted share who "
    "were completely, very or fairly satisfied with the whole experience, and with each stage of "
    "it. Victims of domestic abuse, who have a survey of their own, are separate.",
    measures=[
        *_measures(VICTIM_SURVEY, "Victims other than of domestic abuse"),
        *_measures(DA_VICTIM_SURVEY, "Victims of domestic abuse", prefix="da_"),
    ],
    dimensions=[SURVEY_CRIME_TYPE, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
            "pcc-champions-the-concerns-of-victims-following-police-performance-report; Ross "
            "Gazette, article 561739",
            finding="Victim satisfaction by type of crime, against aspirational targets, is quoted "
            "from April 2021 on.",
            date="2022, by context: the year is not printed",
        )
    ),
    standards=[
        "Home Office Annual Data Requirement: user satisfaction, no longer a mandatory core set "
        "since 2018 (unverified)",
        "Home Office domestic abuse victim survey, from 2017 (unverified)",
    ],
    limitations="Not all victims: only those asked who answered, weighted to stand for the rest. "
    "The two surveys are never pooled: domestic abuse victims are chosen and asked another way, "
    "after a check that it is safe.",
    caveats=[
        "The period is that of the interview, which is some 6 to 12 weeks after the report.",
        "A quarter holds few answers for one type of crime: read rolling 12 months.",
        "Victims who answer may differ from those who do not, and weights only correct part of it. "
        "How the survey's weights are made is not known to us.",
        "Which answers are satisfied, and which are no answer, are assumptions.",
        "Satisfaction with the whole experience is its own question, and not the mean of the "
        "stages.",
    ],
    examples=[
        Example(
            rows="""
    | survey                | interviewed_on | item                | answer               | weight |
    | victim                | 2024-04-01     | whole experience    | very satisfied       | 1.0    |
    | victim                | 2024-05-06     | whole experience    | fairly satisfied     | 2.0    |
    | victim                | 2024-06-30     | whole experience    | very dissatisfied    | 1.0    |
    | victim                | 2024-04-01     | ease of contact     | completely satisfied | 1.0    |
    | victim                | 2024-04-01     | actions taken       | fairly dissatisfied  | 1.0    |
    | victim                | 2024-04-01     | being kept informed | very dissatisfied    | 1.0    |
    | victim                | 2024-05-06     | being kept informed | fairly satisfied     | 2.0    |
    | victim                | 2024-04-01     | treatment           | very satisfied       | 1.0    |
    | domestic abuse victim | 2024-05-06     | whole experience    | fairly dissatisfied  | 1.0    |
    | domestic abuse victim | 2024-05-06     | whole experience    | very satisfied       | 1.0    |
    | domestic abuse victim | 2024-05-06     | ease of contact     | very satisfied       | 1.0    |
    | domestic abuse victim | 2024-05-06     | actions taken       | very dissatisfied    | 1.0    |
    | domestic abuse victim | 2024-05-06     | being kept informed | very dissatisfied    | 1.0    |
    | domestic abuse victim | 2024-05-06     | treatment           | fairly satisfied     | 1.0    |
            """,
            expect={
                "satisfied": (1 + 2) / (1 + 2 + 1),
                "satisfied_contact": 1 / 1,
                "satisfied_action": 0 / 1,
                "satisfied_follow_up": 2 / (1 + 2),
                "satisfied_treatment": 1 / 1,
                "answers": 3,
                "da_satisfied": 1 / (1 + 1),
                "da_satisfied_contact": 1 / 1,
                "da_satisfied_action": 0 / 1,
                "da_satisfied_follow_up": 0 / 1,
                "da_satisfied_treatment": 1 / 1,
                "da_answers": 2,
            },
            description="The fairly satisfied victim stands for two, so three of four are "
            "satisfied, and not two of three.",
        ),
        Example(
            rows="""
        | survey                | interviewed_on | item             | answer            | weight |
        | victim                | 2024-05-06     | whole experience | very satisfied    | 1.0    |
        | victim                | 2024-05-06     | whole experience | neither           | 1.0    |
        | victim                | 2024-05-06     | whole experience | don't know        | 1.0    |
        | victim                | 2024-05-06     | whole experience | refused           | 1.0    |
        | victim                | 2024-05-06     | treatment        | very satisfied    | 1.0    |
        | victim                | 2024-07-01     | whole experience | very satisfied    | 1.0    |
        | domestic abuse victim | 2024-05-06     | whole experience | very dissatisfied | 1.0    |
        | domestic abuse victim | 2024-05-06     | whole experience | not applicable    | 1.0    |
        | perceptions           | 2024-05-06     | whole experience | very satisfied    | 1.0    |
            """,
            expect={
                "satisfied": 1 / (1 + 1),
                "answers": 1 + 1,
                "da_satisfied": 0 / 1,
                "da_answers": 1,
            },
            edge_case="Don't know and refused are in neither part; 'neither' is an answer. The "
            "answer about treatment is not one about the whole experience, and pooling the two "
            "surveys would make the share one of three.",
        ),
    ],
)
