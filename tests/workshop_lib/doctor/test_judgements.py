"""What is fine, what may matter, and what must be fixed before a paid call."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dns.message
import dns.rcode
import pytest
from botocore.exceptions import ClientError

from workshop_lib.doctor.findings import Examination, Finding, look
from workshop_lib.doctor.identity import examine_identity, judge_clock
from workshop_lib.doctor.leftovers import judge_leftovers
from workshop_lib.doctor.network import examine_endpoints, examine_name_servers, examine_proxies
from workshop_lib.doctor.permissions import simulate
from workshop_lib.doctor.places import examine_bucket, examine_region
from workshop_lib.doctor.quotas import judge_concurrency, judge_limit
from workshop_lib.errors import CloudNotReachable, CredentialsRefused, RegionNotEnabled
from workshop_lib.inventory import Unseen
from workshop_lib.names import S3Origin
from workshop_lib.receipts import Inventory

ELSEWHERE = """[default]
region = eu-west-1
[profile class]
endpoint_url = http://10.0.0.1:4566
[services local]
s3 =
  endpoint_url = http://10.0.0.2:9000
  addressing_style = path
"""


def cloud_of(identity: dict[str, Any], date: str = "Sun, 29 Nov 2026 12:00:00 GMT") -> Any:
    """AWS, as far as it says who asks."""
    answer = {**identity, "ResponseMetadata": {"HTTPHeaders": {"date": date}}}
    return SimpleNamespace(is_local=False, sts=SimpleNamespace(get_caller_identity=lambda: answer))


def test_the_root_user_is_warned_and_a_user_is_not() -> None:
    root, user = (
        next(iter(examine_identity(cloud_of({"Account": "1", "Arn": f"arn:aws:iam::1:{who}"}))))
        for who in ("root", "user/ada")
    )

    assert (root.mark, user.mark) == ("!", "✔")
    assert "Sign in as an IAM user or role" in root.fix


def test_the_clock_is_compared_with_the_date_of_an_answer() -> None:
    ada = {"Account": "1", "Arn": "arn:aws:iam::1:user/ada"}
    noon = 1_795_953_600.0  # the date of the answer, in seconds since the epoch

    clock = list(examine_identity(cloud_of(ada), now=lambda: noon + 120))[1]

    assert clock.found == "120 seconds ahead of AWS's"


@pytest.mark.parametrize(("skew", "mark"), [(0, "✔"), (-30, "✔"), (31, "!"), (-300, "!")])
def test_a_clock_that_is_half_a_minute_wrong_is_a_warning(skew: float, mark: str) -> None:
    assert judge_clock(skew).mark == mark


@pytest.mark.parametrize(("copies", "mark"), [(1000, "✔"), (100, "✔"), (10, "!"), (0, "✘")])
def test_the_reduced_concurrency_of_a_new_account_is_a_warning_and_none_is_a_fault(copies: int, mark: str) -> None:
    assert judge_concurrency(copies).mark == mark


@pytest.mark.parametrize(("count", "needed", "mark"), [(0, 2, "✔"), (198, 2, "✔"), (199, 2, "✘"), (200, 0, "✔")])
def test_a_quota_that_leaves_too_little_room_is_a_fault(count: int, needed: int, mark: str) -> None:
    assert judge_limit("health checks", count, 200, needed=needed).mark == mark


def region_that(error: Exception | None) -> Finding:
    """What is found in a region that answers, or raises an error."""

    def ask(**_: object) -> None:
        if error:
            raise error

    cloud: Any = SimpleNamespace(logs=lambda region: SimpleNamespace(describe_log_groups=ask))
    return next(iter(examine_region(cloud, "eu-south-2")))


def test_a_region_that_does_not_know_the_key_is_not_enabled() -> None:
    disabled = region_that(RegionNotEnabled("eu-south-2"))

    assert (disabled.mark, disabled.what, disabled.found) == ("✘", "Region eu-south-2", "not enabled in this account")
    assert region_that(CloudNotReachable("AWS does not answer.")).mark == "✘"


def test_a_region_that_refuses_a_call_is_enabled_as_one_that_answers() -> None:
    denied: Any = {"Error": {"Code": "AccessDeniedException"}}

    assert region_that(None).mark == "✔"
    assert region_that(ClientError(denied, "DescribeLogGroups")).mark == "✔"


def bucket_whose_head_is(status: int) -> Finding:
    """What is found of a bucket's name when S3 answers so."""

    def head(Bucket: str) -> None:  # noqa: N803 - boto3's name
        if status != 200:
            answer: Any = {"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(answer, "HeadBucket")

    cloud: Any = SimpleNamespace(s3=lambda region: SimpleNamespace(head_bucket=head))
    return next(iter(examine_bucket(cloud, S3Origin("my-bucket", "eu-west-1"))))


@pytest.mark.parametrize(("status", "mark"), [(200, "✔"), (404, "✔"), (403, "✘"), (301, "?"), (400, "?")])
def test_a_name_is_free_or_yours_or_somebody_elses(status: int, mark: str) -> None:
    assert bucket_whose_head_is(status).mark == mark


def test_endpoints_in_the_configuration_are_named_by_section(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(ELSEWHERE, encoding="utf-8")
    files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}

    found = examine_endpoints(files)

    assert found.mark == "!"
    assert f"[profile class] of {config} (http://10.0.0.1:4566)" in found.found
    assert f"[services local] of {config} (http://10.0.0.2:9000)" in found.found
    assert "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" in found.fix


def test_a_configuration_that_cannot_be_read_has_no_endpoints(tmp_path: Path) -> None:
    broken = tmp_path / "config"
    broken.write_text("no = section", encoding="utf-8")

    assert examine_endpoints({"AWS_CONFIG_FILE": str(broken), "AWS_SHARED_CREDENTIALS_FILE": str(broken)}).mark == "✔"


def test_a_proxy_is_named_without_its_password() -> None:
    assert examine_proxies({}).found == "none"
    assert examine_proxies({"HTTPS_PROXY": "http://ada:secret@proxy:8080"}).found == "HTTPS_PROXY=http://…@proxy:8080"


def iam_that_takes(*together: set[str]) -> Any:
    """IAM, which simulates only actions that are in one set. All are allowed but `s3:B`."""

    def paginate(**request: Any) -> Iterator[dict[str, Any]]:
        actions = request["ActionNames"]
        if not any(set(actions) <= one for one in together):
            answer: Any = {"Error": {"Code": "InvalidInput", "Message": "require different authorization information"}}
            raise ClientError(answer, "SimulatePrincipalPolicy")
        decisions = {True: "allowed", False: "implicitDeny"}
        yield {"EvaluationResults": [{"EvalActionName": a, "EvalDecision": decisions[a != "s3:B"]} for a in actions]}

    return SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=paginate))


