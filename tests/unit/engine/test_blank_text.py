"""Blank text is the same in every engine: the characters that are listed as white space."""

from __future__ import annotations

import polars as pl

from swm_kpi.engine.encoding.encode import without_blanks
from swm_kpi.vocabulary import WHITE_SPACE

SURROGATES = range(0xD800, 0xE000)


def test_text_is_blank_if_it_has_only_the_listed_characters() -> None:
    characters = [chr(code) for code in range(0x10000) if code not in SURROGATES]
    frame = pl.DataFrame({"text": characters})
    blank = frame.filter(without_blanks(pl.col("text")).is_null())
    assert set(blank["text"]) == set(WHITE_SPACE)
    texts = pl.DataFrame({"text": ["", WHITE_SPACE, f"{WHITE_SPACE}x ", None]})
    assert texts.select(without_blanks(pl.col("text")))["text"].to_list() == [
        None, None, f"{WHITE_SPACE}x ", None
    ]  # fmt: skip
