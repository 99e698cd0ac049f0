"""S3: reads, writes, copies and deletions under a condition."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.s3_made import put, refuses_put, upload

SERVICE = "s3"
CONDITIONS = documented("S3 API Reference, GetObject")
COPY = documented("S3 API Reference, CopyObject")
COMPLETE = documented("S3 API Reference, CompleteMultipartUpload")
CONDITIONAL_DELETES = documented("S3 User Guide, How to perform conditional deletes")
A_DAY_LONG_AGO, A_DAY_TO_COME = datetime(2010, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


@case(
    "PutObject with If-None-Match * returns PreconditionFailed (412) if the key exists",
    known_from=captured("LocalStack's test_s3_api snapshot, test_put_object_if_none_match"),
    moto=SAME,
)
def if_none_match(aws: Account) -> None:
    where, write = put(aws), aws.client("s3").put_object
    aws.refuses("PreconditionFailed", 412, None, write, **where, Body=b"", IfNoneMatch="*")


@case(
    "PutObject with an ETag in If-None-Match returns NotImplemented (501)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_put_object_if_none_match_validation"),
    moto=GAP,
)
def if_none_match_etag(aws: Account) -> None:
    refuses_put(aws, "NotImplemented", 501, IfNoneMatch='"d41d8cd98f00b204e9800998ecf8427e"')


@case(
    "PutObject with If-Match returns PreconditionFailed (412) if the object has another ETag",
    known_from=captured("LocalStack's test_s3_api snapshot, test_put_object_if_match"),
    moto=SAME,
)
def if_match(aws: Account) -> None:
    where, write = put(aws), aws.client("s3").put_object
    aws.refuses("PreconditionFailed", 412, None, write, **where, Body=b"", IfMatch='"other"')


@case(
    "PutObject with If-Match returns NoSuchKey (404) if the key doesn't exist",
    known_from=captured("LocalStack's test_s3_api snapshot, test_put_object_if_match"),
    moto=SAME,
)
def if_match_nothing(aws: Account) -> None:
    refuses_put(aws, "NoSuchKey", 404, "The specified key does not exist.", IfMatch='"other"')


@case(
    "PutObject with If-Match * returns NotImplemented (501)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_put_object_if_match_validation"),
    moto=GAP,
)
def if_match_star(aws: Account) -> None:
    where, write = put(aws), aws.client("s3").put_object
    text = "A header you provided implies functionality that is not implemented"
    aws.refuses("NotImplemented", 501, text, write, **where, Body=b"", IfMatch="*")


@case(
    "GetObject returns the object if If-Match holds, even if If-Unmodified-Since doesn't",
    known_from=CONDITIONS,
    moto=GAP,
)
def etag_before_date(aws: Account) -> None:
    where, s3 = put(aws), aws.client("s3")
    etag = s3.head_object(**where)["ETag"]
    assert s3.get_object(**where, IfMatch=etag, IfUnmodifiedSince=A_DAY_LONG_AGO)["ContentLength"] == 10


@case("GetObject with If-None-Match returns 304 if the ETag is the same", known_from=CONDITIONS, moto=SAME)
def not_modified(aws: Account) -> None:
    where, s3 = put(aws), aws.client("s3")
    aws.refuses("304", 304, None, s3.get_object, **where, IfNoneMatch=s3.head_object(**where)["ETag"])


@case(
    "CopyObject returns PreconditionFailed (412) if CopySourceIfMatch doesn't hold",
    known_from=COPY,
    moto=GAP,
)
def copy_condition(aws: Account) -> None:
    where, copy = put(aws), aws.client("s3").copy_object
    new = {"Bucket": where["Bucket"], "Key": "copy", "CopySource": where}
    aws.refuses("PreconditionFailed", 412, None, copy, **new, CopySourceIfMatch='"other"')


@case(
    "CopyObject with If-None-Match * returns PreconditionFailed (412) if the destination key exists",
    known_from=COPY,
    moto=GAP,
)
def copy_over_nothing(aws: Account) -> None:
    where, copy = put(aws), aws.client("s3").copy_object
    new = {**where, "CopySource": where, "MetadataDirective": "REPLACE"}
    aws.refuses("PreconditionFailed", 412, "did not hold", copy, **new, IfNoneMatch="*")


@case(
    "CopyObject with If-Match returns PreconditionFailed (412) if the destination has another ETag",
    known_from=COPY,
    moto=GAP,
)
def copy_over_another(aws: Account) -> None:
    where, copy = put(aws), aws.client("s3").copy_object
    new = {**where, "CopySource": where, "MetadataDirective": "REPLACE"}
    aws.refuses("PreconditionFailed", 412, "did not hold", copy, **new, IfMatch='"other"')


@case(
    "CompleteMultipartUpload with If-None-Match * returns PreconditionFailed (412) if the key exists, and "
    "keeps the object",
    known_from=COMPLETE,
    moto=SAME,
)
def upload_over_nothing(aws: Account) -> None:
    where, parts = upload(aws, b"a")
    aws.client("s3").put_object(Bucket=where["Bucket"], Key=where["Key"], Body=b"first")
    complete = aws.client("s3").complete_multipart_upload
    whole = {**where, "MultipartUpload": {"Parts": parts}}

    aws.refuses("PreconditionFailed", 412, "did not hold", complete, **whole, IfNoneMatch="*")

    assert aws.client("s3").head_object(Bucket=where["Bucket"], Key=where["Key"])["ContentLength"] == 5
    aws.client("s3").abort_multipart_upload(**where)


@case("DeleteObject with If-Match * deletes an object that exists", known_from=CONDITIONAL_DELETES, moto=GAP)
def delete_any(aws: Account) -> None:
    where, s3 = put(aws), aws.client("s3")
    s3.delete_object(**where, IfMatch="*")
    aws.refuses("404", 404, None, s3.head_object, **where)


@case(
    "DeleteObjects reports PreconditionFailed for a key with another ETag, and keeps the object",
    known_from=CONDITIONAL_DELETES,
    moto=GAP,
)
def delete_another(aws: Account) -> None:
    where, s3 = put(aws), aws.client("s3")
    answer = s3.delete_objects(Bucket=where["Bucket"], Delete={"Objects": [{"Key": where["Key"], "ETag": '"other"'}]})
    assert [error["Code"] for error in answer["Errors"]] == ["PreconditionFailed"]
    assert s3.head_object(**where)["ContentLength"] == 10
