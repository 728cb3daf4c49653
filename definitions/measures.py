"""Measures that several metrics declare in the same way."""

from typing import Any

from swm_kpi import (
    Basis,
    Column,
    Count,
    Direction,
    PeriodEndStock,
    Rate,
    Ratio,
    RepeatRate,
    Sum,
    TextReport,
    Unit,
)

from .assumptions import REPEAT_MONTHS
from .contracts.crime_party import CrimeParty
from .contracts.population import Population
from .contracts.recorded_crime import PUBLISHED_QUARTERLY, RecordedCrime
from .contracts.street_crime import StreetCrime
from .contracts.survey import SurveyWave
from .contracts.text_reports import NarrativeText
from .contracts.workforce import WorkforceSnapshot


def per_1000(of: str, label: str, *, key: str = "per_1000") -> Rate:
    """Return the rate of a count per 1,000 residents.

    Args:
        of: key of the count, in the same metric.
        label: name of the rate.
        key: key of the rate.
    """
    return Rate(key=key, label=label, of=of, per=Population.residents, scale=1_000)


def street_crimes(
    key: str,
    label: str,
    where: Any,
    proxy_difference: str,
    *,
    unit: Unit = Unit.CRIMES,
) -> Count:
    """Return the count of records on data.police.uk, by month, as a proxy.

    Args:
        key: key of the count.
        label: name of the count.
        where: a condition on ``StreetCrime``: the records that count.
        proxy_difference: how the published number differs from the force's own.
        unit: what is counted.
    """
    return Count(
        key=key,
        label=f"{label}, published",
        of=StreetCrime,
        at=StreetCrime.month,
        where=where,
        unit=unit,
        basis=Basis.PROXY,
        proxy_difference=proxy_difference,
    )


def home_office_offences(
    key: str,
    label: str,
    where: Any,
    proxy_difference: str,
    *,
    unit: Unit = Unit.CRIMES,
) -> Sum:
    """Return the offences that the Home Office publishes, by quarter, as a proxy.

    Args:
        key: key of the sum.
        label: name of the sum.
        where: a condition on ``RecordedCrime``: the lines that count.
        proxy_difference: how the published number differs from the force's own, in addition to
            what holds for every number from this source.
        unit: what is counted.
    """
    return Sum(
        key=key,
        label=f"{label}, Home Office",
        of=RecordedCrime,
        at=RecordedCrime.quarter_start,
        where=where,
        value=RecordedCrime.offences,
        unit=unit,
        basis=Basis.PROXY,
        proxy_difference=PUBLISHED_QUARTERLY + proxy_difference,
    )


def repeat_people(
    key: str, share_key: str, label: str, where: Any, *, unit: Unit, note: str = ""
) -> tuple[RepeatRate, RepeatRate]:
    """Return the number of repeat people in a role, and their share of all people in that role.

    Args:
        key: key of the number.
        share_key: key of the share.
        label: name of the number, such as "Repeat victims".
        where: a condition on ``CrimeParty``: the rows that count, in the period and before it.
        unit: what is counted.
        note: note on both measures.
        blank_means_no: a column of the condition in which a blank means no.
    """
    role = label.rpartition(" ")[2]
    return (
        RepeatRate(
            key=key,
            label=label,
            of=CrimeParty,
            at=CrimeParty.recorded_at,
            where=where,
            who=CrimeParty.person_id,
            lookback=REPEAT_MONTHS,
            as_count=True,
            unit=unit,
            note=note,
        ),
        RepeatRate(
            key=share_key,
            label=f"{label} as a share of {role}",
            of=CrimeParty,
            at=CrimeParty.recorded_at,
            where=where,
            who=CrimeParty.person_id,
            lookback=REPEAT_MONTHS,
            note=note,
        ),
    )


def headcount_and_fte(
    key: str, label: str, where: Any, note: str = "", blank_means_no: Column | None = None
) -> tuple[PeriodEndStock, PeriodEndStock]:
    """Return people in post at the latest snapshot, as headcount and as full-time equivalents.

    Args:
        key: key of the headcount; the other key ends in ``_fte``.
        label: name of the people.
        where: a condition on ``WorkforceSnapshot``: the people who count.
        note: note on both measures.
        blank_means_no: a column of the condition in which a blank means no.
    """
    return (
        PeriodEndStock(
            key=key,
            label=f"{label} (headcount)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=where,
            note=note,
            blank_means_no=blank_means_no,
        ),
        PeriodEndStock(
            key=f"{key}_fte",
            label=f"{label} (full-time equivalents)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=where,
            value=WorkforceSnapshot.fte,
            unit=Unit.FTE,
            note=note,
            blank_means_no=blank_means_no,
        ),
    )


def survey_response(
    survey: str, words: str, prefix: str = "", *, group: Column | None = None
) -> tuple[Sum, Sum, Ratio]:
    """Return the people invited to a survey, those who took part, and the response rate.

    Args:
        survey: which survey.
        words: the survey in words, at the start of a label.
        prefix: the start of each key.
        group: the column of ``SurveyWave`` by which a wave is broken down, if it is. A row for all
            groups together does not count beside rows for its groups.
    """
    where = SurveyWave.survey == survey
    if group is not None:
        of_group = group.is_not_null()
        where &= of_group | of_group.met_by_none(SurveyWave.survey, SurveyWave.ended_on)
    invited, took_part = (
        Sum(
            key=f"{prefix}{key}",
            label=f"{words}: people {label}",
            of=SurveyWave,
            at=SurveyWave.ended_on,
            where=where,
            value=value,
            unit=Unit.PEOPLE,
            direction=Direction.NEUTRAL,
        )
        for key, label, value in (
            ("invited", "invited", SurveyWave.invited),
            ("took_part", "who took part", SurveyWave.took_part),
        )
    )
    rate = Ratio(
        key=f"{prefix}response_rate",
        label=f"{words}: response rate",
        numerator=took_part.key,
        denominator=invited.key,
        unit=Unit.PROPORTION,
        note="Not weighted. A wave counts in the period in which it ends, and an answer in the "
        "period of the interview.",
    )
    return invited, took_part, rate


def text_report(key: str, label: str, subject: str, *, rated: bool = False) -> TextReport:
    """Return the latest text on a subject, with its author's role and evidence.

    Args:
        key: key of the text.
        label: name of the text.
        subject: a subject of ``NarrativeText``.
        rated: whether the note also shows the rating.
    """
    return TextReport(
        key=key,
        label=label,
        of=NarrativeText,
        at=NarrativeText.period_end,
        where=NarrativeText.subject == subject,
        text=NarrativeText.text,
        author=NarrativeText.author_role,
        evidence=NarrativeText.evidence,
        rating=NarrativeText.rating if rated else None,
        direction=Direction.NEUTRAL,
    )
