"""``kpi.rows``: the rows by role add up to the number, for every kind, on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.contracts import ALL
from swm_kpi.engine.rows import NO_VALUE, NOT_MET, UNDECIDED
from swm_kpi.measures import Operation, Statistic, TimeAlignment
from tests.support import engines
from tests.support.oracle_cases import COVERED, Case, check_random_cases, to_frame

pytestmark = list(engines.IGNORED_WARNINGS)

INCIDENTS = pl.DataFrame(
    {
        "incident_id": list("abcdef"),
        "created_at": [f"2024-04-0{n} 10:00:00" for n in range(1, 7)],
        "closing_code": ["ASB nuisance", "ASB nuisance", "Crime", None, "ASB personal", "Crime"],
        "lpa": ["Shropshire", None, "Shropshire", "Shropshire", "Herefordshire", None],
    }
).with_columns(pl.col("created_at").str.to_datetime())


def asb(table: Any, **members: str) -> kpi.NumberRows:
    return kpi.rows("15", "incidents", {"incident": table}, period="2024/25 Q1", **members)


def roles_of(listed: kpi.NumberRows) -> dict[str, tuple[str, str]]:
    rows = listed.frame.select("incident_id", "role", "reason").sort("incident_id").rows()
    return {name: (role, reason.partition(":")[0]) for name, role, reason in rows}


# The rules


@pytest.mark.parametrize("name", ["Polars", "pandas", *engines.NAMES])
def test_each_row_has_its_role_on_every_engine(name: str) -> None:
    table: Any = INCIDENTS
    if name == "pandas":
        table = INCIDENTS.to_pandas()
    elif name != "Polars":
        table = engines.loader(name)("incident", INCIDENTS)
    listed = asb(table)
    assert roles_of(listed) == {
        "a": ("counted", ""),
        "b": ("counted", ""),
        "c": ("left out", NOT_MET),
        "d": ("left out", UNDECIDED),
        "e": ("counted", ""),
        "f": ("left out", NOT_MET),
    }
    assert set(roles_of(asb(table, lpa="Shropshire"))) == {"a", "c", "d"}
    assert set(roles_of(asb(table, lpa="Unknown"))) == {"b", "f"}
    assert listed.frame["created_at"].dtype == pl.Datetime("us")


def test_a_reason_says_which_condition_or_column() -> None:
    reasons = dict(asb(INCIDENTS).frame.select("incident_id", "reason").iter_rows())
    assert reasons["c"].startswith("not met: closing code is any of")
    assert reasons["d"] == "undecided: closing code is not recorded"


def test_the_text_of_the_rows_shows_none() -> None:
    listed = asb(INCIDENTS)
    assert repr(listed) == ("Ref 15, incidents, 2024/25 Q1: 3 counted, 3 left out. Personal data.")
    assert listed.is_personal
    assert listed.number["value"] == 3


def test_rows_are_written_only_with_policy_none(tmp_path: Any) -> None:
    path = tmp_path / "rows.csv"
    with pytest.raises(kpi.OutputError, match="personal data"):
        asb(INCIDENTS).to_csv(path)
    asb(INCIDENTS).to_csv(path, policy="none")
    assert pl.read_csv(path).height == 6


def test_more_rows_than_can_be_listed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swm_kpi.engine.rows._MAX_ROWS", 5)
    with pytest.raises(kpi.RequestError, match="More than 5 rows of table 'incident'"):
        asb(INCIDENTS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"measure": "incident"}, "Did you mean 'incidents'"),
        ({"ref": "151"}, "No metric has the ref"),
        ({"lpa": "Shropshir"}, "Did you mean 'Shropshire'"),
        ({"area": "Shropshire"}, "No metric has a breakdown 'area'"),
    ],
)
def test_an_unknown_name_has_a_suggestion(words: dict[str, str], message: str) -> None:
    arguments = {"ref": "15", "measure": "incidents"} | words
    with pytest.raises(kpi.RequestError, match=message):
        kpi.rows(data={"incident": INCIDENTS}, period="2024/25 Q1", **arguments)  # type: ignore[arg-type]


def test_a_rate_has_the_rows_of_both_its_parts() -> None:
    people = pl.DataFrame({"mid_year": [2023, 2024], "lpa": "Shropshire", "residents": 100})
    data = {"incident": INCIDENTS, "population": people}
    listed = kpi.rows("15", "per_1000", data, period="2024/25 Q1", lpa="Shropshire")
    assert listed.counts() == {"numerator": 1, "denominator": 1, "left out": 2}
    assert listed.tables["population"]["mid_year"].to_list() == [2024]
    assert listed.frame["table"].to_list() == ["incident"] * 3 + ["population"]


# The property: rows by role add up to the number, for every kind


def expected(measure: kpi.Measure, number: Mapping[str, Any]) -> dict[str, float]:
    """Return what rows must add up to, where the number is one of rows."""
    roles = measure.row_roles
    statistic = measure.statistics.get(roles.counted)
    if statistic is None or statistic.operation is not Operation.ROWS:
        return {}
    if roles.numerator:
        return {"numerator": number["numerator"], "denominator": number["denominator"]}
    if isinstance(measure, kpi.Count | kpi.PeriodEndStock):
        return {"counted": number["value"]}
    if isinstance(measure, kpi.Duration):
        return {"counted": number["denominator"]}
    return {}


def is_of_snapshots(statistic: Statistic) -> bool:
    return statistic.alignment in (
        TimeAlignment.LAST_SNAPSHOT,
        TimeAlignment.MEAN_OF_SNAPSHOTS,
        TimeAlignment.MEAN_OF_STOCKS,
    )


def check_case(case: Case) -> None:
    frames = {name: to_frame(name, rows) for name, rows in case.tables.items()}
    plan = kpi.Catalogue([case.metric])
    period = case.periods[0]
    result = kpi.compute(
        [case.metric.ref], frames, periods=[period], by=[d.key for d in case.by],
        coverage={name: days for name, days in COVERED.items() if name in frames},
        as_at=case.as_at, catalogue=plan,
    ).to_polars()  # fmt: skip
    for measure in case.metric.measures:
        of_measure = result.filter(measure=measure.key, basis=measure.basis.value)
        for row in of_measure.tail(3).to_dicts():
            members = {dimension.key: row[dimension.key] for dimension in case.by}
            chosen = {key: member for key, member in members.items() if member != ALL}
            listed = kpi.rows(
                case.metric.ref, measure.key, frames, period=period, as_at=case.as_at,
                catalogue=plan, basis=measure.basis.value, **chosen,
            )  # fmt: skip
            check_rows(measure, row, listed)


def check_rows(measure: kpi.Measure, row: Mapping[str, Any], listed: kpi.NumberRows) -> None:
    counts = listed.counts()
    counts["denominator"] = counts.get("denominator", 0) + counts.get("numerator", 0)
    for role, number in expected(measure, row).items():
        if number is not None:
            assert counts.get(role, 0) == number, (measure.key, role, row, listed)
    statistic = measure.statistics.get(measure.row_roles.numerator or measure.row_roles.counted)
    is_distinct = statistic is not None and statistic.operation is Operation.DISTINCT
    if is_distinct and isinstance(statistic.of, kpi.Column):
        role, field = ("numerator", "numerator") if measure.row_roles.numerator else (
            "counted", "value"
        )  # fmt: skip
        things = listed.frame.filter(role=role)[statistic.of.name].n_unique()
        assert row[field] in (None, things), (measure.key, row, listed)
    counted = next(iter(measure.statistics.values()), None)
    if counted is None or measure.completeness is None or is_of_snapshots(counted):
        return
    reasons = listed.frame["reason"].str.split(":").list.first().value_counts()
    by_reason = dict(reasons.iter_rows())
    if row["undecided"] is not None and not measure.depends_on and not measure.row_roles.numerator:
        assert by_reason.get(UNDECIDED, 0) == row["undecided"], (measure.key, row, listed)
    assert by_reason.get(NO_VALUE, 0) >= 0


@pytest.mark.slow
def test_rows_by_role_add_up_to_the_number_for_every_kind() -> None:
    check_random_cases(check_case, 1)
