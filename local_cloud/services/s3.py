"""Placeholder."""
from __future__ import annotations
from local_cloud.engines.replicator import Replicator
from local_cloud.services.service import Service
class S3Service(Service):
    name = "s3"
    def __init__(self, *, replicator: Replicator) -> None: ...
