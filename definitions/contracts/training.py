"""Training: who attended sessions, and who among those who need the training has it."""

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
    description="The course, by the force's own name. The data decide which ones are listed.",
)

AUDIENCE = Dimension(
    "audience",
    "Audience",
    ("Officers", "Staff", "Partners"),
    description="Who attended: a police officer or special constable, another of the force's "
    "people, or someone from a partner agency.",
)

TRAINING_ROLE = Dimension(
    "training_role",
    "Role",
    ("Police officer", "Police staff", "PCSO", "Special constable"),
    description="The person's role on the day of the snapshot.",
)


ATTENDANCES = Unit.declare("attendances")


class TrainingAttendance(Contract, row_unit=ATTENDANCES, source="Learning management system"):
    """One row per person and training session they attended, whether or not they completed it.

    A person who attended three sessions has three rows. A person who was booked and did not attend
    has none.
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
        str, dimension=COURSE, nullable=True, description="The course that the session belongs to."
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
        optional=True,
        label="completion",
        description="Whether the person finished the course at this session; empty if not "
        "recorded. Without this column, people who completed a course are not available.",
    )
    audience = Column(str, dimension=AUDIENCE, nullable=True, description="Who attended.")
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

    Each snapshot has everyone in post on its day who should have the training, trained or not, so
    snapshots are never added together. A person who left is not in the share at all.
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
        "lapsed. Write 'no' if there is no record that they completed it.",
    )
    role = Column(
        str, dimension=TRAINING_ROLE, nullable=True, description="The person's role on that day."
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area the person is posted to; empty for a force-wide post.",
    )

    one_row_each = Unique(as_at, theme, person_id)
