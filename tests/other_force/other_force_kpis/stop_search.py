"""Stop and search: a table that the plan does not have, and two metrics that read it."""

from datetime import datetime

from other_force_kpis.objectives import FAIR_POWERS
from swm_kpi import (
    Availability,
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    Example,
    Metric,
    Proportion,
    Unit,
)

SEARCHES = Unit.declare("searches")

NOT_STATED = Availability(
    status="unknown", reason="The force has not said whether it can report this."
)

BEAT = Dimension(
    "beat",
    "Beat",
    ("North", "South"),
    description="Where the search was. A search with no beat recorded is Unknown.",
)

FOUND_NOTHING = "Nothing found"
OBJECTS = ("Drugs", "Weapon", "Stolen property", FOUND_NOTHING)


class StopSearch(Contract, row_unit=SEARCHES, source="Stop and search records"):
    """One row per person searched."""

    search_id = Column(str, unique=True, personal=True, description="The record's own number.")
    searched_at = Column(datetime, description="When the search began.")
    found = Column(
        str, isin=OBJECTS, nullable=True, description="What was found; empty if not recorded."
    )
    beat = Column(str, dimension=BEAT, nullable=True, description="Beat of the search.")


stop_searches = Metric(
    ref="OF1",
    key="stop_searches",
    title="Volume of stop and searches",
    objective=FAIR_POWERS,
    summary="People searched, counted on the day of the search.",
    measures=[Count(key="searches", of=StopSearch, at=StopSearch.searched_at)],
    dimensions=[BEAT],
    direction=Direction.NEUTRAL,
    availability=NOT_STATED,
    limitations="Not stops: two people searched in one stop are two.",
    examples=[
        Example(
            rows="""
            | searched_at      | found         | beat  |
            | 2024-04-01 00:00 | Drugs         | North |
            | 2024-06-30 23:59 | Nothing found | South |
            | 2024-07-01 00:00 | Drugs         | North |
            """,
            expect={"searches": 1 + 1},
            edge_case="A search at midnight at the end of the quarter belongs to the next one.",
        ),
    ],
)

find_rate = Metric(
    ref="OF2",
    key="find_rate",
    title="Share of stop and searches in which something was found",
    objective=FAIR_POWERS,
    summary="Searches in which something was found, as a share of those with a recorded result.",
    measures=[
        Proportion(
            key="found",
            of=StopSearch,
            at=StopSearch.searched_at,
            numerator=StopSearch.found != FOUND_NOTHING,
        )
    ],
    dimensions=[BEAT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=NOT_STATED,
    limitations="Not arrests: what was found need not be an offence.",
    examples=[
        Example(
            rows="""
            | searched_at      | found         | beat  |
            | 2024-04-01 10:00 | Drugs         | North |
            | 2024-04-02 10:00 | Nothing found | North |
            | 2024-04-03 10:00 |               | North |
            """,
            expect={"found": 1 / (1 + 1)},
            edge_case="A search without a recorded result is in neither part of the share.",
        ),
    ],
)
