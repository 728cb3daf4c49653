"""The Python code that declares a measure, generated from the object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Any

from swm_kpi.contracts import Column
from swm_kpi.expressions import Assumption, Expression, python
from swm_kpi.measures import Measure
from swm_kpi.vocabulary import Unit

_MAX_WIDTH = 88


def measure_source(measure: Measure) -> str:
    """Return the code that declares a measure: the fields that were set and are not empty.

    Assumptions and dimensions are named by their key in capital letters. A condition longer than
    a line is split at its ``&`` or ``|``.
    """
    lines = [f"{type(measure).__name__}("]
    for name in type(measure).model_fields:
        value = getattr(measure, name)
        is_empty = value is None or (isinstance(value, str) and not value)
        if name in measure.model_fields_set and not is_empty:
            lines += _argument_lines(name, value)
    return "\n".join([*lines, ")"])


def _argument_lines(name: str, value: Any) -> Iterator[str]:
    line = f"    {name}={_literal(value)},"
    conditions = getattr(value, "conditions", ())
    if len(line) <= _MAX_WIDTH or not conditions:
        yield line
        return
    operator = {"and": "& ", "or": "| "}[value.op]
    yield f"    {name}=("
    for number, condition in enumerate(conditions):
        code = python(condition)
        term = f"({code})" if hasattr(condition, "op") else code
        yield f"        {operator if number else ''}{term}"
    yield "    ),"


def _literal(value: Any) -> str:
    if isinstance(value, Column):
        return str(value)
    if isinstance(value, Expression):
        return python(value)
    if isinstance(value, Assumption):
        return value.key.upper()
    if isinstance(value, Unit) and value.name not in Unit.__members__:
        return f'Unit.declare("{value.value}")'
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    key = getattr(value, "key", None)
    return str(key).upper() if key is not None else repr(value)
