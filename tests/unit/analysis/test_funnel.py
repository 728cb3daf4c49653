"""Members of a breakdown compared with their average: what is said of each, and when nothing is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import Direction, OutputError, RequestError
from swm_kpi.statistics import (
    homogeneity_of_rates,
    homogeneity_of_shares,
    rate_funnel,
    rate_overdispersion,
    share_funnel,
    share_overdispersion,
)
from tests.support.member_results import estimate, members_result, rate, share

RATES = {"ref": "15", "measure": "per_1000"}
SHARES = {"ref": "64", "measure": "passed"}
MEDIANS = {"ref": "2", "measure": "update_median_days"}
SURVEY = {"ref": "3", "measure": "satisfied"}
NAMES = [f"Area {letter}" for letter in "ABCDEFGHIJKL"]
# Five areas of 10,000 people: one far above the average of 120 logs, one below it.
COUNTS = (200, 120, 70, 110, 100)
FIVE = {name: rate(count, 10_000) for name, count in zip(NAMES, COUNTS, strict=False)}


def column(funnel: kpi.Funnel, name: str) -> list[Any]:
    return funnel.to_polars()[name].to_list()


# Rates and shares.


def test_areas_that_differ_are_compared_with_the_average_in_the_order_of_the_list() -> None:
    funnel = members_result(**RATES, rows=FIVE).funnel()
    assert column(funnel, "lpa") == NAMES[:5]
    assert funnel.average == pytest.approx(12)
    assert column(funnel, "position") == [
        *("above 99.8%", "within", "below 99.8%", "within", "within")
    ]
    # Fewer logs are better.
    assert column(funnel, "judgement")[:3] == ["worse", "not shown to differ", "better"]
    assert column(funnel, "evidence")[:3] == ["strong", "", "strong"]
    assert funnel.test == homogeneity_of_rates([200, 120, 70, 110, 100], [10_000] * 5)
    assert (funnel.differs, funnel.marker, set(column(funnel, "reason"))) == (True, "", {""})
    assert column(funnel, "upper_95") == pytest.approx(
        [rate_funnel(10_000, 12, 1_000).upper_95] * 5
    )
    assert str(funnel).startswith(
        "Anti-social behaviour incidents per 1,000 residents by Local Policing Area, January to "
        "March 2025: they differ by more than chance. The average of the members is 12.00 per "
        "1,000 people. Better than it: Area C. Worse than it: Area A. Area B, Area D and Area E "
        "are not shown to differ from it."
    )


def test_where_all_together_could_be_chance_no_member_is_picked_out() -> None:
    """43 is outside the 95% limits, and the test of all five has a p-value of 0.11."""
    counts = (43, 28, 26, 25, 27)
    rows = {name: rate(count, 1_000) for name, count in zip(NAMES, counts, strict=False)}
    funnel = members_result(**RATES, rows=rows).funnel()
    assert column(funnel, "position")[0] == "above 95%"
    assert not funnel.differs
    assert set(column(funnel, "judgement")) == {"not shown to differ"}
    assert "No member is shown to differ from it." in str(funnel)
    assert any("Chance alone can make" in note for note in funnel.notes)


@pytest.mark.parametrize(
    ("direction", "judgements"),
    [
        (Direction.HIGHER_IS_BETTER, ["better", "worse"]),
        (Direction.LOWER_IS_BETTER, ["worse", "better"]),
        (Direction.NEUTRAL, ["higher", "lower"]),
    ],
)
def test_the_direction_of_the_measure_decides_the_word(
    direction: Direction, judgements: list[str]
) -> None:
    funnel = members_result(**RATES, rows=FIVE, direction=direction).funnel()
    assert [column(funnel, "judgement")[at] for at in (0, 2)] == judgements


def test_shares_have_the_limits_of_their_own_size() -> None:
    rows = {"A": share(50, 100), "B": share(800, 1_000), "C": share(9, 10)}
    funnel = members_result(**SHARES, rows=rows).funnel()
    average = 859 / 1_110
    assert funnel.average == pytest.approx(average)
    expected = share_funnel([100, 1_000, 10], average)
    for name, numbers in expected._asdict().items():
        assert column(funnel, name) == pytest.approx(numbers.tolist())
    assert column(funnel, "judgement") == ["worse", "better", "not shown to differ"]
    assert column(funnel, "lower")[0] == pytest.approx(float(kpi.statistics.wilson(50, 100)[0]))


def test_a_survey_is_compared_by_its_effective_answers() -> None:
    """60% and 40% of 1,000 answers that are worth 10: nothing to see."""
    rows = {
        name: {**share(1_000 * at, 1_000), "answers": 1_000, "effective_answers": many}
        for name, at, many in (("A", 0.6, 10), ("B", 0.4, 10))
    }
    funnel = members_result(**SURVEY, rows=rows).funnel()
    assert not funnel.differs
    many = {name: {**row, "effective_answers": 1_000} for name, row in rows.items()}
    assert members_result(**SURVEY, rows=many).funnel().differs


def test_ten_members_or_more_have_limits_adjusted_for_overdispersion() -> None:
    counts = [90, 150, 100, 140, 80, 160, 100, 120, 70, 130, 110, 400]
    rows = {name: rate(count, 10_000) for name, count in zip(NAMES, counts, strict=True)}
    funnel = members_result(**RATES, rows=rows).funnel()
    expected = rate_overdispersion(counts, [10_000] * 12, 1_000)
    assert funnel.overdispersion == expected
    assert funnel.is_adjusted
    assert expected.spread > 0
    adjusted = rate_funnel(10_000, funnel.average or 0, 1_000, expected.spread)
    assert column(funnel, "adjusted_upper_998")[0] == pytest.approx(adjusted.upper_998)
    assert column(funnel, "upper_998")[0] < column(funnel, "adjusted_upper_998")[0]
    # By chance alone, 70 would lie outside; among members that differ so much it does not.
    assert column(funnel, "position")[8] == "within"
    assert column(funnel, "judgement")[-1] == "worse"
    assert any("wider than chance" in note for note in funnel.notes)


def test_shares_have_limits_adjusted_for_overdispersion_too() -> None:
    tops = [20, 35, 52, 40, 61, 80, 90, 66, 120, 75]
    bottoms = [50, 60, 80, 90, 110, 120, 150, 160, 200, 210]
    cells = zip(NAMES, tops, bottoms, strict=False)
    funnel = members_result(**SHARES, rows={name: share(*pair) for name, *pair in cells}).funnel()
    expected = share_overdispersion(tops, bottoms)
    assert funnel.overdispersion == expected
    assert funnel.is_adjusted
    limits = share_funnel(bottoms, funnel.average or 0, expected.spread)
    assert column(funnel, "adjusted_lower_95") == pytest.approx(limits.lower_95.tolist())
    assert funnel.curves()["upper_998"][0] == pytest.approx(limits.upper_998[0])


def test_limits_are_adjusted_only_if_members_differ_and_not_for_one_of_them() -> None:
    """A little spread that chance explains, and one member far from nine that are alike."""
    chance = [88, 112, 91, 109, 94, 106, 90, 110, 103, 97]
    alone = [100] * 9 + [200]
    rows = {name: rate(count, 10_000) for name, count in zip(NAMES, chance, strict=False)}
    funnel = members_result(**RATES, rows=rows).funnel()
    assert (funnel.differs, funnel.is_adjusted) == (False, False)
    rows = {name: rate(count, 10_000) for name, count in zip(NAMES, alone, strict=False)}
    funnel = members_result(**RATES, rows=rows).funnel()
    assert funnel.overdispersion is not None
    assert (funnel.differs, funnel.is_adjusted) == (True, funnel.overdispersion.spread > 0)
    assert column(funnel, "judgement")[-1] == "worse"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (5, ""),
        (12, "Of 12 members about 1 lies outside"),
        (40, "Of 40 members about 2 lie outside"),
    ],
)
def test_the_notes_say_how_many_lie_outside_by_chance(members: int, words: str) -> None:
    rows = {f"M{at}": rate(100 + 60 * (at % 2), 10_000) for at in range(members)}
    notes = members_result(**RATES, rows=rows).funnel().notes
    assert any(note.startswith("Of ") for note in notes) == bool(words)
    assert any(note.startswith(words) for note in notes)


def test_nine_members_have_no_adjusted_limits() -> None:
    rows = {name: rate(100 + 10 * at, 10_000) for at, name in enumerate(NAMES[:9])}
    funnel = members_result(**RATES, rows=rows).funnel()
    assert (funnel.overdispersion, funnel.is_adjusted) == (None, False)
    assert funnel.to_polars()["adjusted_lower_95"].null_count() == 9
    assert any("fewer than 10 members" in note for note in funnel.notes)


def test_chosen_members_are_compared_with_their_own_average() -> None:
    funnel = members_result(**RATES, rows=FIVE).funnel(members=["Area D", "Area A"])
    assert column(funnel, "lpa") == ["Area A", "Area D"]
    assert funnel.average == pytest.approx(15.5)
    with pytest.raises(RequestError, match="No lpa is called 'Area X'"):
        members_result(**RATES, rows=FIVE).funnel(members=["Area X"])
    with pytest.raises(RequestError, match="list of names"):
        members_result(**RATES, rows=FIVE).funnel(members="Area A")


def test_unknown_and_all_are_not_members() -> None:
    rows = FIVE | {"Unknown": rate(900, 10_000)}
    funnel = members_result(**RATES, rows=rows, total=rate(1_500, 60_000)).funnel()
    assert column(funnel, "lpa") == NAMES[:5]
    assert funnel.average == pytest.approx(12)
    assert (funnel.unknown, funnel.total) == (90, 25)
    assert "Unknown is not a member: 90.00 per 1,000 people." in funnel.notes


# Medians.


def test_medians_are_compared_by_their_intervals_with_the_whole() -> None:
    rows = {"A": estimate(9, 8, 10), "B": estimate(5, 4, 6), "C": estimate(5.5, 4.5, 7)}
    funnel = members_result(**MEDIANS, rows=rows, total=estimate(6, 5.5, 6.5)).funnel()
    assert (funnel.average, funnel.has_limits, funnel.differs) == (6, False, True)
    assert (funnel.is_adjusted, funnel.curves().height) == (False, 0)
    assert column(funnel, "position") == ["above 95%", "within", "within"]
    assert column(funnel, "judgement")[0] == "worse"
    assert funnel.to_polars()["lower_95"].null_count() == 3
    chosen = members_result(**MEDIANS, rows=rows, total=estimate(6, 5.5, 6.5)).funnel(
        members=["A", "B"]
    )
    assert chosen.average is None
    assert set(column(chosen, "judgement")) == {"cannot tell"}
    assert chosen.differs


def test_a_median_of_few_cases_has_no_interval_and_is_not_compared() -> None:
    rows = {"A": estimate(9, 8, 10), "B": estimate(5, 4, 6), "C": estimate(5, None, None)}
    rows["D"] = estimate(5, 5, 5)
    funnel = members_result(**MEDIANS, rows=rows, total=estimate(6, 5, 7)).funnel()
    assert column(funnel, "reason")[2:] == [
        "it has no interval, because it has few cases",
        "its interval has no width",
    ]
    assert column(funnel, "position")[2:] == [None, None]


def test_a_median_on_the_median_of_the_whole_is_within() -> None:
    rows = {"A": estimate(9, 8, 10), "B": estimate(5, 4, 6), "C": estimate(7, 6, 8)}
    whole = members_result(**MEDIANS, rows=rows, total=estimate(8, 7, 9)).funnel()
    assert column(whole, "position") == ["within", "below 95%", "within"]
    single = members_result(**MEDIANS, rows={"A": rows["A"]}, total=rows["A"]).funnel()
    assert single.reason == "only 1 member has a number to compare."


def test_a_protected_median_has_no_interval_to_compare_by() -> None:
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    rows = {"A": estimate(9, None, None), "B": estimate(5, None, None)}
    funnel = members_result(**MEDIANS, rows=rows, total=estimate(6, 5, 7), policy=policy).funnel()
    assert funnel.marker == "[x]"
    assert set(column(funnel, "reason")) == {
        "its interval is not shown, to protect people who could be identified"
    }


# What is not compared.


@pytest.mark.parametrize(
    ("ref", "measure", "reason"),
    [
        ("15", "incidents", "a count of a member says how large it is"),
        ("44", "variance", "an account is not a sample"),
        ("45", "assessment", "a text"),
        ("69", "officers", "a stock carries over"),
        ("53", "mean_minutes", "nothing states how far chance"),
        ("66", "followers", "a stock carries over"),
    ],
)
def test_a_number_without_limits_of_chance_is_refused(ref: str, measure: str, reason: str) -> None:
    rows = {"A": {"value": 5.0}, "B": {"value": 9.0}}
    funnel = members_result(ref, measure, rows).funnel()
    assert funnel.marker == "[z]"
    assert reason in funnel.reason
    assert (funnel.test, funnel.average) == (None, None)
    assert set(column(funnel, "judgement")) == {"cannot tell"}
    assert set(column(funnel, "reason")) == {funnel.reason.rstrip(".")}


def test_a_rate_of_a_stock_is_refused() -> None:
    result = members_result(**RATES, rows=FIVE)
    entry = result.entries["15"]
    officers = kpi.catalogue()["69"].measure("officers", kpi.Basis.FORCE)  # type: ignore[union-attr]
    stock = officers.model_copy(update={"key": "incidents"})
    measures = [stock if item.key == "incidents" else item for item in entry.metric.measures]
    metric = entry.metric.model_copy(update={"measures": tuple(measures)})
    changed = kpi.Result(result.to_polars(), ("lpa",), {"15": type(entry)(metric, metric)})
    assert "not separate events" in changed.funnel("per_1000").reason


def test_sizes_count_people_cases_or_effective_answers() -> None:
    shares = {"A": share(5, 9), "B": share(4, 9)}
    answers = {name: {**row, "effective_answers": 4.5} for name, row in shares.items()}
    for kind, rows, unit, size in (
        (RATES, FIVE, "people", 10_000),
        (SHARES, shares, "cases", 9),
        (SURVEY, answers, "effective answers", 4.5),
    ):
        funnel = members_result(**kind, rows=rows).funnel()
        assert (funnel.size_unit, column(funnel, "size")[0]) == (unit, size)


def test_the_shares_of_a_distribution_are_not_compared_with_each_other() -> None:
    """They add up to 1."""
    plan = kpi.catalogue()
    metric, measure = next(
        (metric, measure)
        for metric in plan
        if isinstance(metric, kpi.Metric)
        for measure in metric.measures
        if isinstance(measure, kpi.Distribution)
    )
    frame = members_result(metric.ref, measure.key, {"A": share(5, 9), "B": share(4, 9)})
    key = measure.over.key
    table = frame.to_polars().rename({"lpa": key})
    result = kpi.Result(table, (key,), frame.entries)
    assert "add up to 1" in result.funnel().reason


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ({"A": rate(5, 100)}, "only 1 member has a number"),
        ({"A": rate(5, 100), "B": rate(None, 100)}, "only 1 member has a number"),
        ({"A": rate(None, 100), "B": rate(5, 100, "[p]")}, "no member has a number"),
        ({"A": share(None, None), "B": share(0, 0)}, "no member has a number"),
    ],
)
def test_fewer_than_two_members_are_not_compared(rows: dict[str, Any], reason: str) -> None:
    funnel = members_result(**RATES, rows=rows).funnel()
    assert funnel.marker == "[x]"
    assert reason in funnel.reason
    assert set(column(funnel, "judgement")) == {"cannot tell"}
    assert all(column(funnel, "reason"))


def test_a_measure_that_is_not_broken_down_says_so() -> None:
    result = members_result(**RATES, rows={}, total=rate(5, 100))
    assert "not broken down by Local Policing Area" in result.funnel().reason


def test_members_without_a_number_are_left_out_with_the_reason() -> None:
    rows = FIVE | {
        "Hidden": rate(None, 10_000),
        "Part": rate(900, 10_000, "[p]"),
        "Few": rate(900, 10_000, "[u]"),
        "Bare": {**rate(900, 10_000), "denominator": None},
    }
    funnel = members_result(**RATES, rows=rows).funnel()
    assert funnel.average == pytest.approx(12)
    assert column(funnel, "judgement")[5:] == ["cannot tell"] * 4
    assert column(funnel, "reason")[5:] == [
        "withheld to protect people who could be identified",
        "provisional: the data for the period are not complete",
        "of low reliability",
        "the numbers that it is divided from are not shown",
    ]
    assert column(funnel, "upper_95")[5:] == [None] * 4
    assert "Cannot tell of Hidden: withheld" in str(funnel)


def test_where_nothing_happens_no_member_differs() -> None:
    rows = {name: rate(0, 1_000) for name in NAMES}
    funnel = members_result(**RATES, rows=rows).funnel()
    assert (funnel.average, funnel.differs) == (0, False)
    assert set(column(funnel, "position")) == {"within"}
    full = members_result(**SHARES, rows={name: share(7, 7) for name in NAMES}).funnel()
    assert (full.average, full.differs) == (1, False)


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 60), st.integers(0, 60), st.sampled_from(["", "[p]"])),
        min_size=1,
        max_size=12,
    )
)
def test_any_shares_have_finite_limits_and_no_warning(cells: list[tuple[Any, int, str]]) -> None:
    rows = {
        f"M{at}": share(None if top is None else min(top, bottom), bottom, marker)
        for at, (top, bottom, marker) in enumerate(cells)
    }
    funnel = members_result(**SHARES, rows=rows).funnel()
    numbers = funnel.to_polars().select(pl.col(pl.Float64))
    assert not any(any(row) for row in numbers.select(pl.all().is_nan().fill_null(False)).rows())
    for judgement, reason in funnel.to_polars().select("judgement", "reason").rows():
        assert bool(reason) == (judgement == "cannot tell")


# Protected numbers.


def test_rounded_numbers_pick_out_a_member_only_if_every_count_would() -> None:
    """15 and 30 of 1,000 each differ; 17 and 28, which round to the same, do not."""
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    rows = {"A": rate(15, 1_000), "B": rate(30, 1_000)}
    assert members_result(**RATES, rows=rows).funnel().differs
    about = members_result(**RATES, rows=rows, policy=policy).funnel()
    assert not about.differs
    assert any(note.startswith("About: counts are rounded to 5.") for note in about.notes)
    assert column(about, "value") == [15, 30]
    far = {"A": rate(15, 1_000), "B": rate(95, 1_000)}
    assert members_result(**RATES, rows=far, policy=policy).funnel().differs


def test_rounded_shares_are_tested_by_the_counts_nearest_to_the_average() -> None:
    """Half of 5 for the numerator, and its part of half of 5 for the denominator."""
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    near = {"A": share(50, 100), "B": share(55, 100)}
    test = members_result(**SHARES, rows=near, policy=policy).funnel().test
    assert test is not None
    assert (test.statistic, test.p_value) == (0, 1)
    far = {"A": share(30, 100), "B": share(60, 100)}
    funnel = members_result(**SHARES, rows=far, policy=policy).funnel()
    slack = 2.5 * (1 + 0.45)
    assert funnel.test == homogeneity_of_shares([30 + slack, 60 - slack], [100, 100])
    assert funnel.average == pytest.approx(0.45)


@pytest.mark.parametrize("base", [2, 5])
def test_rounded_rates_are_tested_by_the_counts_nearest_to_the_average(base: int) -> None:
    """The people are public, so only the count is rounded."""
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=base)
    rows = {"A": rate(20, 1_000), "B": rate(60, 1_000)}
    funnel = members_result(**RATES, rows=rows, policy=policy).funnel()
    assert funnel.test == homogeneity_of_rates([20 + base / 2, 60 - base / 2], [1_000, 1_000])


def test_suppressed_members_are_in_nothing() -> None:
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    rows = FIVE | {"Hidden": rate(None, 9_000)}
    funnel = members_result(**RATES, rows=rows, policy=policy).funnel()
    assert funnel.average == pytest.approx(12)
    assert "Suppressed members are in neither the average nor the test." in funnel.notes


def test_the_table_is_written_only_if_it_is_protected(tmp_path: Path) -> None:
    funnel = members_result(**RATES, rows=FIVE).funnel()
    path = tmp_path / "funnel.csv"
    with pytest.raises(OutputError, match="no disclosure control"):
        funnel.to_csv(path)
    funnel.to_csv(path, policy="none")
    assert pl.read_csv(path)["lpa"].to_list() == NAMES[:5]
    assert list(funnel.to_pandas()["value"]) == [20, 12, 7, 11, 10]
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    protected = members_result(**RATES, rows=FIVE, policy=policy).funnel()
    protected.to_csv(path, overwrite=True)


def test_a_notebook_shows_the_table_and_says_that_it_is_no_ranking() -> None:
    funnel = members_result(**RATES, rows=FIVE).funnel()
    page = funnel._repr_html_()
    assert "in the order of the list, not ranked" in page
    assert "no disclosure control" in page.lower()
    assert page.index("Area A") < page.index("Area B")
    assert len(funnel) == 5
    assert repr(funnel) == ("Funnel(per_1000 of ref 15 by lpa: they differ by more than chance)")


# How it is asked for.


def test_the_latest_complete_period_is_compared() -> None:
    result = members_result(**RATES, rows=FIVE, periods=("2024/25 Q3", "2024/25 Q4"))
    assert result.funnel().period == "January to March 2025"
    assert result.funnel(period="2024/25 Q3").period == "October to December 2024"
    with pytest.raises(RequestError, match=r"no period '2024/25 Q9'"):
        result.funnel(period="2024/25 Q9")


def test_a_mistake_is_named_with_its_fix() -> None:
    result = members_result(**RATES, rows=FIVE)
    with pytest.raises(RequestError, match="no breakdown 'lap'"):
        result.funnel(by="lap")
    with pytest.raises(RequestError, match="no measure 'per_100'"):
        result.funnel("per_100")
    bare = kpi.Result(result.to_polars().drop("lpa"), (), result.entries)
    with pytest.raises(RequestError, match="has no breakdown"):
        bare.funnel()
