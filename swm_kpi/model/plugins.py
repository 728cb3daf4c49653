"""The catalogues that are installed: the plan's own and those of plug-ins."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from swm_kpi.errors import DefinitionError, PluginWarning, Problem, collecting_problems
from swm_kpi.model.availability_file import load_availability
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry

_GROUP = "swm_kpi.definitions"
_OWN = "swm_kpi.definitions"


@dataclass(frozen=True)
class InstalledDefinitions:
    """Every package of definitions that is installed.

    Attributes:
        catalogue: the entries of all that could be loaded: the plan's, then each plug-in's, in the
            order of their distributions' names.
        distributions: by ref, the distribution that declares it, with its version.
        left_out: what is wrong with plug-ins that could not be loaded, each named.
    """

    catalogue: Catalogue
    distributions: dict[str, str]
    left_out: tuple[Problem, ...]


def catalogue(*, availability: str | Path | None = None) -> Catalogue:
    """Return the plan's refs, then those of installed plug-ins.

    A plug-in is a distribution with an entry point in the group ``swm_kpi.definitions`` that names
    a package holding a ``CATALOGUE``. Loading one runs its code. What is installed is looked up
    once in a process.

    Args:
        availability: a TOML file in which a force states what it may report.

    Raises:
        DefinitionError: with every problem of the plan's definitions, of the file, or between the
            definitions of two distributions, such as one ref declared by both.
        InputError: there is no such file, or it is not TOML.

    Warns:
        PluginWarning: a plug-in cannot be loaded. It is named, and only its own refs are missing.
    """
    found = load_installed().catalogue
    return found if availability is None else load_availability(found, availability)


@cache
def load_installed() -> InstalledDefinitions:
    """Load everything that is installed, once.

    Raises:
        DefinitionError: as for ``catalogue``.
    """
    parts = {_distribution(None): load(_OWN)}
    left_out: list[Problem] = []
    for point in _plug_ins():
        name = _distribution(point)
        try:
            parts[name] = load(point.value)
        except Exception as error:  # a plug-in is another's code, and may fail in any way
            left_out += _said(name, point, error)
            warnings.warn(
                f"{name} cannot be loaded, and its metrics are left out: "
                f"{left_out[-1].rule}. Run swm-kpi check for everything that is wrong.",
                PluginWarning,
                stacklevel=2,
            )
    joined = _joined(parts)
    distributions = {each.ref: name for name, part in parts.items() for each in part}
    return InstalledDefinitions(joined, distributions, tuple(left_out))


def load(package: str) -> Catalogue:
    """Load one package of definitions and return its catalogue.

    Raises:
        DefinitionError: with every problem of it, not only the first.
    """
    before = set(sys.modules)
    with collecting_problems() as problems:
        found = None
        try:
            found = import_module(package).CATALOGUE
        except Exception:
            # What a stand-in led to is told by the problem it stands for.
            if not problems:
                raise
    if problems:
        # A package loaded with stand-ins in it must not be found again as if it were whole.
        for name in set(sys.modules) - before:
            if name.startswith(package):
                del sys.modules[name]
        raise DefinitionError(problems)
    if not isinstance(found, Catalogue):
        rule = f"CATALOGUE is a {type(found).__name__}"
        fix = "Write CATALOGUE = Catalogue([...])"
        raise DefinitionError([Problem(package, "CATALOGUE", rule, fix)])
    return found


def _plug_ins() -> list[EntryPoint]:
    """Return the entry points that are not the plan's own, in a settled order."""
    found = {(_distribution(each), each.value): each for each in entry_points(group=_GROUP)}
    return [found[name] for name in sorted(found) if name[1] != _OWN]


def _distribution(point: EntryPoint | None) -> str:
    """Return the name and version of the distribution that an entry point belongs to."""
    if point is None:
        return "swm-kpi"
    held = point.dist
    return f"{held.name} {held.version}" if held is not None else f"plug-in {point.name}"


def _said(name: str, point: EntryPoint, error: Exception) -> Iterator[Problem]:
    if isinstance(error, DefinitionError):
        for each in error.problems:
            yield Problem(f"{name}: {each.subject}", each.field, each.rule, each.fix, each.place)
        return
    rule = f"importing {point.value} stops with {type(error).__name__}: {error}"
    yield Problem(name, "entry point", rule, "Mend it, or uninstall the distribution")


def _joined(parts: dict[str, Catalogue]) -> Catalogue:
    """Join catalogues; refuse what two distributions both declare, naming both."""
    joined, *others = parts.items()
    owners: dict[str, str] = {each.ref: joined[0] for each in joined[1]}
    owners |= {each.key: joined[0] for each in joined[1]}
    found = joined[1]
    problems: list[Problem] = []
    for name, part in others:
        both = list(_declared_twice(name, part, owners))
        problems += both
        if both:
            continue
        try:
            found = Catalogue([*found, *part], themes=_themes(found, part))
        except DefinitionError as error:
            problems += [
                Problem(f"{name}: {e.subject}", e.field, e.rule, e.fix) for e in error.problems
            ]
        owners |= {named: name for each in part for named in (each.ref, each.key)}
    if problems:
        raise DefinitionError(problems)
    return found


def _themes(*parts: Catalogue) -> dict[str, tuple[str, ...]]:
    """Join themes: one that two catalogues have holds the refs of both."""
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for theme, refs in part.themes.items():
            found[theme] = (*found.get(theme, ()), *refs)
    return found


def _declared_twice(name: str, part: Catalogue, owners: dict[str, str]) -> Iterator[Problem]:
    for each in part:
        for field in ("ref", "key"):
            other = owners.get(getattr(each, field))
            if other is not None:
                yield _twice(each, field, other, name)


def _twice(entry: CatalogueEntry, field: str, first: str, second: str) -> Problem:
    rule = f"{getattr(entry, field)!r} is declared by {first} and by {second}"
    fix = f"Give one of them another {field}, or uninstall one distribution"
    return Problem("Catalogue", field, rule, fix)
