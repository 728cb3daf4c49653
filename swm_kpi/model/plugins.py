"""The installed definitions: those of the library and those of plugins."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from swm_kpi.errors import DefinitionError, PluginWarning, Problem, collecting_problems
from swm_kpi.model.areas import Areas
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.force_areas import AS_THEN
from swm_kpi.model.metric import CatalogueEntry

_ENTRY_POINT_GROUP = "swm_kpi.definitions"
_OWN_PACKAGE = "swm_kpi.definitions"


@dataclass(frozen=True)
class InstalledDefinitions:
    """Every package of definitions that is installed.

    Attributes:
        catalogue: the entries of every package that loads: the library's own, then those of each
            plugin, in the order of their distributions' names.
        distributions: the distribution and version that declares each ref, by ref.
        load_problems: what is wrong with each plugin that does not load.
    """

    catalogue: Catalogue
    distributions: dict[str, str]
    load_problems: tuple[Problem, ...]


def catalogue(*, areas: Areas | None = None, boundaries: str = AS_THEN) -> Catalogue:
    """Return the catalogue of the installed definitions: the plan's, then those of plugins.

    A plugin is a distribution with an entry point in the group ``swm_kpi.definitions`` that names
    a package with a ``CATALOGUE``. Loading a plugin runs its code. Installed definitions are loaded
    once in a process.

    Args:
        areas: the areas of another force, as the members of area breakdowns.
        boundaries: with ``areas``, as for :meth:`Catalogue.with_areas`.

    Raises:
        DefinitionError: with every problem of the plan's definitions, or between two
            distributions, such as a ref that both declare; or the areas lack a level.

    Warns:
        PluginWarning: a plugin does not load. The message names it, and only its refs are missing.
    """
    installed = load_installed().catalogue
    return installed if areas is None else installed.with_areas(areas, boundaries=boundaries)


@cache
def load_installed() -> InstalledDefinitions:
    """Load every installed package of definitions, once in a process.

    Raises:
        DefinitionError: as for :func:`catalogue`.
    """
    parts = {_distribution_name(None): load(_OWN_PACKAGE)}
    load_problems: list[Problem] = []
    for point in _plugin_entry_points():
        name = _distribution_name(point)
        try:
            parts[name] = load(point.value)
        except Exception as error:  # A plugin is code of others and can fail in any way.
            load_problems += _load_problems(name, point, error)
            warnings.warn(
                f"{name} does not load, and its metrics are left out: "
                f"{load_problems[-1].rule}. Run swm-kpi check to see everything that is wrong.",
                PluginWarning,
                stacklevel=2,
            )
    distributions = {entry.ref: name for name, part in parts.items() for entry in part}
    return InstalledDefinitions(_join(parts), distributions, tuple(load_problems))


def load(package: str) -> Catalogue:
    """Import one package of definitions and return its ``CATALOGUE``.

    Raises:
        DefinitionError: with every problem of the package, not only the first.
    """
    modules_before = set(sys.modules)
    with collecting_problems() as problems:
        loaded = None
        try:
            loaded = import_module(package).CATALOGUE
        except Exception:
            # A placeholder can cause an error later. The collected problem is its cause.
            if not problems:
                raise
    if problems:
        # The modules contain placeholders: the next import must not find them.
        for name in set(sys.modules) - modules_before:
            if name.startswith(package):
                del sys.modules[name]
        raise DefinitionError(problems)
    if not isinstance(loaded, Catalogue):
        rule = f"CATALOGUE is a {type(loaded).__name__}"
        fix = "Write CATALOGUE = Catalogue([...])"
        raise DefinitionError([Problem(package, "CATALOGUE", rule, fix)])
    return loaded


def _plugin_entry_points() -> list[EntryPoint]:
    """Return the entry points of plugins, sorted by distribution name and version."""
    points = {
        (_distribution_name(point), point.value): point
        for point in entry_points(group=_ENTRY_POINT_GROUP)
    }
    return [points[key] for key in sorted(points) if key[1] != _OWN_PACKAGE]


def _distribution_name(point: EntryPoint | None) -> str:
    """Return the name and version of the distribution that an entry point belongs to."""
    if point is None:
        return "swm-kpi"
    distribution = point.dist
    if distribution is None:
        return f"plugin {point.name}"
    return f"{distribution.name} {distribution.version}"


def _load_problems(name: str, point: EntryPoint, error: Exception) -> Iterator[Problem]:
    if isinstance(error, DefinitionError):
        for problem in error.problems:
            subject = f"{name}: {problem.subject}"
            yield Problem(subject, problem.field, problem.rule, problem.fix, problem.place)
        return
    rule = f"importing {point.value} fails with {type(error).__name__}: {error}"
    yield Problem(name, "entry point", rule, "Fix the plugin, or uninstall the distribution")


def _join(parts: dict[str, Catalogue]) -> Catalogue:
    """Join the catalogues of all distributions into one.

    Raises:
        DefinitionError: two distributions declare the same name. The message names both.
    """
    first, *others = parts.items()
    owners = {name: first[0] for entry in first[1] for name in (entry.ref, entry.key)}
    joined = first[1]
    problems: list[Problem] = []
    for distribution, part in others:
        conflicts = list(_conflicts(distribution, part, owners))
        problems += conflicts
        if conflicts:
            continue
        try:
            joined = Catalogue(
                [*joined, *part],
                title=joined.title,
                objectives=tuple(dict.fromkeys((*joined.objectives, *part.objectives))),
                themes=_join_themes(joined, part),
                areas=joined.areas or part.areas,
                availability=joined.availability or part.availability,
            )
        except DefinitionError as error:
            problems += [
                Problem(
                    f"{distribution}: {problem.subject}", problem.field, problem.rule, problem.fix
                )
                for problem in error.problems
            ]
        owners |= {name: distribution for entry in part for name in (entry.ref, entry.key)}
    if problems:
        raise DefinitionError(problems)
    return joined


def _join_themes(*parts: Catalogue) -> dict[str, tuple[str, ...]]:
    """Join themes. A theme of two catalogues contains the refs of both."""
    themes: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for theme, refs in part.themes.items():
            themes[theme] = (*themes.get(theme, ()), *refs)
    return themes


def _conflicts(distribution: str, part: Catalogue, owners: dict[str, str]) -> Iterator[Problem]:
    """Yield a problem for each ref or key that an earlier distribution declares."""
    for entry in part:
        for field in ("ref", "key"):
            owner = owners.get(getattr(entry, field))
            if owner is not None:
                yield _conflict(entry, field, owner, distribution)


def _conflict(entry: CatalogueEntry, field: str, first: str, second: str) -> Problem:
    rule = f"{getattr(entry, field)!r} is declared by {first} and by {second}"
    fix = f"Give one of them another {field}, or uninstall one distribution"
    return Problem("Catalogue", field, rule, fix)
