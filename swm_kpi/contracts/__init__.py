"""Contracts: the input tables as typed columns, with Pandera schemas and validation reports.

May import errors, vocabulary and expressions. No message contains a value from a table.
"""

from swm_kpi.contracts.area_contract import contract_with_areas
from swm_kpi.contracts.area_lookup import AreaLookup, AreaSpan
from swm_kpi.contracts.column import Column, Recoded
from swm_kpi.contracts.contract import Contract, ContractType, Rule, Unique, UnknownColumn
from swm_kpi.contracts.dimension import ALL, NO_AREA, UNKNOWN, Dimension
from swm_kpi.contracts.mapping_status import (
    STATUSES,
    MappingStatus,
    status_column,
    status_name,
)
from swm_kpi.contracts.report import (
    ContractError,
    ContractReport,
    TableMapping,
    ValidatedTable,
    Violation,
)

__all__ = [
    "ALL",
    "NO_AREA",
    "STATUSES",
    "UNKNOWN",
    "AreaLookup",
    "AreaSpan",
    "Column",
    "Contract",
    "ContractError",
    "ContractReport",
    "ContractType",
    "Dimension",
    "MappingStatus",
    "Recoded",
    "Rule",
    "TableMapping",
    "Unique",
    "UnknownColumn",
    "ValidatedTable",
    "Violation",
    "contract_with_areas",
    "status_column",
    "status_name",
]
