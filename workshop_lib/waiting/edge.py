"""Waits for the function, the distribution, and what its viewers see."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workshop_lib.errors import STEPS, CheckFailed, CloudNotReachable, name_missed_step
from workshop_lib.observe import Page, fetch_page, is_name_unknown
from workshop_lib.polling import Sleep, wait_until

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_lambda import LambdaClient


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

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
        invalidation_id: From `create_invalidation`.
        timeout: Seconds.
        sleep: Seam for tests.

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
