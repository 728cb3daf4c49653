"""Ref 68, organisational culture as staff surveys measure it."""

from swm_kpi import (
    Assumption,
    Count,
    Direction,
    Example,
    Frequency,
    Measure,
    Metric,
    SurveyProportion,
    Unit,
)

from ...contracts.survey import (
    LOCAL_STAFF_SURVEY,
    NATIONAL_STAFF_SURVEY,
    SATISFIED,
    SURVEY_ITEM,
    SURVEY_THEME,
    WORKFORCE_GROUP,
    SurveyAnswer,
)
from ...plan.availability import COLOUR_LOST
from ...plan.objectives import REASSURING

FAVOURABLE_STAFF_ANSWERS = Assumption(
    "favourable_staff_answers",
    ("strongly agree", "agree", "yes", *SATISFIED),
    since="2021-04-01",
    because="The better side of each scale. Which surveys the plan means and what they ask were "
    "not found, so this is our unverified working choice.",
)

NO_STAFF_ANSWER = Assumption(
    "no_staff_answer",
    ("don't know", "refused", "not applicable"),
    since="2021-04-01",
    because="These are no answer and are left out of both parts. The middle of a scale is an "
    "answer, and is not favourable. Our unverified working choice.",
)

LEAST_STAFF_ANSWERS = Assumption(
    "least_staff_answers",
    10,
    since="2021-04-01",
    because="Fewer answers could show who in a small team said what, and say little. Our "
    "unverified working choice: they are marked as of low reliability and should be withheld "
    "before publishing.",
)

opinion = ~SurveyAnswer.answer.is_in(NO_STAFF_ANSWER)


def _measures(survey: str, words: str, prefix: str) -> list[Measure]:
    """Return the measures of one survey.

    Args:
        survey: which survey.
        words: the survey in words, at the start of a label.
        prefix: the start of each key.
    """
    in_survey = SurveyAnswer.survey == survey
    return [
        SurveyProportion(
            key=f"{prefix}_favourable",
            label=f"{words}: favourable answers",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=in_survey,
            valid=opinion,
            favourable=SurveyAnswer.answer.is_in(FAVOURABLE_STAFF_ANSWERS),
            weight=SurveyAnswer.weight,
            min_answers=LEAST_STAFF_ANSWERS,
            note="Over all questions together: a share of answers, and not of people. Read it by "
            "theme or question.",
        ),
        Count(
            key=f"{prefix}_respondents",
            label=f"{words}: people who answered",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=in_survey & opinion,
            distinct=SurveyAnswer.respondent_id,
            unit=Unit.PEOPLE,
            direction=Direction.NEUTRAL,
        ),
    ]


organisational_culture = Metric(
    ref="68",
    key="organisational_culture",
    title="Measurement of organisational culture (e.g. local and national staff surveys)",
    objective=REASSURING,
    summary="Of the answers the force's own people gave in a staff survey, the share that are "
    "favourable, and how many people answered, by the day they did. The force's own survey and "
    "national ones are separate.",
    measures=[
        *_measures(LOCAL_STAFF_SURVEY, "Local staff survey", "local"),
        *_measures(NATIONAL_STAFF_SURVEY, "National staff survey", "national"),
    ],
    dimensions=[SURVEY_THEME, SURVEY_ITEM, WORKFORCE_GROUP],
    direction=Direction.HIGHER_IS_BETTER,
    frequency=Frequency.ANNUAL,
    availability=COLOUR_LOST,
    limitations="Not what the public thinks, and not one number for culture: a survey says what "
    "those who answered think, question by question.",
    caveats=[
        "The two surveys ask other questions in other words and are never pooled.",
        "The share of those invited who answered is not given: the table holds only those who did. "
        "Those who do not answer may think otherwise.",
        "Answers were given in confidence. Small teams could be identified, so they are withheld.",
        "Which answers are favourable, and which are no answer, are assumptions. A question put "
        "the wrong way round, where agreeing is bad, is turned before the table is filled.",
        "What is not asked in a survey is not here.",
    ],
    examples=[
        Example(
            rows="""
            | survey         | respondent_id | interviewed_on | answer            | weight |
            | local staff    | a             | 2024-04-01     | agree             | 1.0    |
            | local staff    | a             | 2024-04-01     | strongly agree    | 1.0    |
            | local staff    | b             | 2024-06-30     | disagree          | 1.0    |
            | national staff | c             | 2024-05-06     | strongly disagree | 1.0    |
            """,
            expect={
                "local_favourable": (1 + 1) / (1 + 1 + 1),
                "local_respondents": 1 + 1,
                "national_favourable": 0 / 1,
                "national_respondents": 1,
            },
            description="Two people gave three answers to the local survey.",
        ),
        Example(
            rows="""
            | survey         | respondent_id | interviewed_on | answer         | weight |
            | local staff    | a             | 2024-05-06     | agree          | 1.0    |
            | local staff    | b             | 2024-05-06     | neither        | 1.0    |
            | local staff    | c             | 2024-05-06     | don't know     | 1.0    |
            | national staff | a             | 2024-05-06     | disagree       | 1.0    |
            | perceptions    | d             | 2024-05-06     | strongly agree | 1.0    |
            | local staff    | e             | 2024-07-01     | agree          | 1.0    |
            """,
            expect={
                "local_favourable": 1 / (1 + 1),
                "local_respondents": 1 + 1,
                "national_favourable": 0 / 1,
                "national_respondents": 1,
            },
            edge_case="Don't know is in neither part, and 'neither' is an answer. The national "
            "survey is not added to the local one, and the public's answers are not staff's.",
        ),
    ],
)
