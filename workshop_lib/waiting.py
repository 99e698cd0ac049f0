"""Every wait of the workshop, with a progress bar and a timeout that says what was seen last.

All of them use `polling`. For a wait of your own, call its `wait_until`.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workshop_lib.errors import STEPS, CheckFailed, CloudNotReachable, StepOutOfOrder, name_missed_step
from workshop_lib.guards import is_loopback, read_seconds
from workshop_lib.observe import Page, fetch_page, get_health, get_replication_status, is_name_unknown, look_up_region
from workshop_lib.polling import Sleep, draw_progress, wait_until

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient

    from workshop_lib.cloud import Cloud

JOB_ENDED = {"Complete", "Failed", "Cancelled", "Suspended"}


PROPAGATION_SECONDS = 15.0
"""How long `wait_for_propagation` waits on AWS, unless `WORKSHOP_PROPAGATION_SECONDS` says otherwise."""


def wait_for_propagation(
    client: BaseClient, *, what: str, seconds: float | None = None, sleep: Sleep = time.sleep
) -> None:
    """On AWS, wait until a change should be known everywhere. AWS has no status for it. Locally, return at once.

    Args:
        client: The client that made the change. Its endpoint tells which cloud it uses.
        what: What was changed, as the beginning of a sentence.
        seconds: How long to wait on AWS. The default is `WORKSHOP_PROPAGATION_SECONDS`, or 15.
        sleep: Seam for tests.
    """
    if is_loopback(client.meta.endpoint_url):
        return
    if seconds is None:
        seconds = read_seconds(os.environ, "WORKSHOP_PROPAGATION_SECONDS", PROPAGATION_SECONDS)
    with draw_progress(f"{what}: waiting until AWS knows it everywhere", seconds) as bar:
        for passed in range(math.ceil(seconds)):
            sleep(min(1, seconds - passed))
            bar.update(1)


def wait_until_replicated(
    s3: S3Client,
    *,
    bucket: str,
    key: str,
    version_id: str | None = None,
    timeout: float = 900,
    sleep: Sleep = time.sleep,
) -> dict[str, Any]:
    """Wait until the status of one object is final: `COMPLETED` or `FAILED` (source), `REPLICA` (destination).

    `FAILED` is final too, because S3 doesn't retry by itself. So look at the returned status.

    Args:
        s3: Client in the bucket's region.
        bucket: Source or destination bucket. In the destination the object may be missing at first.
        key: The object.
        version_id: Wait for this version. Without it, for the current version.
        timeout: Seconds. AWS copies most objects within 15 minutes, small ones within one.
        sleep: Seam for tests.

    Returns:
        `{"key", "version_id", "status"}`, as `get_replication_status` returns it.

    Raises:
        StepOutOfOrder: The object is there, but no rule applies to it.
        TookTooLong: The status is still `PENDING`, or the object is still missing.
    """

    def is_decided(seen: dict[str, Any]) -> bool:
        if seen["version_id"] is None or (version_id and seen["version_id"] != version_id):
            return False
        if seen["status"] is None:
            raise StepOutOfOrder(
                f"No replication rule applies to {key!r} in {bucket!r}. It is older than the rule, or its key doesn't "
                f"start with the rule's prefix. Run {STEPS['replication rule']}, then put the object again."
            )
        return bool(seen["status"] != "PENDING")

    return wait_until(
        lambda: get_replication_status(s3, bucket=bucket, key=key),
        is_decided,
        what=f"Replicating {key}",
        show=lambda seen: seen["status"] or "not there yet",
        timeout=timeout,
        sleep=sleep,
    )


@name_missed_step("NoSuchDistribution")
def wait_until_deployed(
    cloudfront: CloudFrontClient,
    *,
    distribution_id: str,
    what: str = "Deploying",
    timeout: float = 1800,
    sleep: Sleep = time.sleep,
) -> str:
    """Wait until the last change of a distribution has reached all edge locations. On AWS it takes 3 to 15 minutes.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
        what: What the change does, for the progress bar.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        `"Deployed"`.

    Raises:
        TookTooLong: Still `InProgress`.
    """
    return wait_until(
        lambda: cloudfront.get_distribution(Id=distribution_id)["Distribution"]["Status"],
        lambda status: status == "Deployed",
        what=f"{what} {distribution_id}",
        timeout=timeout,
        sleep=sleep,
    )


def wait_until_invalidated(
    cloudfront: CloudFrontClient,
    *,
    distribution_id: str,
    invalidation_id: str,
    timeout: float = 900,
    sleep: Sleep = time.sleep,
) -> str:
    """Wait until an invalidation has emptied the caches. On AWS it usually takes less than two minutes.

    Returns:
        `"Completed"`.

    Raises:
        TookTooLong: Still `InProgress`.
    """
    return wait_until(
        lambda: cloudfront.get_invalidation(DistributionId=distribution_id, Id=invalidation_id)["Invalidation"][
            "Status"
        ],
        lambda status: status == "Completed",
        what=f"Invalidating {distribution_id}",
        timeout=timeout,
        sleep=sleep,
    )


@name_missed_step("ResourceNotFoundException")
def wait_until_function_active(
    lambda_: LambdaClient, *, version_arn: str, timeout: float = 120, sleep: Sleep = time.sleep
) -> str:
    """Wait until a function version can be associated with a distribution. On AWS it takes seconds.

    Args:
        lambda_: Client in us-east-1.
        version_arn: ARN of a function or of one version.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        `"Active"`.

    Raises:
        CheckFailed: Lambda could not create it.
        TookTooLong: Still `Pending`.
    """

    def is_active(state: str) -> bool:
        if state == "Failed":
            reason = lambda_.get_function_configuration(FunctionName=version_arn).get("StateReason", "no reason given")
            raise CheckFailed(
                f"Lambda could not create {version_arn}. Its reason: {reason}.",
                fix=f"run {STEPS['function']} again, then {STEPS['function version']}.",
            )
        return state == "Active"

    return wait_until(
        lambda: lambda_.get_function_configuration(FunctionName=version_arn)["State"],
        is_active,
        what=f"Activating {version_arn.rpartition(':function:')[2]}",
        timeout=timeout,
        sleep=sleep,
    )


def wait_until_in_sync(
    route53: Route53Client, *, change_id: str, timeout: float = 600, sleep: Sleep = time.sleep
) -> str:
    """Wait until all name servers of Route 53 know a change. On AWS it takes up to a minute.

    Resolvers still keep old answers until the TTL expires.

    Returns:
        `"INSYNC"`.

    Raises:
        TookTooLong: Still `PENDING`.
    """
    return wait_until(
        lambda: route53.get_change(Id=change_id)["ChangeInfo"]["Status"],
        lambda status: status == "INSYNC",
        what="Updating the name servers",
        timeout=timeout,
        sleep=sleep,
    )


def wait_until_job_complete(
    s3control: S3ControlClient, *, account_id: str, job_id: str, timeout: float = 1800, sleep: Sleep = time.sleep
) -> dict[str, Any]:
    """Wait until an S3 Batch Operations job has ended. On AWS it takes minutes, even for few objects.

    Returns:
        AWS's progress summary: the numbers of all tasks, of succeeded and of failed ones.

    Raises:
        CheckFailed: The job failed or was cancelled. The error quotes AWS's reasons.
        TookTooLong: The job still runs.
    """

    def describe() -> Any:
        return s3control.describe_job(AccountId=account_id, JobId=job_id)["Job"]

    wait_until(
        lambda: describe()["Status"], JOB_ENDED.__contains__, what=f"Job {job_id[:8]}", timeout=timeout, sleep=sleep
    )
    job = describe()
    if job["Status"] != "Complete":
        reasons = "; ".join(reason.get("FailureReason", "") for reason in job.get("FailureReasons", [])) or "none given"
        raise CheckFailed(
            f"The job ended as {job['Status']}. AWS's reasons: {reasons}.",
            fix=f"run {STEPS['batch job']} again. The same cell restores the role's permissions.",
        )
    return dict(job.get("ProgressSummary", {}))


def wait_until_page_is_served(
    url: str, *, timeout: float = 600, sleep: Sleep = time.sleep, fetch: Callable[[str], Page] = fetch_page
) -> Page:
    """Wait until a page answers with 200. On AWS it takes a while until DNS knows a new distribution's name.

    Args:
        url: From `cloud.page_url`.
        timeout: Seconds.
        sleep: Seam for tests.
        fetch: Requests the page once. A seam for tests.

    Returns:
        The page.

    Raises:
        TookTooLong: The time is over. The error carries the last page.
        CloudNotReachable: The name is known, but nothing answers there.
    """

    def look() -> Page | str:
        try:
            return fetch(url)
        except CloudNotReachable as error:
            if not is_name_unknown(error.__cause__):
                raise
            return f"DNS doesn't know {urlsplit(url).hostname} yet"

    page = wait_until(
        look,
        lambda seen: isinstance(seen, Page) and seen.status == 200,
        what=f"Asking for {url}",
        timeout=timeout,
        sleep=sleep,
    )
    assert isinstance(page, Page)
    return page


def wait_until_served_from(
    url: str, *, region: str, in_a_row: int = 20, timeout: float = 900, sleep: Sleep = time.sleep
) -> Page:
    """Wait until a region marker comes from one region, many times in a row.

    Each copy of the edge function keeps its own DNS answer, so a single answer proves little.

    Args:
        url: Address of `region.json` at a distribution.
        region: The region that should answer.
        in_a_row: How many answers must agree.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        The last answer.

    Raises:
        TookTooLong: Another region still answers.
    """

    def look() -> Page:
        page = fetch_page(url)
        for _ in range(in_a_row - 1):
            if page.region != region:
                break
            page = fetch_page(url)
        return page

    return wait_until(
        look, lambda page: page.region == region, what=f"Moving to {region}", timeout=timeout, sleep=sleep
    )


def wait_until_dns_names(
    cloud: Cloud,
    *,
    record_name: str,
    region: str,
    name_servers: Sequence[str] = (),
    in_a_row: int = 10,
    timeout: float = 300,
    sleep: Sleep = time.sleep,
) -> str:
    """Wait until DNS names a bucket in one region, many times in a row. For a switch from all to nothing.

    It asks the name servers. Route 53's API knows a change, or an inverted health check, before they do.

    Args:
        cloud: The cloud.
        record_name: Without a dot at the end.
        region: The region that DNS should name.
        name_servers: As for `observe.look_up_txt`.
        in_a_row: How many answers must agree.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        `region`.

    Raises:
        TookTooLong: DNS still names another region.
    """

    def look() -> str | None:
        for _ in range(in_a_row):
            seen = look_up_region(cloud, record_name=record_name, name_servers=name_servers)
            if seen != region:
                break
        return seen

    seen = wait_until(
        look, lambda seen: seen == region, what=f"Waiting until DNS names {region}", timeout=timeout, sleep=sleep
    )
    return str(seen)


def wait_until_health(
    route53: Route53Client, *, health_check_id: str, healthy: bool, timeout: float = 600, sleep: Sleep = time.sleep
) -> bool:
    """Wait until Route 53 reports a health check as healthy, or as unhealthy. On AWS: about interval × threshold.

    Returns:
        `healthy`.

    Raises:
        TookTooLong: Route 53 still reports the opposite.
    """
    return wait_until(
        lambda: get_health(route53, health_check_id=health_check_id),
        lambda seen: seen == healthy,
        what=f"Waiting until {'healthy' if healthy else 'unhealthy'}",
        timeout=timeout,
        sleep=sleep,
    )
