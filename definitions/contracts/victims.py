"""Victims of crime, the duties owed to them under the Victims' Code, and referrals to services."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from ..plan.dimensions import DISTRICT, DOMESTIC_ABUSE, DOMESTIC_ABUSE_BY_FLAG, LPA
from .crime import OFFENCE_SUBGROUP, OUTCOME_GROUP, OUTCOME_GROUP_BY_CODE, OUTCOMES, STATUSES

RIGHTS: dict[str, str] = {
    "1": "1 To understand and be understood",
    "2": "2 To have the crime recorded without delay",
    "3": "3 To be given information on reporting",
    "4": "4 To have needs assessed and be referred to support services",
    "5": "5 To be told about compensation",
    "6": "6 To be told about the investigation and prosecution",
    "7": "7 To make a Victim Personal Statement",
    "8": "8 To be told about the trial",
    "9": "9 To be told the outcome and of appeals",
    "10": "10 To be paid expenses and have property returned",
    "11": "11 To be told about the offender after conviction",
    "12": "12 To complain about rights not met",
}
"""The rights of the Victims' Code in force since 1 April 2021, in short."""

VICTIMS_RIGHT = Dimension(
    "victims_right",
    "Right under the Victims' Code",
    tuple(RIGHTS.values()),
    description="The right that the duty belongs to, in the Victims' Code in force since 1 April "
    "2021. The wording of the rights is shortened.",
)

ACKNOWLEDGEMENT = "Acknowledgement"
NEEDS_ASSESSMENT = "Needs assessment"
REFERRAL = "Referral"
UPDATE = "Update"
PERSONAL_STATEMENT = "Personal statement"
RELEASE_NOTICE = "Release notice"

DUTY_TYPE = Dimension(
    "duty_type",
    "Type of duty",
    (
        ACKNOWLEDGEMENT,
        NEEDS_ASSESSMENT,
        REFERRAL,
        UPDATE,
        PERSONAL_STATEMENT,
        RELEASE_NOTICE,
        "Other",
    ),
    description="What was owed to the victim. The types are those on which the Ministry of Justice "
    "asks forces to report (Kent Police, victim and witness service standards), and the needs "
    "assessment. A personal statement is the offer to make one. A right can have duties of several "
    "types.",
)

ENHANCED_RIGHTS = Dimension(
    "enhanced_rights",
    "Enhanced Rights",
    ("Enhanced Rights", "Standard rights"),
    description="Whether the victim has Enhanced Rights under the Victims' Code. Unknown if that "
    "is not recorded.",
)
_RIGHTS_BY_FLAG = {True: "Enhanced Rights", False: "Standard rights"}

FULL_COUNT = "full"
AUDIT_SAMPLE = "audit"

VICTIM_ADVICE_LINE = "Victim Advice Line"

VICTIM_SERVICE = Dimension(
    "victim_service",
    "Victim service",
    (
        VICTIM_ADVICE_LINE,
        "Domestic abuse service",
        "Sexual violence service",
        "Service for children and young people",
        "Restorative justice service",
        "Other commissioned service",
        "Other service",
    ),
    description="The kind of service the victim was referred to. The kinds are our own list.",
)

REFERRAL_ROUTE = Dimension(
    "referral_route",
    "Route of the referral",
    ("Police, automatic", "Police, with consent", "Self", "Another agency", "Another service"),
    description="Who referred the victim. For the police, also whether the victim was asked first "
    "(opted in) or was referred unless they refused (automatic).",
)

NEED_TYPE = Dimension(
    "need_type",
    "Type of need",
    (
        "Mental and physical health",
        "Shelter and accommodation",
        "Family, friends and children",
        "Education, skills and employment",
        "Drugs and alcohol",
        "Finance and benefits",
        "Outlook and attitudes",
        "Social interactions",
    ),
    description="The victim's main need. It is unverified that these are the categories of the "
    "Ministry of Justice's grant returns.",
)

PERSON = "person"


