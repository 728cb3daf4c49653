"""Code lists set by national standards, with the first and last day of use of each code.

A date is here only if we have read it. An empty date means only that we know of no limit.
A code is unverified if we wrote it, or its date, from memory and not from a published source.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Code:
    """One code of a standard's list.

    Attributes:
        value: the value in the data.
        name: what the value means.
        since: the first day the code is in use, as an ISO date. Empty if no limit is known. The
            first day of the month if only the month is known.
        until: the first day the code is no longer in use, as an ISO date. Empty if no limit is
            known.
        unverified: whether the code is from memory and not from a published source.
    """

    value: str
    name: str
    since: str = ""
    until: str = ""
    unverified: bool = False


def values(codes: Iterable[Code]) -> tuple[str, ...]:
    """Return the values of the codes, in the standard's order."""
    return tuple(code.value for code in codes)


def names(codes: Iterable[Code]) -> dict[str, str]:
    """Return the name of each value."""
    return {code.value: code.name for code in codes}


def start(codes: Iterable[Code], value: str) -> datetime:
    """Return midnight at the start of the first day that a value is in use."""
    (since,) = (code.since for code in codes if code.value == value)
    return datetime.fromisoformat(since)


def _plain(value: str, since: str = "", *, unverified: bool = False) -> Code:
    """Return a code with the same value and name."""
    return Code(value, value, since, unverified=unverified)


OUTCOMES = (
    Code("1", "Charged or summonsed", unverified=True),
    Code("1A", "Charged or summonsed for an alternate offence", unverified=True),
    Code("2", "Youth caution", unverified=True),
    Code("2A", "Youth caution for an alternate offence", unverified=True),
    Code("3", "Adult caution", unverified=True),
    Code("3A", "Adult caution for an alternate offence", unverified=True),
    Code("4", "Taken into consideration", unverified=True),
    Code("5", "Offender died", unverified=True),
    Code("6", "Penalty notice for disorder", unverified=True),
    Code("7", "Cannabis or khat warning", unverified=True),
    Code("8", "Community resolution", unverified=True),
    Code(
        "9", "Not in the public interest, decided by the Crown Prosecution Service", unverified=True
    ),
    Code("10", "Not in the public interest, decided by the police", unverified=True),
    Code("11", "Suspect below the age of criminal responsibility", unverified=True),
    Code("12", "Suspect too ill to prosecute", unverified=True),
    Code("13", "Victim or key witness dead or too ill", unverified=True),
    Code("14", "Suspect not identified, victim does not support action", unverified=True),
    Code(
        "15",
        "Suspect identified, victim supports action, evidential difficulties",
        unverified=True,
    ),
    Code("16", "Suspect identified, victim does not support action", unverified=True),
    Code("17", "Time limit for prosecution expired", unverified=True),
    Code("18", "Investigation complete, no suspect identified", unverified=True),
    Code("19", "Filed by the National Fraud Intelligence Bureau", unverified=True),
    Code("20", "Further action by another body", unverified=True),
    Code(
        "21",
        "Further investigation not in the public interest, decided by the police",
        since="2016-01-01",
    ),
    Code("22", "Diversionary, educational or intervention activity", since="2019-04-01"),
    Code("23", "Prosecution deferred while a child completes an activity", since="2026-01-01"),
)
"""The outcome codes of the Home Office Counting Rules.

For code 21 only the month is known, and for code 23 only the year. Code 23 is described in *Beyond
admission*, Centre for Justice Innovation, 2026.
"""

CLOSING_CODES = (
    _plain("ASB personal"),
    _plain("ASB nuisance"),
    _plain("ASB environmental"),
    _plain("ASB vehicle nuisance"),
    _plain("Crime", unverified=True),
    _plain("Crime related incident", unverified=True),
    _plain("Domestic incident", unverified=True),
    _plain("Public safety and welfare", unverified=True),
    _plain("Road related offence"),
    _plain("Road traffic collision", unverified=True),
    _plain("Transport other", unverified=True),
    _plain("Qualifier only", unverified=True),
    _plain("Duplicate", unverified=True),
    _plain("Administration", unverified=True),
)
"""The closing codes of incidents, from the National Standard for Incident Recording of 2011."""

_IOPC = "2020-02-01"

ALLEGATION_CATEGORIES = (
    Code("A", "Delivery of duties and service", _IOPC, unverified=True),
    Code("B", "Police powers, policies and procedures", _IOPC, unverified=True),
    Code("C", "Handling of or damage to property", _IOPC, unverified=True),
    Code("D", "Access or disclosure of information", _IOPC, unverified=True),
    Code("E", "Use of police vehicles", _IOPC, unverified=True),
    Code("F", "Discriminatory behaviour", _IOPC, unverified=True),
    Code("G", "Abuse of position or corruption", _IOPC, unverified=True),
    Code("H", "Individual behaviours", _IOPC, unverified=True),
    Code("J", "Sexual conduct", _IOPC, unverified=True),
    Code("K", "Discreditable conduct", _IOPC, unverified=True),
    Code("L", "Other", _IOPC, unverified=True),
)
"""The letters of the Independent Office for Police Conduct's categories. There is no letter I."""

ALLEGATION_SUBCATEGORIES = {"A": 4, "B": 9, "D": 4, "F": 10, "G": 6, "H": 5, "J": 3}
"""How many subcategories a letter has, numbered from 1; none if not listed. Unverified."""

OFFENCE_SUBGROUPS = (
    _plain("Homicide"),
    _plain("Violence with injury"),
    _plain("Violence without injury"),
    _plain("Stalking and harassment"),
    _plain("Death or serious injury - unlawful driving"),
    _plain("Rape offences"),
    _plain("Other sexual offences"),
    _plain("Robbery of business property"),
    _plain("Robbery of personal property"),
    _plain("Residential burglary", "2017-04-01"),
    _plain("Non-residential burglary", "2017-04-01"),
    _plain("Vehicle offences"),
    _plain("Theft from the person"),
    _plain("Bicycle theft"),
    _plain("Shoplifting"),
    _plain("Other theft offences"),
    _plain("Arson"),
    _plain("Criminal damage"),
    _plain("Public order offences"),
    _plain("Possession of drugs"),
    _plain("Trafficking of drugs"),
    _plain("Possession of weapons offences"),
    _plain("Miscellaneous crimes against society"),
)
"""The Home Office's offence subgroups of police recorded crime, other than fraud.

Before 2017/18 burglary was domestic or non-domestic. A force may file an older crime under the name
in use now, so a crime recorded before the name came into use is not an error.
"""

CIVIL_ORDERS = (
    Code("DVPN", "Domestic violence protection notice"),
    Code("DVPO", "Domestic violence protection order"),
    Code("DAPN", "Domestic abuse protection notice", since="2024-11-01", unverified=True),
    Code("DAPO", "Domestic abuse protection order", since="2024-11-01", unverified=True),
    Code("SPO", "Stalking protection order", since="2020-01-20"),
    Code("SPO interim", "Interim stalking protection order", since="2020-01-20"),
    Code("SHPO", "Sexual harm prevention order"),
    Code("SRO", "Sexual risk order"),
    Code("SOPO", "Sexual offences prevention order"),
)
"""Notices and orders to protect people. Domestic abuse notices and orders began as a pilot in some
forces; only the month in which it began is known."""

FOUR_PS = (
    Code("Pursue", "Prosecute and disrupt those engaged in it"),
    Code("Prevent", "Stop people from engaging in it"),
    Code("Protect", "Strengthen protection against it"),
    Code("Prepare", "Reduce its impact when it happens"),
)
"""The parts of the 4P framework for serious and organised crime."""
