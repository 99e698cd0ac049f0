"""The policy evaluator: pure functions, no cloud."""

from __future__ import annotations

from typing import Any

import pytest

from local_cloud.access.conditions import meets_conditions
from local_cloud.access.evaluator import Access, Decision, decide, is_public, may_assume

ROLE = "arn:aws:iam::123456789012:role/replication"
SESSION = "arn:aws:sts::123456789012:assumed-role/replication/me"
OBJECT = "arn:aws:s3:::site/index.html"


def policy(**changes: Any) -> dict[str, Any]:
    """Allow everything in S3, with changes; a None takes a member away."""
    members = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **changes}
    return {"Statement": [{name: value for name, value in members.items() if value is not None}]}


def decided(*documents: dict[str, Any], action: str = "s3:GetObject", resource: str = OBJECT) -> Decision:
    """What identity policies decide for the role."""
    return decide(Access(ROLE, action, resource), identity=documents)


def named(principal: Any, by: str | None) -> bool:
    """Whether a resource policy for a principal lets somebody in."""
    return bool(decide(Access(by, "s3:GetObject", OBJECT), resource=[policy(Principal=principal)]))


def test_what_nothing_allows_is_not_allowed() -> None:
    assert decided() is Decision.NOT_ALLOWED


def test_a_deny_outweighs_every_allow() -> None:
    assert decided(policy(), policy(Effect="Deny", Action="s3:GetObject")) is Decision.DENIED


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:Get*", "S3:getobject", "*", ["s3:PutObject", "s3:G?tObject"]])
def test_actions_match_by_wildcard_and_whatever_their_case(action: Any) -> None:
    assert decided(policy(Action=action))


def test_not_action_is_all_but_these() -> None:
    document = policy(Action=None, NotAction="s3:Delete*")

    assert decided(document)
    assert not decided(document, action="s3:DeleteObject")


@pytest.mark.parametrize("resource", [OBJECT, "arn:aws:s3:::site/*", "arn:aws:s3:::*", "*"])
def test_resources_match_by_wildcard(resource: str) -> None:
    assert decided(policy(Resource=resource))


def test_a_buckets_objects_are_not_the_bucket() -> None:
    assert not decided(policy(Resource="arn:aws:s3:::site/*"), action="s3:ListBucket", resource="arn:aws:s3:::site")


def test_resources_keep_their_case() -> None:
    assert not decided(policy(Resource="arn:aws:s3:::site/INDEX.html"))


def test_not_resource_is_all_but_these() -> None:
    assert not decided(policy(Resource=None, NotResource="arn:aws:s3:::site/*"))


def test_a_single_statement_needs_no_list() -> None:
    assert decided({"Statement": policy()["Statement"][0]})


@pytest.mark.parametrize(
    ("principal", "by"),
    [
        ("*", None),
        ({"AWS": "*"}, None),
        ({"AWS": ROLE}, ROLE),
        ({"AWS": ["arn:aws:iam::999999999999:root", ROLE]}, ROLE),
        ({"AWS": ROLE}, SESSION),
        ({"AWS": "arn:aws:iam::123456789012:role/with/a/path/replication"}, SESSION),
        ({"AWS": SESSION}, SESSION),
        ({"Service": "cloudfront.amazonaws.com"}, "cloudfront.amazonaws.com"),
    ],
)
def test_a_principal_is_named_in_one_of_these_ways(principal: Any, by: str | None) -> None:
    assert named(principal, by)


@pytest.mark.parametrize(
    ("principal", "by"),
    [
        ({"AWS": ROLE}, None),
        ({"AWS": ROLE}, f"{ROLE}-2"),
        ({"AWS": f"{ROLE}-2"}, SESSION),
        ({"AWS": "arn:aws:iam::123456789012:role/not-replication"}, SESSION),
        ({"AWS": "arn:aws:iam::999999999999:role/replication"}, SESSION),
        ({"AWS": f"{SESSION}-2"}, SESSION),
        ({"AWS": "999999999999"}, ROLE),
        ({"Service": "cloudfront.amazonaws.com"}, None),
        ({"Service": "cloudfront.amazonaws.com"}, "s3.amazonaws.com"),
        (None, ROLE),
    ],
)
def test_who_is_not_named_is_not_meant(principal: Any, by: str | None) -> None:
    assert not named(principal, by)


ACCOUNT = ["123456789012", "arn:aws:iam::123456789012:root"]


@pytest.mark.parametrize("account", ACCOUNT)
@pytest.mark.parametrize("who", [ROLE, SESSION])
def test_an_allow_for_the_account_leaves_it_to_the_accounts_own_policies(account: str, who: str) -> None:
    access, bucket = Access(who, "s3:GetObject", OBJECT), policy(Principal={"AWS": account})

    assert decide(access, resource=[bucket]) is Decision.NOT_ALLOWED
    assert decide(access, resource=[bucket], identity=[policy()])


