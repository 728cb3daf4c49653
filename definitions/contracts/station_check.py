"""Dip samples: checks made at police stations."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Unit

from ..plan.dimensions import DISTRICT, LPA

CHECK_ITEM = Dimension(
    "check_item",
    "Item checked",
    ("A board", "Poster", "Other"),
    description="The item checked at the station.",
)


STATION = Dimension(
    "station",
    "Police station",
    description="The station that was checked. The data decide which ones are listed.",
)


class AuditCheck(Contract, row_unit=Unit.CHECKS, source="Dip sample records"):
    """One row per item checked on one visit to one police station."""

    check_id = Column(str, unique=True, description="The record's own number.")
    checked_on = Column(
        date, ge=date(2000, 1, 1), label="day of the check", description="The day of the visit."
    )
    station = Column(str, dimension=STATION, description="The station visited.")
    check_item = Column(str, dimension=CHECK_ITEM, description="The item checked.")
    passed = Column(
        bool,
        nullable=True,
        description="Whether the item was present and correct; empty if it could not be checked.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the station."
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of the station. Without it, checks by district are not "
        "available.",
    )
