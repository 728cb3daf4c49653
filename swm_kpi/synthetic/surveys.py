"""Surveys of victims, of the public and of staff in monthly waves: answers, and who took part.

The numbers of respondents and their answers are round-number assumptions for shape, not facts
about any force.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    DAY,
    Array,
    Columns,
    Season,
    Setting,
    draw_members,
    draw_positions,
    members,
    row_ids,
    with_nulls,
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
_DAYS_OF_WAVE = 21

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
    """One survey.

    Attributes:
        per_year: the number of respondents a year.
        questions: the theme, the question and the position of the scale in ``_SCALES``.
        weighted: whether the answers have weights other than 1.
        crimes: the crime types of the respondents.
        staff: whether the respondents are staff.
    """

    per_year: float
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
    """Assume 8,600 respondents a year, interviewed in the first three weeks of each month.

    About 70% of answers are favourable. The weights of a survey are about 1.
    """
    rng = setting.generator("survey_answer")
    per_year = sum(survey.per_year for survey in _SURVEYS.values())
    interviewed = setting.event_times("survey_answer", rng, per_year, Season()).astype(
        "datetime64[D]"
    )
    month = interviewed.astype("datetime64[M]").astype("datetime64[D]")
    interviewed = np.maximum(
        month + (interviewed - month) % np.timedelta64(_DAYS_OF_WAVE, "D"),
        np.datetime64(setting.start, "D"),
    )
    size = len(interviewed)
    names = [name for name in members(contract, "survey", tuple(_SURVEYS)) if name in _SURVEYS]
    surveys = [_SURVEYS[name] for name in names]
    which = draw_positions(rng, [survey.per_year for survey in surveys], size)
    weight = np.round(np.exp(rng.normal(0, 0.25, size)), 4)
    weight[~np.asarray([survey.weighted for survey in surveys])[which]] = 1.0
    crime, group = np.full(size, None, object), np.full(size, None, object)
    for position, survey in enumerate(surveys):
        rows = np.flatnonzero(which == position)
        if survey.crimes:
            weights = {name: _CRIMES.get(name, 1.0) for name in survey.crimes}
            crime[rows] = np.asarray(list(weights), object)[
                draw_positions(rng, list(weights.values()), len(rows))
            ]
        if survey.staff:
            drawn = draw_members(rng, contract, "workforce_group", _GROUPS, len(rows))
            group[rows] = with_nulls(rng, drawn, 0.04)
    person, theme, item, answer = _questions(rng, surveys, which)
    area = setting.draw_areas(contract, rng, size)
    district = setting.draw_districts(contract, setting.generator("survey_answer, district"), area)
    district[_is_staff(surveys)[which]] = None
    return {
        "survey": np.asarray(names, object)[which][person],
        "respondent_id": row_ids("RSP", size)[person],
        "interviewed_on": interviewed[person],
        "theme": theme,
        "item": item,
        "answer": answer,
        "weight": weight[person],
        "survey_crime_type": crime[person],
        "workforce_group": group[person],
        "lpa": area[person],
        "district": district[person],
    }


def waves(setting: Setting, contract: ContractType) -> Columns:
    """Return the people who answered by monthly wave and group, of about three times as many."""
    rng = setting.generator("survey_wave")
    groups = ["survey", "survey_crime_type", "workforce_group", "lpa"]
    people = pd.DataFrame(answers(setting, contract)).drop_duplicates("respondent_id")
    people["month"] = people["interviewed_on"].dt.to_period("M").dt.to_timestamp()
    counted = people.groupby([*groups, "month"], dropna=False).size().reset_index(name="took_part")
    ends = counted["month"].to_numpy().astype("datetime64[D]") + (_DAYS_OF_WAVE - 1) * DAY
    took_part = counted["took_part"].to_numpy()
    columns: Columns = {
        name: counted[name].astype(object).where(counted[name].notna(), None).to_numpy()
        for name in groups
    }
    return columns | {
        "ended_on": np.minimum(ends, np.datetime64(setting.end, "D")),
        "invited": took_part + rng.poisson(2 * took_part),
        "took_part": took_part,
    }


def _is_staff(surveys: list[_Survey]) -> Array:
    return np.asarray([survey.staff for survey in surveys])


def _questions(
    rng: np.random.Generator, surveys: list[_Survey], which: Array
) -> tuple[Array, Array, Array, Array]:
    """Draw an answer to every question. Half of a respondent's answers share one mood.

    Returns:
        For each answer: the position of the respondent, the theme, the question and the answer.
    """
    count = np.asarray([len(survey.questions) for survey in surveys])
    first = np.cumsum(count) - count
    person = np.repeat(np.arange(len(which)), count[which])
    number = np.arange(len(person)) - np.repeat(
        np.cumsum(count[which]) - count[which], count[which]
    )
    flat = [question for survey in surveys for question in survey.questions]
    question_of = first[which][person] + number
    theme = np.asarray([question[0] for question in flat], object)[question_of]
    item = np.asarray([question[1] for question in flat], object)[question_of]
    scale = np.asarray([question[2] for question in flat])[question_of]
    mood = rng.random(len(which))[person]
    uses_mood = rng.random(len(person)) < 0.5
    drawn = np.where(uses_mood, mood, rng.random(len(person)))
    answer = np.full(len(person), None, object)
    for position, weights in enumerate(_SCALES):
        rows = np.flatnonzero(scale == position)
        cumulative = np.cumsum(list(weights.values()))
        positions = np.searchsorted(cumulative, drawn[rows] * cumulative[-1], side="right")
        answer[rows] = np.asarray(list(weights), object)[np.minimum(positions, len(cumulative) - 1)]
    return person, theme, item, answer
