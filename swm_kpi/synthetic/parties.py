"""The people in recorded crimes: victims, suspects, offenders, and those arrested.

The tables share the crimes and the people of one force. Some people occur repeatedly. The shares
are round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.crimes import STATE_OFFENCES, SUBGROUP_WEIGHTS, crimes, statuses
from swm_kpi.synthetic.setting import (
    Array,
    Columns,
    Setting,
    add_delay,
    format_ids,
    members,
    null_times,
    random_flags,
    random_mask,
    row_ids,
    with_copy_numbers,
    working_days,
)

_DAY = 86_400.0
RESIDENTS, REPEATED, ABUSED, VIOLATED = 1_300_000, 9_000, 9_000, 3_500
"""Numbers of people: all residents, and the groups that occur repeatedly in any crime, in domestic
abuse, and in sexual offences."""
BUSINESSES = 9_000

_SEXUAL_OFFENCES = ("Rape offences", "Other sexual offences")
_OFFENDER_OUTCOMES = ("1", "1A", "2", "2A", "3", "3A", "4", "5", "6", "7", "8")
_NO_SUSPECT_OUTCOMES = ("14", "18", "19", "21")
_PERSON, _BUSINESS, _PUBLIC = 0, 1, 2
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class People:
    """The people in the crimes of a force.

    Attributes:
        crimes: the crimes.
        abuse: whether each crime is flagged as domestic abuse.
        harmed: the position of the crime of each victim.
        harmed_kind: whether each victim is a person, a business or the state.
        harmed_number: the number of each victim.
        named: the position of the crime of each suspect.
        named_number: the number of each suspect.
        dealt_with: whether each suspect is an offender by the outcome.
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
    """Return the victims and suspects of every crime. They are drawn once for all tables."""
    subgroups = members(contract, "offence_subgroup", tuple(SUBGROUP_WEIGHTS))
    areas = (members(contract, level, ()) for level in ("lpa", "district"))
    key = ("people", subgroups, statuses(contract), *areas)
    if key not in setting.cache:
        setting.cache[key] = _draw_people(setting, crimes(setting, contract))
    cached: People = setting.cache[key]
    return cached


def _draw_people(setting: Setting, recorded: Columns) -> People:
    rng = setting.generator("people of crimes")
    size = len(recorded["crime_id"])
    abuse = _true(recorded["is_da"])
    sexual = np.isin(recorded["offence_subgroup"].astype(str), _SEXUAL_OFFENCES)
    group = np.where(sexual, 2, abuse.astype(int))
    kind = np.where(_true(recorded["is_business"]), _BUSINESS, _PERSON)
    kind[np.isin(recorded["offence_subgroup"].astype(str), STATE_OFFENCES)] = _PUBLIC
    # A second victim is rare. A business or the state is the only victim.
    many = 1 + np.where(kind == _PERSON, rng.poisson(0.08, size), 0)
    harmed = np.repeat(np.arange(size), many)
    number = _draw_numbers(setting, rng, group[harmed])
    trade = rng.integers(0, max(1, round(BUSINESSES * setting.scale)), len(harmed))
    number = np.where(kind[harmed] == _BUSINESS, trade, number)
    first = _first_of_each(harmed, number)
    harmed, number = harmed[first], number[first]

    outcome = recorded["outcome_code"].astype(str)
    open_still = outcome == "None"
    no_suspect = np.isin(outcome, _NO_SUSPECT_OUTCOMES)
    probability = np.select([open_still, no_suspect], [0.4, 0.02], 1.0)
    suspects = random_mask(rng, probability, size) * (1 + random_mask(rng, 0.1, size))
    named = np.repeat(np.arange(size), suspects)
    # Suspects are not victims: their numbers start after those of residents.
    offset = round(RESIDENTS * setting.scale) + 100
    suspect = offset + _draw_numbers(setting, rng, group[named])
    first = _first_of_each(named, suspect)
    named, suspect = named[first], suspect[first]
    dealt = np.isin(outcome, _OFFENDER_OUTCOMES)[named]
    return People(recorded, abuse, harmed, kind[harmed], number, named, suspect, dealt)


