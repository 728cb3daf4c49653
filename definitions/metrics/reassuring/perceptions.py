"""Ref 59, public perceptions of accessibility."""

from swm_kpi import (
    Assumption,
    Count,
    Direction,
    Evidence,
    Example,
    Metric,
    SurveyProportion,
    Unit,
)

from ...contracts.survey import (
    ACCESSIBILITY,
    PERCEPTIONS_SURVEY,
    SATISFIED,
    SURVEY_ITEM,
    SurveyAnswer,
)
from ...measures import survey_response
from ...plan.availability import published_once
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import REASSURING

FAVOURABLE_PERCEPTIONS = Assumption(
    "favourable_perceptions",
    ("strongly agree", "agree", "very easy", "fairly easy", "yes", *SATISFIED),
    since="2021-04-01",
    because="The better side of each scale. We did not find the survey's questions and scales, so "
    "this is our unverified working choice.",
)

PERCEPTION_NON_ANSWERS = Assumption(
    "no_perception",
    ("don't know", "refused", "not applicable"),
    since="2021-04-01",
    because="These are not opinions and are left out of the share. The middle of a scale counts as "
    "an opinion that is not favourable. Our unverified working choice.",
)

MIN_PERCEPTION_ANSWERS = Assumption(
    "least_perceptions",
    30,
    since="2021-04-01",
    because="A share based on fewer answers is marked as having low reliability. Our unverified "
    "working choice: the plan gives no number.",
)

_ABOUT_ACCESSIBILITY = (SurveyAnswer.survey == PERCEPTIONS_SURVEY) & (
    SurveyAnswer.theme == ACCESSIBILITY
)
_GAVE_OPINION = ~SurveyAnswer.answer.is_in(PERCEPTION_NON_ANSWERS)

perceptions_of_accessibility = Metric(
    ref="59",
    key="perceptions_of_accessibility",
    version=3,
    title="Public perceptions of accessibility (PCC Perceptions Survey)",
    objective=REASSURING,
    summary="The weighted share of opinions about accessibility that are favourable, in the "
    "Commissioner's (PCC) Perceptions Survey, by the day of the interview, how many people "
    "gave an opinion, and the share of the people invited who took part.",
    measures=[
        SurveyProportion(
            key="favourable",
            label="Favourable answers about accessibility",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=_ABOUT_ACCESSIBILITY,
            valid=_GAVE_OPINION,
            favourable=SurveyAnswer.answer.is_in(FAVOURABLE_PERCEPTIONS),
            weight=SurveyAnswer.weight,
            min_answers=MIN_PERCEPTION_ANSWERS,
            note="A share of answers to all questions on accessibility together, not of people. "
            "Read it by question.",
        ),
        Count(
            key="respondents",
            label="People who gave an opinion about accessibility",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=_ABOUT_ACCESSIBILITY & _GAVE_OPINION,
            distinct=SurveyAnswer.respondent_id,
            unit=Unit.PEOPLE,
            direction=Direction.NEUTRAL,
        ),
        *survey_response(PERCEPTIONS_SURVEY, "Perceptions Survey"),
    ],
    dimensions=[SURVEY_ITEM, LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="West Mercia Police and Crime Commissioner, performance assurance and "
            "accountability minutes, February 2024",
            finding="Gives public confidence of 82% in the third quarter of 2023/24, from 83% in "
            "South Worcestershire to 79% in Shropshire. This is about confidence, not about "
            "accessibility.",
            date="2024-02",
        )
    ),
    standards=["Market Research Society Code of Conduct"],
    limitations="Shows what people think, whether or not they contacted the police. It does not "
    "show public confidence, which the same survey asks about in other questions, or how soon "
    "calls were answered.",
    caveats=[
        "We did not find the survey's questions. Whoever fills the table decides which ones are "
        "about accessibility. If the questions change, waves are not comparable.",
        "Assumptions decide which answers are favourable and which are not opinions.",
        "We do not know how people are chosen and weighted. One person's answers tend to be "
        "similar, so the effective sample size for all questions together is smaller than stated.",
        "The Crime Survey for England and Wales asks different questions of different people.",
    ],
    examples=[
        Example(
            rows="""
        | survey      | respondent_id | interviewed_on | theme         | answer           | weight |
        | perceptions | a             | 2024-04-01     | accessibility | very easy        | 1.0    |
        | perceptions | b             | 2024-06-30     | accessibility | fairly difficult | 3.0    |
        | perceptions | a             | 2024-04-01     | accessibility | agree            | 1.0    |
            """,
            expect={"favourable": (1 + 1) / (1 + 3 + 1), "respondents": 1 + 1},
            description="Person b represents three people. Two people gave three answers.",
        ),
        Example(
            rows="""
        | survey      | respondent_id | interviewed_on | theme         | answer         | weight |
        | perceptions | a             | 2024-05-06     | accessibility | fairly easy    | 1.0    |
        | perceptions | b             | 2024-05-06     | accessibility | neither        | 1.0    |
        | perceptions | c             | 2024-05-06     | accessibility | don't know     | 1.0    |
        | perceptions | d             | 2024-05-06     | accessibility | refused        | 1.0    |
        | perceptions | d             | 2024-05-06     | confidence    | strongly agree | 1.0    |
        | victim      | e             | 2024-05-06     | accessibility | very easy      | 1.0    |
        | perceptions | f             | 2024-07-01     | accessibility | very easy      | 1.0    |
            """,
            expect={"favourable": 1 / (1 + 1), "respondents": 1 + 1},
            edge_case="Don't know and refused are left out of the share; 'neither' is in the "
            "denominator. Confidence is another theme, and victims have another survey.",
        ),
        Example(
            rows={
                "survey_wave": """
                | survey      | ended_on   | invited | took_part |
                | perceptions | 2024-04-30 | 400     | 100       |
                | perceptions | 2024-06-30 | 100     | 75        |
                | perceptions | 2024-07-31 | 400     | 400       |
                | victim      | 2024-06-30 | 400     | 400       |
                """
            },
            expect={
                "invited": 400 + 100,
                "took_part": 100 + 75,
                "response_rate": (100 + 75) / (400 + 100),
            },
            edge_case="The rate of two waves is of all the people invited: 35%, and not 50%, the "
            "mean of 25% and 75%. July is in the next quarter, and victims have another survey.",
        ),
    ],
)
