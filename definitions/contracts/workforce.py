"""The force's people and posts on a given day, and the people who join and leave."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Grain, Rule, Unique, Unit

from ..plan.dimensions import LPA

OFFICER = "officer"
STAFF = "staff"
PCSO = "PCSO"
DESIGNATED_OFFICER = "designated officer"
INVESTIGATION = "Investigation"
NOT_STATED = "Not stated"
JOINER = "joiner"
LEAVER = "leaver"
TRANSFER_IN = "transfer in"
TRANSFER_OUT = "transfer out"
ESTABLISHMENT = "establishment"
UPLIFT_BASELINE = "uplift baseline"

WORKER_TYPE = Dimension(
    "worker_type",
    "Type of worker",
    (OFFICER, STAFF, PCSO, DESIGNATED_OFFICER, "special", "volunteer"),
    description="The type of worker. A designated officer is a member of staff with some police "
    "powers. Designated officers and special constables are not counted as police officers.",
)

RANK = Dimension(
    "rank",
    "Rank",
    (
        "Constable",
        "Sergeant",
        "Inspector",
        "Chief Inspector",
        "Superintendent",
        "Chief Superintendent",
        "Chief officer",
    ),
    description="The officer's rank on the day of the snapshot, including temporary promotion. "
    "Chief officers rank above chief superintendent.",
)

DEPARTMENT = Dimension(
    "department",
    "Department",
    description="The department, under the force's own name for it. The data decide which ones are "
    "listed.",
)

SPECIALISM = Dimension(
    "specialism",
    "Investigative specialism",
    (
        "Rape and serious sexual offences",
        "Child abuse",
        "Domestic abuse",
        "Fraud and economic crime",
        "Digital and cyber",
        "Major crime",
        "Other",
    ),
    description="The kind of crime that the post investigates. Unknown if none is recorded.",
)

_NOT_STATED_MEANS = "Not stated means not asked, not answered, or prefers not to say."

SEX = Dimension(
    "sex", "Sex", ("Female", "Male", NOT_STATED), description=f"As recorded. {_NOT_STATED_MEANS}"
)

AGE_BAND = Dimension(
    "age_band",
    "Age",
    ("Under 26", "26 to 40", "41 to 55", "Over 55", NOT_STATED),
    description=f"Age in years on the day of the row. {_NOT_STATED_MEANS}",
)

ETHNICITY = Dimension(
    "ethnicity",
    "Ethnic group",
    (
        "White",
        "Asian or Asian British",
        "Black or Black British",
        "Mixed",
        "Other ethnic group",
        NOT_STATED,
    ),
    description=f"As the person describes it, in five broad groups. {_NOT_STATED_MEANS}",
)

DISABILITY = Dimension(
    "disability",
    "Disability",
    ("Disabled", "Not disabled", NOT_STATED),
    description=f"As the person declares it. {_NOT_STATED_MEANS}",
)

RELIGION = Dimension(
    "religion",
    "Religion or belief",
    (
        "No religion",
        "Buddhist",
        "Christian",
        "Hindu",
        "Jewish",
        "Muslim",
        "Sikh",
        "Other religion or belief",
        NOT_STATED,
    ),
    description=f"As the person declares it. {_NOT_STATED_MEANS}",
)

SEXUAL_ORIENTATION = Dimension(
    "sexual_orientation",
    "Sexual orientation",
    ("Heterosexual", "Gay or lesbian", "Bisexual", "Other", NOT_STATED),
    description=f"As the person declares it. {_NOT_STATED_MEANS}",
)

GENDER_REASSIGNMENT = Dimension(
    "gender_reassignment",
    "Gender reassignment",
    ("Yes", "No", NOT_STATED),
    description="Whether the person's gender differs from the sex registered at birth, as they "
    f"declare it. {_NOT_STATED_MEANS}",
)


def _characteristic(dimension: Dimension) -> Column:
    return Column(
        str,
        dimension=dimension,
        nullable=True,
        optional=True,
        description=f"{dimension.description} Empty if nothing is recorded. Without this column, "
        f"numbers by {dimension.title.lower()} are not available.",
    )


class WorkforceSnapshot(Contract, row_unit=Unit.PEOPLE, source="Human resources system"):
    """One row per person in post and snapshot date.

    Each snapshot has everyone in post on its day, so snapshots are never added together.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The day on which the person was in post.",
    )
    person_id = Column(str, personal=True, description="The person's number, pseudonymised.")
    worker_type = Column(
        str,
        dimension=WORKER_TYPE,
        description="The type of worker. A designated officer is a member of staff with some "
        "police powers. Designated officers and special constables are not counted as police "
        "officers.",
    )
    rank = Column(
        str, dimension=RANK, nullable=True, description="Rank; empty for people without a rank."
    )
    fte = Column(
        float,
        ge=0,
        le=1,
        nullable=True,
        optional=True,
        decimals=4,
        label="full-time equivalent",
        description="Contracted hours as a fraction of full time, from 0 to 1; empty if not "
        "recorded. Without this column, only headcounts are available.",
    )
    career_break = Column(
        bool,
        nullable=True,
        optional=True,
        label="career break",
        description="Whether the person is on a career break; empty if not recorded. Without "
        "this column, the people available are not known.",
    )
    seconded = Column(
        bool,
        nullable=True,
        optional=True,
        label="secondment",
        description="Whether the person is seconded to another body; empty if not recorded. "
        "Without this column, the people available are not known.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area the person is posted to; empty for a force-wide post.",
    )
    function = Column(
        str,
        isin=(
            INVESTIGATION,
            "Neighbourhood policing",
            "Response",
            "Contact and control",
            "Custody and criminal justice",
            "Intelligence",
            "Roads and specialist operations",
            "Public protection, not investigating",
            "Support",
            "Other",
        ),
        nullable=True,
        label="function of the post",
        description="The function of the post. 'Investigation' means that the main work of the "
        "post is to investigate crime, in any department. Empty if not recorded.",
    )
    pip_level = Column(
        str,
        isin=("none", "1", "2", "3", "4"),
        nullable=True,
        optional=True,
        label="PIP level",
        description="The highest level at which the person is accredited under the College of "
        "Policing's Professionalising Investigation Programme; 'none' if not accredited, empty if "
        "not recorded. Without this column, accredited investigators are not available.",
    )
    specialism = Column(
        str,
        dimension=SPECIALISM,
        nullable=True,
        optional=True,
        description="The kind of crime that the post investigates; empty for a general post. "
        "Without this column, specialist investigators are not available.",
    )
    department = Column(
        str,
        dimension=DEPARTMENT,
        nullable=True,
        optional=True,
        description="Department of the post. Without this column, numbers by department are not "
        "available.",
    )
    sex = _characteristic(SEX)
    age_band = _characteristic(AGE_BAND)
    ethnicity = _characteristic(ETHNICITY)
    disability = _characteristic(DISABILITY)
    religion = _characteristic(RELIGION)
    sexual_orientation = _characteristic(SEXUAL_ORIENTATION)
    gender_reassignment = _characteristic(GENDER_REASSIGNMENT)

    one_row_each = Unique(as_at, person_id)


