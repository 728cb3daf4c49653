"""A spreadsheet file is a zip: packed again so that nothing in it tells the time or the machine."""

from __future__ import annotations

import zipfile
from io import BytesIO

_WHEN = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3


def packed_again(content: bytes) -> bytes:
    """Return the same members in the same order, each with the same date and rights.

    A member called ``mimetype`` comes first and is not compressed, as OpenDocument asks.
    """
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        names = sorted(source.namelist(), key=lambda name: name != "mimetype")
        for name in names:
            member = zipfile.ZipInfo(name, _WHEN)
            member.create_system = _UNIX
            member.external_attr = _READABLE
            member.compress_type = zipfile.ZIP_DEFLATED
            if name == "mimetype":
                member.compress_type = zipfile.ZIP_STORED
            target.writestr(member, source.read(name))
    return out.getvalue()
