"""Decides which callers may use buckets and objects.

`authorizer` decides on users and roles of the account. Other callers (a browser, an edge with an origin access
identity, CloudFront as a service) need an Allow in the bucket policy that the public access block doesn't stop.
"""

from __future__ import annotations

from collections.abc import Mapping

from moto.s3.models import FakeDeleteMarker, FakeKey

from local_cloud.access.authorizer import decide_from_memory
from local_cloud.access.evaluator import Decision, is_public
from local_cloud.access.identities import parse
from local_cloud.access.permissions.s3 import action_of, find_deletions, resource_of
from local_cloud.call import Call
from local_cloud.constants import ACCOUNT_ID
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket, find_bucket, find_version
from local_cloud.services.s3.lookups import invalid_argument

_READING = {"GetObject", "HeadObject"}
_READS_BUCKET = {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}
_READS_OBJECT = {"s3:GetObject", "s3:GetObjectVersion"}


def authorize(call: Call) -> None:
    """Check a call that the account didn't sign, and whether the caller may read objects encrypted by KMS.

    Raises:
        AwsError: 403 AccessDenied; 404 if the caller may know that the object doesn't exist; 400 for KMS.
    """
    bucket = find_bucket(call.parameters.get("Bucket", ""))
    if call.signature_version:
        if bucket and call.signature_version == 2:
            _refuse_encrypted(call, bucket)
        return
    if bucket is None:
        _refuse_without_bucket(call)
    elif call.operation == "DeleteObjects":
        call.refusals = {
            place: _access_denied(call, what, which)
            for place, (_, (what, which, _)) in enumerate(find_deletions(call))
            if not _may(call, bucket, what, which)
        }
    elif not _may(call, bucket, action_of(call)):
        raise _access_denied(call)
    elif call.operation in ("GetObject", "HeadObject") and not _may(call, bucket, "s3:ListBucket", bucket.arn):
        _refuse_missing_object(call, bucket)
    if bucket:
        _refuse_encrypted(call, bucket)


def _refuse_encrypted(call: Call, bucket: Bucket) -> None:
    """Refuse to return objects that KMS encrypts to callers that KMS can't accept.

    These are anonymous callers, version 2 signatures, and origin access identities (CFDG,
    private-content-restricting-access-to-s3). CloudFront users quote the message for identities. Services need
    permission from the key's policy, which isn't checked here.

    Raises:
        AwsError: KMS.UnrecognizedClientException, or InvalidArgument.
    """
    if call.operation not in _READING or (call.principal or "").endswith(".amazonaws.com"):
        return
    version = find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
    if not str(getattr(version, "encryption", "")).startswith("aws:kms"):
        return
    if call.principal and not call.signature_version:
        raise AwsError("KMS.UnrecognizedClientException", "No account found for the given parameters", 400)
    what = "Requests specifying Server Side Encryption with AWS KMS managed keys"
    raise invalid_argument(f"{what} require AWS Signature Version 4.", "Authorization", "null")


def _may(call: Call, bucket: Bucket, action: str, resource: str | None = None) -> bool:
    decision = _decide(call, bucket, action, resource)
    if decision is Decision.NOT_ALLOWED:
        return _is_public_by_acl(call, bucket, action)
    return bool(decision) and not _is_blocked(call, bucket)


def _decide(call: Call, bucket: Bucket, action: str, resource: str | None = None) -> Decision:
    if not bucket.policy:
        return Decision.NOT_ALLOWED
    asked = (call.principal, action, resource or resource_of(call), tuple(_context(call).items()))
    return decide_from_memory(asked, (), bucket.policy)


def _context(call: Call) -> Mapping[str, str]:
    """Condition keys. Loopback counts as secure transport, as requests to AWS use TLS."""
    context = {"aws:SecureTransport": "true", "aws:SourceIp": call.request.source_ip}
    if call.source_arn:
        context |= {"aws:SourceArn": call.source_arn, "aws:SourceAccount": ACCOUNT_ID}
    if call.principal and call.principal.startswith("arn:"):
        context["aws:PrincipalArn"] = call.principal
    return context


def _is_blocked(call: Call, bucket: Bucket) -> bool:
    """RestrictPublicBuckets: outside the account, a public policy then allows only AWS's services."""
    block = bucket.public_access_block
    return bool(call.principal is None and block and block.restrict_public_buckets and is_public(parse(bucket.policy)))


def _is_public_by_acl(call: Call, bucket: Bucket, action: str) -> bool:
    """Whether an ACL lets everyone read the object or list the bucket. BucketOwnerEnforced disables ACLs.

    The S3 User Guide lists the actions in "Mapping of ACL permissions and access policy permissions".
    """
    block = bucket.public_access_block
    if not bucket.has_acls or (block and block.ignore_public_acls):
        return False
    if action not in _READS_BUCKET | _READS_OBJECT:
        return False
    found: object = bucket
    if action in _READS_OBJECT:
        version = find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
        found = version if isinstance(version, FakeKey) else bucket  # callers that may list the bucket get 404
    acl = getattr(found, "acl", None)
    return bool(acl and acl.public_read)


def _refuse_missing_object(call: Call, bucket: Bucket) -> None:
    """Without s3:ListBucket, a missing object returns 403, not 404 (S3 API Reference, GetObject)."""
    version = find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
    if version is None or isinstance(version, FakeDeleteMarker):
        raise _access_denied(call)


def _refuse_without_bucket(call: Call) -> None:
    if name := call.parameters.get("Bucket"):
        if call.operation == "CreateBucket":
            raise _access_denied(call)
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    message = "Anonymous users can't list buckets. This page describes S3."
    raise AwsError("TemporaryRedirect", message, 307, headers={"Location": "https://aws.amazon.com/s3/"})


def _access_denied(call: Call, action: str | None = None, resource: str | None = None) -> AwsError:
    """Only callers of the account get the missing permission in the message (S3UG/troubleshoot-403-errors)."""
    if call.principal is None or f"::{ACCOUNT_ID}:" not in call.principal:
        return AwsError("AccessDenied", "Access Denied", 403)
    who, what, which = call.principal, action or action_of(call), resource or resource_of(call)
    return AwsError("AccessDenied", f'User: {who} is not authorized to perform: {what} on resource: "{which}"', 403)
