"""The JSON documents are complete, and their placeholders can't be got wrong."""

from __future__ import annotations

import json

import pytest

from workshop_lib.policies import POLICIES, list_policies, render_policy


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
