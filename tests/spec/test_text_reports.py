"""A text report shows the latest text of a period in its note."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swm_kpi import (
    Column,
    Contract,
    TextReport,
)
from tests.support.months_of_2024 import PERIODS, build_metric, cells_of, days


class Note(Contract):
    """One row per text."""

    topic = Column(str, isin=("a", "b"), description="What it is about.")
    about = Column(date, nullable=True, description="The last day it is about.")
    words = Column(str, description="The text.")
    mark = Column(int, nullable=True, description="A rating.")
    author = Column(str, description="A role.")
    basis = Column(str, nullable=True, description="Evidence.")


NOTES = build_metric(
    [
        TextReport(
            key="report",
            of=Note,
            at=Note.about,
            where=Note.topic == "a",
            text=Note.words,
            author=Note.author,
            evidence=Note.basis,
            rating=Note.mark,
        )
    ],
    [],
    "| about |\n| 2024-01-01 |",
)


note_rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.none() | days,
        st.none() | st.integers(1, 5),
        st.none() | st.just("a survey"),
    ),
    max_size=8,
    unique_by=lambda row: row[:2],
)


@pytest.mark.slow
@settings(deadline=None)
@given(note_rows)
def test_the_latest_text_of_a_period_is_in_the_note(
    rows: list[tuple[str, date | None, int | None, str | None]],
) -> None:
    """The note has the rating, author and evidence of that text. The row has no value."""
    frame = pl.DataFrame(
        {
            "topic": [row[0] for row in rows],
            "about": [row[1] for row in rows],
            "words": [f"Text number {number}." for number in range(len(rows))],
            "mark": [row[2] for row in rows],
            "author": ["Lead"] * len(rows),
            "basis": [row[3] for row in rows],
        },
        schema={
            "topic": pl.String,
            "about": pl.Date,
            "words": pl.String,
            "mark": pl.Int64,
            "author": pl.String,
            "basis": pl.String,
        },
    )
    cells = cells_of(NOTES, "note", frame, [])
    for period in PERIODS:
        cell = cells["report", period.label]
        texts = [
            (row[1], number, row)
            for number, row in enumerate(rows)
            if row[0] == "a" and row[1] is not None and period.start <= row[1] < period.stop
        ]
        assert cell["value"] is None
        note = str(cell["note"])
        if not texts:
            assert cell["marker"] == "[x]"
            assert "Text number" not in note
            continue
        _, number, latest = max(texts)
        assert cell["marker"] == "[z]"
        assert note.count("Text number") == 1
        assert f"Text number {number}." in note
        assert "Lead" in note
        assert (f"Rating: {latest[2]}." in note) == (latest[2] is not None)
        assert ("a survey" in note) == (latest[3] is not None)


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0)], ids=["in order", "reversed"])
def test_the_order_of_rows_does_not_choose_between_texts_of_one_day(
    numbers: tuple[int, int],
) -> None:
    """The note has both, and a text that is there twice once."""
    words = ["First text.", "Second text."]
    frame = pl.DataFrame(
        {
            "topic": ["a"] * 3,
            "about": [date(2024, 3, 31)] * 3,
            "words": [words[number] for number in (*numbers, 0)],
            "mark": [1, 1, 1],
            "author": ["Lead"] * 3,
            "basis": ["a survey"] * 3,
        }
    )
    cell = cells_of(NOTES, "note", frame, [])["report", "2023/24 Q4"]
    assert cell["marker"] == "[z]"
    texts = [f"Rating: 1. {text} (Lead, 31 March 2024. Evidence: a survey.)" for text in words]
    assert " ".join(texts) in str(cell["note"])
    assert str(cell["note"]).count("First text.") == 1
