"""Outcomes of recorded crime as published by the Home Office: open data, used as a proxy."""

from datetime import date

from swm_kpi import Column, Contract, Grain

from ..plan.dimensions import FORCE
from .crime import OUTCOME_GROUP, OUTCOME_GROUP_BY_CODE

NOT_YET_ASSIGNED = "0"


class PublishedOutcome(
    Contract, min_grain=Grain.QUARTER, source="Home Office crime outcomes open data"
):
    """One row per published line: the outcomes of one force, quarter, offence and outcome type.

    Each line has two numbers, on two bases that are never added together. Types 1A, 2A and 3A are
    counted in types 1, 2 and 3, and have no rows of their own.
    """

    quarter_start = Column(
        date,
        ge=date(2014, 4, 1),
        label="start of the quarter",
        description="The first day of the quarter of the financial year.",
    )
    force = Column(
        str,
        dimension=FORCE,
        reporter=True,
        description="The force, or another body that the source lists, such as British Transport "
        "Police.",
    )
    offence_group = Column(str, description="The offence group, as published.")
    offence_subgroup = Column(str, description="The offence subgroup, as published.")
    offence_code = Column(str, description="The Home Office offence code, as published.")
    outcome_type = Column(
        str,
        str_matches=r"[0-9]|1[0-9]|2[0-3]",
        label="outcome type",
        description="The Home Office code of the outcome. 0 is an offence that has no outcome yet. "
        "1A, 2A and 3A are inside 1, 2 and 3, and have no rows of their own.",
    )
    of_recorded = Column(
        int,
        label="outcomes of offences recorded",
        description="Outcomes so far of the offences recorded in the quarter. Below zero if more "
        "were withdrawn than assigned.",
    )
    closed = Column(
        int,
        label="outcomes of investigations closed",
        description="Outcomes of the investigations closed in the quarter, whenever the offence "
        "was recorded. Below zero if more were withdrawn than assigned. None for outcome type 0.",
    )

    outcome_group = outcome_type.recode(
        {code: group for code, group in OUTCOME_GROUP_BY_CODE.items() if code.isdigit()},
        dimension=OUTCOME_GROUP,
        description="Outcome group of the outcome type; none for type 0.",
    )
