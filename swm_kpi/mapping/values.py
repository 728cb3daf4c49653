"""What a column of a contract can be made from, beside a column of the source.

``Column.parse`` and ``to_date`` are in ``expressions``, because columns have them as methods.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from typing_extensions import override

from swm_kpi.contracts import Column, ContractType
from swm_kpi.errors import (
    InputError,
    Problem,
    did_you_mean,
    folder_of_declaration,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import (
    DTYPE_WORDS,
    UNMAPPED,
    Leaf,
    LocalDate,
    Parse,
    Scalar,
    SourceValue,
    Unmapped,
    Unusable,
    is_unusable,
)
from swm_kpi.mapping.code_list import CodeList, CodeRow, fold, read_code_list
from swm_kpi.model.areas import Areas

_WHOLE_NUMBER = re.compile(r"\A(?:0|-?[1-9][0-9]{0,17})\Z")

Value: TypeAlias = Leaf | SourceValue
"""What a column of a contract can be made from."""

Day: TypeAlias = Column | Parse | LocalDate
"""A value that states a day."""


@dataclass(frozen=True, eq=False)
class Constant(SourceValue):
    """The same value in every row."""

    value: Scalar

    @property
    @override
    def parts(self) -> tuple[Value, ...]:
        return ()

    @property
    def dtype(self) -> type:
        """The type of the value."""
        return type(self.value)


@dataclass(frozen=True, eq=False)
class NotInSource(SourceValue):
    """A column that the source has no field for."""

    reason: str

    @property
    @override
    def parts(self) -> tuple[Value, ...]:
        return ()


@dataclass(frozen=True, eq=False)
class Flag(SourceValue):
    """True or false, from the values that a column has for yes and for no."""

    column: Column
    yes: tuple[Scalar, ...]
    no: tuple[Scalar, ...]
    null: tuple[Scalar, ...]
    unmapped: Unmapped
    is_folded: bool
    dtype = bool

    @property
    @override
    def parts(self) -> tuple[Value, ...]:
        return (self.column,)


@dataclass(frozen=True, eq=False)
class Codes(SourceValue):
    """A value looked up in a code list, by a code and a day."""

    column: Column
    code_list: CodeList
    at: Day | None
    unmapped: Unmapped
    other: Scalar | None
    is_folded: bool

    @property
    @override
    def parts(self) -> tuple[Value, ...]:
        return (self.column,) if self.at is None else (self.column, self.at)

    def key_of(self, row: CodeRow) -> Any:
        """Return the code of a row as the source has it, folded if codes are."""
        if self.column.dtype is int:
            return int(row.source_code)
        return fold(row.source_code) if self.is_folded else row.source_code


@dataclass(frozen=True, eq=False)
class AreaOf(Codes):
    """The area of a level that a code is in, looked up in a force's areas."""

    level: str


@dataclass(frozen=True, eq=False)
class Coalesce(SourceValue):
    """The first of several values that a row has."""

    values: tuple[Value, ...]

    @property
    @override
    def parts(self) -> tuple[Value, ...]:
        return self.values


def codes(
    file: str | Path,
    column: Column,
    *,
    at: Day | None = None,
    unmapped: Unmapped = "refuse",
    other: Scalar | None = None,
    fold: bool = False,
) -> Codes | Unusable:
    """Return the value that a code list has for the code in a column.

    The file is CSV with the columns ``source_code``, ``target``, ``valid_from``, ``valid_to``,
    ``status``, ``decided_by``, ``decided_on`` and ``note``. Only rows with the status ``approved``
    are used; the others are ``suggested`` or ``rejected``. ``valid_from`` and ``valid_to`` are the
    first and the last day of a meaning, and may be empty. An empty ``target`` means that the code
    stands for "not recorded".

    Args:
        file: the path. A relative one begins at the folder of the file that calls this function.
        column: the column with the code: text or whole numbers.
        at: the date or time by which the meaning of a code is chosen. Required if any row has
            dates. In a row where it is empty, only a code without dates is mapped.
        unmapped: what happens to a code that is not mapped: the table is refused, the value is
            ``other``, or the value is null and is counted.
        other: the value for an unmapped code, with ``unmapped="other"``.
        fold: whether upper and lower case, and spaces at the ends, make no difference.

    Raises:
        DefinitionError: with every mistake in the file and in the arguments.
    """
    if is_unusable(column) or is_unusable(at):
        return Unusable()
    path = Path(file)
    path = path if path.is_absolute() else folder_of_declaration() / path
    code_list, file_findings = read_code_list(path, is_folded=fold)
    findings = list(_unmapped_findings(unmapped, UNMAPPED))
    findings += _codes_findings(column, code_list, at, unmapped, other)
    if isinstance(column, Column) and column.dtype is int:
        file_findings += _whole_number_findings(code_list)
    if findings or file_findings:
        place = place_of_declaration()
        subject = f"Codes of {column}" if isinstance(column, Column) else "Codes"
        raise_problems(Problem(subject, *finding, place) for finding in [*file_findings, *findings])
        return Unusable()
    return Codes(column, code_list, at, unmapped, other, fold)


