"""Refs 53 and 54: emergency response times, and incidents with no resource assigned."""

from swm_kpi import (
    Assumption,
    Average,
    AverageStock,
    Count,
    Direction,
    Duration,
    Evidence,
    Example,
    Metric,
    Proportion,
    Unit,
)

from ...contracts.incident import GRADE, Incident, OpenIncidentSnapshot
from ...plan.availability import published_once
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import REFORMING

PCC_DECEMBER_2019 = (
    "Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
    "reduced-demand-brings-better-service-to-communities"
)

IMMEDIATE_GRADES = Assumption(
    "immediate_grades",
    ("1",),
    since="2021-04-01",
    because="We treat grade 1 as the emergency (immediate) grade. It is unverified that this was "
    "so both before and after West Mercia changed its call grading.",
)

RESPONSE_STANDARD_SECONDS = Assumption(
    "response_standard_seconds",
    15 * 60,
    since="2021-04-01",
    because="Our unverified working choice: 15 minutes, in seconds; exactly 15 minutes is within "
    "it. There is no national standard, and we did not find one for West Mercia. Replace it by the "
    "force's own.",
)

_EMERGENCY = (
    Incident.grade.is_in(IMMEDIATE_GRADES) & ~Incident.cancelled & ~Incident.police_generated
)

