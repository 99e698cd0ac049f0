"""On AWS, viewers go the way of the APIs: through the machine's proxy, and with its private authority."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kits.fake_aws import FakeAws, running_fake_aws
from workshop_lib.errors import CloudNotReachable
from workshop_lib.observe import fetch_page
from workshop_lib.waiting import wait_until_page_is_served

HOST = "d111111abcdef8.cloudfront.net"
PAGE = f"https://{HOST}/region.json"


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """AWS behind a proxy, whose certificates a private authority signs."""
    with running_fake_aws(tmp_path) as aws:
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        for name in ("AWS_PROFILE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.delenv(name, raising=False)
        aws.answer = lambda asked: (200, '{"region": "eu-west-1"}')
        yield aws


def test_a_page_comes_through_the_proxy(aws: FakeAws) -> None:
    assert fetch_page(PAGE).region == "eu-west-1"
    assert [(asked.host, asked.path) for asked in aws.asked] == [(HOST, "/region.json")]


@pytest.mark.parametrize("setting", ["ca_bundle", "REQUESTS_CA_BUNDLE"])
def test_the_authority_may_be_named_where_botocore_looks_for_it(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    bundle = aws.environment["AWS_CA_BUNDLE"]
    monkeypatch.delenv("AWS_CA_BUNDLE")
    monkeypatch.setenv(setting, bundle)
    (tmp_path / "config").write_text(f"[default]\nca_bundle = {bundle if setting == 'ca_bundle' else ''}\n")

    assert fetch_page(PAGE).status == 200


def test_without_the_authority_the_page_is_not_trusted(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE")

    with pytest.raises(CloudNotReachable, match=r"certificate verify failed.*AWS_CA_BUNDLE"):
        fetch_page(PAGE)
    assert not aws.asked


def test_hosts_that_need_no_proxy_are_asked_directly(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "localhost")

    with pytest.raises(CloudNotReachable):
        fetch_page("https://localhost:1/")
    assert not aws.asked


def test_a_page_of_the_local_cloud_never_comes_through_a_proxy(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKSHOP_CLOUD")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, aws.environment["HTTPS_PROXY"])

    with pytest.raises(CloudNotReachable, match="workshop status"):
        fetch_page("http://d1.cloudfront.localhost:1/")
    assert not aws.asked


def test_a_name_that_only_the_proxy_can_look_up_is_waited_for(aws: FakeAws) -> None:
    aws.unknown_names.add(HOST)

    page = wait_until_page_is_served(PAGE, sleep=lambda _: aws.unknown_names.clear())

    assert page.status == 200
