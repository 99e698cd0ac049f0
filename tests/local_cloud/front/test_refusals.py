"""A `refuse_` method only raises: whatever it lets pass or not, the call and the cloud are as before."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from local_cloud.call import Call, HttpRequest
from local_cloud.cloud import LocalCloud
from local_cloud.front.control import Control
from local_cloud.front.gateway import Gateway
from local_cloud.services import Service
from tests.kits.credentials import CREDENTIALS
from tests.local_cloud.front.junk import Fuzz, operations
from tests.local_cloud.front.state import state_of

SEED = 3


class Watched(Service):
    """Another service, of which each refusal is compared with what was there before it."""

    def __init__(self, service: Service, cloud: LocalCloud) -> None:
        self.name, self.owned, self.unlocked = service.name, service.owned, service.unlocked
        self._service, self._cloud = service, cloud
        self.prepare, self.authorize = service.prepare, service.authorize  # type: ignore[method-assign]
        self.watched: set[str] = set()
        self.changed: list[str] = []

    def refuse(self, call: Call) -> None:
        self._watch("refuse", self._service.refuse, call)

    def method(self, verb: str, call: Call) -> Callable[..., Any] | None:
        found = self._service.method(verb, call)
        if verb != "refuse" or found is None:
            return found
        return lambda call: self._watch(call.operation, found, call)

    def _watch(self, name: str, refuse: Callable[[Call], None], call: Call) -> None:
        before = self._saved(call)
        self.watched.add(name)
        try:
            refuse(call)
        finally:
            if self._saved(call) != before:
                self.changed.append(f"{name} {call.parameters!r:.300}")

    def _saved(self, call: Call) -> Any:
        held = {name: value for name, value in vars(call).items() if name != "model"}
        return copy.deepcopy(held), state_of(self._cloud, self.name)


def gateway_of(cloud: LocalCloud, service: Service) -> tuple[Gateway, Watched]:
    watched = Watched(service, cloud)
    control = Control(cloud).answer
    gateway = Gateway(
        {service.name: watched}, lock=cloud.lock, control=control, log=lambda *_: None, credentials=CREDENTIALS
    )
    return gateway, watched


@pytest.mark.parametrize("name", ["s3", "s3control", "iam", "lambda", "cloudfront", "route53", "logs"])
def test_a_refusal_changes_neither_the_call_nor_the_cloud(
    cloud: LocalCloud, furnished: dict[str, list[str]], name: str
) -> None:
    [service] = [each for each in cloud.services if each.name == name]
    gateway, watched = gateway_of(cloud, service)
    fuzz = Fuzz(SEED, furnished)

    for operation in operations(name):
        for wrong in (0, 0.1):
            gateway.respond(fuzz.request(name, operation, wrong=wrong))

    assert watched.changed == []
    assert watched.watched, "there is something to watch"


class Careless(Service):
    """Changes what it should only look at."""

    name = "s3"

    def refuse_list_buckets(self, call: Call) -> None:
        call.parameters["Prefix"] = "widened"  # type: ignore[index]

    def refuse_get_object(self, call: Call) -> None:
        call.request = HttpRequest("GET", "/")


def test_a_refusal_that_widens_a_listing_is_seen(cloud: LocalCloud) -> None:
    gateway, watched = gateway_of(cloud, Careless())

    gateway.respond(Fuzz(SEED, {}).request("s3", "ListBuckets", wrong=0))

    assert [change.split()[0] for change in watched.changed] == ["ListBuckets"]


def test_a_call_is_read_only_while_it_is_refused(cloud: LocalCloud, caplog: pytest.LogCaptureFixture) -> None:
    gateway, watched = gateway_of(cloud, Careless())

    response = gateway.respond(HttpRequest("GET", "/site/page"))

    assert (response.status, watched.changed) == (500, [])
    assert "request of a call can't be changed while it is being refused" in caplog.text
