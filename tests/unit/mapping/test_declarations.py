"""A mistake in a source, a code list or a mapping is reported on import, with its fix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

import swm_kpi as kpi
from swm_kpi.errors import collecting_problems
from swm_kpi.mapping import coalesce, codes, flag, not_in_source
from tests.support.mapping_cases import HEADER, code_file


class Visit(kpi.Contract):
    """One row per visit."""

    visit_id = kpi.Column(str, unique=True, personal=True, description="The log's number.")
    arrived_at = kpi.Column(datetime, description="When the visitor arrived.")
    day = kpi.Column(date, nullable=True, description="The day.")
    reason = kpi.Column(str, isin=("Report", "Enquiry"), nullable=True, description="Why.")
    always = kpi.Column(str, isin=("Report", "Enquiry"), description="Why, in every row.")
    priority = kpi.Column(int, nullable=True, description="One to five.")
    urgent = kpi.Column(bool, nullable=True, description="Whether it is urgent.")


class Log(kpi.Source):
    """One row per line of the log."""

    number = kpi.Column(str, personal=True, description="Number.")
    arrived = kpi.Column(str, description="When, dd/mm/yyyy hh:mm.")
    stamp = kpi.Column(int, description="Seconds since 1970.")
    made = kpi.Column(datetime, description="When the row was made.")
    why = kpi.Column(str, description="Code of the reason.")
    score = kpi.Column(int, description="One to five.")


class Other(kpi.Source):
    """One row per line of another log."""

    why = kpi.Column(str, description="Code of the reason.")


REASONS = "R,Report,,,approved,Owner,2024-04-02,"
DATED = "R,Report,2024-04-01,,approved,Owner,2024-04-02,"


def columns(**changes: Any) -> dict[Any, Any]:
    """Return columns that are right, with some changed; None leaves a column out."""
    made: dict[str, Any] = {
        "visit_id": Log.number,
        "arrived_at": Log.made,
        "day": Log.made.to_date(),
        "reason": not_in_source("No field"),
        "always": "Report",
        "priority": Log.score,
        "urgent": not_in_source("No field"),
    }
    made |= changes
    return {Visit.columns[name]: value for name, value in made.items() if value is not None}


def mapping(changes: dict[str, Any] | None = None, **fields: Any) -> kpi.Mapping:
    made = {
        "contract": Visit,
        "source": Log,
        "version": 1,
        "valid_from": "2024-04-01",
        "owner": "Data owner",
        "columns": columns(**(changes or {})),
    } | fields
    return kpi.Mapping(made.pop("contract"), **made)


def listed(rows: str = REASONS, **fields: Any) -> Any:
    return codes(code_file(rows), fields.pop("column", Log.why), **fields)


def whole_file(text: str | bytes) -> Any:
    path = code_file(REASONS)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return codes(path, Log.why)


def source(zone: str = "Europe/London", **body: Any) -> Any:
    return type(kpi.Source)("Extract", (kpi.Source,), {"__doc__": "One row.", **body}, zone=zone)


def text_column(**fields: Any) -> kpi.Column:
    return kpi.Column(str, description="Text.", **fields)


# What is declared; the field; part of the rule; part of the fix.
MISTAKES: dict[str, tuple[Callable[[], Any], str, str, str]] = {
    "a source without a meaning": (
        lambda: source(__doc__="", code=text_column()), "docstring", "what one row is", "One row"
    ),
    "a source without columns": (lambda: source(), "columns", "has none", "Column"),
    "an unknown zone": (
        lambda: source("Europe/Londn", code=text_column()), "zone", "time zone", "Europe/London"
    ),
    "a rule in a source": (
        lambda: source(code=text_column(isin=["A"])), "code", "no isin", "contract has the rules"
    ),
    "a bound in a source": (
        lambda: source(code=kpi.Column(int, description="N.", ge=0)), "code", "no ge", "Remove"
    ),
    "a column named as an attribute": (
        lambda: source(zone="UTC", **{"headers": text_column()}), "headers", "attribute", "header="
    ),
    "one heading twice": (
        lambda: source(a=text_column(header="A"), b=text_column(header="A")),
        "header", "two columns", "once",
    ),
    "a heading in a contract": (
        lambda: type(kpi.Contract)(
            "Thing", (kpi.Contract,), {"__doc__": "One row.", "a": text_column(header="A")}
        ),
        "a", "only a column of a source", "Remove header=",
    ),
    "a misspelt column of a source": (lambda: Log.whi, "column", "source Log has no", "'why'"),
    "a format that is not text": (lambda: Log.arrived.parse(8), "parse", "not text", "%d/%m/%Y"),
    "a format without directives": (
        lambda: Log.arrived.parse("ISO dat"), "parse", "not a format", "ISO date"
    ),
    "an unknown directive": (
        lambda: Log.arrived.parse("%d/%m/%Y %Q"), "parse", "%Q is not", "%d, %m"
    ),
    "a year without its century": (
        lambda: Log.arrived.parse("%d/%m/%y"), "parse", "century", "%Y"
    ),
    "a directive twice": (lambda: Log.arrived.parse("%d/%d/%Y"), "parse", "twice", "once"),
    "a format with words": (
        lambda: Log.arrived.parse("%d of %m %Y"), "parse", "cannot stand", "spaces"
    ),
    "a format without a month": (lambda: Log.arrived.parse("%d/%Y"), "parse", "one month", "%m"),
    "an hour without minutes": (
        lambda: Log.arrived.parse("%d/%m/%Y %H"), "parse", "without minutes", "%H:%M"
    ),
    "an hour of twelve without AM or PM": (
        lambda: Log.arrived.parse("%d/%m/%Y %I:%M"), "parse", "AM or PM", "%p"
    ),
    "seconds without an hour": (
        lambda: Log.arrived.parse("%d/%m/%Y %S"), "parse", "without an hour", "%H:%M:%S"
    ),
    "a fraction of nothing": (
        lambda: Log.arrived.parse("%d/%m/%Y %H:%M %f"), "parse", "does not follow", "%S.%f"
    ),
    "a number parsed as text": (
        lambda: Log.stamp.parse("%d/%m/%Y"), "parse", "whole number", "str"
    ),
    "text parsed as an epoch": (
        lambda: Log.arrived.parse("epoch seconds"), "parse", "contains text", "int"
    ),
    "an unknown fate of a text": (
        lambda: Log.arrived.parse("ISO", unmapped="other"), "unmapped", "another format", "refuse"
    ),
    "the day of text": (lambda: Log.arrived.to_date(), "to_date", "contains text", "date and time"),
    "no file": (lambda: codes("nowhere.csv", Log.why), "file", "no file", "Write it"),
    "a file in another encoding": (
        lambda: whole_file("source_code,target\né,".encode("utf-16")), "file", "UTF-8", "Save it"
    ),
    "an empty file": (lambda: whole_file(""), "file", "is empty", "source_code,target"),
    "an unknown heading": (
        lambda: whole_file(HEADER.replace("note", "notes")), "file", "'notes'", "'note'"
    ),
    "a missing heading": (
        lambda: whole_file("source_code,target,status,decided_by\n"), "file", "'decided_on'", "are"
    ),
    "a row that is too long": (
        lambda: listed(REASONS + ",,"), "codes.csv line 2", "10 cells for 8", "double quotes"
    ),
    "a code that is empty": (
        lambda: listed(REASONS.replace("R,", ",", 1)), "codes.csv line 2", "empty", "code"
    ),
    "an unknown status": (
        lambda: listed(REASONS.replace("approved", "aproved")), "codes.csv line 2", "status",
        "'approved'",
    ),
    "a date in another format": (
        lambda: listed(REASONS.replace("2024-04-02", "02/04/2024")), "codes.csv line 2",
        "decided_on is not", "2024-04-01",
    ),
    "an end before its start": (
        lambda: listed("R,Report,2024-04-01,2024-03-01,approved,O,2024-04-02,", at=Log.made),
        "codes.csv line 2", "before valid_from", "Swap",
    ),
    "an approval by nobody": (
        lambda: listed(REASONS.replace("Owner", "")), "codes.csv line 2", "decided_by is empty",
        "suggested",
    ),
    "nothing approved": (
        lambda: listed("R,Report,,,suggested,,,"), "file", "no approved row", "approved"
    ),
    "overlapping meanings": (
        lambda: listed(f"{DATED}\nR,Enquiry,,2024-04-01,approved,O,2024-04-02,", at=Log.made),
        "codes.csv line 2", "same day on line 3", "End one",
    ),
    "meanings that overlap when folded": (
        lambda: listed(f"{REASONS}\nr,Enquiry,,,approved,O,2024-04-02,", fold=True),
        "codes.csv line 3", "same day", "End one",
    ),
    "a code that is no number": (
        lambda: listed(column=Log.score), "codes.csv line 2", "whole number", "digits"
    ),
    "dates without a day to choose by": (
        lambda: listed(DATED), "at", "some days only", "at=Niche.recorded"
    ),
    "a day that is text": (lambda: listed(DATED, at=Log.arrived), "at", "not a date", "Parse"),
    "a code list of a personal column": (
        lambda: listed(column=Log.number), "column", "personal", "not personal"
    ),
    "codes of a time": (lambda: listed(column=Log.made), "column", "date and time", "str or int"),
    "codes of no column": (lambda: listed(column="why"), "column", "type str", "Niche.offence"),
    "an unknown fate of a code": (
        lambda: listed(unmapped="nul"), "unmapped", "unmapped value", "'null'"
    ),
    "no other value": (lambda: listed(unmapped="other"), "other", "need a value", "other="),
    "another value for nothing": (
        lambda: listed(other="Report"), "other", "only unmapped='other'", "Remove"
    ),
    "a flag without yes": (lambda: flag(Log.why, yes=[], no="N"), "yes", "empty", "means yes"),
    "a flag of another type": (
        lambda: flag(Log.score, yes="1", no=0), "yes", "a whole number", "type"
    ),
    "a value that is yes and no": (
        lambda: flag(Log.why, yes="Y", no=["N", "Y"]), "no", "in yes too", "once"
    ),
    "a flag that refuses by another word": (
        lambda: flag(Log.why, yes="Y", no="N", unmapped="other"), "unmapped", "'other'", "refuse"
    ),
    "no reason": (lambda: not_in_source(" "), "reason", "empty", "Say why"),
    "a coalesce of one": (lambda: coalesce(Log.why), "values", "two", "without coalesce"),
    "a coalesce with a constant": (
        lambda: coalesce(Log.why, "R"), "values", "a str", "columns"
    ),
    "a mapping of no contract": (
        lambda: mapping(contract=Log), "contract", "not a contract", "kpi.Contract"
    ),
    "a mapping of no source": (lambda: mapping(source=Visit), "source", "not a source", "Source"),
    "no version": (lambda: mapping(version=0), "version", "not a version", "raise it"),
    "no date": (lambda: mapping(valid_from="April"), "valid_from", "not a date", "2024-04-01"),
    "no owner": (lambda: mapping(owner=""), "owner", "empty", "role"),
    "a key that is a name": (
        lambda: mapping(columns={**columns(), "reason": Log.why}), "columns", "str is not", "Visit."
    ),
    "a column of another table": (
        lambda: mapping(columns={**columns(), Log.why: Log.why}), "columns", "not a column of",
        "Choose",
    ),
    "a column that is left out": (
        lambda: mapping({"reason": None}), "reason", "nothing says", "not_in_source"
    ),
    "a column of another source": (
        lambda: mapping({"reason": Other.why}), "reason", "not a column of Log", "'why'"
    ),
    "a condition": (
        lambda: mapping({"urgent": Log.why == "U"}), "urgent", "type Compare", "codes, flag"
    ),
    "text as a number": (
        lambda: mapping({"priority": Log.why}), "priority", "made from text", "same type"
    ),
    "text as a time": (
        lambda: mapping({"arrived_at": Log.arrived}), "arrived_at", "made from text", "Parse it"
    ),
    "a time as a date": (
        lambda: mapping({"day": Log.made}), "day", "date and time", ".to_date()"
    ),
    "a date as a time": (
        lambda: mapping({"arrived_at": Log.arrived.parse("%d/%m/%Y")}), "arrived_at",
        "made from a date", "time of day",
    ),
    "text as true or false": (lambda: mapping({"urgent": Log.why}), "urgent", "true", "flag("),
    "a constant outside the list": (
        lambda: mapping({"always": "Reports"}), "always", "closed list", "'Report'"
    ),
    "a constant of another type": (
        lambda: mapping({"priority": "high"}), "priority", "a whole number", "Give a whole number"
    ),
    "a target outside the list": (
        lambda: mapping({"reason": listed(REASONS.replace("Report", "Reports"))}), "reason",
        "closed list", "'Report'",
    ),
    "a target of another type": (
        lambda: mapping({"priority": listed()}), "priority", "not a whole number", "target"
    ),
    "no target where a value is needed": (
        lambda: mapping({"always": listed(REASONS.replace("Report", ""))}), "always",
        "never empty", "Give the target",
    ),
    "another value outside the list": (
        lambda: mapping({"reason": listed(unmapped="other", other="Misc")}), "reason",
        "closed list", "Choose",
    ),
    "codes of a date": (lambda: mapping({"day": listed()}), "day", "code list has no", "parse"),
    "a personal value in a column that is not": (
        lambda: mapping({"reason": Log.number}), "reason", "not personal", "remove personal=True"
    ),
    "null where a value is needed": (
        lambda: mapping({"always": listed(unmapped="null")}), "always", "makes it empty", "refuse"
    ),
    "a thing that is a code": (
        lambda: mapping(one_row_per=listed()), "one_row_per", "type Codes", "as they are or parsed"
    ),
    "a thing of another source": (
        lambda: mapping(one_row_per=Other.why), "one_row_per", "not a column of Log", "'why'"
    ),
    "an order of what cannot be read": (
        lambda: mapping(
            one_row_per=Log.number, first_by=Log.arrived.parse("%d/%m/%Y", unmapped="null")
        ),
        "first_by", "no place in the order", "unmapped='null'",
    ),
    "an order of nothing": (
        lambda: mapping(first_by=Log.score), "first_by", "nothing to be", "one_row_per="
    ),
    "a misspelt argument": (
        lambda: mapping(onwer="Data owner"), "onwer", "unexpected", "'owner'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_reported_with_its_fix(mistake: str) -> None:
    declare, field, rule, fix = MISTAKES[mistake]
    with pytest.raises(kpi.DefinitionError) as error:
        declare()
    problem = next(item for item in error.value.problems if item.field == field)
    assert rule in problem.rule
    assert fix in problem.fix


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_collected_with_others(mistake: str) -> None:
    """Inside a catalogue that is loading, a wrong part makes no second problem."""
    with collecting_problems() as problems:
        declared = MISTAKES[mistake][0]()
        with_problem = {problem.field for problem in problems}
        if not isinstance(declared, kpi.Mapping | type):
            mapping({"reason": declared})
    assert {problem.field for problem in problems} == with_problem


def test_a_right_mapping_is_accepted() -> None:
    assert mapping().hash == mapping().hash
    assert mapping().not_in_source == {"reason": "No field", "urgent": "No field"}


def test_every_mistake_of_a_mapping_is_reported_at_once() -> None:
    with pytest.raises(kpi.DefinitionError) as error:
        mapping({"day": Log.made, "reason": Log.number}, owner="", version=0)
    fields = [problem.field for problem in error.value.problems]
    assert fields == ["version", "owner", "day", "reason"]
    assert all("test_declarations.py" in problem.place for problem in error.value.problems)
