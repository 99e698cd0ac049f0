"""Which permissions a call needs, and who is let through: asked of the functions, without HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from moto.core.utils import get_service_model

from local_cloud.access.authorizer import Authorizer, read_policy
from local_cloud.access.identities import LEARNER
from local_cloud.access.permissions import find_permissions
from local_cloud.call import Call, HttpRequest
from local_cloud.cloud import LocalCloud
from local_cloud.errors import AwsError

ROLE = "arn:aws:iam::123456789012:role/edge"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:edge"
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"


def call(service: str, operation: str, who: str | None = LEARNER, **parameters: Any) -> Call:
    """A call as the gateway understands it."""
    model = get_service_model(service).operation_model(operation)
    return Call(service, operation, parameters, "us-east-1", who, HttpRequest("GET", "/"), model)


def needed(service: str, operation: str, **parameters: Any) -> list[tuple[str, str]]:
    """Actions and resources of what a call needs."""
    return [(action, resource) for action, resource, _ in find_permissions(call(service, operation, **parameters))]


def policy(*actions: str, effect: str = "Allow", resource: str = "*") -> str:
    """A policy with one statement."""
    return json.dumps({"Statement": {"Effect": effect, "Action": actions, "Resource": resource}})


def refusal(learner_policy: str, asked: Call) -> AwsError:
    """The refusal of a call of the learner's."""
    with pytest.raises(AwsError) as caught:
        Authorizer(learner_policy).check(asked)
    return caught.value


@pytest.mark.parametrize(
    ("operation", "parameters", "actions"),
    [
        ("HeadBucket", {}, ["s3:ListBucket"]),
        ("ListObjectVersions", {}, ["s3:ListBucketVersions"]),
        ("DeleteBucketReplication", {}, ["s3:PutReplicationConfiguration"]),
        ("PutPublicAccessBlock", {}, ["s3:PutBucketPublicAccessBlock"]),
        ("PutObject", {"Key": "a", "Tagging": "b=c"}, ["s3:PutObject", "s3:PutObjectTagging"]),
        ("DeleteObject", {"Key": "a", "VersionId": "v"}, ["s3:DeleteObjectVersion"]),
        ("CopyObject", {"Key": "a", "CopySource": "/from/b%20c"}, ["s3:PutObject", "s3:GetObject"]),
        ("UploadPartCopy", {"Key": "a", "CopySource": "from/b?versionId=v"}, ["s3:PutObject", "s3:GetObjectVersion"]),
        ("GetObject", {"Key": "a", "VersionId": "v"}, ["s3:GetObjectVersion"]),
    ],
)
def test_s3_has_other_names_for_some_actions(operation: str, parameters: dict[str, Any], actions: list[str]) -> None:
    found = needed("s3", operation, Bucket="site", **parameters)

    assert [action for action, _ in found] == actions


def test_copying_reads_the_source() -> None:
    found = needed("s3", "CopyObject", Bucket="site", Key="a", CopySource="/from/b%20c")

    assert found[1] == ("s3:GetObject", "arn:aws:s3:::from/b c")


def test_each_of_the_objects_to_delete_needs_its_own_permission() -> None:
    objects = [{"Key": "a"}, {"Key": "b", "VersionId": "v"}]

    assert needed("s3", "DeleteObjects", Bucket="site", Delete={"Objects": objects}) == [
        ("s3:DeleteObject", "arn:aws:s3:::site/a"),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::site/b"),
    ]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "passed_to"),
    [
        ("lambda", "CreateFunction", {"FunctionName": "edge", "Role": ROLE}, "lambda.amazonaws.com"),
        ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "edge", "Role": ROLE}, "lambda.amazonaws.com"),
        (
            "s3",
            "PutBucketReplication",
            {"Bucket": "site", "ReplicationConfiguration": {"Role": ROLE}},
            "s3.amazonaws.com",
        ),
        ("s3control", "CreateJob", {"RoleArn": ROLE}, "batchoperations.s3.amazonaws.com"),
    ],
)
def test_who_hands_a_role_to_a_service_needs_to_be_allowed(
    service: str, operation: str, parameters: dict[str, Any], passed_to: str
) -> None:
    found = find_permissions(call(service, operation, **parameters))

    assert found[-1] == ("iam:PassRole", ROLE, {"iam:PassedToService": passed_to})


POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OF_THE_ENTITY = ["Put{}Policy", "Delete{}Policy", "Attach{}Policy", "Detach{}Policy", "Delete{}PermissionsBoundary"]
IN_THE_CALL = ["Create{}", "Put{}PermissionsBoundary"]


def boundary_key(kind: str, operation: str, **parameters: str) -> Any:
    """The condition key `iam:PermissionsBoundary` of a call about a role or user."""
    asked = call("iam", operation.format(kind), **{f"{kind}Name": "ada"}, **parameters)
    return find_permissions(asked)[0].context.get("iam:PermissionsBoundary")


@pytest.mark.parametrize("kind", ["Role", "User"])
def test_permissions_depend_on_the_permissions_boundary(kind: str, clean_cloud: LocalCloud, client: Any) -> None:
    assert [boundary_key(kind, name, PermissionsBoundary=POLICY) for name in IN_THE_CALL] == [POLICY] * 2
    assert {boundary_key(kind, name) for name in [*OF_THE_ENTITY, *IN_THE_CALL]} == {None}

    trusts = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"AssumeRolePolicyDocument": json.dumps({"Statement": trusts})} if kind == "Role" else {}
    create = getattr(client("iam"), f"create_{kind.lower()}")
    create(**{f"{kind}Name": "ada"}, **trust, PermissionsBoundary=POLICY)

    assert [boundary_key(kind, name) for name in OF_THE_ENTITY] == [POLICY] * 5
    assert {boundary_key(kind, name) for name in [*IN_THE_CALL, "UpdateAssumeRolePolicy"]} == {None}


@pytest.mark.parametrize(
    ("parameters", "resource"),
    [
        ({"FunctionName": "edge"}, FUNCTION),
        ({"FunctionName": "edge:1"}, f"{FUNCTION}:1"),
        ({"FunctionName": "edge", "Qualifier": "1"}, f"{FUNCTION}:1"),
        ({"FunctionName": f"{FUNCTION}:1"}, f"{FUNCTION}:1"),
        ({"FunctionName": "123456789012:function:edge"}, FUNCTION),
    ],
)
def test_a_version_is_another_resource_than_its_function(parameters: dict[str, str], resource: str) -> None:
    assert needed("lambda", "Invoke", **parameters) == [("lambda:InvokeFunction", resource)]


@pytest.mark.usefixtures("clean_cloud")
def test_a_distribution_with_a_function_needs_permissions_on_the_version_and_for_the_service_roles() -> None:
    behavior = {"LambdaFunctionAssociations": {"Items": [{"LambdaFunctionARN": f"{FUNCTION}:1"}]}}
    config = {"DefaultCacheBehavior": behavior, "CacheBehaviors": {"Items": [behavior]}}
    found = needed("cloudfront", "CreateDistribution", DistributionConfig=config)

    assert found[:4] == [
        ("cloudfront:CreateDistribution", f"{DISTRIBUTION}/*"),
        ("lambda:GetFunction", f"{FUNCTION}:1"),
        ("lambda:EnableReplication*", f"{FUNCTION}:1"),
        ("lambda:DisableReplication*", f"{FUNCTION}:1"),
    ]
    assert [action for action, _ in found[4:]] == ["iam:CreateServiceLinkedRole"] * 2


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "needs"),
    [
        ("cloudfront", "GetInvalidation", {"DistributionId": "E1", "Id": "I1"}, f"{DISTRIBUTION}/E1"),
        ("cloudfront", "ListDistributions", {}, "*"),
        ("cloudfront", "ListInvalidations", {"DistributionId": "E1"}, f"{DISTRIBUTION}/E1"),
        ("route53", "GetHostedZone", {"Id": "/hostedzone/Z1"}, "arn:aws:route53:::hostedzone/Z1"),
        ("route53", "ListHostedZonesByName", {"HostedZoneId": "Z1"}, "*"),
        ("route53", "GetChange", {"Id": "/change/C1"}, "arn:aws:route53:::change/C1"),
        ("route53", "UpdateHealthCheck", {"HealthCheckId": "h"}, "arn:aws:route53:::healthcheck/h"),
        ("route53", "TestDNSAnswer", {"HostedZoneId": "Z1"}, "*"),
        ("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/aws"}, f"{LOGS}::log-stream:"),
        ("logs", "FilterLogEvents", {"logGroupName": "/aws/a"}, f"{LOGS}:/aws/a:log-stream:"),
        ("s3control", "DescribeJob", {"JobId": "j"}, "arn:aws:s3:us-east-1:123456789012:job/j"),
        ("resourcegroupstaggingapi", "GetResources", {}, "*"),
    ],
)
def test_an_action_is_done_on_a_resource(service: str, operation: str, parameters: dict[str, str], needs: str) -> None:
    ((action, resource),) = needed(service, operation, **parameters)

    assert resource == needs
    assert action.endswith(f":{operation}")