class Victim(
    Contract, row_unit=Unit.VICTIMS, source="Crime recording and victim service case systems"
):
    """One row per recorded crime and identifiable victim of it.

    A crime with two victims is two rows. A person who is the victim of two crimes has two rows. A
    crime with nobody to inform or help, such as one against the state, has none.
    """

    crime_id = Column(str, personal=True, description="The crime's own number, pseudonymised.")
    victim_id = Column(str, personal=True, description="The victim's own number, pseudonymised.")
    victim_type = Column(
        str,
        isin=(PERSON, "business", "other body"),
        nullable=True,
        label="type of victim",
        description="The type of victim. A business or other body has a row only if it has named a "
        "contact.",
    )
    recorded_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="date of recording",
        description="When the crime was recorded; Europe/London if no offset is given.",
    )
    status = Column(
        str,
        isin=STATUSES,
        label="status of the crime",
        description="The crime's status when the data were extracted: recorded, cancelled, or "
        "transferred to another force.",
    )
    offence_subgroup = Column(
        str,
        dimension=OFFENCE_SUBGROUP,
        label="type of crime",
        description="The Home Office's offence subgroup of the crime.",
    )
    referred_to_val = Column(
        bool,
        nullable=True,
        label="referral to the Victim Advice Line",
        description="Whether the police referred this victim to the Victim Advice Line for this "
        "crime. 'no' for victims who contacted it themselves or came through another agency.",
    )
    working_days_to_referral = Column(
        int,
        nullable=True,
        optional=True,
        ge=0,
        label="working days to the referral",
        description="Working days from the day the crime was reported to the day the police "
        "referred the victim to the Victim Advice Line; 0 if on the same day. Empty if not "
        "referred, or if a date is missing. Bank holidays of England and Wales are not working "
        "days. Without it, the share referred in time is not available.",
    )
    val_contacted = Column(
        bool,
        nullable=True,
        optional=True,
        label="contact by the Victim Advice Line",
        description="Whether the Victim Advice Line then reached the victim; 'no' or empty if not "
        "referred, and empty if not recorded. Without it, the share reached is not available.",
    )
    val_engaged = Column(
        bool,
        nullable=True,
        optional=True,
        label="take-up of the Victim Advice Line",
        description="Whether the victim then took up support; 'no' or empty if not referred, and "
        "empty if not recorded. Without it, the share who took up support is not available.",
    )
    outcome_code = Column(
        str,
        isin=tuple(OUTCOMES),
        nullable=True,
        filled_later=True,
        label="outcome code",
        description="The Home Office code of the crime's outcome; empty while the case is open.",
    )
    closed_at = Column(
        datetime,
        nullable=True,
        label="date the case was closed",
        description="When the case was closed with that outcome; empty while it is open, or if the "
        "date was not kept. A closed case without its date is in no period.",
    )
    explained_at = Column(
        datetime,
        nullable=True,
        label="time of the explanation",
        description="When the reason for closing the case was explained to this victim, according "
        "to the crime record; empty if there is no record of it.",
    )
    working_days_to_explain = Column(
        int,
        nullable=True,
        optional=True,
        ge=0,
        label="working days to the explanation",
        description="Working days from the day the case was closed to the day of the explanation; "
        "0 if on the same day or before. Empty if there is no record of an explanation. Bank "
        "holidays of England and Wales are not working days. Without it, the share explained in "
        "time is not available.",
    )
    enhanced = Column(
        bool,
        nullable=True,
        optional=True,
        label="enhanced rights",
        description="Whether the victim has Enhanced Rights, which shorten some times; empty if "
        "not recorded. Without it, the share explained in time is not available.",
    )
    is_da = Column(
        bool,
        nullable=True,
        optional=True,
        label="domestic abuse flag",
        description="Whether the crime was flagged as domestic abuse; empty if not decided. "
        "Without it, there is no breakdown by domestic abuse.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area in which the crime happened.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district in which the crime happened. Without it, numbers by district "
        "are not available.",
    )

    outcome_group = outcome_code.recode(
        OUTCOME_GROUP_BY_CODE,
        dimension=OUTCOME_GROUP,
        description="Outcome group of the outcome code; none while the case is open.",
    )
    enhanced_rights = enhanced.recode(
        _RIGHTS_BY_FLAG, dimension=ENHANCED_RIGHTS, description="The flag of Enhanced Rights."
    )
    domestic_abuse = is_da.recode(
        DOMESTIC_ABUSE_BY_FLAG, dimension=DOMESTIC_ABUSE, description="The domestic abuse flag."
    )

    one_row_each = Unique(crime_id, victim_id)
    explanation_of_an_end = Rule(
        explained_at.is_null() | closed_at.is_not_null() | outcome_code.is_not_null(),
        "an open case has no explanation",
    )
    contacted_were_referred = Rule(
        ~val_contacted | referred_to_val, "only a victim who was referred is contacted"
    )
    engaged_were_referred = Rule(
        ~val_engaged | referred_to_val,
        "only a victim who was referred takes up support after a referral",
    )


