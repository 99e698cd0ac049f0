"""Placeholder."""
from __future__ import annotations
from local_cloud.clock import Clock
from local_cloud.engines.prober import Prober
from local_cloud.services.service import Service
class Route53Service(Service):
    name = "route53"
    def __init__(self, *, clock: Clock, prober: Prober) -> None: ...
