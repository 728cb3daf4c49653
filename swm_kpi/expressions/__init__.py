"""Conditions and terms over the columns of a contract, and their renderers.

An expression is an immutable tree. Renderers turn it into English, SQL, Python and the canonical
form that is hashed. May import errors and calendar only: the engine compiles expressions itself.
"""

from swm_kpi.expressions.literals import DTYPE_WORDS, Assumption, Canonical, Scalar
from swm_kpi.expressions.relations import (
    EarlierReading,
    InRepeatedHour,
    IsUnknown,
    Product,
    Repeats,
)
from swm_kpi.expressions.renderers import canonical, english, python, sql
from swm_kpi.expressions.source_values import (
    UNMAPPED,
    LocalDate,
    Parse,
    SourceValue,
    Unmapped,
    local_date,
    parse,
)
from swm_kpi.expressions.time_formats import TimeFormat
from swm_kpi.expressions.tree import (
    BoolOp,
    Compare,
    Condition,
    Day,
    Elapsed,
    Expression,
    IsIn,
    IsNull,
    IsTrue,
    Leaf,
    MetByNone,
    Not,
    Term,
    Unusable,
    WithinMonths,
    as_condition,
    compared_elapsed_times,
    conjuncts,
    is_unusable,
    remembered,
    times_with_readings,
)

__all__ = [
    "DTYPE_WORDS",
    "UNMAPPED",
    "Assumption",
    "BoolOp",
    "Canonical",
    "Compare",
    "Condition",
    "Day",
    "EarlierReading",
    "Elapsed",
    "Expression",
    "InRepeatedHour",
    "IsIn",
    "IsNull",
    "IsTrue",
    "IsUnknown",
    "Leaf",
    "LocalDate",
    "MetByNone",
    "Not",
    "Parse",
    "Product",
    "Repeats",
    "Scalar",
    "SourceValue",
    "Term",
    "TimeFormat",
    "Unmapped",
    "Unusable",
    "WithinMonths",
    "as_condition",
    "canonical",
    "compared_elapsed_times",
    "conjuncts",
    "english",
    "is_unusable",
    "local_date",
    "parse",
    "python",
    "remembered",
    "sql",
    "times_with_readings",
]
