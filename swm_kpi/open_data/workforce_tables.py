"""Home Office workforce tables: a row for each force, and a column for each date.

Tables of officers, staff, community support officers and special constables look the same. Only
the title, the name of the sheet or the name of the file shows what a table counts.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from swm_kpi.open_data.datasets import WORKFORCE
from swm_kpi.open_data.header_names import name_key, normalise_name
from swm_kpi.open_data.published_tables import Match, Place, list_names

FORCE_NAMES = ("Force/Region", "Force name", "Police force", "Police force area", "Force")
OFFICER_TABLE = "1"  # the number of the table of officers (FTE) in the publications
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
_MONTH += r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
# The digits of a footnote can follow the year: "March 20181".
_DAY = re.compile(rf"(?:\b([0-9]{{1,2}}) )?\b{_MONTH},? ((?:19|20)[0-9]{{2}})[0-9]{{0,2}}\b")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EXCEL_MONTH = re.compile(rf"{_MONTH}[- ][0-9]{{2}}|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2,4}}")
_PLAIN_WORDS = {
    *("as", "at", "fte", "full", "time", "equivalent", "equivalents", "total", "number", "of"),
    *("police", "officer", "officers", "strength", "in", "post"),
}
_FORCE = re.compile(r"\bforces?\b")
_CODE = re.compile(r"\b(?:code|geocode|id|number)\b")

# The workers that a title names. Each is removed before the next is looked for, because
# "police community support officers" are not police officers.
_WORKERS = {
    "community support officers": r"\bpcsos?\b|(?:police )?community support officers?",
    "designated officers": r"designated officers?",
    "special constables": r"special constab\w+|\bspecials\b|\bspecial\b",
    "traffic wardens": r"traffic wardens?",
    "volunteers": r"volunteers?|\bcadets?\b",
    "joiners or leavers": r"\bjoin\w+|\bleav\w+|\bwastage\b|\brecruit\w*|\bpromot\w+",
    "police staff": r"\b(?:police )?staff\b",
    "police officers": r"\b(?:police )?officers?\b",
}
_PART = re.compile(
    r"absen|sick|maternity|recuperative|adjusted dut|ethnic|minorit|female|women|\bmale|\bmen\b"
    r"|gender|\bsex\b|\brank|transfer|frontline|front line|per 100|per head|population|complain"
    r"|firearm|probation|student|function|length of service|\bage\b|disab|religio"
)
_EXCLUDED = re.compile(r"\b(?:excluding|excl\.?|not including|other than|without)\b[^,;:)]*")
_FTE = re.compile(r"\bftes?\b|full[- ]time[- ]equiv")
_HEADCOUNT = re.compile(r"\bhead ?counts?\b")


@dataclass(frozen=True)
class OfficerTableLayout:
    """Tables of police officers in full-time equivalents, with a column for each date."""

    label: str = WORKFORCE
    required: tuple[str, ...] = ("force",)
    file_name: re.Pattern[str] | None = None
    in_workbooks: bool = True
    header_rows: int = 3

    def match(self, row: Sequence[str], *, rows: int = 1) -> Match:
        """Compare a row with the names of a force and of months.

        The positions are those of ``force`` and of each day as text, such as ``2018-03-31``.
        """
        names = [normalise_name(name) for name in row]
        exact = [at for at, name in enumerate(row) if name_key(name) in map(name_key, FORCE_NAMES)]
        similar = [
            at for at, name in enumerate(names) if _FORCE.search(name) and not _CODE.search(name)
        ]
        # Rows that are joined can be a header and data: "Force name Kent" is not a name.
        forces = exact or (similar if rows == 1 else [])
        days = {at: day for at, name in enumerate(names) if (day := parse_day(name))}
        positions = {"force": forces[0]} if forces else {}
        positions |= {day.isoformat(): at for at, day in days.items()}
        fault = ""
        if not days:
            fault = _describe_no_month(row, names)
        elif len(set(days.values())) < len(days):
            fault = "has two columns of one month."
        elif len(forces) > 1:
            fault = "has several columns of forces."
        share = 0.5 * bool(exact or (forces and days)) + 0.5 * bool(days)
        return Match(row, positions, share, () if forces else (FORCE_NAMES,), fault)

    def part(self, place: Place) -> str:
        """Return no part: ``objection`` says which workers a table counts."""
        return ""

    def objection(self, place: Place) -> str:
        """Return why a table does not count police officers in full-time equivalents."""
        sources = [*place.titles, place.sheet, re.sub(r"[-_.]", " ", place.file_name)]
        source = next((text for text in sources if _workers(text)), "")
        workers = _workers(source)
        if not workers:
            if place.table.casefold().removeprefix("table").strip(" _") == OFFICER_TABLE:
                return ""
            return (
                "nothing shows which workers it counts; if it is table 1, police officers in "
                'full-time equivalents, state table="1"'
            )
        if workers != ["police officers"]:
            return f"it counts {' and '.join(workers)}, and not only police officers"
        if _PART.search(_EXCLUDED.sub("", source.casefold())):
            return "it counts only some police officers, or a rate, as its title says"
        units = " ".join([*place.titles, place.sheet, source]).casefold()
        if _HEADCOUNT.search(units):
            return "it counts people (headcount), and not full-time equivalents"
        return ""


def states_fte(place: Place) -> bool:
    """Return whether the words around a table say that it has full-time equivalents."""
    words = " ".join([*place.titles, place.sheet, re.sub(r"[-_.]", " ", place.file_name)])
    return _FTE.search(words.casefold()) is not None


def parse_day(name: str) -> date | None:
    """Return the last day of the month that a normalised column name states; None for others."""
    iso = _ISO_DAY.fullmatch(name)
    if iso:
        year, month, day = map(int, iso.groups())
        last = _last_day(year, month) if 1 <= month <= 12 else None
        return last if last is not None and day in (1, last.day) else None
    matches = list(_DAY.finditer(name))
    if len(matches) != 1:
        return None
    (match,) = matches
    rest = f"{name[: match.start()]} {name[match.end() :]}"
    if set(re.findall(r"\w+", rest)) - _PLAIN_WORDS:
        return None
    last = _last_day(int(match[3]), _MONTHS.index(match[2][:3]) + 1)
    return last if match[1] is None or int(match[1]) == last.day else None


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _workers(text: str) -> list[str]:
    rest = _EXCLUDED.sub("", text.casefold())
    workers = []
    for name, pattern in _WORKERS.items():
        shorter = re.sub(pattern, " ", rest)
        if shorter != rest:
            workers.append(name)
        rest = shorter
    return workers


def _describe_no_month(row: Sequence[str], names: Sequence[str]) -> str:
    if any(_EXCEL_MONTH.fullmatch(name) for name in names):
        return (
            "has a column that Excel named after a month, such as Mar-18 in place of March 2018. "
            "Download the file again, and do not save it in Excel."
        )
    others = [
        " ".join(text.split()) for text, name in zip(row, names, strict=True) if _DAY.search(name)
    ]
    text = "has no column named after a month, such as March 2018."
    return f"{text} Columns with other words: {list_names(others)}." if others else text
