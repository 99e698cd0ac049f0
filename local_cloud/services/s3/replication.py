"""Replication configurations, accepted, refused and returned as AWS does.

Sources: S3 User Guide, "Replication configuration file elements"; LocalStack's snapshots of AWS, recorded by
its `TestS3BucketReplication`. Messages marked "text not verified" are not AWS's.
"""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Mapping
from typing import Any

from local_cloud.call import Call, Response
from local_cloud.engines.replicator import Replicator
from local_cloud.errors import AwsError, malformed_xml
from local_cloud.object_store import find_bucket
from local_cloud.services.s3.lookups import bucket_of
from local_cloud.services.service import Service

Rule = Mapping[str, Any]

_BUCKET_ARN = re.compile(r"arn:aws:s3:::([a-z0-9.-]{3,63})")
_ROLE_ARN = re.compile(r"arn:aws:iam::\d{12}:role/\S+")
_GUIDE = "Please refer to S3 Developer Guide for more information."
_SCHEMA = f"this version of Cross Region Replication configuration schema. {_GUIDE}"
_MOST_RULES = 1000
_MINUTES = 15
_LONGEST_ID = 255


class ReplicationOperations(Service):
    """The three operations about a bucket's replication configuration."""

    _replicator: Replicator

    def answer_put_bucket_replication(self, call: Call) -> Response:
        """Store a configuration. It covers only objects that are written later."""
        bucket = bucket_of(call)
        configuration = call.parameters.get("ReplicationConfiguration") or {}
        if bucket.versioning_status != "Enabled":
            raise _invalid("Versioning must be 'Enabled' on the bucket to apply a replication configuration")
        check_configuration(configuration, source=bucket.name)
        bucket.replication_configuration = _with_ids(configuration)
        self._replicator.configured(bucket)
        return Response(200)

    def answer_get_bucket_replication(self, call: Call) -> dict[str, Any]:
        """Return the configuration as it was put, with the IDs that S3 added."""
        bucket = bucket_of(call)
        if bucket.replication_configuration is None:
            message = "The replication configuration was not found"
            raise AwsError("ReplicationConfigurationNotFoundError", message, 404, BucketName=bucket.name)
        return {"ReplicationConfiguration": copy.deepcopy(bucket.replication_configuration)}

    def answer_delete_bucket_replication(self, call: Call) -> Response:
        """End replication. May be repeated. PENDING objects become FAILED."""
        bucket = bucket_of(call)
        bucket.replication_configuration = None
        self._replicator.configured(bucket)
        return Response(204)


def check_configuration(configuration: Mapping[str, Any], *, source: str) -> None:
    """Refuse what AWS refuses in a replication configuration.

    Raises:
        AwsError: MalformedXML or InvalidRequest, with AWS's message.
    """
    rules: list[Rule] = configuration.get("Rules") or []
    if not rules or any(rule.get("Status") not in ("Enabled", "Disabled") for rule in rules):
        raise malformed_xml()
    if any("ExistingObjectReplication" in rule for rule in rules):  # no longer supported (terraform-provider-aws#43746)
        raise malformed_xml()
    if len(rules) > _MOST_RULES:
        raise _invalid(f"The number of replication rules must not exceed the allowed limit of {_MOST_RULES} rules")
    if not _ROLE_ARN.fullmatch(configuration.get("Role") or ""):
        raise AwsError("InvalidArgument", "Invalid Role ARN", ArgumentName="Role")  # text not verified
    for rule in rules:
        _check_schema(rule)
        _check_destination(rule, source)
        _check_keys(rule)
    _check_unique(rules)
    if not all("Filter" in rule for rule in rules) and len({rule["Destination"]["Bucket"] for rule in rules}) > 1:
        raise _invalid("Number of distinct destination bucket ARNs cannot exceed 1")  # of the old schema


