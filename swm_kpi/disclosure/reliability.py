"""When a protected number is marked ``[u]``, so that the marker reveals no small count.

The engine marks a number if more than a share of its rows, a tenth by default, is not recorded. It
uses exact counts, so the marker bounds counts that are suppressed: of 32 crimes, a marked number
has at least 4 undecided ones. The marker of a protected number follows from a limit instead, which
every reader can calculate from what is shown:

- The limit is the largest number of rows that is certainly not more than the share, by the least
  number of rows that the shown counts allow.
- A number with more unrecorded rows than its limit is marked. Whether it is, the attacker knows,
  so it is a constraint of the linked tables.
- Nobody can compare the rows that a repeat rate looks back on with a count of them: every number
  with such a row is marked.
- Where the limit is so low that the marker would reveal a small count, every number that may have
  such a row is marked.

A number that the engine marks is above its limit too. So a protected result has every marker that
the exact result has, and more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from swm_kpi.contracts import ALL, UNKNOWN
from swm_kpi.disclosure.cell_semantics import ROW_COUNTS, CellRoles, count_key
from swm_kpi.disclosure.linked_tables import COUNT_COLUMNS
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.measures.row_notes import (
    describe_look_back,
    describe_no_member,
    describe_unknown_member,
)
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Basis

_EPSILON = 1e-9
_MEASURE = ("ref", "measure", "basis")
MeasureKey = tuple[str, str, str]
"""A ref, a measure and a basis."""
Place = tuple[int, str]
"""A row of the result, and one of its columns of numbers."""


@dataclass(frozen=True)
class UncertainNumbers:
    """Numbers of the result that some rows make uncertain: those that are not recorded, or too few.

    Attributes:
        numbers: the rows of the result with uncertain numbers.
        places: where the counts of the rows that make them so are; empty where the policy protects
            none of these counts.
        count: how many rows there are.
        limit: the largest number of rows that needs no marker; None where the marker would reveal a
            small count.
        whole: the row with the count that the limit follows from, if it is another row.
        sentence: what the notes say of the numbers, if it is not rendered from columns.
        marks_above: whether more than the limit are marked; otherwise, as many or fewer.
    """

    numbers: tuple[int, ...]
    places: tuple[Place, ...]
    count: float
    limit: int | None
    whole: int | None = None
    sentence: str = ""
    marks_above: bool = True

    def are_marked(self, *, show_zeros: bool, has_limit: bool) -> bool:
        """Return whether the numbers are marked.

        Args:
            show_zeros: whether the policy shows zeros.
            has_limit: whether the marker may say on which side of the limit the count is.
        """
        if self.limit is None or not has_limit:
            return self.count > 0 or not show_zeros
        return (self.count > self.limit) == self.marks_above


def without_sentence(note: str, sentence: str) -> str:
    """Return a note without one of its sentences."""
    return note.replace(sentence, "").replace("  ", " ").strip()


class ReliabilityRules:
    """The rows that are not recorded behind each number of a result.

    Args:
        frame: the table of the result.
        by: its breakdowns.
        metrics: the metric that each ref was computed from.
        roles: which counts are in the rows of each measure.
        policy: which counts are small.
        max_share: the largest share of rows that may be unknown without a marker.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: Sequence[str],
        metrics: Mapping[str, Metric],
        roles: Mapping[MeasureKey, CellRoles],
        policy: DisclosurePolicy,
        max_share: float,
    ) -> None:
        self._by = by
        self._metrics = metrics
        self._roles = roles
        self._policy = policy
        self._max_share = max_share
        self._numbers = {name: frame[name].to_list() for name in (*COUNT_COLUMNS, *ROW_COUNTS)}
        self._notes = frame["note"].fill_null("").to_list()
        keys, spans, members = (
            list(zip(*(frame[name].to_list() for name in names), strict=True))
            for names in (_MEASURE, ("period_start", "period_end"), by)
        )
        self._keys: list[MeasureKey] = keys
        self._row_of = {
            place: row
            for row, place in enumerate(
                zip(keys, spans, members or [()] * frame.height, strict=True)
            )
        }
        self._titles = {
            dimension.key: dimension.title
            for metric in metrics.values()
            for dimension in metric.dimensions
        }
        self._sources = {key: self._sources_of(key) for key in roles}

    def __iter__(self) -> Iterator[UncertainNumbers]:
        yield from self._of_answers()
        if self._max_share < 1:
            yield from self._of_own_rows()
            yield from self._of_unknown_members()
            yield from self._of_look_back()

    def sentences(self, row: int) -> Iterator[str]:
        """Yield the sentences that the note of a row may have by the rules here."""
        yield from self._look_back_sentences(self._keys[row])
        if self._sources[self._keys[row]]:
            yield from (describe_unknown_member(self._titles[name]) for name in self._by)

    def without_members(self, note: str) -> str:
        """Return a note without what it says of Unknown."""
        for name in self._by:
            title = self._titles[name]
            for sentence in (describe_unknown_member(title), describe_no_member(title)):
                note = without_sentence(note, sentence)
        return note

    def _sources_of(self, key: MeasureKey) -> tuple[MeasureKey, ...]:
        """Return the measures that show the rows of a measure: itself, or others of the result.

        It is empty where no measure shows them. Nobody can then compare them with a count.
        """
        roles = self._roles[key]
        if roles.columns_of_rows and not roles.is_quotient_of_measures:
            (column,) = roles.columns_of_rows
            if roles.counts[column].unit_counted == "rows":
                return (key,)
        ref, name, basis = key
        metric = self._metrics[ref]
        measure = metric.measure(name, Basis(basis))
        if measure.completeness is None:
            inputs = [(ref, part, basis) for part in measure.depends_on]
            sources = [self._sources_of(part) if part in self._roles else () for part in inputs]
            return tuple(dict.fromkeys(sum(sources, ()))) if all(sources) else ()
        counted = count_key(measure.completeness.statistics["counted"])
        for other, other_roles in self._roles.items():
            if other_roles.value is not None and other_roles.value.key == counted.key:
                return (other,)
        return ()

    def _of_answers(self) -> Iterator[UncertainNumbers]:
        """Yield the answers of each survey number, of which a small number marks it."""
        for (key, *_), row in self._row_of.items():
            answers, least = self._numbers["answers"][row], self._roles[key].min_answers
            if answers is not None and "answers" in self._roles[key].counts:
                places = ((row, "answers"),)
                yield UncertainNumbers((row,), places, answers, least - 1, marks_above=False)

    def _of_own_rows(self) -> Iterator[UncertainNumbers]:
        """Yield the undecided rows, and those without a value, of each number."""
        odds = self._max_share / (1 - self._max_share)
        is_used = {
            (key, column)
            for column in ROW_COUNTS
            for key, count in zip(self._keys, self._numbers[column], strict=True)
            if count is not None
        }
        for place, row in self._row_of.items():
            key = place[0]
            if self._numbers["value"][row] is None:
                continue
            for column in ROW_COUNTS:
                if (key, column) not in is_used or not self._makes_uncertain(key, column):
                    continue
                places = ((row, column),) if column in self._roles[key].row_counts else ()
                source, sources = row, self._sources[key]
                if not self._roles[key].columns_of_rows and len(sources) == 1:
                    source = self._row_of.get((*sources, *place[1:]), row)
                yield UncertainNumbers(
                    (row,),
                    places,
                    self._numbers[column][row] or 0.0,
                    self._limit(odds, source, len(places)) if places else None,
                    source if source != row else None,
                )

    def _makes_uncertain(self, key: MeasureKey, column: str) -> bool:
        """Return whether such rows make a number uncertain.

        Rows in which a blank means no do not: where every row is blank, there is no number.
        """
        ref, name, basis = key
        parts = self._metrics[ref].completeness_of(self._metrics[ref].measure(name, Basis(basis)))
        return column == "undecided" or any("without_value" in part.statistics for part in parts)

    def _of_unknown_members(self) -> Iterator[UncertainNumbers]:
        """Yield the rows that name no member of a breakdown, and may belong to any member."""
        followers: dict[MeasureKey, list[MeasureKey]] = defaultdict(list)
        for key, sources in self._sources.items():
            for source in sources:
                followers[source].append(key)
        for axis, name in enumerate(self._by):
            groups: dict[Any, dict[str, int]] = defaultdict(dict)
            for (key, span, members), row in self._row_of.items():
                if key in followers:
                    others = (*members[:axis], *members[axis + 1 :])
                    groups[key, span, others][members[axis]] = row
            for (key, span, others), rows in groups.items():
                if UNKNOWN not in rows or ALL not in rows:
                    continue
                places = [
                    (follower, span, (*others[:axis], member, *others[axis:]))
                    for follower in followers[key]
                    for member in rows
                    if member not in (UNKNOWN, ALL)
                ]
                numbers = tuple(self._row_of[place] for place in places if place in self._row_of)
                unrecorded = (name for name in ROW_COUNTS if name in self._roles[key].row_counts)
                columns = (*self._roles[key].columns_of_rows, *unrecorded)
                yield UncertainNumbers(
                    numbers,
                    tuple((rows[UNKNOWN], column) for column in columns),
                    sum(self._numbers[column][rows[UNKNOWN]] or 0.0 for column in columns),
                    self._limit(self._max_share, rows[ALL], len(columns)),
                    rows[ALL],
                    describe_unknown_member(self._titles[name]),
                )

    def _look_back_sentences(self, key: MeasureKey) -> Iterator[str]:
        """Yield what the notes of a measure say of rows that it looks back on."""
        ref, name, basis = key
        metric = self._metrics[ref]
        for part in metric.completeness_of(metric.measure(name, Basis(basis))):
            if "unknown_before" in part.statistics:
                yield describe_look_back(part)

    def _of_look_back(self) -> Iterator[UncertainNumbers]:
        """Yield the rows of the months before that are not recorded, of each repeat rate."""
        for (key, *_), row in self._row_of.items():
            for sentence in self._look_back_sentences(key):
                if self._numbers["value"][row] is not None and self._roles[key].counts:
                    count = float(sentence in self._notes[row])
                    # Where zeros are suppressed, the sentence would say that there are some.
                    stated = sentence if count and self._policy.show_zeros else ""
                    yield UncertainNumbers((row,), (), count, None, sentence=stated)

    def _limit(self, factor: float, row: int, terms: int) -> int | None:
        """Return the largest number of unrecorded rows without a marker; None if it reveals some.

        Args:
            factor: the limit as a multiple of the number of rows.
            row: the row of the result that shows the number of rows.
            terms: how many counts the unrecorded rows are the sum of.
        """
        columns = self._roles[self._keys[row]].columns_of_rows
        counts = [self._numbers[column][row] for column in columns]
        if not counts or None in counts:
            return None
        shown = (self._policy.rounded(count) for count in counts)
        least = min(self._policy.rounding_interval(count, whole=True)[0] for count in shown)
        limit = math.floor(factor * least + _EPSILON)
        return limit if limit >= terms * self._policy.largest_small_count else None
