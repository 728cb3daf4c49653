"""Answers to surveys of victims, of the public and of the force's own people, in monthly waves.

The numbers asked and their answers are round-number assumptions for shape, not facts about any
force.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    Array,
    Columns,
    Season,
    Setting,
    draw,
    gaps,
    ids,
    members,
    pick,
)

_SATISFACTION = {
    "completely satisfied": 0.2, "very satisfied": 0.27, "fairly satisfied": 0.25, "neither": 0.08,
    "fairly dissatisfied": 0.08, "very dissatisfied": 0.06, "completely dissatisfied": 0.04,
    "don't know": 0.015, "refused": 0.005,
}  # fmt: skip
_AGREEMENT = {
    "strongly agree": 0.18, "agree": 0.42, "neither": 0.2, "disagree": 0.12,
    "strongly disagree": 0.05, "don't know": 0.025, "refused": 0.005,
}  # fmt: skip
_EASE = {
    "very easy": 0.22, "fairly easy": 0.38, "neither": 0.12, "fairly difficult": 0.15,
    "very difficult": 0.07, "don't know": 0.06,
}  # fmt: skip
_SCALES = (_SATISFACTION, _AGREEMENT, _EASE)
_WAVE = 21

_AFTER_A_CRIME = tuple(
    ("satisfaction", item, 0)
    for item in (
        "whole experience", "ease of contact", "actions taken", "being kept informed", "treatment",
    )
)  # fmt: skip
_OF_THE_PUBLIC = (
    ("accessibility", "easy to contact the police", 2),
    ("accessibility", "local officers are easy to reach", 1),
    ("confidence", "police do a good job", 1),
    ("safety", "safe in the neighbourhood", 1),
)
_OF_STAFF = (
    ("leadership", "my manager supports me", 1),
    ("wellbeing", "I can talk about my wellbeing", 1),
    ("fairness and inclusion", "I am treated fairly", 1),
    ("voice", "I can speak up", 1),
    ("pride and purpose", "I am proud of my work", 1),
)
_CRIMES = {"Burglary": 0.25, "Vehicle crime": 0.2, "Violent crime": 0.35, "Hate crime": 0.05,
           "Other crime": 0.15}  # fmt: skip
_GROUPS = {"Officers": 0.5, "Staff": 0.4, "PCSOs": 0.05, "Special constables": 0.03,
           "Volunteers": 0.02}  # fmt: skip


@dataclass(frozen=True)
class _Survey:
    """One survey: how many answer it a year, the theme, question and scale, and its weighting."""

    a_year: float
    questions: tuple[tuple[str, str, int], ...]
    weighted: bool
    crimes: tuple[str, ...] = ()
    staff: bool = False


_SURVEYS = {
    "victim": _Survey(2_400, _AFTER_A_CRIME, True, tuple(_CRIMES)),
    "domestic abuse victim": _Survey(900, _AFTER_A_CRIME, True, ("Domestic abuse",)),
    "perceptions": _Survey(2_800, _OF_THE_PUBLIC, True),
    "local staff": _Survey(1_500, _OF_STAFF, False, staff=True),
    "national staff": _Survey(1_000, _OF_STAFF, False, staff=True),
}


def answers(setting: Setting, contract: ContractType) -> Columns:
    """Assume 8,600 respondents a year, asked in the first three weeks of each month.

    About 70% of answers are favourable; each survey's weights are about 1.
    """
    rng = setting.generator("survey_answer")
    a_year = sum(each.a_year for each in _SURVEYS.values())
    asked = setting.moments("survey_answer", rng, a_year, Season()).astype("datetime64[D]")
    month = asked.astype("datetime64[M]").astype("datetime64[D]")
    asked = np.maximum(
        month + (asked - month) % np.timedelta64(_WAVE, "D"), np.datetime64(setting.start, "D")
    )
    size = len(asked)
    names = [each for each in members(contract, "survey", tuple(_SURVEYS)) if each in _SURVEYS]
    surveys = [_SURVEYS[each] for each in names]
    which = draw(rng, [each.a_year for each in surveys], size)
    weight = np.round(np.exp(rng.normal(0, 0.25, size)), 4)
    weight[~np.asarray([each.weighted for each in surveys])[which]] = 1.0
    crime, group = np.full(size, None, object), np.full(size, None, object)
    for position, each in enumerate(surveys):
        mine = np.flatnonzero(which == position)
        if each.crimes:
            chosen = {name: _CRIMES.get(name, 1.0) for name in each.crimes}
            crime[mine] = np.asarray(list(chosen), object)[
                draw(rng, list(chosen.values()), len(mine))
            ]
        if each.staff:
            found = pick(rng, contract, "workforce_group", _GROUPS, len(mine))
            group[mine] = gaps(rng, found, 0.04)
    person, theme, item, answer = _questions(rng, surveys, which)
    return {
        "survey": np.asarray(names, object)[which][person],
        "respondent_id": ids("RSP", size)[person],
        "interviewed_on": asked[person],
        "theme": theme,
        "item": item,
        "answer": answer,
        "weight": weight[person],
        "survey_crime_type": crime[person],
        "workforce_group": group[person],
        "lpa": setting.places(contract, rng, size)[person],
    }


def _questions(
    rng: np.random.Generator, surveys: list[_Survey], which: Array
) -> tuple[Array, Array, Array, Array]:
    """Ask each respondent their survey's questions; those who like one thing like others too."""
    count = np.asarray([len(each.questions) for each in surveys])
    first = np.cumsum(count) - count
    person = np.repeat(np.arange(len(which)), count[which])
    number = np.arange(len(person)) - np.repeat(
        np.cumsum(count[which]) - count[which], count[which]
    )
    flat = [question for each in surveys for question in each.questions]
    asked = first[which][person] + number
    theme = np.asarray([each[0] for each in flat], object)[asked]
    item = np.asarray([each[1] for each in flat], object)[asked]
    scale = np.asarray([each[2] for each in flat])[asked]
    mood = rng.random(len(which))[person]
    alike = rng.random(len(person)) < 0.5
    drawn = np.where(alike, mood, rng.random(len(person)))
    answer = np.full(len(person), None, object)
    for position, each in enumerate(_SCALES):
        rows = np.flatnonzero(scale == position)
        upto = np.cumsum(list(each.values()))
        at = np.searchsorted(upto, drawn[rows] * upto[-1], side="right")
        answer[rows] = np.asarray(list(each), object)[np.minimum(at, len(upto) - 1)]
    return person, theme, item, answer
