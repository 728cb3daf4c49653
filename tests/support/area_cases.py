"""Random areas with boundaries that change, rows in them, and what each row is in, in Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

import swm_kpi as kpi

FIRST, DAYS = date(2024, 1, 29), 6
"""The days on which boundaries change: the end of January and the start of February."""

PERIODS = ("2024-01", "2024-02")
COVERAGE = ("2024-01-01", "2024-02-29")
_CODES = {"force": ("F",), "lpa": ("L0", "L1", "L2"), "beat": ("B0", "B1", "B2")}
_ABOVE = {"lpa": "force", "beat": "lpa"}


@dataclass(frozen=True)
class AreaCase:
    """Rows of areas, the parent of each code by day, and the codes and times of crimes."""

    rows: list[dict[str, Any]]
    parents: dict[str, list[str]]
    crimes: list[tuple[str | None, datetime]]

    @property
    def areas(self) -> kpi.Areas:
        """The areas."""
        return kpi.Areas(self.rows)

    def lpa_of(self, code: str, day: date) -> str:
        """Return the name of the area of a code on a day."""
        number = min(max((day - FIRST).days, 0), DAYS - 1)
        code = self.parents[code][number] if code in _CODES["beat"] else code
        return code if code.startswith("Name") else f"Name of {code}"

    def expected(self, *, as_now: bool) -> Counter[tuple[str, str]]:
        """Return the number of crimes by period and area."""
        counts: Counter[tuple[str, str]] = Counter()
        for code, time in self.crimes:
            day = FIRST + timedelta(DAYS) if as_now else time.date()
            area = "Unknown" if code is None else self.lpa_of(code, day)
            counts[f"{time:%Y-%m}", area] += 1
        return counts

    @property
    def frame(self) -> pl.DataFrame:
        """The crimes, as a table of ref 24."""
        return pl.DataFrame(
            {
                "crime_id": [f"C{number}" for number in range(len(self.crimes))],
                "recorded_at": [time for _, time in self.crimes],
                "status": "recorded",
                "is_business": True,
                "lpa": [code for code, _ in self.crimes],
            },
            schema={
                "crime_id": pl.String, "recorded_at": pl.Datetime("us"), "status": pl.String,
                "is_business": pl.Boolean, "lpa": pl.String,
            },
        )  # fmt: skip


@st.composite
def area_cases(draw: st.DrawFn) -> AreaCase:
    """Draw areas in which beats move between areas, and crimes around those days."""
    rows: list[dict[str, Any]] = [{"code": "F", "name": "Force", "level": "force"}]
    parents: dict[str, list[str]] = {}
    for level, above in _ABOVE.items():
        for code in _CODES[level]:
            by_day = draw(st.lists(st.sampled_from(_CODES[above]), min_size=DAYS, max_size=DAYS))
            parents[code] = by_day
            for number, parent in enumerate(by_day):
                day = FIRST + timedelta(number)
                rows.append(
                    {
                        "code": code, "name": f"Name of {code}", "level": level, "parent": parent,
                        "valid_from": day if number else None,
                        "valid_to": day if number < DAYS - 1 else None,
                    }
                )  # fmt: skip
    codes = [None, "Name of L1", *_CODES["lpa"], *_CODES["beat"]]
    start = datetime(2024, 1, 28)
    minutes = st.integers(0, (DAYS + 2) * 24 * 60 - 1)
    times = st.one_of(minutes, st.integers(0, DAYS + 1).map(lambda day: day * 24 * 60))
    crimes = draw(st.lists(st.tuples(st.sampled_from(codes), times), min_size=1, max_size=12))
    return AreaCase(
        rows, parents, [(code, start + timedelta(minutes=minute)) for code, minute in crimes]
    )


def small_catalogue(areas: kpi.Areas, boundaries: str) -> kpi.Catalogue:
    """Return a catalogue of ref 24 with the areas."""
    plan = kpi.catalogue()
    return kpi.Catalogue([plan["24"]]).with_areas(areas, boundaries=boundaries)


def count_by_area(data: Any, areas: kpi.Areas, boundaries: str) -> Counter[tuple[str, str]]:
    """Compute ref 24 by area, and return the numbers other than 0, without totals."""
    result = kpi.compute(
        ["24"],
        {"crime": data},
        periods=PERIODS,
        by=["lpa"],
        coverage={"crime": COVERAGE},
        catalogue=small_catalogue(areas, boundaries),
    )
    rows = result.to_polars().filter((pl.col("lpa") != "All") & (pl.col("value") > 0))
    counts = rows.group_by("period", "lpa").agg(pl.col("value").first())
    return Counter({(period, lpa): int(value) for period, lpa, value in counts.iter_rows()})