def test_actions_that_iam_does_not_simulate_together_are_simulated_apart() -> None:
    iam = iam_that_takes({"s3:A", "s3:B"}, {"s3:C"}, {"s3:D"})

    found = dict(simulate(iam, PolicySourceArn="any", ActionNames=["s3:A", "s3:B", "s3:C", "s3:D"]))

    assert found == {"s3:A": True, "s3:B": False, "s3:C": True, "s3:D": True}


def test_an_action_that_iam_does_not_simulate_at_all_is_left_out() -> None:
    assert dict(simulate(iam_that_takes({"s3:A"}), ActionNames=["s3:A", "s3:X"])) == {"s3:A": True}


def test_a_name_server_that_answers_is_fine_whatever_it_says() -> None:
    def refuse(listener: socket.socket) -> None:
        query, sender = listener.recvfrom(512)
        response = dns.message.make_response(dns.message.from_wire(query))
        response.set_rcode(dns.rcode.REFUSED)
        listener.sendto(response.to_wire(), sender)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=refuse, args=(listener,))
        thread.start()
        found = examine_name_servers(find_addresses=lambda _: [listener.getsockname()])
        thread.join()

    assert found.mark == "✔"


def test_a_name_server_without_an_address_could_not_be_looked_at() -> None:
    def find_none(_: str) -> list[tuple[str, int]]:
        raise socket.gaierror(-2, "Name or service not known")

    assert examine_name_servers(find_addresses=find_none).mark == "?"


def test_a_place_that_cannot_be_searched_is_not_known() -> None:
    found = list(judge_leftovers(Inventory((), [Unseen("Route 53: hosted zone", "AccessDenied")])))

    assert [finding.mark for finding in found] == ["✔", "?"]


def test_credentials_that_expire_meanwhile_end_the_examination() -> None:
    def examine() -> list[Finding]:
        raise CredentialsRefused("Your AWS credentials have expired.")

    with pytest.raises(CredentialsRefused):
        list(look("Lambda", examine))


def test_what_is_not_known_is_no_fault() -> None:
    unknown = Finding("Lambda", "could not look: AccessDenied", is_unseen=True)

    assert Examination((unknown,)).is_fit
    assert repr(Examination((unknown,))).startswith("? Lambda")
