"""Wrong arguments of columns and dimensions are reported as definition errors."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING

from swm_kpi.errors import did_you_mean
from swm_kpi.expressions.tree import raise_problem


class SignatureErrorMeta(type):
    """A metaclass that turns a missing or misspelt argument into a problem with place and fix."""

    if not TYPE_CHECKING:

        def __call__(cls, *args: object, **kwargs: object) -> object:
            """Create the object, or report the argument that does not match the signature."""
            expected = signature(cls.__init__)
            try:
                expected.bind(None, *args, **kwargs)
            except TypeError as error:
                rule = str(error)
            else:
                return super().__call__(*args, **kwargs)
            names = [name for name in expected.parameters if name != "self"]
            unknown = [name for name in kwargs if name not in names]
            field = unknown[0] if unknown else "arguments"
            fix = did_you_mean(field, names) if unknown else f"Give {', '.join(names)} by name"
            return raise_problem(cls.__name__, field, rule, fix)
