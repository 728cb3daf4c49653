"""The base class of everything that is declared with keywords.

Pydantic validates the fields. This module turns its errors into problems of this library: each
names the declaration, the field, the rule, the fix, and the file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from swm_kpi.errors import (
    DefinitionError,
    Problem,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import Unusable, is_unusable
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
    from pydantic_core import ErrorDetails
else:
    # Pydantic's metaclass has no public name.
    ModelMetaclass = type(BaseModel)

Finding = tuple[str, str, str]
"""The field, the rule that it breaks, and the fix."""

_Item = TypeVar("_Item")
Frozen = Annotated[Sequence[_Item], AfterValidator(tuple)]
"""A field that takes any sequence and stores it as a tuple."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class FrozenMapping(Mapping[_Key, _Value]):
    """An immutable mapping that can be pickled and copied, unlike ``MappingProxyType``."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[_Key, _Value]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: _Key) -> _Value:
        return self._items[key]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


_RULES_AND_FIXES = {
    "missing": ("it is required", "Give {field}="),
    "string_too_short": ("it is empty", "Write some text"),
    "too_short": ("it is empty", "Give at least one"),
}


class _DeclarationType(ModelMetaclass):
    """Collects every problem of a declaration before it raises."""

    if not TYPE_CHECKING:

        def __call__(cls, *args: object, **fields: object) -> object:
            place = place_of_declaration()
            subject = cls.subject_of(fields)
            if args:
                fix = f"Write {cls.__name__}(name=value, ...)"
                rule = "fields must be given by name"
                raise_problems([Problem(subject, "arguments", rule, fix, place)])
                return Unusable()
            usable = {name: value for name, value in fields.items() if not is_unusable(value)}
            unusable = fields.keys() - usable.keys()
            try:
                declared = super().__call__(**usable)
                findings = [] if unusable else list(declared.findings())
                contains_placeholder = any(is_unusable(value) for _, value in declared)
            except ValidationError as error:
                # A field that holds a placeholder has its problem reported already.
                findings = [
                    finding for finding in _findings(cls, error) if finding[0] not in unusable
                ]
                expression_problems = list(_expression_problems(error))
                contains_placeholder = True
                if expression_problems:
                    own_problems = (Problem(subject, *finding, place) for finding in findings)
                    raise_problems([*expression_problems, *own_problems])
                    return Unusable()
            if findings:
                raise_problems(Problem(subject, *finding, place) for finding in findings)
            is_wrong = bool(findings or unusable or contains_placeholder)
            return Unusable() if is_wrong else declared


class Declaration(BaseModel, metaclass=_DeclarationType):
    """An immutable object that is declared with keywords.

    Raises:
        DefinitionError: with every problem of the declaration.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, strict=False
    )

    @classmethod
    def subject_of(cls, fields: dict[str, Any]) -> str:
        """Name the declaration in a message, from its fields."""
        name = fields.get("ref") or fields.get("key")
        return f"{cls.__name__} {name}" if isinstance(name, str) else cls.__name__

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between fields, once each field is valid on its own."""
        yield from ()


def _expression_problems(error: ValidationError) -> Iterator[Problem]:
    """Yield the problems of expressions that a field could not convert."""
    for detail in error.errors(include_url=False):
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, DefinitionError):
            yield from cause.problems


def _findings(cls: type[BaseModel], error: ValidationError) -> Iterator[Finding]:
    """Turn pydantic's errors into findings, one for each field and type of error."""
    reported = set()
    for detail in error.errors(include_url=False, include_context=True):
        field = str(detail["loc"][0]) if detail["loc"] else "declaration"
        kind = detail["type"]
        cause = detail.get("ctx", {}).get("error")
        if (field, kind) in reported or isinstance(cause, DefinitionError):
            continue
        reported.add((field, kind))
        if kind == "extra_forbidden":
            suggestion = did_you_mean(field, cls.model_fields)
            yield field, f"{cls.__name__} has no field {field!r}", suggestion
        elif kind in _RULES_AND_FIXES:
            rule, fix = _RULES_AND_FIXES[kind]
            yield field, rule, fix.format(field=field)
        elif kind == "enum":
            value = str(detail["input"])
            rule = f"{value!r} is not one of the values that it can have"
            yield field, rule, did_you_mean(value, _allowed_values(field, detail))
        elif kind in ("is_instance_of", "model_type"):
            expected = detail["ctx"].get("class") or detail["ctx"]["class_name"]
            rule = f"it is {_describe_type(detail['input'])}"
            yield field, rule, f"Give {_with_article(expected)}"
        else:
            rule = f"{detail['msg'][0].lower()}{detail['msg'][1:]}"
            yield field, rule, "Give a value of the right type"


def _allowed_values(field: str, detail: ErrorDetails) -> list[str]:
    """Return the values of an enumeration, including the units that plugins declare."""
    if field == "unit":
        return Unit.known_names()
    expected: str = detail["ctx"]["expected"]
    return expected.replace("'", "").replace(" or ", ", ").split(", ")


def _describe_type(value: object) -> str:
    name = value.__name__ if isinstance(value, type) else type(value).__name__
    return f"{'the class' if isinstance(value, type) else 'of type'} {name}"


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
