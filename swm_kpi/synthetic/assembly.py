"""Make the frame of every table, valid against its contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from swm_kpi.contracts import Column, ContractType
from swm_kpi.engine.validate import validate
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.synthetic import (
    community,
    complaints,
    demand,
    fraud,
    ict,
    movements,
    narratives,
    offending,
    parties,
    registers,
    resources,
    roads,
    surveys,
    training,
    unknown_table,
    victim_care,
)
from swm_kpi.synthetic.inject_errors import inject_errors
from swm_kpi.synthetic.setting import Array, Columns, Setting

MAKERS: dict[str, Callable[[Setting, ContractType], Columns]] = {
    "activity": community.activities,
    "allegation": complaints.allegations,
    "appointment": demand.appointments,
    "arrest": parties.arrests,
    "audit_check": community.audit_checks,
    "casualty": roads.casualties,
    "civil_order": registers.civil_orders,
    "collision": roads.collisions,
    "complaint": complaints.complaints,
    "contact": demand.contacts,
    "county_line": registers.county_lines,
    "crime": parties.crimes_with_arrests,
    "crime_party": parties.crime_parties,
    "data_breach": ict.data_breaches,
    "disruption": registers.disruptions,
    "establishment": movements.establishment,
    "emission_activity": resources.emissions,
    "first_time_entrant": offending.first_time_entrants,
    "fraud_referral": fraud.fraud_referrals,
    "fraud_report": fraud.fraud_reports,
    "households": resources.households,
    "ict_asset": ict.assets,
    "incident": demand.incidents,
    "ledger": resources.ledger,
    "narrative_text": narratives.texts,
    "offender_cohort": offending.offender_cohorts,
    "open_incident_snapshot": demand.open_incidents,
    "opening_strength": movements.opening_strength,
    "organised_crime_group": registers.organised_crime_groups,
    "outage": ict.outages,
    "population": resources.population,
    "population_by_age": offending.population_by_age,
    "problem_solving_plan": registers.problem_solving_plans,
    "referral": victim_care.referrals,
    "regulator_complaint": ict.regulator_complaints,
    "scheme": community.schemes,
    "survey_answer": surveys.answers,
    "survey_wave": surveys.waves,
    "training_attendance": training.attendance,
    "training_requirement": training.requirement,
    "victim": parties.victims,
    "victims_code_action": victim_care.victims_code_actions,
    "workforce_movement": movements.movements,
    "workforce_snapshot": resources.workforce,
}


def assemble(
    setting: Setting, contracts: Mapping[str, ContractType], plan: Catalogue, bad_rows: int
) -> dict[str, pd.DataFrame]:
    """Return a frame for each contract, with errors in some of its rows."""
    frames = {}
    for name, contract in contracts.items():
        frame = _make_known(setting, contract) if name in MAKERS else None
        if frame is None:
            frame = _make_unknown(setting, contract)
        frames[name] = inject_errors(
            frame, contract, bad_rows, setting.generator(f"{name}, spoilt")
        )
    return frames


def _make_known(setting: Setting, contract: ContractType) -> pd.DataFrame | None:
    """Return a table that is known by name, or None if its contract is another one."""
    columns = MAKERS[contract.table](setting, contract)
    extra = [column for name, column in contract.columns.items() if name not in columns]
    frame = to_frame(contract, columns)
    if not extra and set(columns) == set(contract.columns):
        return frame
    # The contract has columns that the maker does not know. Draw them from their declarations.
    generator = setting.generator(f"{contract.table}, further columns")
    drawn = {
        column.name: unknown_table.draw_values(column, setting, generator, len(frame))
        for column in extra
    }
    frame = to_frame(contract, columns | drawn)
    if validate(frame, contract).ok:
        return frame
    nulls = {
        column.name: unknown_table.nulls(column, len(frame)) for column in extra if column.nullable
    }
    frame = to_frame(contract, columns | drawn | nulls)
    return frame if validate(frame, contract).ok else None


def _make_unknown(setting: Setting, contract: ContractType) -> pd.DataFrame:
    """Return a table drawn from its columns. It has no rows if every drawn row breaks a rule."""
    drawn = unknown_table.draw_columns(setting, contract)
    rows = len(next(iter(drawn.values())))
    nullable = [column for column in contract.columns.values() if column.nullable]
    with_nulls = drawn | {column.name: unknown_table.nulls(column, rows) for column in nullable}
    for columns in (drawn, with_nulls):
        frame = unknown_table.valid_rows(to_frame(contract, columns), contract)
        if len(frame) and validate(frame, contract).ok:
            return frame
    return frame.iloc[:0].reset_index(drop=True)


def to_frame(contract: ContractType, columns: Columns) -> pd.DataFrame:
    """Return columns as a pandas frame, in the order and types of the contract."""
    return pd.DataFrame(
        {
            name: _to_series(column, columns[name])
            for name, column in contract.columns.items()
            if name in columns
        }
    )


def _to_series(column: Column, values: Array) -> pd.Series[Any]:
    if column.dtype in (date, datetime):
        return pd.Series(values.astype("datetime64[us]"))
    if column.dtype is str:
        return pd.Series(values.astype(object))
    if not column.nullable:
        return pd.Series(np.asarray(values).astype(column.dtype))
    mask: Any = np.ma.getmaskarray(values).copy()
    known: Any = np.ma.getdata(values).astype(column.dtype)
    if column.dtype is float:
        return pd.Series(np.where(mask, np.nan, known))
    if column.dtype is bool:
        return pd.Series(pd.arrays.BooleanArray(known, mask))
    return pd.Series(pd.arrays.IntegerArray(known, mask))
