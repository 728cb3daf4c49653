"""Refs 2 and 5: duties under the Victims' Code, and explanations to victims of closed cases."""

from typing import Any

from swm_kpi import (
    Assumption,
    Average,
    Column,
    Count,
    Direction,
    Duration,
    Example,
    Metric,
    Proportion,
    Unit,
)

from ...assumptions import (
    ENHANCED_UPDATE_WORKING_DAYS,
    REFERRAL_WORKING_DAYS,
    UPDATE_WORKING_DAYS,
)
from ...contracts.crime import OFFENCE_SUBGROUP, OUTCOME_GROUP
from ...contracts.victims import (
    AUDIT_SAMPLE,
    DUTY_TYPE,
    ENHANCED_RIGHTS,
    FULL_COUNT,
    REFERRAL,
    UPDATE,
    VICTIMS_RIGHT,
    Victim,
    VictimsCodeAction,
)
from ...plan.availability import PLAN_STATEMENT, VICTIMS_CODE_IN_DEVELOPMENT
from ...plan.dimensions import DISTRICT, DOMESTIC_ABUSE, LPA
from ...plan.objectives import VICTIMS

NOT_POSITIVE_OUTCOMES = Assumption(
    "not_positive_outcomes",
    ("5", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "20", "21"),
    since="2021-04-01",
    because="The plan says 'without a perceived positive outcome', and there is no national list "
    "of such outcomes. Our unverified working choice is all Home Office outcomes except action "
    "taken, diversion (22), a deferred prosecution (23), after which the child can still be "
    "charged, and filed by the National Fraud Intelligence Bureau (19).",
)

VICTIMS_CODE = "Code of Practice for Victims of Crime in England and Wales, from 1 April 2021"

# The Code counts in days, so a deadline ends with its day.
_FELL_DUE = VictimsCodeAction.due_at.day() < VictimsCodeAction.extracted_at.day()
_IN_FULL_COUNT = (VictimsCodeAction.basis == FULL_COUNT) & _FELL_DUE
_IN_AUDIT = (VictimsCodeAction.basis == AUDIT_SAMPLE) & _FELL_DUE
_DONE = VictimsCodeAction.done_at.is_not_null()
_DONE_IN_TIME = _DONE & (VictimsCodeAction.done_at.day() <= VictimsCodeAction.due_at.day())
_REFERRAL = VictimsCodeAction.duty_type == REFERRAL
_UPDATE = VictimsCodeAction.duty_type == UPDATE


def _within_the_time(working_days: Column, enhanced: Column) -> Any:
    """Return whether a victim was informed within the working days that the Code allows."""
    is_early = working_days <= ENHANCED_UPDATE_WORKING_DAYS
    return is_early | (~enhanced & (working_days <= UPDATE_WORKING_DAYS))


_CODE_CAVEAT = (
    "A new Victims' Code was consulted on until 30 April 2026. When one comes into force, its "
    "rights and times replace these."
)
_TIMES_CAVEAT = (
    "The working days allowed are assumptions: five for an update or an explanation, one with "
    "Enhanced Rights, and two for a referral. They are those of the Code of 2015. We did not find "
    "the text of the Code of 2021 to confirm them."
)

