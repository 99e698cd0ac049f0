"""The whole local cloud: services in front of moto, engines behind them, and sockets on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from moto.backends import get_backend
from moto.moto_api._internal.models import moto_api_backend

from local_cloud.access.authorizer import Authorizer, read_policy
from local_cloud.access.credentials import Credentials
from local_cloud.call_log import CallLog
from local_cloud.clock import Clock
from local_cloud.constants import CONTROL_PREFIX, LEARNERS_KEY
from local_cloud.delays import Delays
from local_cloud.engines.edge import CITIES, City, Edge
from local_cloud.engines.nameserver import Nameserver
from local_cloud.engines.prober import Prober
from local_cloud.engines.replicator import Replicator
from local_cloud.engines.sandbox import Sandbox
from local_cloud.faults import Faults
from local_cloud.front.control import Control
from local_cloud.front.gateway import Gateway
from local_cloud.front.parsing import load_models
from local_cloud.front.server import Server
from local_cloud.object_store import object_store
from local_cloud.services import Service
from local_cloud.services.cloudfront import CloudFrontService
from local_cloud.services.iam import IamService, StsService
from local_cloud.services.iam.managed_policies import create_policies
from local_cloud.services.iam.service_roles import ensure_edge_roles
from local_cloud.services.lambda_functions import LambdaService
from local_cloud.services.logs import LogsService
from local_cloud.services.route53 import Route53Service
from local_cloud.services.s3 import S3Service
from local_cloud.services.s3.buckets import regions
from local_cloud.services.s3control import S3ControlService
from local_cloud.services.tagging import TaggingService
from local_cloud.sigv4 import make_secret, presign

T = TypeVar("T")

SECONDS_OF_A_CODE_URL = 600
"""Seconds that the URL of a function's code is valid (Lambda API Reference, FunctionCodeLocation)."""
UNTIL_WARM_UP = 0.5
"""Seconds after `start` until models and modules of later calls are loaded in the background."""


