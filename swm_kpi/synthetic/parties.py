"""The people in recorded crimes: victims, suspects, offenders, and those arrested.

All are of the crimes of the same force, and of the same people, some of whom come again. The
shares are round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.crimes import COMMON, crimes
from swm_kpi.synthetic.setting import (
    Array,
    Columns,
    Setting,
    blank,
    chance,
    copies,
    flag,
    ids,
    later,
    members,
    numbered,
)

_DAY = 86_400.0
RESIDENTS, OFTEN, ABUSED, VIOLATED = 1_300_000, 9_000, 9_000, 3_500
"""People to draw from: anyone, those whom much happens to, and those of abuse and violation."""
BUSINESSES = 9_000

_STATE = (
    "Possession of drugs", "Trafficking of drugs", "Possession of weapons offences",
    "Miscellaneous crimes against society",
)  # fmt: skip
_SEXUAL = ("Rape offences", "Other sexual offences")
_DEALT_WITH = ("1", "1A", "2", "2A", "3", "3A", "4", "5", "6", "7", "8")
_UNNAMED = ("14", "18", "19", "21")
_PERSON, _BUSINESS, _PUBLIC = 0, 1, 2


@dataclass(frozen=True)
class People:
    """The people in the crimes of a force.

    Attributes:
        crimes: the crimes.
        abuse: of each crime, whether it was flagged as domestic abuse.
        harmed, harmed_kind, harmed_number: of each victim the position of the crime, whether it is
            a person, a business or the state, and the number of the person or business.
        named, named_number, dealt_with: of each suspect the position of the crime, the number of
            the person, and whether they were dealt with.
    """

    crimes: Columns
    abuse: Array
    harmed: Array
    harmed_kind: Array
    harmed_number: Array
    named: Array
    named_number: Array
    dealt_with: Array


def people(setting: Setting, contract: ContractType) -> People:
    """Draw who was harmed and who was named in each crime, once for all tables."""
    lists = (("offence_subgroup", tuple(COMMON)), ("status", ()), ("lpa", ()))
    key = ("people", *(members(contract, name, known) for name, known in lists))
    if key not in setting.kept:
        setting.kept[key] = _drawn(setting, crimes(setting, contract))
    found: People = setting.kept[key]
    return found


def _drawn(setting: Setting, recorded: Columns) -> People:
    rng = setting.generator("people of crimes")
    size = len(recorded["crime_id"])
    abuse = _true(recorded["is_da"])
    sexual = np.isin(recorded["offence_subgroup"].astype(str), _SEXUAL)
    group = np.where(sexual, 2, abuse.astype(int))
    kind = np.where(_true(recorded["is_business"]), _BUSINESS, _PERSON)
    kind[np.isin(recorded["offence_subgroup"].astype(str), _STATE)] = _PUBLIC
    # Another victim is rare, and there is only one where it is not a person.
    many = 1 + np.where(kind == _PERSON, rng.poisson(0.08, size), 0)
    harmed = np.repeat(np.arange(size), many)
    number = _who(setting, rng, group[harmed])
    trade = rng.integers(0, max(1, round(BUSINESSES * setting.scale)), len(harmed))
    number = np.where(kind[harmed] == _BUSINESS, trade, number)
    once = _first_of_each(harmed, number)
    harmed, number = harmed[once], number[once]

    outcome = recorded["outcome_code"].astype(str)
    open_still = outcome == "None"
    unnamed = np.isin(outcome, _UNNAMED)
    likely = np.select([open_still, unnamed], [0.4, 0.02], 1.0)
    suspects = chance(rng, likely, size) * (1 + chance(rng, 0.1, size))
    named = np.repeat(np.arange(size), suspects)
    # Suspects are other people than victims: their numbers begin where those of residents end.
    offset = round(RESIDENTS * setting.scale) + 100
    suspect = offset + _who(setting, rng, group[named])
    once = _first_of_each(named, suspect)
    named, suspect = named[once], suspect[once]
    dealt = np.isin(outcome, _DEALT_WITH)[named]
    return People(recorded, abuse, harmed, kind[harmed], number, named, suspect, dealt)


def _who(setting: Setting, rng: np.random.Generator, group: Array) -> Array:
    """Draw people: of a small group that comes again and again, or anyone."""
    often = np.asarray([OFTEN, ABUSED, VIOLATED])[group] * setting.scale
    small = np.maximum(np.round(often), 3)
    first = np.asarray([0, OFTEN, OFTEN + ABUSED])[group] * setting.scale
    again = chance(rng, np.asarray([0.2, 0.5, 0.3])[group], len(group))
    anyone = max(round(RESIDENTS * setting.scale), 50)
    spread = rng.random(len(group))
    return np.where(again, np.round(first) + spread * small, spread * anyone).astype(np.int64)


def _first_of_each(crime: Array, person: Array) -> Array:
    """Return the rows in which a person is in a crime for the first time."""
    if not len(crime):
        return np.arange(0)
    _, first = np.unique(crime * (int(person.max()) + 1) + person, return_index=True)
    return np.sort(first)


def _true(flags: Array) -> Array:
    found: Array = np.ma.filled(flags, False).astype(bool)
    return found


def crime_parties(setting: Setting, contract: ContractType) -> Columns:
    """Assume a victim or a little more to each crime, and suspects where the outcome names one."""
    rng = setting.generator("crime_party")
    found = people(setting, contract)
    dealt = np.flatnonzero(found.dealt_with)
    crime = np.concatenate([found.harmed, found.named, found.named[dealt]])
    parts = (len(found.harmed), len(found.named), len(dealt))
    role = np.repeat(np.arange(3), parts)
    kind = np.concatenate([found.harmed_kind, np.full(sum(parts[1:]), -1)])
    number = np.concatenate([found.harmed_number, found.named_number, found.named_number[dealt]])
    order = np.lexsort((role, crime))
    crime, role, kind, number = crime[order], role[order], kind[order], number[order]
    kept, copy = setting.rows("crime_party", rng, found.crimes["recorded_at"][crime])
    crime, role, kind, number = crime[kept], role[kept], kind[kept], number[kept]
    person = np.where(
        kind == _BUSINESS, numbered("BUS", number), copies(numbered("PSN", number), copy)
    )
    person[(kind == _PUBLIC) | chance(rng, 0.01, len(person))] = None
    roles = np.asarray(("victim", "suspect", "offender"), object)
    kinds = np.asarray(("person", "business", "state", None), object)
    return {
        "party_id": ids("PTY", len(crime)),
        "crime_id": found.crimes["crime_id"][crime],
        "person_id": person,
        "role": roles[role],
        "victim_type": kinds[kind],
        **_copied(found, crime, "recorded_at", "offence_subgroup", "status", "is_da", "lpa"),
    }


def victims(setting: Setting, contract: ContractType) -> Columns:
    """Assume that 55% of people harmed are referred, and 80% told of the end of their case."""
    rng = setting.generator("victim")
    found = people(setting, contract)
    told = np.flatnonzero(
        (found.harmed_kind == _PERSON)
        | ((found.harmed_kind == _BUSINESS) & chance(rng, 0.7, len(found.harmed)))
    )
    kept, copy = setting.rows("victim", rng, found.crimes["recorded_at"][found.harmed[told]])
    at = told[kept]
    crime, number, person = found.harmed[at], found.harmed_number[at], found.harmed_kind[at] == 0
    size = len(at)
    name = np.where(person, numbered("PSN", number), numbered("BUS", number))
    referred = flag(rng, np.where(person, 0.55, 0.15), size, gap=0.01)
    contacted = _true(referred) & chance(rng, 0.62, size)
    engaged = contacted & chance(rng, 0.4, size)
    closed = found.crimes["outcome_at"][crime]
    explained = later(rng, closed, 1.5 * _DAY, 1.2)
    untold = np.isnat(closed) | ~chance(rng, 0.8, size) | (explained >= setting.close)
    kinds = np.asarray(("person", "business"), object)
    return {
        "victim_id": copies(name, copy),
        "victim_type": kinds[found.harmed_kind[at]],
        "referred_to_val": referred,
        "val_contacted": np.ma.MaskedArray(contacted, mask=chance(rng, 0.03, size)),
        "val_engaged": np.ma.MaskedArray(engaged, mask=chance(rng, 0.03, size)),
        "closed_at": closed,
        "explained_at": blank(explained, untold),
        **_copied(
            found, crime, "crime_id", "recorded_at", "status", "offence_subgroup",
            "outcome_code", "lpa",
        ),
    }  # fmt: skip


def arrests(setting: Setting, contract: ContractType) -> Columns:
    """Assume that 28% of suspects are arrested, half for domestic abuse; 3% not linked."""
    rng = setting.generator("arrest")
    found = people(setting, contract)
    abused = found.abuse[found.named]
    taken = np.flatnonzero(chance(rng, np.where(abused, 0.5, 0.28), len(abused)))
    recorded = found.crimes["recorded_at"][found.named[taken]]
    arrested = later(rng, recorded, 0.8 * _DAY, 1.8)
    known = arrested < setting.close
    taken, arrested = taken[known], arrested[known]
    order = np.argsort(arrested, kind="stable")
    kept, copy = setting.rows("arrest", rng, arrested[order])
    at, arrested = taken[order][kept], arrested[order][kept]
    crime = found.named[at]
    linked = found.crimes["crime_id"][crime]
    linked[chance(rng, 0.03, len(at))] = None
    person = copies(numbered("PSN", found.named_number[at]), copy)
    person[chance(rng, 0.01, len(at))] = None
    return {
        "arrest_id": ids("ARR", len(at)),
        "person_id": person,
        "arrested_at": arrested,
        "crime_id": linked,
        "voluntary": chance(rng, 0.13, len(at)),
        **_copied(found, crime, "is_da", "lpa"),
    }


def _copied(found: People, crime: Array, *names: str) -> Columns:
    """Return the crimes' own columns, repeated on the rows of people in them."""
    return {name: found.crimes[name][crime] for name in names}
