"""What is in the account, as an administrator sees it who knows nothing of the workshop's inventory."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from local_cloud.engines.edge import CITIES
from workshop_lib.cloud import GLOBAL_REGION, Cloud
from workshop_lib.health_checks import create_health_check
from workshop_lib.names import suggest_names
from workshop_lib.policies import render_policy

ENDED = {"Complete", "Failed", "Cancelled"}
PREFIX = "two-regions-"


Thing = tuple[str, ...]
"""The words that a list must say of one thing, in one line. The first is its kind."""


def is_listed(thing: Thing, told: str) -> bool:
    """Whether a list has a thing."""
    return any(all(word in line for word in thing) for line in told.splitlines())


def list_things(cloud: Cloud, *, learner: str) -> Iterator[Thing]:
    """List everything that the learner made and that still exists. Each call asks AWS for all that there is of a kind.

    A granted boundary isn't the learner's. A replication configuration ends with its bucket.
    """
    names = suggest_names(learner)
    for origin in (names.source_origin, names.destination_origin):
        for bucket in cloud.s3(origin.region).list_buckets(BucketRegion=origin.region)["Buckets"]:
            yield "bucket", bucket["Name"], origin.region
    for distribution in cloud.cloudfront.list_distributions()["DistributionList"].get("Items", []):
        yield "distribution", distribution["Id"]
    identities = cloud.cloudfront.list_cloud_front_origin_access_identities()["CloudFrontOriginAccessIdentityList"]
    for identity in identities.get("Items", []):
        yield "origin access identity", identity["Id"]
    for zone in cloud.route53.list_hosted_zones()["HostedZones"]:
        yield "hosted zone", zone["Name"].rstrip(".")
        for record in cloud.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            if record["Type"] == "TXT":
                yield "record set", f"{record['Name'].rstrip('.')} TXT", record.get("SetIdentifier", "")
    for check in cloud.route53.list_health_checks()["HealthChecks"]:
        yield "health check", check["Id"]
    for function in cloud.lambda_.list_functions()["Functions"]:
        yield "edge function", function["FunctionName"]
    for role in cloud.iam.list_roles()["Roles"]:
        if role["RoleName"].startswith(PREFIX):
            yield "role", role["RoleName"]
    for region in sorted({GLOBAL_REGION, *(city.region for city in CITIES)}):
        for group in cloud.logs(region).describe_log_groups()["logGroups"]:
            yield "log", str(group["logGroupName"]), region
    control = cloud.s3control(names.source_region)
    for job in control.list_jobs(AccountId=cloud.account_id)["Jobs"]:
        if job["Status"] not in ENDED:
            yield "batch job", job["JobId"]


def leave_unfinished(cloud: Cloud, *, learner: str) -> None:
    """Leave what the first notebooks don't: a job that waits for somebody to confirm it, an upload, a health check.

    A log of validation errors is made as CloudFront makes it, for each distribution.
    """
    names, account = suggest_names(learner), cloud.account_id
    job = render_policy(
        "batch-replication-job",
        role_arn=f"arn:aws:iam::{account}:role/{names.batch_role_name}",
        source_bucket=names.source_bucket,
        suffix=".html",
    )
    job["ConfirmationRequired"] = True
    cloud.s3control(names.source_region).create_job(AccountId=account, ClientRequestToken=uuid4().hex, **job)
    cloud.s3(names.source_region).create_multipart_upload(Bucket=names.source_bucket, Key="the-pier.mp4")
    create_health_check(cloud.route53, name=names.health_check_name, region=names.source_region)
    for distribution in cloud.cloudfront.list_distributions()["DistributionList"]["Items"]:
        cloud.logs(GLOBAL_REGION).create_log_group(logGroupName=f"/aws/cloudfront/LambdaEdge/{distribution['Id']}")
