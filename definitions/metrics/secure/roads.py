"""Refs 39 and 40: anti-social or dangerous use of the roads, and collisions and casualties."""

from swm_kpi import Assumption, Break, Count, Direction, Evidence, Example, Metric, Sum, Unit

from ...contracts.incident import ROAD_RELATED_OFFENCE, Incident
from ...contracts.roads import (
    CASUALTY_AGE,
    CASUALTY_SEX,
    ROAD_USER,
    SEVERITY,
    Casualty,
    Collision,
)
from ...plan.availability import PLAN_STATEMENT, published_once
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

DANGEROUS_USE_CODES = Assumption(
    "dangerous_road_use_codes",
    (ROAD_RELATED_OFFENCE,),
    since="2021-04-01",
    because="No single closing code means dangerous use of the roads. Road related offence is our "
    "unverified reading of the plan's words. We did not find the code in a published list, and we "
    "do not know whether the force uses it.",
)

_DANGEROUS = Incident.closing_code.is_in(DANGEROUS_USE_CODES)

road_use_incidents = Metric(
    ref="39",
    key="road_use_incidents",
    version=2,
    title="Anti-social / dangerous use of roads incidents",
    objective=SECURE,
    summary="Incidents closed as a road related offence, and incidents with the vehicle nuisance "
    "qualifier whatever their closing code, counted on the day the log was opened.",
    measures=[
        Count(
            key="incidents",
            label="Anti-social or dangerous use of roads incidents",
            of=Incident,
            at=Incident.created_at,
            where=_DANGEROUS | Incident.vehicle_nuisance,
            note="A log that is both a road related offence and vehicle nuisance counts once.",
        ),
        Count(
            key="dangerous_use",
            label="Incidents closed as a road related offence",
            of=Incident,
            at=Incident.created_at,
            where=_DANGEROUS,
        ),
        Count(
            key="vehicle_nuisance",
            label="Incidents with vehicle nuisance",
            of=Incident,
            at=Incident.created_at,
            where=Incident.vehicle_nuisance,
        ),
    ],
    dimensions=[LPA, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["National Standard for Incident Recording (NSIR) 2011: transport, and qualifiers"],
    limitations="Leaves out collisions (ref 40), motoring offences dealt with by officers on "
    "patrol, and footage that the public sends to Operation Snap.",
    caveats=[
        "A rise may mean more reporting, not more dangerous use of the roads.",
        "Vehicle nuisance closed as anti-social behaviour counts here and in ref 15. Do not add "
        "the two refs.",
        "A force that does not mark vehicle nuisance has only the incidents closed as a road "
        "related offence.",
    ],
    breaks=[
        Break(
            "2011-04-01",
            "The National Standard for Incident Recording of 2011 replaced the earlier categories",
        )
    ],
    examples=[
        Example(
            rows="""
            | created_at       | closing_code         | vehicle_nuisance | lpa              |
            | 2024-04-01 00:00 | Road related offence | no               | Telford & Wrekin |
            | 2024-06-30 23:59 | ASB nuisance         | yes              | Shropshire       |
            | 2024-05-06 12:00 | Road related offence | yes              |                  |
            """,
            expect={"incidents": 1 + 1 + 1, "dangerous_use": 1 + 1, "vehicle_nuisance": 1 + 1},
            description="A road related offence with vehicle nuisance is in both parts and counts "
            "once in the total. A log without an area is in the total.",
        ),
        Example(
            rows="""
            | created_at       | closing_code           | vehicle_nuisance |
            | 2024-05-06 12:00 | ASB personal           | yes              |
            | 2024-05-06 12:00 | Road traffic collision | no               |
            | 2024-05-06 12:00 | Transport other        | no               |
            | 2024-05-06 12:00 | ASB nuisance           | no               |
            | 2024-05-06 12:00 | Road related offence   |                  |
            | 2024-05-06 12:00 |                        | no               |
            | 2024-07-01 00:00 | Road related offence   | yes              |
            """,
            expect={"incidents": 1 + 1, "dangerous_use": 1, "vehicle_nuisance": 1},
            edge_case="Vehicle nuisance counts whatever the closing code. A road related offence "
            "counts even if nobody recorded whether there was vehicle nuisance. Not counted: "
            "collisions, other transport logs, nuisance without a vehicle, a log still open, and a "
            "log opened at midnight after the quarter.",
        ),
    ],
)

collisions_and_casualties = Metric(
    ref="40",
    key="collisions_and_casualties",
    version=2,
    title="Road traffic collision and casualty data",
    objective=SECURE,
    summary="Road traffic collisions in which someone was injured, by the worst injury, and the "
    "people killed or injured in them. Counted on the day of the collision.",
    measures=[
        Count(key="collisions", label="Injury collisions", of=Collision, at=Collision.date),
        *(
            Count(
                key=f"{severity.lower()}_collisions",
                label=f"{severity} collisions",
                of=Collision,
                at=Collision.date,
                where=Collision.severity == severity,
            )
            for severity in SEVERITY.members
        ),
        Count(key="casualties", label="Casualties", of=Casualty, at=Casualty.date),
        *(
            Count(
                key=key,
                label=f"People {key.replace('_', ' ')}",
                of=Casualty,
                at=Casualty.date,
                where=Casualty.severity == severity,
            )
            for key, severity in (
                ("killed", "Fatal"),
                ("seriously_injured", "Serious"),
                ("slightly_injured", "Slight"),
            )
        ),
        Count(
            key="ksi",
            label="People killed or seriously injured (KSI)",
            of=Casualty,
            at=Casualty.date,
            where=Casualty.severity.is_in("Fatal", "Serious"),
        ),
        Sum(
            key="seriously_injured_adjusted",
            label="People seriously injured, adjusted for the change of recording",
            of=Casualty,
            at=Casualty.date,
            where=Casualty.severity != "Fatal",
            value=Casualty.adjusted_serious,
            unit=Unit.CASUALTIES,
            note="The sum of the probabilities that the Department for Transport publishes. "
            "Use it to compare years before and after the force changed its way of recording.",
        ),
    ],
    dimensions=[LPA, DISTRICT, FORCE, SEVERITY, ROAD_USER, CASUALTY_AGE, CASUALTY_SEX],
    direction=Direction.LOWER_IS_BETTER,
    availability=published_once(
        Evidence(
            source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
            "pcc-raises-west-mercia-police-performance-in-latest-meeting-with-chief",
            finding="Quotes a rise of 32% in people killed on the roads in 2023/24.",
            date="2023/24",
        )
    ),
    standards=[
        "STATS19: killed is death within 30 days of the collision",
        "Department for Transport, Guide to severity adjustments, 28 September 2023",
        "Department for Transport, road safety open dataset data guide 2024: casualty type, age "
        "band and sex",
    ],
    limitations="Collisions are not casualties: one collision may injure several people, some more "
    "seriously than others. Damage-only collisions are not in the table.",
    caveats=[
        "The area is where the collision happened, not where the people live.",
        "It is unverified that figures are provisional until the year has been validated "
        "nationally.",
        "West Mercia changed to injury-based recording (CRASH) during 2015. Before that, fewer "
        "injuries were recorded as serious. We did not find the month, so the break is at the "
        "start of 2015/16. For a series across it, use the adjusted number of casualties. "
        "Collisions are not adjusted.",
        "Collisions have no road user, age or sex: those are of casualties.",
        "A national file has every force: break it down by force, or use only one force's rows.",
    ],
    breaks=[
        Break(
            "2015-04-01",
            "The force changed to injury-based recording (CRASH) during 2015, and more injuries "
            "are recorded as serious",
            measures=(
                "serious_collisions",
                "slight_collisions",
                "seriously_injured",
                "slightly_injured",
                "ksi",
            ),
        )
    ],
    examples=[
        Example(
            rows={
                "collision": """
                | date       | severity |
                | 2024-04-01 | Serious  |
                | 2024-06-30 | Slight   |
                | 2024-05-06 | Slight   |
                """,
                "casualty": """
                | date       | severity | adjusted_serious |
                | 2024-04-01 | Serious  | 1                |
                | 2024-04-01 | Slight   | 0                |
                | 2024-06-30 | Slight   | 0                |
                | 2024-05-06 | Slight   | 0                |
                """,
            },
            expect={
                "collisions": 1 + 1 + 1,
                "fatal_collisions": 0,
                "serious_collisions": 1,
                "slight_collisions": 1 + 1,
                "casualties": 2 + 1 + 1,
                "killed": 0,
                "seriously_injured": 1,
                "slightly_injured": 1 + 1 + 1,
                "ksi": 0 + 1,
                "seriously_injured_adjusted": 1 + 0 + 0 + 0,
            },
            description="Three collisions injured four people. Nobody was killed, so the number is "
            "0.",
        ),
        Example(
            rows={
                "collision": """
                | date       | severity |
                | 2024-06-25 | Fatal    |
                | 2024-07-01 | Fatal    |
                """,
                "casualty": """
                | date       | severity | adjusted_serious |
                | 2024-06-25 | Fatal    | 0                |
                | 2024-06-25 | Serious  | 1                |
                | 2024-06-25 | Serious  | 1                |
                | 2024-06-25 | Slight   | 0                |
                | 2024-07-01 | Fatal    | 0                |
                """,
            },
            expect={
                "collisions": 1,
                "fatal_collisions": 1,
                "serious_collisions": 0,
                "slight_collisions": 0,
                "casualties": 1 + 2 + 1,
                "killed": 1,
                "seriously_injured": 2,
                "slightly_injured": 1,
                "ksi": 1 + 2,
                "seriously_injured_adjusted": 1 + 1 + 0,
            },
            edge_case="The fatal collision counts one person killed, not four. Its other "
            "casualties do not make it a serious collision as well. A person hurt on 25 June who "
            "dies in July counts in the quarter of the collision.",
        ),
        Example(
            period="2014-05",
            rows={
                "casualty": """
                | date       | severity | adjusted_serious |
                | 2014-05-06 | Serious  | 0.9              |
                | 2014-05-06 | Slight   | 0.25             |
                | 2014-05-07 | Slight   | 0.1              |
                | 2014-05-08 | Fatal    | 0                |
                """
            },
            expect={
                "seriously_injured": 1,
                "slightly_injured": 1 + 1,
                "ksi": 1 + 1,
                "seriously_injured_adjusted": 0.9 + 0.25 + 0.1,
            },
            edge_case="Before injury-based recording, an injury recorded as slight may have been "
            "serious. The adjusted number adds the probabilities, also of injuries recorded as "
            "slight, and leaves out the person killed.",
        ),
    ],
)
