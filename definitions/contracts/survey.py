"""Surveys of victims, of the public and of the force's own people: answers, and who took part."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from ..plan.dimensions import DISTRICT, LPA

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
    description="What the question is about. The themes are our own list. Whoever fills the table "
    "assigns each survey's questions to them.",
)

SURVEY_ITEM = Dimension(
    "survey_item",
    "Question",
    description="The question, under the same name in every survey that asks it in the same words. "
    "The data decide which ones are listed.",
)

DOMESTIC_ABUSE = "Domestic abuse"

SURVEY_CRIME_TYPE = Dimension(
    "survey_crime_type",
    "Type of crime in the survey",
    description="The type of crime for which the victim was chosen for the survey, by the survey's "
    "own list, such as burglary, robbery or sexual offences. The data decide which ones are "
    "listed. Victims of domestic abuse have their own survey.",
)

WORKFORCE_GROUP = Dimension(
    "workforce_group",
    "Workforce group",
    ("Officers", "Staff", "PCSOs", "Special constables", "Volunteers"),
    description="The respondent's role in the force. Unknown means not stated, or not one of the "
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


_SURVEYS = (
    VICTIM_SURVEY,
    DA_VICTIM_SURVEY,
    PERCEPTIONS_SURVEY,
    LOCAL_STAFF_SURVEY,
    NATIONAL_STAFF_SURVEY,
)


class SurveyAnswer(Contract, row_unit=Unit.ANSWERS, source="Survey contractors' files"):
    """One row per respondent and question asked.

    A respondent who was asked five questions has five rows, including those for questions they did
    not answer.
    """

    survey = Column(
        str,
        isin=_SURVEYS,
        description="The survey: of victims, of domestic abuse victims, the Commissioner's "
        "Perceptions Survey of the public, the force's own staff survey or a national staff "
        "survey.",
    )
    respondent_id = Column(
        str,
        personal=True,
        label="respondent",
        description="The respondent's number within the survey, pseudonymised. A person asked "
        "again in a later wave has another number.",
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
        description="The answer as given, including don't know and refused. 'neither' is the "
        "middle of a scale. Answers in other words are coded to these. If agreeing is the worse "
        "answer, the scale is reversed first.",
    )
    weight = Column(
        float,
        gt=0,
        description="The survey weight: how many people in the surveyed population this respondent "
        "represents, on any scale. 1 for everyone if the survey is not weighted.",
    )
    survey_crime_type = Column(
        str,
        dimension=SURVEY_CRIME_TYPE,
        nullable=True,
        description=f"The type of crime for which the victim was chosen; '{DOMESTIC_ABUSE}' in the "
        "survey of domestic abuse victims, empty in surveys of other people.",
    )
    workforce_group = Column(
        str,
        dimension=WORKFORCE_GROUP,
        nullable=True,
        description="The respondent's role, in a staff survey; empty if not stated, and in other "
        "surveys.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="For victims, Local Policing Area of the crime. For the public, of the home. "
        "For staff, of the post.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="For victims, the district of the crime. For the public, of the home. Empty "
        "for staff. Without this column, numbers by district are not available.",
    )

    one_row_each = Unique(survey, respondent_id, item)
    domestic_abuse_apart = Rule(
        (survey != VICTIM_SURVEY) | (survey_crime_type != DOMESTIC_ABUSE),
        "victims of domestic abuse are not in the survey of other victims",
        checked_with=survey,
    )
    domestic_abuse_only = Rule(
        (survey != DA_VICTIM_SURVEY) | (survey_crime_type == DOMESTIC_ABUSE),
        "the survey of domestic abuse victims has only victims of domestic abuse",
        checked_with=survey,
    )


class SurveyWave(Contract, row_unit=Unit.PEOPLE, source="Survey contractors' reports"):
    """One row per wave of a survey and group: how many people were invited and took part.

    A wave is one round of a survey, such as the interviews of a month. The rows of a wave are
    separate groups and are added together. A wave that is not broken down has one row. A wave whose
    two numbers are not reported has none.
    """

    survey = Column(str, isin=_SURVEYS, description="The survey, as in the table of answers.")
    ended_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="last day of the wave",
        description="The last day on which people could take part.",
    )
    invited = Column(
        int,
        ge=0,
        label="people invited",
        description="How many people were asked to take part, whether or not they were reached. "
        "Count each person once, in the row of their group. A row for all types of crime, or "
        "for all roles, counts only if the wave has no row of a type or a role.",
    )
    took_part = Column(
        int,
        ge=0,
        label="people who took part",
        description="How many of them answered at least one question.",
    )
    survey_crime_type = Column(
        str,
        dimension=SURVEY_CRIME_TYPE,
        nullable=True,
        description="The type of crime for which the victims were chosen; empty for all types "
        "together, and in other surveys.",
    )
    workforce_group = Column(
        str,
        dimension=WORKFORCE_GROUP,
        nullable=True,
        description="The role of the people, in a staff survey; empty for all roles together, and "
        "in other surveys.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area, as in the table of answers; empty for all areas "
        "together.",
    )

    one_row_each = Unique(survey, ended_on, survey_crime_type, workforce_group, lpa)
    nobody_takes_part_uninvited = Rule(
        took_part <= invited, "no more people take part than were invited"
    )
