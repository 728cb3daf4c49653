"""Numbers as text: by unit and size, and never zero where the number is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swm_kpi.formatting import MINUS, NumberFormat, format_change, format_number
from swm_kpi.vocabulary import Unit

NUMERIC_UNITS = [unit for unit in Unit if unit is not Unit.TEXT]
SIZES = st.floats(1e-5, 1e11) | st.integers(0, 10**9).map(float)
NUMBERS = SIZES | SIZES.map(lambda size: -size)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0, "incidents", "0"),
        (1234.0, "incidents", "1,234"),
        (2.25, "incidents", "2.2"),
        (85_298.9, "tonnes of CO2 equivalent", "85,299"),
        (0.0253, "incidents", "0.025"),
        (0.1, "proportion", "10.0%"),
        (0.0, "proportion", "0.0%"),
        (1.0, "proportion", "100.0%"),
        (0.0004, "proportion", "0.040%"),
        (0.9997, "proportion", "99.97%"),
        (0.99999, "proportion", "99.999%"),
        (0.15, "percentage ratio", "15.0%"),
        (1.5, "percentage ratio", "150.0%"),
        (0.014, "ratio", "0.014"),
        (1.4, "ratio", "1.40"),
        (-0.004, "ratio", f"{MINUS}0.0040"),
        (-2.5, "ratio", f"{MINUS}2.50"),
        (0.45, "pounds", "£0.45"),
        (12.5, "pounds", "£12.50"),
        (12.0, "pounds", "£12"),
        (1200.4, "pounds", "£1,200"),
        (-1_770_000.0, "pounds", f"{MINUS}£1.77m"),
        (52_340_000.0, "pounds", "£52.3m"),
        (2.5e9, "pounds", "£2.50bn"),
        (30 / 3600, "hours", "30 seconds"),
        (0.5, "hours", "0.50"),
        (90.0, "minutes", "90"),
        (0.05, "days", "1.2 hours"),
        (0.000_000_01, "incidents", "under 0.000001"),
        (-0.000_000_01, "ratio", f"above {MINUS}0.000001"),
        (-1e-17, "ratio", "0.00"),
    ],
)
def test_a_number_is_written_by_its_unit_and_size(value, unit, shown) -> None:
    assert format_number(value, unit) == shown


def test_the_numbers_of_a_measure_share_their_decimals() -> None:
    shown = NumberFormat.of("incidents", [1.0, None, 2.25])
    assert [shown.text(value) for value in (1.0, 2.25, 0.004)] == ["1.0", "2.2", "0.004"]
    assert NumberFormat.of("incidents", [1.0, None, 2.0]).text(1.0) == "1"
    assert NumberFormat.of("incidents", []).text(0.0) == "0"


def test_a_count_is_whole_and_its_limits_have_a_fraction_while_they_are_small() -> None:
    shown = NumberFormat.of("incidents", [0.0, 412.0])
    assert [shown.text(value) for value in (0.0, 3.689, 373.2)] == ["0", "3.7", "373"]


def test_pence_are_shown_in_a_column_of_millions_only_where_there_is_no_pound() -> None:
    shown = NumberFormat.of("pounds", [0.45, 12.5, 15_500_000.0])
    assert [shown.text(value) for value in (0.45, 12.5, 15_500_000.0)] == [
        "£0.45",
        "£12",
        "£15.5m",
    ]


def test_a_short_duration_names_the_unit_that_it_is_shown_in() -> None:
    shown = NumberFormat.of("hours", [30 / 3600, 40 / 3600])
    assert shown.text(30 / 3600) == shown.text_with_unit(30 / 3600) == "30 seconds"
    assert shown.number(30 / 3600) == "30"
    long = NumberFormat.of("hours", [1.0, 30 / 3600])
    assert long.text_with_unit(30 / 3600) == "0.0083 hours"
    kept = NumberFormat.of("hours", [30 / 3600], keep_unit=True)
    assert kept.text(30 / 3600) == "0.0083"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1, Unit.PEOPLE, "1 person"),
        (1, Unit.DELIVERIES, "1 delivery"),
        (1, Unit.BREACHES, "1 breach"),
        (1, Unit.COUNTY_LINES, "1 county line"),
        (1, Unit.TONNES_CO2E, "1 tonne of CO2 equivalent"),
        (1, "vans", "1 van"),
        (0, Unit.CRIMES, "0 crimes"),
        (1.5, Unit.FTE, "1.5 full-time equivalents"),
        (11, Unit.PEOPLE, "11 people"),
    ],
)
def test_the_unit_of_one_is_in_the_singular(value, unit, shown) -> None:
    assert NumberFormat.of(unit, [value]).text_with_unit(value) == shown


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (1.5, "+1.5%"),
        (-1.5, f"{MINUS}1.5%"),
        (0.0, "0.0%"),
        (0.04, "+0.04%"),
        (1234.0, "+1,234.0%"),
    ],
)
def test_a_change_has_its_sign_and_is_zero_only_where_nothing_changed(change, shown) -> None:
    assert format_change(change, "%") == shown


def parse(text: str) -> float:
    """Read a number as a reader does."""
    sign = -1.0 if text.startswith(MINUS) else 1.0
    digits = re.sub(rf"[{MINUS}£,%]", "", text)
    for word, scale in (("bn", 1e9), ("m", 1e6)):
        if digits.endswith(word):
            return sign * float(digits.removesuffix(word)) * scale
    return sign * float(digits)


@given(st.sampled_from(NUMERIC_UNITS), st.lists(NUMBERS, min_size=1, max_size=4))
@example(Unit.HOURS, [1.0, 30 / 3600])
@example(Unit.POUNDS, [15_500_000.0, 0.45])
@example(Unit.PROPORTION, [0.9999])
def test_a_reader_never_sees_zero_or_all_where_the_number_is_not(unit, values) -> None:
    shown = NumberFormat.of(unit, values)
    for value in values:
        text = shown.number(value)
        number = parse(text) / shown.factor if "£" not in text else parse(text)
        if unit in (Unit.PROPORTION, Unit.PERCENTAGE_RATIO):
            number = parse(text) / 100
        assert (number == 0) == (value == 0), text
        # Within half of the last digit of what is shown: two significant digits or more, or whole.
        assert number == pytest.approx(value, rel=0.1, abs=0.5 if unit == Unit.POUNDS else 0.06)
        if unit is Unit.PROPORTION and value < 1:
            assert number < 1 or value > 1 - 1e-8


@given(st.sampled_from(NUMERIC_UNITS), st.lists(NUMBERS, min_size=1, max_size=4))
def test_a_whole_number_that_is_counted_has_no_decimals(unit, values) -> None:
    whole = [float(round(value)) for value in values]
    if NumberFormat.of(unit, whole).is_whole:
        assert all("." not in NumberFormat.of(unit, whole).number(value) for value in whole)
