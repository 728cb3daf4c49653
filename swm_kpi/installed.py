"""The catalogues that are installed: the plan's own and those of plug-ins."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from swm_kpi.catalogue import Catalogue
from swm_kpi.errors import DefinitionError, collecting_problems
from swm_kpi.overlay import with_availability

_GROUP = "swm_kpi.definitions"
_OWN = "swm_kpi.definitions"


def catalogue(*, availability: str | Path | None = None) -> Catalogue:
    """Return the plan's refs, then those of installed plug-ins.

    A plug-in is a distribution with an entry point in the group ``swm_kpi.definitions`` that names
    a package holding a ``CATALOGUE``. Loading one runs its code.

    Args:
        availability: a TOML file in which a force states what it may report.

    Raises:
        DefinitionError: with every problem of every definition, or of the file.
        InputError: there is no such file, or it is not TOML.
    """
    found = load(_OWN, *_plug_ins())
    return found if availability is None else with_availability(found, availability)


def load(*packages: str) -> Catalogue:
    """Load packages of definitions and join their catalogues, in the order given.

    Raises:
        DefinitionError: with every problem of all of them, not only the first.
    """
    before = set(sys.modules)
    with collecting_problems() as problems:
        joined = None
        try:
            parts = [import_module(package).CATALOGUE for package in packages]
            joined = parts[0] if len(parts) == 1 else Catalogue(e for part in parts for e in part)
        except Exception:
            # What a stand-in led to is told by the problem it stands for.
            if not problems:
                raise
    if problems or joined is None:
        # A package loaded with stand-ins in it must not be found again as if it were whole.
        for name in set(sys.modules) - before:
            if name.startswith(tuple(packages)):
                del sys.modules[name]
        raise DefinitionError(problems)
    return joined


def _plug_ins() -> list[str]:
    found = {each.value for each in entry_points(group=_GROUP)}
    return sorted(found - {_OWN})
