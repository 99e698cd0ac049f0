"""Every wait of the workshop: with a progress bar, and a timeout that says what was seen last.

How all of them look again and again is in `polling`; for a wait of your own, call its `wait_until`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from workshop_lib.errors import CheckFailed, StepOutOfOrder, name_missed_step
from workshop_lib.guards import is_loopback
from workshop_lib.observe import Page, fetch_page, get_health, get_replication_status
from workshop_lib.polling import Sleep, draw_progress, wait_until

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient

JOB_ENDED = {"Complete", "Failed", "Cancelled", "Suspended"}


def wait_for_propagation(client: BaseClient, *, what: str, seconds: float = 15, sleep: Sleep = time.sleep) -> None:
    """On AWS, give a change time to be known everywhere; nothing can be asked to find out. Locally, return at once.

    Args:
        client: The client that made the change; its endpoint says which cloud it is.
        what: What was changed, as the beginning of a sentence.
        seconds: How long.
        sleep: Seam for tests.
    """
    if is_loopback(client.meta.endpoint_url):
        return
    with draw_progress(f"{what} is not known everywhere at once", seconds) as bar:
        for _ in range(int(seconds)):
            sleep(1)
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
    """Wait until S3 has decided about one object: `COMPLETED` or `FAILED` on the source, `REPLICA` on the destination.

    `FAILED` is a decision too, and final: S3 does not try again by itself. So look at the status that is returned.

    Args:
        s3: Client in the bucket's region.
        bucket: Source or destination bucket. In the destination the object may be missing at first.
        key: The object.
        version_id: Wait for this version to be there; without it, for whichever is current.
        timeout: Seconds; AWS copies most objects within 15 minutes, small ones within one.
        sleep: Seam for tests.

    Returns:
        `{"key", "version_id", "status"}`, as `get_replication_status` returns it.

    Raises:
        StepOutOfOrder: The object is there, but no rule applies to it.
        TookTooLong: Still `PENDING`, or not there yet.
    """

    def is_decided(seen: dict[str, Any]) -> bool:
        if seen["version_id"] is None or (version_id and seen["version_id"] != version_id):
            return False
        if seen["status"] is None:
            raise StepOutOfOrder(
                f"No replication rule applies to {key!r} in {bucket!r}: it was put there before the rule, or its key "
                "doesn't start with the rule's prefix. Run replication.put_replication(…), then publish it again."
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
    """Wait until the last change of a distribution has reached all edge locations; 3 to 15 minutes on AWS.

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
    """Wait until an invalidation has emptied the caches; usually under two minutes on AWS.

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
    """Wait until a function version may be associated with a distribution; seconds on AWS.

    Args:
        lambda_: Client in us-east-1.
        version_arn: ARN of a function or of one version.
        timeout: Seconds.
        sleep: Seam for tests.

    Returns:
        `"Active"`.

    Raises:
        CheckFailed: Lambda could not make it.
        TookTooLong: Still `Pending`.
    """

    def is_active(state: str) -> bool:
        if state == "Failed":
            reason = lambda_.get_function_configuration(FunctionName=version_arn).get("StateReason", "no reason given")
            raise CheckFailed(f"Lambda could not make {version_arn}: {reason}.", fix="create the function again.")
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
    """Wait until all name servers of Route 53 know a change; up to a minute on AWS. Resolvers still keep old answers.

    Returns:
        `"INSYNC"`.

    Raises:
        TookTooLong: Still `PENDING`.
    """
    return wait_until(
        lambda: route53.get_change(Id=change_id)["ChangeInfo"]["Status"],
        lambda status: status == "INSYNC",
        what="Telling the name servers",
        timeout=timeout,
        sleep=sleep,
    )


def wait_until_job_complete(
    s3control: S3ControlClient, *, account_id: str, job_id: str, timeout: float = 1800, sleep: Sleep = time.sleep
) -> dict[str, Any]:
    """Wait until an S3 Batch Operations job has ended; minutes on AWS, however few the objects.

    Returns:
        AWS's progress summary: how many tasks there were, succeeded and failed.

    Raises:
        CheckFailed: The job failed or was cancelled, with AWS's reasons.
        TookTooLong: It still runs.
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
            fix="run create_batch_role(…) and create_batch_replication_job(…) of batch_replication again.",
        )
    return dict(job.get("ProgressSummary", {}))


def wait_until_page_is_served(url: str, *, timeout: float = 600, sleep: Sleep = time.sleep) -> Page:
    """Wait until a page answers with 200; on AWS a new distribution's name takes a while to be known in DNS.

    Returns:
        The page.

    Raises:
        TookTooLong: With the page or the error that came last.
    """
    return wait_until(
        lambda: fetch_page(url), lambda page: page.status == 200, what=f"Asking for {url}", timeout=timeout, sleep=sleep
    )


def wait_until_served_from(
    url: str, *, region: str, in_a_row: int = 20, timeout: float = 900, sleep: Sleep = time.sleep
) -> Page:
    """Wait until a region marker comes from one region, many times in a row.

    Each environment of the edge function keeps DNS answers of its own, so one good answer proves little.

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


def wait_until_health(
    route53: Route53Client, *, health_check_id: str, healthy: bool, timeout: float = 600, sleep: Sleep = time.sleep
) -> bool:
    """Wait until Route 53 takes a health check for healthy, or for unhealthy: about interval × threshold on AWS.

    Returns:
        `healthy`.

    Raises:
        TookTooLong: It still says the opposite.
    """
    return wait_until(
        lambda: get_health(route53, health_check_id=health_check_id),
        lambda seen: seen == healthy,
        what=f"Waiting until {'healthy' if healthy else 'unhealthy'}",
        timeout=timeout,
        sleep=sleep,
    )