victims_code = Metric(
    ref="2",
    key="victims_code",
    version=5,
    title="Compliance with the Victims' code (inc. timeliness of updates etc.)",
    objective=VICTIMS,
    summary="Duties owed to victims under the Victims' Code that fell due in the period, the share "
    "done by the deadline and the share done at all. Also the share of updates and of referrals to "
    "support made within the working days allowed, and the days updates took. Duties read in an "
    "audit's sample are separate.",
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
            label="Duties done by the deadline",
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
            label="Referrals to support made within the working days allowed",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT & _REFERRAL,
            numerator=_DONE & (VictimsCodeAction.working_days <= REFERRAL_WORKING_DAYS),
            blank_means_no=VictimsCodeAction.done_at,
        ),
        Proportion(
            key="updates_in_time",
            label="Updates given within the working days allowed",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT & _UPDATE,
            numerator=_DONE
            & _within_the_time(VictimsCodeAction.working_days, VictimsCodeAction.enhanced),
            blank_means_no=VictimsCodeAction.done_at,
        ),
        Duration(
            key="update_median_days",
            label="Median days to an update",
            of=VictimsCodeAction,
            at=VictimsCodeAction.due_at,
            where=_IN_FULL_COUNT & _UPDATE,
            start=VictimsCodeAction.duty_arose_at,
            end=VictimsCodeAction.done_at,
            average=Average.MEDIAN,
            unit=Unit.DAYS,
            blank_means_no=VictimsCodeAction.done_at,
            direction=Direction.LOWER_IS_BETTER,
            note="Of updates that were given. Weekends count, so these are not the Code's working "
            "days.",
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
    headline="done_in_time",
    dimensions=[
        DUTY_TYPE,
        VICTIMS_RIGHT,
        ENHANCED_RIGHTS,
        DOMESTIC_ABUSE,
        OFFENCE_SUBGROUP,
        LPA,
        DISTRICT,
    ],
    direction=Direction.HIGHER_IS_BETTER,
    availability=VICTIMS_CODE_IN_DEVELOPMENT,
    standards=[
        VICTIMS_CODE,
        "Victims and Prisoners Act 2024, section 2: the Code (not yet in force in the copy that we "
        "read)",
    ],
    limitations="Not a share of all victims or of all crimes. It covers only duties that apply to "
    "a victim and have reached their deadline. It does not show whether the victim was satisfied.",
    caveats=[
        "A duty done early counts on its deadline, like any other. Otherwise duties done quickly "
        "would make the share too high.",
        "A duty with no record of being done counts as not done in time. Where no duty has such a "
        "record, there is no share, because nobody recorded it.",
        "Whoever fills the table sets each duty's deadline. Updates and referrals are also judged "
        "by the working days they took, so their shares follow the assumptions and not the "
        "deadlines.",
        _TIMES_CAVEAT,
        "If it is not recorded whether the victim has Enhanced Rights, an update after two to five "
        "working days is in neither part of its share, and the note says how many there were.",
        "A single share for all duties hides differences, because frequent duties dominate. Read "
        "it by type of duty or by right.",
        _CODE_CAVEAT,
        "An audit's sample represents the rest only if it was drawn at random.",
        "The median covers updates that were given. Updates never given are left out, so it is "
        "shorter than the full wait.",
    ],
    examples=[
        Example(
            rows="""
  | basis | duty_type | duty_arose_at | due_at | done_at | working_days | enhanced | extracted_at |
  | full  | Update   | 2024-04-08 | 2024-04-15 23:59 | 2024-04-10 | 2 | no | 2024-08-01 |
  | full  | Update   | 2024-05-08 | 2024-05-15 23:59 | 2024-05-15 | 5 | no | 2024-08-01 |
  | full  | Update   | 2024-06-03 | 2024-06-10 23:59 | 2024-06-13 | 8 | no | 2024-08-01 |
  | full  | Referral | 2024-06-03 | 2024-06-05 23:59 | 2024-06-04 | 1 | no | 2024-08-01 |
  | full  | Referral | 2024-06-03 | 2024-06-05 23:59 |            |   | no | 2024-08-01 |
  | audit | Update   | 2024-06-03 | 2024-06-10 23:59 | 2024-06-04 | 1 | no | 2024-08-01 |
  | audit | Update   | 2024-06-03 | 2024-06-10 23:59 |            |   | no | 2024-08-01 |
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
            description="The updates took 2, 7 and 10 days, which are 2, 5 and 8 working days. The "
            "last was late. The two duties read in the audit are separate.",
        ),
        Example(
            rows="""
  | basis | duty_type | duty_arose_at | due_at | done_at | working_days | enhanced | extracted_at |
  | full  | Update | 2024-06-10 | 2024-06-17 23:59 | 2024-06-20 | 8 | no | 2024-06-25 |
  | full  | Update | 2024-06-10 | 2024-06-17 23:59 |            |   | no | 2024-06-25 |
  | full  | Update | 2024-06-24 | 2024-06-28 23:59 |            |   | no | 2024-06-25 |
  | full  | Update | 2024-06-24 | 2024-06-28 23:59 | 2024-06-24 | 0 | no | 2024-06-25 |
  | full  | Update | 2024-03-27 | 2024-04-05 23:59 | 2024-03-28 | 1 | no | 2024-06-25 |
  | full  | Update | 2024-03-20 | 2024-03-27 23:59 | 2024-04-02 | 7 | no | 2024-06-25 |
  | audit | Update | 2024-06-10 | 2024-06-17 23:59 | 2024-06-11 | 1 | no | 2024-06-25 |
  | audit | Update | 2024-06-24 | 2024-06-28 23:59 |            |   | no | 2024-06-25 |
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
        Example(
            rows="""
  | basis | duty_type | duty_arose_at | due_at | done_at | working_days | enhanced | extracted_at |
  | full | Update           | 2024-05-13 | 2024-05-14 23:59 | 2024-05-15 | 2 | yes | 2024-08-01 |
  | full | Update           | 2024-05-13 | 2024-05-14 23:59 | 2024-05-14 | 1 | yes | 2024-08-01 |
  | full | Update           | 2024-05-13 | 2024-05-20 23:59 | 2024-05-14 | 1 |     | 2024-08-01 |
  | full | Other            | 2024-05-13 | 2024-05-20 23:59 | 2024-05-14 | 1 | no  | 2024-08-01 |
  | full | Needs assessment | 2024-05-13 | 2024-05-15 23:59 |            |   | no  | 2024-08-01 |
  | full | Referral         | 2024-05-13 | 2024-05-15 23:59 | 2024-05-15 | 2 | yes | 2024-08-01 |
            """,
            expect={
                "duties": 4 + 2,
                "done_in_time": (3 + 1) / (4 + 2),
                "done": (4 + 1) / (4 + 2),
                "referred_in_time": 1 / 1,
                "updates_in_time": (1 + 1) / (1 + 1 + 1),
                "update_median_days": 1,
            },
            edge_case="Two working days are too long for an update to a victim with Enhanced "
            "Rights. One working day is in time for any victim, also if it is not recorded which "
            "rights they have. A needs assessment is not a referral, although both are of right 4. "
            "Another duty is not one of the updates.",
        ),
    ],
)

_CLOSED = Victim.outcome_code.is_in(NOT_POSITIVE_OUTCOMES) & (Victim.status == "recorded")

explanation_to_victims = Metric(
    ref="5",
    key="explanation_to_victims",
    version=3,
    title="Explanation to victims of crime whose case is closed without a perceived positive "
    "outcome (this may also be captured as part of the Victims' code metrics under development)",
    objective=VICTIMS,
    summary="Identifiable victims with a case closed in the period without a positive outcome, the "
    "share who were given an explanation, and the share who were given one within the working days "
    "allowed, according to the record.",
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
        Proportion(
            key="explained_in_time",
            label="Victims who were given an explanation within the working days allowed",
            of=Victim,
            at=Victim.closed_at,
            where=_CLOSED,
            numerator=Victim.explained_at.is_not_null()
            & _within_the_time(Victim.working_days_to_explain, Victim.enhanced),
            blank_means_no=Victim.explained_at,
            note="From the day the case was closed. Victims whose case was closed shortly before "
            "the data were extracted may still be given one.",
        ),
    ],
    headline="explained",
    dimensions=[OUTCOME_GROUP, DOMESTIC_ABUSE, ENHANCED_RIGHTS, OFFENCE_SUBGROUP, LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[f"{VICTIMS_CODE}: rights 6 and 9", "Home Office crime outcomes framework"],
    limitations="Not a share of crimes: a case with two victims needs two explanations, and a case "
    "with no identifiable victim needs none. It does not show whether the victim agreed with the "
    "decision.",
    caveats=[
        "An assumption decides which outcomes are not positive: there is no national list.",
        "A case with no record of an explanation counts as having none, although one may have been "
        "given. Where no case has such a record, there is no share, because nobody recorded it.",
        _TIMES_CAVEAT,
        "If it is not recorded whether the victim has Enhanced Rights, an explanation after two to "
        "five working days is in neither part of the share in time, and the note says how many "
        "there were.",
        "A closed case whose closing date was not kept is in no period. The result says how many "
        "there were.",
        _CODE_CAVEAT,
        "A reopened case leaves the count until it is closed again, so figures for past periods "
        "can change.",
    ],
    examples=[
        Example(
            rows="""
  | status | outcome_code | closed_at | explained_at | working_days_to_explain | enhanced |
  | recorded | 18 | 2024-04-01 | 2024-04-03 | 2 | no  |
  | recorded | 15 | 2024-05-07 | 2024-05-07 | 0 | yes |
  | recorded | 16 | 2024-06-30 | 2024-07-10 | 8 | no  |
  | recorded | 18 | 2024-05-07 |            |   | no  |
            """,
            expect={
                "victims": 1 + 1 + 1 + 1,
                "explained": (1 + 1 + 1) / 4,
                "explained_in_time": (1 + 1) / 4,
            },
            description="The day the case was closed decides the period, even if the explanation "
            "came after it. An explanation after eight working days is late.",
        ),
        Example(
            rows="""
  | status | outcome_code | closed_at | explained_at | working_days_to_explain | enhanced |
  | recorded | 18 | 2026-05-07 | 2026-05-10 | 3 | yes |
  | recorded | 18 | 2026-05-07 | 2026-05-08 | 1 |     |
  | recorded | 18 | 2026-05-07 |            |   | no  |
  | recorded | 23 | 2026-05-07 | 2026-05-07 | 0 | no  |
            """,
            period="2026/27 Q1",
            expect={
                "victims": 1 + 1 + 1,
                "explained": (1 + 1) / (1 + 1 + 1),
                "explained_in_time": 1 / (1 + 1 + 1),
            },
            edge_case="Three working days are too long for a victim with Enhanced Rights. One is "
            "in time for any victim. A victim with no record of an explanation stays in the "
            "denominator of both shares. A deferred prosecution is not a closed case without a "
            "positive outcome.",
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
