"""Disclosure control: hide small numbers, round the rest, and keep what is hidden from being found.

A result goes in and a frame comes out in which no count of people or events under the policy's
threshold can be read, or worked out from what is left. The rules and their sources are in
docs/decisions/0008-disclosure.md.
"""

from swm_kpi.disclosure.apply import disclose
from swm_kpi.disclosure.policy import DisclosurePolicy, describe_threshold
from swm_kpi.disclosure.two_releases import DisclosureRisk, differencing_risks

__all__ = [
    "DisclosurePolicy",
    "DisclosureRisk",
    "describe_threshold",
    "differencing_risks",
    "disclose",
]
