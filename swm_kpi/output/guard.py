"""The check that numbers had disclosure control before they are written to a file."""

from __future__ import annotations

from swm_kpi.errors import OutputError

NO_POLICY = "none"
"""The value of ``policy`` with which a caller accepts numbers without disclosure control."""

UNPROTECTED_WARNING = "These numbers have had no disclosure control. Do not publish them."
"""The warning beside numbers that a notebook or a chart shows without disclosure control."""


def require_disclosure_control(applied_policy: str, requested_policy: str) -> None:
    """Raise an error for numbers without disclosure control, unless the caller accepts them.

    Args:
        applied_policy: the disclosure policy that was applied, as a sentence; empty for none.
        requested_policy: the caller's argument ``policy``.

    Raises:
        OutputError: no policy was applied, and the caller did not give ``"none"``.
    """
    if not applied_policy and requested_policy != NO_POLICY:
        raise OutputError(
            "These numbers have had no disclosure control, so small counts could identify "
            'people. Use policy="none" to write them without it.'
        )
