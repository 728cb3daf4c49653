"""Fraud and computer misuse, which a national bureau records and the force does not."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Unit

from ..plan.dimensions import DISTRICT, FORCE, LPA

REPORTS = Unit.declare("reports")

FRAUD = "Fraud"
COMPUTER_MISUSE = "Computer misuse"

REPORT_KIND = Dimension(
    "report_kind",
    "Fraud or computer misuse",
    (FRAUD, COMPUTER_MISUSE),
    description="Fraud, or an offence under the Computer Misuse Act 1990 such as hacking.",
)

REPORT_CATEGORY = Dimension(
    "report_category",
    "Category of fraud or computer misuse",
    description="The bureau's category of the report. The data decide which ones are listed.",
)

REPORT_VICTIM = Dimension(
    "report_victim",
    "Person or organisation",
    ("Person", "Organisation"),
    description="Whether the victim is a person or an organisation. Unknown if not recorded.",
)

BUREAU = "Report Fraud Analysis Services (National Fraud Intelligence Bureau until December 2025)"


class FraudReport(Contract, row_unit=REPORTS, source=BUREAU):
    """One row per report of fraud or computer misuse by a victim who lives or is based in the area.

    The bureau records these reports. They are not in the crime table, and are never added to it.
    """

    report_id = Column(
        str, unique=True, personal=True, description="The bureau's own number, pseudonymised."
    )
    reported_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day of the report",
        description="The day it was reported to the national reporting centre: Report Fraud, or "
        "Action Fraud before it.",
    )
    force = Column(
        str,
        dimension=FORCE,
        reporter=True,
        description="The force in whose area the victim lives or is based. A month without a row "
        "of the force was not supplied: it is missing, and not zero.",
    )
    kind = Column(
        str,
        dimension=REPORT_KIND,
        label="kind of report",
        description="Fraud, or computer misuse such as hacking and malware.",
    )
    category = Column(
        str,
        dimension=REPORT_CATEGORY,
        nullable=True,
        optional=True,
        label="category of the report",
        description="The bureau's category, in its own words; empty if not given. Without it, "
        "there is no breakdown by category.",
    )
    victim = Column(
        str,
        dimension=REPORT_VICTIM,
        nullable=True,
        optional=True,
        label="person or organisation",
        description="Whether the victim is a person or an organisation; empty if not recorded. "
        "Without it, there is no breakdown by it.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        optional=True,
        description="Local Policing Area where the victim lives or is based; empty if not known. "
        "Without it, there is no breakdown by area.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the victim lives or is based; empty if not known. Without "
        "it, there is no breakdown by district.",
    )


class FraudReferral(Contract, row_unit=REPORTS, source=BUREAU):
    """One row per report of fraud or computer misuse that the bureau sent to the force.

    The bureau sends a report to the force where there is a line of enquiry, wherever the victim
    lives. So some of these reports are in ``fraud_report`` and some are not: never add the two.
    """

    report_id = Column(
        str,
        unique=True,
        personal=True,
        description="The bureau's own number, pseudonymised as in fraud_report.",
    )
    sent_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day it was sent",
        description="The day the bureau sent it to the force, or first sent it if more than once.",
    )
    force = Column(
        str,
        dimension=FORCE,
        reporter=True,
        description="The force that it was sent to. A month without a row of the force was not "
        "supplied: it is missing, and not zero.",
    )
    kind = Column(
        str,
        dimension=REPORT_KIND,
        label="kind of report",
        description="Fraud, or computer misuse such as hacking and malware.",
    )
    category = Column(
        str,
        dimension=REPORT_CATEGORY,
        nullable=True,
        optional=True,
        label="category of the report",
        description="The bureau's category, in its own words; empty if not given. Without it, "
        "there is no breakdown by category.",
    )
