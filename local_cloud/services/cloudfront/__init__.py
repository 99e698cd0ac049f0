"""Placeholder."""
from __future__ import annotations
from local_cloud.clock import Clock
from local_cloud.services.service import Service
class CloudFrontService(Service):
    name = "cloudfront"
    def __init__(self, *, clock: Clock) -> None: ...
    def is_replicated(self, version_arn: str) -> bool: return False
    def connect(self, *, functions: object) -> None: ...
