"""Files written whole or not at all, and never over another unless that is asked for."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from swm_kpi.errors import OutputError

_BINARY = getattr(os, "O_BINARY", 0)


def write_text(path: str | os.PathLike[str], text: str, *, overwrite: bool = False) -> None:
    """Write a text file in UTF-8 with LF line ends, whole or not at all.

    Args:
        path: the file to make, in a folder that exists.
        text: what it will hold.
        overwrite: replace a file of that name. Readers see the old one or the new one, never half.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        raise OutputError(
            f"{Path(path).name!r} was not written: its text has half of a character pair, which no "
            "UTF-8 file can hold. Mend the text."
        ) from None
    write_bytes(path, content, overwrite=overwrite)


def write_bytes(path: str | os.PathLike[str], content: bytes, *, overwrite: bool = False) -> None:
    """Write a file, whole or not at all.

    Args:
        path: the file to make, in a folder that exists.
        content: what it will hold.
        overwrite: replace a file of that name. Readers see the old one or the new one, never half.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    target = Path(path)
    check_target(target, overwrite=overwrite)
    spare = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        handle = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(spare, target)
    except OSError as error:
        raise OutputError(
            f"{target.name!r} was not written: {error.strerror or 'the system refused'}. Check "
            "that the folder can be written to and has room."
        ) from None
    finally:
        # Where nothing can be written, there is nothing to remove either.
        with suppress(OSError):
            spare.unlink()


def write_together(
    files: Mapping[str | os.PathLike[str], bytes], *, overwrite: bool = False
) -> None:
    """Write files that belong together: none is begun while any may not be written.

    Args:
        files: path to content, in the order to write them.
        overwrite: replace files of those names.

    Raises:
        OutputError: a file exists, is a link or a folder, or cannot be written.
    """
    for path in files:
        check_target(Path(path), overwrite=overwrite)
    for path, content in files.items():
        write_bytes(path, content, overwrite=overwrite)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse a file that cannot or may not be written, before any work is done for it.

    Raises:
        OutputError: the file exists, is a link or a folder, or its folder does not exist.
    """
    name = target.name
    if not name:
        raise OutputError("No file name was given. Give the name of the file to write.")
    if not target.parent.is_dir():
        raise OutputError(f"The folder for {name!r} does not exist. Make it first.")
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        raise OutputError(f"{name!r} is not a name for a file here. Choose another.") from None
    if stat.S_ISLNK(mode):
        raise OutputError(f"{name!r} is a link, which is not followed. Remove it, or rename.")
    if not stat.S_ISREG(mode):
        raise OutputError(f"{name!r} exists and is not a file. Choose another name.")
    if not overwrite:
        raise OutputError(
            f"{name!r} exists already. Choose another name, or say that it may be overwritten."
        )
