"""Refs 53 and 54: the response to emergencies, and incidents with nobody to send."""

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
from ...plan.dimensions import LPA
from ...plan.objectives import REFORMING

PCC_DECEMBER_2019 = (
    "Police and Crime Commissioner's website, westmercia-pcc.gov.uk/"
    "reduced-demand-brings-better-service-to-communities"
)

IMMEDIATE_GRADES = Assumption(
    "immediate_grades",
    ("1",),
    since="2021-04-01",
    because="Grade 1 is taken to be the emergency, or immediate, grade. That it was so before and "
    "after West Mercia's change of call grading is unverified.",
)

emergency = (
    Incident.grade.is_in(IMMEDIATE_GRADES) & ~Incident.cancelled & ~Incident.police_generated
)

emergency_response = Metric(
    ref="53",
    key="emergency_response",
    title="Emergency response times",
    objective=REFORMING,
    summary="For incidents graded as an emergency at first dispatch, the minutes from opening the "
    "log to the first arrival of an officer, counted on the day the log was opened. Cancelled "
    "incidents and those an officer opened are left out.",
    measures=[
        Count(
            key="incidents",
            label="Emergency incidents",
            of=Incident,
            at=Incident.created_at,
            where=emergency,
            direction=Direction.NEUTRAL,
        ),
        *(
            Duration(
                key=f"{key}_minutes",
                label=f"Emergency response time, {average.value}",
                of=Incident,
                at=Incident.created_at,
                where=emergency,
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
            key="arrival_recorded",
            label="Emergency incidents with an arrival time",
            of=Incident,
            at=Incident.created_at,
            where=emergency,
            numerator=Incident.first_arrived_at.is_not_null(),
            direction=Direction.HIGHER_IS_BETTER,
            note="The response times rest on these incidents only.",
        ),
    ],
    headline="median_minutes",
    dimensions=[LPA],
    direction=Direction.LOWER_IS_BETTER,
    availability=published_once(
        Evidence(
            source=PCC_DECEMBER_2019,
            finding="A mean emergency response of 13 minutes 23 seconds in April 2019 and of 13 "
            "minutes in October 2019 is given.",
            date="2019-12-16",
        )
    ),
    limitations="Not the time from dispatch, and not the time since the phone began to ring: the "
    "clock starts when the log is opened. Starting it there is our choice.",
    caveats=[
        "There is no national definition, and forces grade differently: two forces' times are not "
        "compared (West Midlands Police, freedom of information answer 945A/23).",
        "A few very long times move the mean. Half of the times are at most the median, and nine "
        "in ten are at most the 90th percentile.",
        "An incident with no arrival time has no response time. If the slow ones are the ones not "
        "recorded, the times look better than they were.",
        "An incident graded up or down after the first dispatch keeps its first grade here.",
        "No time is thrown out for being long: over 24 hours it may be a wrong record.",
        "New call grading came with 'Project Switch', named in the Commissioner's performance "
        "minutes of December 2023. Its day is not known to us, so no break is drawn.",
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
                "arrival_recorded": 3 / (3 + 1),
            },
            description="One slow response doubles the mean and leaves the median. An incident "
            "with no arrival time is counted and not timed. The log opened before midnight on 30 "
            "June is of the quarter in which it was opened.",
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
                "arrival_recorded": 1 / 1,
            },
            edge_case="Other grades, cancelled incidents and one opened by an officer already "
            "there, which took no time at all, are not counted. Nor is one with no grade, or one "
            "not known to have stood: the note says how many. The day the log was opened decides, "
            "and not the day of the arrival.",
        ),
        Example(
            period="2023/24 Q4",
            rows="""
            | created_at          | first_arrived_at    | grade | cancelled | police_generated |
            | 2024-03-31 00:55:00 | 2024-03-31 02:05:00 | 1     | no        | no               |
            """,
            expect={"mean_minutes": 5 + 5, "median_minutes": 5 + 5, "p90_minutes": 5 + 5},
            edge_case="The clocks went forward at 01:00: ten minutes passed, and not seventy.",
        ),
    ],
)

unresourced_incidents = Metric(
    ref="54",
    key="unresourced_incidents",
    title="Average no. of unresourced incidents",
    objective=REFORMING,
    summary="How many open incidents needed somebody to attend and had nobody assigned, averaged "
    "over the snapshots taken in the period.",
    measures=[
        AverageStock(
            key="unresourced",
            label="Unresourced incidents, mean of snapshots",
            of=OpenIncidentSnapshot,
            at=OpenIncidentSnapshot.snapshot_at,
            value=OpenIncidentSnapshot.unresourced,
        ),
    ],
    dimensions=[LPA, GRADE],
    direction=Direction.LOWER_IS_BETTER,
    availability=published_once(
        Evidence(
            source=PCC_DECEMBER_2019,
            finding="An average number of daily un-resourced incidents of 247 in April 2019 and of "
            "113 in October 2019 is given.",
            date="2019-12-16",
        )
    ),
    standards=[
        "The Commissioner's wording of 2019: average number of daily un-resourced incidents"
    ],
    limitations="Not the number of incidents that ever waited in the period: one that waits for "
    "three days is in three snapshots, and one that waits for an hour may be in none.",
    caveats=[
        "The hour of the snapshot changes the number. The hour and the grades West Mercia uses are "
        "unverified: take the snapshot at one fixed hour every day.",
        "A day with no snapshot is left out, and is not a day with nothing waiting.",
        "The average of the areas does not add to the total where snapshots are missing.",
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
            description="Areas are added within a snapshot, and snapshots are averaged.",
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
            edge_case="Three snapshots are not added to 90, and the 88 days with no snapshot are "
            "not days with nothing waiting, which would give less than one.",
        ),
        Example(
            rows="""
            | snapshot_at      | lpa           | grade | unresourced |
            | 2024-05-06 07:00 | Shropshire    | 2     | 3           |
            | 2024-05-06 07:00 | Herefordshire | 2     | 5           |
            | 2024-05-07 07:00 | Shropshire    | 2     | 4           |
            """,
            expect={"unresourced": (3 + 5) / 1},
            edge_case="The snapshot of 7 May lacks Herefordshire, so it cannot say how many were "
            "waiting in all: it is left out of the total, and Herefordshire is not taken for zero.",
        ),
    ],
)
