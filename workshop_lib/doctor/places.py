"""The two regions, and the buckets' names in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud
from workshop_lib.doctor.findings import Finding
from workshop_lib.errors import STEPS, CloudNotReachable, RegionNotEnabled
from workshop_lib.names import S3Origin
from workshop_lib.widgets import REGIONS


def describe_region(region: str) -> str:
    """What the table calls a region: by its place, too, if the workshop knows it."""
    return f"{REGIONS[region]} ({region})" if region in REGIONS else f"Region {region}"


def examine_region(cloud: Cloud, region: str) -> Iterator[Finding]:
    """See whether the account may use a region, by a call there. A refused call shows it as well as an answer.

    Args:
        cloud: The cloud.
        region: Its code.
    """
    what = describe_region(region)
    choose = "or choose another region in step 4 of notebook 00."
    try:
        with suppress(ClientError):
            cloud.logs(region).describe_log_groups(limit=1)
    except RegionNotEnabled:
        fix = f"Enable it in the AWS console, under Account, AWS Regions, {choose}"
        yield Finding(what, "not enabled in this account", fix, is_fault=True)
    except CloudNotReachable as error:
        yield Finding(what, str(error), f"Check how the region is written, {choose}", is_fault=True)
    else:
        yield Finding(what, "enabled")


def examine_bucket(cloud: Cloud, origin: S3Origin) -> Iterator[Finding]:
    """See whether a bucket's name is free, yours, or somebody else's.

    Args:
        cloud: The cloud.
        origin: The bucket and its region.
    """
    what = f"Bucket {origin.bucket}"
    try:
        cloud.s3(origin.region).head_bucket(Bucket=origin.bucket)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            yield Finding(what, "the name is free")
        elif status == 403:
            fix = f"Choose another name in {STEPS['bucket names']}, or ask for the permission s3:ListBucket."
            yield Finding(what, "belongs to somebody else, or you may not look at it", fix, is_fault=True)
        else:
            yield Finding(what, f"could not look: S3 answered {status}", is_unseen=True)
    else:
        yield Finding(what, "is there, and yours")
