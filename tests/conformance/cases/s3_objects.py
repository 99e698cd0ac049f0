"""S3 objects: digests, sizes, tags, encryption, ranges and copies."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.s3_made import put, refuses_put

SERVICE = "s3"
RECALLED = unverified("believed to be among LocalStack's recordings of AWS, but not looked up there")
ERRORS = documented("S3 API Reference, Error responses")
INTEGRITY = documented("S3 User Guide, Checking object integrity")
COPY = documented("S3 API Reference, CopyObject")
OWN_KEYS = documented("S3 User Guide, Blocking or unblocking SSE-C for a general purpose bucket")


@case("PutObject rejects a malformed Content-MD5 (InvalidDigest)", known_from=RECALLED, moto=GAP)
def invalid_digest(aws: Account) -> None:
    refuses_put(aws, "InvalidDigest", ContentMD5="nonsense")


@case(
    "PutObject rejects a Content-MD5 that doesn't match the body (BadDigest), and stores nothing",
    known_from=RECALLED,
    moto=GAP,
)
def bad_digest(aws: Account) -> None:
    refuses_put(aws, "BadDigest", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")


@case(
    "PutObject rejects a CRC32 checksum that doesn't match the body (BadDigest), and stores nothing",
    known_from=RECALLED,
    moto=GAP,
)
def bad_crc32(aws: Account) -> None:
    refuses_put(aws, "BadDigest", ChecksumCRC32="AAAAAA==")


@case(
    "PutObject rejects a SHA256 checksum that doesn't match the body (BadDigest), and stores nothing",
    known_from=RECALLED,
    moto=GAP,
)
def bad_sha256(aws: Account) -> None:
    refuses_put(aws, "BadDigest", ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")


@case(
    "PutObject rejects a CRC32C checksum that doesn't match the body (BadDigest), and stores nothing",
    known_from=INTEGRITY,
    moto=GAP,
)
def bad_crc32c(aws: Account) -> None:
    refuses_put(aws, "BadDigest", ChecksumCRC32C="AAAAAA==")


@case(
    "PutObject rejects a CRC64NVME checksum that doesn't match the body (BadDigest), and stores nothing",
    known_from=INTEGRITY,
    moto=GAP,
)
def bad_crc64(aws: Account) -> None:
    refuses_put(aws, "BadDigest", ChecksumCRC64NVME="AAAAAAAAAAA=")


@case("PutObject rejects a checksum of the wrong length (InvalidRequest)", known_from=RECALLED, moto=GAP)
def short_checksum(aws: Account) -> None:
    refuses_put(aws, "InvalidRequest", ChecksumCRC32="AAAA")


@case("PutObject rejects a key of more than 1,024 bytes (KeyTooLongError)", known_from=ERRORS, moto=GAP)
def long_key(aws: Account) -> None:
    refuses_put(aws, "KeyTooLongError", message="Your key is too long", Key="k" * 1025)


@case("PutObject rejects more than 2 KB of user-defined metadata (MetadataTooLarge)", known_from=ERRORS, moto=GAP)
def much_metadata(aws: Account) -> None:
    refuses_put(aws, "MetadataTooLarge", Metadata={"name": "v" * 2048})


@case(
    "PutObject rejects a storage class that doesn't exist (InvalidStorageClass)",
    known_from=captured("peak/s5cmd#163"),
    moto=SAME,
)
def storage_class(aws: Account) -> None:
    refuses_put(aws, "InvalidStorageClass", message="The storage class you specified is not valid", StorageClass="X")


@case("PutObject rejects an encryption algorithm that doesn't exist (InvalidArgument)", known_from=RECALLED, moto=GAP)
def unknown_encryption(aws: Account) -> None:
    refuses_put(aws, "InvalidArgument", ServerSideEncryption="rot13")


@case(
    "PutObject rejects the ACL public-read in a new bucket, which is BucketOwnerEnforced "
    "(AccessControlListNotSupported)",
    known_from=captured("ansible-collections/amazon.aws#1502"),
    moto=GAP,
)
def acl(aws: Account) -> None:
    refuses_put(aws, "AccessControlListNotSupported", message="The bucket does not allow ACLs", ACL="public-read")


@case("PutObject rejects more than 10 tags (BadRequest)", known_from=RECALLED, moto=GAP)
def too_many_tags(aws: Account) -> None:
    refuses_put(aws, "BadRequest", Tagging="&".join(f"key{number}=v" for number in range(11)))


@case(
    "PutObject rejects a Tagging header with the same key twice (InvalidArgument)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_object_tagging_exc"),
    moto=GAP,
)
def tag_twice(aws: Account) -> None:
    refuses_put(aws, "InvalidArgument", Tagging="a=1&a=2")


@case(
    "GetObject returns InvalidRange (416) for a range beyond the object's end",
    known_from=captured("LocalStack's test_s3_api snapshot, test_get_object_range"),
    moto=SAME,
)
def range_beyond(aws: Account) -> None:
    aws.refuses("InvalidRange", 416, None, aws.client("s3").get_object, **put(aws), Range="bytes=100-")


@case(
    "GetObject ignores a range whose end lies before its start, and returns the whole object",
    known_from=documented("RFC 9110, 14.1.1"),
    moto=SAME,
)
def range_backwards(aws: Account) -> None:
    assert aws.client("s3").get_object(**put(aws), Range="bytes=5-2")["ContentLength"] == 10


@case("CopyObject returns NoSuchKey (404) for a source that doesn't exist", known_from=ERRORS, moto=SAME)
def copy_of_nothing(aws: Account) -> None:
    name, copy = aws.create_bucket(), aws.client("s3").copy_object
    aws.refuses("NoSuchKey", 404, None, copy, Bucket=name, Key="copy", CopySource=f"{name}/nothing")


@case("CopyObject rejects a source without a key (InvalidArgument)", known_from=COPY, moto=GAP)
def copy_source(aws: Account) -> None:
    name, copy = aws.create_bucket(), aws.client("s3").copy_object
    aws.refuses("InvalidArgument", 400, None, copy, Bucket=name, Key="copy", CopySource=name)


@case(
    "CopyObject rejects a copy of an object to itself that changes nothing (InvalidRequest)",
    known_from=captured("basho/riak_cs#926"),
    moto=SAME,
)
def copy_onto_itself(aws: Account) -> None:
    where, copy = put(aws), aws.client("s3").copy_object
    text = "This copy request is illegal because it is trying to copy an object to itself"
    aws.refuses("InvalidRequest", 400, text, copy, **where, CopySource=where)


@case(
    "PutObjectTagging rejects a key that begins with aws: (InvalidTag)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_tagging_validation"),
    moto=SAME,
)
def system_tag(aws: Account) -> None:
    write, tags = aws.client("s3").put_object_tagging, {"TagSet": [{"Key": "aws:mine", "Value": "1"}]}
    aws.refuses("InvalidTag", 400, "Your TagKey cannot be prefixed with aws:", write, **put(aws), Tagging=tags)


@case(
    "An object uploaded with a form's content type keeps its body and its content type",
    known_from=documented("S3 API Reference, PutObject: Content-Type describes the contents"),
    moto=GAP,
)
def form(aws: Account) -> None:
    s3, where = aws.client("s3"), {"Bucket": aws.create_bucket(), "Key": "form"}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        s3.put_object(**where, Body=b"name=Ada", ContentType=kind)
        head = s3.head_object(**where)
        assert (head["ContentLength"], head["ContentType"]) == (8, kind)


@case(
    "PutObject with WriteOffsetBytes returns NotImplemented (501) in a general purpose bucket",
    known_from=documented("botocore, PutObject.WriteOffsetBytes"),
    moto=GAP,
)
def append(aws: Account) -> None:
    where, write = put(aws), aws.client("s3").put_object
    aws.refuses("NotImplemented", 501, None, write, **where, Body=b"more", WriteOffsetBytes=10)


@case(
    "A new bucket rejects an object encrypted with a customer-provided key, SSE-C (AccessDenied)",
    known_from=OWN_KEYS,
    moto=GAP,
)
def own_key(aws: Account) -> None:
    bucket, write = aws.create_bucket(), aws.client("s3").put_object
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    aws.refuses("AccessDenied", 403, None, write, Bucket=bucket, Key="page.html", Body=b"", **key)


@case(
    "CopyObject copies the source's tags and removes the tags of the object that it overwrites",
    known_from=COPY,
    moto=GAP,
)
def copied_tags(aws: Account) -> None:
    where, s3 = put(aws), aws.client("s3")
    s3.put_object_tagging(**where, Tagging={"TagSet": [{"Key": "city", "Value": "Dublin"}]})
    new = {"Bucket": where["Bucket"], "Key": "copy"}
    s3.put_object(**new, Body=b"", Tagging="country=Ireland")

    s3.copy_object(**new, CopySource=where)

    assert s3.get_object_tagging(**new)["TagSet"] == [{"Key": "city", "Value": "Dublin"}]
