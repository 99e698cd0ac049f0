"""CloudWatch Logs: groups, streams, events and how they are looked for."""

from __future__ import annotations

import time

from tests.conformance.case import GAP, SAME, Account, captured, case, documented

SERVICE = "logs"

GROUPS = captured("LS test_logs_groups")
STREAMS = captured("LS test_logs_streams")
EVENTS = captured("LS test_logs_events")
INVALID = "InvalidParameterException"


def make_group(aws: Account) -> str:
    """A log group; its name."""
    logs, name = aws.client("logs"), f"/{aws.name('group')}"
    logs.create_log_group(logGroupName=name)
    aws.clean_up(logs.delete_log_group, logGroupName=name)
    return name


def make_stream(aws: Account) -> str:
    """A log group with a stream named `stream`; the group's name."""
    name = make_group(aws)
    aws.client("logs").create_log_stream(logGroupName=name, logStreamName="stream")
    return name


@case(
    "CreateLogGroup rejects a name that a log group already has (ResourceAlreadyExistsException)",
    known_from=GROUPS,
    moto=SAME,
)
def group_exists(aws: Account) -> None:
    logs, name = aws.client("logs"), make_group(aws)
    message = "The specified log group already exists"
    aws.refuses("ResourceAlreadyExistsException", 400, message, logs.create_log_group, logGroupName=name)


@case(
    "CreateLogGroup rejects a name of more than 512 characters (InvalidParameterException)", known_from=GROUPS, moto=GAP
)
def long_name(aws: Account) -> None:
    message = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
    aws.refuses(INVALID, 400, message, aws.client("logs").create_log_group, logGroupName="a" * 513)


@case(
    "CreateLogGroup rejects a name with a space (InvalidParameterException)",
    known_from=documented("botocore LogGroupName"),
    moto=GAP,
)
def name_with_space(aws: Account) -> None:
    aws.refuses(INVALID, 400, None, aws.client("logs").create_log_group, logGroupName="my group")


@case(
    "PutRetentionPolicy accepts 7 days and rejects 8, which is not among the allowed values "
    "(InvalidParameterException)",
    known_from=documented("botocore PutRetentionPolicy"),
    moto=GAP,
)
def retention(aws: Account) -> None:
    logs, name = aws.client("logs"), make_group(aws)
    aws.refuses(INVALID, 400, None, logs.put_retention_policy, logGroupName=name, retentionInDays=8)
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert [group["retentionInDays"] for group in found] == [7]


@case(
    "DescribeLogGroups rejects a name prefix beside a name pattern (InvalidParameterException)",
    known_from=GROUPS,
    moto=GAP,
)
def prefix_and_pattern(aws: Account) -> None:
    message = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
    describe = aws.client("logs").describe_log_groups
    aws.refuses(INVALID, 400, message, describe, logGroupNamePrefix="a", logGroupNamePattern="aaa")


@case(
    "CreateLogStream rejects a name that a stream of the group already has (ResourceAlreadyExistsException)",
    known_from=STREAMS,
    moto=GAP,
)
def stream_exists(aws: Account) -> None:
    logs, name = aws.client("logs"), make_stream(aws)
    message = "The specified log stream already exists"
    aws.refuses(
        *("ResourceAlreadyExistsException", 400, message, logs.create_log_stream),
        logGroupName=name,
        logStreamName="stream",
    )


@case("DescribeLogStreams accepts a log group's name or its ARN as logGroupIdentifier", known_from=STREAMS, moto=SAME)
def identifier(aws: Account) -> None:
    logs, name = aws.client("logs"), make_stream(aws)
    arn = f"arn:aws:logs:eu-west-1:{aws.account_id}:log-group:{name}"
    for given in (name, arn):
        streams = logs.describe_log_streams(logGroupIdentifier=given)["logStreams"]
        assert [stream["logStreamName"] for stream in streams] == ["stream"]