def area(
    column: Column,
    *,
    level: str,
    at: Day | None = None,
    unmapped: Unmapped = "refuse",
    other: Scalar | None = None,
    areas: Areas | str | Path = "../areas.csv",
) -> AreaOf | Unusable:
    """Return the name of the area that the code in a column is in.

    Args:
        column: the column with the code of an area of the level or of a level below, or the name of
            an area of the level: text, or whole numbers for codes.
        level: the level, such as ``"lpa"``.
        at: the date or time of the boundaries that choose the area. In a row where it is empty,
            only a code that was always in one area is mapped. Without it, the newest boundaries
            count.
        unmapped: what happens to a code that is in no area: the table is refused, the value is
            ``other``, or the value is null and is counted.
        other: the value for such a code, with ``unmapped="other"``.
        areas: the areas, or the path of their file. A relative one begins at the folder of the
            file that calls this function: by default, the areas of the force's folder.

    Raises:
        DefinitionError: with every mistake in the file and in the arguments.
    """
    if is_unusable(column) or is_unusable(at):
        return Unusable()
    subject = f"Area of {column}" if isinstance(column, Column) else "Area"
    path = Path("areas.csv")
    if isinstance(areas, str | Path):
        path = Path(areas)
        path = path if path.is_absolute() else folder_of_declaration() / path
        try:
            areas = Areas.read(path)
        except InputError:
            rule = f"there is no file {path.name!r} that can be read as areas"
            fix = f"Write it, or correct the path: it begins at {path.parent.name!r}"
            raise_problems([Problem(subject, "areas", rule, fix, place_of_declaration())])
            return Unusable()
    if not areas.levels:
        return Unusable()  # Its mistakes are reported already.
    findings = list(_unmapped_findings(unmapped, UNMAPPED))
    rows: list[CodeRow] = []
    if level in areas.levels:
        lookup = areas.newest_lookup(level) if at is None else areas.lookup(level)
        is_number = isinstance(column, Column) and column.dtype is int
        spans = [s for s in lookup.dated_spans if not is_number or _WHOLE_NUMBER.match(s.value)]
        rows = [CodeRow(0, s.value, s.name, s.first, s.last) for s in spans]
    else:
        fix = did_you_mean(str(level)[:40], areas.levels)
        findings.append(("level", f"{str(level)[:40]!r} is not a level of {path.name}", fix))
    code_list = CodeList(path.name, tuple(rows), 0, path)
    findings += _codes_findings(column, code_list, at, unmapped, other)
    if findings:
        place = place_of_declaration()
        raise_problems(Problem(subject, *finding, place) for finding in findings)
        return Unusable()
    return AreaOf(column, code_list, at, unmapped, other, is_folded=False, level=level)


def flag(
    column: Column,
    *,
    yes: Scalar | Sequence[Scalar],
    no: Scalar | Sequence[Scalar],
    null: Scalar | Sequence[Scalar] = (),
    unmapped: Unmapped = "refuse",
    fold: bool = False,
) -> Flag | Unusable:
    """Return true or false, from the values that a column has for yes and for no.

    Args:
        column: text or whole numbers.
        yes: the value, or the values, that mean true.
        no: the value, or the values, that mean false.
        null: the values that mean "not recorded", beside an empty one.
        unmapped: ``"refuse"`` or ``"null"``: what happens to any other value.
        fold: whether upper and lower case, and spaces at the ends, make no difference.

    Raises:
        DefinitionError: with every mistake in the arguments.
    """
    if is_unusable(column):
        return Unusable()
    values = {"yes": _listed(yes), "no": _listed(no), "null": _listed(null)}
    findings = list(_unmapped_findings(unmapped, UNMAPPED[::2]))
    findings += _flag_findings(column, values, is_folded=fold)
    if findings:
        place = place_of_declaration()
        subject = f"Flag of {column}" if isinstance(column, Column) else "Flag"
        raise_problems(Problem(subject, *finding, place) for finding in findings)
        return Unusable()
    return Flag(column, values["yes"], values["no"], values["null"], unmapped, fold)


