"""Checks of notebooks 02 and 03: the function, the distribution, the viewers' pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workshop_lib.checks.verdict import CheckPassed, judge
from workshop_lib.errors import STEPS, CheckFailed, get_error_code, name_missed_step
from workshop_lib.observe import fetch_page

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud


def function_published(lambda_: LambdaClient, *, version_arn: str) -> CheckPassed:
    """A function has a numbered, active version. CloudFront accepts no other.

    Args:
        lambda_: Client in us-east-1.
        version_arn: From `lambda_edge.publish_version`.
    """
    function, _, version = version_arn.rpartition(":")
    if not version.isdigit():
        raise CheckFailed(
            f"{version_arn} does not end with a version number, and CloudFront requires one.",
            fix=f"run {STEPS['function version']} and use the ARN that it returns.",
        )
    state = _get_function(lambda_, version_arn)["State"]
    return judge(
        state == "Active",
        right=f"Version {version} of {function.rpartition(':')[2]} is active.",
        wrong=f"Version {version} of {function.rpartition(':')[2]} is {state}.",
        fix=f"run {STEPS['wait for the function']} again.",
    )


def function_package_matches(lambda_: LambdaClient, *, version_arn: str, sha256: str) -> CheckPassed:
    """Lambda runs exactly the package that was made here. Both have the same SHA-256.

    Args:
        lambda_: Client in us-east-1.
        version_arn: ARN of the function or one version.
        sha256: `package.sha256`.
    """
    found = _get_function(lambda_, version_arn)["CodeSha256"]
    return judge(
        found == sha256,
        right=f"The package and Lambda's CodeSha256 are the same: {sha256}.",
        wrong=f"Lambda's CodeSha256 is {found}; the package's is {sha256}.",
        fix=f"run {STEPS['function']} again. For a numbered version, then run {STEPS['function version']}.",
    )


@name_missed_step("NoSuchBucket")
def bucket_policy_allows_identity(s3: S3Client, *, bucket: str, origin_access_identity_id: str) -> CheckPassed:
    """A bucket's policy lets CloudFront's origin access identity read it.

    Args:
        s3: Client in the bucket's region.
        bucket: The bucket.
        origin_access_identity_id: From `distribution.create_origin_access_identity`.
    """
    try:
        policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    except ClientError as error:
        if get_error_code(error) != "NoSuchBucketPolicy":
            raise
        policy = "{}"
    principal = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {origin_access_identity_id}"
    allowed = any(
        statement["Effect"] == "Allow"
        and statement.get("Principal", {}).get("AWS") == principal
        and "s3:GetObject" in statement["Action"]
        for statement in json.loads(policy).get("Statement", [])
    )
    return judge(
        allowed,
        right=f"CloudFront may read {bucket}. The public may not.",
        wrong=f"The bucket policy of {bucket} doesn't allow s3:GetObject to {origin_access_identity_id}.",
        fix=f"run {STEPS['bucket policy']} for {bucket}. Each bucket needs one, as policies are not replicated.",
    )


@name_missed_step("NoSuchDistribution")
def origin_header_set(cloudfront: CloudFrontClient, *, distribution_id: str, dns_origin: str) -> CheckPassed:
    """The origin custom header `X-DNS-ORIGIN` names the record that the function must look up.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
        dns_origin: The record's name.
    """
    config: Any = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    headers = {
        header["HeaderName"]: header["HeaderValue"]
        for origin in config["Origins"]["Items"]
        for header in origin.get("CustomHeaders", {}).get("Items", [])
    }
    found = next((value for name, value in headers.items() if name.lower() == "x-dns-origin"), None)
    return judge(
        found == dns_origin,
        right=f"X-DNS-ORIGIN is {dns_origin}: the function will look up that record.",
        wrong=f"X-DNS-ORIGIN is {found or f'missing among {sorted(headers)}'}; it should be {dns_origin}.",
        fix=f"run {STEPS['distribution']} again. It updates what differs.",
    )


@name_missed_step("NoSuchDistribution")
def function_associated(cloudfront: CloudFrontClient, *, distribution_id: str, version_arn: str) -> CheckPassed:
    """A function version runs at the origin-request event of every cache behavior.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
        version_arn: The function version.
    """
    config: Any = cloudfront.get_distribution_config(Id=distribution_id)["DistributionConfig"]
    behaviors = [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", [])]
    without = [
        behavior.get("PathPattern", "the default")
        for behavior in behaviors
        if ("origin-request", version_arn)
        not in [
            (association["EventType"], association["LambdaFunctionARN"])
            for association in behavior.get("LambdaFunctionAssociations", {}).get("Items", [])
        ]
    ]
    return judge(
        not without,
        right=f"{version_arn.partition(':function:')[2]} runs at each origin-request event.",
        wrong=f"No association with {version_arn} in cache behavior: {', '.join(without)}.",
        fix=f"run {STEPS['distribution']} again with this version_arn.",
    )


@name_missed_step("NoSuchDistribution")
def distribution_deployed(cloudfront: CloudFrontClient, *, distribution_id: str) -> CheckPassed:
    """All edge locations have the newest configuration of the distribution.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
    """
    status = cloudfront.get_distribution(Id=distribution_id)["Distribution"]["Status"]
    return judge(
        status == "Deployed",
        right=f"{distribution_id} is deployed.",
        wrong=f"{distribution_id} is {status}.",
        fix=f"run {STEPS['wait for the distribution']} again.",
    )


@name_missed_step("NoSuchDistribution")
def etag_unchanged(cloudfront: CloudFrontClient, *, distribution_id: str, etag: str) -> CheckPassed:
    """A distribution's configuration was not changed since its ETag was noted.

    Args:
        cloudfront: Client.
        distribution_id: The distribution.
        etag: From `distribution.get_etag`.
    """
    now = cloudfront.get_distribution_config(Id=distribution_id)["ETag"]
    return judge(
        now == etag,
        right=f"The distribution was not changed: its ETag is still {etag}.",
        wrong=f"The distribution was changed: its ETag was {etag} and is {now}.",
        fix="run the first cell of this notebook with distribution.get_etag again, after your last change.",
    )


def page_served(cloud: Cloud, *, domain_name: str, path: str = "/", status: int = 200) -> CheckPassed:
    """A viewer gets a page.

    Args:
        cloud: The cloud.
        domain_name: The distribution's domain name.
        path: Begins with a slash.
        status: The HTTP status that is expected.
    """
    page = fetch_page(cloud.page_url(domain_name, path))
    return judge(
        page.status == status,
        right=f"{path} answers {status}, {page.x_cache}.",
        wrong=f"{path} answers {page.status}, {page.x_cache or 'without X-Cache'}: {page.text[:200]}",
        fix=f"run {STEPS['log']} to read the function's log. "
        f"If it shows no problem, run {STEPS['bucket policy']} and {STEPS['website']} again.",
    )


def page_served_from(cloud: Cloud, *, domain_name: str, region: str) -> CheckPassed:
    """The edge now reads from one region, as the region marker shows.

    Args:
        cloud: The cloud.
        domain_name: The distribution's domain name.
        region: The region that should answer.
    """
    page = fetch_page(cloud.page_url(domain_name, "/region.json"))
    return judge(
        page.region == region,
        right=f"The edge reads from {region}.",
        wrong=f"The edge reads from {page.region or f'nowhere: status {page.status}'}, not from {region}.",
        fix="wait until the DNS TTL expires and run the check again. "
        f"If that doesn't help, look at the record sets as in {STEPS['record sets']}. "
        f"Then run {STEPS['log']} to read the function's log.",
    )


def served_from_cache(cloud: Cloud, *, domain_name: str, path: str = "/index.html") -> CheckPassed:
    """The second of two requests is answered from the edge's cache.

    Args:
        cloud: The cloud.
        domain_name: The distribution's domain name.
        path: Begins with a slash.
    """
    url = cloud.page_url(domain_name, path)
    fetch_page(url)
    page = fetch_page(url)
    return judge(
        page.x_cache.startswith("Hit"),
        right=f"{path} comes from the cache: {page.x_cache}, age {page.age} s.",
        wrong=f"{path} does not come from the cache: status {page.status}, {page.x_cache}.",
        fix="run this check again; on AWS another edge server may have answered. "
        f"If that doesn't help, run {STEPS['website']} with cache_seconds above 0.",
    )


def log_follows_dns(cloud: Cloud, log: Sequence[Mapping[str, Any]]) -> CheckPassed:
    """The function logged that it followed DNS. On AWS, the log may come too late for this.

    Args:
        cloud: The cloud.
        log: From `edge_logs.wait_for_log`.
    """
    if not log and cloud.delays.logs.most:
        return CheckPassed(
            f"CloudWatch shows no log of the function in any region after {cloud.delays.logs.most / 60:.0f} minutes. "
            f"It often is late, and nothing else depends on it. Go on, and run {STEPS['log']} again later."
        )
    regions = ", ".join(dict.fromkeys(line["region"] for line in log))
    return judge(
        any(line["decision"] == "dns" for line in log),
        right=f"{len(log)} decisions in {regions}, the last one: {log[-1]['decision'] if log else 'none'}.",
        wrong=f"None of {len(log)} decisions followed DNS.",
        fix=f"look at the reasons in the log, then run {STEPS['TXT record']} again.",
    )


def _get_function(lambda_: LambdaClient, version_arn: str) -> dict[str, Any]:
    try:
        return dict(lambda_.get_function_configuration(FunctionName=version_arn))
    except ClientError as error:
        if get_error_code(error) != "ResourceNotFoundException":
            raise
        raise CheckFailed(
            f"There is no function {version_arn}.",
            fix=f"run {STEPS['function']} and {STEPS['function version']}.",
        ) from error
