"""The synthetic force: always valid, the same for the same seed, and plausible."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

import swm_kpi as kpi
from swm_kpi import synthetic
from swm_kpi.definitions.plan.objectives import REFORMING
from swm_kpi.synthetic import assembly

PLAN = kpi.catalogue()
TABLES = sorted(assembly.MAKERS)
OF_CRIMES = {"arrest", "crime", "crime_party", "referral", "victim"}
YEAR = ("2024-04-01", "2025-03-31")
EVENTS = ["appointment", "casualty", "collision", "contact", "crime", "incident"]


@pytest.fixture(scope="module")
def force() -> dict[str, pd.DataFrame]:
    return synthetic.generate_force()


def digest(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def of_month(frame: pd.DataFrame, column: str, month: str) -> pd.DataFrame:
    return frame[frame[column].dt.strftime("%Y-%m") == month]


# Valid


def test_every_table_of_the_force_exists(force: dict[str, pd.DataFrame]) -> None:
    # The plan can have further tables. Tables of public data are never generated.
    assert set(TABLES) <= set(force) <= set(PLAN.contracts)
    assert list(force) == sorted(force)
    assert "street_crime" not in force


@pytest.mark.parametrize(
    ("start", "end", "scale", "seed"),
    [
        pytest.param("2022-04-01", "2025-03-31", 0.05, 1, marks=pytest.mark.exhaustive),
        ("2022-04-01", "2025-03-31", 0.02, 2),
        pytest.param("2019-01-15", "2020-11-03", 0.03, 3, marks=pytest.mark.exhaustive),
        ("2022-04-01", "2025-03-31", 0.001, 4),
        pytest.param("2024-03-30", "2024-04-01", 1, 5, marks=pytest.mark.exhaustive),
        ("2001-01-01", "2001-01-02", 1e-9, 6),
        ("2099-10-01", "2099-12-31", 0.01, 7),
    ],
)
def test_every_table_is_valid(start: str, end: str, scale: float, seed: int) -> None:
    for name, frame in synthetic.generate_force(start, end, scale=scale, seed=seed).items():
        report = kpi.validate(frame, name, strict=True, catalogue=PLAN)
        assert report.ok, str(report)
        assert list(frame.columns) == list(PLAN.contracts[name].columns)
        assert report.not_given == ()


@pytest.mark.parametrize("name", TABLES)
def test_every_table_passes_the_pandera_schema(name: str, force: dict[str, pd.DataFrame]) -> None:
    PLAN.contracts[name].schema().validate(force[name].head(2000), lazy=True)


def test_no_time_is_in_the_hour_that_the_clocks_skip() -> None:
    # 31 March 2024, at a scale at which that hour would contain hundreds of rows.
    tables = synthetic.generate_force("2024-03-29", "2024-04-03", scale=5)
    sunday = pd.Timestamp("2024-03-31")
    for name, frame in tables.items():
        for column in frame.select_dtypes("datetime"):
            times = frame[column].dropna()
            hours = times[times.dt.normalize() == sunday].dt.hour
            assert not (hours == 1).any(), (name, column)
    created = tables["incident"]["created_at"]
    assert (created.dt.normalize() == sunday).sum() > 100


# Reproducible


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (
        synthetic.generate_force(*YEAR, scale=0.01, seed=seed) for seed in (5, 5, 6)
    )
    for name in first:
        assert digest(first[name]) == digest(again[name])
        if name not in ("households", "population", "population_by_age"):
            assert digest(first[name]) != digest(other[name]), name


def test_a_table_does_not_depend_on_the_other_tables() -> None:
    only = kpi.Catalogue([PLAN["15"]], areas=PLAN.areas)
    alone = synthetic.generate_force(*YEAR, scale=0.01, catalogue=only)
    assert set(alone) == {"incident", "population"}
    together = synthetic.generate_force(*YEAR, scale=0.01)
    assert digest(alone["incident"]) == digest(together["incident"])


def test_a_spike_in_one_table_does_not_change_the_others() -> None:
    plain = synthetic.generate_force(*YEAR, scale=0.01)
    spiked = synthetic.generate_force(*YEAR, scale=0.01, spike=("crime", "2024-07", 3.0))
    moved = {name for name in plain if digest(plain[name]) != digest(spiked[name])}
    # Tables of the same crimes and people change too.
    assert moved == OF_CRIMES


# A plausible shape


@pytest.mark.parametrize("name", [*EVENTS, "workforce_snapshot"])
@pytest.mark.exhaustive
def test_a_larger_scale_gives_more_rows(name: str, force: dict[str, pd.DataFrame]) -> None:
    smaller = synthetic.generate_force(scale=0.01)
    assert len(force[name]) / len(smaller[name]) == pytest.approx(5, rel=0.3)


def test_rates_do_not_depend_on_scale(force: dict[str, pd.DataFrame]) -> None:
    smaller = synthetic.generate_force(scale=0.01)
    for tables in (force, smaller):
        residents = tables["population"].groupby("mid_year")["residents"].sum().mean()
        assert len(tables["crime"]) / 3 / residents == pytest.approx(114_000 / 1_310_000, rel=0.05)


def test_volumes_are_the_documented_ones(force: dict[str, pd.DataFrame]) -> None:
    yearly = {name: len(force[name]) / 3 / 0.05 for name in EVENTS}
    assert yearly["incident"] == pytest.approx(220_000, rel=0.03)
    assert yearly["crime"] == pytest.approx(114_000, rel=0.03)
    assert yearly["contact"] == pytest.approx(130_000 + 410_000, rel=0.03)
    assert yearly["appointment"] == pytest.approx(18_000, rel=0.06)
    assert yearly["collision"] == pytest.approx(1_300, rel=0.25)
    assert len(force["casualty"]) / len(force["collision"]) == pytest.approx(1.4, abs=0.12)


def test_events_are_divided_between_areas_like_residents(force: dict[str, pd.DataFrame]) -> None:
    residents = force["population"].groupby("lpa")["residents"].sum()
    incidents = force["incident"]["lpa"].value_counts(normalize=True)
    expected = residents / residents.sum()
    assert np.allclose(incidents.reindex(expected.index), expected, atol=0.02)
    assert 0.01 < force["incident"]["lpa"].isna().mean() < 0.03


def test_summer_and_weekends_differ(force: dict[str, pd.DataFrame]) -> None:
    incidents = force["incident"]
    asb = incidents[incidents["closing_code"].isin(["ASB personal", "ASB nuisance"])]
    month = asb["created_at"].dt.month
    assert month.isin([6, 7, 8]).sum() > 1.5 * month.isin([12, 1, 2]).sum()
    day = force["contact"]["presented_at"][force["contact"]["line"] == "101"].dt.day_of_week
    assert (day == 0).sum() > 1.3 * (day == 6).sum()


def test_recent_crimes_have_fewer_outcomes(force: dict[str, pd.DataFrame]) -> None:
    crimes = force["crime"]
    still_open = crimes["outcome_code"].isna()
    recent = crimes["recorded_at"] >= pd.Timestamp("2025-03-01")
    year_old = crimes["recorded_at"] < pd.Timestamp("2024-04-01")
    assert still_open[recent].mean() > 0.4
    assert 0.01 < still_open[year_old].mean() < 0.1


def test_nothing_after_the_extract_is_known(force: dict[str, pd.DataFrame]) -> None:
    for table, column in [
        ("crime", "outcome_at"),
        ("incident", "first_arrived_at"),
        ("contact", "answered_at"),
        ("contact", "abandoned_at"),
    ]:
        assert force[table][column].max() < pd.Timestamp("2025-04-01")
    booked = force["appointment"]["status"] == "booked"
    offered = force["appointment"]["first_offered_at"]
    assert booked.any()
    assert (offered[booked] >= pd.Timestamp("2025-04-01")).all()


# Agreement between tables


def test_casualties_agree_with_the_collisions(force: dict[str, pd.DataFrame]) -> None:
    collisions = force["collision"].set_index("collision_id")
    casualties = force["casualty"]
    assert set(casualties["collision_id"]) == set(collisions.index)
    joined = casualties.join(collisions.add_suffix("_of_collision"), on="collision_id")
    for column in ("date", "force", "district", "lpa"):
        pd.testing.assert_series_equal(
            joined[column], joined[f"{column}_of_collision"], check_names=False
        )
    order = {"Fatal": 0, "Serious": 1, "Slight": 2}
    worst = casualties["severity"].map(order).groupby(casualties["collision_id"]).min()
    stated = collisions["severity"].map(order)
    assert (worst.sort_index() == stated.sort_index()).all()


WITH_DISTRICTS = (
    *("activity", "allegation", "appointment", "collision", "complaint", "contact", "crime"),
    *("crime_party", "incident", "open_incident_snapshot", "parish_council", "scheme", "victim"),
)


@pytest.mark.parametrize("table", WITH_DISTRICTS)
def test_a_district_is_in_its_area(force: dict[str, pd.DataFrame], table: str) -> None:
    assert PLAN.areas is not None
    known = force[table].dropna(subset=["lpa"])
    lookup = PLAN.areas.lookup("lpa", names_of="district")
    assert known["district"].map(lookup.only_names).tolist() == known["lpa"].tolist()
    assert force[table].loc[force[table]["lpa"].isna(), "district"].isna().all()
    assert known["district"].nunique() == 9


def test_a_force_without_districts_has_invented_ones() -> None:
    only = kpi.Catalogue([PLAN["15"]])
    incident = synthetic.generate_force(*YEAR, scale=0.001, catalogue=only)["incident"].dropna(
        subset=["lpa"]
    )
    parts = incident["district"].str.rsplit(", ", n=1)
    assert parts.str[0].tolist() == incident["lpa"].tolist()
    assert set(parts.str[1]) == {"north", "south"}


def test_districts_above_the_areas_of_a_force_are_theirs() -> None:
    rows = [("F", "force", ""), ("W", "district", "F"), ("E", "district", "F"),
            ("N", "lpa", "W"), ("S", "lpa", "W"), ("T", "lpa", "E")]  # fmt: skip
    areas = kpi.Areas(
        {"code": code, "name": f"Name of {code}", "level": level, "parent": parent}
        for code, level, parent in rows
    )
    plan = kpi.Catalogue([PLAN["15"], PLAN["37"]]).with_areas(areas)
    for table, frame in synthetic.generate_force(*YEAR, scale=0.001, catalogue=plan).items():
        assert kpi.validate(frame, plan.contracts[table]).ok
        if table != "population":
            pairs = set(frame[["lpa", "district"]].dropna().itertuples(index=False, name=None))
            assert pairs == {
                (f"Name of {area}", f"Name of {district}") for area, district in ("NW", "SW", "TE")
            }


def test_snapshots_contain_every_area_and_grade_every_day(force: dict[str, pd.DataFrame]) -> None:
    waiting = force["open_incident_snapshot"]
    assert len(waiting) == 1096 * 9 * 5
    assert set(waiting["snapshot_at"].dt.strftime("%H:%M")) == {"08:00"}
    assert (waiting["unresourced"] == 0).any()


def test_statements_add_up_within_the_year(force: dict[str, pd.DataFrame]) -> None:
    ledger = force["ledger"][force["ledger"]["account"] == "Revenue"]
    ytd = ledger[ledger["basis"] == "ytd"]
    actual = ytd[ytd["directorate"] == "Digital"].set_index("runs_to")["actual"]
    within = actual.loc["2023-04-30":"2024-03-31"]  # type: ignore[misc]
    assert len(within) == 12
    assert within.is_monotonic_increasing
    assert actual.loc["2024-04-30"] < within.iloc[-1] / 6
    forecast = ledger[(ledger["basis"] == "forecast") & (ledger["directorate"] == "Digital")]
    final = forecast.set_index("runs_to").loc["2024-03-31"]
    assert final["actual"] == within.iloc[-1]


def test_statements_in_a_financial_year_start_in_its_april() -> None:
    whole = synthetic.generate_force("2023-04-01", "2024-03-31")["ledger"]
    part = synthetic.generate_force("2023-12-01", "2024-03-31")["ledger"]
    december, same = (
        table[table["runs_to"] == "2023-12-31"].reset_index(drop=True) for table in (whole, part)
    )
    pd.testing.assert_frame_equal(same, december)


def test_people_keep_their_number(force: dict[str, pd.DataFrame]) -> None:
    people = force["workforce_snapshot"]
    assert people["as_at"].nunique() == 36
    first, last = (set(people["person_id"][people["as_at"] == day])
                   for day in (people["as_at"].min(), people["as_at"].max()))  # fmt: skip
    assert len(first & last) > 0.7 * len(first)
    assert (people.groupby("person_id")["worker_type"].nunique() == 1).all()
    assert people["rank"].isna().equals(people["worker_type"] != "officer")


def test_allegations_are_of_the_complaints(force: dict[str, pd.DataFrame]) -> None:
    complaints = force["complaint"].set_index("complaint_id")
    allegations = force["allegation"]
    assert set(allegations["complaint_id"]) == set(complaints.index)
    assert allegations["complaint_id"].value_counts().isin([1, 2, 3]).all()
    check_agreement(allegations, complaints, "complaint_id", ["logged_at", "lpa"])


def check_agreement(
    rows: pd.DataFrame, referenced: pd.DataFrame, key: str, columns: list[str]
) -> None:
    """Assert that rows have the same values as the row that their key refers to."""
    assert set(rows[key]) <= set(referenced.index)
    for column in columns:
        actual = rows[column].reset_index(drop=True)
        expected = referenced.loc[rows[key], column].reset_index(drop=True)
        pd.testing.assert_series_equal(actual, expected, check_names=False)


def test_people_in_crimes_are_in_the_crimes(force: dict[str, pd.DataFrame]) -> None:
    crimes = force["crime"].set_index("crime_id")
    shared = ["recorded_at", "offence_subgroup", "status", "lpa"]
    check_agreement(force["crime_party"], crimes, "crime_id", [*shared, "is_da"])
    check_agreement(force["victim"], crimes, "crime_id", [*shared, "outcome_code"])
    parties = force["crime_party"]
    assert set(parties["crime_id"][parties["role"] == "victim"]) == set(crimes.index)
    named = parties["crime_id"][parties["role"] == "suspect"].nunique()
    assert 0.2 < named / len(crimes) < 0.8
    offenders = parties[parties["role"] == "offender"]
    codes = crimes.loc[offenders["crime_id"], "outcome_code"]
    assert codes.str.rstrip("A").astype(int).le(8).all()
    harmed = parties[parties["victim_type"] == "person"]["person_id"]
    people = force["victim"][force["victim"]["victim_type"] == "person"]["victim_id"]
    assert len(set(people) - set(harmed)) < 0.05 * people.nunique()
    assert set(force["referral"]["victim_id"].dropna()) <= set(people)


def test_people_in_crimes_do_not_depend_on_the_other_tables() -> None:
    only = kpi.Catalogue([PLAN["37"]], areas=PLAN.areas)
    alone = synthetic.generate_force(*YEAR, scale=0.01, catalogue=only)
    assert set(alone) == {"crime_party"}
    together = synthetic.generate_force(*YEAR, scale=0.01)
    assert digest(alone["crime_party"]) == digest(together["crime_party"])


def test_arrests_agree_with_the_crimes(force: dict[str, pd.DataFrame]) -> None:
    arrests = force["arrest"]
    linked = arrests[arrests["crime_id"].notna()]
    assert 0.9 < len(linked) / len(arrests) < 1
    crimes = force["crime"].set_index("crime_id")
    check_agreement(linked, crimes, "crime_id", ["is_da", "lpa"])
    recorded = crimes.loc[linked["crime_id"], "recorded_at"].to_numpy()
    assert (linked["arrested_at"].to_numpy() >= recorded).all()
    arrested = linked[linked["attendance"] == "arrest"].drop_duplicates("crime_id")
    days = (
        arrested["arrested_at"].dt.floor("D")
        - pd.Series(
            crimes.loc[arrested["crime_id"], "recorded_at"].dt.floor("D").to_numpy(), arrested.index
        )
    ).dt.days
    first = crimes.loc[arrested["crime_id"], "days_to_first_arrest"]
    assert (first.to_numpy() <= days.to_numpy()).all()
    suspects = force["crime_party"][force["crime_party"]["role"] == "suspect"]
    strangers = set(arrests["person_id"].dropna()) - set(suspects["person_id"])
    assert len(strangers) < 0.05 * len(arrests)


@pytest.mark.parametrize("role", ["victim", "suspect"])
def test_some_people_occur_again_within_a_year(role: str, force: dict[str, pd.DataFrame]) -> None:
    parties = force["crime_party"]
    people = parties[parties["role"] == role].dropna(subset=["person_id"])
    if role == "victim":
        people = people[people["victim_type"] == "person"]
    since = people.sort_values("recorded_at").groupby("person_id")["recorded_at"].diff()
    again = since.between(pd.Timedelta(days=1), pd.Timedelta(days=365)).mean()
    assert 0.05 < again < 0.7


def test_people_who_must_be_trained_are_in_post(force: dict[str, pd.DataFrame]) -> None:
    required = force["training_requirement"]
    people = force["workforce_snapshot"][["as_at", "person_id"]]
    assert len(required.merge(people)) == len(required)
    assert required["as_at"].nunique() == 12
    trained = required.sort_values("as_at").groupby(["theme", "person_id"])["completed"]
    assert trained.is_monotonic_increasing.all()
    assert 0.4 < required["completed"].mean() < 0.95


def test_surveys_are_mostly_favourable_with_weights_around_one(
    force: dict[str, pd.DataFrame],
) -> None:
    answers = force["survey_answer"]
    good = answers["answer"].str.contains(r"^(?:very|fairly|completely) satisfied|agree$|easy$")
    good &= ~answers["answer"].str.contains("disagree")
    assert 0.5 < good.mean() < 0.9
    assert answers["weight"].mean() == pytest.approx(1, abs=0.1)
    interviewed = answers.groupby("survey")["interviewed_on"]
    assert (interviewed.agg(lambda days: days.dt.to_period("M").nunique()) > 20).all()


def test_residents_by_age_agree_with_the_residents(force: dict[str, pd.DataFrame]) -> None:
    by_age = force["population_by_age"].groupby(["mid_year", "lpa"])["residents"].sum()
    everyone = force["population"].groupby(["mid_year", "lpa"])["residents"].sum()
    assert (by_age / everyone).between(0.8, 0.95).all()


def test_sessions_belong_to_registered_schemes(force: dict[str, pd.DataFrame]) -> None:
    of_schemes = force["activity"].dropna(subset=["scheme_id"])
    assert len(of_schemes) > 50
    check_agreement(
        of_schemes, force["scheme"].set_index("scheme_id"), "scheme_id", ["scheme_type"]
    )


def test_registers_contain_entries_that_begin_before_the_first_day(
    force: dict[str, pd.DataFrame],
) -> None:
    for table, begun, ended in [
        ("problem_solving_plan", "opened_on", "closed_on"),
        ("county_line", "active_from", "ended_on"),
        ("organised_crime_group", "mapped_on", "archived_on"),
    ]:
        early = force[table][begun] < pd.Timestamp("2022-04-01")
        assert early.any()
        assert not early.all()
        ends = force[table][ended]
        assert ends.isna().any()
        assert ends.max() < pd.Timestamp("2025-04-01")


# Computing on it


def test_every_measure_of_the_force_has_values(force: dict[str, pd.DataFrame]) -> None:
    # Rates over the strength at the start of the year are of whole years.
    periods = [*kpi.periods(*YEAR, grain="quarter"), *kpi.periods(*YEAR, grain="year")]
    result = kpi.compute(None, force, periods=periods).to_pandas()
    computed = result[result["value"].notna()].groupby(["ref", "measure"]).size()
    expected = {
        (entry.ref, measure.key)
        for entry in PLAN
        if isinstance(entry, kpi.Metric)
        for measure in entry.measures
        if measure.basis is kpi.Basis.FORCE
    }
    # A text report has no number: its text is in the note.
    texts = {
        (entry.ref, measure.key)
        for entry in PLAN
        if isinstance(entry, kpi.Metric)
        for measure in entry.measures
        if isinstance(measure, kpi.TextReport)
    }
    assert len(expected) > 80
    assert expected - set(computed.index) == texts
    with_text = result[result["note"].str.contains("An invented text about")]
    assert set(zip(with_text["ref"], with_text["measure"], strict=True)) == texts
    shares = result[result["measure"] == "answered_999"]["value"].dropna()
    assert shares.between(0.5, 1).all()


def test_every_area_has_the_measures_of_crime(force: dict[str, pd.DataFrame]) -> None:
    result = kpi.compute(
        ["15", "17"], force, periods=kpi.periods(*YEAR, grain="quarter"), by=["lpa"]
    ).to_pandas()
    assert result[result["value"].notna()]["lpa"].nunique() >= 5


def test_about_a_quarter_reoffend(force: dict[str, pd.DataFrame]) -> None:
    year = kpi.periods("2022-04-01", "2023-03-31", grain="year")
    result = kpi.compute(["14"], force, periods=year).to_pandas().set_index("measure")["value"]
    assert 0.1 < result["reoffending_rate"] < 0.6
    assert 0.1 < result["iom_reoffending_rate"] < 0.6
    followed = force["offender_cohort"]
    reoffended = followed["reoffended_on"].dropna()
    assert (reoffended >= followed["index_date"][reoffended.index]).all()
    assert (followed["proven_on"][reoffended.index] >= reoffended).all()
    managed = followed[followed["cohort"] != "all"]
    everyone = followed[followed["cohort"] == "all"]
    assert set(managed["person_id"]) < set(everyone["person_id"])


# Spikes


@pytest.mark.parametrize(
    ("table", "column", "amount"),
    [
        ("appointment", "requested_at", None),
        ("collision", "date", None),
        ("casualty", "date", None),
        ("contact", "presented_at", None),
        ("crime", "recorded_at", None),
        ("incident", "created_at", None),
        ("open_incident_snapshot", "snapshot_at", "unresourced"),
        ("workforce_snapshot", "as_at", None),
        ("crime_party", "recorded_at", None),
        ("referral", "referred_at", None),
        ("survey_answer", "interviewed_on", None),
        ("victim", "recorded_at", None),
        ("victims_code_action", "duty_arose_at", None),
        ("arrest", "arrested_at", None),
    ],
)
def test_a_spike_changes_its_month(table: str, column: str, amount: str | None) -> None:
    metrics = [entry for entry in PLAN if isinstance(entry, kpi.Metric)]
    metric = next(metric for metric in metrics if table in metric.contracts)
    only = kpi.Catalogue([metric.model_copy(update={"parent": None})])
    plain, spiked = (
        synthetic.generate_force(*YEAR, scale=0.05, catalogue=only, spike=spike)[table]
        for spike in (None, (table, "2024-07", 3.0))
    )

    def level(frame: pd.DataFrame, month: str) -> float:
        rows = of_month(frame, column, month)
        return float(len(rows) if amount is None else rows[amount].sum())

    assert level(spiked, "2024-07") / level(plain, "2024-07") == pytest.approx(3, rel=0.35)
    assert level(spiked, "2024-10") / max(level(plain, "2024-10"), 1) == pytest.approx(1, rel=0.6)
    assert kpi.validate(spiked, table).ok


def test_a_spike_of_money_stays_in_the_year_to_date() -> None:
    plain, spiked = (
        synthetic.generate_force(*YEAR, spike=spike)["ledger"]
        for spike in (None, ("ledger", "2024-07", 2.0))
    )
    ytd = (plain["basis"] == "ytd") & (plain["account"] == "Revenue")
    gained = (spiked["actual"] - plain["actual"])[ytd].groupby(plain["runs_to"][ytd]).sum()
    assert (gained.loc[:"2024-06-30"] == 0).all()  # type: ignore[misc]
    assert gained.loc["2024-07-31"] == pytest.approx(290e6 * 0.05 * 1.03**2 / 12, rel=0.1)
    assert gained.loc["2025-03-31"] == pytest.approx(gained.loc["2024-07-31"])


def test_a_factor_below_one_is_a_dip() -> None:
    dipped = synthetic.generate_force(
        *YEAR, scale=0.01, spike=("workforce_snapshot", "2024-07", 0.0)
    )
    assert of_month(dipped["workforce_snapshot"], "as_at", "2024-07").empty
    none = synthetic.generate_force(*YEAR, scale=0.01, spike=("incident", "2024-07", 0))
    assert of_month(none["incident"], "created_at", "2024-07").empty


# Bad rows


@pytest.mark.parametrize("bad_rows", [1, 7])
def test_every_bad_row_is_reported(bad_rows: int) -> None:
    for name, frame in synthetic.generate_force(*YEAR, scale=0.05, bad_rows=bad_rows).items():
        report = kpi.validate(frame, name)
        expected = min(bad_rows, len(frame))
        assert sum(violation.rows for violation in report.violations) == expected, str(report)


def test_every_row_of_a_smaller_table_gets_an_error() -> None:
    residents = synthetic.generate_force(*YEAR, scale=0.05, bad_rows=100)["population"]
    assert len(residents) == 18
    violations = kpi.validate(residents, "population").violations
    assert sum(violation.rows for violation in violations) == 18


# A table that is not known by name


class Visit(kpi.Contract, row_unit=kpi.Unit.OUTCOMES):
    """One row per visit."""

    visit_id = kpi.Column(str, unique=True, description="The visit's number.")
    began_at = kpi.Column(datetime, ge=date(2000, 1, 1), description="When it began.")
    ended_at = kpi.Column(datetime, nullable=True, description="When it ended.")
    booked_on = kpi.Column(date, nullable=True, description="The day it was booked.")
    kind = kpi.Column(str, isin=("home", "school"), description="What it was.")
    code = kpi.Column(str, str_matches="[A-Z][0-9]", description="Its code.")
    postcode = kpi.Column(str, str_matches="WR[0-9] [0-9]ZZ", nullable=True, description="Where.")
    invited = kpi.Column(int, ge=1, le=9, description="How many were invited.")
    answered = kpi.Column(int, nullable=True, ge=0, le=9, description="How many answered.")
    minutes = kpi.Column(float, gt=0, description="How long.")
    score = kpi.Column(float, nullable=True, le=1, ge=0, description="How good.")
    warm = kpi.Column(bool, description="Whether it was warm.")
    wet = kpi.Column(bool, nullable=True, description="Whether it rained.")

    ends_after = kpi.Rule(ended_at >= began_at, "it ends after it began")
    contains = kpi.Rule(answered <= invited, "those who answered were invited")


class Impossible(kpi.Contract, row_unit=kpi.Unit.OUTCOMES):
    """One row per impossible thing."""

    on = kpi.Column(date, description="The day.")
    more = kpi.Column(int, description="A number.")
    code = kpi.Column(str, str_matches="[0-9]{11}Q", description="A code nobody guesses.")


def plugin(contract: Any, at: Any) -> kpi.Catalogue:
    title = "Things that a plugin counts"
    metric = kpi.Metric(
        ref="P1",
        key="things",
        title=title,
        objective=REFORMING,
        summary=title + ".",
        measures=[kpi.Count(key="things", label="Things", of=contract, at=at)],
        direction=kpi.Direction.NEUTRAL,
        availability=PLAN["15"].availability,
        limitations="Not other things.",
        examples=[
            kpi.Example(
                rows=f"| {at.name} |\n| 2024-05-06 |", expect={"things": 1}, description="It is."
            ),
            kpi.Example(
                rows=f"| {at.name} |\n| 2024-07-01 |", expect={"things": 0}, edge_case="Late."
            ),
        ],
    )
    return kpi.Catalogue([metric])


def test_an_unknown_table_is_drawn_from_its_columns() -> None:
    only = plugin(Visit, Visit.began_at)
    visits = synthetic.generate_force(catalogue=only)["visit"]
    report = kpi.validate(visits, Visit, strict=True)
    assert report.ok, str(report)
    assert len(visits) > 500
    assert visits["ended_at"].notna().any()
    assert visits["postcode"].isna().all()
    assert set(visits["kind"]) == {"home", "school"}
    Visit.schema().validate(visits, lazy=True)
    again = synthetic.generate_force(catalogue=only, bad_rows=5)["visit"]
    assert sum(violation.rows for violation in kpi.validate(again, Visit).violations) == 5


def test_a_table_without_a_valid_drawn_row_is_empty() -> None:
    table = synthetic.generate_force(catalogue=plugin(Impossible, Impossible.on))["impossible"]
    assert len(table) == 0
    assert list(table.columns) == ["on", "more", "code"]
    assert kpi.validate(table, Impossible).ok


def test_further_columns_of_a_known_table_are_drawn() -> None:
    class Incident(kpi.Contract, row_unit=kpi.Unit.INCIDENTS):
        """One row per incident, with other columns."""

        incident_id = kpi.Column(str, unique=True, description="Its number.")
        created_at = kpi.Column(datetime, description="When the log was opened.")
        seen_at = kpi.Column(datetime, nullable=True, description="When it was seen.")
        beat = kpi.Column(str, isin=("A", "B"), description="The beat.")

    incidents = synthetic.generate_force(catalogue=plugin(Incident, Incident.created_at))[
        "incident"
    ]
    assert list(incidents.columns) == ["incident_id", "created_at", "seen_at", "beat"]
    assert len(incidents) == pytest.approx(33_000, rel=0.05)
    assert kpi.validate(incidents, Incident).ok


# Invalid arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": "2025-04-01"}, "not after start"),
        ({"start": "2025-03-31"}, "not after start"),
        ({"start": "spring"}, "start is not a date"),
        ({"end": None}, "end is not a date"),
        ({"start": "1999-04-01"}, "not within"),
        ({"scale": 0}, "scale must be more than 0"),
        ({"scale": -1}, "scale must be more than 0"),
        ({"scale": 11}, "at most 10"),
        ({"scale": float("nan")}, "scale must be more than 0"),
        ({"scale": True}, "scale must be more than 0"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 1.0}, "seed must be a whole number"),
        ({"bad_rows": -1}, "bad_rows must be a whole number"),
        ({"spike": "incident"}, "spike must be a table, a month and a factor"),
        ({"spike": ("incidents", "2024-07", 2)}, "Did you mean 'incident'"),
        ({"spike": ("population", "2024-07", 2)}, "no table 'population' has months"),
        ({"spike": ("incident", "July", 2)}, "such as '2024-07'"),
        ({"spike": ("incident", "2024-13", 2)}, "such as '2024-07'"),
        ({"spike": ("incident", "2025-04", 2)}, "is not within"),
        ({"spike": ("incident", "2024-07", -1)}, "a number from 0"),
        ({"spike": ("incident", "2024-07", "2")}, "a number from 0"),
    ],
)
def test_an_invalid_argument_is_an_error_with_a_fix(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(kpi.RequestError, match=message):
        synthetic.generate_force(**arguments)


# Other areas


def test_a_force_has_the_areas_of_its_catalogue() -> None:
    rows = [
        {"code": "F", "name": "Kent", "level": "force"},
        {"code": "N", "name": "North", "level": "lpa", "parent": "F", "valid_to": "2024-06-30"},
        {"code": "S", "name": "South", "level": "lpa", "parent": "F"},
        {"code": "E", "name": "East", "level": "lpa", "parent": "F"},
    ]
    kent = kpi.catalogue(areas=kpi.Areas(rows))
    tables = synthetic.generate_force(*YEAR, scale=0.01, catalogue=kent)
    for name in ("crime", "incident", "open_incident_snapshot", "population", "collision"):
        assert set(tables[name]["lpa"].dropna()) == {"South", "East"}
        kpi.validate(tables[name], kent.contracts[name], strict=True)
