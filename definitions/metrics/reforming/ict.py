"""Refs 46 and 47: devices in use, and systems that fail."""

from swm_kpi import (
    Average,
    Count,
    Direction,
    Duration,
    Example,
    Metric,
    PeriodEndStock,
    Ratio,
    Unit,
    Uptime,
)

from ...contracts.ict import DEVICE_TYPE, PRIORITY, SYSTEM, IctAsset, Outage
from ...contracts.workforce import DEPARTMENT
from ...plan.availability import COLOUR_LOST
from ...plan.objectives import REFORMING
from .assumptions import ASSET_ACTIVE_SECONDS, ASSETS_IN_SERVICE

in_service = IctAsset.status.is_in(ASSETS_IN_SERVICE)
in_use = (
    in_service
    & IctAsset.last_active_at.is_not_null()
    & (IctAsset.last_active_at.until(IctAsset.snapshot_at) <= ASSET_ACTIVE_SECONDS)
)

ict_assets = Metric(
    ref="46",
    key="ict_assets",
    title="Utilisation of ICT managed assets",
    objective=REFORMING,
    summary="Of the managed devices in service at the latest snapshot of the period, the share "
    "that was active in the 30 days before it, unless another time is given.",
    measures=[
        PeriodEndStock(
            key="in_service",
            label="Devices in service",
            of=IctAsset,
            at=IctAsset.snapshot_at,
            where=in_service,
            direction=Direction.NEUTRAL,
        ),
        PeriodEndStock(
            key="in_use",
            label="Devices in service and active",
            of=IctAsset,
            at=IctAsset.snapshot_at,
            where=in_use,
        ),
        Ratio(
            key="utilisation",
            label="Devices in service that were active",
            numerator="in_use",
            denominator="in_service",
            unit=Unit.PROPORTION,
        ),
        PeriodEndStock(
            key="managed",
            label="Devices on the register and not disposed of",
            of=IctAsset,
            at=IctAsset.snapshot_at,
            where=IctAsset.status != "disposed of",
            direction=Direction.NEUTRAL,
        ),
    ],
    dimensions=[DEVICE_TYPE, DEPARTMENT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=["ISO/IEC 19770, IT asset management (unverified)", "ITIL (unverified)"],
    limitations="Not how long or how well a device is used: one sign-in is enough. Spare devices, "
    "those in repair and those of people who have left are not in service, so a pool does not make "
    "use look poor.",
    caveats=[
        "A device that was never active is in service and not in use.",
        "Someone on long leave has a device that is in service and not in use.",
        "Devices that device management cannot see are missing from both numbers.",
    ],
    examples=[
        Example(
            rows="""
            | snapshot_at         | asset_id | device_type  | status    | last_active_at      |
            | 2024-06-30 12:00:00 | a        | Laptop       | issued    | 2024-06-29 09:00:00 |
            | 2024-06-30 12:00:00 | b        | Laptop       | issued    | 2024-05-31 12:00:00 |
            | 2024-06-30 12:00:00 | c        | Mobile phone | issued    | 2024-05-31 11:59:59 |
            | 2024-06-30 12:00:00 | d        | Tablet       | in repair |                     |
            """,
            expect={
                "in_service": 1 + 1 + 1,
                "in_use": 1 + 1,
                "utilisation": 2 / 3,
                "managed": 3 + 1,
            },
            description="Exactly 30 days before the snapshot is in use, and a second longer is "
            "not.",
        ),
        Example(
            rows="""
            | snapshot_at         | asset_id | device_type | status         | last_active_at      |
            | 2024-05-31 12:00:00 | a        | Laptop      | issued         | 2024-05-30 12:00:00 |
            | 2024-05-31 12:00:00 | f        | Laptop      | issued         | 2024-05-30 12:00:00 |
            | 2024-06-30 12:00:00 | a        | Laptop      | issued         | 2024-06-29 12:00:00 |
            | 2024-06-30 12:00:00 | b        | Laptop      | issued         |                     |
            | 2024-06-30 12:00:00 | c        | Laptop      | spare          | 2024-06-29 12:00:00 |
            | 2024-06-30 12:00:00 | d        | Laptop      | to be returned | 2024-06-28 12:00:00 |
            | 2024-06-30 12:00:00 | e        | Laptop      | in repair      |                     |
            | 2024-06-30 12:00:00 | f        | Laptop      | disposed of    | 2024-06-01 12:00:00 |
            """,
            expect={
                "in_service": 1 + 1,
                "in_use": 1,
                "utilisation": 1 / (1 + 1),
                "managed": 1 + 1 + 1 + 1 + 1,
            },
            edge_case="A device issued and never active is in the denominator. A spare one that "
            "was tried yesterday, one of somebody who has left, and one disposed of are in neither "
            "part, however lately they were active. May and June are not added.",
        ),
    ],
)

failed = ~Outage.planned & (Outage.ended_at.is_null() | (Outage.ended_at > Outage.started_at))

system_availability = Metric(
    ref="47",
    key="system_availability",
    title="System availability and ICT outages",
    objective=REFORMING,
    summary="The share of the period in which systems were not down without warning, the outages "
    "that began in the period, and how long it took to end them.",
    measures=[
        Uptime(
            key="availability",
            label="Time without unplanned outage",
            of=Outage,
            at=Outage.started_at,
            until=Outage.ended_at,
            system=Outage.system,
            where=~Outage.planned,
            direction=Direction.HIGHER_IS_BETTER,
            note="Planned maintenance is not lost time here.",
        ),
        Uptime(
            key="availability_with_maintenance",
            label="Time without any outage, planned or not",
            of=Outage,
            at=Outage.started_at,
            until=Outage.ended_at,
            system=Outage.system,
            direction=Direction.HIGHER_IS_BETTER,
        ),
        Count(
            key="outages",
            label="Unplanned outages begun",
            of=Outage,
            at=Outage.started_at,
            where=failed,
        ),
        *(
            Duration(
                key=f"{key}_hours",
                label=f"Time to restore after an unplanned outage, {average.value}",
                of=Outage,
                at=Outage.started_at,
                where=failed,
                start=Outage.started_at,
                end=Outage.ended_at,
                average=average,
                unit=Unit.HOURS,
                missing="not ended",
                note="Of outages by the day they began.",
            )
            for key, average in (("mean", Average.MEAN), ("median", Average.MEDIAN))
        ),
        Count(
            key="maintenance",
            label="Planned outages begun",
            of=Outage,
            at=Outage.started_at,
            where=Outage.planned
            & (Outage.ended_at.is_null() | (Outage.ended_at > Outage.started_at)),
            direction=Direction.NEUTRAL,
        ),
    ],
    dimensions=[SYSTEM, PRIORITY],
    direction=Direction.LOWER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=["ITIL (unverified)"],
    limitations="Not one less the hours of outages added up: two outages of one system that "
    "overlap lose each second once. Nor a count of users who could not work.",
    caveats=[
        "Every hour of every day counts alike. Hours of service agreed with users, if there are "
        "any, are not known here.",
        "The availability of all systems is an average over the systems that the table names, each "
        "counting alike, however important it is.",
        "An outage that began before the period loses its time in the period, and is counted as an "
        "outage of the period in which it began. One that has not ended lasts to the end of the "
        "period.",
        "Within one priority, availability is the time not lost to outages of that priority.",
        "A slow system is not down: only what the service desk records as an outage is here.",
    ],
    examples=[
        Example(
            period="2024-06",
            rows="""
            | system  | started_at          | ended_at            | planned | priority |
            | Records | 2024-06-03 00:00:00 | 2024-06-03 12:00:00 | no      | 1        |
            | Records | 2024-06-09 02:00:00 | 2024-06-09 08:00:00 | yes     |          |
            | Phones  | 2024-06-10 00:00:00 | 2024-06-10 06:00:00 | no      | 2        |
            | Custody | 2024-06-01 00:00:00 | 2024-06-01 00:00:00 | yes     |          |
            """,
            expect={
                "availability": 1 - (12 + 6) / (3 * 30 * 24),
                "availability_with_maintenance": 1 - (12 + 6 + 6) / (3 * 30 * 24),
                "outages": 1 + 1,
                "mean_hours": (12 + 6) / 2,
                "median_hours": (12 + 6) / 2,
                "maintenance": 1,
            },
            description="Three systems could each have been up for the 30 days of June. Custody "
            "never failed: its row only names it.",
        ),
        Example(
            period="2024-06",
            rows="""
            | system  | started_at          | ended_at            | planned | priority |
            | Records | 2024-06-03 00:00:00 | 2024-06-03 12:00:00 | no      | 1        |
            | Records | 2024-06-03 06:00:00 | 2024-06-03 18:00:00 | no      | 2        |
            | Records | 2024-06-03 08:00:00 | 2024-06-03 10:00:00 | no      | 3        |
            | Records | 2024-06-03 09:00:00 | 2024-06-04 00:00:00 | yes     |          |
            """,
            expect={
                "availability": 1 - 18 / (30 * 24),
                "availability_with_maintenance": 1 - 24 / (30 * 24),
                "outages": 1 + 1 + 1,
                "mean_hours": (12 + 12 + 2) / 3,
                "median_hours": 12,
                "maintenance": 1,
            },
            edge_case="Outages that overlap are merged: Records was down for 18 hours, and not for "
            "12 + 12 + 2. Planned maintenance loses nothing of the availability, is no outage, and "
            "does not shorten or lengthen the time to restore.",
        ),
        Example(
            period="2024-06",
            rows="""
            | system  | started_at          | ended_at            | planned | priority |
            | Records | 2024-05-31 12:00:00 | 2024-06-01 12:00:00 | no      | 1        |
            | Records | 2024-06-30 18:00:00 |                     | no      | 1        |
            | Phones  | 2024-06-30 23:00:00 | 2024-07-02 23:00:00 | no      | 1        |
            """,
            expect={
                "availability": 1 - (12 + 6 + 1) / (2 * 30 * 24),
                "availability_with_maintenance": 1 - (12 + 6 + 1) / (2 * 30 * 24),
                "outages": 1 + 1,
                "mean_hours": 48 / 1,
                "median_hours": 48 / 1,
                "maintenance": 0,
            },
            edge_case="Only the time inside June is lost in June. The outage that began on 31 May "
            "is counted in May. One that has not ended has no time to restore, and is no outage of "
            "zero hours; it is down to the end of the period.",
        ),
        Example(
            period="2024-03",
            rows="""
            | system  | started_at          | ended_at            | planned | priority |
            | Records | 2024-03-31 00:30:00 | 2024-03-31 02:30:00 | no      | 1        |
            """,
            expect={
                "availability": 1 - 1 / (31 * 24 - 1),
                "mean_hours": 1,
                "median_hours": 1,
            },
            edge_case="The clocks went forward at 01:00: the system was down for one hour and not "
            "two, in a month that is an hour short.",
        ),
    ],
)
