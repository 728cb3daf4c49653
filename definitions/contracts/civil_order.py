"""Notices and orders to protect people from domestic abuse, stalking and sexual harm."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from .. import standards
from ..plan.dimensions import DISTRICT, LPA
from ..standards import start, values

DVPN = "DVPN"
DVPO = "DVPO"
DAPN = "DAPN"
DAPO = "DAPO"
SPO = "SPO"
SPO_INTERIM = "SPO interim"
SHPO = "SHPO"
SHPO_INTERIM = "SHPO interim"
SRO = "SRO"
SRO_INTERIM = "SRO interim"
SOPO = "SOPO"
GRANTED = "granted"

ORDER_TYPE = Dimension(
    "order_type",
    "Type of notice or order",
    values(standards.CIVIL_ORDERS),
    description="Domestic violence protection notice or order (DVPN, DVPO); domestic abuse "
    "protection notice or order (DAPN, DAPO); stalking protection order (SPO), sexual harm "
    "prevention order (SHPO) and sexual risk order (SRO), full or interim; sexual offences "
    "prevention order (SOPO).",
)


class CivilOrder(Contract, row_unit=Unit.ORDERS, source="Register of civil orders"):
    """One row per notice or order asked for, whatever the result.

    A notice and the order that follows it are two rows. So are an interim order and a full order.
    """

    order_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    order_type = Column(
        str,
        dimension=ORDER_TYPE,
        label="type of notice or order",
        description="Which notice or order it is.",
    )
    issued_at = Column(
        datetime,
        nullable=True,
        label="time of authorisation",
        description="For a notice, when it was authorised; empty for an order, or if the notice "
        "was refused.",
    )
    applied_at = Column(
        datetime,
        nullable=True,
        label="day of the application",
        description="For an order, when the police applied to the court; empty for a notice, and "
        "for an order the court made without an application, such as on conviction.",
    )
    heard_at = Column(
        datetime,
        nullable=True,
        label="day of the decision",
        description="For an order, when the court decided; empty for a notice, while the "
        "application is pending, or if the day was not kept. A granted order without its day is "
        "in no period of the orders granted.",
    )
    hearing_hours = Column(
        int,
        nullable=True,
        optional=True,
        ge=0,
        label="hours to the hearing",
        description="For an order that follows a notice, hours from giving the notice to the start "
        "of the first hearing, rounded up. Sundays, Christmas Day, Good Friday and bank holidays "
        "are not counted. Empty for other orders, or if a time is missing. Without it, the share "
        "heard within 48 hours is not available.",
    )
    result = Column(
        str,
        isin=(GRANTED, "refused", "withdrawn"),
        nullable=True,
        filled_later=True,
        label="result of the application",
        description="The result: granted (with or without an application), refused, or withdrawn "
        "by the police; empty for a notice, or while the application is pending.",
    )
    on_conviction = Column(
        bool,
        nullable=True,
        optional=True,
        label="order on conviction",
        description="Whether the court made the order when it dealt with the person for an "
        "offence, and not on an application; empty if not recorded. Stalking protection orders are "
        "made only on an application. Without it, orders on conviction are not available.",
    )
    expires_on = Column(
        date,
        nullable=True,
        label="day it expires",
        description="The first day it is no longer in force; empty if it was not granted, or has "
        "no end date. A domestic violence protection order lasts 14 to 28 days, and a stalking "
        "protection order with a fixed end at least two years. A court can end either earlier.",
    )
    breached_at = Column(
        datetime,
        nullable=True,
        label="first breach",
        description="When it was first breached, or when that breach was found; empty if it has "
        "not been breached. Later breaches are not recorded here.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that manages the case.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district that the case is managed in. Without it, there is no breakdown "
        "by district.",
    )

    stalking_orders_are_in_use = Rule(
        ~order_type.is_in(SPO, SPO_INTERIM) | (applied_at >= start(standards.CIVIL_ORDERS, SPO)),
        "a stalking protection order is not applied for before the Act of 2019 was in force",
    )
    domestic_abuse_notices_are_in_use = Rule(
        (order_type != DAPN) | (issued_at >= start(standards.CIVIL_ORDERS, DAPN)),
        "a domestic abuse protection notice is not authorised before the pilot began on "
        "27 November 2024",
    )
    domestic_abuse_orders_are_in_use = Rule(
        (order_type != DAPO) | (heard_at >= start(standards.CIVIL_ORDERS, DAPO)),
        "a domestic abuse protection order is not decided before the pilot began on "
        "27 November 2024",
    )
    decision_follows_application = Rule(
        heard_at.day() >= applied_at.day(), "the decision is not before the day of the application"
    )
    breach_follows_grant = Rule(
        breached_at.day() >= heard_at.day(),
        "a breach is not before the day on which the order was granted",
    )
    breach_follows_notice = Rule(
        breached_at.day() >= issued_at.day(),
        "a breach is not before the day on which the notice was authorised",
    )
    only_orders_are_applied_for = Rule(
        ~order_type.is_in(DVPN, DAPN)
        | (applied_at.is_null() & heard_at.is_null() & result.is_null()),
        "a notice is not applied for and has no result",
    )
    only_notices_are_issued = Rule(
        order_type.is_in(DVPN, DAPN) | issued_at.is_null(),
        "an order is granted by a court and not authorised",
    )
