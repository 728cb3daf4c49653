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
    SurveyWave,
)
from ...measures import survey_response
from ...plan.availability import published_once
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import VICTIMS

SATISFIED_ANSWERS = Assumption(
    "satisfied_answers",
    SATISFIED,
    since="2021-04-01",
    because="We treat completely, very or fairly satisfied as satisfied. It is unverified that the "
    "force's survey draws the line there.",
)

SATISFACTION_NON_ANSWERS = Assumption(
    "no_satisfaction_answers",
    ("don't know", "refused", "not applicable"),
    since="2021-04-01",
    because="These do not count as answers about satisfaction and are left out of the share. "
    "'Neither' counts as an answer that is not satisfied. Our unverified working choice.",
)

MIN_VICTIM_ANSWERS = Assumption(
    "least_victim_answers",
    30,
    since="2021-04-01",
    because="A share based on fewer answers is marked as having low reliability. Our unverified "
    "working choice: the plan gives no number.",
)

_ANSWERED = ~SurveyAnswer.answer.is_in(SATISFACTION_NON_ANSWERS)

_STAGES = (
    ("contact", "ease of contact", "with the ease of contact"),
    ("action", "actions taken", "with the actions taken"),
    ("follow_up", "being kept informed", "with being kept informed"),
    ("treatment", "treatment", "with how they were treated"),
)


def _survey_measures(survey: str, respondents: str, prefix: str = "") -> list[Measure]:
    """Return the measures of one survey.

    Args:
        survey: which survey.
        respondents: its respondents in words, at the start of a label.
        prefix: the start of each key.
    """
    in_survey = SurveyAnswer.survey == survey
    return [
        *(
            SurveyProportion(
                key=f"{prefix}satisfied{key}",
                label=f"{respondents} satisfied {words}",
                of=SurveyAnswer,
                at=SurveyAnswer.interviewed_on,
                where=in_survey & (SurveyAnswer.item == item),
                valid=_ANSWERED,
                favourable=SurveyAnswer.answer.is_in(SATISFIED_ANSWERS),
                weight=SurveyAnswer.weight,
                min_answers=MIN_VICTIM_ANSWERS,
            )
            for key, item, words in (
                ("", WHOLE_EXPERIENCE, "with the whole experience"),
                *((f"_{key}", item, words) for key, item, words in _STAGES),
            )
        ),
        Count(
            key=f"{prefix}answers",
            label=f"{respondents}: answers about the whole experience",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=in_survey & (SurveyAnswer.item == WHOLE_EXPERIENCE) & _ANSWERED,
            direction=Direction.NEUTRAL,
            note="Unweighted. Leaves out people who did not know or refused, or to whom the "
            "question did not apply.",
        ),
        *survey_response(survey, respondents, prefix, group=SurveyWave.survey_crime_type),
    ]


victim_satisfaction = Metric(
    ref="3",
    key="victim_satisfaction",
    version=3,
    title="Victim satisfaction by crime type (inc. Domestic Abuse (DA))",
    objective=VICTIMS,
    summary="The weighted share of victims who were completely, very or fairly satisfied with the "
    "whole experience and with each stage of it, among victims interviewed in the period who gave "
    "an answer; and the share of the victims invited who took part. Victims of domestic abuse have "
    "their own survey and are shown separately.",
    measures=[
        *_survey_measures(VICTIM_SURVEY, "Victims other than of domestic abuse"),
        *_survey_measures(DA_VICTIM_SURVEY, "Victims of domestic abuse", prefix="da_"),
    ],
    dimensions=[SURVEY_CRIME_TYPE, LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
            "pcc-champions-the-concerns-of-victims-following-police-performance-report; Ross "
            "Gazette, article 561739",
            finding="Quotes victim satisfaction by type of crime, against aspirational targets, "
            "from April 2021 on.",
            date="2022, by context: the year is not printed",
        )
    ),
    standards=[
        "Home Office Annual Data Requirement: user satisfaction, no longer a mandatory core set "
        "since 2018 (unverified)",
        "Home Office domestic abuse victim survey, from 2017 (unverified)",
    ],
    limitations="Covers only victims who were asked and answered, weighted to represent the rest. "
    "The two surveys are never pooled. Our unverified understanding is that victims of domestic "
    "abuse are chosen and asked in a different way, after a check that it is safe.",
    caveats=[
        "The period is when the interview took place, some weeks after the report. Our unverified "
        "understanding is 6 to 12 weeks.",
        "A quarter has few answers for one type of crime. Use a rolling 12 months.",
        "Victims who answer may differ from those who do not, and weights correct only part of "
        "this. We do not know how the survey's weights are made.",
        "The types of crime are the survey's own. Types that are not surveyed, as may be so for "
        "sexual offences, are not there.",
        "Assumptions decide which answers are satisfied and which do not count as answers.",
        "Satisfaction with the whole experience is a separate question, not the mean of the "
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
            description="The fairly satisfied victim represents two people, so three of four are "
            "satisfied, not two of three.",
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
            edge_case="Don't know and refused are left out of the share; 'neither' counts as an "
            "answer. The answer about treatment is not about the whole experience. Pooling the two "
            "surveys would give a share of one in three.",
        ),
        Example(
            rows={
                "survey_wave": """
                | survey                | ended_on   | invited | took_part | survey_crime_type |
                | victim                | 2024-04-30 | 100     | 25        | Burglary          |
                | victim                | 2024-04-30 | 60      | 15        | Robbery           |
                | victim                | 2024-04-30 | 160     | 40        |                   |
                | victim                | 2024-05-31 | 40      | 10        |                   |
                | victim                | 2024-07-31 | 100     | 90        | Burglary          |
                | domestic abuse victim | 2024-06-30 | 50      | 5         | Domestic abuse    |
                | perceptions           | 2024-06-30 | 500     | 400       |                   |
                """
            },
            expect={
                "invited": 100 + 60 + 40,
                "took_part": 25 + 15 + 10,
                "response_rate": (25 + 15 + 10) / (100 + 60 + 40),
                "da_invited": 50,
                "da_took_part": 5,
                "da_response_rate": 5 / 50,
            },
            edge_case="A wave belongs to the period in which it ends. The row for all types of "
            "crime in April repeats the rows of its types, so it does not count; that of May is "
            "the only one of its wave, and counts. Each survey has its own rate. People who took "
            "part without an opinion on the whole experience took part, but gave no answer to it.",
        ),
    ],
)