def _draw_numbers(setting: Setting, rng: np.random.Generator, group: Array) -> Array:
    """Draw numbers of people: from a small group that occurs repeatedly, or from all residents."""
    repeated = np.asarray([REPEATED, ABUSED, VIOLATED])[group] * setting.scale
    small = np.maximum(np.round(repeated), 3)
    first = np.asarray([0, REPEATED, REPEATED + ABUSED])[group] * setting.scale
    from_group = random_mask(rng, np.asarray([0.2, 0.5, 0.3])[group], len(group))
    anyone = max(round(RESIDENTS * setting.scale), 50)
    spread = rng.random(len(group))
    return np.where(from_group, np.round(first) + spread * small, spread * anyone).astype(np.int64)


def _first_of_each(crime: Array, person: Array) -> Array:
    """Return the first row of each pair of crime and person."""
    if not len(crime):
        return np.arange(0)
    _, first = np.unique(crime * (int(person.max()) + 1) + person, return_index=True)
    return np.sort(first)


def _true(flags: Array) -> Array:
    """Return flags with null as false."""
    filled: Array = np.ma.filled(flags, False).astype(bool)
    return filled


def crime_parties(setting: Setting, contract: ContractType) -> Columns:
    """Return victims, suspects and offenders of every crime, in order of crimes."""
    rng = setting.generator("crime_party")
    parties = people(setting, contract)
    dealt = np.flatnonzero(parties.dealt_with)
    crime = np.concatenate([parties.harmed, parties.named, parties.named[dealt]])
    sizes = (len(parties.harmed), len(parties.named), len(dealt))
    role = np.repeat(np.arange(3), sizes)
    kind = np.concatenate([parties.harmed_kind, np.full(sum(sizes[1:]), -1)])
    number = np.concatenate(
        [parties.harmed_number, parties.named_number, parties.named_number[dealt]]
    )
    order = np.lexsort((role, crime))
    crime, role, kind, number = crime[order], role[order], kind[order], number[order]
    rows, copy = setting.spiked_rows("crime_party", rng, parties.crimes["recorded_at"][crime])
    crime, role, kind, number = crime[rows], role[rows], kind[rows], number[rows]
    person = np.where(
        kind == _BUSINESS,
        format_ids("BUS", number),
        with_copy_numbers(format_ids("PSN", number), copy),
    )
    person[(kind == _PUBLIC) | random_mask(rng, 0.01, len(person))] = None
    roles = np.asarray(("victim", "suspect", "offender"), object)
    kinds = np.asarray(("person", "business", "state", None), object)
    traits = _crime_columns(parties, crime, "victim_sex", "victim_age_group")
    for values in traits.values():
        values[kind != _PERSON] = None
    return {
        "party_id": row_ids("PTY", len(crime)),
        "crime_id": parties.crimes["crime_id"][crime],
        "person_id": person,
        "role": roles[role],
        "victim_type": kinds[kind],
        **traits,
        **_crime_columns(
            parties,
            crime,
            "recorded_at",
            "offence_subgroup",
            "status",
            "is_da",
            "lpa",
            "district",
        ),
    }


