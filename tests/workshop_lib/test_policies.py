"""The JSON documents are complete, and their placeholders can't be got wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_cloud.access.evaluator import Access, decide
from workshop_lib.names import suggest_names
from workshop_lib.policies import LOCAL_ACCOUNT, POLICIES, list_policies, render_policy


@pytest.mark.parametrize("name", list_policies())
def test_every_document_is_json(name: str) -> None:
    assert json.loads((POLICIES / f"{name}.json").read_text(encoding="utf-8"))


def test_a_placeholder_is_filled_in_everywhere() -> None:
    policy = render_policy("replication-role-permissions", source_bucket="here", destination_bucket="there")

    assert [statement["Resource"] for statement in policy["Statement"]] == [
        "arn:aws:s3:::here",
        "arn:aws:s3:::here/*",
        "arn:aws:s3:::there/*",
    ]


def test_tags_are_read_from_the_source_not_the_destination() -> None:
    policy = render_policy("replication-role-permissions", source_bucket="here", destination_bucket="there")

    allowed = {action: statement["Resource"] for statement in policy["Statement"] for action in statement["Action"]}
    assert allowed["s3:GetObjectVersionTagging"] == "arn:aws:s3:::here/*"


def test_a_rule_with_a_filter_has_all_that_aws_then_demands() -> None:
    rule = render_policy(
        "replication-configuration",
        role_arn="r",
        destination_bucket="there",
        prefix="",
        delete_markers="Enabled",
        replica_modifications="Disabled",
    )["Rules"][0]

    assert rule["Priority"] == 1
    assert rule["Filter"] == {"Prefix": ""}
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}


def test_numbers_come_out_as_numbers() -> None:
    config = render_policy("health-check-configuration", region="eu-west-1", request_interval=10, failure_threshold=3)

    assert (config["RequestInterval"], config["FailureThreshold"], config["Port"]) == (10, 3, 443)
    assert config["FullyQualifiedDomainName"] == "s3.eu-west-1.amazonaws.com"


def test_a_value_cannot_break_out_of_its_string() -> None:
    nasty = 'x", "Status": "Disabled'

    rule = render_policy(
        "replication-configuration",
        role_arn="r",
        destination_bucket="b",
        prefix=nasty,
        delete_markers="Enabled",
        replica_modifications="Disabled",
    )["Rules"][0]

    assert rule["Filter"]["Prefix"] == nasty
    assert rule["Status"] == "Enabled"


def test_a_missing_value_is_named() -> None:
    with pytest.raises(TypeError, match="needs a value for destination_bucket"):
        render_policy("replication-role-permissions", source_bucket="here")


def test_a_value_without_a_placeholder_is_named() -> None:
    with pytest.raises(TypeError, match="no placeholder for bukket"):
        render_policy("replication-role-trust", bukket="here")


def test_an_unknown_document_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        render_policy("no-such-document")


ADA = suggest_names("ada")
BUCKETS = {"source_bucket": ADA.source_bucket, "destination_bucket": ADA.destination_bucket}
BOUNDARY = render_policy("permissions-boundary", account=LOCAL_ACCOUNT, learner="ada", **BUCKETS)
LOG = f"arn:aws:logs:eu-west-1:{LOCAL_ACCOUNT}:log-group:/aws/lambda/us-east-1.{ADA.function_name}:log-stream:"


def list_needs() -> list[tuple[str, str]]:
    """The actions of the roles' policies, with a resource of each."""
    documents = [
        render_policy("replication-role-permissions", **BUCKETS),
        render_policy("batch-role-permissions", source_bucket=ADA.source_bucket),
        render_policy("edge-role-permissions"),
    ]
    statements = [statement for document in documents for statement in document["Statement"]]
    return [
        (action, LOG if action.startswith("logs:") else statement["Resource"].replace("*", "index.html"))
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]


def is_within(boundary: Any, action: str, resource: str) -> bool:
    """Whether a boundary allows something."""
    return bool(decide(Access(f"arn:aws:iam::{LOCAL_ACCOUNT}:role/any", action, resource), identity=[boundary]))


@pytest.mark.parametrize(("action", "resource"), list_needs())
def test_the_boundary_allows_what_the_roles_need(action: str, resource: str) -> None:
    assert is_within(BOUNDARY, action, resource)


@pytest.mark.parametrize("action", [action for statement in BOUNDARY["Statement"] for action in statement["Action"]])
def test_a_role_needs_each_action_of_the_boundary(action: str) -> None:
    assert action in {needed for needed, _ in list_needs()}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ReplicateObject", "arn:aws:s3:::two-regions-ben-eu-west-1/index.html"),
        ("s3:ReplicateObject", f"arn:aws:s3:::{ADA.source_bucket}-2/index.html"),
        ("logs:PutLogEvents", LOG.replace("ada", "ben")),
        ("s3:GetObject", f"arn:aws:s3:::{ADA.source_bucket}/index.html"),
        ("iam:CreateUser", "*"),
        ("sts:AssumeRole", "*"),
    ],
)
def test_the_boundary_allows_nothing_else(action: str, resource: str) -> None:
    assert not is_within(BOUNDARY, action, resource)
