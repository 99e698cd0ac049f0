"""Lambda in the local cloud: what it refuses, and in which words."""

from __future__ import annotations

import base64
import datetime
import io
import json
import zipfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.cloud import LocalCloud
from local_cloud.errors import AwsError
from local_cloud.services.lambda_functions import LambdaService
from local_cloud.services.lambda_rules import check_runtime

PENDING = "The function is currently in the following state: Pending"


def make_zip(source: str = "def handler(event, context): print('ran'); return event\n") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py", (1980, 1, 1, 0, 0, 0)), source)
    return buffer.getvalue()


def make_trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def lambda_(client: Callable[..., Any]) -> Any:
    """Lambda in us-east-1."""
    return client("lambda", "us-east-1")


@pytest.fixture
def make_role(client: Callable[..., Any]) -> Callable[[str], str]:
    """Makes a role that a service may assume."""
    iam = client("iam", "us-east-1")

    def make(service: str) -> str:
        role = iam.create_role(RoleName=service.partition(".")[0], AssumeRolePolicyDocument=make_trust(service))
        arn: str = role["Role"]["Arn"]
        return arn

    return make


@pytest.fixture
def create(lambda_: Any, make_role: Callable[[str], str]) -> Callable[..., Any]:
    """Creates a function; says what differs from a good one."""
    role = make_role("lambda.amazonaws.com")

    def create(**changes: Any) -> Any:
        good = {
            "FunctionName": "site",
            "Role": role,
            "Runtime": "python3.13",
            "Handler": "handler.handler",
            "Code": {"ZipFile": make_zip()},
        }
        return lambda_.create_function(**{**good, **changes})

    return create


