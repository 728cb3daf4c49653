"""Problem-solving plans."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from ..plan.dimensions import DISTRICT, LPA

THEME = Dimension(
    "theme",
    "Theme",
    description="The kind of problem, by the force's own list. The data decide which ones are "
    "listed.",
)

PLAN_LEVEL = Dimension(
    "plan_level",
    "Level",
    description="How much ground the plan covers, by the force's own list, such as one "
    "neighbourhood or the whole force. The data decide which ones are listed.",
)


class ProblemSolvingPlan(Contract, row_unit=Unit.PLANS, source="Problem-solving database"):
    """One row per problem-solving plan."""

    plan_id = Column(str, unique=True, description="The plan's own number.")
    opened_on = Column(date, label="day it was opened", description="The day it was opened.")
    closed_on = Column(
        date,
        nullable=True,
        label="day it was closed",
        description="The day it was closed; empty while it is open.",
    )
    outcome_assessed = Column(
        bool,
        nullable=True,
        optional=True,
        filled_later=True,
        label="assessed outcome",
        description="For a closed plan, whether its outcome was assessed, as the last step of the "
        "model requires; 'no' or empty while it is open, empty if not recorded. Without this "
        "column, plans with an assessed outcome are not available.",
    )
    review_due_on = Column(
        date,
        nullable=True,
        optional=True,
        label="day the latest review was due",
        description="The due day of the plan's latest review that has fallen due; empty if none "
        "has. Earlier reviews are not in the table. Without this column, reviews on time are not "
        "available.",
    )
    reviewed_on = Column(
        date,
        nullable=True,
        optional=True,
        label="day of the review",
        description="The day that review was done; empty if it has not been done. A review with "
        "no due day is in no share. Without this column, reviews on time are not available.",
    )
    theme = Column(str, dimension=THEME, nullable=True, description="The kind of problem.")
    plan_level = Column(
        str, dimension=PLAN_LEVEL, nullable=True, description="How much ground the plan covers."
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that manages the plan; empty if several do, or the whole "
        "force.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of the problem; empty if it is in several. Without this column, "
        "numbers by district are not available.",
    )

    closing_follows_opening = Rule(
        closed_on >= opened_on, "a plan is not closed before it is opened"
    )
    review_follows_opening = Rule(
        reviewed_on >= opened_on, "a plan is not reviewed before it is opened"
    )
    open_plans_are_not_assessed = Rule(
        closed_on.is_not_null() | ~outcome_assessed,
        "only a closed plan has an assessed outcome",
    )
