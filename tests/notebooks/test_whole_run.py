"""The workshop from start to end, once, as `make run` does it, with the permissions that it asks for and no others."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import psutil
import pytest

from tests.kits.connections import lead_elsewhere, read_connections, watch_connections
from tests.kits.processes import find_processes, start_workshop
from tests.notebooks.replay import (
    LEARNER_NAME,
    Need,
    Policy,
    find_stop,
    is_covered,
    learner_policies,
    list_actions,
    read_needs,
    without,
)
from workshop_lib import batch_replication, boundaries, dns_records, inventory, lambda_edge, replication, zones
from workshop_lib.cloud import Cloud
from workshop_lib.cloud_process import own_cloud
from workshop_lib.guards import is_loopback
from workshop_lib.names import WorkshopNames, suggest_names
from workshop_lib.packaging import EDGE_RUNTIMES, package_edge_function
from workshop_lib.policies import LEARNER_POLICIES, LOCAL_ACCOUNT, render_policy, write_grants
from workshop_lib.roles import create_role

TIMEOUT = 170


@dataclass(frozen=True)
class WholeRun:
    """What `workshop run` left: its exit status, what it said, its folder, and processes it should not have left."""

    status: int
    said: str
    output: Path
    left: list[psutil.Process]
    machine: Path
    """The folder of the machine's settings, and of what the run's programs connected to."""


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """All notebooks, run in a local cloud of their own that enforces the learner's permissions.

    The machine has settings that lead AWS clients to a paid account elsewhere. CI keeps what the run leaves:
    `KEEP_RUN_IN` names the folder.
    """
    kept, mark = os.environ.get("KEEP_RUN_IN"), uuid4().hex
    output = Path(kept).resolve() if kept else tmp_path_factory.mktemp("run")
    machine = tmp_path_factory.mktemp("machine")
    settings = watch_connections(machine) | lead_elsewhere(machine)
    given = ("-p", f"learner={LEARNER_NAME}", "--output", output)
    runner = start_workshop("run", "--enforce", *given, mark=mark, **settings)
    said, _ = runner.communicate(timeout=TIMEOUT)
    return WholeRun(runner.returncode, said, output, find_processes(mark), machine)


def test_the_workshop_runs_from_start_to_end(whole_run: WholeRun) -> None:
    assert whole_run.status == 0, whole_run.said


def test_every_step_passed_and_there_are_at_least_forty(whole_run: WholeRun) -> None:
    cases = list(ElementTree.parse(whole_run.output / "junit.xml").iter("testcase"))

    assert [case.get("name") for case in cases if len(case)] == []
    assert sum(str(case.get("name")).startswith("Step ") for case in cases) >= 40


def test_the_slowest_notebook_is_named(whole_run: WholeRun) -> None:
    assert re.search(r"^Slowest: 0\d_\w+, [\d.]+ s\.$", whole_run.said, re.MULTILINE)


def test_the_report_can_be_read_without_a_network(whole_run: WholeRun) -> None:
    page = (whole_run.output / "index.html").read_text(encoding="utf-8")

    assert "06_clean_up" in page
    assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=[\"']?https?:", page)


def test_every_call_of_an_api_is_in_the_call_log(whole_run: WholeRun) -> None:
    lines = (whole_run.output / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    calls = [json.loads(line) for line in lines]

    assert {"s3", "iam", "lambda", "cloudfront", "route53"} <= {call["service"] for call in calls}


def test_nothing_is_left_running(whole_run: WholeRun) -> None:
    assert whole_run.left == []


def test_nothing_leaves_the_machine_whatever_its_settings_say(whole_run: WholeRun) -> None:
    looked_up, reached = read_connections(whole_run.machine)

    assert {host for host in looked_up if re.search("[a-z]", host)} == set(), "only numbers, so DNS is not asked"
    assert "127.0.0.1" in reached
    assert {host for host in reached if not is_loopback(f"http://{host}")} == set()
    assert not (whole_run.machine / "was-run").exists(), "a program of the machine's profile was run"


AGAIN = "a step is run again, or clean-up finds something unfinished"
POLICIES = learner_policies(LEARNER_NAME)


@pytest.fixture(scope="module")
def needs(whole_run: WholeRun) -> list[Need]:
    """What the calls of the whole run needed."""
    return read_needs(whole_run.output / "calls.jsonl", sorted(whole_run.output.glob("0*.ipynb")))


@pytest.fixture(scope="module")
def needs_again(tmp_path_factory: pytest.TempPathFactory) -> list[Need]:
    """What the steps need that repair what is there, which a run from start to end doesn't."""
    folder = tmp_path_factory.mktemp("again")
    granted, log = write_grants(folder, learner=LEARNER_NAME), folder / "calls.jsonl"
    with own_cloud(folder, {**granted, "call_log": log, "speed": 1}) as environment:
        repair(Cloud(environment))
    return read_needs(log, step=AGAIN)


