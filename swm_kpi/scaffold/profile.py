"""What a sample shows about each column of an extract, without any value that may be personal."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

import polars as pl

from swm_kpi.expressions.time_formats import TimeFormat, read_time_format
from swm_kpi.mapping.source import SourceType

TIME_FORMATS = (
    "ISO date", "ISO", "ISO with offset",
    "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d-%m-%Y", "%d-%m-%Y %H:%M", "%d.%m.%Y",
    "%d %b %Y", "%d %b %Y %H:%M", "%d-%b-%Y", "%d-%b-%Y %H:%M", "%d %B %Y", "%Y%m%d",
)  # fmt: skip
"""The formats to look for. Of several that fit, the first is suggested."""

MAX_CODES = 1_000
_LONGEST_CODE = 60
_MOST_WORDS = 8
_ID_SHARE, _FEWEST_FOR_IDS = 0.5, 20
_PERSONAL_SHARE = 0.2
_EPOCHS = {"epoch seconds": (946_684_800, 4_102_444_800)}
_EPOCHS["epoch milliseconds"] = (946_684_800_000, 4_102_444_800_000)
_WHOLE = re.compile(r"\A(?:0|-?[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"\A-?[0-9]{1,15}\.[0-9]{1,9}\Z")

_PERSONAL_WORDS = {
    "surname", "forename", "forenames", "firstname", "lastname", "fullname", "dob", "birth", "age",
    "address", "street", "postcode", "zip", "phone", "telephone", "mobile", "email", "nino", "nhs",
    "passport", "collar", "shoulder", "officer", "oic", "operator", "caller", "informant",
    "complainant", "aggrieved", "suspect", "offender", "victim", "witness", "vrm", "registration",
    "easting", "northing", "latitude", "longitude", "location", "notes", "note", "narrative",
    "summary", "remarks", "comments", "comment", "details", "mo", "text", "employee", "username",
    "id", "urn", "ref", "reference", "number", "no",
}  # fmt: skip
_NAMES_OF_THINGS = {
    "offence", "crime", "area", "beat", "district", "station", "team", "unit", "force", "ward",
    "status", "outcome", "event", "type", "department", "division", "sector", "region", "code",
}  # fmt: skip
_CODE_WORDS = {"code", "type", "flag", "status", "category", "outcome", "reason", "grade", "class"}
_PERSONAL_VALUE = re.compile(
    r"@|^[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}$|^\+?[0-9 ]{9,}$|^[A-Za-z'-]+, [A-Za-z]"
    r"|^(?:Mr|Mrs|Ms|Miss|Dr|PC|PS|DC|DS) [A-Z0-9]"
)


@dataclass(frozen=True)
class ColumnProfile:
    """What a sample shows about one column.

    Attributes:
        header: its heading in the extract.
        name: its name as a column of a source.
        dtype: the type to declare.
        time_format: the format in which its texts or numbers state times; empty if they do not.
        other_formats: other formats that every value fits as well.
        is_personal: whether it may identify a person, or is free text.
        rows: the rows of the sample.
        nulls: the rows without a value.
        distinct: the number of different values.
        codes: the rows of each value, the most frequent first. None are listed of a personal
            column, of decimals and of times.
        is_text: whether the extract has it as text.
        has_odd_offset: whether its texts are times with an offset that no format reads, such as
            ``+00``.
    """

    header: str
    name: str
    dtype: type
    time_format: str = ""
    other_formats: tuple[str, ...] = ()
    is_personal: bool = False
    rows: int = 0
    nulls: int = 0
    distinct: int = 0
    codes: Mapping[str, int] = field(default_factory=dict, repr=False)
    is_text: bool = False
    has_odd_offset: bool = False

    @property
    def words(self) -> frozenset[str]:
        """The words of the heading, in lower case."""
        return frozenset(words_of(self.header))

    @property
    def moment(self) -> type | None:
        """``date`` or ``datetime``, if it states times."""
        if self.dtype in (date, datetime):
            return self.dtype
        if not self.time_format:
            return None
        if "%" in self.time_format:
            return datetime if re.search("%[HI]", self.time_format) else date
        return date if self.time_format == "ISO date" else datetime


def words_of(text: str) -> list[str]:
    """Return the words of a heading or a name, in lower case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.findall(r"[a-z]+|[0-9]+", spaced.lower())


def profile_columns(
    sample: pl.DataFrame, places: Collection[str] = frozenset()
) -> list[ColumnProfile]:
    """Return what a sample shows about each of its columns, in order.

    Args:
        sample: rows of the extract.
        places: the codes and names of the force's areas. A column of them is not personal, although
            a small sample may have nearly as many areas as rows.
    """
    names = dict(zip(sample.columns, _column_names(sample.columns), strict=True))
    return [_profile(sample[header], header, names[header], places) for header in sample.columns]


