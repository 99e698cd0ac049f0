"""The frame itself: what makes a case fail, what is cleaned up, and when a paid account is used."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

from local_cloud.cloud import LocalCloud
from tests.conformance.account import Account, NotRefused, RefusedOtherwise
from tests.conformance.case import GAP, SAME, Case, Moto, captured, unverified
from tests.conformance.judge import run_on_cloud, run_on_moto
from tests.conformance.leftovers import find_leftovers
from tests.conformance.targets import Aws, Endpoint, Names, connect_to_aws
from workshop_lib.cloud import Cloud
from workshop_lib.errors import CostNotAccepted

MISSING = {"Bucket": "there-is-no-such-bucket"}


def case_of(run: Callable[[Account], None], moto: Moto = SAME) -> Case:
    return Case("A fact", captured("nowhere"), moto, None, 0.0, run)


@pytest.fixture
def account(local_target: Endpoint) -> Account:
    return local_target.account()


# ---------------------------------------------------------------- refusals


def test_a_refusal_as_on_aws_is_returned(account: Account) -> None:
    refusal = account.refuses("NoSuchBucket", 404, "does not exist", account.client("s3").get_bucket_acl, **MISSING)

    assert refusal["Error"]["BucketName"] == MISSING["Bucket"]


def test_a_call_that_is_accepted_fails_the_case(account: Account) -> None:
    with pytest.raises(NotRefused, match="list_buckets was accepted, AWS says AccessDenied"):
        account.refuses("AccessDenied", 403, None, account.client("s3").list_buckets)


@pytest.mark.parametrize(
    ("code", "status", "message"), [("NoSuchKey", 404, None), ("NoSuchBucket", 400, None), ("NoSuchBucket", 404, "?!")]
)
def test_another_code_status_or_message_fails_the_case(
    code: str, status: int, message: str | None, account: Account
) -> None:
    with pytest.raises(RefusedOtherwise, match="AWS says"):
        account.refuses(code, status, message, account.client("s3").get_bucket_acl, **MISSING)


# ---------------------------------------------------------------- verdicts


def passes(aws: Account) -> None:
    aws.client("sts").get_caller_identity()


def fails(aws: Account) -> None:
    aws.client("sts").get_caller_identity()
    raise AssertionError("not so")


def is_mistaken(aws: Account) -> None:
    aws.client("s3").get_bucket_acl(Bukket="typo")


def test_a_gap_in_which_moto_passes_is_reported(account: Account) -> None:
    with pytest.raises(pytest.fail.Exception, match="moto closed this gap: A fact"):
        run_on_moto(case_of(passes, GAP), account)


def test_a_gap_in_which_moto_fails_says_how(account: Account) -> None:
    assert run_on_moto(case_of(fails, GAP), account) == "AssertionError: not so"


def test_a_case_that_claims_no_gap_must_pass_on_moto(account: Account) -> None:
    with pytest.raises(AssertionError, match="not so"):
        run_on_moto(case_of(fails, SAME), account)


def test_a_mistake_of_the_case_is_no_gap(account: Account) -> None:
    with pytest.raises(ParamValidationError):
        run_on_moto(case_of(is_mistaken, GAP), account)


def test_a_case_that_asks_nobody_proves_nothing(account: Account) -> None:
    with pytest.raises(AssertionError, match="asked nobody"):
        run_on_cloud(case_of(lambda aws: None), account)


def test_a_sentence_that_nobody_has_shown_fails_the_case(account: Account) -> None:
    def expects(aws: Account) -> None:
        aws.refuses("NoSuchBucket", 404, "does not exist", aws.client("s3").get_bucket_acl, **MISSING)

    run_on_cloud(case_of(expects), account)
    with pytest.raises(AssertionError, match="nobody has shown that AWS says"):
        run_on_cloud(dataclasses.replace(case_of(expects), known_from=unverified("a guess")), account)


# ---------------------------------------------------------------- waiting


def test_eventually_looks_until_the_check_holds(account: Account) -> None:
    looks: list[int] = []

    def check() -> str:
        looks.append(1)
        assert len(looks) == 3
        return "seen"

    assert account.eventually(check) == "seen"


def test_eventually_ends_with_what_the_check_said_last() -> None:
    impatient = Account(lambda service, region: None, "1", None, str, longest_wait=0.0)

    def check() -> None:
        raise AssertionError("never so")

    with pytest.raises(AssertionError, match="never so"):
        impatient.eventually(check, timeout=3600)


# ---------------------------------------------------------------- cleaning up


def test_what_a_case_made_goes_in_reverse_order_though_the_case_failed(account: Account) -> None:
    gone: list[str] = []

    def run(aws: Account) -> None:
        aws.clean_up(gone.append, "first")
        aws.clean_up(gone.append, "second")
        fails(aws)

    with pytest.raises(AssertionError, match="not so"):
        run_on_cloud(case_of(run), account)
    assert gone == ["second", "first"]


def test_what_cannot_be_cleaned_up_stops_nothing_else_and_is_told(account: Account) -> None:
    gone: list[str] = []

    def run(aws: Account) -> None:
        passes(aws)
        aws.clean_up(gone.append, "first")
        aws.clean_up([].remove, "never there")

    with pytest.raises(ExceptionGroup, match="not everything was cleaned up"):
        run_on_cloud(case_of(run), account)
    assert gone == ["first"]


def test_what_is_gone_already_is_no_error(account: Account) -> None:
    account.clean_up(account.client("s3").delete_bucket, **MISSING)

    account.close()


def test_a_bucket_goes_with_all_versions_in_it(account: Account) -> None:
    s3, bucket = account.client("s3"), account.create_bucket(versioned=True)
    s3.put_object(Bucket=bucket, Key="page", Body=b"1")
    s3.put_object(Bucket=bucket, Key="page", Body=b"2")
    s3.delete_object(Bucket=bucket, Key="page")

    account.close()

    account.refuses("404", 404, None, s3.head_bucket, Bucket=bucket)


def test_a_role_goes_with_its_policy(account: Account) -> None:
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    role = account.create_role(statements=[allowed]).rpartition("/")[2]

    account.close()

    account.refuses("NoSuchEntity", 404, None, account.client("iam").get_role, RoleName=role)


# ---------------------------------------------------------------- a paid account


@pytest.fixture
def stand_in(cloud: LocalCloud) -> Cloud:
    """The local cloud, connected to as if it were AWS."""
    return Cloud(cloud.environment)


def test_nothing_is_asked_before_the_cost_is_accepted() -> None:
    def connect(**_: Any) -> Cloud:
        pytest.fail("connected")

    with pytest.raises(CostNotAccepted, match=r"at most 1\.25 USD.*--accept-cost ACCOUNT_ID"):
        connect_to_aws(None, 1.25, environ={}, connect=connect)


def test_the_cost_is_accepted_for_one_account_only(stand_in: Cloud) -> None:
    with pytest.raises(CostNotAccepted, match="accepted 999999999999, but the credentials belong to 123456789012"):
        connect_to_aws("999999999999", 1.25, environ={}, connect=lambda environ: stand_in)


def test_acceptance_is_told_to_the_guard_of_the_clients_and_to_nobody_else(stand_in: Cloud) -> None:
    told: list[Any] = []

    def connect(environ: Any) -> Cloud:
        told.append(environ)
        return stand_in

    aws = connect_to_aws("123456789012", 1.25, environ={"WORKSHOP_CLOUD": "aws"}, connect=connect)

    assert told == [{"WORKSHOP_CLOUD": "aws", "WORKSHOP_ACCEPT_COSTS": "123456789012"}]
    assert aws.account().account_id == "123456789012"


def test_two_runs_use_different_names(stand_in: Cloud) -> None:
    assert Aws(stand_in).names.prefix != Aws(stand_in).names.prefix


def test_a_name_fits_everywhere(stand_in: Cloud) -> None:
    name = Aws(stand_in).account().name("a-kind-of-thing-with-a-long-name")

    assert len(name) <= 40
    assert name == name.lower()


def test_what_a_case_forgot_is_found_by_its_prefix(stand_in: Cloud) -> None:
    aws = Aws(stand_in, Names("forgot"))
    account = aws.account()
    account.create_bucket()
    account.create_role()
    zone = account.client("route53").create_hosted_zone(Name="forgot.test-zone.xyz", CallerReference=account.name("z"))
    account.clean_up(account.client("route53").delete_hosted_zone, Id=zone["HostedZone"]["Id"])
    config = {"CallerReference": "x", "Comment": account.name("identity")}
    cloudfront = account.client("cloudfront")
    made = cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=config)
    identity = made["CloudFrontOriginAccessIdentity"]["Id"]
    account.clean_up(cloudfront.delete_cloud_front_origin_access_identity, Id=identity, IfMatch=made["ETag"])

    found = {text.split()[0] for text in find_leftovers(account, "forgot")}
    account.close()

    assert found == {"bucket", "role", "zone", "origin"}
    assert find_leftovers(account, "forgot") == []
