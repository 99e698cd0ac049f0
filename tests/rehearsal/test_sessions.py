"""Sessions that end while a notebook runs, as each service says it, and a new one in the same kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

from local_cloud.cloud import LocalCloud
from tests.rehearsal.door import Door
from tests.rehearsal.stage import CLASS, KEYS, TRUST, equip_machine, open_session, write_keys
from workshop_lib.cloud import Cloud
from workshop_lib.policies import LOCAL_ACCOUNT

WORK = """
from workshop_lib.cloud import accept_costs, connect
from workshop_lib.errors import WorkshopError
cloud = connect()
accept_costs(cloud, "{account}")
s3, iam, lambda_, route53 = cloud.s3("eu-west-1"), cloud.iam, cloud.lambda_, cloud.route53
calls = dict(
    s3=s3.list_buckets, head=lambda: s3.head_bucket(Bucket="mine"),
    change=lambda: s3.put_object(Bucket="mine", Key="page"),
    lambda_=lambda_.list_functions, route53=route53.list_hosted_zones, cloudfront=cloud.cloudfront.list_distributions,
    iam=iam.list_roles, sts=cloud.sts.get_caller_identity, logs=cloud.logs("eu-west-1").describe_log_groups,
)
for turn in ("first", "ended", "next"):
    for name, call in calls.items():
        try:
            call()
            print(turn, name, "is answered")
        except WorkshopError as error:
            print(turn, name, "gives", type(error).__name__, str(error).partition(".")[0])
    print("ready", flush=True)
    input()
"""


@pytest.fixture
def school(connected: Cloud) -> Cloud:
    """The cloud, with a bucket, and a role whose sessions a learner has."""
    connected.s3("eu-west-1").create_bucket(
        Bucket="mine", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    connected.iam.create_role(RoleName=CLASS, AssumeRolePolicyDocument=json.dumps(TRUST))
    connected.iam.attach_role_policy(RoleName=CLASS, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return connected


def test_after_a_session_each_service_gives_the_sentence_and_with_the_next_one_all_goes_on(
    cloud: LocalCloud, school: Cloud, door: Door, tmp_path: Path
) -> None:
    keys = open_session(school)
    machine = equip_machine(tmp_path, door, keys)
    with subprocess.Popen(
        [sys.executable, "-c", WORK.format(account=LOCAL_ACCOUNT)],
        env=machine,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        assert program.stdin
        assert program.stdout
        said = []
        for turn in ("first", "ended", "next"):
            said.append(list(takewhile("ready\n".__ne__, program.stdout)))
            if turn == "first":
                door.expired.add(keys[KEYS[0]])
            if turn == "ended":
                write_keys(tmp_path, open_session(school))
            assert program.poll() is None, said
            program.stdin.write("\n")
            program.stdin.flush()

    first, ended, following = said
    assert {line.partition(" is ")[2] for line in first} == {"answered\n"}
    assert {line.partition(" gives ")[2] for line in ended} == {
        "CredentialsRefused Your AWS credentials have expired\n"
    }
    assert {line.partition(" is ")[2] for line in following} == {"answered\n"}
