"""Steps about the distribution against the local cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workshop_lib import checks, distribution, dns_records, faults, observe, waiting
from workshop_lib.errors import CheckFailed, StepOutOfOrder

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud
    from workshop_lib.names import WorkshopNames


@pytest.fixture
def cloudfront(connected: Cloud) -> CloudFrontClient:
    """CloudFront."""
    return connected.cloudfront


class TestIdentity:
    def test_creating_it_again_returns_the_same_one(self, cloudfront: CloudFrontClient) -> None:
        first = distribution.create_origin_access_identity(cloudfront, comment="two-regions ada", learner="ada")

        assert distribution.create_origin_access_identity(cloudfront, comment="two-regions ada", learner="ada") == first
        assert distribution.create_origin_access_identity(cloudfront, comment="two-regions bob", learner="ada") != first

    def test_it_is_found_by_its_comment(self, cloudfront: CloudFrontClient) -> None:
        made = distribution.create_origin_access_identity(cloudfront, comment="two-regions ada", learner="ada")

        assert distribution.find_origin_access_identity(cloudfront, comment="two-regions ada", learner="ada") == made
        with pytest.raises(StepOutOfOrder, match="step 1 of notebook 03"):
            distribution.find_origin_access_identity(cloudfront, comment="two-regions bob", learner="ada")

    def test_a_bucket_lets_the_identity_read(
        self, buckets: None, cloudfront: CloudFrontClient, ireland: S3Client
    ) -> None:
        identity = distribution.create_origin_access_identity(cloudfront, comment="two-regions ada", learner="ada")[
            "id"
        ]
        both: Any = {"bucket": "two-regions-ada-eu-west-1", "origin_access_identity_id": identity}
        with pytest.raises(CheckFailed, match=r"put_bucket_policy.*not replicated"):
            checks.bucket_policy_allows_identity(ireland, **both)

        policy = distribution.put_bucket_policy(ireland, **both)

        assert json.loads(ireland.get_bucket_policy(Bucket=both["bucket"])["Policy"]) == policy
        assert checks.bucket_policy_allows_identity(ireland, **both)
        assert checks.bucket_is_private(ireland, bucket=both["bucket"])

    def test_a_policy_needs_a_bucket(self, ireland: S3Client) -> None:
        with pytest.raises(StepOutOfOrder, match="create_bucket"):
            distribution.put_bucket_policy(ireland, bucket="no-such-bucket", origin_access_identity_id="E1")

    def test_an_identity_that_stays_unknown_is_an_error_in_the_end(self, buckets: None, ireland: S3Client) -> None:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 3:
                raise TimeoutError

        # On AWS an identity is unknown to S3 for some seconds after it was made, so this is tried again.
        with pytest.raises(TimeoutError):
            distribution.put_bucket_policy(
                ireland, bucket="two-regions-ada-eu-west-1", origin_access_identity_id="E0UNKNOWN", sleep=sleep
            )


class TestDistribution:
    def test_it_is_found_by_its_comment(
        self, cloudfront: CloudFrontClient, distribution_parameters: dict[str, Any]
    ) -> None:
        made = distribution.create_distribution(cloudfront, **distribution_parameters)

        found = distribution.find_distribution(cloudfront, comment=distribution_parameters["comment"], learner="ada")
        assert found | {"status": made["status"]} == made  # it may be deployed meanwhile

    def test_creating_it_again_changes_nothing(
        self, cloudfront: CloudFrontClient, distribution_parameters: dict[str, Any]
    ) -> None:
        first = distribution.create_distribution(cloudfront, **distribution_parameters)

        again = distribution.create_distribution(cloudfront, **distribution_parameters)

        assert (again["id"], again["etag"]) == (first["id"], first["etag"])
        assert checks.etag_unchanged(cloudfront, distribution_id=first["id"], etag=first["etag"])

    def test_creating_it_again_updates_what_differs(
        self, cloudfront: CloudFrontClient, distribution_parameters: dict[str, Any]
    ) -> None:
        first = distribution.create_distribution(cloudfront, **distribution_parameters)
        other = distribution_parameters | {"dns_origin": "preview.ada.two-regions.test", "name_servers": ()}

        again = distribution.create_distribution(cloudfront, **other)

        assert again["id"] == first["id"]
        assert checks.origin_header_set(cloudfront, distribution_id=again["id"], dns_origin=other["dns_origin"])
        with pytest.raises(CheckFailed, match="was changed"):
            checks.etag_unchanged(cloudfront, distribution_id=first["id"], etag=first["etag"])
        with pytest.raises(CheckFailed, match=r"X-DNS-ORIGIN is preview"):
            checks.origin_header_set(
                cloudfront, distribution_id=first["id"], dns_origin=distribution_parameters["dns_origin"]
            )

    def test_a_header_with_another_name_is_noticed(
        self, cloudfront: CloudFrontClient, distribution_parameters: dict[str, Any]
    ) -> None:
        made = distribution.create_distribution(cloudfront, **distribution_parameters)
        stored = cloudfront.get_distribution_config(Id=made["id"])
        config: Any = stored["DistributionConfig"]
        config["Origins"]["Items"][0]["CustomHeaders"]["Items"][0]["HeaderName"] = "X-DNS-ORIGEN"
        cloudfront.update_distribution(Id=made["id"], IfMatch=stored["ETag"], DistributionConfig=config)

        with pytest.raises(CheckFailed, match=r"X-DNS-ORIGIN is missing among .*X-DNS-ORIGEN"):
            checks.origin_header_set(
                cloudfront, distribution_id=made["id"], dns_origin=distribution_parameters["dns_origin"]
            )

    def test_the_function_runs_in_every_behavior(
        self, cloudfront: CloudFrontClient, distribution_parameters: dict[str, Any]
    ) -> None:
        made, version_arn = (
            distribution.create_distribution(cloudfront, **distribution_parameters),
            distribution_parameters["version_arn"],
        )
        assert checks.function_associated(cloudfront, distribution_id=made["id"], version_arn=version_arn)

        stored = cloudfront.get_distribution_config(Id=made["id"])
        config: Any = stored["DistributionConfig"]
        config["CacheBehaviors"]["Items"][0]["LambdaFunctionAssociations"] = {"Quantity": 0}
        cloudfront.update_distribution(Id=made["id"], IfMatch=stored["ETag"], DistributionConfig=config)

        with pytest.raises(CheckFailed, match=r"cache behavior: region\.json"):
            checks.function_associated(cloudfront, distribution_id=made["id"], version_arn=version_arn)

    def test_a_function_without_a_version_is_refused_as_on_aws(
        self, cloudfront: CloudFrontClient, distribution_parameters: dict[str, Any]
    ) -> None:
        unnumbered = distribution_parameters["version_arn"].rpartition(":")[0]

        with pytest.raises(ClientError, match="must reference a specific function version"):
            distribution.create_distribution(cloudfront, **distribution_parameters | {"version_arn": unnumbered})

    def test_a_new_distribution_is_not_deployed_yet(
        self, cloudfront: CloudFrontClient, distribution_parameters: dict[str, Any], cloud: Any
    ) -> None:
        cloud.clock.speed = 1
        made = distribution.create_distribution(cloudfront, **distribution_parameters)

        with pytest.raises(CheckFailed, match=r"InProgress.\n.*wait_until_deployed"):
            checks.distribution_deployed(cloudfront, distribution_id=made["id"])

    def test_an_invalidation_needs_a_distribution(self, cloudfront: CloudFrontClient) -> None:
        with pytest.raises(StepOutOfOrder, match="create_distribution"):
            distribution.create_invalidation(cloudfront, distribution_id="E0")


class TestOtherDesigns:
    def test_with_caching_disabled_every_request_is_a_miss(
        self, hasty: None, connected: Cloud, distribution_parameters: dict[str, Any], zone_id: str, names: WorkshopNames
    ) -> None:
        dns_records.put_txt_record(
            connected.route53, zone_id=zone_id, record_name=names.record_name, origin=names.destination_origin
        )
        parameters = {"comment": names.uncached_comment, "cache_policy_id": distribution.CACHING_DISABLED}
        made = distribution.create_distribution(connected.cloudfront, **distribution_parameters | parameters)
        waiting.wait_until_deployed(connected.cloudfront, distribution_id=made["id"])
        connected.s3(names.destination_region).put_object(
            Bucket=names.destination_bucket, Key="page.html", Body=b"page", CacheControl="max-age=60"
        )

        pages = [observe.fetch_page(connected.page_url(made["domain_name"], "/page.html")) for _ in range(3)]

        assert [page.x_cache for page in pages] == ["Miss from cloudfront"] * 3

    def test_an_origin_group_asks_the_second_bucket_when_the_first_one_fails(
        self, hasty: None, connected: Cloud, identity_id: str, names: WorkshopNames, cloud: Any
    ) -> None:
        made = distribution.create_failover_distribution(
            connected.cloudfront,
            comment=names.failover_comment,
            primary=names.source_origin,
            secondary=names.destination_origin,
            origin_access_identity_id=identity_id,
            cache_policy_id=distribution.CACHING_DISABLED,
            learner=names.learner,
        )
        waiting.wait_until_deployed(connected.cloudfront, distribution_id=made["id"])
        url = connected.page_url(made["domain_name"], "/region.json")
        assert observe.fetch_page(url).region == names.source_region

        with faults.cause_fault(connected, kind="s3-unavailable", region=names.source_region):
            assert observe.fetch_page(url).region == names.destination_region

        assert observe.fetch_page(url).region == names.source_region

    def test_creating_the_origin_group_again_changes_nothing(
        self, cloudfront: CloudFrontClient, identity_id: str, names: WorkshopNames
    ) -> None:
        parameters: Any = {
            "comment": names.failover_comment,
            "learner": names.learner,
            "primary": names.source_origin,
            "secondary": names.destination_origin,
            "origin_access_identity_id": identity_id,
        }
        first = distribution.create_failover_distribution(cloudfront, **parameters)

        again = distribution.create_failover_distribution(cloudfront, **parameters)

        assert (again["id"], again["etag"]) == (first["id"], first["etag"])


class TestFunctionChecks:
    def test_a_published_version_is_what_was_packaged(self, connected: Cloud, version_arn: str, package: Any) -> None:
        assert checks.function_published(connected.lambda_, version_arn=version_arn)
        assert checks.function_package_matches(connected.lambda_, version_arn=version_arn, sha256=package.sha256)
        with pytest.raises(CheckFailed, match="publish_version"):
            checks.function_package_matches(connected.lambda_, version_arn=version_arn, sha256="another")

    def test_only_a_numbered_version_can_go_to_the_edge(self, connected: Cloud) -> None:
        with pytest.raises(CheckFailed, match=r"version number.*\n.*publish_version"):
            checks.function_published(
                connected.lambda_, version_arn="arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST"
            )

    def test_a_missing_function_is_named(self, connected: Cloud) -> None:
        with pytest.raises(CheckFailed, match=r"no function.*\n.*create_edge_function"):
            checks.function_published(
                connected.lambda_, version_arn="arn:aws:lambda:us-east-1:123456789012:function:f:1"
            )

    def test_edge_and_lambda_may_assume_the_role(
        self, connected: Cloud, version_arn: str, names: WorkshopNames
    ) -> None:
        assert checks.role_trusts(
            connected.iam, role_name=names.edge_role_name, services=["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
        )
