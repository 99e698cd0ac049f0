"""Lambda in the local cloud: what it refuses, and in which words."""

from __future__ import annotations

import base64
import datetime
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.cloud import LocalCloud
from local_cloud.errors import AwsError
from local_cloud.services.lambda_functions import LambdaService
from local_cloud.services.lambda_functions.invocations import choose_version
from local_cloud.services.lambda_functions.names import FunctionName
from local_cloud.services.lambda_functions.rules import check_runtime

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


def test_a_runtime_is_refused_from_its_last_day() -> None:
    model = SimpleNamespace(input_shape=SimpleNamespace(members={"Runtime": SimpleNamespace(enum=["python3.10"])}))
    call: Any = SimpleNamespace(parameters={"Runtime": "python3.10"}, model=model)
    check_runtime(call, today=datetime.date(2026, 11, 29))

    with pytest.raises(AwsError, match="no longer supported"):
        check_runtime(call, today=datetime.date(2026, 11, 30))


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


def test_an_invocation_of_nothing_is_not_found(lambda_: Any) -> None:
    assert refusal(lambda_.invoke, FunctionName="site")[0] == "ResourceNotFoundException"


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


@pytest.mark.parametrize(("drawn", "version"), [(0.24, "2"), (0.25, "1")])
def test_an_alias_sends_its_share_to_the_other_version(
    lambda_: Any, active: str, cloud: LocalCloud, drawn: float, version: str
) -> None:
    lambda_.publish_version(FunctionName="site")
    cloud.settle()
    lambda_.update_function_code(FunctionName="site", ZipFile=make_zip("changed = True"))
    cloud.settle()
    lambda_.publish_version(FunctionName="site")
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    lambda_.create_alias(FunctionName="site", Name="live", FunctionVersion="1", RoutingConfig=weights)

    chosen = choose_version(FunctionName("us-east-1", "site", "live"), draw=lambda: drawn)

    assert str(chosen.version) == version


def test_nobody_waits_for_an_event_but_settle_does(
    lambda_: Any, active: str, cloud: LocalCloud, client: Callable[..., Any]
) -> None:
    answer = lambda_.invoke(FunctionName="site", InvocationType="Event", Payload=b"{}")

    cloud.settle()

    assert answer["StatusCode"] == 202
    events = client("logs", "us-east-1").filter_log_events(logGroupName="/aws/lambda/site", filterPattern="ran")
    assert [event["message"] for event in events["events"]] == ["ran"]


def test_the_environments_of_a_deleted_function_end(active: str, lambda_: Any, cloud: LocalCloud) -> None:
    lambda_.invoke(FunctionName="site")

    lambda_.delete_function(FunctionName="site")
    cloud.settle()

    assert not any(arn == active for arn, _, _ in cloud.sandbox._pools)


@pytest.fixture
def updated(lambda_: Any, active: str, cloud: LocalCloud) -> Iterator[Callable[..., Any]]:
    """Invokes a function whose code and configuration are being updated, for as long as the test takes."""
    lambda_.invoke(FunctionName="site")
    before, cloud.clock.speed = cloud.clock.speed, 0.01
    yield lambda: json.load(lambda_.invoke(FunctionName="site", Payload=b"1")["Payload"])
    cloud.clock.speed = before


def test_while_its_code_is_updated_a_function_runs_the_code_before(lambda_: Any, updated: Callable[..., Any]) -> None:
    """LDG/functions-states."""
    lambda_.update_function_code(FunctionName="site", ZipFile=make_zip("def handler(event, context): return 'new'\n"))

    assert lambda_.get_function_configuration(FunctionName="site")["LastUpdateStatus"] == "InProgress"
    assert updated() == 1


def test_while_its_configuration_is_updated_a_function_has_the_one_before(
    lambda_: Any, updated: Callable[..., Any]
) -> None:
    lambda_.update_function_configuration(FunctionName="site", Handler="handler.nothing")

    assert updated() == 1


def test_after_an_update_a_function_runs_the_new_code(lambda_: Any, active: str, cloud: LocalCloud) -> None:
    lambda_.update_function_code(FunctionName="site", ZipFile=make_zip("def handler(event, context): return 'new'\n"))
    cloud.settle()

    assert json.load(lambda_.invoke(FunctionName="site")["Payload"]) == "new"


def test_a_runtime_that_is_not_here_is_named(create: Callable[..., Any], lambda_: Any, cloud: LocalCloud) -> None:
    create(Runtime="nodejs24.x")
    cloud.settle()

    assert refusal(lambda_.invoke, FunctionName="site") == (
        "NotImplemented",
        "The local cloud runs Python functions only, not nodejs24.x.",
    )


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:tools:1"]}, "Layers"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "VpcConfig"),
        ({"PackageType": "Image", "Code": {"ImageUri": "image"}}, "container images"),
        ({"SnapStart": {"ApplyOn": "PublishedVersions"}}, "SnapStart"),
    ],
)
def test_what_nothing_here_acts_on_is_named(create: Callable[..., Any], changes: dict[str, Any], part: str) -> None:
    code, message = refusal(create, **changes)

    assert (code, part in message) == ("NotImplemented", True)


def test_code_comes_from_a_bucket_too(
    create: Callable[..., Any], cloud: LocalCloud, client: Callable[..., Any], lambda_: Any
) -> None:
    client("s3", "us-east-1").create_bucket(Bucket="packages")
    client("s3", "us-east-1").put_object(Bucket="packages", Key="site.zip", Body=make_zip())
    create(Code={"S3Bucket": "packages", "S3Key": "site.zip"})
    cloud.settle()

    assert json.loads(lambda_.invoke(FunctionName="site", Payload=b"[1]")["Payload"].read()) == [1]
    missing = {"S3Bucket": "packages", "S3Key": "none.zip"}
    assert "S3 Error Code: NoSuchKey." in refusal(create, FunctionName="other", Code=missing)[1]
