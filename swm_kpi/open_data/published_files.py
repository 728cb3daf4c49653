"""Find published files in paths, folders and zip archives, and account for every file.

Errors of Python and Polars quote the content of a bad file, so this module never passes them on.
"""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path, PurePosixPath

from swm_kpi.errors import InputError
from swm_kpi.open_data.open_table import Paths, SourceFile

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_TEXT_SUFFIXES = (".csv", ".csv.gz")
_HEAD_BYTES = 1 << 18
_LARGEST_MEMBER = 4 << 30
_SYSTEM_NAMES = {"thumbs.db", "desktop.ini"}
_GET_FILE = "Download it again, and give the file as published."
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_BINARY = {
    b"%PDF": "a PDF document",
    b"PAR1": "a parquet file",
    b"\xd0\xcf\x11\xe0": "a spreadsheet in the old Excel format",
    _GZIP: "a gzip file",
}
_WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")


@dataclass(frozen=True)
class PublishedFile:
    """A file on disk, or a file in a zip archive.

    Attributes:
        name: the name that messages show, such as ``2025-06.zip/2025-06-kent-street.csv``.
        path: the file on disk.
        member: the name in the archive; empty for a file that is not in one.
        is_listed: whether the caller named the file, and not a folder or an archive that has it.
    """

    name: str
    path: Path
    member: str = ""
    is_listed: bool = True

    @property
    def last_name(self) -> str:
        """The name without folders, in lower case and without ``.gz``."""
        return PurePosixPath(self.member or self.path.name).name.lower().removesuffix(".gz")

    @property
    def is_workbook(self) -> bool:
        """Whether the name is that of a spreadsheet."""
        return self.last_name.endswith(WORKBOOK_SUFFIXES)

    def head(self) -> bytes:
        """Return the first bytes, uncompressed.

        Raises:
            InputError: the file cannot be read or uncompressed.
        """
        return self._read(_HEAD_BYTES)

    def content(self) -> Path | bytes:
        """Return the path of the file, or its bytes if it is compressed.

        Raises:
            InputError: the file cannot be read or uncompressed, or is too large to uncompress.
        """
        if not self.member and not self.path.name.lower().endswith(".gz"):
            return self.path
        data = self._read(_LARGEST_MEMBER)
        if len(data) >= _LARGEST_MEMBER:
            raise InputError(f"{self.name} is too large to uncompress here. Uncompress it first.")
        return data

    def digest(self) -> str:
        """Return a hash of the content.

        Raises:
            InputError: the file cannot be read or uncompressed.
        """
        content = self.content()
        if isinstance(content, bytes):
            return hashlib.sha256(content).hexdigest()
        with content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _read(self, size: int) -> bytes:
        problem = ""
        try:
            if not self.member:
                is_gzip = self.path.name.lower().endswith(".gz")
                with gzip.open(self.path) if is_gzip else self.path.open("rb") as file:
                    return file.read(size)
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
                if not self.member.lower().endswith(".gz"):
                    return member.read(size)
                with gzip.open(member) as inner:
                    return inner.read(size)
        except PermissionError:
            problem = "You do not have permission to open it."
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
            problem = "The file is cut short or damaged: download it again."
        except (RuntimeError, NotImplementedError):
            problem = "It is encrypted, or compressed in an unknown way. Uncompress it first."
        raise InputError(f"{self.name} cannot be read. {problem}")


def find_files(paths: Paths) -> tuple[list[PublishedFile], list[SourceFile]]:
    """Return the files that can be data, and every other file in the folders with the reason.

    The files of a folder are sorted by name, at any depth. A zip archive is like a folder.

    Raises:
        InputError: there is no file, a path names neither a file nor a folder, or a zip archive
            cannot be read.
    """
    files: list[PublishedFile] = []
    others: list[SourceFile] = []
    for item in [paths] if isinstance(paths, (str, PathLike)) else paths:
        if not isinstance(item, (str, PathLike)):
            raise InputError("A path is text or a pathlib.Path. Give a file, several, or a folder.")
        path = Path(fspath(item))
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.is_file())
            for file in sorted(inside, key=lambda file: (file.stem, file.as_posix())):
                name = file.relative_to(path).as_posix()
                _add(PublishedFile(name, file, is_listed=False), files, others)
        elif path.is_file():
            _add(PublishedFile(path.name, path), files, others)
        else:
            raise InputError(f"There is no file {path.name!r}. Give a file, several, or a folder.")
    if not files and not others:
        raise InputError("There is no file. Give a file, several, or a folder that has some.")
    return files, others


