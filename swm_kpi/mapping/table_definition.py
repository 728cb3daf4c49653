"""What every declaration that makes a table has: a version, and a hash of what moves its rows."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from swm_kpi.contracts import ContractType
from swm_kpi.contracts.signature_errors import SignatureErrorMeta
from swm_kpi.expressions import Canonical


class TableDefinition(metaclass=SignatureErrorMeta):
    """A declaration that makes the table of a contract: a mapping, a union or snapshots."""

    contract: ContractType
    version: int

    def canonical(self) -> Canonical:
        """Return everything that moves the rows of the table, as nested lists."""
        raise NotImplementedError

    @cached_property
    def hash(self) -> str:
        """A fingerprint of everything that moves the rows, approved rows of code lists included."""
        text = json.dumps(self.canonical(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def definition(self) -> str:
        """``table@version#hash``, which identifies what a table was made by."""
        return f"{self.contract.table}@{self.version}#{self.hash}"
