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
from ...plan.availability import published_once
from ...plan.dimensions import LPA
from ...plan.objectives import REASSURING

FAVOURABLE_PERCEPTIONS = Assumption(
    "favourable_perceptions",
    ("strongly agree", "agree", "very easy", "fairly easy", "yes", *SATISFIED),
    since="2021-04-01",
    because="The better side of each scale. The questions and scales of the survey were not found, "
    "so this is our unverified working choice.",
)

NO_PERCEPTION = Assumption(
    "no_perception",
    ("don't know", "refused", "not applicable"),
    since="2021-04-01",
    because="These are no opinion and are left out of both parts. The middle of a scale is an "
    "opinion, and is not favourable. Our unverified working choice.",
)

LEAST_PERCEPTIONS = Assumption(
    "least_perceptions",
    30,
    since="2021-04-01",
    because="A share resting on fewer answers is marked as of low reliability. Our unverified "
    "working choice: the plan gives no number.",
)

about_accessibility = (SurveyAnswer.survey == PERCEPTIONS_SURVEY) & (
    SurveyAnswer.theme == ACCESSIBILITY
)
opinion = ~SurveyAnswer.answer.is_in(NO_PERCEPTION)

perceptions_of_accessibility = Metric(
    ref="59",
    key="perceptions_of_accessibility",
    title="Public perceptions of accessibility (PCC Perceptions Survey)",
    objective=REASSURING,
    summary="Of the answers to the questions on accessibility in the Commissioner's (PCC) "
    "Perceptions Survey that give an opinion, the weighted share that are favourable, by the day "
    "of the interview, and how many people answered.",
    measures=[
        SurveyProportion(
            key="favourable",
            label="Favourable answers about accessibility",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=about_accessibility,
            valid=opinion,
            favourable=SurveyAnswer.answer.is_in(FAVOURABLE_PERCEPTIONS),
            weight=SurveyAnswer.weight,
            min_answers=LEAST_PERCEPTIONS,
            note="Over all questions on accessibility together: a share of answers, and not of "
            "people. Read it by question.",
        ),
        Count(
            key="respondents",
            label="People who gave an opinion about accessibility",
            of=SurveyAnswer,
            at=SurveyAnswer.interviewed_on,
            where=about_accessibility & opinion,
            distinct=SurveyAnswer.respondent_id,
            unit=Unit.PEOPLE,
            direction=Direction.NEUTRAL,
        ),
    ],
    dimensions=[SURVEY_ITEM, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="West Mercia Police and Crime Commissioner, performance assurance and "
            "accountability minutes, February 2024",
            finding="Public confidence of 82% in the third quarter of 2023/24, from 83% in South "
            "Worcestershire to 79% in Shropshire, is given. It is about confidence, and not about "
            "accessibility.",
            date="2024-02",
        )
    ),
    standards=["Market Research Society Code of Conduct"],
    limitations="Not public confidence, which the same survey asks about in other questions, and "
    "not how soon calls were answered: it is what people think, whether or not they made contact.",
    caveats=[
        "Which questions are about accessibility is decided when the table is filled: the survey's "
        "questions were not found. If they change, waves are not comparable.",
        "Which answers are favourable, and which are no opinion, are assumptions.",
        "How people are chosen and weighted is not known to us. Several answers of one person are "
        "alike, so the effective sample over all questions together is smaller than stated.",
        "The Crime Survey for England and Wales asks other questions of other people.",
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
            description="Person b stands for three. Two people gave three answers.",
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
            edge_case="Don't know and refused are in neither part, and 'neither' is in the "
            "denominator. Confidence is another theme, and victims are asked in another survey.",
        ),
    ],
)
