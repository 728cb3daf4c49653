"""A judgement in words: the same sentences in the terminal, the notebook and reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from swm_kpi.analysis.comparison import Verdict
from swm_kpi.analysis.process_charts import Signal
from swm_kpi.formatting import MINUS, NumberFormat, is_percentage

_WORDS = {
    Verdict.IMPROVEMENT: "Improvement",
    Verdict.CONCERN: "Concern",
    Verdict.HIGHER: "Higher",
    Verdict.LOWER: "Lower",
}


def describe_judgement(row: Mapping[str, Any]) -> str:
    """Return what a row of judgements says, in sentences.

    Args:
        row: the columns of the row, by name.
    """
    return " ".join(_sentences(row))


def _sentences(row: Mapping[str, Any]) -> Iterator[str]:
    numbers = NumberFormat.of(row["unit"], [row["value"], row["previous_value"]])
    if row["value"] is not None:
        now = f"{numbers.text_with_unit(row['value'])} in {row['period']}"
        before = row["previous_value"]
        yield (
            f"{now}."
            if before is None
            else (f"{now}, {numbers.text(before)} in {row['previous_period']}.")
        )
    verdict = Verdict(row["verdict"])
    if verdict is Verdict.CANNOT_TELL:
        yield f"Cannot tell: {row['reason'][:1].lower()}{row['reason'][1:]}"
    elif verdict is Verdict.NO_CHANGE_SHOWN:
        yield f"No change shown{_interval(row, numbers)}."
    else:
        yield f"{_WORDS[verdict]}, {row['evidence']} evidence{_interval(row, numbers)}."
    if row["signal"] not in (Signal.NONE, Signal.NO_LIMITS):
        yield f"Changed lately: {row['signal']} since {row['signal_since']}."
    if row["assurance"] is not None:
        yield f"Target of {numbers.text(row['target'])}: {row['assurance']}."


def _interval(row: Mapping[str, Any], numbers: NumberFormat) -> str:
    """Return the interval of the change, after a colon; empty if it is not known."""
    if row["change_lower"] is None:
        return ""
    lower, upper = (_signed(row[name], numbers) for name in ("change_lower", "change_upper"))
    about = "about " if "About:" in row["caveats"] else ""
    points = " percentage points" if is_percentage(numbers.unit) else ""
    return f": a change of {about}{lower} to {upper}{points}"


def _signed(change: float, numbers: NumberFormat) -> str:
    """Return a change with its sign, without the sign of a percentage."""
    size = numbers.number(abs(change)).removesuffix("%")
    is_zero = not any(character in "123456789" for character in size)
    return size if is_zero else f"{MINUS if change < 0 else '+'}{size}"
