"""Names of columns as publishers write them: compare them without case, spaces and footnotes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

_SPACES = str.maketrans({"_": " ", "\ufeff": "", "\u200b": "", "\u00ad": ""})
_BROKEN_MARK = "ï»¿"  # a byte order mark that was read in another encoding
_FOOTNOTE = re.compile(
    r"\s*(?:\[[^\]]*\]|\((?:notes? )?[0-9]{1,2}\)|[*†‡¹²³⁰⁴-⁹]+)$", re.IGNORECASE
)
_LONGEST_NAME = 60


def normalise_name(name: str) -> str:
    """Return a name for comparison: lower case, single spaces, no trailing footnote markers.

    An underscore is a space. "Number_of Offences [note 1]" becomes "number of offences".
    """
    return strip_footnotes(name.removeprefix(_BROKEN_MARK)).casefold()


def name_key(name: str) -> str:
    """Return a normalised name without punctuation: "Total (FTE)" and "Total..FTE." are one."""
    return " ".join(re.sub(r"\W", " ", normalise_name(name)).split())


def strip_footnotes(text: str) -> str:
    """Return a text with single spaces and without trailing footnote markers."""
    text = " ".join(text.translate(_SPACES).split())
    while (shorter := _FOOTNOTE.sub("", text)) != text and shorter:
        text = shorter
    return text


def find_positions(
    header: Sequence[str], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, list[int]]:
    """Return the positions of each column that the header has: more than one is ambiguous.

    Args:
        header: the names in the file.
        columns: for each column, the names that it can have, the current name first.
    """
    keys = [name_key(name) for name in header]
    positions: dict[str, list[int]] = {}
    for column, names in columns.items():
        for name in names:
            matches = [at for at, key in enumerate(keys) if key == name_key(name)]
            if matches:
                positions[column] = matches
                break
    return positions


def describe_missing(header: Sequence[str], missing: Sequence[tuple[str, ...]]) -> str:
    """Describe the columns that a header lacks, with the nearest name that it has for each.

    Only a name that resembles an expected name is shown: a file without a header begins with data.

    Args:
        header: the names as they are in the file.
        missing: for each missing column, the names that it can have.
    """
    count = f"{len(missing)} column{'' if len(missing) == 1 else 's'}"
    text = f"is missing {count}: {', '.join(' or '.join(names) for names in missing)}."
    by_name = {normalise_name(name): " ".join(name.split()) for name in header if name.strip()}
    nearest = []
    for names in missing:
        for name in names:
            close = get_close_matches(normalise_name(name), by_name, n=1, cutoff=0.6)
            if close and len(by_name[close[0]]) <= _LONGEST_NAME:
                nearest.append(f"{by_name[close[0]]!r} for {name}")
                break
    return f"{text} The nearest names that it has: {', '.join(nearest)}." if nearest else text
