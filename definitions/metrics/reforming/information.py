"""Refs 45, 48 and 49: data maturity, information security and data breaches."""

from swm_kpi import (
    Count,
    Direction,
    Example,
    Frequency,
    Metric,
    Proportion,
)

from ...contracts.data_breach import (
    BREACH_TYPE,
    ICO_OUTCOME,
    REGULATOR_COMPLAINT_SUBJECT,
    DataBreach,
    RegulatorComplaint,
)
from ...contracts.text_reports import DATA_MATURITY, INFORMATION_SECURITY
from ...contracts.workforce import DEPARTMENT
from ...measures import text_report
from ...plan.availability import PLAN_STATEMENT
from ...plan.objectives import REFORMING
from .assumptions import BREACH_NOTICE_SECONDS

data_maturity = Metric(
    ref="45",
    key="data_maturity",
    title="Assessment of knowledge management and data maturity",
    objective=REFORMING,
    summary="The latest assessment in the period, in words, of how well the force manages its "
    "knowledge and data. Includes a rating from 1 to 5 if there is one, the role of the author and "
    "the evidence.",
    measures=[
        text_report(
            "assessment",
            "Assessment of knowledge management and data maturity",
            DATA_MATURITY,
            rated=True,
        ),
    ],
    direction=Direction.NEUTRAL,
    frequency=Frequency.ANNUAL,
    availability=PLAN_STATEMENT,
    standards=["Data maturity assessment for government (unverified)", "DAMA (unverified)"],
    limitations="Does not measure the quality of any data. The rating is a rank and cannot be "
    "averaged.",
    caveats=[
        "The force assesses itself, unless the evidence shows otherwise.",
        "Do not compare ratings made on different scales or by different people. State in the text "
        "which scale was used and how each part was rated.",
    ],
    examples=[
        Example(
            period="2024/25",
            rows="""
            | subject       | period_end | text             | rating | author_role | evidence |
            | data maturity | 2025-03-31 | Owners are named. | 3     | Data lead   | Review   |
            """,
            expect={"assessment": None},
            description="The note shows the rating beside the text. The rating is not the metric's "
            "number.",
        ),
        Example(
            period="2024/25",
            rows="""
            | subject              | period_end | text     | rating | author_role | evidence |
            | data maturity        | 2024-09-30 | Some.    | 2      | Data lead   | Review   |
            | data maturity        | 2025-03-31 | More.    | 4      | Data lead   | Review   |
            | information security | 2025-03-31 | Assured. | 5      | Security    | Audit    |
            """,
            expect={"assessment": None},
            edge_case="There is no mean of 2 and 4: ratings are ranks, so there is no number.",
        ),
    ],
)

information_security = Metric(
    ref="48",
    key="information_security",
    title="Information security compliance (qualitative assessment)",
    objective=REFORMING,
    summary="The latest assessment in the period, in words, of how far the force meets the "
    "standards of information security, with the role of the author and the evidence.",
    measures=[
        text_report(
            "assessment", "Assessment of information security compliance", INFORMATION_SECURITY
        ),
    ],
    direction=Direction.NEUTRAL,
    frequency=Frequency.ANNUAL,
    availability=PLAN_STATEMENT,
    standards=[
        "ISO/IEC 27001 (unverified)",
        "Cyber Assessment Framework of the National Cyber Security Centre (unverified)",
    ],
    limitations="Not a count of breaches, which is ref 49, and not a certificate: the plan calls "
    "it a qualitative assessment.",
    caveats=[
        "The text leaves out anything that would help an attacker, so it says less than is known.",
        "It is unverified which standards the force is assessed against. The text should name "
        "them.",
    ],
    examples=[
        Example(
            period="2024/25",
            rows="""
            | subject              | period_end | text           | author_role | evidence |
            | information security | 2025-03-31 | Standards met. | Security    | Audit    |
            """,
            expect={"assessment": None},
            description="The note shows the text. There is no number.",
        ),
        Example(
            period="2024/25",
            rows="""
            | subject              | period_end | text     | rating | author_role | evidence |
            | information security | 2024-12-31 | Assured. | 4      | Security    | Audit    |
            | data maturity        | 2025-03-31 | More.    | 4      | Data lead   | Review   |
            """,
            expect={"assessment": None},
            edge_case="A rating beside the text does not become a number: the plan asks for a "
            "judgement in words.",
        ),
    ],
)

_NOTIFIED = DataBreach.ico_notified_at.is_not_null()

