"""Refs 2 and 5: what the Victims' Code owes victims, and telling them why a case ends."""

from swm_kpi import (
    Assumption,
    Average,
    Count,
    Direction,
    Duration,
    Example,
    Metric,
    Proportion,
    Unit,
)

from ...contracts.crime import OFFENCE_SUBGROUP, OUTCOME_GROUP
from ...contracts.victims import (
    AUDIT_SAMPLE,
    FULL_COUNT,
    REFERRAL_TO_SUPPORT,
    TOLD_OF_THE_INVESTIGATION,
    VICTIMS_RIGHT,
    Victim,
    VictimsCodeAction,
)
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import LPA
from ...plan.objectives import VICTIMS

NOT_POSITIVE_OUTCOMES = Assumption(
    "not_positive_outcomes",
    ("5", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "20", "21"),
    since="2021-04-01",
    because="The plan says 'without a perceived positive outcome' and no national list of those "
    "exists. Our unverified working choice is the Home Office outcomes that are neither an action "
    "taken, nor diversion (22), nor filed by the National Fraud Intelligence Bureau (19).",
)

VICTIMS_CODE = "Code of Practice for Victims of Crime in England and Wales, from 1 April 2021"

fell_due = VictimsCodeAction.due_at <= VictimsCodeAction.extracted_at
counted = (VictimsCodeAction.basis == FULL_COUNT) & fell_due
sampled = (VictimsCodeAction.basis == AUDIT_SAMPLE) & fell_due
done = VictimsCodeAction.done_at.is_not_null()
in_time = done & (VictimsCodeAction.done_at <= VictimsCodeAction.due_at)
updates = VictimsCodeAction.right == TOLD_OF_THE_INVESTIGATION

