"""Clean-up meets refusals, races and throttling: it reports them, goes on with the rest, and can be run again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from tests.kits.interception import intercepting, refuse
from workshop_lib import checks, clean_up, distribution, dns_records, health_checks
from workshop_lib.inventory.emptying import list_versions
from workshop_lib.inventory.kind import Resource, Unseen, look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames
    from workshop_lib.receipts import Report

NO_SLEEP: Any = lambda seconds: None  # noqa: E731 - waits of the local cloud are short


def outcomes(report: Report) -> dict[str, list[str]]:
    """The kinds of resources by their outcome."""
    parts = {"deleted": report.deleted, "waiting": report.waiting, "refused": report.refused, "kept": report.kept}
    return {word: sorted({resource.kind for resource in found}) for word, found in parts.items() if found}


def deny(bucket: str, *, key: str, action: str = "s3:DeleteObjectVersion") -> str:
    """A bucket policy that forbids one action on some objects to everybody."""
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/{key}"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class TestRefusals:
    def test_one_object_that_may_not_be_deleted_stops_nothing_else(
        self, replicated: Any, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        for key in ("kept.html", "index.html", "about.html"):
            ireland.put_object(Bucket=names.source_bucket, Key=key, Body=b"page")
        ireland.put_bucket_policy(Bucket=names.source_bucket, Policy=deny(names.source_bucket, key="kept.html"))

        report = clean_up.delete_resources(connected, names, patience=10)

        assert outcomes(report) == {
            "deleted": ["bucket", "permissions boundary", "replication configuration", "replication role"],
            "refused": ["bucket"],
        }
        assert "not authorized to perform: s3:DeleteObjectVersion" in report.refused[0].state
        assert {key for key, _ in list_versions(ireland, names.source_bucket)} == {"kept.html"}
        receipt = clean_up.get_receipt(connected, names)
        assert [left.name for left in receipt.left] == [names.source_bucket]
        assert f"These cost money: bucket {names.source_bucket}" in repr(receipt)
        assert "workshop clean-up --yes" in repr(receipt)

        ireland.delete_bucket_policy(Bucket=names.source_bucket)
        clean_up.delete_resources(connected, names)

        assert checks.nothing_left(clean_up.get_receipt(connected, names))

    @pytest.mark.parametrize(
        ("service", "operation", "code"),
        [
            ("s3", "DeleteBucket", "AccessDenied"),
            ("s3", "DeleteObjects", "MalformedXML"),
            ("iam", "DeleteRole", "AccessDenied"),
            ("iam", "DeleteRolePolicy", "UnmodifiableEntity"),
            ("route53", "DeleteHealthCheck", "AccessDenied"),
            ("route53", "DeleteHostedZone", "AccessDenied"),
            ("route53", "ChangeResourceRecordSets", "AccessDenied"),
            ("cloudfront", "DeleteCloudFrontOriginAccessIdentity", "AccessDenied"),
        ],
    )
    def test_each_refusal_is_reported_and_the_rest_goes(
        self,
        some_of_each: None,
        connected: Cloud,
        names: WorkshopNames,
        service: str,
        operation: str,
        code: str,
    ) -> None:
        client = connected.s3(names.source_region) if service == "s3" else connected.client(service)
        before = {(found.kind, found.name) for found in clean_up.find_resources(connected, names)}

        with intercepting(client, operation, refuse(client, code, status=403, message="You may not.")):
            report = clean_up.delete_resources(connected, names)

        assert report.refused
        assert all("You may not." in refused.state for refused in report.refused)
        left = {(item.kind, item.name) for item in (*report.refused, *report.waiting)}
        assert {(item.kind, item.name) for item in report.deleted} == before - left
        receipt = clean_up.get_receipt(connected, names)
        assert {(item.kind, item.name) for item in receipt.left} == left
        clean_up.delete_resources(connected, names)
        assert checks.nothing_left(clean_up.get_receipt(connected, names))

    def test_what_depends_on_a_refused_thing_waits_without_patience(
        self, deployed: dict[str, str], connected: Cloud, names: WorkshopNames
    ) -> None:
        group, logs = f"/aws/lambda/us-east-1.{names.function_name}", connected.logs("sa-east-1")
        logs.create_log_group(logGroupName=group)

        with intercepting(logs, "DeleteLogGroup", refuse(logs, "AccessDeniedException", message="You may not.")):
            report = clean_up.delete_resources(connected, names, patience=600, sleep=NO_SLEEP)

        assert outcomes(report)["refused"] == ["log group"]
        assert {item.kind: item.state for item in report.waiting} == {
            "edge function": "after the log group",
            "edge role": "after the edge function",
            "permissions boundary": "after the edge role",
        }
        clean_up.delete_resources(connected, names, patience=20)
        assert checks.nothing_left(clean_up.get_receipt(connected, names))

    def test_distribution_that_may_not_be_disabled_is_refused_and_the_rest_goes(
        self, deployed: dict[str, str], connected: Cloud, names: WorkshopNames
    ) -> None:
        cloudfront = connected.cloudfront
        with intercepting(cloudfront, "UpdateDistribution", refuse(cloudfront, "AccessDenied", status=403)):
            report = clean_up.delete_resources(connected, names)

        assert outcomes(report)["refused"] == ["distribution"]
        assert {"bucket", "hosted zone", "replication role"} <= set(outcomes(report)["deleted"])

    @pytest.mark.parametrize("action", ["s3:ListBucket", "s3:*"])
    def test_a_bucket_that_the_learner_may_not_look_at_still_counts_as_hers(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames, action: str
    ) -> None:
        arn = f"arn:aws:s3:::{names.source_bucket}"
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        ireland.put_bucket_policy(Bucket=names.source_bucket, Policy=policy)

        clean_up.delete_resources(connected, names)
        receipt = clean_up.get_receipt(connected, names)

        assert not receipt.is_clean
        assert [(left.name, left.state) for left in receipt.left] == [
            (names.source_bucket, "it has your mark, but you may not look at all of it")
        ]
        assert receipt.kept == ()
        assert f"These cost money: bucket {names.source_bucket}." in repr(receipt)

    def test_a_distribution_that_may_not_be_looked_at_stops_no_other_distribution(
        self, deployed: dict[str, str], connected: Cloud, names: WorkshopNames
    ) -> None:
        cloudfront = connected.cloudfront
        config: Any = cloudfront.get_distribution_config(Id=deployed["id"])["DistributionConfig"]
        config |= {"CallerReference": "theirs", "Comment": names.preview_comment}
        config["DefaultCacheBehavior"].pop("LambdaFunctionAssociations")
        theirs = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
        no = refuse(cloudfront, "AccessDenied", status=403, message="You may not look.")

        with intercepting(cloudfront, "ListTagsForResource", lambda sent: no(sent) if theirs in sent.url else None):
            report = clean_up.delete_resources(connected, names, patience=20)

        assert deployed["id"] in {gone.name for gone in report.deleted}
        assert f"CloudFront: tags of the distribution {theirs}" in {unseen.place for unseen in report.unseen}

    def test_a_zone_whose_records_may_not_be_listed_stops_no_other_zone(
        self, connected: Cloud, names: WorkshopNames
    ) -> None:
        route53 = connected.route53
        made = [
            route53.create_hosted_zone(Name=names.zone_name, CallerReference=reference)["HostedZone"]["Id"]
            for reference in ("theirs", "two-regions-ada/1")
        ]
        theirs, ours = (zone.removeprefix("/hostedzone/") for zone in made)
        dns_records.put_txt_record(
            route53, zone_id=ours, record_name=names.record_name, origin=names.source_origin, ttl=0
        )
        no = refuse(route53, "AccessDenied", status=403, message="You may not look.")

        with intercepting(route53, "ListResourceRecordSets", lambda sent: no(sent) if theirs in sent.url else None):
            report = clean_up.delete_resources(connected, names)

        assert outcomes(report) == {"deleted": ["hosted zone", "record set"], "kept": ["hosted zone"]}
        assert [unseen.place for unseen in report.unseen] == [f"Route 53: records of the zone {theirs}"]

    def test_a_place_that_cannot_be_searched_is_an_outcome(
        self, some_of_each: None, connected: Cloud, names: WorkshopNames
    ) -> None:
        iam, logs = connected.iam, connected.logs("ap-southeast-1")
        with (
            intercepting(iam, "GetRole", refuse(iam, "AccessDenied", status=403, message="You may not look.")),
            intercepting(logs, "DescribeLogGroups", refuse(logs, "AccessDeniedException", message="Not here.")),
        ):
            report = clean_up.delete_resources(connected, names)
            receipt = clean_up.get_receipt(connected, names)

        assert {"bucket", "hosted zone", "health check"} <= set(outcomes(report)["deleted"])
        assert "CloudWatch Logs in ap-southeast-1" in {unseen.place for unseen in report.unseen}
        assert f"IAM: role {names.replication_role_name}" in {unseen.place for unseen in receipt.unseen}
        assert "Could not look:" in repr(receipt)
        assert "You may not look." in repr(report)
        assert not receipt.is_clean

    @pytest.mark.parametrize(
        "error",
        [
            EndpointConnectionError(endpoint_url="https://logs.sa-east-1.amazonaws.com"),
            ReadTimeoutError(endpoint_url="https://logs.sa-east-1.amazonaws.com"),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_a_region_that_does_not_answer_is_an_outcome_too(self, error: Exception) -> None:
        def look() -> Iterator[Resource]:
            yield Resource("log group", "one")
            raise error

        found = list(look_at("CloudWatch Logs in sa-east-1", look()))

        assert found == [Resource("log group", "one"), Unseen("CloudWatch Logs in sa-east-1", str(error))]

    def test_a_look_at_others_that_is_refused_does_not_count(self, connected: Cloud, names: WorkshopNames) -> None:
        iam = connected.iam
        with intercepting(iam, "ListRoles", refuse(iam, "AccessDenied", status=403)):
            receipt = clean_up.get_receipt(connected, names)

        assert receipt.is_clean
        assert "Could not look for other learners' things: roles of all learners." in repr(receipt)


@pytest.fixture
def some_of_each(replicated: Any, zone_id: str, connected: Cloud, names: WorkshopNames) -> None:
    """A thing of each kind that goes at once."""
    mine = {"learner": names.learner}
    distribution.create_origin_access_identity(connected.cloudfront, comment=names.distribution_comment, **mine)
    dns_records.put_txt_record(
        connected.route53, zone_id=zone_id, record_name=names.record_name, origin=names.source_origin
    )
    check = health_checks.create_health_check(connected.route53, name=names.health_check_name, region="eu-west-1")
    connected.route53.update_health_check(HealthCheckId=check, Disabled=True)


AWKWARD = [
    "a key with spaces",
    "100%25 + more",
    "new\nline",
    "carriage\rreturn",
    "lighthouse 灯台 🗼",
    "<&>\"'",
    "/leading//slashes/",
    "control\x01character",
    "%00",
    "+",
]


class TestBuckets:
    def test_keys_that_need_encoding_are_deleted(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        for key in AWKWARD:
            ireland.put_object(Bucket=names.source_bucket, Key=key, Body=b"page")
            ireland.delete_object(Bucket=names.source_bucket, Key=key)
            if "\x01" not in key:
                ireland.create_multipart_upload(Bucket=names.source_bucket, Key=key)
        listed = {key for key, _ in list_versions(ireland, names.source_bucket)}

        report = clean_up.delete_resources(connected, names)

        assert listed == set(AWKWARD)
        assert outcomes(report) == {"deleted": ["bucket"]}

    def test_more_versions_and_delete_markers_than_one_page_holds(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        for number in range(50):
            ireland.put_object(Bucket=names.source_bucket, Key=f"page {number}", Body=b"")
        marked: Any = [{"Key": f"page {number}"} for number in range(1000)]
        ireland.delete_objects(Bucket=names.source_bucket, Delete={"Objects": marked})
        found = clean_up.find_resources(connected, names)

        with intercepting(ireland, "DeleteObjects", lambda request: None) as sent:
            report = clean_up.delete_resources(connected, names)

        assert found[0].state == "1050 versions"
        assert len(sent) == 2, "one deletion takes 1,000"
        assert outcomes(report) == {"deleted": ["bucket"]}

    def test_more_unfinished_uploads_than_one_page_holds(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        for number in range(7):
            ireland.create_multipart_upload(Bucket=names.source_bucket, Key=f"pier + {number // 3}.mp4")

        def take_small_pages(params: dict[str, Any], **_: Any) -> None:
            params["MaxUploads"] = 2

        event = "provide-client-params.s3.ListMultipartUploads"
        ireland.meta.events.register(event, take_small_pages)
        report = clean_up.delete_resources(connected, names)
        ireland.meta.events.unregister(event, take_small_pages)

        assert outcomes(report) == {"deleted": ["bucket"]}

    def test_what_replication_writes_while_it_deletes_is_deleted_too(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        ireland.put_object(Bucket=names.source_bucket, Key="index.html", Body=b"page")

        def replicate(request: Any) -> None:
            ireland.put_object(Bucket=names.source_bucket, Key="late.html", Body=b"page")

        with intercepting(ireland, "DeleteObjects", replicate, times=1):
            report = clean_up.delete_resources(connected, names)

        assert outcomes(report) == {"deleted": ["bucket"]}

    def test_what_arrives_just_before_the_bucket_goes_lets_it_wait(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        def replicate(request: Any) -> None:
            ireland.put_object(Bucket=names.source_bucket, Key="late.html", Body=b"page")

        with intercepting(ireland, "DeleteBucket", replicate, times=1):
            report = clean_up.delete_resources(connected, names)
            later = clean_up.delete_resources(connected, names)

        assert [(item.name, item.state) for item in report.waiting] == [
            (names.source_bucket, "replicas are still arriving")
        ]
        assert [item.name for item in later.deleted] == [names.source_bucket]

    def test_versions_that_s3_could_not_delete_this_time_are_tried_again_later(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames
    ) -> None:
        ireland.put_object(Bucket=names.source_bucket, Key="index.html", Body=b"page")
        ((key, version_id),) = list_versions(ireland, names.source_bucket)
        error = f"<Key>{key}</Key><VersionId>{version_id}</VersionId><Code>InternalError</Code><Message>Oh.</Message>"
        answer = refuse(ireland, "", status=200)

        def fail(request: Any) -> Any:
            response = answer(request)
            assert response
            response._content = f"<DeleteResult><Error>{error}</Error></DeleteResult>".encode()
            return response

        with intercepting(ireland, "DeleteObjects", fail, times=1):
            report = clean_up.delete_resources(connected, names)

        assert names.source_bucket in {item.name for item in report.deleted}


class TestThrottling:
    @pytest.mark.parametrize(
        ("service", "operation", "code", "status"),
        [
            ("s3", "DeleteObjects", "SlowDown", 503),
            ("s3", "DeleteBucket", "SlowDown", 503),
            ("route53", "DeleteHostedZone", "Throttling", 400),
            ("route53", "ChangeResourceRecordSets", "PriorRequestNotComplete", 400),
            ("iam", "DeleteRole", "Throttling", 400),
            ("cloudfront", "DeleteCloudFrontOriginAccessIdentity", "TooManyRequestsException", 429),
        ],
    )
    def test_once_throttled_it_is_sent_again(
        self,
        some_of_each: None,
        connected: Cloud,
        names: WorkshopNames,
        service: str,
        operation: str,
        code: str,
        status: int,
    ) -> None:
        client = connected.s3(names.source_region) if service == "s3" else connected.client(service)

        with intercepting(client, operation, refuse(client, code, status=status), times=1) as sent:
            report = clean_up.delete_resources(connected, names, patience=20)

        assert len(sent) == 1
        assert not report.refused
        assert not report.waiting
        assert checks.nothing_left(clean_up.get_receipt(connected, names))

    @pytest.mark.parametrize(
        ("operation", "code"),
        [("DeleteBucket", "OperationAborted"), ("DeleteBucket", "SlowDown"), ("DeleteObjects", "SlowDown")],
    )
    def test_what_stays_busy_waits_for_the_next_run(
        self, buckets: None, ireland: S3Client, connected: Cloud, names: WorkshopNames, operation: str, code: str
    ) -> None:
        ireland.put_object(Bucket=names.source_bucket, Key="index.html", Body=b"page")

        with intercepting(ireland, operation, refuse(ireland, code, status=409)):
            report = clean_up.delete_resources(connected, names)

        assert outcomes(report) == {"deleted": ["bucket"], "waiting": ["bucket"]}
        assert report.waiting[0].state in (
            "S3 is busy with another change of it",
            "AWS asks to send fewer requests",
        )

    def test_a_throttled_lambda_function_waits(self, version_arn: str, connected: Cloud, names: WorkshopNames) -> None:
        lambda_ = connected.lambda_
        with intercepting(lambda_, "DeleteFunction", refuse(lambda_, "TooManyRequestsException", status=429)):
            report = clean_up.delete_resources(connected, names)

        assert {item.kind: item.state for item in report.waiting} == {
            "edge function": "AWS asks to send fewer requests",
            "edge role": "after the edge function",
            "permissions boundary": "after the edge role",
        }


class TestRaces:
    def test_another_programs_change_between_look_and_change_is_no_refusal(
        self, deployed: dict[str, str], connected: Cloud, names: WorkshopNames
    ) -> None:
        acted: list[str] = []

        def change(_: Any) -> None:
            if not acted:
                acted.append("changed")
                stored = connected.cloudfront.get_distribution_config(Id=deployed["id"])
                config: Any = stored["DistributionConfig"] | {"DefaultRootObject": "about.html"}
                connected.cloudfront.update_distribution(
                    Id=deployed["id"], IfMatch=stored["ETag"], DistributionConfig=config
                )

        with intercepting(connected.cloudfront, "UpdateDistribution", change):
            report = clean_up.delete_resources(connected, names)

        assert "distribution" in outcomes(report)["deleted"]

    @pytest.mark.parametrize("code", ["PreconditionFailed", "InvalidIfMatchVersion"])
    @pytest.mark.parametrize("operation", ["UpdateDistribution", "DeleteDistribution"])
    def test_a_configuration_that_changed_meanwhile_is_read_again(
        self, deployed: dict[str, str], connected: Cloud, names: WorkshopNames, operation: str, code: str
    ) -> None:
        cloudfront = connected.cloudfront
        with intercepting(cloudfront, operation, refuse(cloudfront, code, status=412), times=1) as sent:
            report = clean_up.delete_resources(connected, names)

        assert len(sent) == 1
        assert "distribution" in outcomes(report)["deleted"]

    @pytest.mark.parametrize(
        ("service", "operation", "delete"),
        [
            ("s3", "DeleteBucket", lambda client, names: client.delete_bucket(Bucket=names.source_bucket)),
            (
                "s3",
                "DeleteBucketReplication",
                lambda client, names: client.delete_bucket_replication(Bucket=names.source_bucket),
            ),
            ("iam", "DeleteRole", lambda client, names: client.delete_role(RoleName=names.replication_role_name)),
            (
                "iam",
                "DeleteRolePolicy",
                lambda client, names: client.delete_role_policy(
                    RoleName=names.replication_role_name, PolicyName="two-regions"
                ),
            ),
        ],
    )
    def test_what_another_program_deletes_first_counts_as_deleted(
        self,
        some_of_each: None,
        connected: Cloud,
        names: WorkshopNames,
        service: str,
        operation: str,
        delete: Callable[[Any, WorkshopNames], object],
    ) -> None:
        client = connected.s3(names.source_region) if service == "s3" else connected.client(service)
        acted: list[str] = []

        def be_faster(_: Any) -> None:
            if not acted:
                acted.append(operation)
                delete(client, names)

        with intercepting(client, operation, be_faster):
            report = clean_up.delete_resources(connected, names, patience=10)

        assert not report.refused
        assert checks.nothing_left(clean_up.get_receipt(connected, names))

    @pytest.mark.parametrize(
        ("service", "operation", "code"),
        [
            ("route53", "DeleteHostedZone", "NoSuchHostedZone"),
            ("route53", "DeleteHealthCheck", "NoSuchHealthCheck"),
            ("cloudfront", "GetCloudFrontOriginAccessIdentity", "NoSuchCloudFrontOriginAccessIdentity"),
            ("cloudfront", "DeleteCloudFrontOriginAccessIdentity", "NoSuchCloudFrontOriginAccessIdentity"),
        ],
    )
    def test_an_answer_that_it_is_gone_is_no_refusal(
        self, some_of_each: None, connected: Cloud, names: WorkshopNames, service: str, operation: str, code: str
    ) -> None:
        client = connected.client(service)
        with intercepting(client, operation, refuse(client, code, status=404)):
            report = clean_up.delete_resources(connected, names)

        assert not report.refused

    def test_a_record_that_vanished_is_gone_and_one_that_changed_waits(
        self, some_of_each: None, zone_id: str, connected: Cloud, names: WorkshopNames
    ) -> None:
        record = {"zone_id": zone_id, "record_name": names.record_name}
        acted: list[str] = []

        def change_it(_: Any) -> None:
            if not acted:
                acted.append("changed")
                dns_records.put_txt_record(connected.route53, origin=names.source_origin, ttl=7, **record)

        with intercepting(connected.route53, "ChangeResourceRecordSets", change_it):
            report = clean_up.delete_resources(connected, names)

        assert ("record set", "somebody changed it meanwhile") in [(item.kind, item.state) for item in report.waiting]
        clean_up.delete_resources(connected, names)
        assert checks.nothing_left(clean_up.get_receipt(connected, names))
