"""The secret of a state folder: it is handed to its owner only, survives restarts, and can be changed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner

from local_cloud import process
from local_cloud.__main__ import main
from tests.kits.credentials import sign


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of this test's own, open to all as others may have left it. Its cloud is ended."""
    tmp_path.chmod(0o755)
    monkeypatch.setenv("WORKSHOP_STATE_DIR", str(tmp_path))
    yield tmp_path
    process.stop()


def list_buckets(environment: dict[str, str], secret: str | None = None) -> object:
    """A call, with the secret of the environment or another one."""
    s3 = boto3.client(
        "s3",
        region_name="eu-west-1",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    return s3.list_buckets()["Buckets"]


def test_each_folder_has_its_own(state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    first = process.read_secret()
    assert process.read_secret() == first
    assert len(first) == 40

    os.environ["WORKSHOP_STATE_DIR"] = str(tmp_path_factory.mktemp("other"))  # monkeypatch takes it back
    assert process.read_secret() != first


def test_it_survives_the_cloud_and_its_state_file_does_not(state_dir: Path) -> None:
    before = process.start().environment
    list_buckets(before)
    process.stop()
    assert not (state_dir / "local-cloud.json").exists()

    after = process.start().environment

    assert after["AWS_SECRET_ACCESS_KEY"] == before["AWS_SECRET_ACCESS_KEY"]
    assert list_buckets(after, before["AWS_SECRET_ACCESS_KEY"]) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there, a user's folders are private by themselves")
def test_nothing_in_the_folder_is_for_others_and_no_command_line_tells_it(state_dir: Path) -> None:
    state = process.start()
    secret = state.environment["AWS_SECRET_ACCESS_KEY"]

    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
    files = [path for path in state_dir.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"local-cloud.json", "local-cloud.secret", "local-cloud.log"}
    assert [path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert secret not in (state_dir / "local-cloud.log").read_text(encoding="utf-8")
    assert json.loads((state_dir / "local-cloud.json").read_text())["environment"]["AWS_SECRET_ACCESS_KEY"] == secret
    cloud = psutil.Process(state.pid)
    assert all(secret not in " ".join(one.cmdline()) for one in (cloud, *cloud.children(recursive=True)))


def test_a_reset_changes_it_if_asked(state_dir: Path) -> None:
    before = process.start().environment

    told = CliRunner().invoke(main, ["reset", "--secret"])

    state = process.find()
    assert (told.exit_code, state is not None) == (0, True)
    assert state
    after = state.environment
    assert after["AWS_SECRET_ACCESS_KEY"] != before["AWS_SECRET_ACCESS_KEY"]
    assert {**after, "AWS_SECRET_ACCESS_KEY": ""} == {**before, "AWS_SECRET_ACCESS_KEY": ""}
    assert list_buckets(after) == []
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        list_buckets(before)
    process.stop()
    assert process.start().environment["AWS_SECRET_ACCESS_KEY"] == after["AWS_SECRET_ACCESS_KEY"]


def test_the_control_api_can_be_asked_from_a_terminal(state_dir: Path) -> None:
    process.start()

    told = CliRunner().invoke(main, ["ask", "GET", "speed"])

    assert json.loads(told.output) == {"speed": 200.0}


def test_a_folder_that_belongs_to_others_too_is_refused_with_a_sentence(state_dir: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("there, modes mean nothing")
    state_dir.chmod(0o1777)

    told = subprocess.run(
        [sys.executable, "-m", "local_cloud", "serve"], capture_output=True, text=True, check=False, timeout=60
    )

    state_dir.chmod(0o700)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "Set WORKSHOP_STATE_DIR to a folder of your own." in told.stderr


def test_the_secret_itself_is_never_sent() -> None:
    headers = sign("GET", "http://127.0.0.1:1/_local_cloud/calls")

    assert "the secret of the tests" not in str(headers)
