"""Breaches of personal data, and complaints about the force to the regulator."""

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
    (
        "No further action",
        "Advice",
        "Decision notice",
        "Reprimand",
        "Enforcement notice",
        "Penalty",
        "Other",
        "Pending",
    ),
    description="What the Information Commissioner's Office decided. The list is unverified. "
    "Unknown for a breach that was not notified to it, or if nothing is recorded.",
)

REGULATOR_COMPLAINT_SUBJECT = Dimension(
    "regulator_complaint_subject",
    "Subject of the complaint to the regulator",
    ("Breach of personal data", "Request for own data", "Freedom of information request", "Other"),
    description="What the complaint to the Information Commissioner's Office is mainly about.",
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
    ico_outcome = Column(
        str,
        dimension=ICO_OUTCOME,
        nullable=True,
        label="outcome at the regulator",
        description="What the Information Commissioner's Office decided about the breach; empty if "
        "it was not notified.",
    )
    department = Column(
        str, dimension=DEPARTMENT, nullable=True, description="Department where it happened."
    )

    notice_follows_awareness = Rule(
        ico_notified_at >= aware_at, "the regulator is not notified before the force is aware"
    )
    outcome_needs_a_notice = Rule(
        ico_outcome.is_null() | ico_notified_at.is_not_null(),
        "an outcome at the regulator needs a notice",
    )


class RegulatorComplaint(
    Contract, row_unit=Unit.COMPLAINTS, source="Information governance register"
):
    """One row per complaint about the force to the Information Commissioner's Office.

    Several complaints about one breach are several rows. It need not be about a breach.
    """

    complaint_id = Column(str, unique=True, personal=True, description="The register's own number.")
    received_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day the force was informed",
        description="The day on which the Information Commissioner's Office informed the force of "
        "the complaint.",
    )
    complaint_subject = Column(
        str,
        dimension=REGULATOR_COMPLAINT_SUBJECT,
        nullable=True,
        optional=True,
        label="subject of the complaint",
        description="What it is mainly about; empty if not recorded. Without it, complaints about "
        "breaches and other complaints cannot be separated.",
    )
    ico_outcome = Column(
        str,
        dimension=ICO_OUTCOME,
        nullable=True,
        optional=True,
        filled_later=True,
        label="outcome at the regulator",
        description="What the Information Commissioner's Office decided. Without it, complaints "
        "by outcome are not available.",
    )
    department = Column(
        str,
        dimension=DEPARTMENT,
        nullable=True,
        optional=True,
        description="Department that the complaint is about. Without it, complaints by department "
        "are not available.",
    )
