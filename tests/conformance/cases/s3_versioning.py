"""S3 versioning: states, null versions, delete markers, version ids."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified

SERVICE = "s3"

RECORDED = captured("LocalStack's test_s3 snapshots")
RECALLED = unverified("believed to be among LocalStack's recordings of AWS, but not looked up there")
GUIDE = documented("S3 User Guide, Using versioning")
ERRORS = documented("S3 API Reference, Error responses")
LOCKED = captured("hashicorp/terraform-provider-aws looks for the sentence when it suspends versioning")
LOCKS = unverified("botocore, PutObject.ObjectLockMode; the refusal is believed to be InvalidArgument")


def versions(aws: Account, bucket: str, kind: str = "Versions") -> list[str]:
    """Version ids, the youngest first."""
    return [found["VersionId"] for found in aws.client("s3").list_object_versions(Bucket=bucket).get(kind, [])]


def suspend(aws: Account, bucket: str) -> None:
    """Suspend versioning."""
    aws.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


@case(
    'PutBucketVersioning rejects the status "enabled" in lower case (MalformedXML)',
    known_from=captured("LocalStack's test_s3_api snapshot, test_bucket_versioning_crud"),
    moto=GAP,
)
def unknown_state(aws: Account) -> None:
    put, state = aws.client("s3").put_bucket_versioning, {"Status": "enabled"}
    aws.refuses("MalformedXML", 400, None, put, Bucket=aws.create_bucket(), VersioningConfiguration=state)


@case(
    "PutBucketVersioning without a Status returns IllegalVersioningConfigurationException (400)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_bucket_versioning_crud"),
    moto=GAP,
)
def no_state(aws: Account) -> None:
    put, code = aws.client("s3").put_bucket_versioning, "IllegalVersioningConfigurationException"
    aws.refuses(code, 400, None, put, Bucket=aws.create_bucket(), VersioningConfiguration={})


@case(
    "While versioning is suspended, PutObject adds the version null and keeps older versions",
    known_from=RECORDED,
    moto=GAP,
)
def put_suspended(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    old = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    suspend(aws, bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"2")
    assert versions(aws, bucket) == ["null", old]


@case(
    "While versioning is suspended, DeleteObject adds a delete marker with the version ID null and keeps "
    "older versions",
    known_from=RECORDED,
    moto=GAP,
)
def delete_suspended(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    old = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    suspend(aws, bucket)
    s3.delete_object(Bucket=bucket, Key="a")
    assert (versions(aws, bucket), versions(aws, bucket, "DeleteMarkers")) == ([old], ["null"])


@case(
    "In a versioned bucket, DeleteObject adds a delete marker even for a key that doesn't exist",
    known_from=RECORDED,
    moto=GAP,
)
def delete_nothing(aws: Account) -> None:
    bucket = aws.create_bucket(versioned=True)
    aws.client("s3").delete_object(Bucket=bucket, Key="never")
    assert len(versions(aws, bucket, "DeleteMarkers")) == 1


@case("After DeleteObject in a versioned bucket, GetObject returns NoSuchKey (404)", known_from=RECORDED, moto=SAME)
def deleted(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    s3.delete_object(Bucket=bucket, Key="a")
    aws.refuses("NoSuchKey", 404, None, s3.get_object, Bucket=bucket, Key="a")


@case(
    "GetObject with a delete marker's version ID returns MethodNotAllowed (405)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_delete_object_versioned"),
    moto=GAP,
)
def marker_read(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    aws.refuses("MethodNotAllowed", 405, None, s3.get_object, Bucket=bucket, Key="a", VersionId=marker)


@case("HeadObject with a delete marker's version ID returns 405", known_from=RECORDED, moto=SAME)
def marker_head(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    aws.refuses("405", 405, None, s3.head_object, Bucket=bucket, Key="a", VersionId=marker)


@case("DeleteObject rejects a malformed version ID (InvalidArgument)", known_from=RECORDED, moto=GAP)
def bogus_version(aws: Account) -> None:
    delete = aws.client("s3").delete_object
    text = "Invalid version id specified"
    ask = {"Bucket": aws.create_bucket(versioned=True), "Key": "a", "VersionId": "bogus"}
    aws.refuses("InvalidArgument", 400, text, delete, **ask)


@case("Deleting a delete marker by its version ID makes the object readable again", known_from=RECORDED, moto=SAME)
def undelete(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="a", VersionId=marker)
    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == 0


@case(
    "Object tagging operations return MethodNotAllowed (405), not NoSuchKey, if the current version is a delete marker",
    known_from=captured("LocalStack's test_s3_api snapshot, test_object_tagging_versioned"),
    moto=GAP,
)
def marker_tags(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    s3.delete_object(Bucket=bucket, Key="a")
    text, where = "The specified method is not allowed against this resource.", {"Bucket": bucket, "Key": "a"}
    aws.refuses("MethodNotAllowed", 405, text, s3.get_object_tagging, **where)
    aws.refuses("MethodNotAllowed", 405, text, s3.delete_object_tagging, **where)
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    aws.refuses("MethodNotAllowed", 405, text, s3.put_object_tagging, **where, Tagging=tags)


def version_of_another_bucket(aws: Account) -> dict[str, str]:
    """An object in a bucket without versioning, and a version id that another bucket gave."""
    s3, other, bucket = aws.client("s3"), aws.create_bucket(versioned=True), aws.create_bucket()
    version = s3.put_object(Bucket=other, Key="a", Body=b"")["VersionId"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    return {"Bucket": bucket, "Key": "a", "VersionId": version}


@case(
    "In a bucket without versioning, GetObject accepts only the version ID null (InvalidArgument)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_get_object_with_version_unversioned_bucket"),
    moto=GAP,
)
def unversioned_read(aws: Account) -> None:
    s3, where = aws.client("s3"), version_of_another_bucket(aws)
    aws.refuses("InvalidArgument", 400, "Invalid version id specified", s3.get_object, **where)
    assert s3.get_object(**{**where, "VersionId": "null"})["ContentLength"] == 0


@case(
    "In a bucket without versioning, DeleteObject rejects a version ID of another bucket (InvalidArgument)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_delete_object"),
    moto=GAP,
)
def unversioned_deletion(aws: Account) -> None:
    s3, where = aws.client("s3"), version_of_another_bucket(aws)
    aws.refuses("InvalidArgument", 400, "Invalid version id specified", s3.delete_object, **where)


@case(
    "ListObjectVersions rejects a VersionIdMarker without a KeyMarker (InvalidArgument)", known_from=RECALLED, moto=GAP
)
def marker_alone(aws: Account) -> None:
    ask = {"Bucket": aws.create_bucket(), "VersionIdMarker": "null"}
    aws.refuses("InvalidArgument", 400, None, aws.client("s3").list_object_versions, **ask)


@case("CopyObject rejects a delete marker's version ID as its source (InvalidRequest)", known_from=RECALLED, moto=GAP)
def copy_of_marker(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket(versioned=True)
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    source = {"Bucket": bucket, "Key": "a", "VersionId": marker}
    aws.refuses("InvalidRequest", 400, None, s3.copy_object, Bucket=bucket, Key="b", CopySource=source)


@case(
    "An object stored before versioning was enabled has the version ID null",
    known_from=GUIDE,
    moto=SAME,
)
def before_versioning(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket()
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    new = s3.put_object(Bucket=bucket, Key="a", Body=b"")["VersionId"]
    assert versions(aws, bucket) == [new, "null"]


def create_locked(aws: Account) -> str:
    """A bucket in which objects can be locked; none is."""
    name, s3 = aws.name("bucket"), aws.client("s3")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    aws.clean_up(s3.delete_bucket, Bucket=name)
    return name


@case(
    "PutBucketVersioning can't suspend versioning of a bucket with Object Lock (InvalidBucketState, 409)",
    known_from=LOCKED,
    moto=GAP,
)
def suspend_locked(aws: Account) -> None:
    text = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed"
    ask = {"Bucket": create_locked(aws), "VersioningConfiguration": {"Status": "Suspended"}}
    aws.refuses("InvalidBucketState", 409, text, aws.client("s3").put_bucket_versioning, **ask)


@case(
    "PutObjectLockConfiguration needs a bucket with versioning (InvalidBucketState, 409)", known_from=ERRORS, moto=GAP
)
def lock_without_versions(aws: Account) -> None:
    put, lock = aws.client("s3").put_object_lock_configuration, {"ObjectLockEnabled": "Enabled"}
    bucket = aws.create_bucket()
    aws.refuses("InvalidBucketState", 409, None, put, Bucket=bucket, ObjectLockConfiguration=lock)


@case(
    "PutObject with an ObjectLockMode needs an ObjectLockRetainUntilDate (InvalidArgument)", known_from=LOCKS, moto=GAP
)
def half_a_lock(aws: Account) -> None:
    put, where = aws.client("s3").put_object, {"Bucket": create_locked(aws), "Key": "page.html"}
    aws.refuses("InvalidArgument", 400, None, put, **where, Body=b"", ObjectLockMode="GOVERNANCE")


@case("PutObject rejects an ObjectLockRetainUntilDate in the past (InvalidArgument)", known_from=LOCKS, moto=GAP)
def lock_of_yesterday(aws: Account) -> None:
    put, where = aws.client("s3").put_object, {"Bucket": create_locked(aws), "Key": "page.html"}
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": "2020-01-01T00:00:00Z"}
    aws.refuses("InvalidArgument", 400, None, put, **where, Body=b"", **lock)
