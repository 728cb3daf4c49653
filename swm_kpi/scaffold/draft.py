"""The draft of a mapping: a module and code lists, with suggestions that nobody has approved."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import DTYPE_WORDS
from swm_kpi.mapping.code_list import HEADINGS
from swm_kpi.mapping.mapped_table import format_small_count
from swm_kpi.model.areas import Areas
from swm_kpi.scaffold.profile import ColumnProfile, profile_columns, words_of
from swm_kpi.scaffold.sample import Sample
from swm_kpi.scaffold.suggest import Suggestion, suggest

_WIDTH = 96
_MOST_MEMBERS = 50


@dataclass(frozen=True)
class Draft:
    """The draft of a mapping.

    Attributes:
        files: the text of each file, by its path in the folder of the force.
        suggestions: in words, what each column may be made from, by name.
        undecided: the columns without a suggestion.
        personal: the headings of columns of the extract that may be personal. No value of them is
            in any file.
        rows: the rows of the sample.
        columns: the columns of the sample.
    """

    files: dict[str, str]
    suggestions: dict[str, str]
    undecided: tuple[str, ...]
    personal: tuple[str, ...]
    rows: int
    columns: int


def draft_mapping(
    contract: ContractType,
    sample: Sample,
    name: str,
    *,
    areas: Areas | None = None,
    encoding: str = "",
) -> Draft:
    """Return the draft of a mapping of an extract to a contract.

    Args:
        contract: the contract of the table to make.
        sample: rows of the extract, with every column.
        name: the name of the extract, which is that of the source's table and of the module.
        areas: the areas of the force. Their codes need no code list.
        encoding: the encoding of a CSV file, if it is stated.
    """
    places = {}
    if areas is not None:
        for level in areas.levels:
            places[level] = frozenset(areas.lookup(level).by_value)
    profiles = profile_columns(sample.rows, frozenset().union(*places.values()))
    suggestions = suggest(contract, profiles, places)
    by_name = {suggestion.profile.name: suggestion.profile for suggestion in suggestions}
    profiles = [by_name.get(profile.name, profile) for profile in profiles]
    module = f"sources/{name}.py"
    options = {"sheet": sample.sheet, "encoding": encoding}
    files = {module: _module(contract, profiles, suggestions, name, options)}
    for suggestion in suggestions:
        if suggestion.kind == "codes":
            files[f"codes/{_code_file(name, suggestion)}"] = _code_list(suggestion)
    decided = {suggestion.column.name for suggestion in suggestions}
    return Draft(
        files,
        {suggestion.column.name: _words(suggestion, name) for suggestion in suggestions},
        tuple(column for column in contract.columns if column not in decided),
        tuple(
            profile.header or f"{profile.name} (no heading)"
            for profile in profiles
            if profile.is_personal
        ),
        sample.rows.height,
        sample.rows.width,
    )


def _code_file(name: str, suggestion: Suggestion) -> str:
    return f"{name}_{suggestion.profile.name}.csv"


def _code_list(suggestion: Suggestion) -> str:
    """Return a code list with a row for each code, the most frequent first, none approved."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    targets = suggestion.targets or {}
    for code, rows in suggestion.profile.codes.items():
        note = f"{format_small_count(rows)} rows of the sample"
        writer.writerow([code, targets.get(code, ""), "", "", "suggested", "", "", note])
    return text.getvalue()


def _words(suggestion: Suggestion, name: str) -> str:
    profile = suggestion.profile
    match suggestion.kind:
        case "parse" | "date":
            return f"{profile.header}, read as {profile.time_format or 'a time'}"
        case "flag":
            yes, no, neither = (", ".join(values) for values in suggestion.values)
            return f"{profile.header}: yes {yes}; no {no}" + (
                f"; null {neither}" if neither else ""
            )
        case "codes":
            targets = [target for target in (suggestion.targets or {}).values() if target]
            count = f"{len(targets)} of {len(profile.codes)} codes with a suggestion"
            return f"{profile.header}, by {_code_file(name, suggestion)}: {count}"
        case _:
            return profile.header


def _module(
    contract: ContractType,
    profiles: Sequence[ColumnProfile],
    suggestions: Sequence[Suggestion],
    name: str,
    options: Mapping[str, str],
) -> str:
    stated = "".join(f", {key}={_quoted(text)}" for key, text in options.items() if text)
    source = "".join(word.capitalize() for word in words_of(name)) or "Extract"
    source = f"{source}Extract" if source == contract.__name__ else source
    used = {suggestion.kind for suggestion in suggestions}
    helpers = ["not_in_source", *(helper for helper in ("codes", "flag") if helper in used)]
    lines = [
        f'"""{source}: mapped to the table {contract.table}. A draft, to be decided."""',
        "",
        "import swm_kpi as kpi",
        f"from {contract.__module__} import {contract.__name__}",
        f"from swm_kpi.mapping import {', '.join(sorted(helpers))}",
        "",
        "",
        f'class {source}(kpi.Source, table="{name}"{stated}):',
        '    """Say what one row of the extract is."""',
        "",
    ]
    for profile in profiles:
        lines += _source_column(profile)
    lines += ["", "", *_times(suggestions, source)]
    lines += [
        f"{contract.table} = kpi.Mapping(",
        f"    {contract.__name__},",
        f"    source={source},",
        "    version=1,",
        '    valid_from="",  # the first day on which the mapping is in use, such as "2024-04-01"',
        '    owner="",  # the role that decides, such as "Crime registrar"',
        *_row_rule(contract, suggestions, source),
        "    columns={",
    ]
    by_name = {suggestion.column.name: suggestion for suggestion in suggestions}
    for column in contract.columns:
        lines += _column_lines(contract, column, by_name.get(column), source, name)
    lines += ["    },", ")", ""]
    return "\n".join(lines)


