"""CloudFront: what an update must hold, and when a distribution may be deleted."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.cloudfront_made import (
    SLOW,
    config,
    counted,
    create,
    create_control,
    deployed,
    held_by,
    origin,
    update,
)

SERVICE = "cloudfront"
MODEL = documented("botocore cloudfront: errors of CreateDistribution and UpdateDistribution")
FIELDS = documented("distribution-overview-required-fields")
QUOTED = captured("public source code of deployments that met these refusals quotes them")


def refuses_update(
    aws: Account, code: str, status: int, message: str | None, edited: dict[str, Any], held: dict[str, Any]
) -> None:
    """Expect that an update is refused."""
    asked = {"Id": held["Id"], "IfMatch": held["ETag"], "DistributionConfig": edited}
    aws.refuses(code, status, message, aws.client("cloudfront").update_distribution, **asked)


@case(
    "GetDistributionConfig returns an origin's CustomHeaders and OriginAccessControlId as given, and adds "
    "no ForwardedValues",
    known_from=FIELDS,
    moto=GAP,
    on_aws=SLOW,
)
def fidelity(aws: Account) -> None:
    headers = counted({"HeaderName": "X-DNS-ORIGIN", "HeaderValue": "origin.two-regions.test"})
    control = create_control(aws)["OriginAccessControl"]["Id"]
    made = held_by(aws, Origins=counted(origin(CustomHeaders=headers, OriginAccessControlId=control)))
    read = made["DistributionConfig"]["Origins"]["Items"][0]
    assert (read["CustomHeaders"], read["OriginAccessControlId"]) == (headers, control)
    assert "ForwardedValues" not in made["DistributionConfig"]["DefaultCacheBehavior"]


@case(
    "UpdateDistribution changes only the edited field of the configuration, and changes the ETag",
    known_from=FIELDS,
    moto=GAP,
    on_aws=SLOW,
)
def round_trip(aws: Account) -> None:
    before = held_by(aws)
    update(aws, before["Id"], Comment="edited")
    after = aws.client("cloudfront").get_distribution_config(Id=before["Id"])
    assert after["DistributionConfig"] == before["DistributionConfig"] | {"Comment": "edited"}
    assert after["ETag"] != before["ETag"]


@case("UpdateDistribution needs IfMatch (InvalidIfMatchVersion)", known_from=MODEL, moto=SAME, on_aws=SLOW)
def update_without_etag(aws: Account) -> None:
    made = held_by(aws)
    client, edited = aws.client("cloudfront"), made["DistributionConfig"]
    aws.refuses(
        "InvalidIfMatchVersion", 400, None, client.update_distribution, Id=made["Id"], DistributionConfig=edited
    )


@case(
    "UpdateDistribution returns PreconditionFailed (412) for an outdated ETag", known_from=MODEL, moto=GAP, on_aws=SLOW
)
def stale_update(aws: Account) -> None:
    made = held_by(aws)
    update(aws, made["Id"], Comment="edited")
    refuses_update(aws, "PreconditionFailed", 412, None, made["DistributionConfig"], made)


@case(
    "UpdateDistribution can't change the CallerReference (IllegalUpdate)",
    known_from=documented("UpdateDistribution"),
    moto=GAP,
    on_aws=SLOW,
)
def changed_reference(aws: Account) -> None:
    made = held_by(aws)
    edited = made["DistributionConfig"] | {"CallerReference": aws.name("reference")}
    refuses_update(aws, "IllegalUpdate", 400, None, edited, made)


@case(
    "UpdateDistribution rejects a configuration without Aliases (IllegalUpdate)",
    known_from=QUOTED,
    moto=GAP,
    on_aws=SLOW,
)
def update_without_aliases(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["Aliases"]
    text = "Aliases are missing for the resource"
    refuses_update(aws, "IllegalUpdate", 400, text, made["DistributionConfig"], made)


@case(
    "UpdateDistribution rejects an origin without CustomHeaders (IllegalUpdate)",
    known_from=QUOTED,
    moto=GAP,
    on_aws=SLOW,
)
def update_without_custom_headers(aws: Account) -> None:
    made = held_by(aws)
    edited = made["DistributionConfig"] | {"Origins": counted(origin(OriginPath=""))}
    refuses_update(aws, "IllegalUpdate", 400, "The 'OriginCustomHeaders' field is missing", edited, made)


@case(
    "UpdateDistribution rejects a cache behavior without SmoothStreaming (InvalidArgument)",
    known_from=QUOTED,
    moto=GAP,
    on_aws=SLOW,
)
def update_without_smooth_streaming(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["DefaultCacheBehavior"]["SmoothStreaming"]
    text = "The parameter SmoothStreaming flag is missing"
    refuses_update(aws, "InvalidArgument", 400, text, made["DistributionConfig"], made)


@case(
    "UpdateDistribution rejects a cache behavior without FieldLevelEncryptionId (InvalidArgument)",
    known_from=captured("boto/boto3#1558"),
    moto=GAP,
    on_aws=SLOW,
)
def update_without_encryption(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["DefaultCacheBehavior"]["FieldLevelEncryptionId"]
    text = "The parameter Field level encryption id is required."
    refuses_update(aws, "InvalidArgument", 400, text, made["DistributionConfig"], made)


@case(
    "UpdateDistribution rejects AllowedMethods without CachedMethods (InvalidArgument)",
    known_from=QUOTED,
    moto=GAP,
    on_aws=SLOW,
)
def update_without_cached_methods(aws: Account) -> None:
    made = held_by(aws)
    del made["DistributionConfig"]["DefaultCacheBehavior"]["AllowedMethods"]["CachedMethods"]
    text = "The parameter CachedMethods is required"
    refuses_update(aws, "InvalidArgument", 400, text, made["DistributionConfig"], made)


@case(
    "DeleteDistribution rejects an enabled distribution (DistributionNotDisabled, 409)",
    known_from=captured("rebuy-de/aws-nuke#155"),
    moto=GAP,
    on_aws=SLOW,
)
def delete_enabled(aws: Account) -> None:
    made = create(aws, Enabled=True)
    deployed(aws, made["Id"])
    client = aws.client("cloudfront")
    which = {"Id": made["Id"], "IfMatch": client.get_distribution(Id=made["Id"])["ETag"]}
    text = "The distribution you are trying to delete has not been disabled."
    aws.refuses("DistributionNotDisabled", 409, text, client.delete_distribution, **which)


@case(
    "DeleteDistribution returns PreconditionFailed (412) for an outdated ETag", known_from=MODEL, moto=GAP, on_aws=SLOW
)
def delete_stale(aws: Account) -> None:
    made = held_by(aws)
    update(aws, made["Id"], Comment="edited")
    delete = aws.client("cloudfront").delete_distribution
    aws.refuses("PreconditionFailed", 412, None, delete, Id=made["Id"], IfMatch=made["ETag"])


@case(
    "UpdateDistribution sets a deployed distribution's status to InProgress",
    known_from=documented("Distribution$Status"),
    moto=GAP,
    on_aws=SLOW,
)
def in_progress(aws: Account) -> None:
    made = create(aws)
    deployed(aws, made["Id"])
    assert update(aws, made["Id"], Comment="edited")["Distribution"]["Status"] == "InProgress"


TAGS = documented("Developer Guide, Tag a distribution")


@case(
    "CreateDistributionWithTags creates a distribution with these tags, and TagResource changes one of them",
    known_from=TAGS,
    moto=SAME,
    on_aws=SLOW,
)
def tags(aws: Account) -> None:
    client, key = aws.client("cloudfront"), aws.name("key")
    given = {"DistributionConfig": config(aws), "Tags": {"Items": [{"Key": key, "Value": "ada"}]}}
    arn = client.create_distribution_with_tags(DistributionConfigWithTags=given)["Distribution"]["ARN"]
    assert client.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": key, "Value": "ada"}]
    client.tag_resource(Resource=arn, Tags={"Items": [{"Key": key, "Value": "bob"}]})
    assert client.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": key, "Value": "bob"}]


@case(
    "ListTagsForResource returns NoSuchResource (404) for a distribution that doesn't exist",
    known_from=documented("botocore cloudfront: errors of ListTagsForResource"),
    moto=GAP,
)
def tags_of_nothing(aws: Account) -> None:
    arn = f"arn:aws:cloudfront::{aws.account_id}:distribution/E000000000NONE"
    aws.refuses("NoSuchResource", 404, None, aws.client("cloudfront").list_tags_for_resource, Resource=arn)
