"""Files of the local cloud are for their owner only. Links of others lead nowhere."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from local_cloud.call_log import CallLog
from local_cloud.private_files import make_private_folder, open_private, write_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there, a user's folders are private by themselves")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("before", [None, 0o755, 0o777, 0o700])
def test_nobody_else_may_enter_the_folder(tmp_path: Path, before: int | None) -> None:
    folder = tmp_path / "parent" / "state"
    if before is not None:
        folder.mkdir(parents=True)
        folder.chmod(before)

    assert mode(make_private_folder(folder)) == 0o700


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(PermissionError, match="is a link"):
        make_private_folder(tmp_path / "link")


def test_a_folder_for_everyone_is_refused_and_stays_so(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)

    with pytest.raises(PermissionError, match="belongs to others too"):
        make_private_folder(shared)
    assert mode(shared) == 0o1777


@pytest.mark.parametrize("how", ["a", "x", "wb", "a+b"])
def test_a_file_is_for_its_owner_only(tmp_path: Path, how: str) -> None:
    open_private(tmp_path / "file", how).close()

    assert mode(tmp_path / "file") == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("text", encoding="utf-8")
    file.chmod(0o644)

    with open_private(file, "r") as opened:
        assert opened.read() == "text"
    assert mode(file) == 0o600


@pytest.mark.parametrize("how", ["r", "a", "x", "wb", "a+b"])
def test_a_link_is_not_followed(tmp_path: Path, how: str) -> None:
    target = tmp_path / "precious"
    target.write_text("precious", encoding="utf-8")
    (tmp_path / "file").symlink_to(target)

    with pytest.raises(OSError, match=r"file"):
        open_private(tmp_path / "file", how)
    assert target.read_text(encoding="utf-8") == "precious"


def test_a_new_text_takes_the_place_of_a_link(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious", encoding="utf-8")
    (tmp_path / "file").symlink_to(target)

    write_private(tmp_path / "file", "new")

    assert not (tmp_path / "file").is_symlink()
    assert ((tmp_path / "file").read_text(), target.read_text()) == ("new", "precious")
    assert mode(tmp_path / "file") == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "precious"]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"."):
        open_private(Path(os.devnull), "r")


def test_the_call_log_is_for_its_owner_only(tmp_path: Path) -> None:
    CallLog(file=tmp_path / "calls.jsonl").close()

    assert mode(tmp_path / "calls.jsonl") == 0o600
