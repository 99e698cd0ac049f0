"""What a learner gets from `connect`, and what AWS may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from workshop_lib.calls import CallLog, summarize
from workshop_lib.cloud import Cloud, accept_costs, connect
from workshop_lib.errors import InvalidName, WorkshopError
from workshop_lib.guards import is_read

if TYPE_CHECKING:
    from pathlib import Path

LOCAL = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4000",
    "WORKSHOP_EDGE_URL": "http://127.0.0.1:4001",
    "WORKSHOP_EDGE_LOCATIONS": "Dublin=http://127.0.0.1:4001,Singapore=http://127.0.0.1:4003",
}


@pytest.fixture
def aws_environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment that means AWS, with credentials that open nothing."""
    environ = {
        "WORKSHOP_CLOUD": "aws",
        "WORKSHOP_NAMES": str(tmp_path / "notebooks" / "names.json"),
        "AWS_ACCESS_KEY_ID": "AKIANOTHING",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "WORKSHOP_ACCEPT_COSTS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return environ


@pytest.fixture
def aws(aws_environ: dict[str, str]) -> Cloud:
    """AWS, which no test here asks for anything."""
    return connect(environ=aws_environ)


def test_the_local_cloud_costs_nothing() -> None:
    assert "nothing" in accept_costs(Cloud(LOCAL), "123456789012")


@pytest.mark.parametrize(
    ("operation", "reads"),
    [
        ("ListObjectVersions", True),
        ("GetBucketVersioning", True),
        ("HeadObject", True),
        ("DescribeJob", True),
        ("FilterLogEvents", True),
        ("TestDNSAnswer", True),
        ("PutBucketPolicy", False),
        ("CreateDistribution", False),
        ("Invoke", False),
        ("ChangeResourceRecordSets", False),
        ("UpdateHealthCheck", False),
        ("DeleteBucket", False),
        ("PublishVersion", False),
        ("AssumeRole", False),
    ],
)
def test_only_operations_that_look_are_free(operation: str, reads: bool) -> None:
    assert is_read(operation) is reads


def test_a_page_of_the_local_cloud_is_on_this_machine() -> None:
    url = Cloud(LOCAL).page_url("d111.cloudfront.net", "/index.html")

    assert url == "http://d111.cloudfront.localhost:4001/index.html"


def test_a_page_is_seen_from_a_city() -> None:
    url = Cloud(LOCAL).page_url("d111.cloudfront.net", "/index.html", seen_from="Singapore")

    assert url == "http://d111.cloudfront.localhost:4003/index.html"


def test_a_city_without_an_edge_location_is_refused_and_the_others_are_named() -> None:
    with pytest.raises(InvalidName, match=r"no edge location in 'Cork'\. Choose one of Dublin, Singapore\."):
        Cloud(LOCAL).page_url("d111.cloudfront.net", seen_from="Cork")


def test_on_aws_viewers_are_where_they_are(aws: Cloud) -> None:
    assert aws.edge_locations == {}
    with pytest.raises(
        WorkshopError, match=r"On AWS you see the edge location nearest to you.*CloudShell of another region"
    ):
        aws.page_url("d111.cloudfront.net", seen_from="Singapore")


def test_a_page_of_aws_is_at_cloudfront(aws: Cloud) -> None:
    assert aws.page_url("d111.cloudfront.net") == "https://d111.cloudfront.net/"


def test_a_client_is_made_once() -> None:
    cloud = Cloud(LOCAL)

    assert cloud.s3("eu-west-1") is cloud.s3("eu-west-1")
    assert cloud.s3("eu-west-1") is not cloud.s3("ap-southeast-1")


def test_edge_functions_live_in_virginia() -> None:
    assert Cloud(LOCAL).lambda_.meta.region_name == "us-east-1"


@pytest.fixture
def watched() -> Cloud:
    """A cloud in which buckets were listed, and two asked for in vain."""
    cloud = Cloud(LOCAL)
    s3 = cloud.s3("eu-west-1")
    with Stubber(s3) as stub:
        stub.add_response("list_buckets", {"Buckets": []})
        stub.add_client_error("get_bucket_versioning", "NoSuchBucket", http_status_code=404)
        stub.add_client_error("head_bucket", "404", http_status_code=404)
        s3.list_buckets()
        with pytest.raises(s3.exceptions.NoSuchBucket):
            s3.get_bucket_versioning(Bucket="ticket-ui")
        with pytest.raises(ClientError):
            s3.head_bucket(Bucket="ticket-ui")
    return cloud


def test_a_notebook_can_show_the_calls_that_it_made(watched: Cloud) -> None:
    assert repr(watched.calls).splitlines() == [
        "s3:ListBuckets          eu-west-1                    200",
        "s3:GetBucketVersioning  eu-west-1  Bucket=ticket-ui  404 NoSuchBucket",
        "s3:HeadBucket           eu-west-1  Bucket=ticket-ui  404",
    ]


def test_the_calls_are_a_table_in_a_notebook(watched: Cloud) -> None:
    html = watched.calls._repr_html_()

    assert html.count("<tr>") == 4
    assert "Bucket=ticket-ui" in html
    assert html.count("<code style='white-space:nowrap'>eu-west-1</code>") == 3, "no region breaks at its hyphens"
    assert "></code>" not in html, "what is empty has no grey box"


def test_forgotten_calls_are_not_shown_again(watched: Cloud) -> None:
    watched.forget_calls()

    assert len(watched.calls) == 0
    assert repr(watched.calls) == "no calls"


def test_two_clouds_keep_their_calls_apart(watched: Cloud) -> None:
    assert len(Cloud(LOCAL).calls) == 0
    assert isinstance(watched.calls, CallLog)


@pytest.mark.parametrize(
    ("parameters", "summary"),
    [
        ({"Bucket": "b", "Key": "k"}, "Bucket=b, Key=k"),
        ({"Body": b"12345"}, "Body=<5 bytes>"),
        ({"Code": {"ZipFile": b"1234567"}}, "Code={'ZipFile': <7 bytes>}"),
        ({"Config": {"CallerReference": "7f3a", "Comment": "ada"}}, "Config={'Comment': 'ada'}"),
        ({"Policy": "x" * 100}, "Policy=" + "x" * 59 + "…"),
        ({}, ""),
    ],
)
def test_parameters_are_shown_in_short(parameters: dict[str, Any], summary: str) -> None:
    assert summarize(parameters) == summary
