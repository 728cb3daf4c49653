"""Levels of areas as one axis: a district is in one Local Policing Area, and both in the force.

A table that has several levels has a column for each. Without this, an intruder who adds up the
districts of an area would know more than the auditor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product

from swm_kpi.contracts import ContractType
from swm_kpi.model.areas import Areas

NO_AREA = ""
Chain = tuple[str, ...]
"""The area of a row at each level of a table, the lowest first; empty where it has none."""


def chains_of(
    areas: Areas | None, contract: ContractType, members: Mapping[str, Collection[str]]
) -> tuple[tuple[str, ...], tuple[Chain, ...]]:
    """Return the levels of areas that a table has, and which areas a row can be in together.

    A row of a lower area is in the areas above it, or in that area alone where the others are not
    recorded. There is nothing where the table has one level, where an area has had several
    parents, or where the published files have areas that are not in the list.

    Args:
        areas: the areas of the force.
        contract: the table.
        members: the members in the published files, by breakdown.
    """
    if areas is None:
        return (), ()
    levels = tuple(
        level
        for level in areas.levels
        if level in contract.dimensions and contract.dimensions[level][0].is_area
    )
    if len(levels) < 2:
        return (), ()
    names = {level: set(areas.all_members(level)) for level in areas.levels}
    if any(set(members.get(level, ())) - names[level] for level in levels):
        return (), ()
    parents: dict[tuple[str, str], set[tuple[str, str]]] = {}
    codes = {row.code: (row.level, row.name) for row in areas.rows}
    for row in areas.rows:
        above = {codes[row.parent]} if row.parent else set()
        parents.setdefault((row.level, row.name), set()).update(above)
    if any(len(above) > 1 for above in parents.values()):
        return (), ()
    chains: dict[Chain, None] = {(NO_AREA,) * len(levels): None}
    for level, name in parents:
        if level not in levels:
            continue
        known = {level: name}
        at = (level, name)
        while parents[at]:
            (at,) = parents[at]
            known[at[0]] = at[1]
        chains[tuple(known.get(item, NO_AREA) for item in levels)] = None
        options = [(known.get(item, NO_AREA), NO_AREA) for item in levels]
        for chain in product(*options):
            # A row can lack the name of a higher or a lower area.
            if name in chain:
                chains[chain] = None
    return levels, tuple(chains)