@pytest.mark.parametrize("account", ACCOUNT)
@pytest.mark.parametrize("who", [ROLE, SESSION])
def test_a_deny_for_the_account_is_for_all_in_it(account: str, who: str) -> None:
    bucket = policy(Principal={"AWS": account}, Effect="Deny")

    assert decide(Access(who, "s3:GetObject", OBJECT), resource=[bucket], identity=[policy()]) is Decision.DENIED


def test_a_deny_that_names_a_role_is_for_its_sessions() -> None:
    bucket = policy(Principal={"AWS": ROLE}, Effect="Deny")

    assert decide(Access(SESSION, "s3:GetObject", OBJECT), resource=[bucket], identity=[policy()]) is Decision.DENIED


@pytest.mark.parametrize("account", ACCOUNT)
def test_a_role_may_trust_the_whole_account(account: str) -> None:
    assert may_assume(policy(Principal={"AWS": account}, Action="sts:AssumeRole", Resource=None), SESSION)


def test_not_principal_is_everybody_else() -> None:
    document = policy(Effect="Deny", NotPrincipal={"AWS": ROLE})

    assert decide(Access(None, "s3:GetObject", OBJECT), resource=[document]) is Decision.DENIED
    assert decide(Access(ROLE, "s3:GetObject", OBJECT), resource=[document]) is Decision.NOT_ALLOWED
    assert decide(Access(SESSION, "s3:GetObject", OBJECT), resource=[document]) is Decision.NOT_ALLOWED


@pytest.mark.parametrize("service", ["lambda.amazonaws.com", "edgelambda.amazonaws.com"])
def test_a_trust_policy_may_name_several_services(service: str) -> None:
    both = {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}

    assert may_assume(policy(Principal=both, Action="sts:AssumeRole", Resource=None), service)


def test_a_trust_policy_with_another_action_lets_nobody_assume() -> None:
    trust = policy(Principal={"Service": "s3.amazonaws.com"}, Action="sts:TagSession", Resource=None)

    assert not may_assume(trust, "s3.amazonaws.com")


@pytest.mark.parametrize(
    ("block", "holds"),
    [
        ({"StringEquals": {"AWS:SourceArn": "arn:x:y"}}, True),
        ({"StringEquals": {"aws:sourcearn": ["a", "arn:x:y"]}}, True),
        ({"StringEquals": {"aws:SourceArn": "arn:x:*"}}, False),
        ({"StringNotEquals": {"aws:SourceArn": "arn:x:y"}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:*"}}, False),
        ({"ArnLike": {"aws:SourceDistribution": "arn:aws:cloudfront::1:distribution/*"}}, True),
        ({"ArnEquals": {"aws:SourceDistribution": "arn:*:cloudfront::1:distribution/E1"}}, True),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "127.0.0.0/8"]}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, False),
        ({"StringEquals": {"aws:Absent": "a"}}, False),
        ({"StringNotEquals": {"aws:Absent": "a"}}, True),
        ({"StringEqualsIfExists": {"aws:Absent": "a"}}, True),
        ({"Null": {"aws:Absent": "true"}}, True),
        ({"Null": {"aws:SourceArn": "true"}}, False),
        ({"StringEquals": {"aws:SourceArn": "arn:x:y"}, "Bool": {"aws:SecureTransport": "false"}}, False),
        ({"NumericLessThan": {"s3:max-keys": "100"}}, True),
    ],
)
def test_conditions(block: dict[str, Any], holds: bool) -> None:
    context = {
        "aws:SourceArn": "arn:x:y",
        "aws:SourceDistribution": "arn:aws:cloudfront::1:distribution/E1",
        "aws:SecureTransport": "true",
        "aws:SourceIp": "127.0.0.1",
        "s3:max-keys": "10",
    }
    assert meets_conditions(block, context) is holds


@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": ROLE}}, False),
        ({"Principal": "*", "Effect": "Deny"}, False),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:SourceArn": "arn:x:y"}}}, False),
        ({"Principal": "*", "Condition": {"StringLike": {"aws:SourceVpc": "vpc-*"}}}, True),
        ({"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}, True),
        ({"Principal": "*", "Condition": {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}}, True),
        ({"Principal": "*", "Condition": {"Null": {"aws:SourceVpce": "true"}}}, True),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}, True),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, False),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}, True),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
    ],
)
def test_a_policy_is_public_when_it_lets_everybody_in(changes: dict[str, Any], public: bool) -> None:
    assert is_public(policy(**changes)) is public


