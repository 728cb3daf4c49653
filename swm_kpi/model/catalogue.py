"""The catalogue: an ordered, immutable set of entries that are consistent with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from swm_kpi.contracts import ContractType, Dimension
from swm_kpi.errors import (
    Problem,
    RequestError,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import Unusable
from swm_kpi.model.areas import Areas
from swm_kpi.model.availability import Availability
from swm_kpi.model.force_areas import AS_THEN, metrics_with_areas
from swm_kpi.model.metric import CatalogueEntry, Metric, MetricAlias, MetricGroup
from swm_kpi.model.objective import Objective
from swm_kpi.vocabulary import AvailabilityStatus


class Catalogue:
    """An ordered set of entries that are consistent with each other.

    Look up an entry by its ref or its key. Iterate to get the entries in order.

    Args:
        entries: the entries, in the order to show them.
        title: the name of the plan or collection, as readers see it.
        objectives: every objective that an entry may name, in the order of the plan. By default,
            the objectives that the entries name.
        themes: the refs of each theme, by theme, in the order to show them. A ref may belong to
            several themes, or to none.
        areas: the areas of the force that the plan is of.
        availability: what the plan says about the availability of all its metrics, for those that
            have no statement of their own.
        allow_not_reportable: whether an entry may be *not reportable*. Only the folder of a force
            sets it: a definition cannot say that a force may not report.
        assumptions: the values that a force has decided on, by key of the assumption.
        force: what identifies the folder of the force; empty for none.

    Attributes:
        title: the name of the plan or collection.
        objectives: the objectives, in order.
        themes: the refs of each theme.
        areas: the areas of the force, or None.
        availability: what the plan says about all its metrics, or None.
        assumptions: the values that replace the defaults of assumptions, by key.
        force: the name of a force with the hash of its folder; empty for none.
        boundaries: ``"as then"`` or ``"as now"`` after :meth:`with_areas`; empty where breakdowns
            have the members that they are declared with.

    Raises:
        DefinitionError: with every inconsistency between the entries.
    """

    def __init__(
        self,
        entries: Iterable[CatalogueEntry],
        *,
        title: str = "Metrics",
        objectives: Sequence[Objective] | None = None,
        themes: Mapping[str, Sequence[str]] | None = None,
        areas: Areas | None = None,
        availability: Availability | None = None,
        allow_not_reportable: bool = False,
        assumptions: Mapping[str, Any] | None = None,
        force: str = "",
    ) -> None:
        items = tuple(entries)
        wrong = [item for item in items if not isinstance(item, CatalogueEntry | Unusable)]
        if wrong:
            rule = f"it contains a {type(wrong[0]).__name__}, which is not an entry"
            fix = "List metrics, groups, aliases and undefined metrics only"
            raise_problems([Problem("Catalogue", "entries", rule, fix, place_of_declaration())])
        self._entries = tuple(item for item in items if isinstance(item, CatalogueEntry))
        # An entry with a problem of its own is missing here. References to it are not an error.
        complete = len(self._entries) == len(items)
        named = (entry.objective for entry in self._entries if entry.objective is not None)
        self.title = title
        self.objectives = tuple(dict.fromkeys(named) if objectives is None else objectives)
        self.themes = {theme: tuple(refs) for theme, refs in (themes or {}).items()}
        self.areas = areas
        self.availability = availability
        self.boundaries = ""
        self.assumptions = dict(assumptions or {})
        self.force = force
        problems = list(_name_problems(self._entries))
        problems += _objective_problems(self._entries, self.objectives)
        problems += _shared_name_problems(
            [entry for entry in self._entries if isinstance(entry, Metric)]
        )
        if not allow_not_reportable:
            problems += _availability_problems(self._entries)
        if complete:
            problems += _reference_problems(self._entries)
            problems += _theme_problems(self.themes, [entry.ref for entry in self._entries])
        if problems:
            raise_problems(problems)
        self._by_name = {name: entry for entry in self._entries for name in (entry.key, entry.ref)}

    def __iter__(self) -> Iterator[CatalogueEntry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> CatalogueEntry:
        """Return the entry with that ref or key.

        Raises:
            RequestError: there is none. The message suggests the nearest name.
        """
        try:
            return self._by_name[name]
        except (KeyError, TypeError):
            shown = str(name)[:60]
            raise RequestError(
                f"No metric has the ref or key {shown!r}. {did_you_mean(shown, self._by_name)}"
            ) from None

    def __repr__(self) -> str:
        computed = sum(entry.computes for entry in self)
        return f"Catalogue({len(self)} refs, {computed} computed)"

    def with_areas(self, areas: Areas, *, boundaries: str = AS_THEN) -> Catalogue:
        """Return the catalogue with the areas of a force as the members of area breakdowns.

        A column of areas then takes a code of its level or of a level below, or a name of its
        level. Definitions, their hashes and their worked examples stay as they are declared.

        Args:
            areas: the areas. They have every level that metrics are broken down by.
            boundaries: ``"as then"`` for the area that a row's code was in on the day of the row,
                or ``"as now"`` for the area that the code is in by the newest boundaries.

        Raises:
            DefinitionError: the areas lack a level, or the boundaries are neither.
        """
        metrics = [entry for entry in self if isinstance(entry, Metric)]
        replaced = metrics_with_areas(metrics, areas, boundaries)
        changed = copy(self)
        changed._entries = tuple(replaced.get(entry.ref, entry) for entry in self)
        changed._by_name = {n: entry for entry in changed for n in (entry.key, entry.ref)}
        changed.areas = areas
        changed.boundaries = boundaries
        return changed

    @property
    def areas_definition(self) -> str:
        """What identifies areas and boundaries after :meth:`with_areas`; empty without them."""
        if self.areas is None or not self.boundaries:
            return ""
        return f"{self.areas.force}#{self.areas.hash}, boundaries {self.boundaries}"

    def metric(self, entry: CatalogueEntry) -> Metric | None:
        """Return the metric that an entry computes: itself, the target of an alias, or None."""
        if isinstance(entry, MetricAlias):
            return self.metric(self[entry.of])
        return entry if isinstance(entry, Metric) else None

    def own_availability(self, entry: CatalogueEntry) -> Availability | None:
        """Return what is stated of an entry alone; None where only the plan's statement holds."""
        return None if entry.availability == self.availability else entry.availability

    @property
    def contracts(self) -> dict[str, ContractType]:
        """The contract of every table that the metrics read, by table name, sorted."""
        metrics = [entry for entry in self if isinstance(entry, Metric)]
        return dict(sorted(pair for metric in metrics for pair in metric.contracts.items()))

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """Every breakdown of the metrics, by key, sorted."""
        metrics = [entry for entry in self if isinstance(entry, Metric)]
        by_key = {dim.key: dim for metric in metrics for dim in metric.dimensions}
        return dict(sorted(by_key.items()))


