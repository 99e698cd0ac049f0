"""Checks of notebook 01: buckets and replicated objects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.checks.verdict import CheckPassed, judge
from workshop_lib.errors import STEPS, CheckFailed, get_error_code, name_missed_step
from workshop_lib.names import S3Origin
from workshop_lib.observe import get_replication_status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud


def bucket_name_free(s3: S3Client, *, bucket: str) -> CheckPassed:
    """The bucket name is free, or the bucket is yours.

    Args:
        s3: Client in any region.
        bucket: The name.
    """
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        # 404: no such bucket. 403: another account's. 301 or 400: in another region, most likely not yours.
        return judge(
            get_error_code(error) == "404",
            right=f"The bucket name {bucket} is free.",
            wrong=f"The bucket name {bucket} is taken. All AWS accounts share one list of bucket names.",
            fix=f"choose another name: run {STEPS['bucket names']} and {STEPS['names']} again.",
        )
    return CheckPassed(f"The bucket {bucket} is already yours.")


def versioning_enabled(s3: S3Client, *, bucket: str) -> CheckPassed:
    """A bucket keeps every version of its objects.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
    """
    _require_bucket(s3, bucket)
    status = s3.get_bucket_versioning(Bucket=bucket).get("Status")
    return judge(
        status == "Enabled",
        right=f"Versioning of {bucket} is enabled.",
        wrong=f"Versioning of {bucket} is {status.lower() if status else 'not enabled'}.",
        fix=f"run {STEPS['versioning']} again.",
    )


def bucket_is_private(s3: S3Client, *, bucket: str) -> CheckPassed:
    """All four settings of a bucket's public access block are on.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
    """
    _require_bucket(s3, bucket)
    try:
        block: dict[str, Any] = dict(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])
    except ClientError as error:
        if get_error_code(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        block = {"the whole public access block": False}
    off = sorted(setting for setting, is_on in block.items() if not is_on)
    return judge(
        not off,
        right=f"{bucket} is private: all public access is blocked.",
        wrong=f"{bucket} is not private. Off: {', '.join(off)}.",
        fix=f"run {STEPS['bucket']} again. For an existing bucket, it only turns these settings on.",
    )


@name_missed_step("NoSuchBucket")
def replication_configured(
    s3: S3Client, *, source_bucket: str, destination_bucket: str, prefix: str = "", delete_markers: bool = True
) -> CheckPassed:
    """A bucket has an enabled rule that replicates to the other bucket.

    Args:
        s3: Client in the source bucket's region.
        source_bucket: Bucket to copy from.
        destination_bucket: Bucket to copy to.
        prefix: The prefix that the rule should have.
        delete_markers: Whether the rule should copy deletions.
    """
    fix = f"run the cell above this check again. {STEPS['replication rule'].capitalize()} writes the rule."
    try:
        rules: list[Any] = s3.get_bucket_replication(Bucket=source_bucket)["ReplicationConfiguration"]["Rules"]  # type: ignore[assignment]
    except ClientError as error:
        if get_error_code(error) != "ReplicationConfigurationNotFoundError":
            raise
        raise CheckFailed(f"{source_bucket} has no replication configuration.", fix=fix) from error
    wanted = (f"arn:aws:s3:::{destination_bucket}", "Enabled", prefix, "Enabled" if delete_markers else "Disabled")
    found = [_describe_rule(rule) for rule in rules]
    copies = f"keys that begin with {prefix!r}" if prefix else "everything"
    also = "too" if delete_markers else "not"
    return judge(
        wanted in found,
        right=f"{source_bucket} replicates {copies} to {destination_bucket}, deletions {also}.",
        wrong=f"The rules of {source_bucket} are {found} (destination, status, prefix, delete markers), not {wanted}.",
        fix=fix,
    )


def _describe_rule(rule: dict[str, Any]) -> tuple[str, str, str, str]:
    return (
        rule["Destination"]["Bucket"],
        rule["Status"],
        rule.get("Filter", {}).get("Prefix", ""),
        rule.get("DeleteMarkerReplication", {}).get("Status", ""),
    )


def website_published(s3: S3Client, *, bucket: str, keys: Sequence[str]) -> CheckPassed:
    """Some objects are in a bucket.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        keys: What `replication.publish_website` returned.
    """
    missing = [key for key in keys if get_replication_status(s3, bucket=bucket, key=key)["version_id"] is None]
    return judge(
        bool(keys) and not missing,
        right=f"{len(keys)} objects are in {bucket}.",
        wrong=f"Missing in {bucket}: {', '.join(missing) or 'everything'}.",
        fix=f"run {STEPS['website']} again.",
    )


def object_replicated(cloud: Cloud, *, key: str, source: S3Origin, destination: S3Origin) -> CheckPassed:
    """An object and its replica are the same version: `COMPLETED` here, `REPLICA` there.

    Args:
        cloud: The cloud.
        key: The object.
        source: `names.source_origin`.
        destination: `names.destination_origin`.
    """
    here = get_replication_status(cloud.s3(source.region), bucket=source.bucket, key=key)
    there = get_replication_status(cloud.s3(destination.region), bucket=destination.bucket, key=key)
    if here["status"] == "FAILED":
        raise CheckFailed(
            f"Replicating {key} FAILED: the role may not read the source or write the destination.",
            fix=f"run {STEPS['replication permissions']}, then put the object again. S3 doesn't retry.",
        )
    return judge(
        (here["status"], there["status"]) == ("COMPLETED", "REPLICA") and here["version_id"] == there["version_id"],
        right=f"{key} is in both regions, as the same version {here['version_id']}.",
        wrong=f"{key} is {here['status']} ({here['version_id']}) in {source.region} and "
        f"{there['status']} ({there['version_id']}) in {destination.region}.",
        fix=f"wait, as in {STEPS['wait for replication']}. If the status stays empty, no rule applied: "
        f"run {STEPS['replication rule']}, then put the object again.",
    )


def objects_not_replicated(
    cloud: Cloud, *, keys: Sequence[str], source: S3Origin, destination: S3Origin
) -> CheckPassed:
    """No rule applied to some objects. They have no status in the source bucket and no copy in the destination.

    Args:
        cloud: The cloud.
        keys: The objects.
        source: `names.source_origin`.
        destination: `names.destination_origin`.
    """
    here = [get_replication_status(cloud.s3(source.region), bucket=source.bucket, key=key) for key in keys]
    there = [get_replication_status(cloud.s3(destination.region), bucket=destination.bucket, key=key) for key in keys]
    wrong = [seen for seen in here if seen["version_id"] is None or seen["status"]]
    wrong += [seen for seen in there if seen["version_id"]]
    return judge(
        bool(keys) and not wrong,
        right=f"{', '.join(keys)}: only in {source.region}, and without a replication status.",
        wrong=f"A rule applied, or the object isn't in {source.region}: {wrong}.",
        fix="use a key that is not in the destination bucket. "
        f"Put it before {STEPS['replication rule']}, or with a prefix that the rule doesn't cover.",
    )


def replication_failed(s3: S3Client, *, bucket: str, key: str) -> CheckPassed:
    """S3 gave up on an object. It does so when the role may not copy.

    Args:
        s3: Client in the source bucket's region.
        bucket: Source bucket.
        key: The object.
    """
    status = get_replication_status(s3, bucket=bucket, key=key)["status"]
    return judge(
        status == "FAILED",
        right=f"Replicating {key} FAILED, and S3 will not try again.",
        wrong=f"The replication status of {key} is {status}, not FAILED.",
        fix="run step 9 of notebook 01 from its first cell. The permission must be gone before the object is put.",
    )


@name_missed_step("NoSuchBucket")
def object_deleted(s3: S3Client, *, bucket: str, key: str) -> CheckPassed:
    """A delete marker is the newest version of a key in a bucket.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        key: The object.
    """
    markers = s3.list_object_versions(Bucket=bucket, Prefix=key).get("DeleteMarkers", [])
    return judge(
        any(marker["IsLatest"] and marker["Key"] == key for marker in markers),
        right=f"{key} is deleted in {bucket}: its newest version is a delete marker.",
        wrong=f"The newest version of {key} in {bucket} is no delete marker.",
        fix=f"run {STEPS['delete markers']} again. Only a rule with delete_markers=True copies deletions.",
    )


def object_present(s3: S3Client, *, bucket: str, key: str) -> CheckPassed:
    """An object can be read from a bucket.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        key: The object.
    """
    seen = get_replication_status(s3, bucket=bucket, key=key)
    return judge(
        seen["version_id"] is not None,
        right=f"{key} is in {bucket}.",
        wrong=f"{key} is not in {bucket}, or it was deleted there.",
        fix=f"run the cell above this check again, or publish all pages with {STEPS['website']}.",
    )


@name_missed_step("NoSuchBucket")
def region_marker_right(s3: S3Client, *, bucket: str, region: str) -> CheckPassed:
    """A bucket's region marker names the bucket's own region.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        region: The bucket's region.
    """
    fix = f"run {STEPS['region marker']} for {bucket}. Its first cell removes the rule, which would copy the marker."
    try:
        marker = json.loads(s3.get_object(Bucket=bucket, Key="region.json")["Body"].read())
    except ClientError as error:
        if get_error_code(error) != "NoSuchKey":
            raise
        raise CheckFailed(f"{bucket} has no region.json.", fix=fix) from error
    return judge(
        marker.get("region") == region,
        right=f"region.json in {bucket} says {region}.",
        wrong=f"region.json in {bucket} says {marker.get('region')}, not {region}.",
        fix=fix,
    )


def _require_bucket(s3: S3Client, bucket: str) -> None:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if get_error_code(error) != "404":
            raise
        raise CheckFailed(f"There is no bucket {bucket}.", fix=f"run {STEPS['bucket']}.") from error
