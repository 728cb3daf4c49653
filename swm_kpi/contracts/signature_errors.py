"""Arguments that do not fit are told like any other mistake of a definition."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING

from swm_kpi.errors import did_you_mean
from swm_kpi.expressions.tree import raise_problem


class SignatureErrorMeta(type):
    """Turns a missing or misspelt argument into a problem with a place and a fix."""

    if not TYPE_CHECKING:

        def __call__(cls, *args: object, **options: object) -> object:
            """Make the object, or tell which argument does not fit."""
            known = signature(cls.__init__)
            try:
                known.bind(None, *args, **options)
            except TypeError as error:
                rule = str(error)
            else:
                return super().__call__(*args, **options)
            names = [each for each in known.parameters if each != "self"]
            odd = [each for each in options if each not in names]
            fix = did_you_mean(odd[0], names) if odd else f"Give {', '.join(names)} by name"
            return raise_problem(cls.__name__, odd[0] if odd else "arguments", rule, fix)