def repair(cloud: Cloud) -> None:
    """Run steps on what somebody typed and on an older package; look up a name without port 53; clean up what
    never ended: a job and an upload.
    """
    names, trust = suggest_names(LEARNER_NAME), render_policy("edge-role-trust")
    marked = {"boundary_arn": boundaries.create_permissions_boundary(cloud, names), "learner": names.learner}
    typed = {"RoleName": names.edge_role_name, "AssumeRolePolicyDocument": json.dumps(trust)}
    cloud.iam.create_role(**typed, PermissionsBoundary=marked["boundary_arn"])
    role_arn = create_role(cloud.iam, role_name=names.edge_role_name, trust=trust, **marked)
    package = package_edge_function()
    older = next(runtime for runtime in EDGE_RUNTIMES if runtime != package.runtime)
    for one in (package_edge_function(runtime=older), package):
        lambda_edge.create_edge_function(
            cloud.lambda_, function_name=names.function_name, role_arn=role_arn, package=one, learner=names.learner
        )
    look_without_port_53(cloud, names)
    leave_unfinished(cloud, names, marked)
    for kind in (inventory.BATCH_JOBS, inventory.BUCKETS):
        for resource in kind.find(cloud, names):
            kind.delete(cloud, resource)


def look_without_port_53(cloud: Cloud, names: WorkshopNames) -> None:
    """Look up a name by Route 53's API, as where the network lets no query out."""
    zone = dns_records.create_hosted_zone(cloud.route53, zone_name=names.zone_name, learner=names.learner)
    name_servers = dns_records.get_name_servers(cloud.route53, zone_id=zone)
    zones.ask_api(cloud.route53, record_name=names.record_name, name_servers=name_servers)


def leave_unfinished(cloud: Cloud, names: WorkshopNames, marked: dict[str, str]) -> None:
    """Begin an upload and a job, in a cloud that takes as long over it as AWS does."""
    for origin in (names.source_origin, names.destination_origin):
        replication.create_bucket(
            cloud.s3(origin.region), bucket=origin.bucket, region=origin.region, learner=names.learner
        )
        replication.enable_versioning(cloud.s3(origin.region), bucket=origin.bucket)
    ireland, buckets = cloud.s3(names.source_region), {"source_bucket": names.source_bucket}
    ireland.put_object(Bucket=names.source_bucket, Key="notice.html", Body=b"The pier is closed.")
    role_arn = replication.create_replication_role(cloud.iam, role_name=names.replication_role_name, **marked)
    replication.put_replication(ireland, **buckets, destination_bucket=names.destination_bucket, role_arn=role_arn)
    batch_role_arn = batch_replication.create_batch_role(
        cloud.iam, role_name=names.batch_role_name, **buckets, **marked
    )
    control = cloud.s3control(names.source_region)
    batch_replication.create_batch_replication_job(
        control, account_id=LOCAL_ACCOUNT, role_arn=batch_role_arn, **buckets
    )
    ireland.create_multipart_upload(Bucket=names.source_bucket, Key="the-pier.mp4")


def test_every_call_was_covered_by_the_permissions_of_this_learner_alone(needs: list[Need]) -> None:
    assert len(needs) > 100
    assert [need for need in needs if not is_covered(need, POLICIES)] == []


def test_to_look_and_to_clean_up_one_of_the_policies_is_enough(needs: list[Need]) -> None:
    reads = ("Get", "List", "Describe", "Filter")
    looks = [need for need in needs if need.step.startswith("06") or need.action.partition(":")[2].startswith(reads)]

    assert len(looks) > 50
    assert [need for need in looks if not is_covered(need, POLICIES[1:])] == []


@pytest.mark.parametrize(
    ("at", "number", "action"),
    list_actions(POLICIES),
    ids=lambda value: str(value),
)
def test_without_any_one_action_some_step_is_refused(
    needs: list[Need], needs_again: list[Need], at: int, number: int, action: str
) -> None:
    stop = find_stop([*needs, *needs_again], without(POLICIES, at, number, action))

    assert stop, f"no step needs {action} in statement {number} of {LEARNER_POLICIES[at]}: take it out"
    assert (stop.action, bool(stop.step)) == (action, True)


@pytest.mark.parametrize("policy", learner_policies("a-name-of-twenty-two"), ids=LEARNER_POLICIES)
def test_the_learners_permissions_fit_into_managed_policies(policy: Policy) -> None:
    assert len(re.sub(r"\s", "", json.dumps(policy))) <= 6144
    assert all(re.fullmatch(r"[A-Za-z0-9]+", statement["Sid"]) for statement in policy["Statement"])


def test_no_action_has_a_wildcard_but_those_for_which_aws_demands_one() -> None:
    wildcards = {action for *_, action in list_actions(POLICIES) if "*" in action}

    assert wildcards == {"lambda:EnableReplication*", "lambda:DisableReplication*"}
