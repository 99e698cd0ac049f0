"""The local cloud, put together: services in front of moto, engines behind them, three sockets on loopback."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Self

import waitress

from local_cloud.call import Call, Response
from local_cloud.clock import Clock
from local_cloud.engines.edge import Edge
from local_cloud.engines.nameserver import Nameserver
from local_cloud.engines.prober import Prober
from local_cloud.engines.replicator import Replicator
from local_cloud.engines.sandbox import Sandbox
from local_cloud.gateway import Gateway
from local_cloud.services.cloudfront import CloudFrontService
from local_cloud.services.iam import IamService
from local_cloud.services.lambda_functions import LambdaService
from local_cloud.services.route53 import Route53Service
from local_cloud.services.s3 import S3Service
from local_cloud.services.s3control import S3ControlService


class LocalCloud:
    """A cloud on this machine, in this process.

    Sockets are bound by the constructor, so the addresses are known before anything runs; use it as a context
    manager, or call `start` and `stop`. moto's state is one per process, so is the local cloud.

    Args:
        port: Port of the AWS APIs; 0 takes a free one.
        edge_port: Port at which distributions answer.
        nameserver_port: UDP and TCP port of the nameserver.
        speed: How many times faster than AWS long waits are; see `Clock`.
        environments: Function environments that an edge keeps for each function version.
    """

    def __init__(
        self, *, port: int = 0, edge_port: int = 0, nameserver_port: int = 0, speed: float = 200.0, environments: int = 2
    ) -> None:
        self.clock = Clock(speed)
        self.lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        self.replicator = Replicator(clock=self.clock, lock=self.lock)
        self.prober = Prober(clock=self.clock, respond=lambda environ: self.gateway.respond(environ))
        self.route53 = Route53Service(clock=self.clock, prober=self.prober)
        self.nameserver = Nameserver(self.route53, is_healthy=self.prober.is_healthy, port=nameserver_port)
        self.sandbox = Sandbox(nameserver=self.nameserver.address, keep_log=self._keep_log, environments=environments)
        self.cloudfront = CloudFrontService(clock=self.clock)
        self.functions = LambdaService(sandbox=self.sandbox, run=self._run, is_replicated=self.cloudfront.is_replicated)
        services = (
            S3Service(replicator=self.replicator),
            S3ControlService(replicator=self.replicator, clock=self.clock),
            IamService(),
            self.functions,
            self.cloudfront,
            self.route53,
        )
        self.gateway = Gateway({service.name: service for service in services}, lock=self.lock, control=self._control, log=self._log)
        self.edge = Edge(
            cloudfront=self.cloudfront, functions=self.functions, sandbox=self.sandbox,
            respond=self.gateway.respond, clock=self.clock, port=edge_port,
        )
        self._server = waitress.create_server(self.gateway, host="127.0.0.1", port=port, threads=8)
        self.calls: list[dict[str, Any]] = []
