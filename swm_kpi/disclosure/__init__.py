"""Statistical disclosure control of results: suppression, rounding, and a check of two releases.

A result goes in, and a table comes out in which no count of people or events that is under the
policy's threshold is shown or can be inferred from the table. The modules, in the order of use:

- ``policy``: the threshold rule and rounding;
- ``cell_semantics``: which count is in which column of a measure;
- ``linked_tables``: all cells of a result and the constraints between them, from
  ``period_constraints``, ``subsets`` and ``additive_triples``;
- ``suppression``: primary and secondary suppression, with ``attacker_model`` for the audit and
  ``linear_program`` for the solver;
- ``protect``: the protected table;
- ``two_releases``: differencing of two releases.

The rules and their sources are in docs/decisions/0008-disclosure.md.
"""

from swm_kpi.disclosure.policy import DisclosurePolicy, describe_threshold
from swm_kpi.disclosure.protect import protect_frame
from swm_kpi.disclosure.two_releases import DisclosureRisk, differencing_risks

__all__ = [
    "DisclosurePolicy",
    "DisclosureRisk",
    "describe_threshold",
    "differencing_risks",
    "protect_frame",
]
