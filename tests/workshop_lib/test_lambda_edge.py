"""The steps of workshop_lib.lambda_edge against the local cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kits.learner import WIDE_BOUNDARY
from workshop_lib import lambda_edge, packaging
from workshop_lib.errors import StepOutOfOrder
from workshop_lib.packaging import Package
from workshop_lib.waiting import wait_until_function_active

HANDLER = Path(__file__).resolve().parents[2] / "edge_function" / "handler.py"


@pytest.fixture(scope="session")
def package() -> Package:
    """The edge function, packaged for this Python."""
    return packaging.package_edge_function()


@pytest.fixture
def iam(client: Callable[..., Any]) -> Any:
    """IAM."""
    return client("iam", "us-east-1")


@pytest.fixture
def lambda_(client: Callable[..., Any]) -> Any:
    """Lambda in us-east-1, where functions for the edge must be."""
    return client("lambda", "us-east-1")


@pytest.fixture
def role_arn(iam: Any) -> str:
    """The role of the function."""
    return lambda_edge.create_edge_role(iam, role_name="edge", boundary_arn=WIDE_BOUNDARY, learner="ada")


@pytest.fixture
def version_arn(lambda_: Any, role_arn: str, package: Package) -> str:
    """Version 1 of the function, active."""
    lambda_edge.create_edge_function(lambda_, function_name="site", role_arn=role_arn, package=package, learner="ada")
    arn = lambda_edge.publish_version(lambda_, function_name="site", package=package)
    wait_until_function_active(lambda_, version_arn=arn)
    return arn


def test_the_role_trusts_lambda_and_the_edge(iam: Any) -> None:
    lambda_edge.create_edge_role(iam, role_name="edge", boundary_arn=WIDE_BOUNDARY, learner="ada")

    trust = iam.get_role(RoleName="edge")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"]["Service"] == ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]


def test_creating_the_role_again_restores_its_trust(iam: Any, role_arn: str) -> None:
    narrow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
    iam.update_assume_role_policy(RoleName="edge", PolicyDocument=narrow + '"Action":"sts:AssumeRole"}]}')

    again = lambda_edge.create_edge_role(iam, role_name="edge", boundary_arn=WIDE_BOUNDARY, learner="ada")

    trust = iam.get_role(RoleName="edge")["Role"]["AssumeRolePolicyDocument"]
    assert again == role_arn
    assert "edgelambda.amazonaws.com" in trust["Statement"][0]["Principal"]["Service"]


def test_lambda_holds_the_package_that_was_made_here(lambda_: Any, role_arn: str, package: Package) -> None:
    found = lambda_edge.create_edge_function(
        lambda_, function_name="site", role_arn=role_arn, package=package, learner="ada"
    )

    assert found["CodeSha256"] == package.sha256
    assert found["State"] == "Active"
    assert (found["Runtime"], found["Handler"]) == (package.runtime, "handler.handler")


def test_the_same_package_publishes_no_new_version(
    lambda_: Any, role_arn: str, package: Package, version_arn: str
) -> None:
    lambda_edge.create_edge_function(lambda_, function_name="site", role_arn=role_arn, package=package, learner="ada")

    assert lambda_edge.publish_version(lambda_, function_name="site", package=package) == version_arn
    assert version_arn.endswith(":function:site:1")


def test_a_changed_handler_publishes_a_new_version(
    lambda_: Any, role_arn: str, version_arn: str, tmp_path: Path
) -> None:
    changed = tmp_path / "handler.py"
    changed.write_text(HANDLER.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    package = packaging.package_edge_function(source=changed)

    lambda_edge.create_edge_function(lambda_, function_name="site", role_arn=role_arn, package=package, learner="ada")

    assert lambda_edge.publish_version(lambda_, function_name="site", package=package).endswith(":site:2")


def test_the_newest_version_is_found(
    lambda_: Any, role_arn: str, package: Package, version_arn: str, tmp_path: Path
) -> None:
    assert lambda_edge.find_version(lambda_, function_name="site") == version_arn
    changed = tmp_path / "handler.py"
    changed.write_text(HANDLER.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    newer = packaging.package_edge_function(source=changed)
    lambda_edge.create_edge_function(lambda_, function_name="site", role_arn=role_arn, package=newer, learner="ada")
    second = lambda_edge.publish_version(lambda_, function_name="site", package=newer)

    assert lambda_edge.find_version(lambda_, function_name="site") == second != version_arn


def test_finding_the_version_publishes_nothing(lambda_: Any, role_arn: str, package: Package) -> None:
    lambda_edge.create_edge_function(lambda_, function_name="site", role_arn=role_arn, package=package, learner="ada")

    with pytest.raises(StepOutOfOrder, match=r"no version\. Run step 7 of notebook 02"):
        lambda_edge.find_version(lambda_, function_name="site")

    versions = lambda_.list_versions_by_function(FunctionName="site")["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST"]


def test_publishing_before_creating_names_the_missing_step(lambda_: Any, package: Package) -> None:
    with pytest.raises(StepOutOfOrder, match="create_edge_function"):
        lambda_edge.publish_version(lambda_, function_name="site", package=package)


def test_publishing_another_package_than_the_function_holds_names_the_missing_step(
    lambda_: Any, version_arn: str, tmp_path: Path
) -> None:
    other = tmp_path / "handler.py"
    other.write_text("def handler(event, context): return event\n", encoding="utf-8")

    with pytest.raises(StepOutOfOrder, match="another package"):
        lambda_edge.publish_version(
            lambda_, function_name="site", package=packaging.package_edge_function(source=other)
        )


def test_a_role_that_lambda_does_not_know_yet_is_waited_for(
    iam: Any, lambda_: Any, role_arn: str, package: Package
) -> None:
    nobody = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    iam.update_assume_role_policy(RoleName="edge", PolicyDocument=nobody + '"Action":"sts:AssumeRole"}]}')

    found = lambda_edge.create_edge_function(
        lambda_,
        function_name="site",
        role_arn=role_arn,
        package=package,
        sleep=lambda _: (
            str(lambda_edge.create_edge_role(iam, role_name="edge", boundary_arn=WIDE_BOUNDARY, learner="ada")) and None
        ),
        learner="ada",
    )

    assert found["State"] == "Active"


def test_the_published_function_leaves_a_request_without_the_header_alone(lambda_: Any, version_arn: str) -> None:
    event = lambda_edge.make_event()

    answer = lambda_edge.invoke_edge_function(lambda_, version_arn=version_arn, event=event)

    assert answer["request"] == event["Records"][0]["cf"]["request"]
    assert [line["decision"] for line in answer["decisions"]] == ["configured-origin"]
    assert answer["error"] is None


def test_a_function_that_raises_is_shown_with_its_error(lambda_: Any, role_arn: str, tmp_path: Path) -> None:
    broken = tmp_path / "handler.py"
    broken.write_text("def handler(event, context): raise KeyError('cf')\n", encoding="utf-8")
    package = packaging.package_edge_function(source=broken)
    lambda_edge.create_edge_function(lambda_, function_name="site", role_arn=role_arn, package=package, learner="ada")

    answer = lambda_edge.invoke_edge_function(lambda_, version_arn="site", event={})

    assert (answer["request"], answer["error"]["errorType"]) == (None, "KeyError")
