"""The reference pages that are generated from code: the public names, and the command line.

griffe reads the source without running it, so no signature or sentence is written twice. This is
the only module that imports griffe.
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
# Each page of names in `swm_kpi`: its title, its first sentence, and the packages whose public
# names it lists.
_PAGES = {
    "compute": (
        "Compute",
        "Pass in metrics, tables and periods, and get a result.",
        ("calendar", "coverage", "engine", "force", "provenance"),
    ),
    "results": (
        "Results",
        "What a computation returns, and what you can do with it.",
        ("result", "analysis", "charts", "disclosure", "auditor", "differences"),
    ),
    "declare": (
        "Definitions",
        "The parts of a definition: metrics, kinds of measure, contracts and availability.",
        ("model", "measures", "contracts", "expressions", "mapping"),
    ),
    "words": (
        "Enumerations",
        "The values that fields and columns can have.",
        ("vocabulary",),
    ),
    "errors": (
        "Errors",
        "Every error that the library raises on purpose. No message contains a value from a table, "
        "except one that is spelt like an area.",
        ("errors",),
    ),
}
# Each page of a package that a user imports: the package, the title and the first sentence.
_PACKAGE_PAGES = {
    "mapping": ("mapping", "Mappings", "Make the rows of a contract from a raw extract."),
    "open-data": ("open_data", "Public data", "Read published files into tables."),
    "statistics": ("statistics", "Statistics", "Intervals, limits and signals of plain arrays."),
    "synthetic": ("synthetic", "Synthetic data", "Generate tables that meet every contract."),
    "testing": ("testing", "Testing", "Generate tables to test a definition with."),
}
# Members that only the engine and the checks of a declaration use.
_INTERNAL_MEMBERS = frozenset(
    {
        "arithmetic", "canonical", "combine", "computes", "depends_on", "findings", "formula",
        "interval", "overridden", "problems", "resolved_unit", "row_roles", "statistics",
        "subject_of",
    }
)  # fmt: skip


def build_api_pages() -> dict[str, str]:
    """Return the pages of the API reference: path under the folder of sources to Markdown.

    Raises:
        MissingExtra: griffe is not installed.
        LookupError: a public name is in a package that no page lists, or has no docstring.
    """
    if find_spec("griffe") is None:
        raise MissingExtra.needed("griffe", extra="docs", purpose="The API reference")
    import griffe

    package_folder = Path(__file__).parents[1]
    root = griffe.load(
        _PACKAGE,
        search_paths=[package_folder.parent],
        docstring_parser="google",
        # griffe warns of a line that describes several arguments, which is how we write ranges.
        docstring_options={"warnings": False},
        allow_inspection=False,
    )
    packages = {package for package, _, _ in _PACKAGE_PAGES.values()}
    names_by_package: dict[str, list[Any]] = {}
    for name in root.exports or ():
        if str(name) not in packages:
            item = _resolve_alias(root[str(name)])
            names_by_package.setdefault(item.path.split(".")[1], []).append(item)
    pages = {}
    for page, (title, summary, page_packages) in _PAGES.items():
        items = [item for package in page_packages for item in names_by_package.pop(package, [])]
        pages[f"{_FOLDER}/{page}.md"] = _build_page(title, summary, items, "kpi")
    if names_by_package:
        raise LookupError(f"No page of the reference lists the package {min(names_by_package)!r}.")
    for page, (package, title, summary) in _PACKAGE_PAGES.items():
        module = root[package]
        items = [_resolve_alias(module[str(name)]) for name in module.exports or ()]
        prefix = f"swm_kpi.{package}" if package == "testing" else f"kpi.{package}"
        pages[f"{_FOLDER}/{page}.md"] = _build_page(title, summary, items, prefix)
    return pages


def build_command_page(parser_path: str = "swm_kpi.cli.main:parser") -> str:
    """Return the page of the command line: each command with its arguments, and the exit codes.

    Args:
        parser_path: the function that returns the parser, written like an entry point. It is not
            imported above, because the command line is a layer above the site.
    """
    parser: argparse.ArgumentParser = resolve_name(parser_path)()
    lines = ["# The command line", "", f"{parser.description}", ""]
    lines += ["This page is generated from the help of `swm-kpi`.", ""]
    for command in _iter_commands(parser):
        usage = " ".join(command.format_usage().removeprefix("usage: ").split())
        lines += [f"## {command.prog}", "", _as_sentence(command.description or ""), ""]
        lines += ["```text", usage, "```", ""]
        left_out = (argparse._HelpAction, argparse._SubParsersAction)
        arguments = [a for a in command._actions if not isinstance(a, left_out)]
        rows = ((_argument_names(action), _argument_meaning(action)) for action in arguments)
        lines += _build_table(("argument", "meaning"), rows)
    lines += ["## Exit codes", "", "Each code has one cause.", ""]
    codes = (line.split(maxsplit=1) for line in (parser.epilog or "").splitlines()[1:])
    lines += _build_table(("code", "cause"), ((f"`{code}`", cause) for code, cause in codes))
    return "\n".join(lines)


def _iter_commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parser of each command, and of the commands inside it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield command
                yield from _iter_commands(command)


def _argument_names(action: argparse.Action) -> str:
    options = ", ".join(f"`{option}`" for option in action.option_strings)
    return options or f"`{action.metavar or action.dest}`"


def _argument_meaning(action: argparse.Action) -> str:
    meaning = _as_sentence(action.help or action.dest.replace("_", " "))
    if action.choices:
        meaning += f" One of {', '.join(f'`{choice}`' for choice in action.choices)}."
    return meaning + (" Required." if action.required and action.option_strings else "")


def _as_sentence(text: str) -> str:
    return _capitalise(text).rstrip(".") + "."


def _capitalise(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _build_page(title: str, summary: str, items: Iterable[Any], prefix: str) -> str:
    lines = [
        f"# {title}",
        "",
        summary,
        "",
        "This page is generated from the code. `kpi` stands for `import swm_kpi as kpi`.",
    ]
    for item in items:
        lines += ["", *_describe_item(item, prefix)]
    return "\n".join(lines) + "\n"


def _resolve_alias(item: Any) -> Any:
    return item.final_target if item.is_alias else item


def _describe_item(item: Any, prefix: str) -> Iterator[str]:
    yield f"## {item.name}"
    yield ""
    if item.is_function:
        yield from _signature(item, f"{prefix}.{item.name}")
    elif item.is_class and "__init__" in item.members and not _is_declaration(item):
        yield from _signature(item.members["__init__"], f"{prefix}.{item.name}")
    yield from _describe_docstring(item)
    if not item.is_class:
        return
    if "exit_code" in item.members:
        yield f"Exit code of the command line: `{item.members['exit_code'].value}`."
        yield ""
        return
    for base in _own_bases(item):
        attributes = _attributes_section(base) if base.docstring else ()
        if attributes:
            yield f"Attributes of every {base.name}:"
            yield ""
            yield from _build_item_table(attributes)
    yield from _describe_members(item)


def _describe_members(cls: Any) -> Iterator[str]:
    members = list(cls.members.values())
    values = [
        (f"`{member.name}`", f"`{member.value}`")
        for member in members
        if member.is_attribute and member.name.isupper() and member.value
    ]
    yield from _build_table(("name", "value"), values)
    for member in members:
        is_internal = member.name.startswith("_") or member.name in _INTERNAL_MEMBERS
        if is_internal or member.is_alias or not member.docstring:
            continue
        if not (member.is_function or member.has_labels("property")):
            continue
        yield f"### {cls.name}.{member.name}"
        yield ""
        if member.is_function:
            yield from _signature(member, f".{member.name}")
        yield from _describe_docstring(member)


def _is_declaration(cls: Any) -> bool:
    return any(base.name == "Declaration" for base in _own_bases(cls))


def _own_bases(cls: Any) -> list[Any]:
    return [base for base in cls.mro() if base.path.startswith(f"{_PACKAGE}.")]


def _signature(function: Any, name: str) -> Iterator[str]:
    """Yield the call of a function with its defaults. It has no types: the table below has them."""
    arguments: list[str] = []
    has_keyword_only = False
    for parameter in function.parameters:
        if parameter.name in ("self", "cls"):
            continue
        kind = parameter.kind.value if parameter.kind else ""
        if kind == "keyword-only" and not has_keyword_only:
            has_star = any(argument.startswith("*") for argument in arguments)
            arguments += [] if has_star else ["*"]
            has_keyword_only = True
        star = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
        default = "" if star or parameter.default is None else f"={parameter.default}"
        arguments.append(f"{star}{parameter.name}{default}")
    line = f"{name}({', '.join(arguments)})"
    yield "```text"
    yield line if len(line) <= 90 else f"{name}(\n    " + ",\n    ".join(arguments) + ",\n)"
    yield "```"
    yield ""


def _describe_docstring(item: Any) -> Iterator[str]:
    if not item.docstring:
        raise LookupError(f"{item.path} has no docstring, so the reference cannot describe it.")
    for section in item.docstring.parsed:
        kind, value = section.kind.value, section.value
        if kind == "text":
            yield _to_markdown(value)
            yield ""
        elif kind in ("parameters", "attributes"):
            yield from _build_item_table(value)
        elif kind == "raises":
            yield "Raises:"
            yield ""
            for error in value:
                yield f"- `{error.annotation}`: {_to_inline_markdown(error.description)}"
            yield ""
        elif kind in ("returns", "yields"):
            description = " ".join(_to_inline_markdown(part.description) for part in value)
            yield f"{kind.capitalize()}: {description}"
            yield ""


def _attributes_section(item: Any) -> Any:
    sections = item.docstring.parsed
    return next((part.value for part in sections if part.kind.value == "attributes"), ())


def _build_item_table(items: Any) -> list[str]:
    rows = (
        (f"`{_full_name(item)}`", _capitalise(_to_inline_markdown(item.description)))
        for item in items
    )
    return _build_table(("name", "meaning"), rows)


def _full_name(item: Any) -> str:
    """Return a name, or both names of ``start, end:``. griffe reads the second as a type."""
    return f"{item.name} {item.annotation}" if item.name.endswith(",") else str(item.name)


def _build_table(headings: tuple[str, str], rows: Iterable[tuple[str, str]]) -> list[str]:
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [f"| {' | '.join(headings)} |", "|---|---|", *lines, ""] if lines else []


def _to_inline_markdown(text: str) -> str:
    return " ".join(_to_markdown(text).split())


def _to_markdown(text: str) -> str:
    """Return the text of a docstring as Markdown. Outside code, nothing in it is markup."""
    parts = text.replace("``", "`").replace("::\n", ":\n").split("`")
    return "`".join(
        part if number % 2 else escape(part, quote=False) for number, part in enumerate(parts)
    )
