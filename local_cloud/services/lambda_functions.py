"""Placeholder."""
from __future__ import annotations
from typing import Any
from local_cloud.engines.sandbox import Sandbox
from local_cloud.services.service import Service
class LambdaService(Service):
    name = "lambda"
    def __init__(self, *, sandbox: Sandbox, run: Any, is_replicated: Any) -> None: ...