def _profile(column: pl.Series, header: str, name: str, places: Collection[str]) -> ColumnProfile:
    dtype, time_format, others = _type_of(column)
    text = column.cast(pl.String).str.strip_chars(" ")
    counts = (
        text.replace("", None).drop_nulls().value_counts(sort=True).rows()
        if column.dtype != pl.Null
        else []
    )
    present = sum(rows for _, rows in counts)
    values = [str(value) for value, _ in counts]
    is_area = dtype is str and len(values) > 1 and all(value in places for value in values)
    is_area = is_area and not _PERSONAL_WORDS & set(words_of(header))
    is_personal = _is_personal(header, values, present)
    is_odd = not time_format and dtype is str and bool(values) and all(map(_has_offset, values))
    is_personal = is_personal and not (time_format or dtype is bool or is_area or is_odd)
    is_personal = is_personal or "birth" in words_of(header) or "dob" in words_of(header)
    lists_codes = (dtype is str and not is_odd) or (dtype is int and len(values) <= MAX_CODES)
    codes: dict[str, int] = {}
    if lists_codes and not is_personal and not time_format and len(values) <= MAX_CODES:
        codes = {
            str(value): rows for value, rows in sorted(counts, key=lambda row: (-row[1], row[0]))
        }
    return ColumnProfile(
        header, name, dtype, time_format, others, is_personal, len(column),
        len(column) - present, len(values), codes, column.dtype == pl.String, is_odd,
    )  # fmt: skip


def _type_of(column: pl.Series) -> tuple[type, str, tuple[str, ...]]:
    """Return the type to declare, the format of its times, and the other formats that fit."""
    if column.dtype == pl.Boolean:
        return bool, "", ()
    if column.dtype == pl.Date:
        return date, "", ()
    if isinstance(column.dtype, pl.Datetime):
        return datetime, "", ()
    if column.dtype.is_float() or column.dtype.is_decimal():
        return float, "", ()
    values = column.drop_nulls().unique()
    if column.dtype.is_integer():
        return int, _epoch(values.cast(pl.Int64).to_list()), ()
    texts = [text for text in values.cast(pl.String).str.strip_chars(" ").to_list() if text]
    if not texts:
        return str, "", ()
    fitting = [form for form in TIME_FORMATS if all(_fits(text, form) for text in texts)]
    if fitting:
        return str, fitting[0], tuple(fitting[1:])
    if all(_WHOLE.match(text) for text in texts):
        return int, _epoch([int(text) for text in texts]), ()
    if all(_WHOLE.match(text) or _DECIMAL.match(text) for text in texts):
        return float, "", ()
    return str, "", ()


def _epoch(numbers: list[int]) -> str:
    for name, (low, high) in _EPOCHS.items():
        if numbers and all(low <= number <= high for number in numbers):
            return name
    return ""


@cache
def _pattern_of(form: str) -> str:
    """Return what a mapping accepts as a text in a format, so that none is suggested in vain."""
    time_format = read_time_format(form)
    return time_format.pattern if isinstance(time_format, TimeFormat) else ""


def _fits(text: str, form: str) -> bool:
    if re.fullmatch(_pattern_of(form), text) is None:
        return False
    try:
        if form == "ISO date":
            date.fromisoformat(text)
            return len(text) == len("2024-04-01")
        if form.startswith("ISO"):
            parsed = datetime.fromisoformat(text)
            has_offset = parsed.tzinfo is not None
            return len(text) > len("2024-04-01") and has_offset == form.endswith("offset")
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _has_offset(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_personal(header: str, values: list[str], present: int) -> bool:
    words = words_of(header)
    is_code = bool(_CODE_WORDS & set(words[-1:]))
    if "name" in words and not _NAMES_OF_THINGS & set(words):
        return True
    if _PERSONAL_WORDS & set(words) and not is_code:
        return True
    if any(len(value) > _LONGEST_CODE or len(value.split()) > _MOST_WORDS for value in values):
        return True
    if len(values) > MAX_CODES:
        return True
    if present >= _FEWEST_FOR_IDS and len(values) > present * _ID_SHARE:
        return True
    named = sum(bool(_PERSONAL_VALUE.search(value)) for value in values)
    return bool(values) and named > len(values) * _PERSONAL_SHARE


def _column_names(headers: list[str]) -> Iterator[str]:
    """Yield a different Python name for each heading."""
    used: set[str] = set()
    for number, header in enumerate(headers, start=1):
        name = "_".join(words_of(header)) or f"column_{number}"
        if name[0].isdigit():
            name = f"column_{name}"
        if keyword.iskeyword(name) or hasattr(SourceType, name) or name in ("table", "source"):
            name = f"{name}_code"
        candidate, suffix = name, 2
        while candidate in used:
            candidate, suffix = f"{name}_{suffix}", suffix + 1
        used.add(candidate)
        yield candidate
