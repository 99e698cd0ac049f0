"""Pages of other sites may not ask the gateway, and names of other machines are not ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local_cloud.front.addressing import is_our_origin, is_ours
from tests.local_cloud.front.plain_http import Answer, code_of


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}], ids=str
)
def test_a_web_page_of_elsewhere_is_refused(ask: Callable[..., Answer], bucket: str, headers: dict[str, str]) -> None:
    answer = ask("DELETE", f"/{bucket}", **headers)

    assert (answer.status, code_of(answer)) == (403, "AccessDenied")


@pytest.mark.parametrize(("path", "service"), [("/site", "s3"), ("/2015-03-31/functions/", "lambda")])
def test_no_web_page_is_invited(ask: Callable[..., Answer], bucket: str, path: str, service: str) -> None:
    answer = ask("GET", path, signed=service, Origin="http://localhost:8888")

    assert answer.status == 200
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "name", ["127.0.0.1:80", "localhost", "site.localhost:1", "s3.amazonaws.com", "d1.cloudfront.net"]
)
def test_names_of_this_machine_are_ours(name: str) -> None:
    assert is_ours(name)


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example", "amazonaws.com.evil.example", "10.0.0.1", ""]
)
def test_other_names_are_not_ours(name: str) -> None:
    assert not is_ours(name)
    assert not is_our_origin(f"http://{name}")


@pytest.mark.parametrize("name", ["evil.s3.amazonaws.com", "d1.cloudfront.net", "localhost.evil.example"])
def test_a_page_that_anyone_may_put_on_the_real_aws_is_not_ours(name: str) -> None:
    assert not is_our_origin(f"https://{name}")


@pytest.mark.parametrize("name", ["localhost:8888", "127.0.0.1:8888", "d1.cloudfront.localhost:1"])
def test_a_page_of_this_machine_is_ours(name: str) -> None:
    assert is_our_origin(f"http://{name}")
