"""Runs the code blocks of documentation pages and compares their output with the page."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from swm_kpi import MissingExtra
from swm_kpi.cli import main

ROOT = Path(__file__).parents[2]
GUIDES = ("tutorial", "how-to", "explanation", "reference")
# Rendered from tests/spec, which runs every case on it.
GENERATED = {"measure-kinds.md"}
PAGES = [
    ROOT / "README.md",
    *sorted(path for kind in GUIDES for path in (ROOT / "docs" / kind).glob("*.md")),
]

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE_NAME = re.compile(r"\A# ([\w./-]+\.(?:csv|py|toml))\n")
_PLACE = re.compile(r"\s\((?:\S+\.(?:py|md)):\d+\)")
_EXTRAS = {"altair", "duckdb", "gptables", "griffe", "ibis", "odf", "pyarrow", "pyspark"}
# .ci/run installs and tests. A shell block may contain no other command.
_NOT_RUN = {"cd", "git", "mkdocs", "pip", "python"}
_LEFT_OUT = "..."


class NotInstalled(Exception):
    """A block needs an extra that is not installed."""


@dataclass(frozen=True)
class Block:
    """One code block: its language, its text, its first line in the page, and the output shown."""

    language: str
    text: str
    line: int
    shown: str | None = None


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks to run. A ``text`` block is the output of the block before it."""
    content = page.read_text(encoding="utf-8")
    blocks: list[Block] = []
    for match in _FENCE.finditer(content):
        language, text = match[1].strip(), match[2]
        line = content[: match.start()].count("\n") + 2
        if language != "text":
            blocks.append(Block(language, text, line))
            continue
        if not blocks or blocks[-1].shown is not None:
            raise AssertionError(f"{page.name}:{line}: a text block that follows no other block")
        blocks[-1] = replace(blocks[-1], shown=text)
    return blocks


def run_page(page: Path, *, compare: bool = True) -> None:
    """Run the blocks of a page in order, in one namespace and in the current folder.

    Raises:
        AssertionError: a block prints something else than the page shows, or fails unexpectedly.
        NotInstalled: a block needs an extra that is not installed. The message names it.
    """
    names: dict[str, Any] = {"__name__": page.stem.replace("-", "_")}
    for block in blocks_of(page):
        printed = _run(block, page, names)
        if block.shown is not None and compare:
            message = difference(block.shown, printed)
            assert not message, f"{page.name}:{block.line} prints something else:\n{message}"


def difference(shown: str, printed: str) -> str:
    """Describe how the shown output differs from the printed output; empty if it does not.

    Whitespace, and the file and line of a declaration, are not compared. A line ``...`` matches any
    number of lines.
    """
    parts = re.split(rf"(?m)^{re.escape(_LEFT_OUT)}$", _PLACE.sub("", shown))
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in parts)
    plain = " ".join(_PLACE.sub("", printed).split())
    if re.fullmatch(pattern, plain):
        return ""
    return f"--- shown\n{shown}\n--- printed\n{printed}"


def _run(block: Block, page: Path, names: dict[str, Any]) -> str:
    file_name = _FILE_NAME.match(block.text)
    if file_name:
        path = Path(file_name[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        # A CSV file has no comments, so it begins below its name.
        text = block.text[file_name.end() :] if path.suffix == ".csv" else block.text
        path.write_text(text, encoding="utf-8")
        return ""
    if block.language == "python":
        return _python(block, page, names)
    if block.language == "sh":
        return "".join(_shell(words, block) for words in _commands(block.text))
    raise AssertionError(f"{page.name}:{block.line}: a block of {block.language!r} cannot be run")


def _python(block: Block, page: Path, names: dict[str, Any]) -> str:
    if "import SparkSession" in block.text and shutil.which("java") is None:
        raise NotInstalled("Spark needs Java, which is not on this machine")
    code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            exec(code, names)
    except MissingExtra as error:
        raise NotInstalled(str(error)) from None
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name in _EXTRAS:
            raise NotInstalled(f"{error.name} is not installed") from None
        if block.shown is None:
            raise
        print(f"{type(error).__name__}: {error}", file=printed)
    return printed.getvalue()


def _commands(text: str) -> Iterator[list[str]]:
    for line in text.replace("\\\n", " ").splitlines():
        for command in line.split("&&"):
            words = shlex.split(command, comments=True)
            if words:
                yield words


def _shell(words: list[str], block: Block) -> str:
    if words[0] in _NOT_RUN:
        return ""
    assert words[0] == "swm-kpi", f"line {block.line}: {words[0]!r} is not run in a test"
    printed = io.StringIO()
    with warnings.catch_warnings(), redirect_stdout(printed), redirect_stderr(printed):
        warnings.simplefilter("default")
        warnings.simplefilter("ignore", DeprecationWarning)  # as Python does
        try:
            code = main(words[1:])
        except SystemExit as stop:
            code = 1 if stop.code else 0
    assert code == 0 or block.shown is not None, printed.getvalue()
    return printed.getvalue()
