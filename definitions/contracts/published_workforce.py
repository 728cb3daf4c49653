"""The police workforce as published by the Home Office: open data, used as a proxy."""

from datetime import date

from swm_kpi import Column, Contract

from ..plan.dimensions import FORCE

PUBLISHED_OFFICER = "Police Officer"


class PublishedWorkforce(Contract, source="Home Office police workforce statistics"):
    """One row per published line: the strength of one force and type of worker on a day.

    Each day is a snapshot of every force, so days are never added together. The lines of one day
    and force, such as one line for each rank, are separate and are added together.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The last day of the month that the figure is for.",
    )
    force = Column(
        str, dimension=FORCE, description="The force: one of the 43 of England and Wales."
    )
    worker_type = Column(
        str,
        label="type of worker",
        description=f"The type of worker, as published: '{PUBLISHED_OFFICER}' for an officer.",
    )
    sex = Column(
        str,
        nullable=True,
        description="Female or Male, as published; empty in the files that do not give it.",
    )
    wider_function = Column(
        str,
        nullable=True,
        label="wider function",
        description="The wider function of the post, as published in the file on functions; empty "
        "in the other files.",
    )
    fte = Column(
        float,
        ge=0,
        decimals=4,
        nullable=True,
        label="full-time equivalents",
        description="Full-time equivalents in post; empty if not available.",
    )
    headcount = Column(
        int,
        ge=0,
        nullable=True,
        description="People in post; empty if not available or not published.",
    )