class OpeningStrength(
    Contract, row_unit=Unit.PEOPLE, source="Human resources system", min_grain=Grain.YEAR
):
    """One row per person in post on 31 March, dated the next day, on which a financial year opens.

    These are the people of the snapshot of 31 March. Rates over the strength at the start of the
    year need them in the year that they open.
    """

    opens_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="start of the year",
        description="1 April: the first day of the financial year.",
    )
    person_id = Column(str, personal=True, description="The person's number, pseudonymised.")
    worker_type = Column(str, dimension=WORKER_TYPE, description="The type of worker on 31 March.")
    rank = Column(
        str, dimension=RANK, nullable=True, description="Rank; empty for people without a rank."
    )
    fte = Column(
        float,
        ge=0,
        le=1,
        nullable=True,
        decimals=4,
        label="full-time equivalent",
        description="Contracted hours as a fraction of full time, from 0 to 1; empty if not "
        "recorded.",
    )
    sex = _characteristic(SEX)
    age_band = _characteristic(AGE_BAND)
    ethnicity = _characteristic(ETHNICITY)
    disability = _characteristic(DISABILITY)
    religion = _characteristic(RELIGION)
    sexual_orientation = _characteristic(SEXUAL_ORIENTATION)
    gender_reassignment = _characteristic(GENDER_REASSIGNMENT)

    one_row_each = Unique(opens_on, person_id)


