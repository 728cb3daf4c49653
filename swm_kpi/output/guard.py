"""Whether numbers may be written to a file."""

from __future__ import annotations

from swm_kpi.errors import OutputError

NO_POLICY = "none"
"""What a caller says to write numbers that have had no disclosure control, knowing it."""


def check_disclosed(went_through: str, said: str) -> None:
    """Refuse to write numbers that have had no disclosure control, unless the caller says so.

    Args:
        went_through: the disclosure policy the numbers went through; empty for none.
        said: what the caller gave as ``policy``.

    Raises:
        OutputError: they went through none, and the caller did not say ``"none"``.
    """
    if not went_through and said != NO_POLICY:
        raise OutputError(
            "These numbers have had no disclosure control, so small counts could identify "
            'people. Write policy="none" if they may be written as they are.'
        )
