"""What the force runs on: devices, the systems that fail, and breaches of personal data."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from .workforce import DEPARTMENT

ISSUED = "issued"

DEVICE_TYPE = Dimension(
    "device_type",
    "Type of device",
    (
        "Laptop",
        "Desktop",
        "Tablet",
        "Mobile phone",
        "Body-worn camera",
        "Radio",
        "Other",
    ),
    description="What the device is, by the asset register.",
)

SYSTEM = Dimension(
    "system",
    "System",
    description="The system that was down, by the service desk's name for it. The members are "
    "those in the data.",
)

PRIORITY = Dimension(
    "priority",
    "Priority",
    ("1", "2", "3", "4"),
    description="The service desk's priority, 1 being the most urgent.",
)

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
    description="What happened to the personal data, by the register of breaches.",
)

ICO_OUTCOME = Dimension(
    "ico_outcome",
    "Outcome at the regulator",
    ("No further action", "Advice", "Reprimand", "Enforcement notice", "Penalty", "Pending"),
    description="What the Information Commissioner's Office decided; Unknown for a breach that it "
    "was not asked about.",
)


class IctAsset(Contract, row_unit=Unit.ASSETS, source="ICT asset register and device management"):
    """One row per managed device and snapshot.

    Each snapshot holds every device on the register at one moment, so snapshots are never added.
    """

    snapshot_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time of the snapshot",
        description="When the register was copied: one moment for all the rows of a snapshot. "
        "Europe/London if no offset is given.",
    )
    asset_id = Column(str, personal=True, description="The device's tag, pseudonymised.")
    device_type = Column(str, dimension=DEVICE_TYPE, description="What the device is.")
    status = Column(
        str,
        isin=(ISSUED, "spare", "in repair", "to be returned", "disposed of"),
        description="'issued': with a person or a desk, for use. 'spare': in the pool. 'to be "
        "returned': its user has left or changed post.",
    )
    last_active_at = Column(
        datetime,
        nullable=True,
        label="time last active",
        description="When it last signed in to the network or to device management; empty if it "
        "never did.",
    )
    department = Column(
        str, dimension=DEPARTMENT, nullable=True, description="Department that holds the device."
    )

    activity_precedes_snapshot = Rule(
        last_active_at <= snapshot_at, "the last activity is not after the snapshot"
    )
    one_row_each = Unique(snapshot_at, asset_id)


class Outage(Contract, row_unit=Unit.OUTAGES, source="ICT service desk"):
    """One row per outage of one system, planned or not.

    An outage that takes three systems down is three rows. A system that has not failed is listed
    by one row whose start and end are the same moment: it loses no time and is no outage, and
    without it the availability of all systems would leave that system out.
    """

    outage_id = Column(str, unique=True, description="The record's own number.")
    system = Column(str, dimension=SYSTEM, description="The system that was down.")
    started_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="start of the outage",
        description="When the system stopped working for its users; Europe/London if no offset is "
        "given.",
    )
    ended_at = Column(
        datetime,
        nullable=True,
        label="end of the outage",
        description="When it worked again; empty while it lasts.",
    )
    planned = Column(
        bool,
        label="planned maintenance",
        description="Whether it was maintenance announced to users before it began.",
    )
    priority = Column(
        str, dimension=PRIORITY, nullable=True, description="Priority given by the service desk."
    )

    end_follows_start = Rule(ended_at >= started_at, "the end is not before the start")


class DataBreach(Contract, row_unit=Unit.BREACHES, source="Information governance register"):
    """One row per breach of personal data on the register, however minor."""

    breach_id = Column(str, unique=True, personal=True, description="The register's own number.")
    aware_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time the force became aware",
        description="When the force became aware of the breach, and not when the breach happened; "
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
        "did not, or did not have to.",
    )
    ico_complaint = Column(
        bool,
        nullable=True,
        label="complaint to the regulator",
        description="Whether somebody complained of it to the Information Commissioner's Office; "
        "empty if not recorded.",
    )
    ico_outcome = Column(
        str,
        dimension=ICO_OUTCOME,
        nullable=True,
        label="outcome at the regulator",
        description="What the Information Commissioner's Office decided; empty if it was neither "
        "notified nor asked.",
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