def _subject(entry: CatalogueEntry) -> str:
    return f"{type(entry).__name__} {entry.ref}"


def _name_problems(entries: tuple[CatalogueEntry, ...]) -> Iterator[Problem]:
    """Refs and keys are unique, and no key is the ref of another entry."""
    for field in ("ref", "key"):
        counts = Counter(getattr(entry, field) for entry in entries)
        for name, times in counts.items():
            if times > 1:
                rule = f"{name!r} is the {field} of {times} entries"
                yield Problem("Catalogue", field, rule, f"Give each entry its own {field}")
    refs = {entry.ref for entry in entries}
    for entry in entries:
        if entry.key in refs:
            rule = f"{entry.key!r} is another entry's ref"
            yield Problem(_subject(entry), "key", rule, "Use a name in words")


def _objective_problems(
    entries: tuple[CatalogueEntry, ...], objectives: tuple[Objective, ...]
) -> Iterator[Problem]:
    """Objectives have unique keys, and every entry names one of them or none."""
    counts = Counter(objective.key for objective in objectives)
    for key, times in counts.items():
        if times > 1:
            rule = f"{key!r} is the key of {times} objectives"
            yield Problem("Catalogue", "objectives", rule, "Give each objective its own key")
    for entry in entries:
        if entry.objective is not None and entry.objective not in objectives:
            rule = f"{entry.objective.key!r} is not an objective of this catalogue"
            fix = did_you_mean(entry.objective.key, counts)
            yield Problem(_subject(entry), "objective", rule, fix)


