"""A function that fails, ends or never ends is reported as Lambda reports it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local_cloud.engines.sandbox import Invocation
from tests.local_cloud.sandbox.kit import make_function


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("def handler(e, c): raise KeyError('cf')", "KeyError"),
        ("import nothing_of_that_name", "Runtime.ImportModuleError"),
        ("import boto3", "Runtime.ImportModuleError"),
        ("def handler(e, c", "Runtime.UserCodeSyntaxError"),
        ("def other(e, c): pass", "Runtime.HandlerNotFound"),
        ("raise SystemExit(4)", "Runtime.ExitError"),
        ("import os\ndef handler(e, c): os._exit(3)", "Runtime.ExitError"),
    ],
)
def test_what_goes_wrong_is_reported_as_lambda_does(
    invoke: Callable[..., Invocation], source: str, error_type: str
) -> None:
    invocation = invoke(make_function(source))

    assert invocation.payload is None
    assert invocation.error is not None
    assert invocation.error["errorType"] == error_type
    assert not invocation.timed_out


def test_a_timeout_ends_the_process_and_the_next_event_gets_a_new_one(invoke: Callable[..., Invocation]) -> None:
    function = make_function(
        "import os\nfrom time import sleep\ndef handler(e, c): sleep(e); return os.getpid()", timeout=0.3
    )
    first = invoke(function, 0)

    late = invoke(function, 30)
    after = invoke(function, 0)

    assert late.timed_out
    assert late.error is not None
    assert late.error["errorMessage"].endswith("Task timed out after 0.30 seconds")
    assert after.payload != first.payload


def test_a_crash_is_followed_by_a_new_environment(invoke: Callable[..., Invocation]) -> None:
    function = make_function("import os\ndef handler(e, c): return os._exit(1) if e else 'here'")

    crashed = invoke(function, 1)

    assert crashed.error is not None
    assert invoke(function, 0).payload == "here"


def test_a_killed_process_is_worded_as_lambda_does(invoke: Callable[..., Invocation]) -> None:
    invocation = invoke(make_function("import os\ndef handler(e, c): os.kill(os.getpid(), 9)"))

    assert invocation.error is not None
    assert invocation.error["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")


def test_output_without_end_is_not_kept_as_a_whole(invoke: Callable[..., Invocation]) -> None:
    function = make_function("def handler(e, c): [print('x' * 1000) for _ in range(e)]; return 'done'")

    much, little = invoke(function, 5000), invoke(function, 1)

    assert much.payload == "done"
    assert 1_000_000 < sum(map(len, much.log)) < 1_100_000
    assert "not kept" in "".join(much.log)
    assert little.log[1:-2] == ["x" * 1000]
