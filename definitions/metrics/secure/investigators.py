"""Ref 13, investigators and specialist investigators."""

from swm_kpi import Assumption, Basis, Direction, Example, Metric, PeriodEndStock, Unit

from ...contracts.published_workforce import PUBLISHED_OFFICER, PublishedWorkforce
from ...contracts.workforce import (
    DEPARTMENT,
    DESIGNATED_OFFICER,
    INVESTIGATION,
    OFFICER,
    RANK,
    SPECIALISM,
    STAFF,
    WORKER_TYPE,
    WorkforceSnapshot,
)
from ...measures import headcount_and_fte
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import FORCE, LPA
from ...plan.objectives import SECURE

INVESTIGATOR_WORKER_TYPES = Assumption(
    "investigator_worker_types",
    (OFFICER, STAFF, DESIGNATED_OFFICER),
    since="2021-04-01",
    because="The plan does not say who counts as an investigator. Police staff and designated "
    "officers investigate as officers do, so we count all three. Our unverified working choice.",
)

INVESTIGATOR_FUNCTIONS = Assumption(
    "investigator_functions",
    (INVESTIGATION,),
    since="2021-04-01",
    because="We treat someone as an investigator if the main work of their post is to investigate, "
    "in any department, public protection included. Officers in response or neighbourhood posts "
    "investigate too, but are left out. Our unverified working choice.",
)

PUBLISHED_INVESTIGATION = Assumption(
    "published_investigation_functions",
    ("Investigations",),
    since="2021-04-01",
    because="The name of the wider function in the Home Office's published file of functions. Its "
    "spelling is unverified. Investigators of child abuse, rape or domestic abuse may be under a "
    "wider function for public protection: we did not find which. Add its name to count its "
    "officers too.",
)

INVESTIGATOR_PIP_LEVELS = Assumption(
    "investigator_pip_levels",
    ("2", "3", "4"),
    since="2021-04-01",
    because="We take level 2 of the Professionalising Investigation Programme to mean serious or "
    "complex investigation, so level 2 and above count. Unverified.",
)

_INVESTIGATOR = WorkforceSnapshot.function.is_in(
    INVESTIGATOR_FUNCTIONS
) & WorkforceSnapshot.worker_type.is_in(INVESTIGATOR_WORKER_TYPES)
_ACCREDITED = _INVESTIGATOR & WorkforceSnapshot.pip_level.is_in(INVESTIGATOR_PIP_LEVELS)
_SPECIALIST = _INVESTIGATOR & WorkforceSnapshot.specialism.is_not_null()
_AVAILABLE = _INVESTIGATOR & ~WorkforceSnapshot.career_break & ~WorkforceSnapshot.seconded

