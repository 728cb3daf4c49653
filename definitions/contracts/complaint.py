"""Complaints about the police, and the allegations in them."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from .. import standards
from ..plan.dimensions import DISTRICT, LPA
from ..standards import start

WORKING_DAYS = Unit.declare("working days")

ALLEGATION_LETTERS = {
    category.value: f"{category.value} {category.name}"
    for category in standards.ALLEGATION_CATEGORIES
}
ALLEGATION_CODES: tuple[str, ...] = tuple(
    code
    for letter in ALLEGATION_LETTERS
    for code in (
        letter,
        *(f"{letter}{n}" for n in range(1, standards.ALLEGATION_SUBCATEGORIES.get(letter, 0) + 1)),
    )
)
"""Every code of a category (such as A) or subcategory (such as A1). The numbers are unverified."""

ALLEGATION_CATEGORY = Dimension(
    "allegation_category",
    "Allegation category",
    tuple(ALLEGATION_LETTERS.values()),
    description="The letter of the Independent Office for Police Conduct's category of the "
    "allegation. The letters have been in use since 1 February 2020. There is no letter I.",
)

OUTSIDE_SCHEDULE_3 = "Outside Schedule 3"

COMPLAINT_HANDLING = Dimension(
    "complaint_handling",
    "How it is handled",
    (OUTSIDE_SCHEDULE_3, "Schedule 3, investigated", "Schedule 3, otherwise than investigated"),
    description="How a complaint or an allegation is handled: informally, outside Schedule 3 to "
    "the Police Reform Act 2002; or formally, under it, by an investigation or otherwise. Unknown "
    "means not yet decided, or not recorded.",
)

ALLEGATION_RESULT = Dimension(
    "allegation_result",
    "Result of the allegation",
    (
        "Resolved",
        "Not resolved",
        "Service acceptable",
        "Service not acceptable",
        "Unable to determine",
        "Case to answer",
        "No case to answer",
        "No further action",
        "Withdrawn",
        "Other",
    ),
    description="The result of the allegation when it was finalised. An allegation handled outside "
    "Schedule 3 is resolved or not resolved. The list is unverified. Unknown means that no result "
    "is recorded.",
)

_CODES_BEGAN = start(standards.ALLEGATION_CATEGORIES, "A").date()


class Complaint(Contract, row_unit=Unit.COMPLAINTS, source="Professional standards case system"):
    """One row per complaint case, however many allegations it contains."""

    complaint_id = Column(
        str, unique=True, personal=True, description="The case's own number, pseudonymised."
    )
    received_at = Column(
        datetime,
        nullable=True,
        label="time received",
        description="When the complaint first reached the force or the Commissioner; empty if this "
        "was not kept. No metric counts complaints by this time.",
    )
    logged_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="date logged",
        description="When the case was logged; Europe/London if no offset is given.",
    )
    handling = Column(
        str,
        dimension=COMPLAINT_HANDLING,
        nullable=True,
        filled_later=True,
        description="How the case is handled now; empty until this is decided, and for cases "
        "logged before 1 February 2020.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district that the complaint is about; empty for a force-wide department. "
        "Without it, cases by district are not available.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that the complaint is about; empty for a force-wide "
        "department.",
    )

    receipt_precedes_logging = Rule(
        received_at <= logged_at, "the complaint is not logged before it was received"
    )


class Allegation(Contract, row_unit=Unit.ALLEGATIONS, source="Professional standards case system"):
    """One row per allegation, with its own handling and result. A complaint case has one or more.

    Cases logged before 1 February 2020 used other categories; their allegations are not in this
    table.
    """

    allegation_id = Column(
        str, unique=True, personal=True, description="The allegation's own number, pseudonymised."
    )
    complaint_id = Column(
        str, personal=True, description="The number of the case it belongs to, pseudonymised."
    )
    logged_at = Column(
        datetime,
        ge=_CODES_BEGAN,
        label="date the case was logged",
        description="When the case was logged, copied from the case. Not when the allegation was "
        "added. Europe/London if no offset is given.",
    )
    category = Column(
        str,
        isin=ALLEGATION_CODES,
        nullable=True,
        filled_later=True,
        label="allegation category",
        description="The Independent Office for Police Conduct's category: a letter, followed by "
        "the number of the subcategory if there is one, such as A1; empty if not yet decided.",
    )
    handling = Column(
        str,
        dimension=COMPLAINT_HANDLING,
        nullable=True,
        optional=True,
        filled_later=True,
        description="How the allegation is handled now; empty until this is decided. Without it, "
        "allegations are not split into informal and formal.",
    )
    finalised_at = Column(
        datetime,
        nullable=True,
        optional=True,
        label="date finalised",
        description="When the complainant was informed that the allegation was finished; empty "
        "while it is open. Without it, allegations finalised, their results and their working days "
        "are not available.",
    )
    result = Column(
        str,
        dimension=ALLEGATION_RESULT,
        nullable=True,
        optional=True,
        filled_later=True,
        description="The result of the allegation; empty while it is open. Without it, results are "
        "not available.",
    )
    working_days = Column(
        int,
        nullable=True,
        optional=True,
        filled_later=True,
        ge=0,
        label="working days to finalise",
        description="Working days from the day the case was logged to the day the allegation was "
        "finalised, as the case system counts them. Weekends and bank holidays in England and "
        "Wales are not working days. Empty while it is open. Without it, the mean is not "
        "available.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district that the allegation is about; empty for a force-wide "
        "department. Without it, allegations by district are not available.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that the allegation is about; empty for a force-wide "
        "department.",
    )

    allegation_category = category.recode(
        {code: ALLEGATION_LETTERS[code[0]] for code in ALLEGATION_CODES},
        dimension=ALLEGATION_CATEGORY,
        description="Allegation category, by its letter.",
    )

    finalising_follows_logging = Rule(
        finalised_at >= logged_at, "the allegation is not finalised before its case was logged"
    )
    result_needs_an_end = Rule(
        result.is_null() | finalised_at.is_not_null(), "an open allegation has no result"
    )
    days_need_an_end = Rule(
        working_days.is_null() | finalised_at.is_not_null(),
        "an open allegation has no working days to finalise",
    )