def _availability_problems(entries: tuple[CatalogueEntry, ...]) -> Iterator[Problem]:
    """Only a force's availability file can say that a metric is not reportable."""
    for entry in entries:
        if entry.availability.status is AvailabilityStatus.NOT_REPORTABLE:
            rule = "a definition cannot say that a force may not report it"
            fix = "State it in the availability file of the force's folder"
            yield Problem(_subject(entry), "availability", rule, fix)


def _reference_problems(entries: tuple[CatalogueEntry, ...]) -> Iterator[Problem]:
    """Parents and children name each other, and an alias names a metric."""
    by_ref = {entry.ref: entry for entry in entries}
    for entry in entries:
        if entry.parent is not None:
            yield from _parent_problems(entry, entry.parent, by_ref)
        if isinstance(entry, MetricGroup):
            for child in entry.children:
                if child not in by_ref or by_ref[child].parent != entry.ref:
                    rule = f"{child!r} is not an entry with parent {entry.ref!r}"
                    fix = "List the refs that name it as their parent"
                    yield Problem(_subject(entry), "children", rule, fix)
        if isinstance(entry, MetricAlias):
            yield from _alias_problems(entry, by_ref)


def _parent_problems(
    entry: CatalogueEntry, ref: str, by_ref: Mapping[str, CatalogueEntry]
) -> Iterator[Problem]:
    parent = by_ref.get(ref)
    if not isinstance(parent, MetricGroup):
        groups = [name for name, other in by_ref.items() if isinstance(other, MetricGroup)]
        rule = f"{ref!r} is not a group of this catalogue"
        yield Problem(_subject(entry), "parent", rule, did_you_mean(ref, groups))
    elif entry.ref not in parent.children:
        rule = f"group {parent.ref} does not list it as a child"
        yield Problem(_subject(entry), "parent", rule, f"Add {entry.ref!r} to its children")


def _alias_problems(alias: MetricAlias, by_ref: Mapping[str, CatalogueEntry]) -> Iterator[Problem]:
    target = by_ref.get(alias.of)
    if not isinstance(target, Metric):
        metrics = [ref for ref, entry in by_ref.items() if isinstance(entry, Metric)]
        rule = f"{alias.of!r} is not a metric of this catalogue"
        yield Problem(_subject(alias), "of", rule, did_you_mean(alias.of, metrics))
        return
    keys = [measure.key for measure in target.measures]
    for key in alias.only:
        if key not in keys:
            rule = f"metric {target.ref} has no measure {key!r}"
            yield Problem(_subject(alias), "only", rule, did_you_mean(key, keys))


def _theme_problems(themes: Mapping[str, Sequence[str]], refs: list[str]) -> Iterator[Problem]:
    for theme, theme_refs in themes.items():
        for ref in theme_refs:
            if ref not in refs:
                rule = f"{ref!r} under {theme!r} is not a ref of this catalogue"
                yield Problem("Catalogue", "themes", rule, did_you_mean(ref, refs))


def _shared_name_problems(metrics: list[Metric]) -> Iterator[Problem]:
    """One name means one contract, one dimension and one assumption in the whole catalogue."""
    tables: dict[str, ContractType] = {}
    dimensions: dict[str, Dimension] = {}
    assumptions: dict[str, object] = {}
    for metric in metrics:
        subject = _subject(metric)
        for name, table in metric.contracts.items():
            if tables.setdefault(name, table) is not table:
                rule = f"two contracts are called {name!r}"
                yield Problem(subject, "measures", rule, "Use one contract for one table")
        for dimension in metric.dimensions:
            if dimensions.setdefault(dimension.key, dimension) is not dimension:
                rule = f"two breakdowns are called {dimension.key!r}"
                yield Problem(subject, "dimensions", rule, "Use one dimension everywhere")
        for assumption in metric.assumptions:
            if assumptions.setdefault(assumption.key, assumption) is not assumption:
                rule = f"two assumptions are called {assumption.key!r}"
                yield Problem(subject, "measures", rule, "Declare the assumption once")