@pytest.fixture
def active(create: Callable[..., Any], cloud: LocalCloud) -> str:
    """A function that is Active; its ARN."""
    arn: str = create()["FunctionArn"]
    cloud.settle()
    return arn


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """The code and the message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("changes", "code", "part"),
    [
        ({"Runtime": "cobol1.0"}, "InvalidParameterValueException", "Value cobol1.0 at 'runtime' failed to satisfy"),
        ({"Runtime": "python3.7"}, "InvalidParameterValueException", "python3.7 is no longer supported for creating"),
        ({"Runtime": "nodejs8.10"}, "InvalidParameterValueException", "We recommend you use a supported runtime"),
        ({"Timeout": 5401}, "ValidationException", "Value '5401' at 'timeout' failed to satisfy constraint"),
        ({"MemorySize": 40000}, "ValidationException", "Member must have value less than or equal to 32768"),
        ({"FunctionName": "bad name!"}, "ValidationException", "Member must satisfy regular expression pattern"),
        ({"Code": {"ZipFile": b"no zip"}}, "InvalidParameterValueException", "Could not unzip uploaded file."),
    ],
)
def test_a_function_that_lambda_would_refuse_is_refused(
    create: Callable[..., Any], changes: dict[str, Any], code: str, part: str
) -> None:
    found = refusal(create, **changes)

    assert found[0] == code
    assert part in found[1]


def test_a_role_that_does_not_trust_lambda_is_refused(
    create: Callable[..., Any], make_role: Callable[[str], str]
) -> None:
    assert refusal(create, Role=make_role("ec2.amazonaws.com")) == (
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    )


def test_a_name_that_is_taken_is_refused(create: Callable[..., Any], active: str) -> None:
    assert refusal(create)[0] == "ResourceConflictException"


def test_a_runtime_is_refused_from_its_last_day() -> None:
    model = SimpleNamespace(input_shape=SimpleNamespace(members={"Runtime": SimpleNamespace(enum=["python3.10"])}))
    call: Any = SimpleNamespace(parameters={"Runtime": "python3.10"}, model=model)
    check_runtime(call, today=datetime.date(2026, 11, 29))

    with pytest.raises(AwsError, match="no longer supported"):
        check_runtime(call, today=datetime.date(2026, 11, 30))


def test_a_new_function_is_pending_and_then_active(create: Callable[..., Any], cloud: LocalCloud, lambda_: Any) -> None:
    created = create()

    cloud.settle()

    assert (created["State"], created["StateReasonCode"]) == ("Pending", "Creating")
    assert lambda_.get_function(FunctionName="site")["Configuration"]["State"] == "Active"


def test_the_waiters_of_boto3_see_both_states(create: Callable[..., Any], lambda_: Any) -> None:
    create()

    lambda_.get_waiter("function_active_v2").wait(FunctionName="site", WaiterConfig={"Delay": 0.01, "MaxAttempts": 200})

    assert lambda_.get_function_configuration(FunctionName="site")["State"] == "Active"


def test_a_pending_function_can_be_neither_published_changed_nor_invoked(
    create: Callable[..., Any], lambda_: Any, cloud: LocalCloud
) -> None:
    frozen = cloud.clock.now()
    service = LambdaService(
        sandbox=cloud.sandbox,
        run=lambda _: pytest.fail("it ran"),
        is_replicated=lambda _: False,
        clock=type(cloud.clock)(1, now=lambda: frozen),
    )
    arn = create()["FunctionArn"]
    service._states.begin(arn)
    parameters = {"FunctionName": "site", "ZipFile": make_zip()}
    call: Any = SimpleNamespace(region="us-east-1", parameters=parameters, body=b"{}", environ={})

    for operation in (service.refuse_publish_version, service.refuse_update_function_code, service.answer_invoke):
        with pytest.raises(AwsError, match=PENDING):
            operation(call)


def test_publishing_other_code_than_expected_is_refused(lambda_: Any, active: str) -> None:
    code, message = refusal(lambda_.publish_version, FunctionName="site", CodeSha256="AAAA")

    assert code == "InvalidParameterValueException"
    assert message.startswith("CodeSHA256 (AAAA) is different from current CodeSHA256 in $LATEST (")


def test_the_same_code_again_publishes_nothing_new(lambda_: Any, active: str, cloud: LocalCloud) -> None:
    first = lambda_.publish_version(FunctionName="site")["Version"]
    cloud.settle()
    lambda_.update_function_code(FunctionName="site", ZipFile=make_zip())
    cloud.settle()
    lambda_.update_function_configuration(FunctionName="site", Timeout=3)
    cloud.settle()

    assert lambda_.publish_version(FunctionName="site")["Version"] == first


def test_a_dry_run_changes_nothing(lambda_: Any, active: str) -> None:
    before = lambda_.get_function_configuration(FunctionName="site")["CodeSha256"]
    first = lambda_.publish_version(FunctionName="site")["Version"]

    lambda_.update_function_code(FunctionName="site", ZipFile=make_zip("changed = True"), DryRun=True)

    assert lambda_.get_function_configuration(FunctionName="site")["CodeSha256"] == before
    assert lambda_.publish_version(FunctionName="site")["Version"] == first


def test_latest_alone_cannot_be_deleted(lambda_: Any, active: str) -> None:
    assert refusal(lambda_.delete_function, FunctionName="site", Qualifier="$LATEST") == (
        "InvalidParameterValueException",
        "$LATEST version cannot be deleted without deleting the function.",
    )


@pytest.mark.parametrize("qualifier", ["1", None])
def test_what_an_edge_still_has_cannot_be_deleted(
    lambda_: Any, active: str, cloud: LocalCloud, qualifier: str | None
) -> None:
    version = lambda_.publish_version(FunctionName="site")["FunctionArn"]
    service = LambdaService(sandbox=cloud.sandbox, run=cloud._run, is_replicated=lambda arn: arn == version)
    parameters = {"FunctionName": "site", **({"Qualifier": qualifier} if qualifier else {})}
    call: Any = SimpleNamespace(region="us-east-1", parameters=parameters)

    with pytest.raises(AwsError) as refused:
        service.refuse_delete_function(call)

    assert (refused.value.code, refused.value.status) == ("InvalidParameterValueException", 400)
    assert refused.value.message == (
        f"Lambda was unable to delete {version} because it is a replicated function. "
        "Please see our documentation for Deleting Lambda@Edge Functions and Replicas."
    )


def test_a_function_that_no_edge_has_can_be_deleted(lambda_: Any, active: str, cloud: LocalCloud) -> None:
    lambda_.delete_function(FunctionName="site")

    assert cloud.functions.describe(active) is None


def test_an_invocation_really_runs_the_code(lambda_: Any, active: str) -> None:
    answer = lambda_.invoke(FunctionName="site", Payload=b'{"a": [1]}', LogType="Tail")

    assert json.loads(answer["Payload"].read()) == {"a": [1]}
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "ran\n" in base64.b64decode(answer["LogResult"]).decode()


def test_an_invocation_that_fails_says_unhandled(create: Callable[..., Any], cloud: LocalCloud, lambda_: Any) -> None:
    create(Code={"ZipFile": make_zip("def handler(event, context): return event['no']")})
    cloud.settle()

    answer = lambda_.invoke(FunctionName="site", Payload=b"{}")

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read())["errorType"] == "KeyError"


def test_an_invocation_of_nothing_is_not_found(lambda_: Any) -> None:
    assert refusal(lambda_.invoke, FunctionName="site")[0] == "ResourceNotFoundException"


def test_an_event_that_is_no_json_is_refused(lambda_: Any, active: str) -> None:
    assert refusal(lambda_.invoke, FunctionName="site", Payload=b"{")[0] == "InvalidRequestContentException"


def test_what_a_function_writes_is_in_cloudwatch_logs(lambda_: Any, active: str, client: Callable[..., Any]) -> None:
    lambda_.invoke(FunctionName="site")

    events = client("logs", "us-east-1").filter_log_events(logGroupName="/aws/lambda/site")["events"]
    assert "ran" in [event["message"] for event in events]


def test_a_version_is_found_with_its_own_code(lambda_: Any, active: str, cloud: LocalCloud) -> None:
    arn = lambda_.publish_version(FunctionName="site")["FunctionArn"]
    cloud.settle()
    lambda_.update_function_code(FunctionName="site", ZipFile=make_zip("changed = True"))

    found = cloud.functions.find_version(arn)

    assert found is not None
    assert (found.version, found.code) == ("1", make_zip())
    assert cloud.functions.find_version(arn.removesuffix("1") + "2") is None
