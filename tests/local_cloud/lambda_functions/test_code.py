"""Code that can't be unpacked is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from local_cloud.errors import AwsError
from local_cloud.services.lambda_functions.rules import check_zip


def make_zip(*names: str, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name in names:
            archive.writestr(name, "def handler(event, context): return event\n" * 20)
    return buffer.getvalue()


def broken(code: bytes, place: int) -> bytes:
    return code[:place] + bytes([code[place] ^ 0xFF]) + code[place + 1 :]


GOOD = make_zip("handler.py")
BAD = {
    "no zip": b"PK\x03\x04 and no more",
    "broken data": broken(GOOD, 60),
    "cut off": GOOD[: len(GOOD) // 2],
    "cut off, and its end put behind": GOOD[:60] + GOOD[-22:],
    "of an unknown compression": make_zip("handler.py").replace(
        b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00"
    ),
    "encrypted": make_zip("handler.py").replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x01\x00\x08\x00"),
    "a file in a file": make_zip("a", "a/handler.py"),
    "a file in a file, the inner first": make_zip("a/b/handler.py", "a"),
}


@pytest.mark.parametrize("code", BAD.values(), ids=BAD)
def test_a_zip_that_cannot_be_unpacked_is_refused(code: bytes) -> None:
    with pytest.raises(AwsError, match="Could not unzip uploaded file"):
        check_zip(code)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_whole_zip_passes(compression: int) -> None:
    check_zip(make_zip("handler.py", "folder/", "folder/more.py", compression=compression))
