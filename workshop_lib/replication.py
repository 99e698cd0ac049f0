"""Steps of notebook 01: two buckets in two regions, and replication from one to the other."""

from __future__ import annotations

import json
import time
from mimetypes import MimeTypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.errors import (
    STEPS,
    InvalidName,
    StepOutOfOrder,
    VersioningNotEnabled,
    get_error_code,
    name_missed_step,
)
from workshop_lib.names import S3Origin
from workshop_lib.ownership import EARLIER_TAG, TAG, list_bucket_tags, make_tag, read_tags
from workshop_lib.policies import render_policy
from workshop_lib.polling import Sleep
from workshop_lib.roles import POLICY_NAME, create_role, put_role_policy
from workshop_lib.waiting import wait_for_propagation

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client

MARKER_KEY = "region.json"
"""Key of the region marker."""

CHOOSE_ANOTHER = f"Choose another: run {STEPS['bucket names']} and {STEPS['names']} again."

UNAVAILABLE = {
    "BucketAlreadyExists": f"is taken. {CHOOSE_ANOTHER}",
    "OperationAborted": "is not free yet. A bucket of this name was deleted, and AWS may need an hour to free it. "
    f"Run this cell again later. Or choose another name: run {STEPS['bucket names']} and {STEPS['names']} again.",
}
"""S3's codes for a name that can't be used, and what to do."""

PRIVATE = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def create_bucket(s3: S3Client, *, bucket: str, region: str, learner: str) -> S3Origin:
    """Create a private bucket.

    Running it again changes nothing. It never uses an older bucket that holds objects, because clean-up would delete
    them.

    Args:
        s3: Client in `region`.
        bucket: Name, unique in the whole world.
        region: The region of the objects. It can't be changed later.
        learner: `names.learner`, with which the bucket is tagged. Clean-up deletes only what has this tag.

    Returns:
        The bucket as an origin, with its `.domain_name`.

    Raises:
        InvalidName: Another account has this bucket, you have it in another region or with objects, or AWS hasn't
            freed its name yet.
    """
    # us-east-1 is the default region, and LocationConstraint doesn't accept it.
    where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if not _is_there(s3, bucket=bucket, region=region):
        try:
            s3.create_bucket(Bucket=bucket, **where)
        except ClientError as error:
            if get_error_code(error) not in UNAVAILABLE:
                raise
            raise InvalidName(f"The bucket name {bucket!r} {UNAVAILABLE[get_error_code(error)]}") from error
        s3.get_waiter("bucket_exists").wait(Bucket=bucket)
    _mark_bucket(s3, bucket=bucket, learner=learner)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=PRIVATE)  # type: ignore[arg-type]
    return S3Origin(bucket, region)


def _is_there(s3: S3Client, *, bucket: str, region: str) -> bool:
    """Whether you have the bucket in this region. Raises InvalidName if it is elsewhere, or someone else has it."""
    try:
        where = s3.head_bucket(Bucket=bucket).get("BucketRegion", region)
    except ClientError as error:
        if get_error_code(error) == "404":
            return False
        raise InvalidName(
            f"The bucket name {bucket!r} is taken, or you lack the permission s3:ListBucket to look at it. "
            f"{CHOOSE_ANOTHER}"
        ) from error
    if where != region:
        raise InvalidName(f"The bucket {bucket!r} is already in {where}, not in {region}. {CHOOSE_ANOTHER}")
    return True


def _mark_bucket(s3: S3Client, *, bucket: str, learner: str) -> None:
    """Tag a bucket that is new, empty, or from an earlier version. Other tags stay. Raises InvalidName otherwise."""
    tags = list_bucket_tags(s3, bucket=bucket)
    owner = read_tags(tags)
    if owner == learner:
        return
    if owner:
        raise InvalidName(f"The learner {owner!r} made the bucket {bucket!r}. {CHOOSE_ANOTHER}")
    if EARLIER_TAG not in tags and s3.list_object_versions(Bucket=bucket, MaxKeys=1).get("Versions"):
        raise InvalidName(
            f"Your bucket {bucket!r} holds objects that are not from the workshop, and clean-up would delete them. "
            f"{CHOOSE_ANOTHER}"
        )
    marked: Any = [make_tag(learner), *(tag for tag in tags if tag != EARLIER_TAG and tag["Key"] != TAG)]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": marked})


