"""What is fine, what may matter, and what must be fixed before a paid call."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from workshop_lib.doctor.findings import Examination, Finding
from workshop_lib.doctor.identity import examine_identity, judge_clock
from workshop_lib.doctor.leftovers import judge_leftovers
from workshop_lib.doctor.network import examine_endpoints, examine_proxies
from workshop_lib.doctor.places import examine_bucket, examine_region
from workshop_lib.doctor.quotas import judge_concurrency, judge_limit
from workshop_lib.errors import CloudNotReachable, CredentialsRefused
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
    """What is found in a region whose STS answers, or raises an error."""

    def ask() -> None:
        if error:
            raise error

    cloud: Any = SimpleNamespace(client=lambda service, region: SimpleNamespace(get_caller_identity=ask))
    return next(iter(examine_region(cloud, "eu-south-2")))


def test_a_region_that_does_not_know_the_key_is_not_enabled() -> None:
    assert region_that(None).mark == "✔"
    disabled = region_that(CredentialsRefused("AWS doesn't know your access key."))
    assert (disabled.mark, disabled.found) == ("✘", "not enabled in this account")
    assert region_that(CloudNotReachable("AWS does not answer.")).mark == "✘"


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


def test_a_place_that_cannot_be_searched_is_not_known() -> None:
    found = list(judge_leftovers(Inventory((), [Unseen("Route 53: hosted zone", "AccessDenied")])))

    assert [finding.mark for finding in found] == ["✔", "?"]


def test_what_is_not_known_is_no_fault() -> None:
    unknown = Finding("Lambda", "could not look: AccessDenied", is_unseen=True)

    assert Examination((unknown,)).is_fit
    assert repr(Examination((unknown,))).startswith("? Lambda")
