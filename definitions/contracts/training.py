"""Training: who came to sessions, and who of those that should have it are trained on a day."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Unique, Unit

from ..plan.dimensions import LPA

VICTIM_CARE = "victim care"
EXPLOITATION_AND_VULNERABILITY = "exploitation & vulnerability"
VULNERABILITIES = "vulnerabilities"

_THEMES = (VICTIM_CARE, EXPLOITATION_AND_VULNERABILITY, VULNERABILITIES)

COURSE = Dimension(
    "course",
    "Course",
    description="The course, by the force's own name. The members are those in the data.",
)

AUDIENCE = Dimension(
    "audience",
    "Audience",
    ("Officers", "Staff", "Partners"),
    description="What the person who came is: a police officer, special constables included; "
    "another of the force's people; or one from a partner agency.",
)

TRAINING_ROLE = Dimension(
    "training_role",
    "Role",
    ("Police officer", "Police staff", "PCSO", "Special constable"),
    description="What the person is on the day of the snapshot.",
)


class TrainingAttendance(Contract, row_unit=Unit.ACTIVITIES, source="Learning management system"):
    """One row per person and training session they came to, finished or not.

    A person who came to three sessions is three rows. One who was booked and did not come is none.
    """

    session_id = Column(str, label="session", description="The session's own number.")
    person_id = Column(
        str, personal=True, label="person", description="The person's number, pseudonymised."
    )
    theme = Column(
        str,
        isin=_THEMES,
        description="The plan's theme of the training. For exploitation and vulnerability, only "
        "sessions given by the force's Exploitation and Vulnerability trainers.",
    )
    course = Column(
        str, dimension=COURSE, nullable=True, description="The course the session is part of."
    )
    session_date = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the session",
        description="The day of the session; the first day if it lasts several.",
    )
    completed = Column(
        bool,
        nullable=True,
        label="completion",
        description="Whether the person finished the course at this session; empty if not "
        "recorded.",
    )
    audience = Column(
        str, dimension=AUDIENCE, nullable=True, description="What the person who came is."
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area the person is posted to; empty for force-wide posts and "
        "partners.",
    )

    one_row_each = Unique(session_id, person_id)


class TrainingRequirement(
    Contract, row_unit=Unit.PEOPLE, source="Learning management and human resources systems"
):
    """One row per snapshot date, theme, and person in post who should have the training.

    Each snapshot holds everyone in post on its day who should have it, trained or not, so
    snapshots are never added, and one who left is in neither part of a share.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The day on which the person was in post.",
    )
    person_id = Column(
        str, personal=True, label="person", description="The person's number, pseudonymised."
    )
    theme = Column(str, isin=_THEMES, description="The plan's theme of the training required.")
    completed = Column(
        bool,
        label="completed and in date",
        description="Whether the person had completed the training by that day and it had not "
        "lapsed. No record of completing is 'no'.",
    )
    role = Column(
        str, dimension=TRAINING_ROLE, nullable=True, description="What the person is on that day."
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area the person is posted to; empty for a force-wide post.",
    )

    one_row_each = Unique(as_at, theme, person_id)
