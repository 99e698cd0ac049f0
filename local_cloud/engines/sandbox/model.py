"""What a function is to the sandbox, and what came of running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class DeployedFunction:
    """One version of a function, with its code.

    Attributes:
        arn: ARN of the version, ending with its number or `$LATEST`.
        name: The function's name.
        version: Its number, or `"$LATEST"`.
        code: The zip.
        handler: `"module.function"`.
        runtime: Such as `"python3.13"`.
        timeout: Seconds that one invocation may take.
        memory_size: Megabytes; told to the function, not enforced.
        environment: The function's own variables; a function at the edge can have none.
    """

    arn: str
    name: str
    version: str
    code: bytes = field(repr=False)
    handler: str
    runtime: str
    timeout: float
    memory_size: int
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Invocation:
    """What came of one invocation.

    Attributes:
        payload: What the function returned; None if it failed.
        error: `errorType`, `errorMessage` and perhaps `stackTrace`, as Lambda gives them; None if it didn't fail.
        timed_out: Whether it was ended because it took longer than the function's timeout.
        log: The lines that Lambda and the function wrote meanwhile.
        request_id: As in `context.aws_request_id`.
        duration: Seconds.
    """

    payload: Any
    error: dict[str, Any] | None
    timed_out: bool
    log: list[str]
    request_id: str
    duration: float
