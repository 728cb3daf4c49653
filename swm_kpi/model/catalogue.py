"""An immutable, ordered, checked set of metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from swm_kpi.contracts import ContractType, Dimension
from swm_kpi.errors import (
    Problem,
    RequestError,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import Unusable
from swm_kpi.model.metric import CatalogueEntry, Metric, MetricAlias, MetricGroup
from swm_kpi.vocabulary import AvailabilityStatus


class Catalogue:
    """An ordered set of entries that agree with each other.

    Look one up by ref or key; iterate in plan order.

    Args:
        entries: in the order to show them.
        themes: theme to the refs that stand under it, in the order to show them. A ref may stand
            under several, or none.
        overlaid: whether availability has been stated by a force's own overlay, the only way for
            a metric to be not reportable.

    Raises:
        DefinitionError: with everything that is wrong between the entries.
    """

    def __init__(
        self,
        entries: Iterable[CatalogueEntry],
        *,
        themes: Mapping[str, Sequence[str]] | None = None,
        allow_not_reportable: bool = False,
    ) -> None:
        given = tuple(entries)
        strange = [each for each in given if not isinstance(each, CatalogueEntry | Unusable)]
        if strange:
            kind = type(strange[0]).__name__
            rule = f"it holds a {kind}, which is no entry"
            fix = "List metrics, headings, aliases and other entries"
            raise_problems([Problem("Catalogue", "entries", rule, fix, place_of_declaration())])
        self._entries = tuple(each for each in given if isinstance(each, CatalogueEntry))
        # Where an entry was refused, that others name it is no further mistake.
        whole = len(self._entries) == len(given)
        self.themes = {theme: tuple(refs) for theme, refs in (themes or {}).items()}
        problems = list(
            _set_problems(self._entries, allow_not_reportable=allow_not_reportable, whole=whole)
        )
        if whole:
            problems += _theme_problems(self.themes, [each.ref for each in self._entries])
        if problems:
            raise_problems(problems)
        self._by_name = {name: each for each in self._entries for name in (each.key, each.ref)}

    def __iter__(self) -> Iterator[CatalogueEntry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> CatalogueEntry:
        """Return the entry of that ref or key.

        Raises:
            RequestError: there is none; the message suggests the nearest.
        """
        try:
            return self._by_name[name]
        except (KeyError, TypeError):
            shown = str(name)[:60]
            raise RequestError(
                f"No metric has the ref or key {shown!r}. {did_you_mean(shown, self._by_name)}"
            ) from None

    def __repr__(self) -> str:
        return f"Catalogue({len(self)} refs, {sum(each.computes for each in self)} compute)"

    def metric(self, entry: CatalogueEntry) -> Metric | None:
        """Return the metric that an entry computes: itself, what it is an alias of, or None."""
        if isinstance(entry, MetricAlias):
            return self.metric(self[entry.of])
        return entry if isinstance(entry, Metric) else None

    @property
    def contracts(self) -> dict[str, ContractType]:
        """Every table the metrics read, by name, sorted."""
        metrics = [each for each in self if isinstance(each, Metric)]
        found = {name: table for each in metrics for name, table in each.contracts.items()}
        return dict(sorted(found.items()))

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """Every breakdown of the metrics, by key, sorted."""
        metrics = [each for each in self if isinstance(each, Metric)]
        return dict(sorted({d.key: d for each in metrics for d in each.dimensions}.items()))


def _theme_problems(themes: Mapping[str, Sequence[str]], refs: list[str]) -> Iterator[Problem]:
    for theme, listed in themes.items():
        for ref in listed:
            if ref not in refs:
                rule = f"{ref!r} under {theme!r} is not a ref of this catalogue"
                yield Problem("Catalogue", "themes", rule, did_you_mean(ref, refs))


def _set_problems(
    entries: tuple[CatalogueEntry, ...], *, allow_not_reportable: bool, whole: bool
) -> Iterator[Problem]:
    yield from _names(entries)
    yield from _same_names([each for each in entries if isinstance(each, Metric)])
    for each in entries:
        if (
            each.availability.status is AvailabilityStatus.NOT_REPORTABLE
            and not allow_not_reportable
        ):
            rule = "a definition cannot say that a force may not report it"
            fix = "State it in the force's availability file, with source and date"
            yield Problem(f"{type(each).__name__} {each.ref}", "availability", rule, fix)
    if whole:
        yield from _references(entries)


def _references(entries: tuple[CatalogueEntry, ...]) -> Iterator[Problem]:
    refs = {each.ref: each for each in entries}
    for each in entries:
        subject = f"{type(each).__name__} {each.ref}"
        if each.parent is not None:
            parent = refs.get(each.parent)
            if not isinstance(parent, MetricGroup):
                headings = [ref for ref, entry in refs.items() if isinstance(entry, MetricGroup)]
                rule = f"{each.parent!r} is not a heading of this catalogue"
                yield Problem(subject, "parent", rule, did_you_mean(each.parent, headings))
            elif each.ref not in parent.children:
                rule = f"heading {parent.ref} does not list it as a child"
                yield Problem(subject, "parent", rule, f"Add {each.ref!r} to its children")
        if isinstance(each, MetricGroup):
            for child in each.children:
                if child not in refs or refs[child].parent != each.ref:
                    rule = f"{child!r} is not an entry with parent {each.ref!r}"
                    yield Problem(subject, "children", rule, "List the refs that name it as parent")
        if isinstance(each, MetricAlias):
            yield from _alias(each, subject, refs)


def _names(entries: tuple[CatalogueEntry, ...]) -> Iterator[Problem]:
    for field in ("ref", "key"):
        counted = Counter(getattr(each, field) for each in entries)
        for name, times in counted.items():
            if times > 1:
                rule = f"{name!r} is the {field} of {times} entries"
                yield Problem("Catalogue", field, rule, f"Give each entry its own {field}")
    refs = {each.ref for each in entries}
    for each in entries:
        if each.key in refs:
            rule = f"{each.key!r} is another entry's ref"
            yield Problem(f"{type(each).__name__} {each.ref}", "key", rule, "Use a name in words")


def _alias(alias: MetricAlias, subject: str, refs: dict[str, CatalogueEntry]) -> Iterator[Problem]:
    target = refs.get(alias.of)
    if not isinstance(target, Metric):
        metrics = [ref for ref, entry in refs.items() if isinstance(entry, Metric)]
        rule = f"{alias.of!r} is not a metric of this catalogue"
        yield Problem(subject, "of", rule, did_you_mean(alias.of, metrics))
        return
    keys = [each.key for each in target.measures]
    for key in alias.only:
        if key not in keys:
            rule = f"metric {target.ref} has no measure {key!r}"
            yield Problem(subject, "only", rule, did_you_mean(key, keys))


def _same_names(metrics: list[Metric]) -> Iterator[Problem]:
    tables: dict[str, ContractType] = {}
    dimensions: dict[str, Dimension] = {}
    assumptions: dict[str, object] = {}
    for metric in metrics:
        subject = f"Metric {metric.ref}"
        for name, table in metric.contracts.items():
            if tables.setdefault(name, table) is not table:
                rule = f"two contracts are called {name!r}"
                yield Problem(subject, "measures", rule, "Use one contract for one table")
        for dimension in metric.dimensions:
            if dimensions.setdefault(dimension.key, dimension) is not dimension:
                rule = f"two breakdowns are called {dimension.key!r}"
                yield Problem(subject, "dimensions", rule, "Use one dimension everywhere")
        for each in metric.assumptions:
            if assumptions.setdefault(each.key, each) is not each:
                rule = f"two assumptions are called {each.key!r}"
                yield Problem(subject, "measures", rule, "Declare the assumption once")
