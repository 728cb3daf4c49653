"""Ref 15, anti-social behaviour."""

from swm_kpi import (
    Break,
    Count,
    Direction,
    Example,
    Metric,
    Unit,
)

from ...contracts.incident import (
    ASB_ENVIRONMENTAL,
    ASB_NUISANCE,
    ASB_PERSONAL,
    ASB_TYPE,
    Incident,
)
from ...contracts.street_crime import ANTI_SOCIAL_BEHAVIOUR, StreetCrime
from ...measures import per_1000, street_crimes
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

asb_incidents = Metric(
    ref="15",
    key="asb_incidents",
    version=3,
    title="Volume of ASB incidents",
    objective=SECURE,
    summary="Incidents closed as anti-social behaviour (personal, nuisance or environmental), "
    "counted on the day the log was opened.",
    measures=[
        Count(
            key="incidents",
            label="Anti-social behaviour incidents",
            of=Incident,
            at=Incident.created_at,
            where=Incident.closing_code.is_in(ASB_PERSONAL, ASB_NUISANCE, ASB_ENVIRONMENTAL),
        ),
        per_1000("incidents", "Anti-social behaviour incidents per 1,000 residents"),
        street_crimes(
            "incidents",
            "Anti-social behaviour incidents",
            StreetCrime.crime_type == ANTI_SOCIAL_BEHAVIOUR,
            "Published on data.police.uk by month, with locations moved to shared points. The "
            "incidents the force publishes under this type may differ from those it closes as "
            "personal, nuisance or environmental anti-social behaviour.",
            unit=Unit.INCIDENTS,
        ),
    ],
    dimensions=[LPA, ASB_TYPE, FORCE, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "National Standard for Incident Recording (NSIR) 2011, in effect from 1 April 2011: three "
        "types of anti-social behaviour (personal, nuisance, environmental)",
    ],
    limitations="Leaves out logs closed with another code, such as those closed as crime. Counts "
    "logs: several calls about one event may be one log or several.",
    caveats=[
        "Vehicle nuisance is not a closing code. A log of anti-social behaviour with vehicle "
        "nuisance counts here by its closing code, and again in ref 39. Do not add the two refs.",
        "A fall may mean that more incidents are recorded as crime, such as public order or "
        "harassment, not that there is less anti-social behaviour.",
        "A rise may mean that more people report it.",
    ],
    breaks=[
        Break(
            "2011-04-01",
            "The three types of anti-social behaviour of the National Standard for Incident "
            "Recording replaced the earlier categories",
        ),
        Break(
            "2020-03-23",
            "From the first lockdown on, breaches of COVID-19 regulations may have been logged as "
            "anti-social behaviour (unverified)",
        ),
    ],
    examples=[
        Example(
            rows="""
            | created_at       | closing_code      | lpa           |
            | 2024-04-01 00:00 | ASB nuisance      | Shropshire    |
            | 2024-06-30 23:59 | ASB personal      | Shropshire    |
            | 2024-05-06 12:00 | ASB environmental |               |
            """,
            expect={"incidents": 1 + 1 + 1},
            description="All three types count, on the first and the last day, with or without an "
            "area.",
        ),
        Example(
            rows={
                "incident": """
                | created_at       | closing_code         | vehicle_nuisance |
                | 2024-05-06 12:00 | ASB nuisance         | yes              |
                | 2024-05-06 12:00 | Road related offence | yes              |
                | 2024-05-06 12:00 | Crime                | no               |
                | 2024-05-06 12:00 |                      |                  |
                | 2024-07-01 00:00 | ASB nuisance         | no               |
                """,
                "population": """
                | mid_year | lpa                  | residents |
                | 2024     | Herefordshire        | 100       |
                | 2024     | Shropshire           | 100       |
                | 2024     | Telford & Wrekin     | 100       |
                | 2024     | North Worcestershire | 100       |
                | 2024     | South Worcestershire | 100       |
                | 2023     | Shropshire           | 100       |
                """,
            },
            expect={"incidents": 1, "per_1000": 1 / (5 * 100) * 1000},
            edge_case="Vehicle nuisance closed as anti-social behaviour counts. Not counted: "
            "vehicle nuisance closed as a road related offence, a log closed as crime, a log "
            "still open, and a log opened at midnight after the quarter. The rate uses the "
            "population estimate nearest to the period.",
        ),
        Example(
            rows={
                "street_crime": """
                | month      | crime_type            | lpa        |
                | 2024-04-01 | Anti-social behaviour | Shropshire |
                | 2024-06-01 | Anti-social behaviour |            |
                | 2024-06-01 | Public order          | Shropshire |
                | 2024-07-01 | Anti-social behaviour | Shropshire |
                """
            },
            expect={"incidents": 1 + 1},
            description="From public data: the records of this type in the months of the quarter.",
        ),
    ],
)
