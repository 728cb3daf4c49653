"""The measures of crime outcomes that refs 11, 29 and 30 share."""

from swm_kpi import (
    Average,
    Break,
    Column,
    Count,
    Direction,
    Duration,
    Measure,
    Proportion,
    Ratio,
    Unit,
)

from ...assumptions import ACTION_TAKEN_OUTCOMES
from ...contracts.crime import (
    CHARGED,
    EVIDENTIAL_DIFFICULTIES,
    NO_SUSPECT,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    VICTIM_DOES_NOT_SUPPORT,
    Crime,
    outcome_codes,
)

OUTCOME_STANDARDS = [
    "Home Office Counting Rules, section H",
    "Home Office crime outcomes framework",
]
OUTCOME_CAVEATS = [
    "There are two different action taken figures. One divides the outcomes assigned in the "
    "period, for crimes of any date, by the crimes recorded in the period, and can be more than "
    "100%. The other follows the crimes recorded in the period.",
    "The list of action taken outcomes is an assumption: we did not find West Mercia's own list.",
    "Crimes with no outcome yet stay in the denominator, so recent periods look worse than they "
    "will once their crimes are finalised.",
    "The median covers outcomes assigned in the period. Crimes still open are left out, so it is "
    "shorter than the full wait.",
    "An outcome can be changed later. The current outcome counts, on its own date.",
    PAST_FIGURES_CAVEAT,
]


_SHARES = {
    CHARGED: "charged",
    EVIDENTIAL_DIFFICULTIES: "evidential_difficulties",
    VICTIM_DOES_NOT_SUPPORT: "victim_does_not_support",
    NO_SUSPECT: "no_suspect",
}


def outcome_breaks(*prefixes: str) -> list[Break]:
    """Return the breaks of the outcomes; the number of crimes recorded has none.

    Args:
        prefixes: the prefix of each set of outcome measures.
    """
    names = (
        "action_outcomes",
        "action_taken_rate",
        "median_days",
        "action_taken_of_recorded",
        *_SHARES.values(),
        "not_yet_assigned",
    )
    measures = tuple(f"{prefix}{name}" for prefix in prefixes for name in names)
    reasons = {
        "2016-01-01": "Outcome 21, further investigation not in the public interest, was added",
        "2019-04-01": "Outcome 22, diversionary activity, was added",
        "2026-01-01": "Outcome 23, deferred prosecution of children, was added early in 2026",
    }
    return [Break(day, because, measures=measures) for day, because in reasons.items()]


def outcome_measures(
    crimes: str,
    prefix: str = "",
    flag: Column | None = None,
    offence: str | None = None,
    note: str = "",
) -> list[Measure]:
    """Return the measures of the outcomes of a set of crimes.

    Args:
        crimes: the name of the crimes, for the start of each label.
        prefix: the start of each key, if a metric has several sets of these measures.
        flag: count only crimes with this flag.
        offence: count only crimes of this type.
        note: the note on each share of the crimes recorded in the period.
    """
    counted = RECORDED
    if flag is not None:
        counted = counted & flag
    if offence is not None:
        counted = counted & (Crime.offence_subgroup == offence)
    has_outcome = Crime.outcome_code.is_not_null()
    flows: list[Measure] = [
        Count(
            key=f"{prefix}crimes_recorded",
            label=f"{crimes} recorded in the period",
            of=Crime,
            at=Crime.recorded_at,
            where=counted,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key=f"{prefix}action_outcomes",
            label=f"{crimes}: action taken outcomes assigned in the period",
            of=Crime,
            at=Crime.outcome_at,
            where=counted & Crime.outcome_code.is_in(ACTION_TAKEN_OUTCOMES),
            unit=Unit.OUTCOMES,
        ),
        Ratio(
            key=f"{prefix}action_taken_rate",
            label=f"{crimes}: action taken outcomes assigned per crime recorded",
            numerator=f"{prefix}action_outcomes",
            denominator=f"{prefix}crimes_recorded",
            unit=Unit.PERCENTAGE_RATIO,
            note="Outcomes assigned in the period, whenever the crime was recorded. Can be more "
            "than 100%.",
        ),
        Duration(
            key=f"{prefix}median_days",
            label=f"{crimes}: median days from recording to outcome",
            of=Crime,
            at=Crime.outcome_at,
            where=counted,
            start=Crime.recorded_at,
            end=Crime.outcome_at,
            average=Average.MEDIAN,
            unit=Unit.DAYS,
            direction=Direction.LOWER_IS_BETTER,
        ),
    ]
    cohort: list[Measure] = [
        Proportion(
            key=f"{prefix}action_taken_of_recorded",
            label=f"{crimes} recorded in the period: share with action taken so far",
            of=Crime,
            at=Crime.recorded_at,
            where=counted,
            numerator=has_outcome & Crime.outcome_code.is_in(ACTION_TAKEN_OUTCOMES),
            note=note,
        ),
        *(
            Proportion(
                key=f"{prefix}{key}",
                label=f"{crimes} recorded in the period: {group[0].lower()}{group[1:]}",
                of=Crime,
                at=Crime.recorded_at,
                where=counted,
                numerator=has_outcome & Crime.outcome_code.is_in(*outcome_codes(group)),
                direction=None if group == CHARGED else Direction.NEUTRAL,
                note=note,
            )
            for group, key in _SHARES.items()
        ),
        Proportion(
            key=f"{prefix}not_yet_assigned",
            label=f"{crimes} recorded in the period: no outcome yet",
            of=Crime,
            at=Crime.recorded_at,
            where=counted,
            numerator=Crime.outcome_code.is_null(),
            direction=Direction.LOWER_IS_BETTER,
        ),
    ]
    return [*flows, *cohort]
