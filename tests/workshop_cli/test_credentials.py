"""Credentials that can't be used give a sentence with what to do, and no traceback, in every command and notebook."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore import exceptions
from click.testing import CliRunner, Result

from tests.kits.fake_aws import ERROR, FakeAws, running_fake_aws
from workshop_cli.main import connect_beside, main
from workshop_cli.working_copy import MANIFEST, find_copy
from workshop_lib.cloud import accept_costs, connect
from workshop_lib.credentials import explain
from workshop_lib.errors import CloudNotReachable, WorkshopError
from workshop_lib.names import suggest_names, write_names

ACCOUNT = "111122223333"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN", "AWS_SECRET_ACCESS_KEY": "secret"}
SSO = """[profile sso]
sso_session = school
sso_account_id = 111122223333
sso_role_name = learner
[sso-session school]
sso_region = eu-west-1
sso_start_url = https://school.example/start
[profile process]
credential_process = false
[profile missing]
credential_process = /no/such/program
[profile chatty]
credential_process = echo hello
[profile late]
credential_process = cat {folder}/late.json
[profile token]
role_arn = arn:aws:iam::111122223333:role/learner
web_identity_token_file = /no/such/file
[profile role]
role_arn = arn:aws:iam::111122223333:role/learner
source_profile = nobody
[profile key]
aws_access_key_id = AKIAUNKNOWN
aws_secret_access_key = secret
[profile other]
role_arn = arn:aws:iam::111122223333:role/other
source_profile = key
[profile mfa]
role_arn = arn:aws:iam::111122223333:role/learner
source_profile = key
mfa_serial = arn:aws:iam::111122223333:mfa/learner
"""

LATE = {
    **{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "secret", "SessionToken": "token"},
    "Expiration": "2020-01-01T00:00:00Z",
}

MACHINES = {
    "no credentials": ({}, "There are no AWS credentials", "aws sso login"),
    "half of a key": ({"AWS_ACCESS_KEY_ID": "AKIA"}, "credentials are incomplete", "AWS_SECRET_ACCESS_KEY"),
    "a profile that isn't there": ({"AWS_PROFILE": "nobody"}, "a profile that isn't there", "list-profiles"),
    "a broken configuration": (
        {"AWS_CONFIG_FILE": "{broken}"},
        "configuration can't be used",
        "~/.aws/config",
    ),
    "a program that fails": ({"AWS_PROFILE": "process"}, "credentials can't be fetched", "aws sso login"),
    "a program that isn't there": ({"AWS_PROFILE": "missing"}, "credentials can't be fetched", "~/.aws/config"),
    "a program that says something else": ({"AWS_PROFILE": "chatty"}, "credentials can't be fetched", "~/.aws/config"),
    "a program whose credentials are expired": ({"AWS_PROFILE": "late"}, "can't be fetched", "~/.aws/config"),
    "a token in a file that isn't there": ({"AWS_PROFILE": "token"}, "credentials can't be fetched", "~/.aws/config"),
    "a role of nobody": ({"AWS_PROFILE": "role"}, "configuration can't be used", "~/.aws/config"),
    "a sign-in that has expired": ({"AWS_PROFILE": "sso"}, "sign-in to AWS has expired", "aws sso login"),
    "an unknown key": (KEYS, "AWS doesn't know your access key", "start it again"),
    "an unknown key in a file": ({"AWS_PROFILE": "key"}, "AWS doesn't know your access key", "aws configure"),
}
SETTINGS = {
    "AWS_REQUEST_CHECKSUM_CALCULATION": "always",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "never",
    "AWS_DEFAULTS_MODE": "quick",
    "AWS_STS_REGIONAL_ENDPOINTS": "global",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "global",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "perhaps",
    "AWS_CA_BUNDLE": "/no/such/file",
    "HTTPS_PROXY": "no proxy at all",
}
"""Variables with values that botocore can't use."""
REFUSALS = {
    "ExpiredToken": ("The security token included in the request is expired", "credentials have expired"),
    "SignatureDoesNotMatch": ("The request signature we calculated does not match", "secret access key doesn't belong"),
    "InvalidSignatureException": ("Signature expired: 20261129T100000Z is now earlier", "clock of this machine"),
    "RequestTimeTooSkewed": ("The difference is too large.", "clock of this machine"),
}


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """AWS, and a learner who chose names."""
    with running_fake_aws(tmp_path) as aws:
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HOME", str(tmp_path))  # where the AWS CLI keeps sign-ins
        (tmp_path / "config").write_text(SSO.format(folder=tmp_path), encoding="utf-8")
        (tmp_path / "late.json").write_text(json.dumps(LATE), encoding="utf-8")
        (tmp_path / "broken").write_text("no = section", encoding="utf-8")
        write_names(suggest_names("ada"))
        yield aws