def left_out(contract: ContractType, mapped: Collection[str]) -> dict[str, str]:
    """Return the optional columns of a contract that a mapping leaves out, with the reason.

    Args:
        contract: the contract.
        mapped: the columns that the mapping makes, or says to be absent.
    """
    return {
        name: "the mapping leaves it out"
        for name, column in contract.columns.items()
        if column.optional and name not in mapped
    }


def not_in_source(reason: str) -> NotInSource | Unusable:
    """State that the source has no field for a column.

    Args:
        reason: why, for readers of the numbers that cannot be computed.

    Raises:
        DefinitionError: the reason is empty.
    """
    if not (isinstance(reason, str) and reason.strip()):
        finding = ("reason", "it is empty", 'Say why, such as "No field for it"')
        raise_problems([Problem("not_in_source", *finding, place_of_declaration())])
        return Unusable()
    return NotInSource(reason)


def coalesce(*values: Value) -> Coalesce | Unusable:
    """Return the first of several values that a row has. Each of them is checked in every row.

    Args:
        values: columns of the source, and values made from them.

    Raises:
        DefinitionError: there are fewer than two, or one cannot be used here.
    """
    if is_unusable(values):
        return Unusable()
    findings = []
    if len(values) < 2:
        findings.append(("values", "it needs at least two", "Use the one value without coalesce"))
    for value in values:
        if not isinstance(value, Column | Parse | LocalDate | Flag | Codes):
            rule = f"a {type(value).__name__} is not made from a column of the source"
            findings.append(("values", rule, "Give columns, parsed columns, flags or codes"))
    if findings:
        place = place_of_declaration()
        raise_problems(Problem("coalesce", *finding, place) for finding in findings)
        return Unusable()
    return Coalesce(values)


def _listed(values: object) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, list | tuple | set) else (values,)


def _unmapped_findings(unmapped: object, choices: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    if unmapped not in choices:
        rule = f"{unmapped!r} is not what can happen to an unmapped value"
        yield "unmapped", rule, did_you_mean(str(unmapped), choices)


def _column_findings(column: object) -> Iterator[tuple[str, str, str]]:
    if not isinstance(column, Column):
        rule = f"it is of type {type(column).__name__}"
        yield "column", rule, "Give a column of the source, such as Niche.offence"
    elif column.dtype not in (str, int):
        rule = f"it contains {DTYPE_WORDS.get(column.dtype, 'another type')}"
        yield "column", rule, "Declare the column as str or int"


def _codes_findings(
    column: object, code_list: CodeList, at: object, unmapped: object, other: object
) -> Iterator[tuple[str, str, str]]:
    yield from _column_findings(column)
    if isinstance(column, Column) and column.personal:
        rule = "it is personal, and a code list would show its values"
        yield "column", rule, "Map a column that is not personal"
    if at is None and code_list.has_dates:
        rule = f"{code_list.name} has codes that are valid on some days only"
        yield "at", rule, "Give the date or time by which to choose, such as at=Niche.recorded"
    elif at is not None and not _states_day(at):
        fix = 'Parse the column first: at=Niche.recorded.parse("%d/%m/%Y")'
        yield "at", "it is not a date or a time", fix
    if unmapped == "other" and other is None:
        yield "other", "unmapped codes need a value", "Give other=, a value of the contract"
    if unmapped != "other" and other is not None:
        yield "other", "only unmapped='other' uses it", "Remove other=, or write unmapped='other'"


def _states_day(at: object) -> bool:
    return isinstance(at, Column | Parse | LocalDate) and at.dtype in (date, datetime)


def _whole_number_findings(code_list: CodeList) -> Iterator[tuple[str, str, str]]:
    for row in code_list.rows:
        if not _WHOLE_NUMBER.match(row.source_code):
            rule = f"{row.source_code!r} is not a whole number, and the column contains them"
            fix = "Write the code in digits, without leading zeros"
            yield f"{code_list.name} line {row.line}", rule, fix


def _flag_findings(
    column: object, values: dict[str, tuple[Any, ...]], *, is_folded: bool
) -> Iterator[tuple[str, str, str]]:
    wrong_column = list(_column_findings(column))
    yield from wrong_column
    for word in ("yes", "no"):
        if not values[word]:
            yield word, "it is empty", f"Give at least one value that means {word}"
    if wrong_column or not isinstance(column, Column):
        return
    places: dict[Any, str] = {}
    for word, listed in values.items():
        for value in listed:
            if type(value) is not column.dtype:
                rule = f"{value!r} is not {DTYPE_WORDS[column.dtype]}, as {column} is"
                yield word, rule, "Write values of the column's type"
                continue
            key = fold(value) if is_folded and isinstance(value, str) else value
            if key in places:
                yield word, f"{value!r} is in {places[key]} too", "Write each value once"
            places.setdefault(key, word)
