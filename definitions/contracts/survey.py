"""Answers to surveys: of victims, of the public, and of the force's own people."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from ..plan.dimensions import LPA

VICTIM_SURVEY = "victim"
DA_VICTIM_SURVEY = "domestic abuse victim"
PERCEPTIONS_SURVEY = "perceptions"
LOCAL_STAFF_SURVEY = "local staff"
NATIONAL_STAFF_SURVEY = "national staff"

WHOLE_EXPERIENCE = "whole experience"
STAGES = ("ease of contact", "actions taken", "being kept informed", "treatment")
SATISFACTION = "satisfaction"
ACCESSIBILITY = "accessibility"

SURVEY_THEME = Dimension(
    "survey_theme",
    "Theme of the question",
    (
        SATISFACTION,
        ACCESSIBILITY,
        "confidence",
        "safety",
        "leadership",
        "wellbeing",
        "fairness and inclusion",
        "voice",
        "pride and purpose",
        "other",
    ),
    description="What the question is about. The themes are our own list; each survey's questions "
    "are put under them by whoever fills the table.",
)

SURVEY_ITEM = Dimension(
    "survey_item",
    "Question",
    description="The question, under one name in every survey that asks it in the same words. The "
    "members are those in the data.",
)

DOMESTIC_ABUSE = "Domestic abuse"

SURVEY_CRIME_TYPE = Dimension(
    "survey_crime_type",
    "Type of crime in the survey",
    ("Burglary", "Vehicle crime", "Violent crime", "Hate crime", DOMESTIC_ABUSE, "Other crime"),
    description="The type of crime for which the victim was chosen for the survey. Domestic abuse "
    "victims are asked in a survey of their own.",
)

WORKFORCE_GROUP = Dimension(
    "workforce_group",
    "Workforce group",
    ("Officers", "Staff", "PCSOs", "Special constables", "Volunteers"),
    description="What the person is in the force. Unknown means not stated, or not one of the "
    "force's people.",
)

SATISFIED = ("completely satisfied", "very satisfied", "fairly satisfied")

ANSWERS = (
    *SATISFIED,
    "neither",
    "fairly dissatisfied",
    "very dissatisfied",
    "completely dissatisfied",
    "strongly agree",
    "agree",
    "disagree",
    "strongly disagree",
    "very easy",
    "fairly easy",
    "fairly difficult",
    "very difficult",
    "yes",
    "no",
    "don't know",
    "refused",
    "not applicable",
)


class SurveyAnswer(Contract, row_unit=Unit.ANSWERS, source="Survey contractors' files"):
    """One row per respondent and question that was put to them.

    A respondent who was asked five questions is five rows, those not answered included.
    """

    survey = Column(
        str,
        isin=(
            VICTIM_SURVEY,
            DA_VICTIM_SURVEY,
            PERCEPTIONS_SURVEY,
            LOCAL_STAFF_SURVEY,
            NATIONAL_STAFF_SURVEY,
        ),
        description="Which survey: of victims, of domestic abuse victims, the Commissioner's "
        "Perceptions Survey of the public, the force's own staff survey or a national one.",
    )
    respondent_id = Column(
        str,
        personal=True,
        label="respondent",
        description="The respondent's number within the survey, pseudonymised; a person asked "
        "again in a later wave has another.",
    )
    interviewed_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the interview",
        description="The day on which the respondent answered.",
    )
    theme = Column(str, dimension=SURVEY_THEME, description="What the question is about.")
    item = Column(
        str,
        dimension=SURVEY_ITEM,
        label="question",
        description="The question in short. For satisfaction: whole experience, ease of contact, "
        "actions taken, being kept informed or treatment. Other themes have their own.",
    )
    answer = Column(
        str,
        isin=ANSWERS,
        description="The answer as given, don't know and refused included; 'neither' is the middle "
        "of a scale. A survey with other "
        "words is coded to these; a question asked the wrong way round is turned first.",
    )
    weight = Column(
        float,
        gt=0,
        description="How many of the people the survey stands for this respondent stands for, on "
        "any scale; 1 for each where the survey is not weighted.",
    )
    survey_crime_type = Column(
        str,
        dimension=SURVEY_CRIME_TYPE,
        nullable=True,
        description="The type of crime the victim was chosen for; empty in surveys of others.",
    )
    workforce_group = Column(
        str,
        dimension=WORKFORCE_GROUP,
        nullable=True,
        description="What the respondent to a staff survey is; empty if not stated or in surveys "
        "of others.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area of the crime, of the home, or for staff of the post.",
    )

    one_row_each = Unique(survey, respondent_id, item)
    domestic_abuse_apart = Rule(
        (survey != VICTIM_SURVEY) | (survey_crime_type != DOMESTIC_ABUSE),
        "victims of domestic abuse are not in the survey of other victims",
    )
    domestic_abuse_only = Rule(
        (survey != DA_VICTIM_SURVEY) | (survey_crime_type == DOMESTIC_ABUSE),
        "the survey of domestic abuse victims holds no others",
    )
