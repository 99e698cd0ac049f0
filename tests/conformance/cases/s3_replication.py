"""S3 replication: which configurations S3 takes, and what they do."""

from __future__ import annotations

from typing import Any

from tests.conformance.account import ANYTHING
from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified

SERVICE = "s3"

RECORDED = captured("LocalStack's test_s3 snapshots, TestS3BucketReplication")
ELEMENTS = documented("S3 User Guide, Replication configuration file elements")
REPORTED = unverified("reported by users of AWS; the sentence is not asserted")
DISTINCT = captured("awslabs/landing-zone-accelerator-on-aws#376")
KEYS = captured("quoted by users of Terraform; hashicorp/terraform-provider-aws#26241")
LOCAL = "takes minutes, and needs a role that may do anything"


def rule(destination: str, **changes: Any) -> dict[str, Any]:
    """A rule that S3 takes, but for what is changed; None leaves a member out."""
    whole = {
        "ID": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}"},
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def configure(aws: Account, source: str, *rules: dict[str, Any], role: str | None = None) -> dict[str, Any]:
    """Parameters of PutBucketReplication, with a role that S3 may assume."""
    arn = role or aws.create_role("s3.amazonaws.com")
    return {"Bucket": source, "ReplicationConfiguration": {"Role": arn, "Rules": list(rules)}}


def refuses(aws: Account, code: str, message: str | None, *changes: dict[str, Any]) -> None:
    """Rules with these changes are refused."""
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    ask = configure(aws, source, *(rule(destination, **each) for each in changes))
    aws.refuses(code, 400, message, aws.client("s3").put_bucket_replication, **ask)


def replicate(aws: Account, source: str, destination: str, region: str, **changes: Any) -> None:
    """Replicate from one bucket to another, as a role that may do anything."""
    role = aws.create_role("s3.amazonaws.com", statements=[ANYTHING])
    ask = configure(aws, source, rule(destination, **changes), role=role)
    aws.client("s3", region).put_bucket_replication(**ask)


def expect_status(aws: Account, region: str, bucket: str, key: str, status: str) -> None:
    """Wait until an object has a replication status."""

    def check() -> None:
        found = aws.client("s3", region).list_objects_v2(Bucket=bucket).get("Contents", [])
        assert key in [one["Key"] for one in found]
        assert aws.client("s3", region).head_object(Bucket=bucket, Key=key).get("ReplicationStatus") == status

    aws.eventually(check, timeout=900)


@case(
    "PutBucketReplication rejects a source bucket without versioning (InvalidRequest)", known_from=RECORDED, moto=SAME
)
def unversioned_source(aws: Account) -> None:
    ask = configure(aws, aws.create_bucket(), rule(aws.create_bucket("ap-southeast-1", versioned=True)))
    text = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    aws.refuses("InvalidRequest", 400, text, aws.client("s3").put_bucket_replication, **ask)


@case(
    "PutBucketReplication rejects a destination bucket without versioning (InvalidRequest)",
    known_from=RECORDED,
    moto=GAP,
)
def unversioned_destination(aws: Account) -> None:
    ask = configure(aws, aws.create_bucket(versioned=True), rule(aws.create_bucket("ap-southeast-1")))
    text = "Destination bucket must have versioning enabled."
    aws.refuses("InvalidRequest", 400, text, aws.client("s3").put_bucket_replication, **ask)


@case(
    "For a destination that doesn't exist, PutBucketReplication returns the error of a bucket without "
    "versioning (InvalidRequest)",
    known_from=RECORDED,
    moto=GAP,
)
def missing_destination(aws: Account) -> None:
    ask = configure(aws, aws.create_bucket(versioned=True), rule(aws.name("nothing")))
    text = "Destination bucket must have versioning enabled."
    aws.refuses("InvalidRequest", 400, text, aws.client("s3").put_bucket_replication, **ask)


@case(
    "PutBucketReplication rejects the source bucket as its own destination (InvalidRequest)",
    known_from=REPORTED,
    moto=GAP,
)
def own_destination(aws: Account) -> None:
    source = aws.create_bucket(versioned=True)
    put = aws.client("s3").put_bucket_replication
    aws.refuses("InvalidRequest", 400, None, put, **configure(aws, source, rule(source)))


@case("PutBucketReplication needs at least one rule (MalformedXML)", known_from=RECORDED, moto=GAP)
def no_rules(aws: Account) -> None:
    refuses(aws, "MalformedXML", "not well-formed")


@case("A replication rule with a filter needs DeleteMarkerReplication (InvalidRequest)", known_from=RECORDED, moto=GAP)
def no_delete_markers(aws: Account) -> None:
    text = "DeleteMarkerReplication must be specified for this version of Cross Region Replication configuration schema"
    refuses(aws, "InvalidRequest", text, {"DeleteMarkerReplication": None})


