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
    """Nobody else in the world has this bucket name; you may have it.

    Args:
        s3: Client in any region.
        bucket: The name.
    """
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        # 404: there is no such bucket. 403: somebody else's. 301 or 400: in another region, most likely not yours.
        return judge(
            get_error_code(error) == "404",
            right=f"The bucket name {bucket} is free.",
            wrong=f"The bucket name {bucket} is taken.",
            fix="choose another in 00_start_here; bucket names are shared by the whole world.",
        )
    return CheckPassed(f"The bucket {bucket} is yours already.")


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
        fix=f"run replication.enable_versioning(s3, bucket={bucket!r}).",
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
        fix="run replication.create_bucket(…) again; it changes only that.",
    )


@name_missed_step("NoSuchBucket")
def replication_configured(
    s3: S3Client, *, source_bucket: str, destination_bucket: str, prefix: str = "", delete_markers: bool = True
) -> CheckPassed:
    """A bucket has an enabled rule that replicates to the other one.

    Args:
        s3: Client in the source bucket's region.
        source_bucket: Bucket to copy from.
        destination_bucket: Bucket to copy to.
        prefix: The prefix that the rule should have.
        delete_markers: Whether the rule should copy deletions.
    """
    fix = "run replication.put_replication(…)."
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
        wrong=f"No rule of {source_bucket} is {wanted} (destination, status, prefix, delete markers), but: {found}.",
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
        wrong=f"Not in {bucket}: {', '.join(missing) or 'anything'}.",
        fix="run replication.publish_website(…).",
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
            fix="run replication.put_replication_policy(…), then publish the object again; S3 doesn't retry.",
        )
    return judge(
        (here["status"], there["status"]) == ("COMPLETED", "REPLICA") and here["version_id"] == there["version_id"],
        right=f"{key} is in both regions, as the same version {here['version_id']}.",
        wrong=f"{key} is {here['status']} ({here['version_id']}) in {source.region} and "
        f"{there['status']} ({there['version_id']}) in {destination.region}.",
        fix="wait_until_replicated(…); if there is no status at all, no rule applied: put_replication, publish again.",
    )


def objects_not_replicated(
    cloud: Cloud, *, keys: Sequence[str], source: S3Origin, destination: S3Origin
) -> CheckPassed:
    """Objects that no rule applied to: in the source bucket without a status, and not in the destination bucket.

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
        wrong=f"A rule applied, or the object isn't in {source.region} at all: {wrong}.",
        fix="put the objects before put_replication(…), or with a prefix that the rule doesn't have.",
    )


def replication_failed(s3: S3Client, *, bucket: str, key: str) -> CheckPassed:
    """S3 gave up on an object, as it does when the role may not copy.

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
        fix="take the permission away first, then put the object, then wait_until_replicated(…).",
    )


@name_missed_step("NoSuchBucket")
def object_deleted(s3: S3Client, *, bucket: str, key: str) -> CheckPassed:
    """The newest thing in a bucket under some key is a delete marker.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        key: The object.
    """
    markers = s3.list_object_versions(Bucket=bucket, Prefix=key).get("DeleteMarkers", [])
    return judge(
        any(marker["IsLatest"] and marker["Key"] == key for marker in markers),
        right=f"{key} is deleted in {bucket}: a delete marker lies on top of its versions.",
        wrong=f"There is no delete marker on {key} in {bucket}.",
        fix="delete the object; and if this is the destination bucket, put_replication(…, delete_markers=True) first.",
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
        wrong=f"{key} is not in {bucket}, or deleted.",
        fix="publish it again.",
    )


@name_missed_step("NoSuchBucket")
def region_marker_right(s3: S3Client, *, bucket: str, region: str) -> CheckPassed:
    """A bucket's region marker names the bucket's own region.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        region: The bucket's region.
    """
    fix = f"run replication.put_region_marker(s3, bucket={bucket!r}, region={region!r}); before put_replication."
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