@pytest.mark.parametrize(
    ("block", "holds"),
    [
        ({"NumericEquals": {"s3:max-keys": "ten"}}, False),
        ({"NumericNotEquals": {"s3:max-keys": "ten"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "tomorrow"}}, False),
        ({"DateLessThan": {"aws:CurrentTime": "1893456000"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "9" * 30}}, False),
        ({"Null": {"aws:CurrentTime": []}}, False),
    ],
)
def test_what_is_no_number_and_no_date_is_like_none(block: dict[str, Any], holds: bool) -> None:
    context = {"s3:max-keys": "10", "aws:CurrentTime": "2026-11-27T12:00:00Z"}
    assert meets_conditions(block, context) is holds


@pytest.mark.parametrize(
    ("version", "key", "decision"),
    [
        ("2012-10-17", "ada/page.html", Decision.ALLOWED),
        ("2012-10-17", "bob/page.html", Decision.NOT_ALLOWED),
        ("2008-10-17", "ada/page.html", Decision.NOT_ALLOWED),
        ("2008-10-17", "${aws:username}/page.html", Decision.ALLOWED),
    ],
)
def test_variables_of_a_policy_are_those_of_the_request_since_2012(version: str, key: str, decision: Decision) -> None:
    document = {"Version": version, **policy(Resource="arn:aws:s3:::site/${aws:username}/*")}
    access = Access(ROLE, "s3:GetObject", f"arn:aws:s3:::site/{key}", {"aws:UserName": "ada"})
    assert decide(access, identity=[document]) is decision


def test_a_variable_that_the_request_does_not_carry_has_its_default_or_matches_nothing() -> None:
    document = {"Version": "2012-10-17", **policy(Resource="arn:aws:s3:::site/${aws:PrincipalTag/team, 'all'}/*")}
    assert decided(document, resource="arn:aws:s3:::site/all/page.html")
    assert not decided({"Version": "2012-10-17", **policy(Resource="arn:aws:s3:::site/${aws:username}/*")})


USER = "arn:aws:iam::123456789012:user/ada"


@pytest.mark.parametrize(
    ("who", "named", "is_allowed"),
    [
        (USER, USER, True),
        (USER, "*", True),
        (ROLE, ROLE, False),
        (SESSION, ROLE, False),
        (SESSION, SESSION, True),
        (SESSION, "*", True),
    ],
)
def test_a_permissions_boundary_limits_a_role_that_a_bucket_names_but_no_user_or_session(
    who: str, named: str, is_allowed: bool
) -> None:
    bucket, boundary = policy(Principal={"AWS": named}), policy(Action="s3:PutObject")

    assert bool(decide(Access(who, "s3:GetObject", OBJECT), resource=[bucket], limits=[boundary])) is is_allowed


def test_a_deny_in_a_permissions_boundary_overrides_an_allow_in_a_bucket_policy() -> None:
    bucket, boundary = policy(Principal={"AWS": SESSION}), policy(Effect="Deny")

    assert decide(Access(SESSION, "s3:GetObject", OBJECT), resource=[bucket], limits=[boundary]) is Decision.DENIED


RECORDS = "route53:ChangeResourceRecordSetsRecordTypes"


@pytest.mark.parametrize(
    ("operator", "given", "holds"),
    [
        ("ForAllValues:StringEquals", ("TXT",), True),
        ("ForAllValues:StringEquals", ("A", "TXT"), False),
        ("ForAllValues:StringEquals", None, True),
        ("ForAnyValue:StringEquals", ("A", "TXT"), True),
        ("ForAnyValue:StringEquals", ("A", "NS"), False),
        ("ForAnyValue:StringEquals", None, False),
        ("ForAnyValue:StringNotEquals", ("A", "TXT"), True),
        ("ForAllValues:StringNotEquals", ("A", "TXT"), False),
    ],
)
def test_a_key_may_have_several_values(operator: str, given: tuple[str, ...] | None, holds: bool) -> None:
    context = {RECORDS: given} if given else {}

    assert meets_conditions({operator: {RECORDS: "TXT"}}, context) is holds


@pytest.mark.parametrize(
    ("operator", "date", "holds"),
    [
        ("DateLessThan", "2026-12-01T00:00:00Z", True),
        ("DateGreaterThan", "2026-12-01T00:00:00Z", False),
        ("DateEquals", "2026-11-24T02:00:00+01:00", True),
        ("DateNotEquals", "2026-11-24", True),
    ],
)
def test_dates_are_moments(operator: str, date: str, holds: bool) -> None:
    assert meets_conditions({operator: {"aws:CurrentTime": date}}, {"aws:CurrentTime": "2026-11-24T01:00:00Z"}) is holds
