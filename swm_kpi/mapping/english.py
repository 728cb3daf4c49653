"""A mapping in English, for a reviewer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from swm_kpi.calendar import format_date
from swm_kpi.expressions import Leaf, LocalDate, Parse, Scalar
from swm_kpi.expressions.literals import format_english
from swm_kpi.mapping.values import AreaOf, Coalesce, Codes, Constant, Flag, NotInSource, Value

if TYPE_CHECKING:
    from swm_kpi.mapping.mapping import Mapping

_UNMAPPED = {
    "refuse": "Any other value is refused",
    "null": "Any other value becomes null, and is counted",
}


def describe_mapping(mapping: Mapping) -> str:
    """Return a mapping as text, with one line for each column of the contract."""
    lines = [
        f"{mapping.contract.__name__}, made from {mapping.source.__name__} "
        f"({mapping.source.zone} time)",
        f"Version {mapping.version}, in use from {format_date(mapping.valid_from)}. "
        f"Owner: {mapping.owner}.",
    ]
    if mapping.description:
        lines.append(mapping.description)
    if mapping.one_row_per:
        lines.append(describe_order(mapping))
    lines.append("")
    lines += [f"{name}: {words}" for name, words in describe_columns(mapping).items()]
    return "\n".join(lines) + "\n"


def describe_columns(mapping: Mapping) -> dict[str, str]:
    """Return what each column of the contract is made from, in sentences, by its name."""
    return {name: _sentences(value) for name, value in mapping.columns.items()}


def describe_order(mapping: Mapping) -> str:
    """Return which of several rows is used, in sentences; empty if every row is."""
    if not mapping.one_row_per:
        return ""
    thing = " and ".join(_words(value) for value in mapping.one_row_per)
    if not mapping.first_by:
        return f"One row for each {thing}. A second row is refused."
    order = ", then ".join(_words(value) for value in mapping.first_by)
    return f"One row for each {thing}: the first by {order}. A tie for first is refused."


def _sentences(value: Value) -> str:
    text = _words(value)
    end = [text[0].upper() + text[1:], *dict.fromkeys(_endings(value))]
    return ". ".join(end) + "."


def _words(value: Value) -> str:
    match value:
        case Leaf():
            return value.english()
        case Constant(value=constant):
            return f"{format_english(constant)} in every row"
        case NotInSource(reason=reason):
            return f"not in the source. {reason.rstrip('.')}"
        case Parse(column=column, time_format=time_format):
            return f"{column.english()}, read as {time_format.words}"
        case LocalDate(time=time):
            return f"the local day of {_words(time)}"
        case Flag(column=column):
            words = f"true where {column.english()} is {_any_of(value.yes)}"
            words += f", false where it is {_any_of(value.no)}"
            return words + (f", null where it is {_any_of(value.null)}" if value.null else "")
        case AreaOf(column=column, code_list=code_list, at=at, level=level):
            words = f"the {level} that {column.english()} is in, by {code_list.name}"
            on_day = f"on {_words(at)}" if at is not None else "by the newest boundaries"
            return f"{words}, {on_day}"
        case Codes(column=column, code_list=code_list, at=at):
            words = f"{column.english()}, by the {len(code_list.rows):,} approved rows of "
            words += code_list.name
            return words + (f", as they are on {_words(at)}" if at is not None else "")
        case Coalesce(values=values):
            return "the first value of: " + "; ".join(_words(part) for part in values)
    raise TypeError(f"{type(value).__name__} has no English: add it to describe_mapping()")


def _endings(value: Value) -> Iterator[str]:
    """Yield what happens to a value that is not mapped, and whether case makes no difference."""
    for item in value.values if isinstance(value, Coalesce) else (value,):
        part = item.time if isinstance(item, LocalDate) else item
        if isinstance(part, Codes) and part.unmapped == "other":
            yield f"Any other value becomes {format_english(part.other or '')}, and is counted"
        elif isinstance(part, Parse | Codes | Flag):
            yield _UNMAPPED[part.unmapped]
        if isinstance(part, Codes | Flag) and part.is_folded:
            yield "Case, and spaces at the ends, make no difference"


def _any_of(values: Sequence[Scalar]) -> str:
    return " or ".join(format_english(value) for value in values)
