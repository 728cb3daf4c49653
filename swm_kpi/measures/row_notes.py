"""The sentences about the rows behind a number: the one place that turns their counts into words.

They are rendered from the columns of a result, and not stored beside them, so that disclosure
control protects the counts like any cell and renders the sentences again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from swm_kpi.contracts import NO_AREA, Column
from swm_kpi.expressions import Expression, english
from swm_kpi.formatting import NumberFormat
from swm_kpi.measures.null_conditions import (
    Completeness,
    can_be_unknown,
    describe_blanks,
    describe_undecided,
    join_columns,
    or_not_yet,
)
from swm_kpi.measures.repeated_hour import REPEATED_HOUR
from swm_kpi.vocabulary import Marker

NO_MEMBER = "see Unknown."
"""How the note of a member ends where no row that counts names any member."""

ROW_COLUMNS = (
    "undecided", "in_repeated_hour", "without_value", "unmapped", "null_at_source",
    "mapped_to_other", "in_no_period", "at_least", "at_most", "answers", "effective_answers",
)  # fmt: skip
"""The columns of a result that the sentences are rendered from.

They also read value, unit, marker and as_at.
"""

REASON_HIDDEN = "reason_hidden"
"""The key of a row in which it is suppressed how many of the rows left out are not mapped."""


def describe_rows(completeness: Sequence[Completeness], row: Mapping[str, Any]) -> str:
    """Return the sentences about the rows of one cell; empty where everything is recorded.

    Args:
        completeness: what must be recorded: of the measure or, for a quotient, of its inputs.
        row: the row of the result: its ``ROW_COLUMNS``, ``value``, ``unit``, ``marker`` and
            ``as_at``.
    """
    return " ".join(dict.fromkeys(_sentences(completeness, row)))


def describe_hidden_rows(
    completeness: Sequence[Completeness], row: Mapping[str, Any], hidden: Iterable[str]
) -> str:
    """Return the sentences about rows whose number is suppressed.

    Args:
        completeness: as for :func:`describe_rows`.
        row: the row of the result, as it is before anything is suppressed.
        hidden: the columns that are suppressed, of those that count rows.
    """
    marker = Marker(row["marker"] or "")
    if marker is Marker.NOT_AVAILABLE:
        undecided, are_reversed = _undecided_columns(completeness), _reversed_times(completeness)
        is_lacking = row["without_value"] and not row["undecided"]
        is_undecided = (undecided or are_reversed) and not is_lacking
        columns = undecided if is_undecided else _recorded_columns(completeness)
        blank = _what_is_blank(columns, are_reversed if is_undecided else _unusable(completeness))
        return f"Not recorded{or_not_yet(columns)}: {blank} in every row."
    sentences = []
    if "undecided" in hidden and row["undecided"]:
        sentences.append(f"Some rows {_why_undecided(completeness)}.")
    if "without_value" in hidden and row["without_value"]:
        sentences.append(f"Some rows {_what_is_lacking(completeness)}.")
    if "in_no_period" in hidden and row["in_no_period"]:
        sentences.append(f"Some rows are {_why_in_no_period(completeness, row)}.")
    if "unmapped" in hidden and row["unmapped"]:
        sentences.append("Some of the rows left out have a value that is not mapped.")
    if "null_at_source" in hidden and row["null_at_source"]:
        sentences.append("Some of the rows left out have no value in the source.")
    if "mapped_to_other" in hidden and row["mapped_to_other"]:
        sentences.append("Some rows take part with another value, because it is not mapped.")
    if "in_no_period" in hidden and row["in_no_period"]:
        sentences.append(f"Some rows are {_why_in_no_period(completeness, row)}.")
    return " ".join(sentences)


def states_hidden_rows(
    completeness: Sequence[Completeness], row: Mapping[str, Any], column: str
) -> bool:
    """Return whether the note of a row says of some rows that they are not recorded.

    Args:
        completeness: as for :func:`describe_rows`.
        row: a row of a protected result.
        column: the column of the suppressed count, such as ``undecided``.
    """
    sentence = describe_hidden_rows(completeness, {**row, column: 1}, [column])
    return row[column] is None and bool(sentence) and sentence in (row["note"] or "")


def describe_no_member(title: str) -> str:
    """Return the sentence of a member where no row that counts, or may count, names any member.

    Other rows of the period may name one: those that do not count, or those of another member of
    another breakdown.

    Args:
        title: the title of the breakdown.
    """
    noun = _common_noun(title)
    return (
        "No row that counts or may count here names a member of the breakdown by "
        f"{noun}: {NO_MEMBER}"
    )


def describe_unknown_member(title: str) -> str:
    """Return the sentence of a member where many rows name no member.

    Args:
        title: the title of the breakdown.
    """
    noun = _common_noun(title)
    return (
        f"Rows in Unknown may belong here, because they name no member of the breakdown by {noun}."
    )


def describe_look_back(completeness: Completeness) -> str:
    """Return the sentence of a number for which some rows of the months before are incomplete."""
    columns = (*completeness.measured_columns, *completeness.undecided_columns)
    return f"Some rows of the months before have no {join_columns(columns)}."


def _common_noun(title: str) -> str:
    # A name with a capital inside, such as Local Policing Area, is a proper name.
    is_proper = title[1:] != title[1:].lower()
    return title if is_proper else title[:1].lower() + title[1:]


def is_unrecorded_row(row: Mapping[str, Any]) -> bool:
    """Return whether a row has no number because of what is not recorded in the rows it counts."""
    if row["marker"] != Marker.NOT_AVAILABLE.value:
        return False
    return bool(row["undecided"] or row["without_value"] or NO_MEMBER in (row["note"] or ""))


def is_absent_area_row(row: Mapping[str, Any]) -> bool:
    """Return whether a row is of an area that does not exist in the period, with nothing in it."""
    return bool(row["marker"] == Marker.NOT_APPLICABLE.value and NO_AREA in (row["note"] or ""))


def _sentences(completeness: Sequence[Completeness], row: Mapping[str, Any]) -> Iterator[str]:
    in_hour, without_value = row["in_repeated_hour"] or 0, row["without_value"] or 0
    undecided = (row["undecided"] or 0) - in_hour
    why_in_hour = f"{_place(completeness)} because the time falls in {REPEATED_HOUR}"
    has_both = bool(undecided and without_value)
    if (row["marker"] or "") == Marker.NOT_AVAILABLE.value:
        if undecided:
            columns = _undecided_columns(completeness)
            blank = _not_recorded(columns, undecided, _reversed_times(completeness))
            yield _no_number(blank, columns, undecided, row)
        if in_hour:
            yield f"{_rows(in_hour)} {why_in_hour}."
        if without_value:
            columns = _recorded_columns(completeness)
            blank = _not_recorded(columns, without_value, _unusable(completeness))
            yield _no_number(blank, columns, without_value, row)
        if row["unmapped"] and (has_both or row["null_at_source"]):
            yield _of_these_rows(row)
        return
    if row["answers"]:
        yield f"{_answers(row['answers'])}."
    if row["effective_answers"]:
        yield f"Effective sample size: {_answers(row['effective_answers'])}."
    why_undecided, what_is_lacking = _why_undecided(completeness), _what_is_lacking(completeness)
    if (has_both and row["unmapped"]) or row.get(REASON_HIDDEN):
        if undecided:
            yield f"{_rows(undecided)} {_or_not_mapped(why_undecided)}."
        if without_value:
            yield f"{_rows(without_value)} {_or_not_mapped(what_is_lacking)}."
        if row["unmapped"]:
            yield _of_these_rows(row)
    elif row["unmapped"]:
        why = what_is_lacking if without_value else why_undecided
        named = (_measured_columns if without_value else _undecided_columns)(completeness)
        yield f"{_rows(row['unmapped'])} {_not_mapped(why, named)}."
        if row["null_at_source"]:
            yield f"{_rows(row['null_at_source'])} {why}."
    else:
        if undecided:
            yield f"{_rows(undecided)} {why_undecided}."
        if without_value:
            yield f"{_rows(without_value)} {what_is_lacking}."
    if in_hour:
        yield f"{_rows(in_hour)} {why_in_hour}."
    if row["mapped_to_other"]:
        read = join_columns(column for part in completeness for column in part.read_columns)
        takes = "takes" if row["mapped_to_other"] == 1 else "take"
        yield (
            f"{_rows(row['mapped_to_other'])} {takes} part with another value, because {read} "
            "is not mapped."
        )
    if row["in_no_period"]:
        be = "is" if row["in_no_period"] == 1 else "are"
        why = _why_in_no_period(completeness, row)
        yield f"{_rows(row['in_no_period'])} {be} {why}."
    if row["marker"] == Marker.LOW_RELIABILITY.value:
        yield from _bounds(row)


def _no_number(
    not_recorded: str, columns: Sequence[Column], count: float, row: Mapping[str, Any]
) -> str:
    """Return why there is no number: no row is recorded, or some or all are not mapped."""
    if not row["unmapped"]:
        return not_recorded
    what = "Not mapped" if row["unmapped"] == count else "Not mapped or not recorded"
    return f"{what}: {join_columns(columns)} in {_all_rows(count)}."


def _of_these_rows(row: Mapping[str, Any]) -> str:
    """Return how many of the rows that are left out are not mapped."""
    unmapped = row["unmapped"]
    return f"Of these rows, {int(unmapped):,} {_have(unmapped)} a value that is not mapped."


def _not_mapped(why: str, columns: Sequence[Column]) -> str:
    """Return why rows that are not mapped are left out, from why other rows are."""
    place = why.partition(" because ")[0] if " because " in why else "left out"
    return f"{place} because {join_columns(columns)} is not mapped"


def _or_not_mapped(why: str) -> str:
    """Return why rows are left out, of which some may be not mapped."""
    return why.replace("is not recorded", "is not mapped or not recorded")


def _have(count: float) -> str:
    return "has" if count == 1 else "have"


def _all_rows(count: float) -> str:
    return "the only row" if count == 1 else f"all {_rows(count)}"


def _rows(count: float) -> str:
    return f"{int(count):,} {'row' if count == 1 else 'rows'}"


def _answers(count: float) -> str:
    return f"{int(count):,} {'answer' if count == 1 else 'answers'}"


def _not_recorded(columns: Sequence[Column], count: float, conditions: Sequence[Expression]) -> str:
    what = _what_is_blank(columns, conditions)
    return f"Not recorded{or_not_yet(columns)}: {what} in {_all_rows(count)}."


def _what_is_blank(columns: Sequence[Column], conditions: Sequence[Expression]) -> str:
    """Say that columns are blank, or that some conditions hold, such as times in wrong order."""
    blank = [f"{join_columns(columns)} is blank"] if columns else []
    return ", or ".join(dict.fromkeys((*blank, *map(english, conditions))))


def _bounds(row: Mapping[str, Any]) -> Iterator[str]:
    least, most = row["at_least"], row["at_most"]
    numbers = NumberFormat.of(row["unit"], [row["value"], least, most])
    if least is not None and most is not None:
        yield (
            f"With everything recorded, it would be at least {numbers.number(least)} and "
            f"at most {numbers.number(most)}."
        )
    elif least is not None:
        yield f"With everything recorded, it would be at least {numbers.number(least)}."


def _undecided_columns(completeness: Sequence[Completeness]) -> list[Column]:
    return [column for part in completeness for column in part.undecided_columns]


def _measured_columns(completeness: Sequence[Completeness]) -> list[Column]:
    return [column for part in completeness for column in part.measured_columns]


def _recorded_columns(completeness: Sequence[Completeness]) -> list[Column]:
    return [column for part in completeness for column in part.recorded_columns]


def _reversed_times(completeness: Sequence[Completeness]) -> list[Expression]:
    return [times for part in completeness for times in part.reversed_times]


def _unusable(completeness: Sequence[Completeness]) -> list[Expression]:
    return [part.unusable for part in completeness if part.unusable is not None]


def _place(completeness: Sequence[Completeness]) -> str:
    is_decided = all(part.where is None or not can_be_unknown(part.where) for part in completeness)
    return "in neither part" if is_decided else "left out"


def _why_undecided(completeness: Sequence[Completeness]) -> str:
    why = describe_undecided(_undecided_columns(completeness), _reversed_times(completeness))
    return f"{_place(completeness)} because {why}"


def _what_is_lacking(completeness: Sequence[Completeness]) -> str:
    stated = [part.lacks_value for part in completeness if part.lacks_value]
    if stated:
        return " or ".join(dict.fromkeys(stated))
    columns = _measured_columns(completeness)
    blank = [describe_blanks(columns)] if columns else []
    unusable = map(english, _unusable(completeness))
    return f"left out because {', or '.join((*blank, *unusable))}"


def _why_in_no_period(completeness: Sequence[Completeness], row: Mapping[str, Any]) -> str:
    reasons: dict[str, None] = {}
    for part in completeness:
        at, is_extracted = part.rows.at, part.rows.contract.extraction_column is not None
        may_be_later = (row["as_at"] is not None or is_extracted) and not at.scheduled
        words = ["blank"] * at.nullable + ["after the extraction"] * may_be_later
        if words:
            reasons[f"{english(at)} is {' or '.join(words)}"] = None
    return f"in no period, because {' or '.join(reasons)}"
