"""`workshop clean-up` exits with 1 while anything of the learner's is left, and says what, and how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from workshop_cli.main import main
from workshop_lib import dns_records, replication
from workshop_lib.names import suggest_names, write_names

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud
    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


@pytest.fixture
def runner(cloud: LocalCloud, names: WorkshopNames, tmp_path: Path) -> CliRunner:
    """Runs the command with saved names, in the local cloud of the tests."""
    path = write_names(names, tmp_path / "names.json")
    return CliRunner(env={**cloud.environment, "WORKSHOP_NAMES": str(path)})


def test_it_exits_with_0_when_nothing_is_there(runner: CliRunner) -> None:
    for arguments in (["clean-up"], ["clean-up", "--yes"]):
        answer = runner.invoke(main, arguments)

        assert answer.exit_code == 0, answer.output
        assert "Nothing of ada is left." in answer.output


def test_a_look_exits_with_1_and_names_what_costs_and_the_command(buckets: None, runner: CliRunner) -> None:
    answer = runner.invoke(main, ["clean-up"])

    assert answer.exit_code == 1
    assert "These cost money: bucket two-regions-ada-eu-west-1, bucket two-regions-ada-ap-southeast-1." in answer.output
    assert "Nothing was deleted. `workshop clean-up --yes` deletes what is listed above." in answer.output


def test_a_deletion_exits_with_0_when_all_is_gone(buckets: None, runner: CliRunner) -> None:
    answer = runner.invoke(main, ["clean-up", "--yes"])

    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("deleted:\n  bucket")


def test_a_refusal_exits_with_1_and_is_named_with_the_command_to_go_on(
    buckets: None, runner: CliRunner, ireland: S3Client, names: WorkshopNames
) -> None:
    ireland.put_object(Bucket=names.source_bucket, Key="index.html", Body=b"page")
    deny = '{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObjectVersion", "Resource": "arn:aws:s3:::%s/*"}'
    policy = f'{{"Version": "2012-10-17", "Statement": [{deny % names.source_bucket}]}}'
    ireland.put_bucket_policy(Bucket=names.source_bucket, Policy=policy)

    answer = runner.invoke(main, ["clean-up", "--yes"])

    assert answer.exit_code == 1
    assert "refused:" in answer.output
    assert "not authorized to perform: s3:DeleteObjectVersion" in answer.output
    assert f"These cost money: bucket {names.source_bucket}." in answer.output
    assert "To go on, run notebook 06 again, or `workshop clean-up --yes`." in answer.output


def test_what_other_learners_have_does_not_change_the_exit_code(runner: CliRunner, connected: Cloud) -> None:
    bob = suggest_names("bob")
    s3: Any = connected.s3(bob.source_region)
    replication.create_bucket(s3, bucket=bob.source_bucket, region=bob.source_region, learner="bob")

    for arguments in (["clean-up"], ["clean-up", "--yes"]):
        answer = runner.invoke(main, arguments)

        assert answer.exit_code == 0, answer.output
        assert "Other learners in this account, not counted: bob: 1 bucket." in answer.output


def test_things_of_the_learners_earlier_names_exit_with_1(runner: CliRunner, connected: Cloud) -> None:
    dns_records.create_hosted_zone(connected.route53, zone_name="lighthouse.test", learner="ada")

    answer = runner.invoke(main, ["clean-up", "--yes"])

    assert answer.exit_code == 1
    assert "hosted zone  lighthouse.test" in answer.output
    assert "not among the present names" in answer.output