def test_who_one_is_may_be_asked_by_everybody() -> None:
    assert needed("sts", "GetCallerIdentity") == []


def test_the_learner_may_do_everything_unless_a_policy_is_enforced() -> None:
    asked = call("iam", "DeleteRole", RoleName="edge")

    Authorizer().check(asked)

    assert [permission.action for permission in asked.permissions] == ["iam:DeleteRole"]
    assert refusal(policy("iam:GetRole"), asked).code == "AccessDenied"


def test_who_is_not_of_this_account_is_left_to_the_service() -> None:
    for who in (None, "cloudfront.amazonaws.com", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"):
        Authorizer(policy("*", effect="Deny")).check(call("s3", "GetObject", who, Bucket="site", Key="a"))


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("s3", "ListBuckets", "AccessDenied", 403),
        ("iam", "ListRoles", "AccessDenied", 403),
        ("cloudfront", "ListDistributions", "AccessDenied", 403),
        ("route53", "ListHostedZones", "AccessDenied", 403),
        ("lambda", "ListFunctions", "AccessDeniedException", 403),
        ("logs", "DescribeLogGroups", "AccessDeniedException", 400),
    ],
)
def test_each_service_refuses_in_its_own_way(service: str, operation: str, code: str, status: int) -> None:
    error = refusal(policy("sts:*"), call(service, operation))

    assert (error.code, error.status) == (code, status)
    assert error.message.startswith(f"User: {LEARNER} is not authorized to perform: ")


def test_s3_quotes_the_resource() -> None:
    error = refusal(policy("s3:GetObject"), call("s3", "PutObject", Bucket="site", Key="index.html"))

    assert error.message == (
        f"User: {LEARNER} is not authorized to perform: s3:PutObject on resource: "
        '"arn:aws:s3:::site/index.html" because no identity-based policy allows the s3:PutObject action'
    )


@pytest.mark.usefixtures("clean_cloud")
def test_without_enable_replication_cloudfront_says_what_to_add() -> None:
    behavior = {"LambdaFunctionAssociations": {"Items": [{"LambdaFunctionARN": f"{FUNCTION}:7"}]}}
    asked = call("cloudfront", "CreateDistribution", DistributionConfig={"DefaultCacheBehavior": behavior})
    error = refusal(policy("cloudfront:*", "iam:*", "lambda:GetFunction", "lambda:DisableReplication*"), asked)

    assert (error.code, error.status) == ("InvalidLambdaFunctionAssociation", 400)
    added = f"Update the IAM policy to add permission: lambda:EnableReplication* for resource: {FUNCTION}:7"
    assert error.message.endswith(f"{added} and try again.")


def test_a_cloud_is_not_started_with_a_policy_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"Action": "s3:*"}', encoding="utf-8")

    with pytest.raises(ValueError, match="is not an IAM policy"):
        read_policy(file)


def test_the_call_log_says_what_a_call_needed(clean_cloud: LocalCloud, client: Any) -> None:
    client("s3").create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    assert clean_cloud.calls[-1]["permissions"] == [["s3:CreateBucket", "arn:aws:s3:::site", {}]]
