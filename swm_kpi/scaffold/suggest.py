"""Suggestions: which column of an extract each column of a contract may be made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.scaffold.profile import ColumnProfile, words_of

_YES = {"y", "yes", "true", "t", "1"}
_NO = {"n", "no", "false", "f", "0"}
_NEITHER = {"u", "unknown", "?", "-", "null", "n/a", "na", "not known", "not recorded", "x"}
_ENOUGH = 0.5
_CLOSE = 0.75
_ALIKE = 0.85
_LONG_WORD = 4
_BONUS = 0.3
_SAYS_LITTLE = {"at", "on", "is", "date", "datetime", "time", "dt", "utc", "flag"}
_KEY_WORDS = {"id", "number", "no", "ref", "reference", "urn", "key"}
_SYNONYMS = (
    {"created", "opened", "logged", "received", "start", "started"},
    {"recorded", "crimed", "created"},
    {"closed", "closing", "finalised", "end", "ended", "result", "final"},
    {"offence", "crime"},
    {"da", "domestic", "dv"},
    {"grade", "priority", "response"},
    {"lpa", "area", "beat", "lpu"},
    {"district", "borough", "authority"},
    {"mh", "mental", "health"},
    _KEY_WORDS,
    {"flag", "is", "ind", "indicator", "marker"},
    {"subgroup", "group", "type", "code", "category", "class"},
)


@dataclass(frozen=True)
class Suggestion:
    """What a column of a contract may be made from.

    Attributes:
        column: the column of the contract.
        profile: the column of the extract.
        kind: ``"column"``, ``"parse"``, ``"date"`` (the day of a parsed time), ``"flag"`` or
            ``"codes"``.
        values: for a flag, the values for yes, for no and for neither.
        targets: for codes, the suggested value of each code; empty text for none.
    """

    column: Column
    profile: ColumnProfile
    kind: str
    values: tuple[tuple[str, ...], ...] = ()
    targets: Mapping[str, str] | None = None


Places = Mapping[str, frozenset[str]]
"""By level, the codes and names that areas of the force have."""


def suggest(
    contract: ContractType, profiles: Sequence[ColumnProfile], places: Places
) -> list[Suggestion]:
    """Return a suggestion for each column of a contract that one can be made for, in its order.

    Args:
        contract: the contract of the table to make.
        profiles: the columns of the extract.
        places: the codes and names of the force's areas, by level.
    """
    scored = sorted(
        (
            (score, position, suggestion)
            for column in contract.columns.values()
            for position, profile in enumerate(profiles)
            for score, suggestion in _score(column, profile, places)
            if score >= _ENOUGH
        ),
        key=lambda item: (-item[0], item[1]),
    )
    made: dict[str, Suggestion] = {}
    used: set[str] = set()
    for _, _, suggestion in scored:
        column, profile = suggestion.column, suggestion.profile
        if column.name not in made and profile.name not in used:
            made[column.name] = suggestion
            used.add(profile.name)
    return [made[name] for name in contract.columns if name in made]


def _score(
    column: Column, profile: ColumnProfile, places: Places
) -> Iterator[tuple[float, Suggestion]]:
    """Yield how alike two columns are, with how the one would be made from the other."""
    alike = _likeness(words_of(column.name), list(profile.words))
    moment = profile.moment
    is_parsed = bool(profile.time_format)
    if column.dtype in (date, datetime):
        if moment is datetime and column.dtype is date:
            yield alike, Suggestion(column, profile, "date")
        elif moment is column.dtype:
            yield alike, Suggestion(column, profile, "parse" if is_parsed else "column")
        return
    if moment is not None:
        return
    if column.dtype is bool:
        if profile.dtype is bool:
            yield alike + _BONUS, Suggestion(column, profile, "column")
        elif (values := _flag_values(profile)) is not None:
            yield alike + _BONUS, Suggestion(column, _as_codes(profile), "flag", values)
        return
    known_places = places.get(column.dimension.key) if column.dimension is not None else None
    if known_places is not None:
        # A column of areas takes the codes of the force's areas as they are.
        placed = sum(n for code, n in profile.codes.items() if code in known_places)
        rows = sum(profile.codes.values())
        if placed > rows * _ENOUGH:
            is_certain = placed == rows and len(profile.codes) > 1 and profile.dtype is str
            least = _ENOUGH if is_certain else 0.0
            yield max(alike + _BONUS, least), Suggestion(column, _as_codes(profile), "column")
        return
    members = _members(column)
    if members and not profile.is_personal and profile.codes:
        targets = _targets(profile, members)
        rows = sum(profile.codes.values())
        known = sum(n for code, n in profile.codes.items() if targets[code]) / rows
        if _flag_values(profile) is None or known:
            suggestion = Suggestion(column, _as_codes(profile), "codes", (), targets)
            yield alike + _BONUS * known, suggestion
        return
    if column.dtype in (int, float):
        fits = profile.dtype in (int, column.dtype)
        if fits and not (profile.is_personal and not column.personal):
            yield alike, Suggestion(column, profile, "column")
        return
    if members or (profile.is_personal and not column.personal):
        return
    if column.personal and _is_key_of_something_else(column, profile):
        return
    if column.personal and profile.dtype in (int, float):
        # The number of a case is a name for it. As text it keeps every digit.
        profile = _as_codes(profile)
    if profile.dtype is column.dtype:
        yield alike, Suggestion(column, profile, "column")


def _is_key_of_something_else(column: Column, profile: ColumnProfile) -> bool:
    """Return whether only a word such as ``id`` is in common, and the sample repeats the key."""
    thing = [word for word in words_of(column.name) if word not in _KEY_WORDS]
    other = [word for word in profile.words if word not in _KEY_WORDS]
    is_same = any(_is_same(name, word) for name in thing for word in other)
    return bool(other) and not is_same and profile.distinct < profile.rows - profile.nulls


def _as_codes(profile: ColumnProfile) -> ColumnProfile:
    """Return a column of codes as text where the extract has text: a later code may be 1A."""
    return replace(profile, dtype=str) if profile.is_text else profile


def _members(column: Column) -> tuple[Any, ...]:
    if column.domain is not None:
        return tuple(column.domain)
    return column.dimension.members if column.dimension is not None else ()


def _likeness(names: Sequence[str], heading: Sequence[str]) -> float:
    """Return how alike a name and a heading are: words in common, and letters."""
    names = [name for name in names if name not in _SAYS_LITTLE] or names
    heading = [word for word in heading if word not in _SAYS_LITTLE] or heading
    if not names or not heading:
        return 0.0
    common = sum(any(_is_same(name, word) for word in heading) for name in names)
    letters = SequenceMatcher(None, " ".join(names), " ".join(heading)).ratio()
    return max(common / max(len(names), min(len(heading), 3)), letters if letters > _ALIKE else 0)


def _is_same(name: str, word: str) -> bool:
    is_long = min(len(name), len(word)) >= _LONG_WORD
    if name == word or (is_long and (name.startswith(word) or word.startswith(name))):
        return True
    return any(name in group and word in group for group in _SYNONYMS)


def _flag_values(profile: ColumnProfile) -> tuple[tuple[str, ...], ...] | None:
    """Return the values for yes, for no and for neither, if a column has no other values."""
    if not profile.codes or profile.dtype not in (str, int):
        return None
    lists: tuple[list[str], ...] = ([], [], [])
    for code in profile.codes:
        for words, values in zip((_YES, _NO, _NEITHER), lists, strict=True):
            if code.lower() in words:
                values.append(code)
                break
        else:
            return None
    return tuple(tuple(sorted(values)) for values in lists) if lists[0] and lists[1] else None


def _targets(profile: ColumnProfile, members: Sequence[Any]) -> dict[str, str]:
    by_lower_case = {str(member).lower(): str(member) for member in members}
    targets = {}
    for code in profile.codes:
        lowered = code.strip().lower()
        near = get_close_matches(lowered, list(by_lower_case), n=1, cutoff=_CLOSE)
        if lowered in by_lower_case:
            targets[code] = by_lower_case[lowered]
        else:
            targets[code] = by_lower_case[near[0]] if near and len(lowered) > 3 else ""
    return targets