investigators = Metric(
    ref="13",
    key="investigators",
    version=4,
    title="No. of investigators and specialist investigators",
    objective=SECURE,
    summary="People in investigator posts on the date of the latest snapshot of the period, how "
    "many of them are in specialist posts, and how many are accredited to investigate serious or "
    "complex crime. Shown as headcount and as full-time equivalents.",
    measures=[
        *headcount_and_fte("investigators", "In investigator posts", _INVESTIGATOR),
        *headcount_and_fte(
            "specialists",
            "In specialist investigator posts",
            _SPECIALIST,
            "A post with no specialism recorded is not counted as specialist.",
            WorkforceSnapshot.specialism,
        ),
        *headcount_and_fte(
            "accredited",
            "In investigator posts and accredited at PIP level 2 or above",
            _ACCREDITED,
            "An assumption sets the levels. A person with no level recorded is left out.",
        ),
        *headcount_and_fte(
            "available",
            "In investigator posts and not on a career break or seconded out",
            _AVAILABLE,
            "A person is left out if either is not recorded.",
        ),
        PeriodEndStock(
            key="published_investigators_fte",
            label="Officers in investigation (full-time equivalent)",
            of=PublishedWorkforce,
            at=PublishedWorkforce.as_at,
            series=PublishedWorkforce.wider_function.is_not_null(),
            where=(PublishedWorkforce.worker_type == PUBLISHED_OFFICER)
            & PublishedWorkforce.wider_function.is_in(PUBLISHED_INVESTIGATION),
            value=PublishedWorkforce.fte,
            unit=Unit.FTE,
            basis=Basis.PROXY,
            proxy_difference="Published by the Home Office at 31 March, by the wider function of "
            "the post. Covers officers only, accredited or not, and does not show specialisms. "
            "Investigators in public protection may be under another wider function and missing.",
        ),
    ],
    dimensions=[LPA, RANK, WORKER_TYPE, SPECIALISM, DEPARTMENT, FORCE],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "College of Policing, Professionalising Investigation Programme (unverified)",
        "Home Office user guide to police workforce statistics",
    ],
    limitations="Counts people in investigator posts, not posts on the establishment and not "
    "everyone who is accredited. An accredited detective who now works in another function does "
    "not count; an investigator still in training does.",
    caveats=[
        "Being in a post, being accredited and being deployable are three different things. Every "
        "figure includes people on long-term sickness, maternity leave or restricted duties, or "
        "lent to another task.",
        "The table of posts (ref 52) has no functions, so these figures do not show how many "
        "investigator posts are vacant.",
        "It is unverified how West Mercia records functions and specialisms.",
    ],
    examples=[
        Example(
            rows="""
            |as_at|person_id|worker_type|fte|function|pip_level|specialism|career_break|seconded|
            | 2024-06-30 | a | officer | 1.0 | Investigation | 2 |             | no | no |
            | 2024-06-30 | b | officer | 0.5 | Investigation | 3 | Major crime | no | no |
            | 2024-06-30 | c | staff   | 0.8 | Investigation | 1 | Other       | no | no |
            | 2024-06-30 | d | officer | 1.0 | Response      | 1 |             | no | no |
            """,
            expect={
                "investigators": 1 + 1 + 1,
                "investigators_fte": 1 + 0.5 + 0.8,
                "specialists": 1 + 1,
                "specialists_fte": 0.5 + 0.8,
                "accredited": 1 + 1,
                "accredited_fte": 1 + 0.5,
                "available": 1 + 1 + 1,
                "available_fte": 1 + 0.5 + 0.8,
            },
            description="Staff who investigate count. A person who works half time is half a "
            "full-time equivalent.",
        ),
        Example(
            rows="""
            |as_at|person_id|worker_type|fte|function|pip_level|specialism|career_break|seconded|
            | 2024-05-31 | a | officer   | 1.0 | Investigation | 2    | Other | no | no |
            | 2024-05-31 | b | officer   | 1.0 | Investigation | 2    | Other | no | no |
            | 2024-06-30 | a | officer   | 1.0 | Investigation | none |       | no | no |
            | 2024-06-30 | b | officer   | 1.0 | Intelligence  | 2    | Other | no | no |
            | 2024-06-30 | c | volunteer | 0.0 | Investigation | 2    |       | no | no |
            | 2024-06-30 | d | officer   | 0.6 |               | 2    |       | no | no |
            | 2024-06-30 | e | officer   | 0.4 | Investigation |      |       | no | no |
            """,
            expect={
                "investigators": 1 + 1,
                "investigators_fte": 1 + 0.4,
                "specialists": None,
                "specialists_fte": None,
                "accredited": 0,
                "accredited_fte": 0,
                "available": 1 + 1,
            },
            edge_case="No investigator has a specialism recorded, so the number of specialists is "
            "not known. An accredited detective who moved to intelligence is no longer an "
            "investigator. A person in training is an investigator but not accredited. Snapshots "
            "are not added together. A volunteer does not count, and neither does a person with no "
            "function recorded. A person with no level recorded is not known to be accredited.",
        ),
        Example(
            rows="""
            |as_at|person_id|worker_type|fte|function|pip_level|specialism|career_break|seconded|
            | 2024-06-30 | a | officer            | 1.0 | Investigation | 2 | | no  | no  |
            | 2024-06-30 | b | officer            | 1.0 | Investigation | 2 | | yes | no  |
            | 2024-06-30 | c | officer            | 0.5 | Investigation | 2 | | no  | yes |
            | 2024-06-30 | d | designated officer | 0.8 | Investigation | 2 | |     | no  |
            """,
            expect={
                "investigators": 1 + 1 + 1 + 1,
                "investigators_fte": 1 + 1 + 0.5 + 0.8,
                "accredited": 1 + 1 + 1 + 1,
                "available": 1,
                "available_fte": 1,
            },
            edge_case="People on a career break or seconded out hold a post but are not available "
            "to investigate. If this is not recorded, the person is not known to be available.",
        ),
        Example(
            rows={
                "published_workforce": """
                | as_at      | force       | worker_type    | wider_function     | fte  |
                | 2024-06-30 | West Mercia | Police Officer | Investigations     | 30.5 |
                | 2024-06-30 | West Mercia | Police Officer | Incident response  | 70   |
                | 2024-06-30 | West Mercia | Police Staff   | Investigations     | 12   |
                | 2024-06-30 | West Mercia | Police Officer |                    | 5    |
                """
            },
            expect={"published_investigators_fte": 30.5},
            description="Public data cover only officers in posts with that function.",
        ),
    ],
)
