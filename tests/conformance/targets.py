"""Where cases run: the local cloud, bare moto, or a real account."""

from __future__ import annotations

import functools
import itertools
import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from boto3.session import Session
from botocore.config import Config

from tests.conformance.account import Account
from tests.kits.credentials import KEYS, leave_out_the_account
from workshop_lib.blind_session import open_blind_session
from workshop_lib.cloud import Cloud, connect
from workshop_lib.errors import CostNotAccepted

LOCAL_ACCOUNT = "123456789012"

_SERVE_MOTO = """
import functools, json, sys
from moto.server import DomainDispatcherApplication, ThreadedMotoServer
# moto searches its own folder for each request. Once for each host is enough, and saves a third of the tests' time.
DomainDispatcherApplication.get_backend_for_host = functools.cache(DomainDispatcherApplication.get_backend_for_host)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(json.dumps(server.get_host_and_port()), flush=True)
sys.stdin.read()  # until the parent has ended
"""


class Names:
    """Unique names with one prefix, so that everything can be found again."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._numbers = itertools.count(1)

    def __call__(self, kind: str) -> str:
        return f"{self.prefix}-{kind[:16]}-{next(self._numbers)}"


@dataclass
class Endpoint:
    """A server on this machine that answers for all services.

    Attributes:
        url: Its address.
        longest_wait: Seconds that `eventually` waits at most.
        read_timeout: Seconds that a case waits for an answer.
    """

    url: str
    longest_wait: float
    read_timeout: float
    _names: Names = field(default_factory=lambda: Names("case"))
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def account(self) -> Account:
        """The account for one case. All cases share the clients."""
        return Account(self.client, LOCAL_ACCOUNT, self.url, self._names, self.longest_wait)

    def client(self, service: str, region: str) -> Any:
        """A client that ignores this machine's configuration, and tries once."""
        if (service, region) not in self._clients:
            self._clients[service, region] = client = self._session.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                **KEYS,
                config=Config(
                    proxies={},
                    connect_timeout=5,
                    read_timeout=self.read_timeout,
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    ignore_configured_endpoint_urls=True,
                    inject_host_prefix=False,
                ),
            )
            client.meta.events.register("before-sign", leave_out_the_account)
        return self._clients[service, region]

    @functools.cached_property
    def _session(self) -> Session:
        return Session(botocore_session=open_blind_session())


@contextmanager
def bare_moto() -> Iterator[Endpoint]:
    """The installed moto's own server, in its own process, which ends with this one."""
    environ = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR") if key in os.environ}
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE_MOTO],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ | {"AWS_ACCESS_KEY_ID": "moto", "AWS_SECRET_ACCESS_KEY": "moto"},
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        host, port = json.loads(process.stdout.readline())
        endpoint = Endpoint(f"http://{host}:{port}", longest_wait=0.1, read_timeout=5)
        _stay_away_from_docker(endpoint)
        try:
            yield endpoint
        finally:
            process.stdin.close()
            process.wait(timeout=10)


def _stay_away_from_docker(endpoint: Endpoint) -> None:
    """Disable Docker. If it is installed, moto would pull an image from the internet to run a function."""
    body = json.dumps({"lambda": {"use_docker": False}}).encode()
    request = urllib.request.Request(
        f"{endpoint.url}/moto-api/config", data=body, headers={"Content-Type": "application/json"}
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()


class Aws:
    """A real account, with the clients and rules of `workshop_lib`.

    Args:
        cloud: The cloud, from `connect_to_aws`.
        names: Names with an unused prefix; by default a random one.
    """

    def __init__(self, cloud: Cloud, names: Names | None = None) -> None:
        self.cloud = cloud
        self.names = names or Names(f"conformance-{secrets.token_hex(3)}")

    def account(self) -> Account:
        """The account for one case."""
        url = None if not self.cloud.is_local else self.cloud.environment["AWS_ENDPOINT_URL"]
        return Account(self.cloud.client, self.cloud.account_id, url, self.names, longest_wait=3600.0)


def connect_to_aws(
    accepted: str | None, cost: float, *, environ: Mapping[str, str], connect: Callable[..., Cloud] = connect
) -> Aws:
    """Connect to the account of `WORKSHOP_CLOUD=aws`, if the cost was accepted.

    Args:
        accepted: The account for which a person accepted the cost; None if it was not accepted.
        cost: The cost of the cases at most, in USD.
        environ: Environment variables.
        connect: `workshop_lib.cloud.connect`; a seam for tests.

    Raises:
        CostNotAccepted: Not accepted, or accepted for another account than that of the credentials.
    """
    if not accepted:
        raise CostNotAccepted(
            f"These cases make and delete things in a real account, and cost at most {cost:.2f} USD. "
            "If you accept that, add --accept-cost ACCOUNT_ID, the twelve digits of the account."
        )
    # For this run only. The file that notebooks write is not changed.
    cloud = connect(environ={**environ, "WORKSHOP_ACCEPT_COSTS": accepted})
    if cloud.account_id != accepted:
        raise CostNotAccepted(f"You accepted {accepted}, but the credentials belong to {cloud.account_id}.")
    return Aws(cloud)
