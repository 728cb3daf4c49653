"""Outcomes from public data: of the Home Office by quarter, and of data.police.uk by month."""

from dataclasses import replace
from typing import Any

from swm_kpi import (
    Basis,
    Break,
    Count,
    Direction,
    Example,
    Measure,
    Proportion,
    Ratio,
    Sum,
    Unit,
)

from ...assumptions import ACTION_TAKEN_OUTCOMES
from ...contracts.crime import CHARGED, OTHER_SEXUAL_OFFENCES, RAPE, outcome_codes
from ...contracts.published_outcome import NOT_YET_ASSIGNED, PublishedOutcome
from ...contracts.recorded_crime import PUBLISHED_QUARTERLY
from ...contracts.street_outcome import NO_POLICE_ACTION, POLICE_ACTION, StreetOutcome
from .outcome_measures import outcome_breaks

_CLOSED = (
    PUBLISHED_QUARTERLY + "Counts the investigations closed in the period, whenever the offence "
    "was recorded. Types 1A, 2A and 3A are counted inside types 1, 2 and 3."
)
_RECORDED = (
    PUBLISHED_QUARTERLY + "Follows the offences recorded in the period, with the outcomes known "
    "at publication, so recent quarters are not finished."
)
_STREET = (
    "Published on data.police.uk by month. Its categories only roughly match the Home Office "
    "outcome codes. A charge, caution, warning, penalty notice or local resolution is action "
    "taken; an offence taken into consideration has no category. What a court decides later is "
    "left out."
)


def breaks_with_published(*prefixes: str) -> list[Break]:
    """Return the breaks of the outcomes, which are also those of the published outcomes.

    Args:
        prefixes: the prefix of each set of measures.
    """
    published = tuple(f"{prefix}published_outcomes" for prefix in prefixes)
    return [
        replace(change, measures=(*change.measures, *published))
        for change in outcome_breaks(*prefixes)
    ]


def home_office_outcomes(
    crimes: str, prefix: str = "", offence_subgroup: str | None = None
) -> list[Measure]:
    """Return the outcomes that the Home Office publishes, on both of its bases, as proxies.

    Args:
        crimes: the name of the crimes, for the start of each label.
        prefix: the start of each key, if a metric has several sets of these measures.
        offence_subgroup: count only this published offence subgroup.
    """

    def add(key: str, label: str, value: Any, where: Any, difference: str, **fields: Any) -> Sum:
        if offence_subgroup is not None:
            is_counted = PublishedOutcome.offence_subgroup == offence_subgroup
            where = is_counted if where is None else where & is_counted
        return Sum(
            key=f"{prefix}{key}",
            label=f"{crimes}: {label}, Home Office",
            of=PublishedOutcome,
            at=PublishedOutcome.quarter_start,
            where=where,
            value=value,
            basis=Basis.PROXY,
            proxy_difference=difference,
            **fields,
        )

    def divide(key: str, label: str, numerator: str, denominator: str, difference: str) -> Ratio:
        return Ratio(
            key=f"{prefix}{key}",
            label=f"{crimes}: {label}, Home Office",
            numerator=f"{prefix}{numerator}",
            denominator=f"{prefix}{denominator}",
            unit=Unit.PROPORTION,
            basis=Basis.PROXY,
            proxy_difference=difference,
        )

    outcome = PublishedOutcome.outcome_type
    is_charge = outcome.is_in(*(code for code in outcome_codes(CHARGED) if code.isdigit()))
    closed, recorded = PublishedOutcome.closed, PublishedOutcome.of_recorded
    outcomes = Unit.OUTCOMES
    return [
        add(
            "published_outcomes",
            "outcomes of investigations closed",
            closed,
            outcome != NOT_YET_ASSIGNED,
            _CLOSED,
            unit=outcomes,
            direction=Direction.NEUTRAL,
        ),
        add(
            "published_action_outcomes",
            "action taken outcomes of investigations closed",
            closed,
            outcome.is_in(ACTION_TAKEN_OUTCOMES),
            _CLOSED,
            unit=outcomes,
        ),
        divide(
            "published_action_share",
            "share of investigations closed with action taken",
            "published_action_outcomes",
            "published_outcomes",
            _CLOSED,
        ),
        add(
            "published_charges",
            "charges of investigations closed",
            closed,
            is_charge,
            _CLOSED,
            unit=outcomes,
        ),
        divide(
            "published_charge_share",
            "share of investigations closed with a charge",
            "published_charges",
            "published_outcomes",
            _CLOSED,
        ),
        add(
            "published_offences",
            "offences recorded",
            recorded,
            None,
            _RECORDED,
            unit=Unit.CRIMES,
            direction=Direction.NEUTRAL,
        ),
        add(
            "published_charged_so_far",
            "offences recorded and charged so far",
            recorded,
            is_charge,
            _RECORDED,
            unit=Unit.CRIMES,
        ),
        divide(
            "published_charged_of_recorded",
            "share of offences recorded and charged so far",
            "published_charged_so_far",
            "published_offences",
            _RECORDED,
        ),
    ]