class LocalCloud:
    """A cloud on this machine, in this process.

    The constructor binds the sockets, so the addresses are known before anything runs. Use it as a context
    manager, or call `start` and `stop`. Make one per process, as moto's state is one per process.

    Args:
        port: Port of the AWS APIs; 0 takes a free one.
        edge_port: Port of the distributions in the first city; the other cities take free ports.
        nameserver_port: UDP and TCP port of the nameserver.
        speed: How many times shorter than on AWS long waits are; see `Clock`.
        environments: Function environments that each region keeps for each function version.
        concurrent_executions: Functions that each edge region runs at once; more are throttled. 0 throttles all.
        slow: What is later than the speed says, such as `"dns=20"`; see `Delays`.
        cities: The edge locations.
        call_log: A file; each call is appended to it as a line of JSON.
        enforce: Files with the IAM policies of the user `learner`. Without any, the learner may do everything.
        managed_policy: Files with managed policies of the account, which are there from the start and after a reset.
            Their names are the names of the files.
        secret: The secret of the learner's access key; by default a new one.
        keep_secret: Called with the new secret when it changes, before it is used.

    Raises:
        ValueError: A file has no policy, or something in `slow` is no delay.
        OSError: A port is taken, or a file can't be read.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        edge_port: int = 0,
        nameserver_port: int = 0,
        speed: float = 200.0,
        environments: int = 2,
        concurrent_executions: int = 1000,
        slow: Sequence[str] = (),
        cities: Sequence[City] = CITIES,
        call_log: Path | None = None,
        enforce: Sequence[Path] = (),
        managed_policy: Sequence[Path] = (),
        secret: str = "",
        keep_secret: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._enforced = enforce
        self._keep_secret = keep_secret
        self.credentials = Credentials(secret or make_secret())
        self.clock = Clock(speed)
        self.delays = Delays.parse(slow)
        authorizer = Authorizer(*map(read_policy, enforce), now=self.clock.now)
        self._granted = {file.stem: read_policy(file) for file in managed_policy}
        self.lock = threading.RLock()
        self.call_log = CallLog(file=call_log)
        self.faults = Faults(note=self.call_log.note, has_region=lambda region: region in regions())
        self.stop_requested = threading.Event()
        self._loop = _new_event_loop()
        self._threads: list[threading.Thread] = []
        with contextlib.ExitStack() as undo:  # if a port is taken, the sockets bound so far are closed
            undo.callback(self._loop.close)
            self._build_services(nameserver_port, environments, authorizer.learner_policies)
            undo.callback(self.nameserver.stop)
            self.gateway = Gateway(
                {service.name: service for service in self.services},
                lock=self.lock,
                control=Control(self).answer,
                log=self.call_log.add,
                credentials=self.credentials,
                authorizer=authorizer,
                faults=self.faults,
            )
            self._server = Server(
                self.gateway,
                port=port,
                may_take_long=self.gateway.may_take_long,
                never_waits=self.gateway.never_waits,
                lock=self.lock,
            )
            undo.callback(self._server.stop)
            self.edge = Edge(
                cloudfront=self.cloudfront,
                functions=self.functions,
                sandbox=self.sandbox,
                respond=self.gateway.respond,
                respond_at_once=self.gateway.respond_at_once,
                clock=self.clock,
                port=edge_port,
                cities=cities,
                keep_log=self.logs.keep,
                concurrent_executions=concurrent_executions,
                faults=self.faults,
                late=self.delays.invalidation,
            )
            undo.pop_all()

    def _build_services(self, nameserver_port: int, environments: int, learner_policies: Sequence[str]) -> None:
        """Make the services and engines, and connect them."""
        self.replicator = Replicator(
            clock=self.clock, lock=self.lock, note=self.call_log.note, faults=self.faults, delays=self.delays
        )
        self.prober = Prober(
            clock=self.clock,
            late=self.delays.dns,
            respond=lambda request, asker: self.gateway.respond(request, asker),
        )
        self.route53 = Route53Service(clock=self.clock, prober=self.prober, dns_seconds=self.delays.dns)
        self.nameserver = Nameserver(
            self.route53, is_healthy=self.prober.is_healthy, faults=self.faults, port=nameserver_port
        )
        self.logs = LogsService(late=self.delays.logs)
        self.sandbox = Sandbox(nameserver=self.nameserver.address, keep_log=self.logs.keep, environments=environments)
        self.cloudfront = CloudFrontService(clock=self.clock, delays=self.delays)
        self.functions = LambdaService(
            sandbox=self.sandbox,
            run=self._run,
            is_replicated=self.cloudfront.is_replicated,
            clock=self.clock,
            presign=self._presign,
        )
        self.cloudfront.connect(functions=self.functions, ensure_roles=ensure_edge_roles)
        self.services: tuple[Service, ...] = (
            S3Service(
                replicator=self.replicator,
                is_identity=self.cloudfront.is_known_identity,
                versioning_seconds=self.delays.versioning,
            ),
            S3ControlService(replicator=self.replicator, clock=self.clock),
            IamService(learner_policies, late=self.delays.permissions),
            StsService(),
            self.functions,
            self.cloudfront,
            self.route53,
            self.logs,
            TaggingService(cloudfront=self.cloudfront, route53=self.route53),
        )

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that make a program use this cloud, and no other."""
        host, port = self.nameserver.address
        return {
            "WORKSHOP_CLOUD": "local",
            "AWS_ENDPOINT_URL": self._server.url,
            # SDKs put the account and a dot before the host. Before an @ this is a user name, so the host resolves.
            "AWS_ENDPOINT_URL_S3_CONTROL": self._server.url.replace("//", "//account@"),
            "AWS_ACCESS_KEY_ID": LEARNERS_KEY,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "WORKSHOP_EDGE_URL": self.edge.url,
            "WORKSHOP_EDGE_LOCATIONS": ",".join(f"{city}={url}" for city, url in self.edge.urls.items()),
            "WORKSHOP_NAMESERVER": f"{host}:{port}",
            "WORKSHOP_CONTROL_URL": f"{self._server.url}{CONTROL_PREFIX.rstrip('/')}",
            **({"WORKSHOP_ENFORCED_POLICY": os.pathsep.join(map(str, self._enforced))} if self._enforced else {}),
        }

    @property
    def regions(self) -> list[str]:
        """The regions with an edge, a bucket or a log group, where a client finds something."""
        with self.lock:
            buckets = {bucket.region_name for bucket in object_store().buckets.values()}
            return sorted({"us-east-1", *self.edge.regions, *buckets, *self.logs.regions})

    def _presign(self, target: str, host: str) -> str:
        key, secret = LEARNERS_KEY, self.credentials.secret
        return presign(target, host, key=key, secret=secret, seconds=SECONDS_OF_A_CODE_URL)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls answered so far, oldest first; see `CallLog`."""
        return self.call_log.since(0)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start answering. Returns when all sockets answer. A cloud can be started once."""
        create_policies(self._granted)
        self._start_thread("local-cloud-loop", self._loop.run_forever)
        self.nameserver.start()
        self._run(self.sandbox.start())
        self._run(self.edge.start())
        self._start_thread("local-cloud-api", self._server.run)

    def stop(self) -> None:
        """End all threads, processes and sockets of this cloud. May be repeated."""
        if self._loop.is_closed():
            return
        with contextlib.ExitStack() as last_first:  # each of these runs, even if another one fails
            last_first.callback(self.call_log.close)
            last_first.callback(self._loop.close)
            last_first.callback(self._join_threads)
            last_first.callback(self._run_last, _end_tasks)
            last_first.callback(self.nameserver.stop)
            last_first.callback(self.prober.stop)
            last_first.callback(self.replicator.stop)
            last_first.callback(self._run_last, self.sandbox.stop)
            last_first.callback(self._run_last, self.edge.stop)
            last_first.callback(self._server.stop)
            last_first.callback(self.faults.end)  # otherwise stopping would wait for requests that a fault delays

    def reset(self) -> None:
        """End all faults, and delete buckets, functions, distributions, records, logs and calls. The addresses stay."""
        self.faults.end()
        self._run(self.edge.reset())
        self._run(self.sandbox.reset())
        self.replicator.reset()
        self.prober.reset()
        with self.lock:
            moto_api_backend.reset()
            for service in self.services:
                service.reset()
            create_policies(self._granted)
        self.call_log.clear()

    def renew_secret(self) -> None:
        """Change the secret. Programs that know only the old one are refused from now on."""
        secret = make_secret()
        self._keep_secret(secret)
        self.credentials.secret = secret

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until replication, deployments and jobs are done.

        Raises:
            TimeoutError: Something was still under way after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        self.replicator.settle(timeout)
        while not all(service.is_settled for service in self.services):
            if time.monotonic() > deadline:
                late = [service.name for service in self.services if not service.is_settled]
                raise TimeoutError(f"Still under way after {timeout:g} s: {', '.join(late)}")
            time.sleep(0.005)
            self.replicator.settle(max(0.1, deadline - time.monotonic()))

    def warm_up(self) -> None:
        """In a new thread, load the modules and models for which the first call of each service would wait.

        It waits a moment first: the program that started the cloud makes its first call now, and should run alone.
        """
        self._start_thread("local-cloud-warm-up", self._load_services)

    def _start_thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _load_services(self) -> None:
        if self.stop_requested.wait(UNTIL_WARM_UP):
            return
        for service in self.services:
            if not service.owned:
                get_backend(service.name)  # type: ignore[call-overload]
            load_models([service.name])

    def _join_threads(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the engines' loop and wait for its result. Don't call it in the loop's own thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _run_last(self, stop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._threads:
            asyncio.run_coroutine_threadsafe(stop(), self._loop).result(timeout=15)
        else:  # never started
            self._loop.run_until_complete(stop())


async def _end_tasks() -> None:
    """End the tasks left in the loop, such as those of connections that broke off during a request."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """Use uvloop if it is installed (not on Windows). A miss at the edge then takes 5 % less time."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
