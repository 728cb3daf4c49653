"""TOML files of a force: their content, with the line of each key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from swm_kpi.errors import Problem, did_you_mean

FORMAT = 1
"""The version of the format of every file in a force's folder."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*\]\]?\s*(?:#.*)?$")
_LINE_OF_ERROR = re.compile(r"\s*\(at line (\d+), column \d+\)")
_LONG_QUOTES = ('"""', "'''")

Step = str | int
"""A key, or the position in a list of tables."""


@dataclass(frozen=True)
class TomlFile:
    """A TOML file as read.

    Attributes:
        name: its name, with that of its folder.
        content: its content; empty if it cannot be read.
        lines: the line of each key and table, by the steps that lead to it.
        problems: what is wrong with the file as a whole.
    """

    name: str
    content: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[tuple[Step, ...], int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def place(self, *steps: Step) -> str:
        """Return the file and the line of a key, or of the nearest table around it."""
        for length in range(len(steps), 0, -1):
            if steps[:length] in self.lines:
                return f"{self.name}:{self.lines[steps[:length]]}"
        return f"{self.name}:1"

    def tables(self, name: str) -> list[dict[str, Any]]:
        """Return the tables ``[[name]]``; none if the file has something else there."""
        listed = self.content.get(name, [])
        is_list = isinstance(listed, list) and all(isinstance(item, dict) for item in listed)
        return listed if is_list else []

    def key_problems(self, allowed: Iterable[str], lists: Iterable[str]) -> Iterator[Problem]:
        """Yield each key at the top that the file does not have, and a wrong format version."""
        known = ["format", *allowed, *lists]
        for key, value in self.content.items():
            if key not in known:
                rule, fix = "the file has no such key", did_you_mean(key[:40], known)
                yield Problem(self.name, key[:40], rule, fix, self.place(key))
            elif key in lists and not self.tables(key) and value != []:
                rule = "it is not a list of tables"
                yield Problem(self.name, key, rule, f"Write [[{key}]]", self.place(key))
        version = self.content.get("format")
        if version != FORMAT and not self.problems:
            rule = "it is required" if version is None else "this version reads another format"
            fix = f"Write format = {FORMAT} in the first line"
            yield Problem(self.name, "format", rule, fix, self.place("format"))


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file, and report it if it cannot be read."""
    name = f"{path.parent.name}/{path.name}" if path.parent.name else path.name
    line, rule, fix = 1, "", "Correct the line"
    try:
        text = path.read_text(encoding="utf-8-sig")
        return TomlFile(name, tomllib.loads(text), _lines_of(text))
    except FileNotFoundError:
        rule, fix = "there is no such file", "Write it, or run swm-kpi init in a new folder"
    except tomllib.TOMLDecodeError as error:
        match = _LINE_OF_ERROR.search(str(error))
        line = int(match[1]) if match else text.count("\n") + 1
        rule = f"it is not TOML: {_LINE_OF_ERROR.sub('', str(error))}"
    except UnicodeDecodeError:
        rule, fix = "it is not UTF-8 text", "Save it in UTF-8"
    except OSError:
        rule, fix = "it cannot be opened", "Give a file that can be read"
    return TomlFile(name, problems=(Problem(name, "file", rule, fix, f"{name}:{line}"),))


def field_problems(
    error: ValidationError,
    model: type[BaseModel],
    subject: str,
    file: TomlFile,
    steps: tuple[Step, ...],
) -> Iterator[Problem]:
    """Turn the errors of the fields of one table into problems of this library.

    Args:
        error: the errors.
        model: what the table must be.
        subject: the thing that the table is about.
        file: its file.
        steps: what leads to the table in the file.
    """
    for detail in error.errors(include_url=False):
        location = detail["loc"]
        names = [str(step) for step in location if isinstance(step, str)]
        name = ".".join(names) or steps[0]
        place = file.place(*steps, *location)
        if detail["type"] == "extra_forbidden":
            fields = _fields_at(model, names[:-1])
            rule, fix = "there is no such field", did_you_mean(names[-1][:40], fields)
        elif detail["type"] == "missing":
            rule, fix = "it is required", f"Write {names[-1]} = ..."
        elif detail["type"] in ("string_too_short", "too_short"):
            rule, fix = "it is empty", f"Write {names[-1]} = ..."
        else:
            rule = f"{detail['msg'][0].lower()}{detail['msg'][1:]}"
            fix = "Give a value of the right type"
        yield Problem(subject, str(name), rule, fix, place)


def _fields_at(model: type[BaseModel], names: Iterable[str]) -> list[str]:
    """Return the fields of a model, or of a model inside it."""
    for name in names:
        inner: Any = model.model_fields[name].annotation
        for part in getattr(inner, "__args__", (inner,)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                model = part
    return list(model.model_fields)


def _lines_of(text: str) -> dict[tuple[Step, ...], int]:
    """Return the line of each key and each table of valid TOML."""
    lines: dict[tuple[Step, ...], int] = {}
    counts: dict[tuple[Step, ...], int] = {}
    table: tuple[Step, ...] = ()
    open_quotes = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if open_quotes:
            open_quotes = "" if line.count(open_quotes) % 2 else open_quotes
            continue
        if match := _TABLE.match(line):
            table = _with_positions(_names(match[2]), counts)
            if match[1] == "[[":
                position = counts.get(table, -1) + 1
                counts[table] = position
                table = (*table, position)
            lines.setdefault(table, number)
        elif match := _KEY.match(line):
            lines.setdefault((*table, *_names(match[1])), number)
        open_quotes = next((mark for mark in _LONG_QUOTES if line.count(mark) % 2), "")
    return lines


def _with_positions(
    names: tuple[str, ...], counts: Mapping[tuple[Step, ...], int]
) -> tuple[Step, ...]:
    """Return the steps to a table: a table inside a list of tables is in its last one."""
    steps: tuple[Step, ...] = ()
    for name in names[:-1]:
        steps = (*steps, name)
        if steps in counts:
            steps = (*steps, counts[steps])
    return (*steps, names[-1])


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, text))
