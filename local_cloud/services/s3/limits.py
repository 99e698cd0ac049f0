"""Checks of requests of every operation: sizes, and values of headers.

Sources: S3 User Guide, "Object key naming" and "User-defined object metadata"; S3 API Reference, "Error responses".
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.s3.lookups import invalid_argument

_LONGEST_KEY = 1024
_MOST_METADATA = 2048
_CONDITIONS = {"if-modified-since": "if-none-match", "if-unmodified-since": "if-match"}
_READS = ("GetObject", "HeadObject")
_WITH_OWN_KEY = {"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy"}
_WORDS = {
    "ACL": (None, "x-amz-acl"),
    "MetadataDirective": ("Unknown metadata directive.", "x-amz-metadata-directive"),
    "TaggingDirective": ("Unknown tagging directive.", "x-amz-tagging-directive"),
    "ServerSideEncryption": ("The encryption method specified is not supported", "x-amz-server-side-encryption"),
    "ObjectOwnership": ("Invalid x-amz-object-ownership header: {value}", "x-amz-object-ownership"),
}


def check_limits(call: Call) -> None:
    """Refuse keys and metadata that are too long, and unknown values in headers.

    Raises:
        AwsError: KeyTooLongError, MetadataTooLarge, InvalidStorageClass or InvalidArgument.
    """
    size = len(call.parameters.get("Key", "").encode())
    if size > _LONGEST_KEY:
        raise AwsError("KeyTooLongError", "Your key is too long", Size=str(size), MaxSizeAllowed=str(_LONGEST_KEY))
    metadata = call.parameters.get("Metadata") or {}
    size = sum(len(name.encode()) + len(str(value).encode()) for name, value in metadata.items())
    if size > _MOST_METADATA:
        message = "Your metadata headers exceed the maximum allowed metadata size"
        raise AwsError("MetadataTooLarge", message, Size=str(size), MaxSizeAllowed=str(_MOST_METADATA))
    _check_words(call)


def check_own_keys(call: Call) -> None:
    """Refuse SSE-C (customers' own keys), which new buckets have blocked since April 2026.

    Raises:
        AwsError: AccessDenied; NotImplemented if PutBucketEncryption would allow SSE-C.
    """
    if call.operation in _WITH_OWN_KEY and call.parameters.get("SSECustomerAlgorithm"):
        raise AwsError("AccessDenied", "Access Denied", 403)
    rules = (call.parameters.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or []
    if any("NONE" in ((rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType") or []) for rule in rules):
        raise AwsError("NotImplemented", "The local cloud doesn't implement SSE-C in PutBucketEncryption of s3.", 501)


def ignore_dates(call: Call) -> None:
    """Remove conditions on dates that S3 ignores.

    S3 ignores them in writes, if the date is invalid, and next to a condition on the ETag (S3 API Reference,
    "GetObject"; RFC 9110, 13.2.2).
    """
    headers = call.request.headers
    ignored = {
        name
        for name, stronger in _CONDITIONS.items()
        if name in headers and (call.operation not in _READS or stronger in headers or not _is_date(headers[name]))
    }
    if ignored:
        call.rewrite(headers={name: value for name, value in headers.items() if name not in ignored})


def _check_words(call: Call) -> None:
    shape = call.model.input_shape
    members: Any = shape.members if shape else {}
    storage_class = call.parameters.get("StorageClass")
    if isinstance(storage_class, str) and storage_class not in members["StorageClass"].enum:
        message = "The storage class you specified is not valid"
        raise AwsError("InvalidStorageClass", message, StorageClassRequested=storage_class)
    for name, (message_or_none, header) in _WORDS.items():
        value = call.parameters.get(name)
        if isinstance(value, str) and name in members and value not in members[name].enum:
            raise invalid_argument((message_or_none or "").format(value=value), header, value)


def _is_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True
