"""Step 7 of notebook 03: what the function logged at the edge.

A function at the edge logs in the region where it ran. On AWS this is one near the viewer, and CloudWatch shows it
minutes later, without a promise.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud
from workshop_lib.errors import TookTooLong, get_error_code
from workshop_lib.polling import Sleep, wait_until
from workshop_lib.regions import ask_regions


def wait_for_log(cloud: Cloud, *, function_name: str, sleep: Sleep = time.sleep) -> list[dict[str, Any]]:
    """Look in all regions until CloudWatch shows decisions of the function, or until it is later than usual.

    It waits for `cloud.delays.logs`: 5 minutes on AWS, and not at all in the local cloud. It may be repeated.

    Args:
        cloud: The cloud.
        function_name: Name of the function.
        sleep: Seam for tests.

    Returns:
        One dict for each decision, oldest first, with the region where the function ran. The list is empty if the
        function hasn't run, or if CloudWatch is late. Then it is no error.

    Raises:
        ClientError: All regions refuse the look.
        CloudNotReachable: No region answers.
    """
    try:
        return wait_until(
            lambda: find_decisions(cloud, function_name=function_name),
            bool,
            what="Waiting for CloudWatch",
            timeout=cloud.delays.logs.most,
            sleep=sleep,
            show=lambda _: "no log in any region yet",
            show_progress=not cloud.is_local,
        )
    except TookTooLong:
        return []


def find_decisions(cloud: Cloud, *, function_name: str) -> list[dict[str, Any]]:
    """Look once in all regions for decisions of the function. Regions that refuse the look are left out.

    On AWS this takes a call to each of about 35 regions.

    Args:
        cloud: The cloud.
        function_name: Name of the function.

    Returns:
        As `wait_for_log`.

    Raises:
        ClientError: All regions refuse it.
        CloudNotReachable: No region answers.
    """
    group = f"/aws/lambda/us-east-1.{function_name}"
    answers = ask_regions(cloud.regions, lambda region: _read_events(cloud, group, region))
    refused = [answer for answer in answers.values() if isinstance(answer, Exception)]
    if len(refused) == len(answers):
        raise refused[0]
    found = [event for answer in answers.values() if not isinstance(answer, Exception) for event in answer]
    return [decision for _, decision in sorted(found, key=lambda event: event[0])]


def _read_events(cloud: Cloud, group: str, region: str) -> list[tuple[int, dict[str, Any]]]:
    pages = cloud.logs(region).get_paginator("filter_log_events").paginate(logGroupName=group)
    try:
        events = [event for page in pages for event in page["events"]]
    except ClientError as error:
        if get_error_code(error) != "ResourceNotFoundException":
            raise
        return []
    return [
        (event["timestamp"], {"region": region, **decision})
        for event in events
        for decision in parse_decisions([event["message"].strip()])
    ]


def parse_decisions(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Read the decisions from the JSON lines of a log. Other lines are skipped, and so is one that was cut off."""
    found = []
    for line in lines:
        if line.startswith('{"decision"'):
            try:
                found.append(json.loads(line))
            except ValueError:  # cut off at the end of the tail
                continue
    return found
