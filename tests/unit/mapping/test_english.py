"""A mapping reads as English, so that a reviewer sees what was decided."""

from __future__ import annotations

from tests.support.mapping_cases import Command, Niche, command_mapping, niche_mapping

NICHE = """\
Crime, made from Niche (Europe/London time)
Version 1, in use from 1 April 2024. Owner: Crime registrar.
One row for each occurrence: the first by line. A tie for first is refused.

crime_id: Occurrence.
recorded_at: Recorded, read as day/month/year hour:minute. Any other value is refused.
occurred_on: Occurred, read as day-short month name-year. Any other value is refused.
group: The first value of: offence, by the 5 approved rows of codes.csv, as they are on recorded, \
read as day/month/year hour:minute; class number, by the 2 approved rows of codes.csv. Any other \
value is refused.
second_group: Offence, by the 5 approved rows of codes.csv, as they are on recorded, read as \
day/month/year hour:minute. Any other value becomes ‘?’, and is counted. Case, and spaces at the \
ends, make no difference.
is_da: True where da is ‘Y’, false where it is ‘N’ or ‘No’, null where it is ‘U’. Any other value \
is refused.
loss: Loss.
system: ‘Niche’ in every row.
is_rural: Not in the source. No field for it.
"""


def test_a_mapping_in_english() -> None:
    mapping = niche_mapping("refuse", one_row_per=Niche.occurrence, first_by=Niche.line)
    assert mapping.describe() == NICHE


def test_instants_and_numbers_in_english() -> None:
    text = command_mapping().describe()
    assert text.startswith("Crime, made from Command (UTC time)\nVersion 2")
    assert "occurred_on: The local day of plain, read as ISO. Any other value becomes null" in text
    assert "is_da: True where line is 1, false where it is 0 or 2." in text
    assert "loss: 1.5 in every row." in text


def test_a_thing_without_an_order_in_english() -> None:
    text = niche_mapping(one_row_per=[Niche.occurrence, Niche.line]).describe()
    assert "One row for each occurrence and line. A second row is refused." in text
    assert Command.zone == "UTC"