def enable_versioning(s3: S3Client, *, bucket: str) -> dict[str, Any]:
    """Keep every version of every object from now on. S3 replicates versions, so both buckets need it.

    Running it again changes nothing. Versioning can be suspended later, but never switched off.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.

    Returns:
        `{"Status": "Enabled"}`, read back from S3.

    Raises:
        StepOutOfOrder: There is no such bucket.
    """
    with name_missed_step("NoSuchBucket", bucket):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return {"Status": s3.get_bucket_versioning(Bucket=bucket)["Status"]}


def create_replication_role(iam: IAMClient, *, role_name: str, boundary_arn: str, learner: str) -> str:
    """Create the role that S3 assumes to replicate. It has no permissions yet.

    Running it again restores the trust policy.

    Args:
        iam: Client.
        role_name: Name of the role.
        boundary_arn: From `boundaries.find_permissions_boundary`.
        learner: `names.learner`, with which the role is marked.

    Returns:
        The role's ARN.

    Raises:
        RoleNotBounded: The role exists without this boundary.
    """
    trust = render_policy("replication-role-trust")
    return create_role(iam, role_name=role_name, trust=trust, boundary_arn=boundary_arn, learner=learner)


def find_replication_role(iam: IAMClient, *, role_name: str) -> str:
    """Find the role that `create_replication_role` created. Changes nothing.

    Args:
        iam: Client.
        role_name: Name of the role.

    Returns:
        The role's ARN.

    Raises:
        StepOutOfOrder: There is no such role.
    """
    with name_missed_step("NoSuchEntity", role_name):
        return iam.get_role(RoleName=role_name)["Role"]["Arn"]


def put_replication_policy(
    iam: IAMClient,
    *,
    role_name: str,
    source_bucket: str,
    destination_bucket: str,
    policy_name: str = POLICY_NAME,
    sleep: Sleep = time.sleep,
) -> dict[str, Any]:
    """Allow the role to read versions from the source bucket and to write replicas into the destination bucket.

    Running it again restores the policy. On AWS it then waits some seconds. Until the policy is known everywhere,
    replication of the first objects may fail.

    Args:
        iam: Client.
        role_name: The role from `create_replication_role`.
        source_bucket: Bucket to copy from.
        destination_bucket: Bucket to copy to.
        policy_name: For replication both ways, another name keeps the policy of the first direction.
        sleep: Seam for tests.

    Returns:
        The permission policy.

    Raises:
        StepOutOfOrder: There is no such role.
    """
    policy = render_policy(
        "replication-role-permissions", source_bucket=source_bucket, destination_bucket=destination_bucket
    )
    with name_missed_step("NoSuchEntity", role_name):
        if put_role_policy(iam, role_name=role_name, policy=policy, policy_name=policy_name):
            wait_for_propagation(iam, what=f"New policy of {role_name}", sleep=sleep)
    return policy


@name_missed_step("NoSuchBucket")
def put_replication(
    s3: S3Client,
    *,
    source_bucket: str,
    destination_bucket: str,
    role_arn: str,
    prefix: str = "",
    delete_markers: bool = True,
    sync_replicas: bool = False,
    sleep: Sleep = time.sleep,
) -> dict[str, Any]:
    """Replicate new objects from one bucket to another.

    Objects that were in the source bucket before this call are not copied. Running it again replaces the
    configuration, so it is safe to repeat.

    Args:
        s3: Client in the source bucket's region.
        source_bucket: Bucket to copy from. Versioning must be enabled.
        destination_bucket: Bucket to copy to, usually in another region. Versioning must be enabled.
        role_arn: Role that S3 assumes to copy, from `create_replication_role`.
        prefix: Copy only keys that begin with this. `""` copies everything.
        delete_markers: Whether deletions are copied too. Without it, a deleted page reappears after a failover.
        sync_replicas: Whether changed tags and ACLs of a replica are copied back to the original object. It needs a
            rule in each direction (S3UG/replication-for-metadata-changes). Replicas themselves are never copied back.
        sleep: Seam for tests.

    Returns:
        The replication configuration that was sent to S3.

    Raises:
        VersioningNotEnabled: One of the buckets is not versioned.
    """
    if s3.get_bucket_versioning(Bucket=source_bucket).get("Status") != "Enabled":
        raise VersioningNotEnabled(source_bucket)
    configuration = render_policy(
        "replication-configuration",
        role_arn=role_arn,
        destination_bucket=destination_bucket,
        prefix=prefix,
        delete_markers="Enabled" if delete_markers else "Disabled",
        replica_modifications="Enabled" if sync_replicas else "Disabled",
    )
    if configuration != _find_replication(s3, bucket=source_bucket):
        try:
            s3.put_bucket_replication(Bucket=source_bucket, ReplicationConfiguration=configuration)  # type: ignore[arg-type]
        except ClientError as error:
            if "Destination bucket must have versioning enabled" not in str(error):
                raise
            raise VersioningNotEnabled(destination_bucket) from error
        wait_for_propagation(s3, what="New rule", sleep=sleep)
    return configuration


