"""Refs 46 and 47: devices in use, and system availability."""

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
from ...plan.availability import PLAN_STATEMENT
from ...plan.objectives import REFORMING
from .assumptions import ASSET_ACTIVE_SECONDS, ASSETS_IN_SERVICE

_IN_SERVICE = IctAsset.status.is_in(ASSETS_IN_SERVICE)
_IN_USE = (
    _IN_SERVICE
    & IctAsset.last_active_at.is_not_null()
    & (IctAsset.last_active_at.until(IctAsset.snapshot_at, by_clock=True) <= ASSET_ACTIVE_SECONDS)
)

ict_assets = Metric(
    ref="46",
    key="ict_assets",
    version=3,
    title="Utilisation of ICT managed assets",
    objective=REFORMING,
    summary="The share of managed devices in service, at the latest snapshot of the period, that "
    "were active in the 30 days before it (unless another limit is set).",
    measures=[
        PeriodEndStock(
            key="in_service",
            label="Devices in service",
            of=IctAsset,
            at=IctAsset.snapshot_at,
            where=_IN_SERVICE,
            direction=Direction.NEUTRAL,
        ),
        PeriodEndStock(
            key="in_use",
            label="Devices in service and active",
            of=IctAsset,
            at=IctAsset.snapshot_at,
            where=_IN_USE,
            blank_means_no=IctAsset.last_active_at,
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
            label="Devices on the register, excluding those disposed of",
            of=IctAsset,
            at=IctAsset.snapshot_at,
            where=IctAsset.status != "disposed of",
            direction=Direction.NEUTRAL,
        ),
    ],
    dimensions=[DEVICE_TYPE, DEPARTMENT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["ISO/IEC 19770, IT asset management (unverified)", "ITIL (unverified)"],
    limitations="Not how long or how well a device is used: one sign-in is enough. Spare devices, "
    "devices in repair and devices of people who have left are not in service, so a large pool "
    "does not lower the share.",
    caveats=[
        "An issued device that was never active is in service but not in use.",
        "The device of a person on long leave is in service but not in use.",
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
            description="A device active exactly 30 days before the snapshot is in use; one second "
            "earlier is not.",
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
            edge_case="A device that was issued and never active is in the denominator. A spare "
            "device used yesterday, the device of a person who has left and a device disposed of "
            "are left out of the share, however recently they were active. May and June are not "
            "added together.",
        ),
    ],
)

_UNPLANNED_OUTAGE = ~Outage.planned & (
    Outage.ended_at.is_null() | (Outage.ended_at != Outage.started_at)
)

system_availability = Metric(
    ref="47",
    key="system_availability",
    version=5,
    title="System availability and ICT outages",
    objective=REFORMING,
    summary="The share of the period without unplanned outages, the outages that began in the "
    "period, and the time it took to restore the systems.",
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
            note="Planned maintenance does not count as lost time here.",
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
            label="Unplanned outages that began",
            of=Outage,
            at=Outage.started_at,
            where=_UNPLANNED_OUTAGE,
        ),
        *(
            Duration(
                key=f"{key}_hours",
                label=f"Time to restore after an unplanned outage, {average.value}",
                of=Outage,
                at=Outage.started_at,
                where=_UNPLANNED_OUTAGE,
                start=Outage.started_at,
                end=Outage.ended_at,
                average=average,
                unit=Unit.HOURS,
                missing="not ended",
                note="Outages are counted by the day they began.",
            )
            for key, average in (("mean", Average.MEAN), ("median", Average.MEDIAN))
        ),
        Count(
            key="maintenance",
            label="Planned outages that began",
            of=Outage,
            at=Outage.started_at,
            where=Outage.planned
            & (Outage.ended_at.is_null() | (Outage.ended_at != Outage.started_at)),
            direction=Direction.NEUTRAL,
        ),
    ],
    dimensions=[SYSTEM, PRIORITY],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["ITIL (unverified)"],
    limitations="When two outages of one system overlap, each second is lost only once, so the "
    "hours of all outages do not add up to the time lost. Does not count users who could not work.",
    caveats=[
        "Every hour of every day has the same weight. Any service hours agreed with users are not "
        "known here.",
        "The availability of all systems is the average over the systems in the table. Every "
        "system has the same weight, however important it is. If systems that did not fail have no "
        "row, it is too low.",
        "An outage that began before the period loses time in this period, but is counted as an "
        "outage in the period in which it began. An outage that has not ended lasts until the end "
        "of the period.",
        "By priority, availability is the time not lost to outages of that priority.",
        "A slow system is not down. Only outages that the service desk records count.",
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
            description="Each of the three systems could have been up for the 30 days of June. "
            "Custody never failed: its row only lists the system.",
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
            edge_case="Overlapping outages are merged: Records was down for 18 hours, not for 12 + "
            "12 + 2. Planned maintenance does not reduce availability, is not counted as an "
            "unplanned outage and does not affect the time to restore.",
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
            edge_case="Only time inside June is lost in June. The outage that began on 31 May is "
            "counted in May. An outage that has not ended has no time to restore, which is "
            "different from zero hours. Its system is down until the end of the period.",
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
            edge_case="The clocks went forward at 01:00, so the system was down for one hour, not "
            "two, and the month is one hour short.",
        ),
    ],
)
