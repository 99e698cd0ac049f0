"""Placeholder."""
from __future__ import annotations
from local_cloud.clock import Clock
from local_cloud.engines.replicator import Replicator
from local_cloud.services.service import Service
class S3ControlService(Service):
    name = "s3control"
    def __init__(self, *, replicator: Replicator, clock: Clock) -> None: ...
