"""Recorded crimes and their outcomes.

The mix, the flags and the outcomes are round-number guesses, stated in ``swm_kpi.synthetic``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    NIGHTS,
    Array,
    Columns,
    Season,
    Setting,
    add_delay,
    avoid_dst_gap,
    draw_members_by_group,
    draw_positions,
    members,
    null_times,
    random_flags,
    row_ids,
    with_nulls,
)

CRIMES_PER_YEAR = 114_000
"""Rows a year: 110,000 crimes, and those that are cancelled or transferred."""

_DAY = 86_400.0

STATE_OFFENCES = (
    "Possession of drugs", "Trafficking of drugs", "Possession of weapons offences",
    "Miscellaneous crimes against society",
)  # fmt: skip
"""Types of crime whose victim is the state."""

_BURGLARY_SPLIT = np.datetime64("2023-04-01")
# Age groups of victims, each with its share of all victims and of those of sexual offences.
_AGES = {
    "Under 16": (0.07, 0.27), "16 to 17": (0.04, 0.11), "18 to 24": (0.15, 0.23),
    "25 to 34": (0.22, 0.17), "35 to 44": (0.2, 0.11), "45 to 54": (0.15, 0.06),
    "55 to 64": (0.1, 0.03), "65 and over": (0.07, 0.02),
}  # fmt: skip

# The first day of use of newer outcome codes.
_FIRST_USE = {"21": "2016-01-01", "22": "2019-04-01"}
# Outcome codes by weight, for crimes that have one.
_UNSOLVED: dict[str, float] = {"18": 70, "14": 8, "15": 7, "16": 4, "1": 5, "8": 1, "21": 1}
_SHOPLIFTING: dict[str, float] = {
    "18": 48, "14": 10, "16": 6, "15": 9, "1": 18, "8": 5, "6": 0.5, "21": 1,
}  # fmt: skip
_VIOLENCE: dict[str, float] = {
    "16": 38, "14": 18, "15": 18, "1": 9, "1A": 0.3, "18": 6, "8": 4, "3": 2, "2": 0.3, "20": 1,
    "10": 1, "9": 0.3, "12": 0.2, "13": 0.1, "11": 0.2, "17": 0.5, "22": 1, "5": 0.1, "21": 0.5,
}  # fmt: skip
_SEXUAL: dict[str, float] = {
    "16": 33, "14": 22, "15": 24, "1": 6, "18": 8, "20": 1.5, "10": 1, "9": 0.5, "5": 0.5, "3": 0.5,
    "12": 0.3, "11": 0.5, "22": 0.4,
}  # fmt: skip
_FOUND_BY_POLICE: dict[str, float] = {
    "1": 30, "8": 22, "3": 6, "3A": 0.2, "2": 1, "7": 4, "15": 14, "18": 8, "22": 5, "10": 2,
    "4": 0.3, "2A": 0.1, "21": 2,
}  # fmt: skip
_GRAVE: dict[str, float] = {"1": 70, "15": 8, "5": 6, "18": 4}


@dataclass(frozen=True)
class _Kind:
    """The assumptions about one offence subgroup.

    Attributes:
        per_year: the approximate number a year, used as a weight.
        codes: offence codes by weight.
        outcomes: outcome codes by weight.
        days: from recording to the outcome, in the median.
        abuse, knife, online, business, rural: the share with each flag.
        before: days from the first day it may have happened to the report, about half the mean.
    """

    per_year: float
    codes: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, float] = field(default_factory=lambda: _UNSOLVED)
    days: float = 12
    abuse: float = 0.0
    knife: float = 0.0
    online: float = 0.0
    business: float = 0.0
    rural: float = 0.03
    before: float = 0.6


_KINDS = {
    "Homicide": _Kind(12, {"1": 0.9, "4.1": 0.1}, _GRAVE, 20, 0.2, 0.35),
    "Violence with injury": _Kind(
        11_500, {"8N": 0.94, "5D": 0.05, "2": 0.01}, _VIOLENCE, 35, 0.33, 0.025, 0, 0.03
    ),
    "Violence without injury": _Kind(
        20_000, {"105A": 0.8, "104": 0.06, "11A": 0.04, "3B": 0.1}, _VIOLENCE, 30, 0.36, 0.012,
        0.01, 0.04,
    ),
    "Stalking and harassment": _Kind(
        12_000, {"8L": 0.3, "8Q": 0.25, "8R": 0.45}, _VIOLENCE, 35, 0.42, 0, 0.42
    ),
    "Death or serious injury - unlawful driving": _Kind(20, {"4.4": 0.6, "4.8": 0.4}, _GRAVE, 150),
    "Rape offences": _Kind(1_500, {"19C": 1}, _SEXUAL, 110, 0.3, 0.005, 0.01, before=60),
    "Other sexual offences": _Kind(
        2_600, {"20A": 0.7, "88E": 0.3}, _SEXUAL, 80, 0.08, 0.001, 0.22, before=15
    ),
    "Robbery of business property": _Kind(60, {"34A": 1}, _SHOPLIFTING, 25, 0, 0.3, 0, 1.0),
    "Robbery of personal property": _Kind(550, {"34B": 1}, _UNSOLVED, 20, 0.02, 0.22),
    "Residential burglary": _Kind(3_200, {"28E": 0.9, "28F": 0.1}, days=9, abuse=0.03, rural=0.15),
    "Non-residential burglary": _Kind(
        1_900, {"30C": 0.9, "30D": 0.1}, days=6, business=0.75, rural=0.3
    ),
    "Vehicle offences": _Kind(5_200, {"45": 0.55, "48": 0.45}, days=4, business=0.08, rural=0.1),
    "Theft from the person": _Kind(700, {"39": 1}, days=5),
    "Bicycle theft": _Kind(700, {"44": 1}, days=4),
    "Shoplifting": _Kind(9_500, {"46": 1}, _SHOPLIFTING, 10, 0, 0.002, 0, 0.985),
    "Other theft offences": _Kind(
        8_500, {"49": 0.8, "40": 0.1, "41": 0.1}, days=7, abuse=0.03, business=0.3, rural=0.15
    ),
    "Arson": _Kind(450, {"56A": 0.2, "56B": 0.8}, days=15, abuse=0.05, business=0.15, rural=0.1),
    "Criminal damage": _Kind(
        9_800, {"58A": 0.3, "58B": 0.15, "58C": 0.35, "58D": 0.2}, days=9, abuse=0.15,
        business=0.14, rural=0.08,
    ),
    "Public order offences": _Kind(
        9_500, {"9A": 0.6, "66": 0.2, "125": 0.2}, _VIOLENCE, 25, 0.08, 0, 0.06, 0.12
    ),
    "Possession of drugs": _Kind(2_300, {"92D": 0.3, "92E": 0.7}, _FOUND_BY_POLICE, 20),
    "Trafficking of drugs": _Kind(700, {"92A": 1}, _FOUND_BY_POLICE, 120),
    "Possession of weapons offences": _Kind(
        1_000, {"10D": 0.7, "10C": 0.3}, _FOUND_BY_POLICE, 40, 0.03
    ),
    "Miscellaneous crimes against society": _Kind(
        2_300, {"99": 0.5, "79": 0.2, "66": 0.3}, _VIOLENCE, 40, 0.06, 0, 0.12, 0.03
    ),
}  # fmt: skip
_OTHER = _Kind(100)
_STATUSES = {"recorded": 0.965, "cancelled": 0.022, "transferred": 0.013}

SUBGROUP_WEIGHTS = {name: kind.per_year for name, kind in _KINDS.items()}
"""The weight of each subgroup."""


def crimes(setting: Setting, contract: ContractType) -> Columns:
    """Return crimes in order of recording, with the outcomes before the extract."""
    rng = setting.generator("crime")
    season = Season(0.06, 190, (1.04, 1.0, 1.0, 1.0, 1.02, 0.98, 0.96), NIGHTS)
    recorded = setting.event_times("crime", rng, CRIMES_PER_YEAR, season)
    size = len(recorded)
    subgroups = members(contract, "offence_subgroup", tuple(_KINDS))
    kinds = [_KINDS.get(subgroup, _OTHER) for subgroup in subgroups]
    kind = draw_positions(rng, [item.per_year for item in kinds], size)

    def values_of(name: str) -> Array:
        return np.asarray([getattr(item, name) for item in kinds])[kind]

    outcome_at = add_delay(rng, recorded, values_of("days") * _DAY, 1.1)
    outcome = _outcomes(rng, contract, kind, kinds)
    # About 3% never have an outcome, and an outcome after the extract is not known.
    undecided = (rng.random(size) < 0.03) | (outcome_at >= setting.extracted_at)
    for code, day in _FIRST_USE.items():
        outcome[(outcome == code) & (outcome_at < np.datetime64(day))] = "18"
    outcome[undecided] = None
    reported = avoid_dst_gap(
        recorded - np.minimum(rng.exponential(6 * 3600.0, size), 5 * _DAY).astype("timedelta64[s]"),
        backwards=True,
    )
    unreported = rng.random(size) < 0.04
    days_before = rng.exponential(1, size) ** 2 * values_of("before")
    occurred = reported.astype("datetime64[D]") - np.minimum(days_before, 14_000).astype(
        "timedelta64[D]"
    )
    online = values_of("online")
    columns = {
        "crime_id": row_ids("CRI", size),
        "recorded_at": recorded,
        "occurred_from": null_times(occurred.astype("datetime64[s]"), rng.random(size) < 0.01),
        "reported_at": null_times(reported, unreported),
        "offence_subgroup": np.asarray(subgroups, object)[kind],
        "ho_code": _codes(rng, kind, kinds),
        "status": np.asarray(statuses(contract), object)[
            draw_positions(rng, [_STATUSES.get(status, 0.002) for status in statuses(contract)],
                           size)
        ],
        "outcome_code": outcome,
        "outcome_at": null_times(outcome_at, undecided),
        "is_da": random_flags(rng, values_of("abuse"), size, null_share=0.01),
        "is_knife": random_flags(rng, values_of("knife"), size, null_share=0.02),
        "is_firearm": random_flags(rng, values_of("knife") * 0.06, size, null_share=0.02),
        "is_online": random_flags(rng, online, size, null_share=0.03),
        "is_business": random_flags(rng, values_of("business"), size, null_share=0.03),
        "is_rural": random_flags(rng, values_of("rural"), size, null_share=0.05),
        "is_drug_related": _drug_related(setting, np.asarray(subgroups, object)[kind]),
        "lpa": (area := setting.draw_areas(contract, rng, size)),
        "district": setting.draw_districts(contract, rng, area),
    }  # fmt: skip
    columns |= _firearms(setting, columns) | _places(setting, columns) | _victims(setting, columns)
    days = (recorded.astype("datetime64[D]") - occurred).astype(np.int64)
    columns["days_since_offence"] = np.ma.MaskedArray(days, mask=np.isnat(columns["occurred_from"]))
    return columns


def _firearms(setting: Setting, columns: Columns) -> Columns:
    """Assume that firearms were fired in a quarter of the crimes in which one was used."""
    rng = setting.generator("crime, firearms")
    used = np.ma.filled(columns["is_firearm"], False).astype(bool)
    shares = {"firearm_fired": 0.25, "air_weapon": 0.3, "lethal_barrelled": 0.35}
    drawn = {name: random_flags(rng, p, len(used), null_share=0.05) for name, p in shares.items()}
    return {
        name: np.ma.MaskedArray(np.ma.getdata(flags), mask=np.ma.getmaskarray(flags) | ~used)
        for name, flags in drawn.items()
    }


def _places(setting: Setting, columns: Columns) -> Columns:
    """Assume that 60% of crimes are in urban places, and three in ten burglaries of sheds."""
    rng = setting.generator("crime, place")
    size = len(columns["crime_id"])
    flagged = np.ma.filled(columns["is_rural"], False).astype(bool)
    share = np.where(flagged, rng.random(size) * 0.5 + 0.5, rng.random(size))
    settlement = np.asarray(("Urban", "Larger rural", "Smaller rural"), object)[
        np.searchsorted((0.6, 0.8), share, side="right")
    ]
    settlement[[area is None for area in columns["lpa"]]] = None
    building = np.where(rng.random(size) < 0.3, "Unconnected building", "Home").astype(object)
    is_split = columns["recorded_at"] >= _BURGLARY_SPLIT
    is_burglary = columns["offence_subgroup"] == "Residential burglary"
    building[~(is_split & is_burglary) | (rng.random(size) < 0.02)] = None
    return {"settlement_class": settlement, "burglary_building": building}


def _victims(setting: Setting, columns: Columns) -> Columns:
    """Assume that victims of sexual offences are younger than others, and more often women."""
    rng = setting.generator("crime, victims")
    size = len(columns["crime_id"])
    subgroup = columns["offence_subgroup"].astype(str)
    is_sexual = np.isin(subgroup, ("Rape offences", "Other sexual offences"))
    abused, business = (
        np.ma.filled(columns[name], False).astype(bool) for name in ("is_da", "is_business")
    )
    women = np.select([is_sexual, abused], [0.86, 0.73], 0.49)
    sex = np.where(rng.random(size) < women, "Female", "Male").astype(object)
    ages = np.asarray(tuple(_AGES), object)
    cumulative = np.cumsum(np.asarray(list(_AGES.values())), axis=0)
    share = rng.random(size)
    # A person under 16 is no victim of domestic abuse by the law of 2021.
    row = np.where(abused, np.maximum(share, cumulative[0][0]), share)
    of_others, of_sexual = (np.searchsorted(cumulative[:, n], row, "right") for n in (0, 1))
    age = ages[np.minimum(np.where(is_sexual & ~abused, of_sexual, of_others), len(ages) - 1)]
    is_person = ~business & ~np.isin(subgroup, STATE_OFFENCES)
    for values in (sex, age):
        values[~is_person | (rng.random(size) < 0.03)] = None
    return {"victim_sex": sex, "victim_age_group": age}


def statuses(contract: ContractType) -> tuple[str, ...]:
    """Return the statuses of crimes; a table of people may list the status of incidents too."""
    return tuple(s for s in members(contract, "status", tuple(_STATUSES)) if s != "incident")


def _drug_related(setting: Setting, subgroup: Array) -> Array:
    """Assume that a third of homicides are. The flag is null for other crimes."""
    rng = setting.generator("crime, drug-related")
    decided = random_flags(rng, 0.33, len(subgroup), null_share=0.05)
    empty = np.ma.getmaskarray(decided) | (subgroup != "Homicide")
    return np.ma.MaskedArray(np.ma.getdata(decided), mask=empty)


def _outcomes(
    rng: np.random.Generator, contract: ContractType, kind: Array, kinds: list[_Kind]
) -> Array:
    """Draw outcome codes, also if the contract has no column for them."""
    allowed = members(contract, "outcome_code", ())
    weights = [
        {code: weight for code, weight in item.outcomes.items() if code in allowed or not allowed}
        for item in kinds
    ]
    if not all(weights):
        return draw_members_by_group(
            rng, contract, "outcome_code", kind, [item.outcomes for item in kinds]
        )
    outcomes = np.full(len(kind), None, object)
    for position, weight_by_code in enumerate(weights):
        rows = np.flatnonzero(kind == position)
        codes = np.asarray(list(weight_by_code), object)
        drawn = draw_positions(rng, list(weight_by_code.values()), len(rows))
        outcomes[rows] = codes[drawn]
    return outcomes


def _codes(rng: np.random.Generator, kind: Array, kinds: list[_Kind]) -> Array:
    """Draw offence codes for each subgroup. One in a hundred is null."""
    offence_codes = np.full(len(kind), None, object)
    for position, item in enumerate(kinds):
        rows = np.flatnonzero(kind == position)
        if item.codes:
            codes = np.asarray(list(item.codes), object)
            drawn = draw_positions(rng, list(item.codes.values()), len(rows))
            offence_codes[rows] = codes[drawn]
    return with_nulls(rng, offence_codes, 0.01)