@case(
    'GetLogEvents says "The specified log stream does not exist" for a missing stream of an existing '
    "group (ResourceNotFoundException)",
    known_from=EVENTS,
    moto=GAP,
)
def no_such_stream(aws: Account) -> None:
    logs, name = aws.client("logs"), make_group(aws)
    message = "The specified log stream does not exist."
    get = logs.get_log_events
    aws.refuses("ResourceNotFoundException", 400, message, get, logGroupName=name, logStreamName="none")


@case(
    "PutLogEvents rejects events that are not in chronological order (InvalidParameterException)",
    known_from=EVENTS,
    moto=SAME,
)
def order(aws: Account) -> None:
    logs, name, now = aws.client("logs"), make_stream(aws), int(time.time() * 1000)
    events = [{"timestamp": now, "message": "second"}, {"timestamp": now - 1, "message": "first"}]
    message = "Log events in a single PutLogEvents request must be in chronological order."
    put = logs.put_log_events
    aws.refuses(INVALID, 400, message, put, logGroupName=name, logStreamName="stream", logEvents=events)


@case(
    "In a filter pattern, plain words must all match, words with ? are alternatives, - excludes a word, "
    "and quotes make a phrase",
    known_from=documented("filter patterns"),
    moto=GAP,
)
def patterns(aws: Account) -> None:
    logs, name, now = aws.client("logs"), make_stream(aws), int(time.time() * 1000)
    messages = ["ERROR in the site", "ERROR elsewhere", "all is well in the site"]
    events = [{"timestamp": now + number, "message": text} for number, text in enumerate(messages)]
    logs.put_log_events(logGroupName=name, logStreamName="stream", logEvents=events)

    def find(pattern: str) -> list[str]:
        found = logs.filter_log_events(logGroupName=name, filterPattern=pattern)["events"]
        return [event["message"] for event in found]

    def check() -> None:
        assert find("ERROR site") == messages[:1]
        assert find("?elsewhere ?well") == messages[1:]
        assert find("ERROR -site") == messages[1:2]
        assert find('"in the site"') == [messages[0], messages[2]]

    aws.eventually(check)


@case(
    "FilterLogEvents applies its limit after the filter pattern, so that a page counts only matching events",
    known_from=documented("botocore limit"),
    moto=SAME,
)
def limit_after_pattern(aws: Account) -> None:
    logs, name, now = aws.client("logs"), make_stream(aws), int(time.time() * 1000)
    messages = ["INFO a", "ERROR b", "INFO c", "ERROR d", "ERROR e"]
    events = [{"timestamp": now + number, "message": text} for number, text in enumerate(messages)]
    logs.put_log_events(logGroupName=name, logStreamName="stream", logEvents=events)

    def check() -> None:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=name, filterPattern="ERROR", PaginationConfig={"PageSize": 2}
        )
        found = [page["events"] for page in pages]
        assert all(len(events) <= 2 for events in found)
        assert [event["message"] for events in found for event in events] == ["ERROR b", "ERROR d", "ERROR e"]

    aws.eventually(check)


@case(
    "FilterLogEvents with logStreamNamePrefix returns only events of streams with that prefix",
    known_from=documented("botocore"),
    moto=GAP,
)
def stream_prefix(aws: Account) -> None:
    logs, name, now = aws.client("logs"), make_stream(aws), int(time.time() * 1000)
    logs.create_log_stream(logGroupName=name, logStreamName="other")
    for stream in ("stream", "other"):
        logs.put_log_events(
            logGroupName=name, logStreamName=stream, logEvents=[{"timestamp": now, "message": f"from {stream}"}]
        )

    def check() -> None:
        found = logs.filter_log_events(logGroupName=name, logStreamNamePrefix="str")["events"]
        assert [event["message"] for event in found] == ["from stream"]

    aws.eventually(check)


@case("A log group exists only in its own region", known_from=documented("CloudWatch Logs User Guide"), moto=SAME)
def regions(aws: Account) -> None:
    name = make_group(aws)
    elsewhere = aws.client("logs", "us-east-1")
    assert elsewhere.describe_log_groups(logGroupNamePrefix=name)["logGroups"] == []
    aws.refuses("ResourceNotFoundException", 400, None, elsewhere.delete_log_group, logGroupName=name)
