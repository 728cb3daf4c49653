"""Ref 68, organisational culture, from staff surveys."""

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
    SurveyWave,
)
from ...contracts.text_reports import ORGANISATIONAL_CULTURE
from ...measures import survey_response, text_report
from ...plan.availability import PLAN_STATEMENT
from ...plan.objectives import REASSURING

FAVOURABLE_STAFF_ANSWERS = Assumption(
    "favourable_staff_answers",
    ("strongly agree", "agree", "yes", *SATISFIED),
    since="2021-04-01",
    because="The better side of each scale. We did not find which surveys the plan means or what "
    "they ask, so this is our unverified working choice.",
)

STAFF_NON_ANSWERS = Assumption(
    "no_staff_answer",
    ("don't know", "refused", "not applicable"),
    since="2021-04-01",
    because="These do not count as answers and are left out of the share. The middle of a scale "
    "counts as an answer that is not favourable. Our unverified working choice.",
)

MIN_STAFF_ANSWERS = Assumption(
    "least_staff_answers",
    10,
    since="2021-04-01",
    because="With fewer answers, a result is unreliable and could reveal what someone in a small "
    "team said. Our unverified working choice: such results are marked as having low reliability "
    "and should be withheld before publishing.",
)

_ANSWERED = ~SurveyAnswer.answer.is_in(STAFF_NON_ANSWERS)


def _survey_measures(survey: str, words: str, prefix: str) -> list[Measure]:
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
            valid=_ANSWERED,
            favourable=SurveyAnswer.answer.is_in(FAVOURABLE_STAFF_ANSWERS),
            weight=SurveyAnswer.weight,
            min_answers=MIN_STAFF_ANSWERS,
            note="A share of answers to all questions together, not of people. Read it by theme or "
            "question.",
        ),
        Count(
            key=f"{prefix}_respondents",
            label=f"{words}: people who answered",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=in_survey & _ANSWERED,
            distinct=SurveyAnswer.respondent_id,
            unit=Unit.PEOPLE,
            direction=Direction.NEUTRAL,
        ),
        *survey_response(survey, words, f"{prefix}_", group=SurveyWave.workforce_group),
    ]


organisational_culture = Metric(
    ref="68",
    key="organisational_culture",
    version=3,
    title="Measurement of organisational culture (e.g. local and national staff surveys)",
    objective=REASSURING,
    summary="The share of favourable answers that the force's own people gave in staff surveys, "
    "and how many people answered, by the day of the answer; the share of the people invited who "
    "took part; and the latest report on culture in the period, in words. The force's own survey "
    "and national surveys are separate.",
    measures=[
        *_survey_measures(LOCAL_STAFF_SURVEY, "Local staff survey", "local"),
        *_survey_measures(NATIONAL_STAFF_SURVEY, "National staff survey", "national"),
        text_report("report", "Organisational culture, in words", ORGANISATIONAL_CULTURE),
    ],
    dimensions=[SURVEY_THEME, SURVEY_ITEM, WORKFORCE_GROUP],
    direction=Direction.HIGHER_IS_BETTER,
    frequency=Frequency.ANNUAL,
    availability=PLAN_STATEMENT,
    limitations="Not what the public thinks, and not a single number for culture. A survey shows "
    "what those who answered think, question by question.",
    caveats=[
        "The two surveys ask different questions in different words and are never pooled.",
        "Those who did not answer may think differently: read the response rate first.",
        "People answered in confidence. Small teams could be identified: withhold their results "
        "before publishing.",
        "Assumptions decide which answers are favourable and which do not count as answers. If "
        "agreeing with a question is the worse answer, its scale is reversed before the table is "
        "filled.",
        "Covers only what the surveys ask.",
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
            edge_case="Don't know is left out of the share; 'neither' counts as an answer. The "
            "national survey is not added to the local one, and answers from the public are left "
            "out.",
        ),
        Example(
            rows={
                "survey_wave": """
                | survey         | ended_on   | invited | took_part | workforce_group |
                | local staff    | 2024-05-31 | 200     | 60        | Officers        |
                | local staff    | 2024-05-31 | 100     | 60        | Staff           |
                | national staff | 2024-06-30 | 400     | 100       |                 |
                """,
                "narrative_text": """
                | subject                | period_end | text         | author_role | evidence |
                | organisational culture | 2024-04-30 | Trust.       | People lead | Survey   |
                | organisational culture | 2024-06-30 | Fairness.    | People lead | Survey   |
                | vision and values      | 2024-06-30 | Our purpose. | Chief       | Events   |
                """,
            },
            expect={
                "local_invited": 200 + 100,
                "local_took_part": 60 + 60,
                "local_response_rate": (60 + 60) / (200 + 100),
                "national_invited": 400,
                "national_took_part": 100,
                "national_response_rate": 100 / 400,
                "report": None,
            },
            edge_case="The rate of both groups is of all the people invited: 40%, and not 45%, the "
            "mean of 30% and 60%. The note shows the later text about culture. There is no number "
            "for it.",
        ),
    ],
)
