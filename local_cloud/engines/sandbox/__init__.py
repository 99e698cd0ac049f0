"""Placeholder."""
from __future__ import annotations
from collections.abc import Callable
from dataclasses import dataclass
@dataclass(frozen=True)
class DeployedFunction:
    arn: str
    name: str
    version: str
    code: bytes
    handler: str
    runtime: str
    timeout: float
    memory_size: int
class Sandbox:
    def __init__(self, *, nameserver: tuple[str, int], keep_log: Callable[..., None], environments: int = 2) -> None: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def reset(self) -> None: ...