class Establishment(Contract, row_unit=Unit.FTE, source="Workforce plan and budget"):
    """One row per day, basis and part of the force: what the strength is compared with.

    Each day has the whole establishment, so days are never added together. The rows of one day and
    basis, such as one for each rank, are separate and are added together. Repeat them on each
    day of the workforce's snapshots.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The day on which the posts exist.",
    )
    basis = Column(
        str,
        isin=(ESTABLISHMENT, UPLIFT_BASELINE),
        description="'establishment' for posts that are funded, as full-time equivalents. 'uplift "
        "baseline' for the number of officers from which the Police Uplift Programme counts, as "
        "headcount.",
    )
    worker_type = Column(str, dimension=WORKER_TYPE, description="The type of worker.")
    rank = Column(
        str,
        dimension=RANK,
        nullable=True,
        description="Rank of the posts; empty if they have none, or for all ranks together.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that the posts belong to; empty for force-wide posts, or "
        "for the whole force together.",
    )
    posts = Column(
        float,
        ge=0,
        decimals=4,
        description="The number of posts, or of officers for the uplift baseline. Count each once: "
        "in a row for the whole force or in a row for its part, never in both.",
    )

    one_row_each = Unique(as_at, basis, worker_type, rank, lpa)


class WorkforceMovement(Contract, row_unit=Unit.PEOPLE, source="Human resources system"):
    """One row per person who joins, leaves or transfers, on the day it took effect.

    A move inside the force, such as a promotion or a new posting, has no row.
    """

    movement_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    moved_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day of the movement",
        description="For someone who joins or transfers in, the first day of service. For someone "
        "who leaves or transfers out, the last.",
    )
    movement = Column(
        str,
        isin=(JOINER, LEAVER, TRANSFER_IN, TRANSFER_OUT),
        description="A transfer is from or to another police force. Anyone else is a joiner or a "
        "leaver. An officer who becomes staff is a leaver and a joiner.",
    )
    worker_type = Column(
        str, dimension=WORKER_TYPE, description="The type of worker on the day of the movement."
    )
    fte = Column(
        float,
        ge=0,
        le=1,
        nullable=True,
        optional=True,
        decimals=4,
        label="full-time equivalent",
        description="Contracted hours on that day as a fraction of full time, from 0 to 1; empty "
        "if not recorded. Without this column, joiners and leavers are headcounts only.",
    )
    reason = Column(
        str,
        isin=("retirement", "resignation", "dismissal", "medical retirement", "death", "other"),
        nullable=True,
        optional=True,
        label="reason for leaving",
        description="Why a leaver left; empty for anyone else, or if not recorded. Without this "
        "column, resignations are not available.",
    )
    rank = Column(
        str, dimension=RANK, nullable=True, description="Rank; empty for people without a rank."
    )
    sex = _characteristic(SEX)
    age_band = _characteristic(AGE_BAND)
    ethnicity = _characteristic(ETHNICITY)
    disability = _characteristic(DISABILITY)
    religion = _characteristic(RELIGION)
    sexual_orientation = _characteristic(SEXUAL_ORIENTATION)
    gender_reassignment = _characteristic(GENDER_REASSIGNMENT)

    reason_is_of_a_leaver = Rule(
        reason.is_null() | (movement == LEAVER), "only a leaver has a reason for leaving"
    )
