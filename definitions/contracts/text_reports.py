"""Text reports: what a metric reports in words, without a number."""

from datetime import date

from swm_kpi import Column, Contract, Unique

ROAD_CONCERNS = "road concerns"
DATA_MATURITY = "data maturity"
INFORMATION_SECURITY = "information security"
VISION_AND_VALUES = "vision and values"
ORGANISATIONAL_CULTURE = "organisational culture"


class NarrativeText(Contract, source="Written for the report"):
    """One row per subject and period: a text for publication, who wrote it and the evidence."""

    subject = Column(
        str,
        isin=(
            ROAD_CONCERNS,
            DATA_MATURITY,
            INFORMATION_SECURITY,
            VISION_AND_VALUES,
            ORGANISATIONAL_CULTURE,
        ),
        description="What the text is about.",
    )
    period_end = Column(
        date,
        ge=date(2000, 1, 1),
        label="end of the period described",
        description="The last day of the period that the text is about, not the day it was "
        "written.",
    )
    text = Column(
        str,
        description="The text, ready for publication: no names, and nothing that would help an "
        "attacker.",
    )
    rating = Column(
        int,
        ge=1,
        le=5,
        nullable=True,
        description="A judgement from 1 to 5, if one was made on a stated scale. Ratings are "
        "ranks, not amounts: a 4 is not twice a 2, and ratings are never averaged.",
    )
    author_role = Column(
        str,
        label="role of the author",
        description="The post of the person responsible for the text. Never a person's name.",
    )
    evidence = Column(
        str,
        description="The evidence for the text: a survey, an assessment, meetings, and their "
        "dates.",
    )

    one_row_each = Unique(subject, period_end)