@pytest.fixture
def set_machine(aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Sets variables of the machine."""

    def set_machine(settings: dict[str, str]) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(name, value.format(broken=tmp_path / "broken"))

    return set_machine


def run(*arguments: str) -> Result:
    """Run the command, which must not end with a traceback."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize("command", [["clean-up"], ["clean-up", "--yes"], ["doctor"]], ids=" ".join)
@pytest.mark.parametrize(("settings", "what", "fix"), MACHINES.values(), ids=MACHINES)
def test_a_command_says_what_is_wrong_with_the_credentials(
    set_machine: Callable[[dict[str, str]], None], settings: dict[str, str], what: str, fix: str, command: list[str]
) -> None:
    set_machine(settings)

    result = run(*command)

    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert what in said
    assert fix in said


@pytest.mark.parametrize(("settings", "what", "fix"), MACHINES.values(), ids=MACHINES)
def test_notebook_00_says_what_is_wrong_with_the_credentials(
    set_machine: Callable[[dict[str, str]], None], settings: dict[str, str], what: str, fix: str
) -> None:
    set_machine(settings)

    with pytest.raises(WorkshopError, match=f"(?s){what}.*{fix}"):
        _ = connect().account_id
    with pytest.raises(WorkshopError, match=what):
        connect().iam.list_roles() if "doesn't know" not in what else connect().sts.get_caller_identity()


@pytest.mark.parametrize(("code", "message", "what"), [(code, *rest) for code, rest in REFUSALS.items()], ids=REFUSALS)
def test_what_aws_refuses_is_said(
    aws: FakeAws, set_machine: Callable[[dict[str, str]], None], code: str, message: str, what: str
) -> None:
    set_machine(KEYS)
    aws.refusal = (code, message)

    result = run("clean-up", "--yes")

    assert result.exit_code == 1
    assert what in result.output
    assert code in result.output


@pytest.mark.parametrize(("name", "value"), SETTINGS.items())
def test_a_setting_that_botocore_cannot_use_is_named(
    set_machine: Callable[[dict[str, str]], None], name: str, value: str
) -> None:
    set_machine({"AWS_PROFILE": "key", name: value, name.lower(): value})

    result = run("doctor")

    assert result.exit_code == 1
    assert re.search(rf"{name}|name begins with AWS_", " ".join(result.output.split()))


def test_a_role_that_may_not_be_assumed_is_a_matter_of_the_profile(
    aws: FakeAws, set_machine: Callable[[dict[str, str]], None]
) -> None:
    set_machine({"AWS_PROFILE": "other"})
    aws.answer = lambda asked: (403, ERROR.format("AccessDenied", "You may not assume this role."))

    result = run("clean-up")

    assert "can't be fetched" in result.output
    assert "You may not assume this role." in result.output


def test_the_code_of_an_mfa_device_is_asked_for_where_it_can_be_typed(
    aws: FakeAws, set_machine: Callable[[dict[str, str]], None]
) -> None:
    set_machine({"AWS_PROFILE": "mfa"})
    command = [sys.executable, "-m", "workshop_cli.main", "clean-up"]

    done = subprocess.run(  # in a session of its own, it has no terminal
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, check=False
    )

    assert done.returncode == 1
    assert "asks for the code of an MFA device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "error",
    [
        exceptions.EndpointConnectionError(endpoint_url="https://sts.us-east-1.amazonaws.com/"),
        exceptions.ProxyConnectionError(proxy_url="http://127.0.0.1:9"),
        exceptions.ConnectTimeoutError(endpoint_url="https://sts.us-east-1.amazonaws.com/"),
        exceptions.SSLError(endpoint_url="https://sts.us-east-1.amazonaws.com/", error="self-signed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_without_a_way_to_aws_it_is_said(error: Exception) -> None:
    with pytest.raises(CloudNotReachable, match="Check the network"):
        explain(error)


def test_an_error_that_has_nothing_to_do_with_credentials_stays_as_it_is() -> None:
    explain(exceptions.ClientError({"Error": {"Code": "NoSuchBucket"}}, "HeadBucket"))  # raises nothing


# ----------------------------------------------------------------------------------------------- in another folder


def test_what_a_notebook_accepted_is_accepted_in_the_terminal(
    aws: FakeAws, set_machine: Callable[[dict[str, str]], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(KEYS)
    aws.accounts["AKIAUNKNOWN"] = ACCOUNT
    notebooks, elsewhere = tmp_path / "notebooks", tmp_path / "elsewhere"
    monkeypatch.delenv("WORKSHOP_NAMES")
    for folder in (notebooks, elsewhere):
        folder.mkdir()
    monkeypatch.chdir(notebooks)
    accept_costs(connect(), ACCOUNT)
    monkeypatch.chdir(elsewhere)

    connect_beside(notebooks / "workshop-names.json").s3("us-east-1").create_bucket(Bucket="my-bucket")

    assert [asked.method for asked in aws.asked] == ["PUT"]


def test_the_copy_is_found_from_every_folder_in_it(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{}", encoding="utf-8")
    below = tmp_path / "notebooks" / "website"
    below.mkdir(parents=True)

    assert find_copy(below) == find_copy(tmp_path) == tmp_path


def test_without_a_copy_the_current_folder_will_hold_it(tmp_path: Path) -> None:
    assert find_copy(tmp_path) == tmp_path
