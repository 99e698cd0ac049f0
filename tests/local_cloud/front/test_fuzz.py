"""Whatever is asked of the AWS APIs, in whatever form: no internal error, and what is refused has changed nothing.

FUZZ_ROUNDS=200 FUZZ_SEED=7 pytest tests/local_cloud/front      for a night
"""

from __future__ import annotations

import os

import pytest

from local_cloud.cloud import LocalCloud
from tests.local_cloud.front.junk import SERVICES, Fuzz, operations, request_of
from tests.local_cloud.front.state import state_of

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
NO_CASE = b"with what this request says"
STUMBLES = {"logs"}
"""Services for which moto's stumble over junk, told as 501, is good enough: nobody teaches most of their operations."""


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_of_a_service_is_an_internal_error(
    cloud: LocalCloud, furnished: dict[str, list[str]], service: str
) -> None:
    fuzz = Fuzz(SEED, furnished)
    for _ in range(ROUNDS):
        for operation in operations(service):
            request = fuzz.request(service, operation, wrong=fuzz.random.choice((0, 0.02, 0.1)))
            said = (service, operation, request.path, request.query, request.body)

            response = cloud.gateway.respond(request)

            assert response.status != 500, said
            assert "html" not in (response.header("Content-Type") or "") or response.ok, said
            assert NO_CASE not in response.body or service in STUMBLES, said
    assert cloud.gateway.respond(request_of("GET", "/", signed="s3")).ok


@pytest.mark.parametrize("service", ["s3", "s3control", "iam", "sts", "lambda", "cloudfront", "route53"])
def test_what_is_refused_has_changed_nothing(cloud: LocalCloud, furnished: dict[str, list[str]], service: str) -> None:
    fuzz = Fuzz(SEED + 1, furnished)
    _ask_everything_once(cloud, furnished)
    before = state_of(cloud, service)
    for _ in range(ROUNDS):
        for operation in operations(service):
            request = fuzz.request(service, operation, wrong=0.3)
            said = (operation, request.path, request.query, request.body)

            response = cloud.gateway.respond(request)

            if response.status < 400:
                cloud.settle()
                before = state_of(cloud, service)
            else:
                assert (difference := _first_difference(before, state_of(cloud, service))) is None, (difference, *said)


def _first_difference(before: list[bytes], after: list[bytes]) -> object:
    if before == after:
        return None
    place = next((n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    return before[place - 4 : place + 2], after[place - 4 : place + 2]


def _ask_everything_once(cloud: LocalCloud, furnished: dict[str, list[str]]) -> None:
    """moto makes some of its state when it is first asked."""
    for service in SERVICES:
        for operation in operations(service):
            if operation.startswith(("Get", "List", "Head", "Describe")):
                cloud.gateway.respond(Fuzz(SEED, furnished).request(service, operation, wrong=0))
    cloud.settle()