def publish_website(s3: S3Client, *, bucket: str, folder: str | Path, cache_seconds: int = 60) -> list[str]:
    """Upload all files of a folder, with content types and a Cache-Control that CloudFront obeys.

    Running it again makes a new version of each file, and S3 replicates it again.

    Args:
        s3: Client in the bucket's region.
        bucket: Source bucket.
        folder: Folder with the website. Hidden files are left out.
        cache_seconds: How long CloudFront and browsers may keep a page.

    Returns:
        The keys.

    Raises:
        StepOutOfOrder: There is no such bucket, or the folder is empty.
    """
    folder = Path(folder)
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MARKER_KEY and path.name[0] != "."
    ]
    if not files:
        raise StepOutOfOrder(
            f"There are no files in {folder}. Give the folder of the website, for example folder='website'."
        )
    types = MimeTypes()  # not the system's registry, in which .js may be text/plain
    types.add_type("text/javascript", ".js")
    with name_missed_step("NoSuchBucket", bucket):
        for path in files:
            content_type = types.guess_type(path.name)[0] or "application/octet-stream"
            s3.put_object(
                Bucket=bucket,
                Key=path.relative_to(folder).as_posix(),
                Body=path.read_bytes(),
                ContentType=f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type,
                CacheControl=f"max-age={cache_seconds}",
            )
    return [path.relative_to(folder).as_posix() for path in files]


def put_region_marker(s3: S3Client, *, bucket: str, region: str) -> dict[str, str]:
    """Put `region.json`, which names the bucket's region. AWS doesn't tell a viewer which bucket served a page.

    For the source bucket, run it before `put_replication`. Otherwise S3 would overwrite the other marker. For the
    destination bucket, run it at any time. Running it again changes nothing.

    Args:
        s3: Client in the bucket's region.
        bucket: Source or destination bucket.
        region: The bucket's region.

    Returns:
        The content of the object.

    Raises:
        StepOutOfOrder: The bucket already replicates, so the marker would be copied to the destination bucket.
    """
    marker = {"region": region}
    with name_missed_step("NoSuchBucket", bucket):
        if _find_marker(s3, bucket=bucket) == marker:
            return marker
        rules = (_find_replication(s3, bucket=bucket) or {}).get("Rules", [])
        if any(MARKER_KEY.startswith(rule.get("Filter", {}).get("Prefix", "")) for rule in rules):
            raise StepOutOfOrder(
                f"{bucket!r} already replicates, so its region.json would overwrite the other bucket's. "
                "Run step 4 of notebook 01 from its first line, which deletes the rule. "
                f"Then run {STEPS['replication rule']}."
            )
        s3.put_object(
            Bucket=bucket,
            Key=MARKER_KEY,
            Body=json.dumps(marker).encode(),
            ContentType="application/json",
            CacheControl="no-cache",
        )
    return marker


def put_drill_marker(s3: S3Client, *, bucket: str, region: str, cache_seconds: int) -> dict[str, str]:
    """Put `drill.json`, a region marker that edges may keep for some seconds. Safe to repeat.

    If the bucket replicates, S3 copies it to the other bucket. So put the source's first, wait for the copy, and put
    the destination's last.

    Args:
        s3: Client in the bucket's region.
        bucket: Source or destination bucket.
        region: The bucket's region.
        cache_seconds: How long an edge may keep it.

    Returns:
        The content of the object.
    """
    marker, cache_control = {"region": region}, f"max-age={cache_seconds}"
    body = json.dumps(marker).encode()
    with name_missed_step("NoSuchBucket", bucket):
        s3.put_object(
            Bucket=bucket, Key="drill.json", Body=body, ContentType="application/json", CacheControl=cache_control
        )
    return marker


def _find_replication(s3: S3Client, *, bucket: str) -> dict[str, Any] | None:
    try:
        return dict(s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"])
    except ClientError as error:
        if get_error_code(error) != "ReplicationConfigurationNotFoundError":
            raise
        return None


def _find_marker(s3: S3Client, *, bucket: str) -> Any:
    try:
        return json.loads(s3.get_object(Bucket=bucket, Key=MARKER_KEY)["Body"].read())
    except ClientError as error:
        if get_error_code(error) != "NoSuchKey":
            raise
        return None