@case("A replication rule with a filter needs a Priority (InvalidRequest)", known_from=ELEMENTS, moto=GAP)
def no_priority(aws: Account) -> None:
    refuses(aws, "InvalidRequest", None, {"Priority": None})


@case("A replication rule without a filter must not have a Priority (InvalidRequest)", known_from=ELEMENTS, moto=GAP)
def priority_without_filter(aws: Account) -> None:
    refuses(aws, "InvalidRequest", None, {"Filter": None, "Prefix": "", "DeleteMarkerReplication": None})


@case(
    "A replication rule that filters by tag can't enable DeleteMarkerReplication (InvalidRequest)",
    known_from=ELEMENTS,
    moto=GAP,
)
def tag_and_delete_markers(aws: Account) -> None:
    tag = {"Filter": {"Tag": {"Key": "a", "Value": "b"}}, "DeleteMarkerReplication": {"Status": "Enabled"}}
    refuses(aws, "InvalidRequest", None, tag)


@case("A replication rule can't have both Filter and Prefix (MalformedXML)", known_from=ELEMENTS, moto=GAP)
def filter_and_prefix(aws: Account) -> None:
    refuses(aws, "MalformedXML", None, {"Prefix": "a"})


@case("Two replication rules can't have the same Priority (InvalidRequest)", known_from=ELEMENTS, moto=GAP)
def one_priority(aws: Account) -> None:
    refuses(aws, "InvalidRequest", None, {"ID": "one"}, {"ID": "two"})


@case("Two replication rules can't have the same ID (InvalidArgument)", known_from=ELEMENTS, moto=GAP)
def one_id(aws: Account) -> None:
    refuses(aws, "InvalidArgument", None, {"Priority": 1}, {"Priority": 2})


@case(
    "A replication rule's Status must be Enabled or Disabled (MalformedXML)",
    known_from=documented("botocore, ReplicationRuleStatus"),
    moto=GAP,
)
def unknown_status(aws: Account) -> None:
    refuses(aws, "MalformedXML", None, {"Status": "On"})


@case(
    "Without a replication configuration, GetBucketReplication returns ReplicationConfigurationNotFoundError (404)",
    known_from=RECORDED,
    moto=SAME,
)
def nothing_to_get(aws: Account) -> None:
    get, bucket = aws.client("s3").get_bucket_replication, aws.create_bucket()
    aws.refuses("ReplicationConfigurationNotFoundError", 404, "was not found", get, Bucket=bucket)


@case(
    "GetBucketReplication returns the configuration exactly as PutBucketReplication received it",
    known_from=RECORDED,
    moto=GAP,
)
def round_trip(aws: Account) -> None:
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    ask = configure(aws, source, rule(destination, Filter={"Prefix": "Tax"}, Priority=7))
    aws.client("s3").put_bucket_replication(**ask)
    found = aws.client("s3").get_bucket_replication(Bucket=source)["ReplicationConfiguration"]
    assert found == ask["ReplicationConfiguration"]


@case(
    "PutBucketVersioning can't suspend versioning of a bucket with a replication configuration "
    "(InvalidBucketState, 409)",
    known_from=RECORDED,
    moto=GAP,
)
def suspend_source(aws: Account) -> None:
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    aws.client("s3").put_bucket_replication(**configure(aws, source, rule(destination)))
    text, state = "A replication configuration is present on this bucket", {"Status": "Suspended"}
    put = aws.client("s3").put_bucket_versioning
    aws.refuses("InvalidBucketState", 409, text, put, Bucket=source, VersioningConfiguration=state)


@case(
    "After replication, the source object's status is COMPLETED and the replica's is REPLICA",
    known_from=ELEMENTS,
    moto=GAP,
    on_aws=LOCAL,
)
def statuses(aws: Account) -> None:
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    replicate(aws, source, destination, "eu-west-1")
    aws.client("s3").put_object(Bucket=source, Key="page.html", Body=b"page")
    expect_status(aws, "eu-west-1", source, "page.html", "COMPLETED")
    expect_status(aws, "ap-southeast-1", destination, "page.html", "REPLICA")


@case(
    "An object's replication status becomes FAILED if the role lacks the permissions",
    known_from=ELEMENTS,
    moto=GAP,
    on_aws=LOCAL,
)
def failed(aws: Account) -> None:
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    aws.client("s3").put_bucket_replication(**configure(aws, source, rule(destination)))
    aws.client("s3").put_object(Bucket=source, Key="page.html", Body=b"page")
    expect_status(aws, "eu-west-1", source, "page.html", "FAILED")


