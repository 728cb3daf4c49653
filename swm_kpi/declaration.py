"""The base of everything declared with keywords: frozen, closed, and worded when wrong.

Pydantic does the refusing; this module turns its findings into the library's own problems, so that
each names the declaration, the field, the rule and the fix, with file and line.
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

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    # Pydantic gives its metaclass no public name, and may move the private one.
    ModelMetaclass = type(BaseModel)

Finding = tuple[str, str, str]
"""A field, the rule it breaks and the fix."""

_Item = TypeVar("_Item")
Frozen = Annotated[Sequence[_Item], AfterValidator(tuple)]
"""A list as written, a tuple once declared."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class FrozenMapping(Mapping[_Key, _Value]):
    """A mapping that nobody changes. A cache can keep it, as it cannot a ``MappingProxyType``."""

    __slots__ = ("_given",)

    def __init__(self, given: Mapping[_Key, _Value]) -> None:
        self._given = dict(given)

    def __getitem__(self, key: _Key) -> _Value:
        return self._given[key]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def __repr__(self) -> str:
        return repr(self._given)


_FIXES = {
    "missing": ("it is required", "Give {field}="),
    "string_too_short": ("it is empty", "Write it out"),
    "too_short": ("it is empty", "Give at least one"),
}


class _DeclarationType(ModelMetaclass):
    """Collects every problem of a declaration before refusing it."""

    if not TYPE_CHECKING:

        def __call__(cls, *args: object, **fields: object) -> object:
            place = place_of_declaration()
            subject = cls.subject_of(fields)
            if args:
                fix = f"Write {cls.__name__}(name=value, ...)"
                raise_problems(
                    [Problem(subject, "arguments", "they are given by name", fix, place)]
                )
                return Unusable()
            usable = {name: value for name, value in fields.items() if not is_unusable(value)}
            spoilt = fields.keys() - usable.keys()
            try:
                declared = super().__call__(**usable)
                found = [] if spoilt else list(declared.findings())
                stands_in = any(is_unusable(value) for _, value in declared)
            except ValidationError as error:
                found = [each for each in _findings(cls, error) if each[0] not in spoilt]
                inner = list(_inner_problems(error))
                stands_in = True
                if inner:
                    raise_problems([*inner, *(Problem(subject, *each, place) for each in found)])
                    return Unusable()
            if found:
                raise_problems(Problem(subject, *each, place) for each in found)
            return Unusable() if found or spoilt or stands_in else declared


class Declaration(BaseModel, metaclass=_DeclarationType):
    """A frozen object declared with keywords, which refuses to exist when it is wrong.

    Raises:
        DefinitionError: with every problem of the declaration.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, strict=False
    )

    @classmethod
    def subject_of(cls, fields: dict[str, Any]) -> str:
        """Name the declaration in a message, from whatever fields were given."""
        name = fields.get("ref") or fields.get("key")
        return f"{cls.__name__} {name}" if isinstance(name, str) else cls.__name__

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between fields, after each field is right by itself."""
        yield from ()


def _inner_problems(error: ValidationError) -> Iterator[Problem]:
    """Yield the problems of expressions that a field refused to turn into what it needs."""
    for each in error.errors(include_url=False):
        cause = each.get("ctx", {}).get("error")
        if isinstance(cause, DefinitionError):
            yield from cause.problems


def _findings(cls: type[BaseModel], error: ValidationError) -> Iterator[Finding]:
    seen = set()
    for each in error.errors(include_url=False, include_context=True):
        field = str(each["loc"][0]) if each["loc"] else "declaration"
        kind = each["type"]
        cause = each.get("ctx", {}).get("error")
        if (field, kind) in seen or isinstance(cause, DefinitionError):
            continue
        seen.add((field, kind))
        if kind == "extra_forbidden":
            known = did_you_mean(field, cls.model_fields)
            yield field, f"{cls.__name__} has no field {field!r}", known
        elif kind in _FIXES:
            rule, fix = _FIXES[kind]
            yield field, rule, fix.format(field=field)
        elif kind == "enum":
            given = str(each["input"])
            options = each["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            yield field, f"{given!r} is not one of the closed set", did_you_mean(given, options)
        elif kind == "is_instance_of":
            yield (
                field,
                f"it is {_described(each['input'])}",
                f"Give {_article(each['ctx']['class'])}",
            )
        else:
            yield (
                field,
                f"{each['msg'][0].lower()}{each['msg'][1:]}",
                "Give a value of the right type",
            )


def _described(value: object) -> str:
    name = value.__name__ if isinstance(value, type) else type(value).__name__
    return f"{'the class' if isinstance(value, type) else 'of type'} {name}"


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