data_breaches = Metric(
    ref="49",
    key="data_breaches",
    version=6,
    title="Data breaches including ICO referrals and ICO complaints",
    objective=REFORMING,
    summary="Breaches of personal data on the register, the breaches that the force notified to "
    "the Information Commissioner's Office, and those for which it took action, counted on the day "
    "the force became aware of the breach. Also complaints about the force to that office, whether "
    "or not about a breach, counted on the day the force was informed.",
    measures=[
        Count(key="breaches", label="Data breaches", of=DataBreach, at=DataBreach.aware_at),
        Count(
            key="notified",
            label="Breaches notified to the Information Commissioner's Office",
            of=DataBreach,
            at=DataBreach.aware_at,
            where=_NOTIFIED,
            note="The plan calls these referrals.",
        ),
        Proportion(
            key="notified_in_time",
            label="Notified breaches that were notified within 72 hours",
            of=DataBreach,
            at=DataBreach.aware_at,
            where=_NOTIFIED,
            numerator=DataBreach.aware_at.until(DataBreach.ico_notified_at)
            <= BREACH_NOTICE_SECONDS,
            direction=Direction.HIGHER_IS_BETTER,
            note="A share of the breaches notified, not of all breaches. The limit is 72 hours "
            "unless another is set.",
        ),
        Count(
            key="action",
            label="Notified breaches for which the Information Commissioner's Office took action",
            of=DataBreach,
            at=DataBreach.aware_at,
            where=_NOTIFIED
            & DataBreach.ico_outcome.is_in("Reprimand", "Enforcement notice", "Penalty"),
            direction=Direction.LOWER_IS_BETTER,
            note="A reprimand, an enforcement notice or a penalty. A case still pending may lead "
            "to one.",
        ),
        Count(
            key="complaints",
            label="Complaints to the Information Commissioner's Office",
            of=RegulatorComplaint,
            at=RegulatorComplaint.received_on,
            note="Complaints about breaches and about other matters, such as a late answer to a "
            "request. They are not a part of the breaches.",
        ),
    ],
    dimensions=[BREACH_TYPE, REGULATOR_COMPLAINT_SUBJECT, DEPARTMENT, ICO_OUTCOME],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=[
        "UK GDPR, Article 33 (unverified)",
        "Data Protection Act 2018, section 67 (unverified)",
    ],
    limitations="A notified breach does not mean that the force was found at fault, and neither "
    "does a complaint. Breaches, notices and complaints are different numbers and are never added.",
    caveats=[
        "A rise may mean that staff report breaches more readily.",
        "Not every breach has to be notified. The data do not show which ones should have been, so "
        "a breach wrongly not notified is not visible here.",
        "The clock starts when the force became aware of the breach, not when it happened.",
        "If no breach in the whole table has a time of notification, no number of notified "
        "breaches is shown: the register may not record them.",
        "Several complaints about one breach count as several. A complaint may be decided in a "
        "later period than the one it counts in.",
    ],
    examples=[
        Example(
            rows="""
            | aware_at            | ico_notified_at     | ico_outcome          |
            | 2024-04-01 00:00:00 |                     |                      |
            | 2024-05-03 17:00:00 | 2024-05-06 17:00:00 | No further action    |
            | 2024-05-03 17:00:00 | 2024-05-06 17:00:01 | Reprimand            |
            | 2024-06-30 23:00:00 | 2024-07-01 09:00:00 | Pending              |
            """,
            expect={
                "breaches": 1 + 1 + 1 + 1,
                "notified": 1 + 1 + 1,
                "notified_in_time": (1 + 1) / 3,
                "action": 1,
            },
            description="Friday 17:00 to Monday 17:00 is 72 hours and in time; one second later is "
            "not. A breach that the force became aware of on 30 June counts in that quarter.",
        ),
        Example(
            rows={
                "data_breach": """
                | aware_at            | ico_notified_at     | ico_outcome       |
                | 2024-05-06 12:00:00 | 2024-05-07 12:00:00 | No further action |
                | 2024-05-06 12:00:00 | 2024-05-08 12:00:00 | Advice            |
                | 2024-05-06 12:00:00 | 2024-05-16 12:00:00 | Pending           |
                | 2024-05-06 12:00:00 |                     |                   |
                | 2024-05-06 12:00:00 |                     |                   |
                | 2024-03-31 23:30:00 | 2024-04-01 09:00:00 | Penalty           |
                """,
                "regulator_complaint": """
                | received_on | complaint_subject              | ico_outcome       |
                | 2024-04-01  | Breach of personal data        | No further action |
                | 2024-04-02  | Breach of personal data        |                   |
                | 2024-06-30  | Freedom of information request | Decision notice   |
                | 2024-07-01  | Request for own data           |                   |
                """,
            },
            expect={
                "breaches": 3 + 2,
                "notified": 1 + 1 + 1,
                "notified_in_time": (1 + 1) / 3,
                "action": 0,
                "complaints": 2 + 1,
            },
            edge_case="Three breaches were notified and none led to action: advice and a pending "
            "case are not action. A breach that was never notified is not late, so the share is "
            "out of three and not five. The breach known on 31 March belongs to the quarter "
            "before, although it was notified in April. A complaint counts on its own day, whether "
            "or not it is about a breach, and two complaints about that breach of March are two.",
        ),
        Example(
            rows="""
            | aware_at            | ico_notified_at     | ico_outcome |
            | 2024-05-06 12:00:00 |                     |             |
            | 2024-07-01 12:00:00 | 2024-07-02 12:00:00 | Pending     |
            """,
            expect={"breaches": 1, "notified": 0, "notified_in_time": None},
            edge_case="If no breach was notified there is no share. That is different from 100% in "
            "time. A breach of the next quarter was notified, so notifications are recorded.",
        ),
    ],
)
