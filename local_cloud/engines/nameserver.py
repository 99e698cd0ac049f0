"""Placeholder."""
from __future__ import annotations
from collections.abc import Callable
from typing import Any
class Nameserver:
    def __init__(self, zones: Any, *, is_healthy: Callable[[str], bool], host: str = "127.0.0.1", port: int = 0) -> None:
        self.address = (host, port)
    def start(self) -> None: ...
    def stop(self) -> None: ...
