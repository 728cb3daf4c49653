"""Breaches of personal data."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from .workforce import DEPARTMENT

BREACH_TYPE = Dimension(
    "breach_type",
    "Type of breach",
    (
        "Disclosed in error",
        "Lost or stolen",
        "Accessed without authority",
        "Altered or destroyed",
        "Not available",
        "Other",
    ),
    description="What happened to the personal data, from the register of breaches.",
)


ICO_OUTCOME = Dimension(
    "ico_outcome",
    "Outcome at the regulator",
    ("No further action", "Advice", "Reprimand", "Enforcement notice", "Penalty", "Pending"),
    description="What the Information Commissioner's Office decided. Unknown for a breach it was "
    "not notified of or asked about.",
)


class DataBreach(Contract, row_unit=Unit.BREACHES, source="Information governance register"):
    """One row per breach of personal data on the register, however minor."""

    breach_id = Column(str, unique=True, personal=True, description="The register's own number.")
    aware_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time the force became aware",
        description="When the force became aware of the breach, not when the breach happened; "
        "Europe/London if no offset is given.",
    )
    breach_type = Column(
        str, dimension=BREACH_TYPE, nullable=True, description="What happened to the data."
    )
    severity = Column(
        str,
        isin=("low", "medium", "high"),
        nullable=True,
        description="The force's own assessment of the risk to people.",
    )
    ico_notified_at = Column(
        datetime,
        nullable=True,
        label="time the regulator was notified",
        description="When the force notified the Information Commissioner's Office; empty if it "
        "did not.",
    )
    ico_complaint = Column(
        bool,
        nullable=True,
        label="complaint to the regulator",
        description="Whether somebody complained about it to the Information Commissioner's "
        "Office; empty if not recorded.",
    )
    ico_outcome = Column(
        str,
        dimension=ICO_OUTCOME,
        nullable=True,
        label="outcome at the regulator",
        description="What the Information Commissioner's Office decided; empty if there was no "
        "notification and no complaint.",
    )
    department = Column(
        str, dimension=DEPARTMENT, nullable=True, description="Department where it happened."
    )

    notice_follows_awareness = Rule(
        ico_notified_at >= aware_at, "the regulator is not notified before the force is aware"
    )
    outcome_needs_a_case = Rule(
        ico_outcome.is_null() | ico_notified_at.is_not_null() | ico_complaint,
        "an outcome at the regulator needs a notice or a complaint",
    )