victims_code = Metric(
    ref="2",
    key="victims_code",
    title="Compliance with the Victims' code (inc. timeliness of updates etc.)",
    objective=VICTIMS,
    summary="Of the duties owed to victims under the Victims' Code that fell due in the period, "
    "the share done in time, the share done at all, and how many days they took. Duties read in an "
    "audit's sample are separate.",
    measures=[
        Count(
            key="duties",
            label="Duties that fell due",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=counted,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="done_in_time",
            label="Duties done in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=counted,
            numerator=in_time,
        ),
        Proportion(
            key="done",
            label="Duties done, in time or late",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=counted,
            numerator=done,
            note="Late ones included: not the share that keeps the Code.",
        ),
        Proportion(
            key="referred_in_time",
            label="Referrals to support services (right 4) made in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=counted & (VictimsCodeAction.right == REFERRAL_TO_SUPPORT),
            numerator=in_time,
        ),
        Proportion(
            key="updates_in_time",
            label="Updates about the investigation and prosecution (right 6) given in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=counted & updates,
            numerator=in_time,
        ),
        Duration(
            key="update_median_days",
            label="Median days to an update about the investigation and prosecution (right 6)",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=counted & updates,
            start=VictimsCodeAction.duty_arose_at,
            end=VictimsCodeAction.done_at,
            average=Average.MEDIAN,
            unit=Unit.DAYS,
            missing="not done",
            direction=Direction.LOWER_IS_BETTER,
            note="Days by the calendar, and not the working days of the Code.",
        ),
        Count(
            key="audited_duties",
            label="Duties read in audits",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=sampled,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="audited_in_time",
            label="Duties read in audits: done in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=sampled,
            numerator=in_time,
            note="From a sample: another sample would give another share. Never added to the full "
            "count.",
        ),
    ],
    dimensions=[VICTIMS_RIGHT, OFFENCE_SUBGROUP, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[VICTIMS_CODE, "Victims and Prisoners Act 2024"],
    limitations="Not a share of all victims or of all crimes: only duties that apply to a victim, "
    "and whose time has run out, are in it. Not whether the victim was satisfied.",
    caveats=[
        "A duty done early is counted when its time runs out, like any other, so that the quick "
        "ones do not make the share too good.",
        "A duty with no record of being done is not done in time.",
        "The time allowed is calculated by those who fill the table. For updates (right 6) the "
        "Code allows five working days from an arrest, interview, release or change of bail, and "
        "one where the victim has Enhanced Rights. For a referral to support (right 4) it allows "
        "two. Bank holidays of England and Wales are not working days.",
        "One share over all rights hides the differences: rights with many duties drown the "
        "others. Read it by right.",
        "Whether an audit's sample was drawn at random decides whether it stands for the rest.",
        "The median is of the updates given. Those never given are not in it, so it reads shorter "
        "than the wait.",
    ],
    examples=[
        Example(
            rows="""
            | basis | right | duty_arose_at | due_at           | done_at    | extracted_at |
            | full  | 6     | 2024-04-08    | 2024-04-15 23:59 | 2024-04-10 | 2024-08-01   |
            | full  | 6     | 2024-05-08    | 2024-05-15 23:59 | 2024-05-15 | 2024-08-01   |
            | full  | 6     | 2024-06-03    | 2024-06-10 23:59 | 2024-06-13 | 2024-08-01   |
            | full  | 4     | 2024-06-03    | 2024-06-05 23:59 | 2024-06-04 | 2024-08-01   |
            | full  | 4     | 2024-06-03    | 2024-06-05 23:59 |            | 2024-08-01   |
            | audit | 6     | 2024-06-03    | 2024-06-10 23:59 | 2024-06-04 | 2024-08-01   |
            | audit | 6     | 2024-06-03    | 2024-06-10 23:59 |            | 2024-08-01   |
            """,
            expect={
                "duties": 3 + 2,
                "done_in_time": (2 + 1) / (3 + 2),
                "done": (3 + 1) / (3 + 2),
                "referred_in_time": 1 / 2,
                "updates_in_time": 2 / 3,
                "update_median_days": 7,
                "audited_duties": 2,
                "audited_in_time": 1 / 2,
            },
            description="The updates took 2, 7 and 10 days; the last was done, and late. The two "
            "duties read in the audit are apart.",
        ),
        Example(
            rows="""
            | basis | right | duty_arose_at | due_at           | done_at    | extracted_at |
            | full  | 6     | 2024-06-10    | 2024-06-17 23:59 | 2024-06-20 | 2024-06-25   |
            | full  | 6     | 2024-06-10    | 2024-06-17 23:59 |            | 2024-06-25   |
            | full  | 6     | 2024-06-24    | 2024-06-28 23:59 |            | 2024-06-25   |
            | full  | 6     | 2024-06-24    | 2024-06-28 23:59 | 2024-06-24 | 2024-06-25   |
            | full  | 6     | 2024-03-27    | 2024-04-05 23:59 | 2024-03-28 | 2024-06-25   |
            | full  | 6     | 2024-03-20    | 2024-03-27 23:59 | 2024-04-02 | 2024-06-25   |
            | audit | 6     | 2024-06-10    | 2024-06-17 23:59 | 2024-06-11 | 2024-06-25   |
            | audit | 6     | 2024-06-24    | 2024-06-28 23:59 |            | 2024-06-25   |
            """,
            expect={
                "duties": 1 + 1 + 1,
                "done_in_time": 1 / 3,
                "done": (1 + 1) / 3,
                "referred_in_time": None,
                "updates_in_time": 1 / 3,
                "update_median_days": (1 + 10) / 2,
                "audited_duties": 1,
                "audited_in_time": 1 / 1,
            },
            edge_case="Duties not yet due when the data were extracted are left out, done or not. "
            "A late one is done and not done in time. The day a duty falls due decides the period, "
            "not the day it arose or was done. Mixing in the audit would make the share better.",
        ),
    ],
)

closed = Victim.outcome_code.is_in(NOT_POSITIVE_OUTCOMES) & (Victim.status == "recorded")

explanation_to_victims = Metric(
    ref="5",
    key="explanation_to_victims",
    title="Explanation to victims of crime whose case is closed without a perceived positive "
    "outcome (this may also be captured as part of the Victims' code metrics under development)",
    objective=VICTIMS,
    summary="Of the identifiable victims whose case was closed in the period without a positive "
    "outcome, the share who were told why, as the record shows.",
    measures=[
        Count(
            key="victims",
            label="Victims whose case was closed without a positive outcome",
            of=Victim,
            at=Victim.closed_at,
            where=closed,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="explained",
            label="Of those, told why",
            of=Victim,
            at=Victim.closed_at,
            where=closed,
            numerator=Victim.explained_at.is_not_null(),
        ),
    ],
    dimensions=[OUTCOME_GROUP, OFFENCE_SUBGROUP, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[f"{VICTIMS_CODE}: rights 6 and 9", "Home Office crime outcomes framework"],
    limitations="Not a share of crimes: a case with two victims owes two explanations, and one "
    "with no identifiable victim owes none. Not whether the victim agreed with the decision.",
    caveats=[
        "Which outcomes are not positive is an assumption: no national list exists.",
        "No record of an explanation counts as no explanation, though one may have been given.",
        "It does not say whether the explanation was in time: that is in Compliance with the "
        "Victims' Code.",
        "A case opened again leaves the count until it is closed again, so past periods can move.",
    ],
    examples=[
        Example(
            rows="""
            | crime_id | victim_id | status   | outcome_code | closed_at  | explained_at |
            | a        | v         | recorded | 18           | 2024-04-01 | 2024-04-03   |
            | b        | w         | recorded | 15           | 2024-05-06 | 2024-05-06   |
            | c        | x         | recorded | 16           | 2024-06-30 | 2024-07-02   |
            | d        | y         | recorded | 18           | 2024-05-06 |              |
            """,
            expect={"victims": 1 + 1 + 1 + 1, "explained": (1 + 1 + 1) / 4},
            description="The period is the one in which the case was closed, also if the victim "
            "was told after it.",
        ),
        Example(
            rows="""
            | recorded_at | status    | outcome_code | closed_at  | explained_at |
            | 2023-09-01  | recorded  | 18           | 2024-05-06 | 2024-05-07   |
            | 2023-09-01  | recorded  | 18           | 2024-05-06 |              |
            | 2024-05-06  | recorded  | 1            | 2024-05-20 | 2024-05-20   |
            | 2024-05-06  | recorded  | 8            | 2024-05-20 | 2024-05-20   |
            | 2024-05-06  | recorded  | 22           | 2024-05-20 | 2024-05-20   |
            | 2024-05-06  | recorded  |              |            |              |
            | 2024-05-06  | cancelled | 18           | 2024-05-20 | 2024-05-20   |
            | 2024-05-06  | recorded  | 18           | 2024-07-01 | 2024-07-01   |
            """,
            expect={"victims": 1 + 1, "explained": 1 / (1 + 1)},
            edge_case="Telling one of a crime's two victims is half. Charges, community "
            "resolutions and diversions are not closures without a positive outcome, an open case "
            "is not closed, and no record of telling is not left out: it is not told.",
        ),
    ],
)