def _add(file: PublishedFile, files: list[PublishedFile], others: list[SourceFile]) -> None:
    parts = PurePosixPath(file.member or file.path.name).parts
    is_system = parts[-1].lower() in _SYSTEM_NAMES or parts[-1].startswith((".", "~$"))
    if not file.is_listed and (is_system or "__MACOSX" in parts):
        others.append(SourceFile(file.name, reason="it belongs to the system or another program"))
    elif file.last_name.endswith(".zip"):
        if file.member:
            others.append(SourceFile(file.name, reason="a zip in a zip: unzip it first"))
        else:
            for member in _iter_members(file):
                _add(member, files, others)
    elif file.is_listed or file.last_name.endswith((*_TEXT_SUFFIXES, *WORKBOOK_SUFFIXES)):
        files.append(file)
    else:
        others.append(SourceFile(file.name, reason="not a CSV file, spreadsheet or zip archive"))


def _iter_members(file: PublishedFile) -> Iterator[PublishedFile]:
    names: list[str] | None = None
    try:
        with zipfile.ZipFile(file.path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError):
        pass
    if names is None:
        raise InputError(f"{file.name} is not a zip archive, or it is cut short. {_GET_FILE}")
    if len(set(names)) < len(names):
        raise InputError(f"{file.name} has two files of one name. Unzip it, and give a folder.")
    for name in sorted(names, key=lambda name: (PurePosixPath(name).stem, name)):
        yield PublishedFile(f"{file.name}/{name}", file.path, name, is_listed=False)


def describe_damage(file: PublishedFile, head: bytes) -> str:
    """Return why a file that has the name of a CSV file cannot be one; empty if it can.

    Args:
        file: the file.
        head: its first bytes, with any byte order mark.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not text:
        return f"{file.name} is empty. Leave it out, or download it again."
    if head.startswith(_ZIP):
        kind = "a spreadsheet" if _is_workbook(head) else "a zip archive"
        fix = "Give it the right ending, such as .xlsx, .ods or .zip."
        return f"{file.name} is {kind} with the name of a CSV file. {fix}"
    for signature, kind in _BINARY.items():
        if head.startswith(signature):
            return f"{file.name} is {kind} with the name of a CSV file. {_GET_FILE}"
    if text.startswith(_WEB_PAGE) or b"<html" in text[:2000]:
        return f"{file.name} is a web page, so the download failed. {_GET_FILE}"
    if text.startswith((b"<?xml", b"{")):
        return f"{file.name} is XML or JSON and not CSV. {_GET_FILE}"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return (
            f"{file.name} cannot be read as UTF-8 text: it is UTF-16, as Excel writes 'Unicode "
            f"Text'. {_GET_FILE}"
        )
    if b"\r" in head and b"\n" not in head:
        return f"{file.name} has the line ends of old Macs (CR). Save it with LF or CRLF."
    if b"\0" in head:
        return f"{file.name} is not text: it contains NUL bytes. {_GET_FILE}"
    return ""


def describe_encoding(name: str) -> str:
    """Return the message for a file that is not UTF-8."""
    return (
        f"{name} cannot be read as UTF-8 text. Excel changes a file to another encoding "
        f"(Windows-1252) if it saves it as 'CSV' and not as 'CSV UTF-8'. {_GET_FILE}"
    )


def _is_workbook(head: bytes) -> bool:
    return b"[Content_Types].xml" in head or b"application/vnd.oasis.opendocument" in head[:200]
