"""With the learner's policies no learner gains more than they allow: no administrator, no neighbour's things."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.escalation.kit import ADA, ADMIN, BEN, CODE, Class, class_account, take_stock
from tests.escalation.tries import AS_ADA, AS_HER_ROLE, Try
from tests.kits.processes import wait_for
from workshop_lib.policies import LEARNER_POLICIES, LOCAL_ACCOUNT, render_policy


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """A class's account. No test changes it."""
    with class_account(tmp_path_factory.mktemp("class")) as account:
        yield account


@pytest.fixture(scope="module")
def before(account: Class) -> dict[str, Any]:
    """What was there before the first try."""
    return take_stock(account.admin)


def assert_refused(account: Class, before: dict[str, Any], code: str, attempt: Try) -> None:
    """A try is refused, and changes nothing."""
    with pytest.raises(ClientError) as refusal:
        attempt(account)

    assert refusal.value.response["Error"]["Code"] == code, refusal.value
    assert take_stock(account.admin) == before


@pytest.mark.parametrize(("code", "attempt"), AS_ADA.values(), ids=AS_ADA.keys())
def test_a_learner_does_not_get(account: Class, before: dict[str, Any], code: str, attempt: Try) -> None:
    assert_refused(account, before, code, attempt)


@pytest.mark.parametrize(("code", "attempt"), AS_HER_ROLE.values(), ids=AS_HER_ROLE.keys())
def test_a_learners_role_that_allows_itself_everything_does_not_get(
    account: Class, before: dict[str, Any], code: str, attempt: Try
) -> None:
    assert_refused(account, before, code, attempt)


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "UpdateFunctionConfiguration"])
def test_a_body_that_names_the_learners_function_does_not_open_an_administrators(
    account: Class, before: dict[str, Any], operation: str
) -> None:
    def name_own(params: dict[str, Any], **_: Any) -> None:
        params["body"] = json.dumps({**json.loads(params["body"]), "FunctionName": ADA.function_name}).encode()

    events = account.ada("lambda").meta.events
    events.register(f"before-call.lambda.{operation}", name_own)
    change = {"ZipFile": CODE} if operation == "UpdateFunctionCode" else {"Description": "up"}
    try:
        assert_refused(
            account,
            before,
            "AccessDeniedException",
            lambda a: a.ada.functions(xform_name(operation), FunctionName="payroll", **change),
        )
    finally:
        events.unregister(f"before-call.lambda.{operation}", name_own)


def test_replication_into_another_learners_bucket_copies_nothing(account: Class) -> None:
    def status() -> str:
        found: str = account.ada.s3("head_object", ADA.source_bucket, Key="exam.txt")["ReplicationStatus"]
        return found

    wait_for("the end of the replication", lambda: status() != "PENDING")

    assert status() == "FAILED"
    assert account.admin.s3("get_object", BEN.source_bucket, Key="exam.txt")["Body"].read() == b"42"


def test_an_administrators_role_may_do_what_the_learner_tries(account: Class) -> None:
    session = account.admin.assume(ADMIN)

    session.iam("create_user", UserName="eve")
    session.iam("delete_user", UserName="eve")


def granted() -> list[dict[str, Any]]:
    """The statements of the learner's policies and of the boundary."""
    values = {"account": LOCAL_ACCOUNT, "learner": "ada", "source_bucket": "here", "destination_bucket": "there"}
    documents = [render_policy(name, **values) for name in (*LEARNER_POLICIES, "permissions-boundary")]
    return [statement for document in documents for statement in document["Statement"]]


def actions_of(statement: dict[str, Any]) -> list[str]:
    """The actions of a statement."""
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def test_a_role_may_be_handed_to_three_services_only() -> None:
    passing = [statement for statement in granted() if "iam:PassRole" in actions_of(statement)]

    assert [statement["Condition"] for statement in passing] == [
        {
            "StringEquals": {
                "iam:PassedToService": ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com", "lambda.amazonaws.com"]
            }
        }
    ]


def test_no_policy_of_the_workshop_allows_changes_of_users_policies_or_boundaries() -> None:
    changes = {
        action
        for statement in granted()
        for action in actions_of(statement)
        if action.startswith(("iam:", "sts:")) and not action.startswith(("iam:Get", "iam:List", "iam:Simulate"))
    }

    assert changes == {
        *("iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateRole", "iam:DeleteRole", "iam:DeleteRolePolicy"),
        *("iam:PassRole", "iam:CreateServiceLinkedRole", "iam:TagRole"),
    }


def test_a_role_is_made_and_gets_its_policy_only_within_the_boundary() -> None:
    making = [one for one in granted() if {"iam:CreateRole", "iam:PutRolePolicy"} & set(actions_of(one))]
    boundary = f"arn:aws:iam::{LOCAL_ACCOUNT}:policy/two-regions-ada-boundary"

    assert [one["Condition"] for one in making] == [{"ArnLike": {"iam:PermissionsBoundary": boundary}}]