class VictimsCodeAction(
    Contract, row_unit=Unit.ACTIVITIES, source="Crime recording system and dip-sample audits"
):
    """One row per duty under the Victims' Code owed to a victim, and basis.

    A right that does not apply to a victim has no row. A duty that is both in the full count and in
    an audit's sample has two rows with different bases. They are never counted together.
    """

    action_id = Column(
        str, unique=True, personal=True, description="The duty's own number, pseudonymised."
    )
    basis = Column(
        str,
        isin=(FULL_COUNT, AUDIT_SAMPLE),
        description="'full' if every duty of this kind is in the table, 'audit' if a sample was "
        "drawn and read.",
    )
    right = Column(
        str,
        isin=tuple(RIGHTS),
        description="The number of the right in the Victims' Code, from 1 to 12.",
    )
    duty_type = Column(
        str,
        dimension=DUTY_TYPE,
        nullable=True,
        optional=True,
        label="type of duty",
        description="What was owed. An update is about an event of the investigation or "
        "prosecution, such as an arrest. A referral is to any service that supports victims. "
        "Without it, the shares of updates and of referrals in time, and the days updates took, "
        "are not available.",
    )
    duty_arose_at = Column(
        datetime,
        ge=date(2021, 4, 1),
        label="time the duty arose",
        description="When the event behind the duty happened, such as an arrest, a release or a "
        "decision not to investigate; Europe/London if no offset is given.",
    )
    due_at = Column(
        datetime,
        scheduled=True,
        label="time it was due",
        description="The deadline: 23:59 on the last of the working days the Code allows. A "
        "duty done at any time of that day is in time. Bank holidays of England and Wales are not "
        "working days. A duty has no row if neither the Code nor the force sets a time for it.",
    )
    done_at = Column(
        datetime,
        nullable=True,
        label="time it was done",
        description="When it was done; empty if it has not been done, or if there is no record of "
        "it.",
    )
    working_days = Column(
        int,
        nullable=True,
        optional=True,
        ge=0,
        label="working days taken",
        description="Working days from the day the duty arose to the day it was done; 0 if on the "
        "same day. Empty if it has not been done. Bank holidays of England and Wales are not "
        "working days. Without it, the shares of updates and of referrals in time are not "
        "available.",
    )
    extracted_at = Column(
        datetime,
        extraction=True,
        label="time of extraction",
        description="When the data were extracted: the same time in every row. A duty with a "
        "deadline on that day or later is not due yet.",
    )
    enhanced = Column(
        bool,
        nullable=True,
        optional=True,
        label="enhanced rights",
        description="Whether the victim has Enhanced Rights, which shorten some times; empty if "
        "not recorded. Without it, the share of updates in time and the breakdown are not "
        "available.",
    )
    is_da = Column(
        bool,
        nullable=True,
        optional=True,
        label="domestic abuse flag",
        description="Whether the crime was flagged as domestic abuse; empty if not decided. "
        "Without it, there is no breakdown by domestic abuse.",
    )
    offence_subgroup = Column(
        str,
        dimension=OFFENCE_SUBGROUP,
        nullable=True,
        label="type of crime",
        description="The Home Office's offence subgroup of the crime.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area in which the crime happened.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district in which the crime happened. Without it, there is no breakdown "
        "by district.",
    )

    victims_right = right.recode(
        RIGHTS, dimension=VICTIMS_RIGHT, description="The right, from its number."
    )
    enhanced_rights = enhanced.recode(
        _RIGHTS_BY_FLAG, dimension=ENHANCED_RIGHTS, description="The flag of Enhanced Rights."
    )
    domestic_abuse = is_da.recode(
        DOMESTIC_ABUSE_BY_FLAG, dimension=DOMESTIC_ABUSE, description="The domestic abuse flag."
    )

    due_follows_arising = Rule(
        due_at.day() >= duty_arose_at.day(), "a duty is not due before the day it arose"
    )
    doing_follows_arising = Rule(
        done_at.day() >= duty_arose_at.day(), "a duty is not done before the day it arose"
    )
    doing_precedes_extraction = Rule(
        done_at <= extracted_at, "a duty is not done after the data were extracted"
    )
    arising_precedes_extraction = Rule(
        duty_arose_at <= extracted_at, "a duty does not arise after the data were extracted"
    )


class Referral(
    Contract, row_unit=Unit.REFERRALS, source="Case systems and returns of victim services"
):
    """One row per referral of a victim to a service.

    A victim referred to two services, or twice to the same one, has two rows.
    """

    referral_id = Column(
        str, unique=True, personal=True, description="The referral's own number, pseudonymised."
    )
    victim_id = Column(
        str,
        personal=True,
        nullable=True,
        label="victim",
        description="The victim's number, pseudonymised in the same way for every service; empty "
        "where a service does not give one.",
    )
    service = Column(str, dimension=VICTIM_SERVICE, description="The kind of service referred to.")
    pcc_funded = Column(
        bool,
        nullable=True,
        label="funding by the Commissioner",
        description="Whether the Police and Crime Commissioner funds the service, in full or in "
        "part; empty if not recorded.",
    )
    route = Column(
        str,
        dimension=REFERRAL_ROUTE,
        nullable=True,
        description="Who referred the victim, and whether the victim consented first.",
    )
    need_type = Column(
        str, dimension=NEED_TYPE, nullable=True, description="The victim's main need."
    )
    referred_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="date of the referral",
        description="When the service received it; Europe/London if no offset is given.",
    )
    accepted = Column(
        bool,
        nullable=True,
        filled_later=True,
        label="acceptance",
        description="Whether the service accepted it; empty if not yet decided or not recorded.",
    )
    contacted = Column(
        bool,
        nullable=True,
        label="contact",
        description="Whether the service then reached the victim; empty if not recorded.",
    )
    engaged_at = Column(
        datetime,
        nullable=True,
        label="start of support",
        description="When the victim first took up support; empty if they have not.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area in which the crime happened, or in which the victim lives "
        "if there is no recorded crime.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district, by the same rule as the Local Policing Area. Without it, there "
        "is no breakdown by district.",
    )

    support_follows_referral = Rule(
        engaged_at.day() >= referred_at.day(),
        "support does not start before the day of the referral",
    )
    support_needs_acceptance = Rule(
        engaged_at.is_null() | accepted, "support starts only after the referral is accepted"
    )
