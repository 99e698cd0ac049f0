"""CloudWatch Logs: moto's, with the output of functions."""

from __future__ import annotations

import collections
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from moto.backends import get_backend

from local_cloud.call import Call, not_implemented
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.services.constraints import check_constraints
from local_cloud.services.logs.patterns import is_about_words, matches_pattern
from local_cloud.services.service import Service

LONGEST_NAME = 512

LARGEST_PAGE = 10_000
"""Events of a page without `limit` (botocore, `logs.FilterLogEvents`)."""

RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that a log group can keep its events (botocore, `logs.PutRetentionPolicy`)."""


class _Output(NamedTuple):
    group: str
    region: str
    stream: str
    lines: tuple[str, ...]
    milliseconds: int


class LogsService(Service):
    """Keeps the output of functions, and writes it to moto's log groups before the next call.

    So `keep` never waits for the cloud's lock, which the caller of the function may hold.

    Args:
        late: Seconds until a call sees an output.
        now: Seconds since the epoch; a seam for tests.
        limit: Invocations whose output is kept at most until the next call; older output is lost.
    """

    name = "logs"

    def __init__(self, *, late: float = 0.0, now: Callable[[], float] = time.time, limit: int = 20_000) -> None:
        self._late, self._now = late, now
        self._waiting: collections.deque[_Output] = collections.deque(maxlen=limit)

    def keep(self, group: str, region: str, stream: str, lines: Sequence[str]) -> None:
        """Append the output of one invocation, with the time of this call. Safe in any thread.

        Args:
            group: Such as `/aws/lambda/us-east-1.site`. Group and stream are made if they don't exist.
            region: Where the function ran; an edge logs in its own region.
            stream: One for each function environment.
            lines: The function's output.
        """
        self._waiting.append(_Output(group, region, stream, tuple(lines), int(self._now() * 1000)))

    @property
    def regions(self) -> set[str]:
        """The regions with log groups, or with output that will soon be in one."""
        backends = get_backend("logs")[ACCOUNT_ID]
        return {output.region for output in self._waiting} | {name for name in backends if backends[name].groups}

    def prepare(self, call: Call) -> None:
        """Write the output of functions to moto's log groups."""
        seen = (self._now() - self._late) * 1000
        while self._waiting and self._waiting[0].milliseconds <= seen:
            _store(self._waiting.popleft())

    def refuse(self, call: Call) -> None:
        """Refuse values that break the model."""
        for member in ("logGroupName", "logStreamName"):
            if len(call.parameters.get(member) or "") > LONGEST_NAME:
                text = f"Invalid LogGroup or LogStream, both must have length less than or equal to {LONGEST_NAME}."
                raise _invalid(text)
        check_constraints(call, code="InvalidParameterException")

    def refuse_put_retention_policy(self, call: Call) -> None:
        """Refuse other numbers of days than `RETENTIONS`."""
        if call.parameters["retentionInDays"] not in RETENTIONS:
            raise _invalid(f"retentionInDays must be one of {', '.join(map(str, RETENTIONS))}.")

    def refuse_create_log_stream(self, call: Call) -> None:
        """Refuse a stream that exists. moto would say that the group exists."""
        group = _groups(call).get(call.parameters["logGroupName"])
        if group and call.parameters["logStreamName"] in group.streams:
            raise AwsError("ResourceAlreadyExistsException", "The specified log stream already exists", 400)

    def refuse_describe_log_groups(self, call: Call) -> None:
        """Refuse a prefix together with a pattern."""
        if call.parameters.get("logGroupNamePrefix") and call.parameters.get("logGroupNamePattern"):
            raise _invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")

    def prepare_describe_log_streams(self, call: Call) -> None:
        """Replace a log group's identifier (name or ARN) by its name, as moto knows only names."""
        identifier = call.parameters.get("logGroupIdentifier")
        if identifier and not call.parameters.get("logGroupName"):
            name = identifier.partition(":log-group:")[2].removesuffix(":*") or identifier
            named = {key: value for key, value in call.parameters.items() if key != "logGroupIdentifier"}
            call.parameters = {**named, "logGroupName": name}
            call.rewrite(body=json.dumps(call.parameters).encode())

    prepare_get_log_events = prepare_describe_log_streams
    prepare_delete_log_stream = prepare_describe_log_streams
    prepare_filter_log_events = prepare_describe_log_streams

    def refuse_describe_log_streams(self, call: Call) -> None:
        """Refuse a name together with an identifier."""
        if call.parameters.get("logGroupName") and call.parameters.get("logGroupIdentifier"):
            text = "LogGroup name and LogGroup ARN are mutually exclusive parameters."
            raise AwsError("ValidationException", text, 400)

    def refuse_get_log_events(self, call: Call) -> None:
        """Refuse a stream that doesn't exist. moto would say that the group doesn't exist."""
        group = _groups(call).get(call.parameters.get("logGroupName") or "")
        if group and call.parameters["logStreamName"] not in group.streams:
            raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.", 400)

    refuse_delete_log_stream = refuse_get_log_events

    def refuse_filter_log_events(self, call: Call) -> None:
        """Refuse exclusive parameters, groups that don't exist, and patterns that don't consist of words."""
        if call.parameters.get("logStreamNames") and call.parameters.get("logStreamNamePrefix"):
            raise _invalid("logStreamNames and logStreamNamePrefix are mutually exclusive.")
        if not is_about_words(call.parameters.get("filterPattern") or ""):
            raise not_implemented(call)
        if call.parameters.get("logGroupName") not in _groups(call):
            raise AwsError("ResourceNotFoundException", "The specified log group does not exist.", 400)

    def answer_filter_log_events(self, call: Call) -> dict[str, Any]:
        """Return a page of events that match a pattern. moto would fill the page before it checks the pattern."""
        parameters = call.parameters
        found = _find_events(_groups(call)[parameters["logGroupName"]], parameters)
        token = parameters.get("nextToken") or "0"
        start = int(token) if token.isdecimal() else len(found)  # nothing follows an unknown token
        end = start + int(parameters.get("limit") or LARGEST_PAGE)
        more = {"nextToken": str(end)} if end < len(found) else {}
        return {"events": found[start:end], "searchedLogStreams": [], **more}

    def reset(self) -> None:
        """Delete the output that isn't in moto's log groups yet. moto deletes the rest."""
        self._waiting.clear()


def _store(output: _Output) -> None:
    logs = get_backend("logs")[ACCOUNT_ID][output.region]
    if output.group not in logs.groups:
        logs.create_log_group(output.group, {})
    if output.stream not in logs.groups[output.group].streams:
        logs.create_log_stream(output.group, output.stream)
    if output.lines:
        events = [{"timestamp": output.milliseconds, "message": line} for line in output.lines]
        logs.put_log_events(output.group, output.stream, events)


def _find_events(group: Any, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of a log group that match a call, oldest first."""
    prefix, pattern = parameters.get("logStreamNamePrefix") or "", parameters.get("filterPattern") or ""
    streams = parameters.get("logStreamNames") or [name for name in group.streams if name.startswith(prefix)]
    times = parameters.get("startTime") or 0, parameters.get("endTime") or 0
    found = [
        event
        for name in streams
        if name in group.streams
        for event in group.streams[name].filter_log_events(*times, "")
    ]
    return sorted(
        (event for event in found if matches_pattern(pattern, event["message"])), key=lambda event: event["timestamp"]
    )


def _groups(call: Call) -> dict[str, Any]:
    groups: dict[str, Any] = get_backend("logs")[ACCOUNT_ID][call.region].groups
    return groups


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message, 400)
