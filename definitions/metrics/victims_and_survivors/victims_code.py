"""Refs 2 and 5: duties under the Victims' Code, and explanations to victims of closed cases."""

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
    INVESTIGATION_UPDATES,
    REFERRAL_TO_SUPPORT,
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
    because="The plan says 'without a perceived positive outcome', and there is no national list "
    "of such outcomes. Our unverified working choice is all Home Office outcomes except action "
    "taken, diversion (22) and filed by the National Fraud Intelligence Bureau (19).",
)

VICTIMS_CODE = "Code of Practice for Victims of Crime in England and Wales, from 1 April 2021"

# The Code counts in days, so a deadline ends with its day.
_FELL_DUE = VictimsCodeAction.due_at.day() < VictimsCodeAction.extracted_at.day()
_IN_FULL_COUNT = (VictimsCodeAction.basis == FULL_COUNT) & _FELL_DUE
_IN_AUDIT = (VictimsCodeAction.basis == AUDIT_SAMPLE) & _FELL_DUE
_DONE = VictimsCodeAction.done_at.is_not_null()
_DONE_IN_TIME = _DONE & (VictimsCodeAction.done_at.day() <= VictimsCodeAction.due_at.day())
_UPDATE = VictimsCodeAction.right == INVESTIGATION_UPDATES

victims_code = Metric(
    ref="2",
    key="victims_code",
    version=4,
    title="Compliance with the Victims' code (inc. timeliness of updates etc.)",
    objective=VICTIMS,
    summary="Duties owed to victims under the Victims' Code that fell due in the period, the share "
    "done in time and the share done at all. Also the share of support referrals and updates done "
    "in time, and the days updates took. Duties read in an audit's sample are separate.",
    measures=[
        Count(
            key="duties",
            label="Duties that fell due",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="done_in_time",
            label="Duties done in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT,
            numerator=_DONE_IN_TIME,
            blank_means_no=VictimsCodeAction.done_at,
        ),
        Proportion(
            key="done",
            label="Duties done, in time or late",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT,
            numerator=_DONE,
            blank_means_no=VictimsCodeAction.done_at,
            note="Includes late ones, so this is not the share that meets the Code.",
        ),
        Proportion(
            key="referred_in_time",
            label="Referrals to support services (right 4) made in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT & (VictimsCodeAction.right == REFERRAL_TO_SUPPORT),
            numerator=_DONE_IN_TIME,
            blank_means_no=VictimsCodeAction.done_at,
        ),
        Proportion(
            key="updates_in_time",
            label="Updates about the investigation and prosecution (right 6) given in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT & _UPDATE,
            numerator=_DONE_IN_TIME,
            blank_means_no=VictimsCodeAction.done_at,
        ),
        Duration(
            key="update_median_days",
            label="Median days to an update about the investigation and prosecution (right 6)",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT & _UPDATE,
            start=VictimsCodeAction.duty_arose_at,
            end=VictimsCodeAction.done_at,
            average=Average.MEDIAN,
            unit=Unit.DAYS,
            blank_means_no=VictimsCodeAction.done_at,
            direction=Direction.LOWER_IS_BETTER,
            note="Of updates that were given. Calendar days, not the working days in the Code.",
        ),
        Count(
            key="audited_duties",
            label="Duties read in audits",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_AUDIT,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="audited_in_time",
            label="Duties read in audits: done in time",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_AUDIT,
            numerator=_DONE_IN_TIME,
            blank_means_no=VictimsCodeAction.done_at,
            note="From a sample: another sample would give a different share. Never added to the "
            "full count.",
        ),
    ],
    dimensions=[VICTIMS_RIGHT, OFFENCE_SUBGROUP, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[VICTIMS_CODE, "Victims and Prisoners Act 2024"],
    limitations="Not a share of all victims or of all crimes. It covers only duties that apply to "
    "a victim and have reached their deadline. It does not show whether the victim was satisfied.",
    caveats=[
        "A duty done early counts on its deadline, like any other. Otherwise duties done quickly "
        "would make the share too high.",
        "A duty with no record of being done counts as not done in time. Where no duty has such a "
        "record, there is no share, because nobody recorded it.",
        "Whoever fills the table calculates the deadlines. For updates (right 6) the Code allows "
        "five working days from an arrest, interview, release or change of bail, and one working "
        "day if the victim has Enhanced Rights. For a referral to support (right 4) it allows two "
        "working days. Bank holidays in England and Wales are not working days.",
        "A single share for all rights hides differences, because rights with many duties "
        "dominate. Read it by right.",
        "An audit's sample represents the rest only if it was drawn at random.",
        "The median covers updates that were given. Updates never given are left out, so it is "
        "shorter than the full wait.",
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
            description="The updates took 2, 7 and 10 days. The last was done late. The two duties "
            "read in the audit are separate.",
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
            edge_case="Duties not yet due when the data were extracted are left out, whether or "
            "not they were done. A late duty counts as done but not as done in time. The day a "
            "duty falls due decides the period, not the day it arose or was done. Including the "
            "audit would make the share look better.",
        ),
    ],
)

_CLOSED = Victim.outcome_code.is_in(NOT_POSITIVE_OUTCOMES) & (Victim.status == "recorded")

explanation_to_victims = Metric(
    ref="5",
    key="explanation_to_victims",
    version=2,
    title="Explanation to victims of crime whose case is closed without a perceived positive "
    "outcome (this may also be captured as part of the Victims' code metrics under development)",
    objective=VICTIMS,
    summary="Identifiable victims with a case closed in the period without a positive outcome, and "
    "the share who were given an explanation, according to the record.",
    measures=[
        Count(
            key="victims",
            label="Victims with a case closed without a positive outcome",
            of=Victim,
            at=Victim.closed_at,
            where=_CLOSED,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="explained",
            label="Victims who were given an explanation",
            of=Victim,
            at=Victim.closed_at,
            where=_CLOSED,
            numerator=Victim.explained_at.is_not_null(),
            blank_means_no=Victim.explained_at,
        ),
    ],
    dimensions=[OUTCOME_GROUP, OFFENCE_SUBGROUP, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[f"{VICTIMS_CODE}: rights 6 and 9", "Home Office crime outcomes framework"],
    limitations="Not a share of crimes: a case with two victims needs two explanations, and a case "
    "with no identifiable victim needs none. It does not show whether the victim agreed with the "
    "decision.",
    caveats=[
        "An assumption decides which outcomes are not positive: there is no national list.",
        "A case with no record of an explanation counts as having none, although one may have been "
        "given. Where no case has such a record, there is no share, because nobody recorded it.",
        "It does not show whether the explanation was in time. See Compliance with the Victims' "
        "Code (ref 2).",
        "A reopened case leaves the count until it is closed again, so figures for past periods "
        "can change.",
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
            description="The day the case was closed decides the period, even if the explanation "
            "came after it.",
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
            edge_case="Explaining to one of a crime's two victims gives a half. Cases closed by a "
            "charge, a community resolution or a diversion are left out, and so is an open case. A "
            "victim with no record of an explanation stays in and counts as not having one.",
        ),
    ],
)