emergency_response = Metric(
    ref="53",
    key="emergency_response",
    version=5,
    title="Emergency response times",
    objective=REFORMING,
    summary="Minutes from opening the log to the arrival of the first officer, for incidents "
    "graded as an emergency at first dispatch. Counted on the day the log was opened. Leaves out "
    "cancelled incidents and incidents that an officer opened.",
    measures=[
        Count(
            key="incidents",
            label="Emergency incidents",
            of=Incident,
            at=Incident.created_at,
            where=_EMERGENCY,
            direction=Direction.NEUTRAL,
        ),
        *(
            Duration(
                key=f"{key}_minutes",
                label=f"Emergency response time, {average.value}",
                of=Incident,
                at=Incident.created_at,
                where=_EMERGENCY,
                start=Incident.created_at,
                end=Incident.first_arrived_at,
                average=average,
                unit=Unit.MINUTES,
                missing="no arrival time",
            )
            for key, average in (
                ("mean", Average.MEAN),
                ("median", Average.MEDIAN),
                ("p90", Average.P90),
            )
        ),
        Proportion(
            key="within_standard",
            label="Emergency incidents attended within the response standard",
            of=Incident,
            at=Incident.created_at,
            where=_EMERGENCY & Incident.first_arrived_at.is_not_null(),
            numerator=Incident.created_at.until(Incident.first_arrived_at)
            <= RESPONSE_STANDARD_SECONDS,
            direction=Direction.HIGHER_IS_BETTER,
            note="Of the incidents with an arrival time. 15 minutes is our working choice and no "
            "standard of the force: set the force's own.",
        ),
        Proportion(
            key="arrival_recorded",
            label="Emergency incidents with an arrival time",
            of=Incident,
            at=Incident.created_at,
            where=_EMERGENCY,
            numerator=Incident.first_arrived_at.is_not_null(),
            direction=Direction.HIGHER_IS_BETTER,
            note="The response times come from these incidents only.",
        ),
    ],
    headline="median_minutes",
    dimensions=[LPA, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=published_once(
        Evidence(
            source=PCC_DECEMBER_2019,
            finding="Gives an average emergency response time of 13 minutes 23 seconds in April "
            "2019 and 13 minutes in October 2019. It does not say which average.",
            date="2019-12-16",
        )
    ),
    limitations="The clock starts when the log is opened, not at dispatch and not when the phone "
    "began to ring. That start is our choice.",
    caveats=[
        "There is no national definition, and forces grade incidents differently, so do not "
        "compare two forces' times (West Midlands Police, freedom of information answer 945A/23).",
        "A few very long times move the mean. The median is the middle time. The 90th percentile "
        "is interpolated between the two nearest times, as PERCENTILE.INC does in Excel. About "
        "nine in ten times are no longer than it; with few incidents, it can be far from nine in "
        "ten.",
        "An incident with no arrival time has no response time. If slow arrivals are recorded less "
        "often, the times look better than they were.",
        "An incident regraded after the first dispatch keeps its first grade here.",
        "Long times are never removed. A time over 24 hours may be a recording error.",
        "New call grading came with 'Project Switch', named in the Commissioner's performance "
        "minutes of December 2023. We do not know the date, so no break is shown.",
    ],
    examples=[
        Example(
            rows="""
            | created_at          | first_arrived_at    | grade | cancelled | police_generated |
            | 2024-05-06 12:00:00 | 2024-05-06 12:05:00 | 1     | no        | no               |
            | 2024-05-06 13:00:00 | 2024-05-06 13:07:00 | 1     | no        | no               |
            | 2024-06-30 23:50:00 | 2024-07-01 00:20:00 | 1     | no        | no               |
            | 2024-05-06 14:00:00 |                     | 1     | no        | no               |
            """,
            expect={
                "incidents": 3 + 1,
                "mean_minutes": (5 + 7 + 30) / 3,
                "median_minutes": 7,
                "p90_minutes": 7 + 0.8 * (30 - 7),
                "within_standard": (1 + 1) / 3,
                "arrival_recorded": 3 / (3 + 1),
            },
            description="One slow response doubles the mean but leaves the median unchanged. An "
            "incident with no arrival time is counted but not timed. The log opened before "
            "midnight on 30 June counts in that quarter.",
        ),
        Example(
            rows="""
            | created_at          | first_arrived_at    | grade | cancelled | police_generated |
            | 2024-05-06 12:00:00 | 2024-05-06 12:10:00 | 1     | no        | no               |
            | 2024-05-06 12:00:00 | 2024-05-06 12:40:00 | 2     | no        | no               |
            | 2024-05-06 12:00:00 | 2024-05-06 12:01:00 | 1     | yes       | no               |
            | 2024-05-06 12:00:00 | 2024-05-06 12:00:00 | 1     | no        | yes              |
            | 2024-05-06 12:00:00 | 2024-05-06 12:20:00 |       | no        | no               |
            | 2024-05-06 12:00:00 | 2024-05-06 12:30:00 | 1     |           | no               |
            | 2024-03-31 23:59:00 | 2024-04-01 00:09:00 | 1     | no        | no               |
            """,
            expect={
                "incidents": 1,
                "mean_minutes": 10,
                "median_minutes": 10,
                "p90_minutes": 10,
                "within_standard": 1 / 1,
                "arrival_recorded": 1 / 1,
            },
            edge_case="Not counted: other grades, cancelled incidents, and an incident opened by "
            "an officer already there, which took no time at all. An incident with no grade, and "
            "one where it is not known whether it was cancelled, are also left out; the note says "
            "how many there were. The day the log was opened decides, not the day of arrival.",
        ),
        Example(
            period="2023/24 Q4",
            rows="""
            | created_at          | first_arrived_at    | grade | cancelled | police_generated |
            | 2024-03-31 00:55:00 | 2024-03-31 02:05:00 | 1     | no        | no               |
            """,
            expect={"mean_minutes": 5 + 5, "median_minutes": 5 + 5, "p90_minutes": 5 + 5},
            edge_case="The clocks went forward at 01:00, so ten minutes passed, not seventy.",
        ),
        Example(
            rows="""
            | created_at          | first_arrived_at    | grade | cancelled | police_generated |
            | 2024-05-06 12:00:00 | 2024-05-06 12:15:00 | 1     | no        | no               |
            | 2024-05-06 12:00:00 | 2024-05-06 12:15:01 | 1     | no        | no               |
            | 2024-05-06 12:00:00 |                     | 1     | no        | no               |
            | 2024-05-06 12:00:00 | 2024-05-06 12:05:00 | 2     | no        | no               |
            """,
            expect={
                "incidents": 1 + 1 + 1,
                "within_standard": 1 / (1 + 1),
                "arrival_recorded": 2 / 3,
                "p90_minutes": (15 * 60 + 0.9 * 1) / 60,
            },
            edge_case="Exactly 15 minutes is within the standard, and one second more is not. An "
            "incident with no arrival time is in neither part of that share. A fast arrival of "
            "another grade does not count. With two times the 90th percentile is nine tenths of "
            "the way from the shorter to the longer, and only one of the two is within it.",
        ),
    ],
)

unresourced_incidents = Metric(
    ref="54",
    key="unresourced_incidents",
    version=2,
    title="Average no. of unresourced incidents",
    objective=REFORMING,
    summary="Open incidents that need attendance and have no resource assigned: the mean of the "
    "complete snapshots taken in the period.",
    measures=[
        AverageStock(
            key="unresourced",
            label="Unresourced incidents, mean of snapshots",
            of=OpenIncidentSnapshot,
            at=OpenIncidentSnapshot.snapshot_at,
            value=OpenIncidentSnapshot.unresourced,
        ),
    ],
    dimensions=[LPA, DISTRICT, GRADE],
    direction=Direction.LOWER_IS_BETTER,
    availability=published_once(
        Evidence(
            source=PCC_DECEMBER_2019,
            finding="Gives an average number of daily un-resourced incidents of 247 in April 2019 "
            "and 113 in October 2019.",
            date="2019-12-16",
        )
    ),
    standards=[
        "The Commissioner's wording of 2019: average number of daily un-resourced incidents"
    ],
    limitations="Not the number of incidents that waited at some time in the period. An incident "
    "that waits for three days is in three snapshots; one that waits for an hour may be in none.",
    caveats=[
        "The hour of the snapshot affects the number. Take the snapshot at the same hour every "
        "day. The hour and the grades that West Mercia uses are unverified.",
        "A day with no snapshot is left out. It does not count as a day with nothing waiting.",
        "A snapshot is complete if it has a row for every area and grade that another snapshot of "
        "the period has. Only complete snapshots are in the mean of the force, and an area's mean "
        "uses the snapshots that are complete for that area.",
        "If snapshots are missing, the averages of the areas do not add up to the total.",
    ],
    examples=[
        Example(
            rows="""
            | snapshot_at      | lpa           | grade | unresourced |
            | 2024-05-06 07:00 | Shropshire    | 2     | 3           |
            | 2024-05-06 07:00 | Herefordshire | 2     | 5           |
            | 2024-05-07 07:00 | Shropshire    | 2     | 4           |
            | 2024-05-07 07:00 | Herefordshire | 2     | 0           |
            """,
            expect={"unresourced": ((3 + 5) + (4 + 0)) / 2},
            description="Areas are added up within each snapshot, and then the snapshots are "
            "averaged.",
        ),
        Example(
            rows="""
            | snapshot_at      | lpa           | grade | unresourced |
            | 2024-04-01 07:00 | Shropshire    | 2     | 10          |
            | 2024-04-02 07:00 | Shropshire    | 2     | 20          |
            | 2024-06-30 07:00 | Shropshire    | 2     | 60          |
            | 2024-07-01 07:00 | Shropshire    | 2     | 999         |
            """,
            expect={"unresourced": (10 + 20 + 60) / 3},
            edge_case="The three snapshots are averaged, not added up to 90. The 88 days with no "
            "snapshot do not count as days with nothing waiting; that would give an average below "
            "one.",
        ),
        Example(
            rows="""
            | snapshot_at      | lpa           | grade | unresourced |
            | 2024-05-06 07:00 | Shropshire    | 2     | 3           |
            | 2024-05-06 07:00 | Herefordshire | 2     | 5           |
            | 2024-05-07 07:00 | Shropshire    | 2     | 4           |
            """,
            expect={"unresourced": (3 + 5) / 1},
            edge_case="The snapshot of 7 May has no row for Herefordshire, so it does not show how "
            "many were waiting in all. Its one row does not count in the mean of the force, and "
            "Herefordshire does not count as zero. In the mean of Shropshire both days count.",
        ),
    ],
)
