"""Keeps the AWS calls that a notebook made, so that a step can show them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, overload

from botocore.model import OperationModel

from workshop_lib.refusals import raise_refusal
from workshop_lib.tables import LONG, WHOLE, Column, align_columns, render_table

COLUMNS = (
    *(Column("call", WHOLE, is_code=True), Column("region", WHOLE, is_code=True)),
    *(Column("parameters", LONG), Column("answer", WHOLE, is_code=True)),
)


@dataclass(frozen=True)
class ApiCall:
    """One call of an AWS API, as the client sees it. Retries are not counted."""

    operation: str
    """Such as `"s3:PutBucketVersioning"`, as in IAM and CloudTrail."""
    region: str
    parameters: str
    result: str


class CallLog(Sequence[ApiCall]):
    """The calls, oldest first. Its repr is a table.

    Args:
        file: Each call is also appended to this file, as a line of JSON.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._calls: list[ApiCall] = []
        self._file = file

    @overload
    def __getitem__(self, index: int) -> ApiCall: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ApiCall]: ...
    def __getitem__(self, index: int | slice) -> ApiCall | Sequence[ApiCall]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def forget(self) -> None:
        """Empty the log."""
        self._calls.clear()

    def connect(self, events: Any) -> None:
        """Listen to the events of a client."""
        events.register("before-parameter-build", self._keep_parameters)
        events.register("after-call", self._add)
        events.register("after-call", raise_refusal)  # last, because it ends the call

    def _keep_parameters(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["workshop_parameters"] = summarize(params)

    def _add(
        self, http_response: Any, parsed: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any
    ) -> None:
        service = model.service_model.service_id.lower().replace(" ", "")
        status, code = str(http_response.status_code), parsed.get("Error", {}).get("Code", "")
        call = ApiCall(
            f"{service}:{model.name}",
            context.get("client_region", ""),
            context.get("workshop_parameters", ""),
            status if code in ("", status) else f"{status} {code}",  # for a HEAD, the code is the status
        )
        self._calls.append(call)
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"time": time.time(), **asdict(call)}) + "\n")

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        return ((call.operation, call.region, call.parameters, call.result) for call in self._calls)

    def __repr__(self) -> str:
        return align_columns(self._rows()) or "no calls"

    def _repr_html_(self) -> str:
        return render_table(COLUMNS, self._rows())


def summarize(parameters: dict[str, Any], *, longest: int = 60) -> str:
    """Write parameters in one line, with shortened values. Of bytes it shows only the number."""
    return ", ".join(f"{name}={_shorten(value, longest)}" for name, value in parameters.items())


def _shorten(value: Any, longest: int) -> str:
    text = value if isinstance(value, str) else _show(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _show(value: Any) -> str:
    """Write a value as Python would. Bytes and streams are named only; random caller references are left out."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, dict):
        telling = ((key, child) for key, child in value.items() if key != "CallerReference")
        return "{" + ", ".join(f"{key!r}: {_show(child)}" for key, child in telling) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_show, value)) + "]"
    return "<stream>" if hasattr(value, "read") else repr(value)
