"""Complaints about the police, and the allegations in them."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from .. import standards
from ..plan.dimensions import LPA
from ..standards import start

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

COMPLAINT_HANDLING = Dimension(
    "complaint_handling",
    "How the complaint is handled",
    ("Outside Schedule 3", "Schedule 3, investigated", "Schedule 3, otherwise than investigated"),
    description="Whether the complaint is recorded under Schedule 3 to the Police Reform Act 2002, "
    "and if so whether it is investigated. Unknown means not yet decided.",
)

COMPLAINT_RESULT = Dimension(
    "complaint_result",
    "Result of the complaint",
    (
        "Service acceptable",
        "Service not acceptable",
        "Resolved",
        "No further action",
        "Withdrawn",
    ),
    description="The result of the complaint. Unknown means not yet finalised, or not recorded.",
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
        description="How it is handled now; empty until this is decided, and for cases logged "
        "before 1 February 2020.",
    )
    finalised_at = Column(
        datetime,
        nullable=True,
        label="date finalised",
        description="When the force informed the complainant that the case was finished; empty "
        "while it is open.",
    )
    result = Column(
        str,
        dimension=COMPLAINT_RESULT,
        nullable=True,
        filled_later=True,
        description="The result of the case; empty while it is open.",
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
    finalising_follows_logging = Rule(
        finalised_at >= logged_at, "the case is not finalised before it was logged"
    )
    result_needs_an_end = Rule(
        result.is_null() | finalised_at.is_not_null(), "an open case has no result"
    )


class Allegation(Contract, row_unit=Unit.ALLEGATIONS, source="Professional standards case system"):
    """One row per allegation. A complaint case has one or more.

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
