"""The reference pages: what the code says of itself, as Markdown.

Read by griffe from the source, without running it, so that no signature or sentence is written
twice. May import errors and vocabulary; the only importer of griffe.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from html import escape
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from swm_kpi.errors import MissingExtra

_PACKAGE = "swm_kpi"
_FOLDER = "reference/api"
# Each page: its title, what it is for, and the rooms whose public names it lists.
_PAGES = {
    "compute": (
        "Compute",
        "Ask for numbers: metrics, tables and periods in, a result out.",
        ("calendar", "engine", "provenance"),
    ),
    "results": (
        "Results",
        "What a computation returns, and what can be done to it.",
        ("result", "analysis", "charts", "disclosure", "differences"),
    ),
    "declare": (
        "Declare",
        "What a definition is made of: metrics, kinds of measure, contracts, availability.",
        ("model", "measures", "contracts", "expressions"),
    ),
    "words": (
        "Closed lists of words",
        "The values that fields and columns may have.",
        ("vocabulary",),
    ),
    "errors": (
        "Errors",
        "Every error that the library raises on purpose. None holds a value from a table.",
        ("errors",),
    ),
}
_ROOMS = {
    "open-data": ("open_data", "Public data", "Read published files into tables."),
    "statistics": ("statistics", "Statistics", "Intervals, limits and signals, on plain arrays."),
    "synthetic": ("synthetic", "Synthetic data", "Make tables that keep every contract."),
    "testing": ("testing", "Testing", "Draw tables for the tests of a definition."),
}
# What a kind answers the engine and a declaration its own checks: nobody else asks.
_INNER = frozenset(
    {
        "canonical", "combine", "computes", "findings", "formula", "interval", "resolved_unit",
        "overridden", "problems", "depends_on", "statistics", "subject_of",
    }
)  # fmt: skip


def api_pages() -> dict[str, str]:
    """Return the pages of the API reference: path under the site's folder to Markdown.

    Every public name is on one page, and a name that no page lists is an error.

    Raises:
        MissingExtra: griffe is not installed.
        LookupError: a public name comes from a room that stands on no page, or has no docstring.
    """
    if find_spec("griffe") is None:
        raise MissingExtra.needed("griffe", extra="docs", purpose="The API reference")
    import griffe

    root = Path(__file__).parents[1]
    package = griffe.load(
        _PACKAGE,
        search_paths=[root.parent],
        docstring_parser="google",
        # A docstring may speak of several arguments in one line.
        docstring_options={"warnings": False},
        allow_inspection=False,
    )
    by_room: dict[str, list[Any]] = {}
    for name in package.exports or ():
        if str(name) in {room for room, _, _ in _ROOMS.values()}:
            continue
        each = _final(package[str(name)])
        by_room.setdefault(each.path.split(".")[1], []).append(each)
    pages = {}
    for page, (title, about, rooms) in _PAGES.items():
        listed = [each for room in rooms for each in by_room.pop(room, [])]
        pages[f"{_FOLDER}/{page}.md"] = _page(title, about, listed, "kpi")
    if by_room:
        raise LookupError(f"No page of the reference lists the room {min(by_room)!r}.")
    for page, (room, title, about) in _ROOMS.items():
        module = package[room]
        listed = [_final(module[str(name)]) for name in module.exports or ()]
        where = f"swm_kpi.{room}" if room == "testing" else f"kpi.{room}"
        pages[f"{_FOLDER}/{page}.md"] = _page(title, about, listed, where)
    return pages


def cli_page(command: str = "swm_kpi.cli.main:parser") -> str:
    """Return the page of the command line: each command with its arguments, and exit codes.

    Args:
        command: the function that returns the command line's own parser, named as an entry point
            is, because a command stands above the site that explains it.
    """
    parser: argparse.ArgumentParser = resolve_name(command)()
    lines = ["# The command line", "", f"{parser.description}", ""]
    lines += ["For whoever runs `swm-kpi`. The page is made from the command's own help.", ""]
    commands: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            commands |= action.choices
    for name, each in commands.items():
        usage = " ".join(each.format_usage().removeprefix("usage: ").split())
        lines += [f"## {parser.prog} {name}", "", f"{_sentence(each.description or '')}", ""]
        lines += ["```text", usage, "```", ""]
        given = [action for action in each._actions if action.dest != "help"]
        lines += _table(("argument", "meaning"), ((_names(one), _meaning(one)) for one in given))
    lines += ["## Exit codes", "", "Each has one cause.", ""]
    told = (line.split(maxsplit=1) for line in (parser.epilog or "").splitlines()[1:])
    lines += _table(("code", "cause"), ((f"`{code}`", cause) for code, cause in told))
    return "\n".join(lines)


def _names(action: argparse.Action) -> str:
    shown = ", ".join(f"`{each}`" for each in action.option_strings)
    return shown or f"`{action.metavar or action.dest}`"


def _meaning(action: argparse.Action) -> str:
    words = _sentence(action.help or action.dest.replace("_", " "))
    if action.choices:
        words += f" One of {', '.join(f'`{each}`' for each in action.choices)}."
    return words + (" Required." if action.required and action.option_strings else "")


def _sentence(words: str) -> str:
    return _capital(words).rstrip(".") + "."


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _page(title: str, about: str, listed: Iterable[Any], where: str) -> str:
    lines = [f"# {title}", "", about, "", "For people who write Python. The page is made from the "]
    lines[-1] += "code. `kpi` stands for `import swm_kpi as kpi`."
    for each in listed:
        lines += ["", *_told(each, where)]
    return "\n".join(lines) + "\n"


def _final(found: Any) -> Any:
    return found.final_target if found.is_alias else found


def _told(each: Any, where: str) -> Iterator[str]:
    yield f"## {each.name}"
    yield ""
    if each.is_function:
        yield from _signature(each, f"{where}.{each.name}")
    elif each.is_class and "__init__" in each.members and not _is_model(each):
        yield from _signature(each.members["__init__"], f"{where}.{each.name}")
    yield from _docstring(each)
    if not each.is_class:
        return
    if "exit_code" in each.members:
        yield f"Exit code of the command line: `{each.members['exit_code'].value}`."
        yield ""
        return
    for base in _own_bases(each):
        if base.docstring and _section(base, "attributes"):
            yield f"And of every {base.name}:"
            yield ""
            yield from _items(_section(base, "attributes"))
    yield from _members(each)


def _members(cls: Any) -> Iterator[str]:
    values = [m for m in cls.members.values() if m.is_attribute and m.name.isupper() and m.value]
    if values:
        yield from _table(("name", "value"), ((f"`{m.name}`", f"`{m.value}`") for m in values))
    for member in cls.members.values():
        hidden = member.name.startswith("_") or member.name in _INNER
        if hidden or member.is_alias or not member.docstring:
            continue
        if member.is_function:
            yield f"### {cls.name}.{member.name}"
            yield ""
            yield from _signature(member, f".{member.name}")
            yield from _docstring(member)
        elif member.has_labels("property"):
            yield f"### {cls.name}.{member.name}"
            yield ""
            yield from _docstring(member)


def _is_model(cls: Any) -> bool:
    return any(base.name == "Declaration" for base in _own_bases(cls))


def _own_bases(cls: Any) -> list[Any]:
    return [each for each in cls.mro() if each.path.startswith(f"{_PACKAGE}.")]


def _signature(function: Any, name: str) -> Iterator[str]:
    """Yield a call with its arguments: types are in the table below it where they matter."""
    given: list[str] = []
    keyword_only = False
    for each in function.parameters:
        if each.name in ("self", "cls"):
            continue
        kind = each.kind.value if each.kind else ""
        if kind == "keyword-only" and not keyword_only:
            given += [] if any(one.startswith("*") for one in given) else ["*"]
            keyword_only = True
        star = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
        default = "" if star or each.default is None else f"={each.default}"
        given.append(f"{star}{each.name}{default}")
    yield "```text"
    line = f"{name}({', '.join(given)})"
    yield line if len(line) <= 90 else f"{name}(\n    " + ",\n    ".join(given) + ",\n)"
    yield "```"
    yield ""


def _docstring(each: Any) -> Iterator[str]:
    if not each.docstring:
        raise LookupError(f"{each.path} has no docstring, and so nothing to say in the reference.")
    for section in each.docstring.parsed:
        kind, value = section.kind.value, section.value
        if kind == "text":
            yield _markdown(value)
            yield ""
        elif kind in ("parameters", "attributes"):
            yield from _items(value)
        elif kind == "raises":
            yield "Raises:"
            yield ""
            for one in value:
                yield f"- `{one.annotation}`: {_inline(one.description)}"
            yield ""
        elif kind in ("returns", "yields"):
            yield f"{kind.capitalize()}: {' '.join(_inline(one.description) for one in value)}"
            yield ""


def _section(each: Any, kind: str) -> Any:
    found = [one.value for one in each.docstring.parsed if one.kind.value == kind]
    return found[0] if found else ()


def _items(given: Any) -> list[str]:
    rows = ((f"`{_named(one)}`", _capital(_inline(one.description))) for one in given)
    return _table(("name", "meaning"), rows)


def _named(one: Any) -> str:
    """Return a name, or the two of ``start, end:``, the second of which griffe takes for a type."""
    return f"{one.name} {one.annotation}" if one.name.endswith(",") else str(one.name)


def _table(heads: tuple[str, str], rows: Iterable[tuple[str, str]]) -> list[str]:
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [f"| {' | '.join(heads)} |", "|---|---|", *lines, ""] if lines else []


def _inline(text: str) -> str:
    return " ".join(_markdown(text).split())


def _markdown(text: str) -> str:
    """Turn a docstring's text into Markdown in which only code is code."""
    parts = text.replace("``", "`").replace("::\n", ":\n").split("`")
    return "`".join(part if at % 2 else escape(part, quote=False) for at, part in enumerate(parts))