@case(
    "With replica modification sync in both directions, tags put on a replica are copied to the source object",
    known_from=ELEMENTS,
    moto=GAP,
    on_aws=LOCAL,
)
def replica_modifications(aws: Account) -> None:
    ireland, singapore = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    sync = {"SourceSelectionCriteria": {"ReplicaModifications": {"Status": "Enabled"}}}
    replicate(aws, ireland, singapore, "eu-west-1", **sync)
    replicate(aws, singapore, ireland, "ap-southeast-1", **sync)
    aws.client("s3").put_object(Bucket=ireland, Key="page.html", Body=b"page")
    expect_status(aws, "ap-southeast-1", singapore, "page.html", "REPLICA")
    tags = [{"Key": "read", "Value": "yes"}]
    aws.client("s3", "ap-southeast-1").put_object_tagging(Bucket=singapore, Key="page.html", Tagging={"TagSet": tags})

    def check() -> None:
        assert aws.client("s3").get_object_tagging(Bucket=ireland, Key="page.html")["TagSet"] == tags

    aws.eventually(check, timeout=900)


def timed(minutes: int = 15, *, time: str = "Enabled", metrics: str = "Enabled", threshold: bool = True) -> Any:
    """What a rule's destination says of Replication Time Control."""
    measured = {"Status": metrics} | ({"EventThreshold": {"Minutes": 15}} if threshold else {})
    return {"ReplicationTime": {"Status": time, "Time": {"Minutes": minutes}}, "Metrics": measured}


def configure_time(aws: Account, **what: Any) -> dict[str, Any]:
    """Parameters of PutBucketReplication with Replication Time Control."""
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    to = {"Bucket": f"arn:aws:s3:::{destination}", **timed(**what)}
    return configure(aws, source, rule(destination, Destination=to))


@case(
    "Metrics can't have an EventThreshold while Replication Time Control is disabled (InvalidArgument)",
    known_from=captured("crossplane-contrib/provider-aws#1117"),
    moto=GAP,
)
def threshold_without_time(aws: Account) -> None:
    ask, put = configure_time(aws, time="Disabled"), aws.client("s3").put_bucket_replication
    said = "Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled"
    aws.refuses("InvalidArgument", 400, said, put, **ask)


@case(
    "Replication metrics can be enabled while Replication Time Control is disabled",
    known_from=captured("hashicorp/terraform-provider-aws#22774"),
    moto=SAME,
)
def metrics_without_time(aws: Account) -> None:
    aws.client("s3").put_bucket_replication(**configure_time(aws, time="Disabled", threshold=False))


@case(
    "Replication Time Control accepts only 15 minutes as its Time (InvalidArgument)",
    known_from=unverified("botocore, shape ReplicationTimeValue, has one valid value; the code is not known"),
    moto=GAP,
)
def other_minutes(aws: Account) -> None:
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").put_bucket_replication, **configure_time(aws, minutes=5))


@case(
    "PutBucketReplication rejects ExistingObjectReplication (MalformedXML)",
    known_from=captured("hashicorp/terraform-provider-aws#43746"),
    moto=GAP,
)
def existing_objects(aws: Account) -> None:
    refuses(aws, "MalformedXML", None, {"ExistingObjectReplication": {"Status": "Enabled"}})


@case(
    "Replication rules without filters must all have the same destination bucket (InvalidRequest)",
    known_from=DISTINCT,
    moto=GAP,
)
def old_rules_with_two_destinations(aws: Account) -> None:
    source = aws.create_bucket(versioned=True)
    old: dict[str, Any] = {"Filter": None, "Priority": None, "DeleteMarkerReplication": None}
    rules = [
        rule(aws.create_bucket("ap-southeast-1", versioned=True), ID=name, Prefix=name, **old) for name in ("a", "b")
    ]
    text = "Number of distinct destination bucket ARNs cannot exceed 1"
    put = aws.client("s3").put_bucket_replication
    aws.refuses("InvalidRequest", 400, text, put, **configure(aws, source, *rules))


@case(
    "A replication rule with SseKmsEncryptedObjects needs a ReplicaKmsKeyID (InvalidRequest)", known_from=KEYS, moto=GAP
)
def kms_without_key(aws: Account) -> None:
    criteria = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    text = "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present."
    refuses(aws, "InvalidRequest", text, {"SourceSelectionCriteria": criteria})


@case(
    "A replication rule with a ReplicaKmsKeyID needs SseKmsEncryptedObjects (InvalidRequest)", known_from=KEYS, moto=GAP
)
def key_without_kms(aws: Account) -> None:
    source, destination = aws.create_bucket(versioned=True), aws.create_bucket("ap-southeast-1", versioned=True)
    key = f"arn:aws:kms:ap-southeast-1:{aws.account_id}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    there = {"Bucket": f"arn:aws:s3:::{destination}", "EncryptionConfiguration": {"ReplicaKmsKeyID": key}}
    text = "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present."
    ask = configure(aws, source, rule(destination, Destination=there))
    aws.refuses("InvalidRequest", 400, text, aws.client("s3").put_bucket_replication, **ask)


@case(
    "A replication rule's ID must not exceed 255 characters (InvalidArgument)",
    known_from=documented("botocore, ReplicationRule"),
    moto=GAP,
)
def long_id(aws: Account) -> None:
    refuses(aws, "InvalidArgument", None, {"ID": "x" * 256})
