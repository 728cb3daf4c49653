"""The measures of crime outcomes that refs 11, 29 and 30 share."""

from swm_kpi import (
    Average,
    Break,
    Column,
    Count,
    Direction,
    Distribution,
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
    OUTCOME_GROUP,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    VICTIM_DOES_NOT_SUPPORT,
    Crime,
    outcome_codes,
)

OUTCOME_STANDARDS = [
    "Home Office Counting Rules, section H",
    "Home Office, Crime outcomes in England and Wales: the outcomes framework, and its two bases "
    "(outcomes of investigations closed in the period; outcomes of offences recorded in it)",
]
OUTCOME_CAVEATS = [
    "There are two bases, and their numbers differ. 'Outcomes assigned in the period' are those of "
    "the investigations that ended in it, whenever the crime was recorded. 'Crimes recorded in the "
    "period' follows those crimes to their outcome. Name the basis beside each number.",
    "Action taken outcomes per crime recorded divides the first basis by the second. It is neither "
    "of the Home Office's numbers and can be more than 100%. It is here because we do not know how "
    "West Mercia computes the action taken rate that it published.",
    "The list of action taken outcomes is an assumption: we did not find West Mercia's own list.",
    "Crimes with no outcome yet stay in the denominator of the crimes recorded in the period, so "
    "recent periods look worse than they will once their crimes are finalised. Crimes with no "
    "outcome are in none of the numbers of the outcomes assigned.",
    "The median days of all outcomes fall when more crimes are closed quickly with no suspect, "
    "although no crime is solved sooner. Read the days to a charge, or the days of one outcome "
    "group.",
    "The days cover outcomes assigned in the period. Crimes still open are left out, so the days "
    "are shorter than the full wait. Parts of a day count. An outcome of which only the day was "
    "kept is dated 23:59, so its days are up to a day too long.",
    "By outcome group, read the numbers, the shares of all outcomes assigned, and the days. Within "
    "one group a share of that group is always all or nothing.",
    "An outcome can be changed later. The current outcome counts, on its own date. Outcome 23 "
    "defers a prosecution and is not action taken: if the child is charged after all, the charge "
    "replaces it.",
    "An outcome without a date is in no period of the outcomes assigned, and has no days. The "
    "crimes recorded in the period keep it. An outcome at an earlier time than the recording, even "
    "on the same day, has no days, and a note says how many there were.",
    PAST_FIGURES_CAVEAT,
]


_SHARES = {
    CHARGED: ("charged", "charged or summonsed"),
    EVIDENTIAL_DIFFICULTIES: (
        "evidential_difficulties",
        "evidential difficulties, suspect identified and victim supports action",
    ),
    VICTIM_DOES_NOT_SUPPORT: (
        "victim_does_not_support",
        "evidential difficulties, victim does not support action",
    ),
    NO_SUSPECT: ("no_suspect", "no suspect identified"),
}


def outcome_breaks(*prefixes: str) -> list[Break]:
    """Return the breaks of the outcomes; the number of crimes recorded has none.

    Args:
        prefixes: the prefix of each set of outcome measures.
    """
    names = (
        "outcomes_assigned",
        "action_outcomes",
        "action_taken_of_assigned",
        "charged_of_assigned",
        "outcome_share",
        "action_taken_rate",
        "median_days",
        "median_days_to_charge",
        "action_taken_of_recorded",
        *(key for key, _ in _SHARES.values()),
        "not_yet_assigned",
    )
    measures = tuple(f"{prefix}{name}" for prefix in prefixes for name in names)
    reasons = {
        "2014-04-01": "Forces began to send outcomes other than charges, cautions and other "
        "detections",
        "2016-01-01": "Outcome 21, further investigation not in the public interest, was added",
        "2019-04-01": "Outcome 22, diversionary activity, was added as an optional outcome",
        "2021-04-01": "Outcome 22, diversionary activity, became compulsory",
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
    is_charge = Crime.outcome_code.is_in(*outcome_codes(CHARGED))
    recorded: list[Measure] = [
        Count(
            key=f"{prefix}crimes_recorded",
            label=f"{crimes} recorded in the period",
            of=Crime,
            at=Crime.recorded_at,
            where=counted,
            direction=Direction.NEUTRAL,
        ),
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
                label=f"{crimes} recorded in the period: {words}",
                of=Crime,
                at=Crime.recorded_at,
                where=counted,
                numerator=has_outcome & Crime.outcome_code.is_in(*outcome_codes(group)),
                direction=None if group == CHARGED else Direction.NEUTRAL,
                note=note,
            )
            for group, (key, words) in _SHARES.items()
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
    assigned: list[Measure] = [
        Count(
            key=f"{prefix}outcomes_assigned",
            label=f"{crimes}: outcomes assigned in the period",
            of=Crime,
            at=Crime.outcome_at,
            where=counted & has_outcome,
            unit=Unit.OUTCOMES,
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
        Proportion(
            key=f"{prefix}action_taken_of_assigned",
            label=f"{crimes}: share of the outcomes assigned in the period that are action taken",
            of=Crime,
            at=Crime.outcome_at,
            where=counted & has_outcome,
            numerator=Crime.outcome_code.is_in(ACTION_TAKEN_OUTCOMES),
        ),
        Proportion(
            key=f"{prefix}charged_of_assigned",
            label=f"{crimes}: share of the outcomes assigned in the period that are charges",
            of=Crime,
            at=Crime.outcome_at,
            where=counted & has_outcome,
            numerator=is_charge,
            note="Charged or summonsed. The Home Office's charge rate of the investigations closed "
            "in the period.",
        ),
        Distribution(
            key=f"{prefix}outcome_share",
            label=f"{crimes}: share of each outcome group among the outcomes assigned",
            of=Crime,
            at=Crime.outcome_at,
            where=counted & has_outcome,
            over=OUTCOME_GROUP,
            direction=Direction.NEUTRAL,
            note="Shown by outcome group. The total is always 1.",
        ),
        Ratio(
            key=f"{prefix}action_taken_rate",
            label=f"{crimes}: action taken outcomes assigned per crime recorded",
            numerator=f"{prefix}action_outcomes",
            denominator=f"{prefix}crimes_recorded",
            unit=Unit.PERCENTAGE_RATIO,
            note="Outcomes assigned in the period, whenever the crime was recorded. Can be more "
            "than 100%. Neither of the Home Office's two bases.",
        ),
        Duration(
            key=f"{prefix}median_days",
            label=f"{crimes}: median days from recording to outcome",
            of=Crime,
            at=Crime.outcome_at,
            where=counted & has_outcome,
            start=Crime.recorded_at,
            end=Crime.outcome_at,
            average=Average.MEDIAN,
            unit=Unit.DAYS,
            direction=Direction.LOWER_IS_BETTER,
            note="Of all outcomes together it falls when more crimes are closed with no suspect. "
            "Read it by outcome group.",
        ),
        Duration(
            key=f"{prefix}median_days_to_charge",
            label=f"{crimes}: median days from recording to charge",
            of=Crime,
            at=Crime.outcome_at,
            where=counted & is_charge,
            start=Crime.recorded_at,
            end=Crime.outcome_at,
            average=Average.MEDIAN,
            unit=Unit.DAYS,
            direction=Direction.LOWER_IS_BETTER,
            note="Charged or summonsed.",
        ),
    ]
    return [*recorded, *assigned]
