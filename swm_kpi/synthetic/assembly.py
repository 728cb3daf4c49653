"""From columns to frames that keep their contracts: makers by table name, and what is left over."""

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
    any_table,
    community,
    complaints,
    crimes,
    demand,
    ict,
    narratives,
    offending,
    parties,
    registers,
    resources,
    roads,
    surveys,
    training,
    victim_care,
)
from swm_kpi.synthetic.errors import inject_errors
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
    "crime": crimes.crimes,
    "crime_party": parties.crime_parties,
    "data_breach": ict.data_breaches,
    "disruption": registers.disruptions,
    "first_time_entrant": offending.first_time_entrants,
    "ict_asset": ict.assets,
    "incident": demand.incidents,
    "ledger": resources.ledger,
    "narrative_text": narratives.texts,
    "offender_cohort": offending.offender_cohorts,
    "open_incident_snapshot": demand.open_incidents,
    "organised_crime_group": registers.organised_crime_groups,
    "outage": ict.outages,
    "population": resources.population,
    "population_by_age": offending.population_by_age,
    "problem_solving_plan": registers.problem_solving_plans,
    "referral": victim_care.referrals,
    "scheme": community.schemes,
    "survey_answer": surveys.answers,
    "training_attendance": training.attendance,
    "training_requirement": training.requirement,
    "victim": parties.victims,
    "victims_code_action": victim_care.victims_code_actions,
    "workforce_snapshot": resources.workforce,
}


def assemble(
    setting: Setting, contracts: Mapping[str, ContractType], plan: Catalogue, bad_rows: int
) -> dict[str, pd.DataFrame]:
    """Make a frame for each contract and spoil as many rows of it as asked."""
    found = {}
    for name, contract in contracts.items():
        frame = _known(setting, contract) if name in MAKERS else None
        if frame is None:
            frame = _unknown(setting, contract)
        found[name] = inject_errors(frame, contract, bad_rows, setting.generator(f"{name}, spoilt"))
    return found


def _known(setting: Setting, contract: ContractType) -> pd.DataFrame | None:
    """Make a table that is known by name; None where the contract of that name is another's."""
    made = MAKERS[contract.table](setting, contract)
    extra = [each for name, each in contract.columns.items() if name not in made]
    frame = to_frame(contract, made)
    if not extra and set(made) == set(contract.columns):
        return frame
    # The contract has columns that the maker does not know: they are filled from their own words.
    generator = setting.generator(f"{contract.table}, further columns")
    drawn = {each.name: any_table.values(each, setting, generator, len(frame)) for each in extra}
    frame = to_frame(contract, made | drawn)
    if validate(frame, contract).ok:
        return frame
    empty = {each.name: any_table.nothing(each, len(frame)) for each in extra if each.nullable}
    frame = to_frame(contract, made | drawn | empty)
    return frame if validate(frame, contract).ok else None


def _unknown(setting: Setting, contract: ContractType) -> pd.DataFrame:
    """Make a table from its columns alone; one whose rules no drawn row keeps has no rows."""
    drawn = any_table.columns(setting, contract)
    rows = len(next(iter(drawn.values())))
    nullable = [each for each in contract.columns.values() if each.nullable]
    blanked = drawn | {each.name: any_table.nothing(each, rows) for each in nullable}
    for made in (drawn, blanked):
        frame = any_table.keeping_rules(to_frame(contract, made), contract)
        if len(frame) and validate(frame, contract).ok:
            return frame
    return frame.iloc[:0].reset_index(drop=True)


def to_frame(contract: ContractType, made: Columns) -> pd.DataFrame:
    """Return the contract's columns, in its order, in the types that pandas has for them."""
    return pd.DataFrame(
        {n: _series(each, made[n]) for n, each in contract.columns.items() if n in made}
    )


def _series(column: Column, values: Array) -> pd.Series[Any]:
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