def street_outcomes() -> list[Measure]:
    """Return the outcomes that data.police.uk publishes, by month, as proxies."""
    decided = StreetOutcome.outcome_type.is_in(*POLICE_ACTION, *NO_POLICE_ACTION)
    return [
        Count(
            key="outcomes_assigned",
            label="Published outcomes assigned in the period",
            of=StreetOutcome,
            at=StreetOutcome.month,
            where=decided,
            direction=Direction.NEUTRAL,
            basis=Basis.PROXY,
            proxy_difference=_STREET,
        ),
        Proportion(
            key="action_taken_of_assigned",
            label="Published outcomes assigned in the period: share with action taken",
            of=StreetOutcome,
            at=StreetOutcome.month,
            where=decided,
            numerator=StreetOutcome.outcome_type.is_in(*POLICE_ACTION),
            basis=Basis.PROXY,
            proxy_difference=_STREET,
        ),
    ]


PUBLISHED_EXAMPLES = [
    Example(
        rows={
            "published_outcome": """
            | quarter_start | force       | offence_code | outcome_type | of_recorded | closed |
            | 2024-04-01    | West Mercia | 46           | 0            | 30          | 0      |
            | 2024-04-01    | West Mercia | 46           | 1            | 10          | 12     |
            | 2024-04-01    | West Mercia | 46           | 8            | 5           | 6      |
            | 2024-04-01    | West Mercia | 46           | 18           | 40          | 50     |
            | 2024-04-01    | West Mercia | 105A         | 22           | 1           | 4      |
            | 2024-04-01    | West Mercia | 105A         | 1            | 0           | -1     |
            """
        },
        expect={
            "published_outcomes": 12 + 6 + 50 + 4 - 1,
            "published_action_outcomes": 12 + 6 - 1,
            "published_action_share": (12 + 6 - 1) / (12 + 6 + 50 + 4 - 1),
            "published_charges": 12 - 1,
            "published_charge_share": (12 - 1) / (12 + 6 + 50 + 4 - 1),
            "published_offences": 30 + 10 + 5 + 40 + 1,
            "published_charged_so_far": 10,
            "published_charged_of_recorded": 10 / (30 + 10 + 5 + 40 + 1),
        },
        edge_case="From public data: the two numbers of a line are never added. Type 0 is an "
        "offence with no outcome: it is one of the offences recorded and no outcome of an "
        "investigation closed. A charge that was withdrawn is published as a number below zero. "
        "Type 22, diversion, is not action taken.",
    ),
    Example(
        rows={
            "street_outcome": """
            | month      | crime_id | outcome_type                                  |
            | 2024-04-01 | a        | Suspect charged                               |
            | 2024-06-01 | a        | Offender fined                                |
            | 2024-04-01 | b        | Local resolution                              |
            | 2024-05-01 | c        | Unable to prosecute suspect                   |
            | 2024-05-01 | d        | Investigation complete; no suspect identified |
            | 2024-05-01 | e        | Under investigation                           |
            | 2024-06-01 | f        | Awaiting court outcome                        |
            """
        },
        expect={
            "outcomes_assigned": 1 + 1 + 1 + 1,
            "action_taken_of_assigned": (1 + 1) / (1 + 1 + 1 + 1),
        },
        edge_case="From public data: the fine is what a court decided after the charge, and the "
        "crime already counts once. A crime under investigation or before a court has no new "
        "outcome.",
    ),
]
"""Examples of the published outcomes of all crimes."""

PUBLISHED_SEXUAL_EXAMPLES = [
    Example(
        rows={
            "published_outcome": f"""
            | quarter_start | offence_subgroup        | outcome_type | of_recorded | closed |
            | 2024-04-01    | {RAPE}                  | 0            | 50          | 0      |
            | 2024-04-01    | {RAPE}                  | 1            | 2           | 6      |
            | 2024-04-01    | {RAPE}                  | 16           | 20          | 34     |
            | 2024-04-01    | {OTHER_SEXUAL_OFFENCES} | 0            | 30          | 0      |
            | 2024-04-01    | {OTHER_SEXUAL_OFFENCES} | 1            | 3           | 8      |
            | 2024-04-01    | {OTHER_SEXUAL_OFFENCES} | 3            | 1           | 2      |
            | 2024-04-01    | Shoplifting             | 1            | 99          | 99     |
            """
        },
        expect={
            "rape_published_outcomes": 6 + 34,
            "rape_published_action_outcomes": 6,
            "rape_published_action_share": 6 / (6 + 34),
            "rape_published_charges": 6,
            "rape_published_charge_share": 6 / (6 + 34),
            "rape_published_offences": 50 + 2 + 20,
            "rape_published_charged_so_far": 2,
            "rape_published_charged_of_recorded": 2 / (50 + 2 + 20),
            "oso_published_outcomes": 8 + 2,
            "oso_published_action_outcomes": 8 + 2,
            "oso_published_action_share": (8 + 2) / (8 + 2),
            "oso_published_charges": 8,
            "oso_published_charge_share": 8 / (8 + 2),
            "oso_published_offences": 30 + 3 + 1,
            "oso_published_charged_so_far": 3,
            "oso_published_charged_of_recorded": 3 / (30 + 3 + 1),
        },
        edge_case="From public data: most rapes recorded in the quarter have no outcome yet, and "
        "most of the charges are for offences recorded earlier. So the two shares differ.",
    )
]
"""Examples of the published outcomes of sexual offences."""
