"""Ctrl-C, at any moment: the command ends at once, says so by its exit code, and leaves no process behind."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.kits.processes import find_processes, start_workshop, wait_for

INTERRUPTED = 130
BEFORE_ITS_FIRST_LINE = -signal.SIGINT
"""Where Python itself ends a program that is at its imports. A shell shows this as 130 too."""
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals to process groups")


def press_ctrl_c(program: subprocess.Popen[str]) -> str:
    """As a terminal does: to the program and to all that it started and did not set apart; gives what it said."""
    os.killpg(program.pid, signal.SIGINT)
    return program.communicate(timeout=30)[0]


def is_starting(mark: str) -> bool:
    """Whether the local cloud of this run has begun to do something."""
    return any("serve" in one.cmdline() and one.cpu_times().user > 0.05 for one in find_processes(mark))


def test_a_run_whose_cloud_only_just_starts_ends_at_once(write_notebook: Callable[..., Path], tmp_path: Path) -> None:
    folder, output, mark = write_notebook("00_first", "1 + 1"), tmp_path / "output", uuid4().hex
    runner = start_workshop("run", "--notebooks", folder, "--output", output, mark=mark)
    wait_for("the local cloud to be at its imports", lambda: is_starting(mark))

    press_ctrl_c(runner)

    assert runner.returncode == INTERRUPTED
    assert not find_processes(mark)
    assert not (output / "local-cloud" / "local-cloud.json").exists()
    assert not (output / "00_first.ipynb").exists(), "nothing has run"


def test_jupyterlab_whose_cloud_only_just_starts_takes_it_along(tmp_path: Path) -> None:
    mark = uuid4().hex
    lab = start_workshop("lab", "--no-browser", mark=mark, WORKSHOP_STATE_DIR=str(tmp_path))
    wait_for("the local cloud to be at its imports", lambda: is_starting(mark))

    press_ctrl_c(lab)

    assert lab.returncode == INTERRUPTED
    assert not find_processes(mark)
    assert not (tmp_path / "local-cloud.json").exists()


def test_a_local_cloud_ends_before_it_is_ready_too(tmp_path: Path) -> None:
    mark = uuid4().hex
    cloud = start_workshop("cloud", mark=mark, WORKSHOP_STATE_DIR=str(tmp_path))
    wait_for("some of its start", lambda: sum(psutil.Process(cloud.pid).cpu_times()[:2]) > 0.25)

    said = press_ctrl_c(cloud)

    assert cloud.returncode in ([0] if "is ready" in said else [INTERRUPTED, BEFORE_ITS_FIRST_LINE])
    assert not find_processes(mark)
    assert not (tmp_path / "local-cloud.json").exists()


def test_no_environment_of_a_busy_function_outlives_the_local_cloud(tmp_path: Path) -> None:
    with start_workshop("cloud", mark=uuid4().hex, WORKSHOP_STATE_DIR=str(tmp_path)) as cloud:
        state = tmp_path / "local-cloud.json"
        wait_for("the local cloud", state.exists)
        try:
            functions = make_busy_function(json.loads(state.read_text(encoding="utf-8"))["environment"])
            with ThreadPoolExecutor(4) as pool:
                invoking = [pool.submit(invoke_for_ever, functions, seconds) for seconds in (0, 0, 1, 1)]
                wait_for("its environments", lambda: len(psutil.Process(cloud.pid).children(recursive=True)) > 1)
                environments = psutil.Process(cloud.pid).children(recursive=True)
                press_ctrl_c(cloud)
                for each in invoking:
                    each.result(timeout=20)
        finally:
            cloud.kill()

    assert cloud.returncode == 0
    assert not [one for one in environments if one.is_running()]


def make_busy_function(environment: dict[str, str]) -> Any:
    """Create the function in a local cloud of another process; returns a client of Lambda there."""

    def make_client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name="us-east-1",
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    role = make_client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    functions = make_client("lambda")
    functions.create_function(
        FunctionName="busy", Runtime="python3.13", Role=role, Handler="a.b", Timeout=30, Code={"ZipFile": pack()}
    )
    wait_for("the function", lambda: functions.get_function(FunctionName="busy")["Configuration"]["State"] == "Active")
    return functions


def invoke_for_ever(functions: Any, seconds: int) -> None:
    """Keep the function busy again and again, until the local cloud has gone."""
    try:
        while True:
            functions.invoke(FunctionName="busy", Payload=json.dumps(seconds))
    except (BotoCoreError, ClientError):
        pass


def pack() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.py", "import threading\ndef b(event, context): threading.Event().wait(event)")
    return packed.getvalue()
