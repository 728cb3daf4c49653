"""Conditions and terms over a contract's columns: declared once, with four faces.

May import errors only. Knows nothing of dataframes: the engine compiles trees itself.
"""

from swm_kpi.expressions.literals import DTYPE_WORDS, Assumption, Canonical, Scalar
from swm_kpi.expressions.relations import IsUnknown, Product, Repeats, WithinMonths
from swm_kpi.expressions.renderers import canonical, english, python, sql
from swm_kpi.expressions.tree import (
    BoolOp,
    Compare,
    Condition,
    Elapsed,
    Expression,
    IsIn,
    IsNull,
    IsTrue,
    Leaf,
    Not,
    Term,
    Unusable,
    as_condition,
    is_unusable,
)

__all__ = [
    "DTYPE_WORDS",
    "Assumption",
    "BoolOp",
    "Canonical",
    "Compare",
    "Condition",
    "Elapsed",
    "Expression",
    "IsIn",
    "IsNull",
    "IsTrue",
    "IsUnknown",
    "Leaf",
    "Not",
    "Product",
    "Repeats",
    "Scalar",
    "Term",
    "Unusable",
    "WithinMonths",
    "as_condition",
    "canonical",
    "english",
    "is_unusable",
    "python",
    "sql",
]
