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
    Code("1", "Charged or summonsed"),
    Code("1A", "Charged or summonsed for an alternate offence"),
    Code("2", "Youth caution"),
    Code("2A", "Youth caution for an alternate offence"),
    Code("3", "Adult caution"),
    Code("3A", "Adult caution for an alternate offence"),
    Code("4", "Taken into consideration"),
    Code("5", "Offender died"),
    Code("6", "Penalty notice for disorder"),
    Code("7", "Cannabis or khat warning"),
    Code("8", "Community resolution"),
    Code("9", "Not in the public interest, decided by the Crown Prosecution Service"),
    Code("10", "Not in the public interest, decided by the police"),
    Code("11", "Suspect below the age of criminal responsibility"),
    Code("12", "Suspect too ill to prosecute"),
    Code("13", "Victim or key witness dead or too ill"),
    Code("14", "Suspect not identified, victim does not support action"),
    Code("15", "Suspect identified, victim supports action, evidential difficulties"),
    Code("16", "Suspect identified, victim does not support action"),
    Code("17", "Time limit for prosecution expired"),
    Code("18", "Investigation complete, no suspect identified"),
    Code("19", "Filed by the National Fraud Intelligence Bureau", until="2025-12-04"),
    Code("20", "Further investigation transferred to another body"),
    Code(
        "21",
        "Further investigation not in the public interest, decided by the police",
        since="2016-01-01",
    ),
    Code("22", "Diversionary, educational or intervention activity", since="2019-04-01"),
    Code("23", "Prosecution deferred while a child completes an activity", since="2026-01-01"),
)
"""The outcome codes of the Home Office Counting Rules.

Codes 1 to 22 are those of the Home Office's police recorded crime and outcomes open data tables, in
our words. 1A, 2A and 3A are parts of 1, 2 and 3 in published tables. In the force's own rows each
crime has one code, so there they are added.

- Forces have sent the Home Office outcomes beyond charges and other detections since April 2014
  (Home Office, *Crime outcomes technical annex*, July 2024). The first day of each code is not
  known.
- 19 was for fraud, which forces do not record. Its last day is that of the bureau, which Report
  Fraud replaced on 4 December 2025. The published tables for the year to March 2026 do not have it.
- 21: only the month is known.
- 22 was optional from 1 April 2019 and compulsory from 1 April 2021.
- 23 is in use for children since early 2026; the day is not known (*Beyond admission*, Centre for
  Justice Innovation, 2026). The case can still be charged. Published tables end at 22.
"""

_NSIR = "2011-04-01"

CLOSING_CODES = (
    _plain("ASB personal", _NSIR),
    _plain("ASB nuisance", _NSIR),
    _plain("ASB environmental", _NSIR),
    _plain("Crime", unverified=True),
    _plain("Crime related incident", unverified=True),
    _plain("Domestic incident", unverified=True),
    _plain("Public safety and welfare", _NSIR),
    _plain("Road related offence", unverified=True),
    _plain("Road traffic collision", unverified=True),
    _plain("Transport other", unverified=True),
    _plain("Qualifier only", unverified=True),
    _plain("Duplicate", unverified=True),
    _plain("Administration", _NSIR),
)
"""The closing codes of incidents, from the National Standard for Incident Recording of 2011.

The standard took effect on 1 April 2011. Its chapters are transport, anti-social behaviour, public
safety and welfare, administration, and qualifiers. We read its list of contents and not its codes,
so a code that is in no title is unverified. There are three types of anti-social behaviour. Vehicle
nuisance is a qualifier or a type within one of them, and not a closing code.
"""

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
    Code("DAPN", "Domestic abuse protection notice", since="2024-11-27"),
    Code("DAPO", "Domestic abuse protection order", since="2024-11-27"),
    Code("SPO", "Stalking protection order", since="2020-01-20"),
    Code("SPO interim", "Interim stalking protection order", since="2020-01-20"),
    Code("SHPO", "Sexual harm prevention order", since="2015-03-08"),
    Code("SHPO interim", "Interim sexual harm prevention order", since="2015-03-08"),
    Code("SRO", "Sexual risk order", since="2015-03-08"),
    Code("SRO interim", "Interim sexual risk order", since="2015-03-08"),
    Code("SOPO", "Sexual offences prevention order"),
)
"""Notices and orders to protect people.

Domestic abuse protection notices and orders began on 27 November 2024 as a pilot in some areas
(S.I. 2024/1191), which was to end on 31 March 2026 (S.I. 2025/1222): Greater Manchester, three
London boroughs and the British Transport Police, then Cleveland and North Wales. The older notices
and orders were not repealed. Stalking protection orders began on 20 January 2020 (S.I. 2020/26).
Sexual harm prevention orders and sexual risk orders replaced sexual offences prevention orders on
8 March 2015 (Anti-social Behaviour, Crime and Policing Act 2014, schedule 5; S.I. 2015/373).
"""

FOUR_PS = (
    Code("Pursue", "Prosecute and disrupt those engaged in it"),
    Code("Prevent", "Stop people from engaging in it"),
    Code("Protect", "Strengthen protection against it"),
    Code("Prepare", "Reduce its impact when it happens"),
)
"""The parts of the 4P framework for serious and organised crime, from the glossary of His Majesty's
Inspectorate of Constabulary and Fire & Rescue Services."""
