"""Zip archives that do not depend on the clock or the computer: a spreadsheet file is one."""

from __future__ import annotations

import zipfile
from io import BytesIO

_EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_BY_ALL = 0o644 << 16
_UNIX = 3


def normalize_zip(content: bytes) -> bytes:
    """Return an archive of the same members in the same order, with fixed dates and permissions.

    A member named ``mimetype`` comes first and is not compressed, as OpenDocument requires.

    Args:
        content: the bytes of a zip archive.
    """
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        names = sorted(source.namelist(), key=lambda name: name != "mimetype")
        for name in names:
            member = zipfile.ZipInfo(name, _EARLIEST_DATE)
            member.create_system = _UNIX
            member.external_attr = _READABLE_BY_ALL
            member.compress_type = zipfile.ZIP_DEFLATED
            if name == "mimetype":
                member.compress_type = zipfile.ZIP_STORED
            target.writestr(member, source.read(name))
    return out.getvalue()
