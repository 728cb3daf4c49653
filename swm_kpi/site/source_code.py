"""A measure as it is declared, in Python, from the object itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Any

from swm_kpi.contracts import Column
from swm_kpi.expressions import Assumption, Expression, python
from swm_kpi.measures import Measure

_WIDTH = 88


def declared(measure: Measure) -> str:
    """Return the code of a measure: the fields that were given, in order, wrapped."""
    lines = [f"{type(measure).__name__}("]
    for name in type(measure).model_fields:
        value = getattr(measure, name)
        if name in measure.model_fields_set and value is not None:
            lines += _field(name, value)
    return "\n".join([*lines, ")"])


def _field(name: str, value: Any) -> Iterator[str]:
    whole = f"    {name}={_written(value)},"
    parts = getattr(value, "conditions", ())
    if len(whole) <= _WIDTH or not parts:
        yield whole
        return
    sign = {"and": "& ", "or": "| "}[value.op]
    yield f"    {name}=("
    for at, each in enumerate(parts):
        written = python(each)
        bracketed = f"({written})" if hasattr(each, "op") else written
        yield f"        {sign if at else ''}{bracketed}"
    yield "    ),"


def _written(value: Any) -> str:
    if isinstance(value, Column):
        return str(value)
    if isinstance(value, Expression):
        return python(value)
    if isinstance(value, Assumption):
        return value.key.upper()
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    key = getattr(value, "key", None)
    return str(key).upper() if key is not None else repr(value)
