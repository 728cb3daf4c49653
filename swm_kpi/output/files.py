"""Write files atomically, and replace an existing file only on request."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from swm_kpi.errors import OutputError

_BINARY = getattr(os, "O_BINARY", 0)


def write_text(
    path: str | os.PathLike[str], text: str, *, overwrite: bool = False, owner_only: bool = False
) -> None:
    """Write a text file in UTF-8 with LF line ends. After an error there is no partial file.

    Args:
        path: the file to write, in a folder that exists.
        text: its content.
        overwrite: replace an existing file. Readers see the old file or the new one, never a mix.
        owner_only: whether only the owner of the file may read it.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        raise OutputError(
            f"{Path(path).name!r} was not written: its text has half of a surrogate pair, which "
            "UTF-8 cannot encode. Fix the text."
        ) from None
    write_bytes(path, content, overwrite=overwrite, owner_only=owner_only)


def write_bytes(
    path: str | os.PathLike[str],
    content: bytes,
    *,
    overwrite: bool = False,
    owner_only: bool = False,
) -> None:
    """Write a file. After an error there is no partial file.

    Args:
        path: the file to write, in a folder that exists.
        content: its content.
        overwrite: replace an existing file. Readers see the old file or the new one, never a mix.
        owner_only: whether only the owner of the file may read it.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    target = Path(path)
    check_target(target, overwrite=overwrite)
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        mode = 0o600 if owner_only else 0o666
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(
            f"{target.name!r} was not written: {error.strerror or 'the system refused'}. Check "
            "the permissions of the folder and the free space on the disk."
        ) from None
    finally:
        # If the temporary file was never created, there is nothing to remove.
        with suppress(OSError):
            temporary.unlink()


def write_files(files: Mapping[str | os.PathLike[str], bytes], *, overwrite: bool = False) -> None:
    """Write files that belong together. All targets are checked before the first is written.

    Args:
        files: path to content, in the order to write them.
        overwrite: replace existing files.

    Raises:
        OutputError: a file exists, is a link or a folder, or cannot be written.
    """
    for path in files:
        check_target(Path(path), overwrite=overwrite)
    for path, content in files.items():
        write_bytes(path, content, overwrite=overwrite)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Check that a file can be written, so that slow work does not end in an error.

    Raises:
        OutputError: the file exists, is a link or a folder, or its folder does not exist.
    """
    name = target.name
    if not name:
        raise OutputError("No file name was given. Give the name of the file to write.")
    if not target.parent.is_dir():
        raise OutputError(f"The folder for {name!r} does not exist. Create it first.")
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        raise OutputError(f"{name!r} is not a valid file name here. Choose another.") from None
    if stat.S_ISLNK(mode):
        raise OutputError(f"{name!r} is a link. Remove the link or choose another name.")
    if not stat.S_ISREG(mode):
        raise OutputError(f"{name!r} exists and is not a file. Choose another name.")
    if not overwrite:
        raise OutputError(
            f"{name!r} exists already. Choose another name, or use overwrite=True (--overwrite)."
        )
