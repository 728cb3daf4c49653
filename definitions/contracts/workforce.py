"""The people of the force on a day."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Unique, Unit

from ..dimensions import LPA

OFFICER = "officer"

RANK = Dimension(
    "rank",
    "Rank",
    (
        "Constable",
        "Sergeant",
        "Inspector",
        "Chief Inspector",
        "Superintendent",
        "Chief Superintendent",
        "Chief officer",
    ),
    description="The officer's rank on the day of the snapshot, temporary promotion included. "
    "Chief officers are those above chief superintendent.",
)


class WorkforceSnapshot(Contract, rows=Unit.PEOPLE, source="Human resources system"):
    """One row per person in post and snapshot date.

    Each snapshot holds everyone in post on its day, so snapshots are never added.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The day on which the person was in post.",
    )
    person_id = Column(str, personal=True, description="The person's number, pseudonymised.")
    worker_type = Column(
        str,
        isin=(OFFICER, "staff", "PCSO", "designated officer", "special", "volunteer"),
        description="What the person is. A designated officer is staff with some police powers, "
        "and is not a police officer; nor is a special constable counted as one.",
    )
    rank = Column(
        str, dimension=RANK, nullable=True, description="Rank; empty for those who have none."
    )
    fte = Column(
        float,
        ge=0,
        le=1,
        decimals=4,
        label="full-time equivalent",
        description="Contracted hours as a part of full time, from 0 to 1.",
    )
    career_break = Column(
        bool,
        nullable=True,
        label="on a career break",
        description="Whether the person is on a career break; empty if not recorded.",
    )
    seconded = Column(
        bool,
        nullable=True,
        label="seconded out",
        description="Whether the person is seconded to another body; empty if not recorded.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area the person is posted to; empty for a force-wide post.",
    )

    one_row_each = Unique(as_at, person_id)