def _check_schema(rule: Rule) -> None:
    """V2 rules (with Filter) must have Priority and DeleteMarkerReplication; V1 rules must not."""
    if "Filter" not in rule:
        for name in ("Priority", "DeleteMarkerReplication"):
            if rule.get(name) is not None:
                raise _invalid(f"{name} cannot be used for {_SCHEMA}")
        return
    _check_filter(rule)
    for name in ("DeleteMarkerReplication", "Priority"):
        if rule.get(name) is None:
            raise _invalid(f"{name} must be specified for {_SCHEMA}")


def _check_filter(rule: Rule) -> None:
    wanted = rule["Filter"] or {}
    both = wanted.get("And") or {}
    predicates = len(both.get("Tags") or []) + (both.get("Prefix") is not None)
    markers = (rule.get("DeleteMarkerReplication") or {}).get("Status")
    if rule.get("Prefix") is not None or len(wanted) > 1 or ("And" in wanted and predicates < 2):
        raise malformed_xml()
    if markers == "Enabled" and (wanted.get("Tag") or both.get("Tags")):
        raise _invalid(f"Delete marker replication is not supported if any Tag filter is specified. {_GUIDE}")


def _check_destination(rule: Rule, source: str) -> None:
    destination = rule.get("Destination") or {}
    arn = _BUCKET_ARN.fullmatch(destination.get("Bucket") or "")
    if arn is None:
        raise AwsError("InvalidArgument", "Invalid bucket ARN", ArgumentName="Bucket")  # text not verified
    if arn[1] == source:
        raise _invalid("Destination bucket cannot be the same as the source bucket.")
    bucket = find_bucket(arn[1])
    if bucket is None or bucket.versioning_status != "Enabled":
        raise _invalid("Destination bucket must have versioning enabled.")
    _check_time(destination.get("ReplicationTime"), destination.get("Metrics"))


def _check_keys(rule: Rule) -> None:
    """SseKmsEncryptedObjects and a key for the replicas are needed together."""
    criteria = (rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects") or {}
    key = (rule["Destination"].get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    if criteria.get("Status") == "Enabled" and not key:
        raise _invalid("ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.")
    if key and not criteria:
        raise _invalid("SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.")


def _check_time(time: Mapping[str, Any] | None, metrics: Mapping[str, Any] | None) -> None:
    """Replication Time Control needs metrics. Metrics without it must have no threshold."""
    if time and not metrics:
        raise _invalid("Replication destination must contain both ReplicationTime and Metrics or neither.")
    threshold = (metrics or {}).get("EventThreshold")
    if threshold and (time or {}).get("Status") != "Enabled":
        message = "Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled"
        raise AwsError("InvalidArgument", message)  # pulumi/pulumi-aws#5806
    for minutes, message in (
        (time and (time.get("Time") or {}).get("Minutes"), "Invalid time minute value"),
        (threshold and threshold.get("Minutes"), "Invalid event threshold minute value"),
    ):
        if minutes not in (None, _MINUTES):
            raise AwsError("InvalidArgument", message)  # code and text not verified


def _check_unique(rules: list[Rule]) -> None:
    priorities: set[int] = set()
    ids: set[str] = set()
    for rule in rules:
        if len(rule.get("ID") or "") > _LONGEST_ID:
            raise AwsError("InvalidArgument", f"ID length should not exceed allowed limit of {_LONGEST_ID}")
        priority, rule_id = rule.get("Priority"), rule.get("ID")
        if priority is not None and priority in priorities:
            raise _invalid(f"Found duplicate priority {priority}.")
        if rule_id and rule_id in ids:
            raise AwsError("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
        priorities.add(priority)  # type: ignore[arg-type]
        ids.add(rule_id or "")


def _with_ids(configuration: Mapping[str, Any]) -> dict[str, Any]:
    kept = copy.deepcopy(dict(configuration))
    for rule in kept["Rules"]:
        rule["ID"] = rule.get("ID") or uuid.uuid4().hex
    return kept


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidRequest", message)
