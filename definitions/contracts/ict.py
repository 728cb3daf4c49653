"""Devices that the force manages, and outages of its systems."""

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
    description="The type of device, from the asset register.",
)


SYSTEM = Dimension(
    "system",
    "System",
    description="The system that was down, under the service desk's name for it. The data decide "
    "which ones are listed.",
)


PRIORITY = Dimension(
    "priority",
    "Priority",
    ("1", "2", "3", "4"),
    description="The service desk's priority. 1 is the most urgent.",
)


class IctAsset(Contract, row_unit=Unit.ASSETS, source="ICT asset register and device management"):
    """One row per managed device and snapshot.

    Each snapshot has every device on the register at one moment, so snapshots are never added
    together.
    """

    snapshot_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time of the snapshot",
        description="When the register was copied: the same time in every row of a snapshot. "
        "Europe/London if no offset is given.",
    )
    asset_id = Column(str, personal=True, description="The device's tag, pseudonymised.")
    device_type = Column(str, dimension=DEVICE_TYPE, description="The type of device.")
    status = Column(
        str,
        isin=(ISSUED, "spare", "in repair", "to be returned", "disposed of"),
        description="'issued': assigned to a person or a desk for use. 'spare': in the pool. 'to "
        "be returned': its user has left or changed post.",
    )
    last_active_at = Column(
        datetime,
        nullable=True,
        label="time last active",
        description="When it last signed in to the network or to device management; empty if "
        "never.",
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

    An outage that takes three systems down is three rows. A system that has not failed has one row
    with the same start and end: it loses no time and is not counted as an outage. Without that row
    the availability of all systems would leave the system out.
    """

    outage_id = Column(str, unique=True, description="The record's own number.")
    system = Column(
        str,
        dimension=SYSTEM,
        description="The system that was down. A system that has not failed has one row, with the "
        "same start and end. Without that row, the mean of all systems leaves the system out.",
    )
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
        description="When the system worked again; empty while the outage lasts.",
    )
    planned = Column(
        bool,
        label="planned maintenance",
        description="Whether it was maintenance that users were informed of before it began.",
    )
    priority = Column(
        str, dimension=PRIORITY, nullable=True, description="Priority given by the service desk."
    )

    end_follows_start = Rule(ended_at >= started_at, "the end is not before the start")
