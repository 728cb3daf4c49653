"""Contracts with the areas of a force, made from those that are declared."""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from typing import Any

from swm_kpi.contracts.area_lookup import AreaLookup
from swm_kpi.contracts.contract import ContractType
from swm_kpi.contracts.dimension import Dimension

AreaColumns = Mapping[str, tuple[Dimension, AreaLookup | None]]
"""By column, the breakdown and which area a value belongs to; None for no closed list."""


def contract_with_areas(
    contract: ContractType, columns: AreaColumns, identity: str
) -> ContractType:
    """Return a contract with the areas of a force in some columns.

    Args:
        contract: the contract as it is declared.
        columns: the columns of areas.
        identity: what identifies the areas and their boundaries.
    """
    body: dict[str, Any] = {"__doc__": contract.__doc__, "__module__": contract.__module__}
    for name, (dimension, lookup) in columns.items():
        body[name] = contract.columns[name].with_areas(dimension, lookup)
    made = type(contract)(contract.__name__, (contract,), body, table=contract.table)
    made.areas = identity
    made._made_from = (contract, columns, identity)
    return made


def _reduce(contract: ContractType) -> str | tuple[Any, ...]:
    """Say how a contract is pickled: by its name, or by what it is made from."""
    if not contract.areas:
        return contract.__qualname__
    return contract_with_areas, contract._made_from


copyreg.pickle(ContractType, _reduce)