def victims(setting: Setting, contract: ContractType) -> Columns:
    """Assume that 55% of victims are referred, and 80% get an explanation of the outcome."""
    rng = setting.generator("victim")
    parties = people(setting, contract)
    informed = np.flatnonzero(
        (parties.harmed_kind == _PERSON)
        | ((parties.harmed_kind == _BUSINESS) & random_mask(rng, 0.7, len(parties.harmed)))
    )
    rows, copy = setting.spiked_rows(
        "victim", rng, parties.crimes["recorded_at"][parties.harmed[informed]]
    )
    at = informed[rows]
    crime, number, person = (
        parties.harmed[at],
        parties.harmed_number[at],
        parties.harmed_kind[at] == 0,
    )
    size = len(at)
    name = np.where(person, format_ids("PSN", number), format_ids("BUS", number))
    referred = random_flags(rng, np.where(person, 0.55, 0.15), size, null_share=0.01)
    contacted = _true(referred) & random_mask(rng, 0.62, size)
    engaged = contacted & random_mask(rng, 0.4, size)
    closed = parties.crimes["outcome_at"][crime]
    explained = add_delay(rng, closed, 1.5 * _DAY, 1.2)
    not_explained = (
        np.isnat(closed) | ~random_mask(rng, 0.8, size) | (explained >= setting.extracted_at)
    )
    kinds = np.asarray(("person", "business"), object)
    own = setting.generator("victim, working days and rights")
    days_to_referral = own.geometric(0.6, size) - 1
    return {
        "victim_id": with_copy_numbers(name, copy),
        "victim_type": kinds[parties.harmed_kind[at]],
        "referred_to_val": referred,
        "working_days_to_referral": np.ma.MaskedArray(
            days_to_referral, mask=~_true(referred) | random_mask(own, 0.02, size)
        ),
        "val_contacted": np.ma.MaskedArray(contacted, mask=random_mask(rng, 0.03, size)),
        "val_engaged": np.ma.MaskedArray(engaged, mask=random_mask(rng, 0.03, size)),
        "closed_at": closed,
        "explained_at": null_times(explained, not_explained),
        "working_days_to_explain": np.ma.MaskedArray(
            working_days(closed, explained), mask=not_explained
        ),
        "enhanced": random_flags(own, 0.3, size, null_share=0.03),
        **_crime_columns(
            parties, crime, "crime_id", "recorded_at", "status", "offence_subgroup",
            "outcome_code", "is_da", "lpa", "district",
        ),
    }  # fmt: skip


def crimes_with_arrests(setting: Setting, contract: ContractType) -> Columns:
    """Return crimes, each with the days to its first arrest."""
    parties = people(setting, contract)
    suspects, arrested, voluntary = _attendances(setting, parties)
    crime = parties.named[suspects[~voluntary]]
    recorded = parties.crimes["recorded_at"].astype("datetime64[D]")
    days = (arrested[~voluntary].astype("datetime64[D]") - recorded[crime]).astype(np.int64)
    first = np.full(len(recorded), _NEVER)
    np.minimum.at(first, crime, days)
    return {
        **crimes(setting, contract),
        "days_to_first_arrest": np.ma.MaskedArray(first, mask=first == _NEVER),
    }


def arrests(setting: Setting, contract: ContractType) -> Columns:
    """Assume that 3% of arrests are not linked to a crime."""
    parties = people(setting, contract)
    suspects, arrested, voluntary = _attendances(setting, parties)
    rng = setting.generator("arrest, rows")
    rows, copy = setting.spiked_rows("arrest", rng, arrested)
    at, arrested = suspects[rows], arrested[rows]
    crime = parties.named[at]
    linked = parties.crimes["crime_id"][crime]
    linked[random_mask(rng, 0.03, len(at))] = None
    person = with_copy_numbers(format_ids("PSN", parties.named_number[at]), copy)
    person[random_mask(rng, 0.01, len(at))] = None
    return {
        "arrest_id": row_ids("ARR", len(at)),
        "person_id": person,
        "arrested_at": arrested,
        "crime_id": linked,
        "attendance": np.where(voluntary[rows], "voluntary attendance", "arrest").astype(object),
        **_crime_columns(parties, crime, "is_da", "lpa", "district"),
    }


def _attendances(setting: Setting, parties: People) -> tuple[Array, Array, Array]:
    """Return the suspects who were arrested or attended, when, and whether voluntarily.

    Assume that 28% of suspects are, and 50% in domestic abuse, and that 13% of them attended
    voluntarily.
    """
    rng = setting.generator("arrest")
    abused = parties.abuse[parties.named]
    suspects = np.flatnonzero(random_mask(rng, np.where(abused, 0.5, 0.28), len(abused)))
    recorded = parties.crimes["recorded_at"][parties.named[suspects]]
    arrested = add_delay(rng, recorded, 0.8 * _DAY, 1.8)
    known = arrested < setting.extracted_at
    suspects, arrested = suspects[known], arrested[known]
    order = np.argsort(arrested, kind="stable")
    voluntary = random_mask(rng, 0.13, len(order))
    return suspects[order], arrested[order], voluntary


def _crime_columns(parties: People, crime: Array, *names: str) -> Columns:
    """Return columns of the crimes for the rows of people in them."""
    return {name: parties.crimes[name][crime] for name in names}