def _source_column(profile: ColumnProfile) -> Iterator[str]:
    header = f", header={_quoted(profile.header)}" if profile.header != profile.name else ""
    personal = ", personal=True" if profile.is_personal else ""
    description = _quoted(_describe(profile))
    arguments = f"{profile.dtype.__name__}{header}{personal}, description={description}"
    line = f"    {profile.name} = kpi.Column({arguments})"
    if len(line) <= _WIDTH + 4:
        yield line
    else:
        yield from (f"    {profile.name} = kpi.Column(", f"        {arguments}", "    )")


def _describe(profile: ColumnProfile) -> str:
    form = f" as {profile.time_format}" if profile.time_format else ""
    if profile.has_odd_offset:
        form = ": times with an offset that parse does not read. Write it as +00:00 in a view"
    kind = DTYPE_WORDS[profile.dtype]
    share = 100 * profile.nulls / profile.rows if profile.rows else 0
    return f"{kind[0].upper()}{kind[1:]}{form}; {share:.0f}% empty in the sample."


def _times(suggestions: Sequence[Suggestion], source: str) -> Iterator[str]:
    """Yield a name for each parsed time, so that other columns can use it."""
    parsed = [suggestion for suggestion in suggestions if suggestion.profile.time_format]
    for suggestion in parsed:
        profile = suggestion.profile
        if profile.other_formats:
            yield f"# Every value also fits {' and '.join(profile.other_formats)}: decide."
        form = _quoted(profile.time_format)
        yield f"{profile.name} = {source}.{profile.name}.parse({form})"
    if parsed:
        yield ""


def _row_rule(
    contract: ContractType, suggestions: Sequence[Suggestion], source: str
) -> Iterator[str]:
    """Yield the lines that choose one row of several, if the sample repeats the key."""
    for suggestion in suggestions:
        profile = suggestion.profile
        present = profile.rows - profile.nulls
        if suggestion.column.unique and profile.distinct < present:
            repeats, header = present - profile.distinct, _quoted(profile.header)
            yield f"    # {format_small_count(repeats)} rows of the sample repeat {header}."
            yield f"    one_row_per={source}.{profile.name},"
            yield "    # first_by=...,  # the column that orders its rows"


def _column_lines(
    contract: ContractType, column: str, suggestion: Suggestion | None, source: str, name: str
) -> Iterator[str]:
    target = f"{contract.__name__}.{column}"
    if suggestion is None:
        description = contract.columns[column].description
        yield from _comment(f"{column}: {description}")
        yield from _allowed(contract.columns[column])
        if not contract.columns[column].optional:
            yield f'        # {target}: not_in_source("Say why"),'
        return
    profile = suggestion.profile
    value = profile.name if profile.time_format else f"{source}.{profile.name}"
    match suggestion.kind:
        case "date":
            value = f"{value}.to_date()"
        case "flag":
            yes, no, neither = (_listed(values, profile.dtype) for values in suggestion.values)
            null = f", null={neither}" if suggestion.values[2] else ""
            value = f"flag({value}, yes={yes}, no={no}{null})"
        case "codes":
            yield from _allowed(suggestion.column)
            value = f'codes("../codes/{_code_file(name, suggestion)}", {value})'
    line = f"        {target}: {value},"
    if len(line) <= _WIDTH + 4:
        yield line
    else:
        function, _, arguments = value.partition("(")
        yield f"        {target}: {function}("
        yield f"            {arguments[:-1]}"
        yield "        ),"


def _comment(text: str) -> Iterator[str]:
    yield from (f"        # {line}" for line in wrap(text, _WIDTH - 10))


def _allowed(column: Column) -> Iterator[str]:
    """Yield the closed list of a column, which a code list or a value must keep to."""
    is_area = column.dimension is not None and column.dimension.is_area
    members = () if is_area else column.domain or ()
    if members:
        shown = "; ".join(str(member) for member in members[:_MOST_MEMBERS])
        more = len(members) - _MOST_MEMBERS
        yield from _comment(f"One of: {shown}{f'; and {more} more' if more > 0 else ''}.")


def _listed(values: Sequence[str], dtype: type) -> str:
    shown = [value if dtype is int else _quoted(value) for value in values]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"


def _quoted(text: str) -> str:
    escaped = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
