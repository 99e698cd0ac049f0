"""Placeholder."""
from __future__ import annotations
from collections.abc import Callable
from typing import Any
from local_cloud.call import Response
from local_cloud.clock import Clock
class Prober:
    def __init__(self, *, clock: Clock, respond: Callable[[dict[str, Any]], Response]) -> None: ...
    def is_healthy(self, health_check_id: str) -> bool: return True
    def reset(self) -> None: ...
    def stop(self) -> None: ...
